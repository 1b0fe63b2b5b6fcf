"""How a picture will be written to an EXR, spliced or whole, and why: decided before a pixel is touched."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nodegraph.data.box import EMPTY, Box, Format
from nodegraph.data.errors import MediaError
from nodegraph.data.image import RGBA, BesideSource, Channels, Image, PatchSource
from nodegraph.media.layers import FilePart, Layout, arrange, split
from nodegraph.media.layers_depth import Depth, depths_of, loses
from nodegraph.media.layers_windows import apart, lent
from nodegraph.media.open_lazy import FileSource

AS_SOURCE = "same as source"
EXACT = "zip"
FALLBACK = "zips"  # Nuke reads lines: ZIPS lets it read one at a time

PartKey = Channels


@dataclass(frozen=True)
class SourcePart:
    """What there is to know of the part of a file that a picture comes from."""

    names: Mapping[str, str]  # the picture's channel -> the file's
    depths: Mapping[str, Depth]
    compression: str
    tile: tuple[int, int]  # (0, 0): scanlines
    data: Box
    format: Format
    others: Mapping[str, int]  # channels that lie in other parts of the file, and in which


@dataclass(frozen=True)
class Wanted:
    """What the artist asked for."""

    compression: str = AS_SOURCE
    depth: Depth | None = None  # None: as in the source, else by the rule
    layer_bits: str = ""
    tile: int = 0  # 0: as in the source, else scanlines
    space: str = ""  # empty: the source's if it can be spliced, else `whole`
    whole: str = ""  # the space of a picture that is encoded whole; empty: the one it is in
    layout: Layout = Layout.AUTO
    view: str = ""
    aces: bool = False


@dataclass(frozen=True)
class WritePlan:
    """What will stand in the file."""

    parts: tuple[FilePart, ...]
    depths: Mapping[str, Depth]
    compression: str
    tile: tuple[int, int]
    space: str
    reasons: tuple[str, ...] = field(default=())  # why it is encoded whole; none: its blocks are spliced
    # Parts (by their channels) that are the source's own once more, and what their channels are called in the picture.
    copies: Mapping[PartKey, Mapping[str, str]] = field(default_factory=dict)
    lone: frozenset[str] = frozenset()  # channels that wanted a part of their own

    @property
    def splice(self) -> bool:
        return not self.reasons

    def packed(self, part: FilePart) -> str:
        """How a part is compressed: a layer that somebody will lay over the plate again keeps all its bits.

        A lossy codec would save little in it: it is as small as what it shows.
        """
        lossy = any(loses(self.compression, stored, self.depths[name]) for name, stored in part.channels.items())
        return EXACT if lossy and self.lone.issuperset(part.channels) else self.compression


def plan_exr(image: Image, wanted: Wanted, target: Path, source: SourcePart | None, lost: str) -> WritePlan:
    """Decide how to write a picture; `lost` says why there is no source part, if there is none."""
    if wanted.aces:
        return _aces(image, wanted)
    origin = image.origin if source is not None else None
    known = source if origin is not None else None
    reasons = [] if known is not None else [lost]
    compression = _compression(image, wanted, known)
    parts = _parts(image, wanted, known)
    default, text, kept = _default_depth(image, wanted, known)
    copies = _copies(image, parts, known)
    if wanted.depth is None and known is not None:
        kept = {**kept, **{name: known.depths[old] for names in copies.values() for name, old in names.items()}}
    depths = depths_of(image.channels, default, text, kept)
    tile = (wanted.tile, wanted.tile) if wanted.tile else known.tile if known is not None else (0, 0)
    space = wanted.space or (origin.space if origin is not None else "") or wanted.whole or image.colorspace
    if known is not None and origin is not None:
        reasons += _why_whole(image, known, target, origin.file, compression, depths, parts, tile)
        if space != origin.space:
            reasons.append(f"the file is in the space {origin.space}, {space} is asked for")
    if reasons and not wanted.space:
        space = wanted.whole or image.colorspace
    return WritePlan(
        parts, depths, compression, tile, space, tuple(reasons), {} if reasons else copies, frozenset(apart(image))
    )


def _copies(
    image: Image, parts: tuple[FilePart, ...], source: SourcePart | None
) -> Mapping[PartKey, Mapping[str, str]]:
    """The parts that are the source's main one under another name: its blocks can be copied for them."""
    found: dict[PartKey, Mapping[str, str]] = {}
    origin = image.origin
    if source is None or origin is None:
        return found
    for part in parts[1:]:
        loan = lent(image, part.channels)
        if loan is None or replace(origin, changed=()) != loan[0]:
            continue
        if source.names.keys() >= set(loan[1].values()):
            found[tuple(part.channels)] = loan[1]
    return found


def _why_whole(
    image: Image,
    source: SourcePart,
    target: Path,
    file: Path,
    compression: str,
    depths: Mapping[str, Depth],
    parts: tuple[FilePart, ...],
    tile: tuple[int, int],
) -> list[str]:
    why: list[str] = []
    if target == file or (os.path.exists(target) and os.path.samefile(target, file)):
        why.append("source and target are the same file")
    if compression != source.compression:
        why.append(f"the source's compression is {source.compression.upper()}, {compression.upper()} is asked for")
    if tile != source.tile:
        why.append(f"the source has {_tiles(source.tile)}, {_tiles(tile)} are asked for")
    other = [name for name, depth in source.depths.items() if depths.get(name) is not depth]
    if other:
        why.append(f"{', '.join(other)} is {source.depths[other[0]].value} in the source, not {depths[other[0]].value}")
    if image.format != source.format:
        why.append("the picture has another format than the source")
    if not image.data.covers(source.data):
        why.append("the picture's data window is smaller than the source's")
    if not source.data.covers(image.changed):
        why.append("something was changed outside the source's data window")
    touched = [name for _, names in patches(image) or () for name in names if name in source.others]
    if touched or (source.others and image.changed != EMPTY and patches(image) is None):
        why.append("something was changed in another part of the source than its main one")
    if dict(parts[0].channels) != dict(source.names):
        added = [name for name in parts[0].channels if name not in source.names]
        if added:
            why.append(
                f"the channel {', '.join(added)} joins the source's (as parts they would leave its blocks alone)"
            )
        else:
            why.append("the channels lie or are called otherwise in the source")
    return why


def _tiles(tile: tuple[int, int]) -> str:
    return f"tiles of {tile[0]}x{tile[1]}" if tile[0] else "scanlines"


def _compression(image: Image, wanted: Wanted, source: SourcePart | None) -> str:
    if wanted.compression != AS_SOURCE:
        return wanted.compression
    if source is not None:
        return source.compression
    return str(image.metadata.get("input/compression", "")) or FALLBACK


def _default_depth(image: Image, wanted: Wanted, source: SourcePart | None) -> tuple[Depth, str, Mapping[str, Depth]]:
    known = {name: Depth(bits) for name, bits in json.loads(image.metadata.get("input/depths", "{}")).items()}
    if wanted.depth is not None:  # whole numbers are no light: as half, ids would be infinite
        return wanted.depth, wanted.layer_bits, {name: bits for name, bits in known.items() if bits is Depth.UINT}
    read_as = str(image.metadata.get("input/bits", ""))
    default = Depth.FLOAT if read_as == "float" and image.metadata.get("input/compression") else Depth.HALF
    return default, wanted.layer_bits, {**known, **(source.depths if source is not None else {})}


def _parts(image: Image, wanted: Wanted, source: SourcePart | None) -> tuple[FilePart, ...]:
    """The origin's own part first, then what lies in its other parts, then what was added.

    Layers that want parts of their own get them, wherever the others lie.
    """
    alone = apart(image) if wanted.layout is Layout.AUTO else ()
    alone = tuple(name for name in alone if source is None or name not in {*source.names, *source.others})
    if alone and len(alone) < len(image.channels):
        rest = image.with_channels([name for name in image.channels if name not in alone])
        return (*_together(rest, wanted, source), *arrange(alone, Layout.PARTS, wanted.view))
    return _together(image, wanted, source)


def _together(image: Image, wanted: Wanted, source: SourcePart | None) -> tuple[FilePart, ...]:
    layout = Layout.CHANNELS if wanted.layout is Layout.AUTO else wanted.layout
    if source is None:
        return arrange(image.channels, layout, wanted.view)
    others = [name for name in image.channels if name in source.others]
    added = [name for name in image.channels if name not in source.names and name not in source.others]
    if wanted.layout is Layout.AUTO and (others or not added):
        first = FilePart("", source.names)
        return (first, *arrange(others, Layout.PARTS, wanted.view), *arrange(added, Layout.PARTS, wanted.view))
    if layout.in_parts:
        alone = arrange(list(source.names), layout, wanted.view)
        if len(alone) == 1 and dict(alone[0].channels) == dict(source.names):
            return (alone[0], *arrange(others, layout, wanted.view), *arrange(added, layout, wanted.view))
    return arrange(image.channels, layout, wanted.view)


def _aces(image: Image, wanted: Wanted) -> WritePlan:
    """SMPTE ST 2065-4: RGB or RGBA, half, uncompressed, AP0, one part of scanlines."""
    extra = [name for name in image.channels if name not in RGBA]
    if extra or image.rgb != RGBA[:3]:
        raise MediaError(
            f"an ACES container holds R G B or R G B A, not {', '.join(extra) or ', '.join(image.channels)}",
            "choose the channels rgba on Write, and write the other layers to a file of their own",
        )
    if wanted.compression not in (AS_SOURCE, "none") or wanted.depth is Depth.FLOAT or wanted.tile or wanted.layer_bits:
        raise MediaError(
            "an ACES container is half, uncompressed and without tiles", "leave compression, bits and tile as they are"
        )
    names = {name: name for name in image.main}
    return WritePlan(
        (FilePart("", names),),
        dict.fromkeys(names, Depth.HALF),
        "none",
        (0, 0),
        "ACES2065-1",
        ("an ACES container is written whole",),
    )


def patches(image: Image) -> list[tuple[Box, Channels]] | None:
    """What was laid over a picture from a file, oldest first: where, and which channels; None if that is unknown."""
    found: list[tuple[Box, Channels]] = []
    source = image.source
    while isinstance(source, (PatchSource, BesideSource)):
        if isinstance(source, PatchSource):
            found.insert(0, (source.patch.data, source.patch.channels))
        source = source.base.source
    return found if isinstance(source, FileSource) else None


def unite(parts: tuple[FilePart, ...]) -> tuple[FilePart, ...]:
    """Give every part of several a name of its own, as a file of several parts needs."""
    if len(parts) < 2:
        return parts
    taken: set[str] = set()
    result: list[FilePart] = []
    for part in parts:
        layer = next((split(name)[0] for name in part.channels), "")
        name = first = part.name or layer or "rgba"
        k = 2
        while name in taken:
            name, k = f"{first}{k}", k + 1
        taken.add(name)
        result.append(FilePart(name, part.channels))
    return tuple(result)
