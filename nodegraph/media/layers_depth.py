"""Half or float, and what a compression does to it: channel by channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from nodegraph.data.errors import MediaError
from nodegraph.media.layers import in_layer, is_data, is_measure, layers_of, split


class Depth(Enum):
    """The bits of a channel in an EXR."""

    HALF = "half"
    FLOAT = "float"
    UINT = "uint"


# OpenEXR's DWA goes by what stands after the last dot: these are quantised, A is run-length coded, all else is kept.
DWA_LOSSY = frozenset({"R", "G", "B", "Y", "BY", "RY"})

# Which compressions lose bits, by the names OpenEXR has for them.
DWA = frozenset({"dwaa", "dwab"})
ALL_LOSSY = frozenset({"lj2k"})
HALF_LOSSY = frozenset({"b44", "b44a"})
FLOAT_LOSSY = frozenset({"pxr24"})

# Readers older than these do not know them.
NEEDS_NEW_READER: Mapping[str, str] = {
    "htj2k32": "OpenEXR 3.4",
    "htj2k256": "OpenEXR 3.4",
    "zstd": "OpenEXR 3.5",
    "lj2k": "OpenEXR 3.5",
}


def loses(compression: str, file_channel: str, depth: Depth) -> bool:
    """True if this compression changes the values of this channel."""
    if compression in DWA:
        return split(file_channel)[1] in DWA_LOSSY
    if compression in HALF_LOSSY:
        return depth is Depth.HALF
    if compression in FLOAT_LOSSY:
        return depth is Depth.FLOAT
    return compression in ALL_LOSSY


def must_keep(names: Mapping[str, str], depths: Mapping[str, Depth], compression: str) -> tuple[str, ...]:
    """The mattes and measures among the channels (picture name -> file name) that this compression would spoil."""
    return tuple(name for name, stored in names.items() if is_data(name) and loses(compression, stored, depths[name]))


def overrides(text: str) -> dict[str, Depth]:
    """Read `depth=float, rgba=half`: a layer or a channel, and its bits."""
    found: dict[str, Depth] = {}
    for entry in text.replace(",", " ").split():
        layer, equals, word = entry.partition("=")
        try:
            if not equals or not layer:
                raise ValueError(entry)
            found[layer] = Depth(word)
        except ValueError as fault:
            raise MediaError(f"{entry!r} says no layer's bits", "write it as depth=float, rgba=half") from fault
    return found


def depths_of(
    channels: Iterable[str], default: Depth, text: str = "", source: Mapping[str, Depth] | None = None
) -> dict[str, Depth]:
    """The bits of each channel: what the override says, else what the file it came from has, else the rule.

    The rule: depth, position, ids, Cryptomatte and ST maps are float, all else is the default.
    """
    names = tuple(channels)
    result = {name: Depth.FLOAT if is_measure(name) else default for name in names}
    for name, depth in (source or {}).items():
        if name in result:
            result[name] = depth
    for entry, depth in overrides(text).items():
        meant = (entry,) if entry in names else in_layer(names, entry)
        if not meant:
            known = ", ".join(layer or "rgba" for layer in layers_of(names))
            raise MediaError(f"there is no layer {entry} to write as {depth.value}", f"there are {known}")
        result.update(dict.fromkeys(meant, depth))
    return result
