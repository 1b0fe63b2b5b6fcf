"""Writing an EXR: headers of our own, blocks compressed by the library or copied from another file."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.media.atomic import atomic
from nodegraph.media.exr_attributes import COMPRESSIONS, Attribute, Channel, attribute, write_channels
from nodegraph.media.exr_codec import Share, encode, encode_aside, table_of
from nodegraph.media.exr_file import LINES
from nodegraph.media.exr_output import Chunk, PartBlocks, Together, write_blocks

TYPE_OF = {np.dtype(np.float16): "half", np.dtype(np.float32): "float", np.dtype(np.uint32): "uint"}
LARGE = 32 << 20  # bytes of pixels from which a part is encoded while it is written
# Attributes that say how pixels are stored: set by what is written, never by who asks.
STRUCTURE = frozenset(
    {"channels", "compression", "dataWindow", "displayWindow", "lineOrder", "pixelAspectRatio", "tiles", "type", "name"}
    | {"chunkCount", "version", "maxSamplesPerPixel", "view"}
)


@dataclass(frozen=True, eq=False)
class PartToWrite:
    """One part: its windows, its channels as planes (HxW; half, float or uint by their own type), and the rest."""

    data: Box
    display: Box
    planes: Mapping[str, NDArray[Any]]
    compression: str = "zip"
    name: str = ""
    view: str = ""
    tile: int = 0
    level: float | None = None  # of DWA: 45 is the library's own, more is smaller and worse
    pixel_aspect: float = 1.0
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def together(self) -> bool:
        return set(self.planes) in ({"RGB"}, {"RGBA"})

    @property
    def channels(self) -> tuple[Channel, ...]:
        if self.together:
            ((names, array),) = self.planes.items()
            return tuple(Channel(name, TYPE_OF[array.dtype]) for name in sorted(names))
        return tuple(Channel(name, TYPE_OF[array.dtype]) for name, array in sorted(self.planes.items()))

    def header(self) -> dict[str, Attribute]:
        """The attributes that go into the file."""
        given = {name: attribute(value) for name, value in self.attributes.items() if name not in STRUCTURE}
        result = {
            "screenWindowCenter": attribute((0.0, 0.0)),
            "screenWindowWidth": attribute(1.0),
            **given,
            "channels": Attribute("chlist", write_channels(self.channels)),
            "compression": Attribute("compression", bytes([COMPRESSIONS.index(self.compression)])),
            "dataWindow": attribute(self.data),
            "displayWindow": attribute(self.display),
            "lineOrder": Attribute("lineOrder", b"\0"),
            "pixelAspectRatio": attribute(float(self.pixel_aspect)),
            "type": attribute("tiledimage" if self.tile else "scanlineimage"),
        }
        if self.tile:
            result["tiles"] = Attribute("tiledesc", struct.pack("<IIB", self.tile, self.tile, 0))
        if self.name:
            result["name"] = attribute(self.name)
        if self.view:
            result["view"] = attribute(self.view)
        if self.level is not None and self.compression.startswith("dwa"):
            result["dwaCompressionLevel"] = attribute(float(self.level))
        return result


def write_exr(path: str | Path, parts: Sequence[PartToWrite]) -> None:
    """Encode a whole file; it takes its name only when it is complete.

    While the lower rows of a large part are encoded, those above them are on their way to the disk.
    """
    path = Path(path)
    if not parts:
        raise MediaError(f"nothing to write to {path}", "wire something into the Write")
    several = len(parts) > 1
    begun: list[Share] = []
    try:
        with atomic(path, settled=False) as beside:
            blocks = [encoded(part, index, several, begun) for index, part in enumerate(parts)]
            write_blocks(beside, path, blocks, several)
    finally:
        for share in begun:
            share.line.cancel()


def encoded(part: PartToWrite, index: int = 0, multipart: bool = False, begun: list[Share] | None = None) -> PartBlocks:
    """A part with its blocks compressed, or being compressed: what was begun is noted down."""
    for name, plane in part.planes.items():
        if plane.shape[:2] != (part.data.height, part.data.width) or plane.dtype not in TYPE_OF or not plane.size:
            raise ValueError(f"channel {name}: {plane.dtype} of {plane.shape} for a window of {tuple(part.data)}")
    before = struct.pack("<i", index) if multipart else b""
    nbytes = sum(plane.nbytes for plane in part.planes.values())
    if begun is None or part.tile or nbytes < LARGE:
        tile = (part.tile, part.tile) if part.tile else None
        whole = encode(part.planes, part.data, part.compression, tile=tile, level=part.level)
        blocks = together(whole, before)
        return PartBlocks(part.header(), np.arange(len(blocks.starts)), lambda _first: blocks)
    shares = encode_aside(part.planes, part.data, part.compression, level=part.level)
    begun.append(shares[0])  # one stops them all
    lines = LINES[part.compression]
    share_of = {(share.rows.y0 - part.data.y0) // lines: share for share in shares}  # by its first block
    return PartBlocks(
        part.header(),
        np.arange(-(-part.data.height // lines)),
        lambda first: together(share_of[first].take(), before),
        lambda first: share_of[first].ready,
    )


def together(data: bytes, before: bytes = b"") -> Together:
    """The blocks of a single-part file in memory, which the library has put one after the other."""
    at, starts, _ = table_of(data)
    first = at + 8 * len(starts)
    if starts[0] != first or (np.diff(starts) <= 0).any():
        raise ValueError("the blocks of an encoded file stand in another order than its table")
    return Together(before, memoryview(data)[first:], starts - first)


def blocks_of(data: bytes, before: bytes = b"") -> list[Chunk]:
    """The same, one by one."""
    found = together(data, before)
    edges = [*found.starts.tolist(), len(found.data)]
    return [Chunk(before, found.data[start:end]) for start, end in itertools.pairwise(edges)]
