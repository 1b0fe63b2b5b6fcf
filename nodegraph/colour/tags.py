"""What a file says of its own colours, in one form whatever the file is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from nodegraph.colour.primaries import Primaries, sensible

# ITU-T H.273, by number and by FFmpeg's name. A movie is decoded for the display it was graded on: so the
# camera curves of BT.709, BT.601, BT.2020 and xvYCC are undone by BT.1886, as the ACES configs do.
TRANSFERS: Mapping[str, str] = MappingProxyType(
    {
        "1": "g24", "bt709": "g24",
        "4": "g22", "gamma22": "g22", "bt470m": "g22",
        "5": "g28", "gamma28": "g28", "bt470bg": "g28",
        "6": "g24", "smpte170m": "g24", "bt601": "g24",
        "7": "smpte240m", "smpte240m": "smpte240m",
        "8": "lin", "linear": "lin",
        "9": "log100", "log": "log100", "log100": "log100",
        "10": "log316", "log_sqrt": "log316", "log316": "log316",
        "11": "g24", "iec61966-2-4": "g24",
        "12": "g24", "bt1361e": "g24", "bt1361": "g24",
        "13": "srgb", "iec61966-2-1": "srgb", "srgb": "srgb",
        "14": "g24", "bt2020-10": "g24", "bt2020_10bit": "g24",
        "15": "g24", "bt2020-12": "g24", "bt2020_12bit": "g24",
        "16": "pq", "smpte2084": "pq", "smptest2084": "pq", "pq": "pq",
        "18": "hlg", "arib-std-b67": "hlg", "hlg": "hlg",
    }
)  # fmt: skip
PRIMARY_TAGS: Mapping[str, str] = MappingProxyType(
    {
        "1": "rec709", "bt709": "rec709",
        "4": "ntsc1953", "bt470m": "ntsc1953",
        "5": "rec601-625", "bt470bg": "rec601-625",
        "6": "rec601-525", "smpte170m": "rec601-525",
        "7": "rec601-525", "smpte240m": "rec601-525",
        "8": "film-c", "film": "film-c",
        "9": "rec2020", "bt2020": "rec2020",
        "11": "p3dci", "smpte431": "p3dci",
        "12": "p3d65", "smpte432": "p3d65",
        "22": "ebu3213", "ebu3213": "ebu3213", "jedec-p22": "ebu3213",
    }
)  # fmt: skip
# SMPTE ST 268-1, transfer characteristic of a picture element.
DPX_TRANSFERS: Mapping[str, str] = MappingProxyType(
    {
        "1": "cineon", "printing_density": "cineon", "printingdensity": "cineon",
        "2": "lin", "linear": "lin",
        "3": "cineon", "logarithmic": "cineon", "log": "cineon",
        "4": "g24", "unspecified_video": "g24",
        "5": "g24", "smpte_274m": "g24", "smpte274m": "g24",
        "6": "g24", "bt709": "g24", "itu_r_709": "g24", "rec709": "g24",
        "7": "g24", "8": "g24",
    }
)  # fmt: skip
UNSAID = frozenset(("", "none", "unknown", "unspecified", "reserved", "undefined", "user", "user_defined", "0", "2"))


@dataclass(frozen=True)
class Tags:
    """What the file says; what it does not say is empty."""

    interop: str = ""
    aces: bool = False
    chromaticities: Primaries | None = None
    transfer: str = ""  # as the file spells it
    primaries: str = ""
    curve: str = ""  # our name for the transfer
    gamut: str = ""  # our name for the primaries


def read_tags(path: Path, metadata: Mapping[str, Any]) -> Tags:
    """Read the colour tags out of a picture's metadata.

    Known are EXR's `colorInteropID`, `chromaticities` and `acesImageContainerFlag`; FFmpeg's `color_transfer`
    (or `color_trc`, `transfer`) and `color_primaries` (or `primaries`), as words or H.273 numbers; and for a DPX
    its transfer code. A key may carry a prefix, as in `dpx/transfer`.
    """
    plain = {key.rpartition("/")[2].lower().replace("_", ""): value for key, value in metadata.items()}
    transfer = _word(plain, "colortransfer", "colortrc", "transfer", "transfercharacteristic")
    primaries = _word(plain, "colorprimaries", "primaries")
    curves = DPX_TRANSFERS if path.suffix.lower() in (".dpx", ".cin") else TRANSFERS
    curve = curves.get(transfer, "")
    return Tags(
        interop=str(plain.get("colorinteropid", "") or ""),
        aces=_number(plain.get("acesimagecontainerflag")) == 1,
        chromaticities=_primaries(plain.get("chromaticities")),
        transfer=transfer if curve or (transfer not in UNSAID) else "",
        primaries=primaries if primaries not in UNSAID else "",
        curve=curve,
        gamut=PRIMARY_TAGS.get(primaries, ""),
    )


def _word(plain: Mapping[str, Any], *keys: str) -> str:
    for key in keys:
        value = plain.get(key)
        if value is not None:
            return str(value).strip().lower().replace(" ", "_")
    return ""


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _primaries(value: Any) -> Primaries | None:
    if value is None:
        return None
    try:
        numbers = np.asarray(value, np.float64).ravel()
    except (TypeError, ValueError):
        return None
    if numbers.size != 8:
        return None
    result = Primaries(*(float(number) for number in numbers))
    return result if sensible(result) else None
