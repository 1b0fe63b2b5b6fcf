"""Names that programs agree on for colour spaces: interop IDs, read from and written to files."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Known(NamedTuple):
    """A colour space that has an interop ID: how it is encoded, and what configs call it."""

    curve: str
    primaries: str
    names: tuple[str, ...]


# The IDs of the Color Interop Forum and of OCIO's own configs; the names are those of the ACES configs
# for OCIO 1 and 2 and of common older configs.
KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        "lin_ap0_scene": Known("lin", "ap0", ("ACES2065-1", "ACES - ACES2065-1", "lin_ap0", "aces")),
        "lin_ap1_scene": Known("lin", "ap1", ("ACEScg", "ACES - ACEScg", "lin_ap1")),
        "lin_rec709_scene": Known(
            "lin",
            "rec709",
            (
                "Linear Rec.709 (sRGB)",
                "lin_rec709",
                "Utility - Linear - sRGB",
                "Utility - Linear - Rec.709",
                "lin_srgb",
            ),
        ),
        "lin_p3d65_scene": Known("lin", "p3d65", ("Linear P3-D65", "lin_p3d65", "Utility - Linear - P3-D65")),
        "lin_rec2020_scene": Known("lin", "rec2020", ("Linear Rec.2020", "lin_rec2020", "Utility - Linear - Rec.2020")),
        "lin_adobergb_scene": Known("lin", "adobergb", ("Linear AdobeRGB", "lin_adobergb")),
        "lin_ciexyzd65_scene": Known("lin", "xyzd65", ("CIE XYZ-D65 - Scene-referred", "cie_xyz_d65_scene")),
        "srgb_rec709_scene": Known(
            "srgb",
            "rec709",
            (
                "sRGB Encoded Rec.709 (sRGB)",
                "sRGB - Texture",
                "srgb_texture",
                "srgb_tx",
                "Utility - sRGB - Texture",
                "Input - Generic - sRGB - Texture",
            ),
        ),
        "srgb_p3d65_scene": Known("srgb", "p3d65", ("sRGB Encoded P3-D65", "srgb_p3d65", "srgb_displayp3")),
        "srgb_ap1_scene": Known("srgb", "ap1", ("sRGB Encoded AP1", "srgb_ap1")),
        "g18_rec709_scene": Known("g18", "rec709", ("Gamma 1.8 Encoded Rec.709", "g18_rec709")),
        "g22_rec709_scene": Known("g22", "rec709", ("Gamma 2.2 Encoded Rec.709", "g22_rec709")),
        "g22_ap1_scene": Known("g22", "ap1", ("Gamma 2.2 Encoded AP1", "g22_ap1")),
        "g22_adobergb_scene": Known("g22", "adobergb", ("Gamma 2.2 Encoded AdobeRGB", "g22_adobergb")),
        "g24_rec709_scene": Known("g24", "rec709", ("Gamma 2.4 Encoded Rec.709", "g24_rec709")),
        "itu709_rec709_scene": Known("itu709", "rec709", ("Camera Rec.709", "Utility - Rec.709 - Camera")),
        "acescct_ap1_scene": Known("acescct", "ap1", ("ACEScct", "ACES - ACEScct", "acescct_ap1")),
        "srgb_rec709_display": Known("srgb", "rec709", ("sRGB - Display", "srgb_display")),
        "srgb_p3d65_display": Known("srgb", "p3d65", ("Display P3 - Display", "displayp3_display")),
        "g22_rec709_display": Known("g22", "rec709", ("Gamma 2.2 Rec.709 - Display",)),
        "g24_rec709_display": Known(
            "g24",
            "rec709",
            (
                "Rec.1886 Rec.709 - Display",
                "rec1886_rec709_display",
                "Rec.1886 / Rec.709 Video - Display",
                "Rec.709 - Display",
            ),
        ),
        "g26_p3d65_display": Known("g26", "p3d65", ("Gamma 2.6 P3-D65 - Display", "P3-D65 - Display", "p3d65_display")),
        "pq_rec2020_display": Known("pq", "rec2020", ("Rec.2100-PQ - Display", "rec2100_pq_display")),
        "pq_p3d65_display": Known("pq", "p3d65", ("ST2084-P3-D65 - Display", "st2084_p3d65_display")),
        "hlg_rec2020_display": Known("hlg", "rec2020", ("Rec.2100-HLG - Display", "rec2100_hlg_display")),
    }
)


def plain_id(text: str) -> str:
    """An interop ID without its namespace: `ocio:acescct_ap1_scene` is `acescct_ap1_scene`."""
    return text.strip().rpartition(":")[2]


def known_as(name: str) -> str | None:
    """The interop ID of a space that is widely known by this name (or ID), or None."""
    wanted = plain_id(name).casefold()
    for key, known in KNOWN.items():
        if wanted == key or name.strip().casefold() in (other.casefold() for other in known.names):
            return key
    return None


def ids_of(curve: str, primaries: str) -> tuple[str, ...]:
    """The interop IDs of spaces with this encoding: of pictures first, of displays after them."""
    return tuple(key for key, known in KNOWN.items() if (known.curve, known.primaries) == (curve, primaries))
