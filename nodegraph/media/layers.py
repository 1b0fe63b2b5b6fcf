"""Names of channels: how layers, parts and views of a file become the channels of a picture, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

# Nuke writes whole words in its secondary layers; the specification's short names are ours.
SHORT: Mapping[str, str] = {"red": "R", "green": "G", "blue": "B", "alpha": "A"}
LONG: Mapping[str, str] = {short: word for word, short in SHORT.items()}

# Names under which programs store the main layer as a part of its own.
MAIN_PARTS = frozenset({"", "rgba", "rgb", "main", "beauty", "default", "color", "colour", "image"})

# Layers whose values are measures, not light: never colour managed, kept as 32-bit float, never lossy.
MEASURES = frozenset(
    {"z", "depth", "zdepth", "zback", "p", "position", "pos", "pworld", "pref", "worldposition", "point"}
    | {"n", "normal", "normals", "nworld", "uv", "st", "stmap", "uvmap", "texcoord"}
    | {"motion", "motionvector", "motionvectors", "mv", "forward", "backward", "velocity", "vector"}
    | {"disparity", "disparityl", "disparityr", "id", "ids", "objectid", "materialid", "instanceid", "crypto"}
)
# Layers of coverage: not light either, but half is plenty.
MATTES = frozenset({"alpha", "mask", "masks", "matte", "mattes", "roto", "key", "holdout", "coverage"})

ORDER: Mapping[str, int] = {name: k for k, name in enumerate(("R", "G", "B", "A"))}


class Place(NamedTuple):
    """Where a channel of a picture lies in a file: the number of the part and the channel's name there."""

    part: int
    channel: str


class PartNames(NamedTuple):
    """What of a part's header names its channels."""

    name: str
    channels: tuple[str, ...]
    view: str = ""
    views: tuple[str, ...] = ()  # of a single part that holds several views: the first needs no prefix


class Layout(Enum):
    """How layers are laid out in a file."""

    AUTO = "auto"  # as in the source: parts if it has parts, else channels
    CHANNELS = "as channels"
    PARTS = "as parts"
    NUKE = "Nuke channels"
    NUKE_PARTS = "Nuke parts"

    @property
    def in_parts(self) -> bool:
        return self in (Layout.PARTS, Layout.NUKE_PARTS)


def split(channel: str) -> tuple[str, str]:
    """Layer and component: `diffuse.left.R` is `diffuse.left` and `R`, `R` is the main layer's."""
    layer, _, component = channel.rpartition(".")
    return layer, component


def layers_of(channels: Iterable[str]) -> tuple[str, ...]:
    """The layers there are, the main one (an empty name) first."""
    found = dict.fromkeys(split(name)[0] for name in channels)
    return tuple(sorted(found, key=lambda layer: (layer != "", list(found).index(layer))))


def in_layer(channels: Sequence[str], layer: str) -> tuple[str, ...]:
    """The channels of a layer and of the layers within it; `rgba` or an empty name is the main layer."""
    if layer.lower() in MAIN_PARTS and not any(name.startswith(layer + ".") for name in channels if layer):
        return tuple(name for name in channels if not split(name)[0])
    return tuple(name for name in channels if name.startswith(layer + "."))


def _words(channel: str) -> list[str]:
    words = channel.lower().split(".")
    return words[:-1] or words


def is_measure(channel: str) -> bool:
    """True for depth, position, ids, Cryptomatte, ST maps and the like: exact numbers, not light."""
    if split(channel)[1].lower() == "z":
        return True
    return any(word in MEASURES or word.startswith("crypto") for word in _words(channel))


def is_data(channel: str) -> bool:
    """True for a channel that no colour conversion may touch: measures, mattes, alpha."""
    if is_measure(channel) or split(channel)[1] not in ("R", "G", "B"):
        return True
    return any(word in MATTES for word in _words(channel))


def colours(channels: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The layers of light: of each that has all three, the names of red, green, blue and alpha if there is one."""
    found: list[tuple[str, ...]] = []
    for layer in layers_of(channels):
        names = tuple(f"{layer}.{component}" if layer else component for component in ORDER)
        if all(name in channels and not is_data(name) for name in names[:3]):
            found.append(names if names[3] in channels else names[:3])
    return tuple(found)


def ordered(channels: Iterable[str]) -> tuple[str, ...]:
    """Channels as an artist lists them: the main layer first, R G B A before others in each layer."""
    names = list(channels)
    rank = {layer: k for k, layer in enumerate(layers_of(names))}

    def place(name: str) -> tuple[int, int, int]:
        layer, component = split(name)
        return rank[layer], ORDER.get(component, len(ORDER)), names.index(name)

    return tuple(sorted(names, key=place))


def views_of(parts: Sequence[PartNames]) -> tuple[str, ...]:
    """The views in a file, the one that is shown first in front; none if it has no views."""
    names: dict[str, None] = {}
    for part in parts:
        names.update(dict.fromkeys(part.views))
        if part.view:
            names[part.view] = None
    return tuple(names)


def fold(parts: Sequence[PartNames], view: str = "") -> dict[str, Place]:
    """The channels of one view of a file, by the names they have in a picture.

    Names follow the specification; Nuke's are folded in: `red` is `R`, and a channel without a layer in a
    part called `depth` is of the layer `depth`. A name that an earlier part holds already gets the part's
    name in front.
    """
    views = views_of(parts)
    wanted = view or (views[0] if views else "")
    found: dict[str, Place] = {}
    for number, part in enumerate(parts):
        if part.view and wanted and part.view != wanted:
            continue
        alone = len(parts) == 1
        layer = "" if alone else _part_layer(part, views)
        for channel in part.channels:
            inside = _view_removed(channel, part, wanted)
            if inside is None:
                continue
            name = _spec_name(inside, layer)
            if name in found:
                name = f"{part.name or number}.{name}"
            found[name] = Place(number, channel)
    return {name: found[name] for name in ordered(found)}


def _part_layer(part: PartNames, views: Sequence[str]) -> str:
    name = part.name
    for view in views:
        if name == view:
            return ""
        name = name.removesuffix(f".{view}").removeprefix(f"{view}.")
    return "" if name.lower() in MAIN_PARTS else name


def _view_removed(channel: str, part: PartNames, wanted: str) -> str | None:
    """The channel's name without its view, in a single part of several views; None if it is of another view.

    The view stands just before the component (`diffuse.right.R`); names without a layer are the first view's.
    """
    if len(part.views) < 2:
        return channel
    layer, component = split(channel)
    outer, _, last = layer.rpartition(".")
    if last in part.views:
        return (f"{outer}.{component}" if outer else component) if last == wanted else None
    if not layer:
        return channel if wanted == part.views[0] else None
    return channel  # a layer that belongs to no view is seen in all of them


def _spec_name(channel: str, part_layer: str) -> str:
    layer, component = split(channel)
    layer = layer or part_layer
    if not any(word.lower().startswith("crypto") for word in layer.split(".")):
        component = SHORT.get(component, component)
    return f"{layer}.{component}" if layer else component


class FilePart(NamedTuple):
    """A part to be written: its name, and for each channel of the picture the name it gets in the file."""

    name: str
    channels: Mapping[str, str]


def arrange(channels: Sequence[str], layout: Layout, view: str = "") -> tuple[FilePart, ...]:
    """Lay a picture's channels out in parts of a file; the main layer's part is the first."""
    nuke = layout in (Layout.NUKE, Layout.NUKE_PARTS)
    if not layout.in_parts:
        return (FilePart("", {name: _nuke_name(name) if nuke else name for name in channels}),)
    parts: list[FilePart] = []
    for layer in layers_of(channels):
        own = [name for name in channels if split(name)[0] == layer]
        if not nuke:
            parts.append(FilePart(layer or "rgba", {name: name for name in own}))
            continue
        groups: dict[str, dict[str, str]] = {}
        for name in own:
            component = split(name)[1]
            place = layer or ("rgba" if component in ORDER else "depth" if component == "Z" else "other")
            groups.setdefault(place, {})[name] = component if place == "rgba" else LONG.get(component, component)
        parts.extend(FilePart(place, names) for place, names in groups.items())
    if view:
        parts = [FilePart(f"{part.name}.{view}", part.channels) for part in parts]
    return tuple(parts)


def _nuke_name(channel: str) -> str:
    layer, component = split(channel)
    return f"{layer}.{LONG.get(component, component)}" if layer else component
