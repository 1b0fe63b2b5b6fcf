"""Splicing: copy the compressed blocks that no node touched, and encode only those that one did.

A pixel that was not changed keeps its bits, and a block that was not touched keeps its bytes: also in a
lossy file, where encoding again would cost a generation.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.data.threads import cores
from nodegraph.media.atomic import atomic
from nodegraph.media.exr_attributes import Attribute, Channel, attribute
from nodegraph.media.exr_bands import Bands, Planes, cut, joined
from nodegraph.media.exr_blocks import check_blocks, spans
from nodegraph.media.exr_codec import DTYPES, Share, check_open, decode, encode_aside
from nodegraph.media.exr_copy import PartCopy, copied
from nodegraph.media.exr_file import ExrFile, ExrPart, broken
from nodegraph.media.exr_output import SHARED, Chunk, Kept, PartBlocks, Span, chunks_of, write_blocks
from nodegraph.media.exr_read import plane
from nodegraph.media.exr_recent import RECENT, Place
from nodegraph.media.exr_write import STRUCTURE, PartToWrite, blocks_of, encoded
from nodegraph.media.half import to_half

# What a program said of the pixels as they were, and what would be wrong of the new ones.
STALE = frozenset({"preview", "hash", "capDate"})


@dataclass(frozen=True)
class Wanted:
    """How a picture is to be written, as far as splicing depends on it."""

    channels: tuple[Channel, ...]
    compression: str
    data: Box
    display: Box
    tile: int = 0


class Change(NamedTuple):
    """A rectangle and its new values, by channel (HxW each), in the file's own light.

    Where the planes are those of one array, `pixels` is it (HxWxC) and `order` says which is which: that is faster.
    """

    box: Box
    planes: Mapping[str, NDArray[Any]]
    order: tuple[str, ...] = ()
    pixels: NDArray[Any] | None = None


@dataclass(frozen=True)
class Spliced:
    """What was done: blocks copied and blocks encoded."""

    copied: int
    encoded: int
    attributes: Mapping[str, Any] = field(default_factory=dict)


def why_not(source: ExrFile, index: int, wanted: Wanted) -> str:
    """Why a file cannot be spliced into what is wanted, in words; empty if it can."""
    part = source.parts[index]
    never = _why_never(part)
    if never:
        return never
    if not source.complete:
        return "the source file is not complete"
    if sorted((each.name, each.type) for each in part.channels) != sorted((c.name, c.type) for c in wanted.channels):
        mine, theirs = _said(wanted.channels), _said(part.channels)
        return f"the channels differ: the source has {theirs}, the output {mine}"
    if part.compression != wanted.compression:
        return f"the compression differs: the source is {part.compression}, the output {wanted.compression}"
    if part.data != wanted.data or part.display != wanted.display:
        return "the size or data window differs from the source"
    tile = part.tile or (0, 0)
    if tile != (wanted.tile, wanted.tile):
        return (
            "the source is tiled otherwise than the output"
            if any(tile) and wanted.tile
            else ("the source is tiled, the output not" if any(tile) else "the output is tiled, the source not")
        )
    return ""


def _why_never(part: ExrPart) -> str:
    if part.deep:
        return "the source holds deep pixels"
    if part.subsampled:
        return "the source stores colour at half size"
    if part.levels:
        return "the source holds smaller versions of the picture (mip maps), which would have to be made again"
    return ""


def _said(channels: Sequence[Channel]) -> str:
    return ", ".join(f"{each.name} ({each.type})" for each in channels)


def splice(
    source: ExrFile,
    index: int,
    target: str | Path,
    changes: Sequence[Change] = (),
    *,
    attributes: Mapping[str, Any | None] | None = None,
    more: Sequence[PartToWrite | PartCopy] = (),
    level: float | None = None,
) -> Spliced:
    """Write `source` again with some rectangles of one part changed, and perhaps further parts added.

    `attributes` are set in the header of that part, or taken away by None; all others stay.
    """
    target = Path(target)
    never = _why_never(source.parts[index]) if changes else ""
    if never:
        raise MediaError(f"{source.path} cannot be changed in part: {never}", "write the picture whole")
    try:
        handle = os.open(source.path, os.O_RDONLY)
    except OSError as fault:
        raise MediaError(f"{source.path} cannot be read: {fault.strerror}", "check that it is still there") from fault
    asked: list[Future[dict[int, _Encoding]]] = []
    try:
        check_open(source.path, source, handle)
        multipart = source.multipart or bool(more)
        parts = []
        runs = _runs(source.parts[index], changes)
        count = sum(cells.area for cells in runs)
        for part in source.parts:
            touched = runs if part.index == index else []
            header = _header(part, attributes or {}, part.index == index, bool(level) and bool(touched), level)
            if touched:
                part.check_channels(source.path, {name for change in changes for name in change.planes})
                asked.append(_aside().submit(_encode_touched, source, handle, part, changes, touched, multipart, level))
            parts.append(_part(source, handle, part, touched, asked[-1] if touched else None, header, multipart))
        for number, extra in enumerate(more, len(parts)):
            if isinstance(extra, PartCopy):
                parts.append(copied(source, handle, extra, number))
            else:
                parts.append(encoded(extra, number, True))
        with atomic(target, settled=False) as beside:
            write_blocks(beside, target, parts, multipart)
            for part in source.parts:  # the disk is still busy: so this costs nothing, and it is not named yet
                check_blocks(source, handle, part)
    finally:
        wait(asked)  # they read the file
        os.close(handle)
    total = sum(len(part.offsets) for part in source.parts)
    return Spliced(total - count, count)


@cache
def _aside() -> ThreadPoolExecutor:
    """Threads in which blocks that were touched are decoded and handed out, while those before them are copied."""
    return ThreadPoolExecutor(cores(), thread_name_prefix="splice")


def _header(
    part: ExrPart, changes: Mapping[str, Any | None], changed: bool, say_level: bool, level: float | None
) -> dict[str, Attribute]:
    header = dict(part.attributes)
    if changed:
        for name in STALE & header.keys():
            del header[name]
    for name, value in changes.items():
        if name in STRUCTURE or not (changed or name in SHARED):
            continue
        if value is None:
            header.pop(name, None)
        else:
            header[name] = attribute(value)
    if changed and say_level and part.compression.startswith("dwa"):
        header["dwaCompressionLevel"] = attribute(float(level or 45.0))
    return header


def _part(
    source: ExrFile,
    handle: int,
    part: ExrPart,
    touched: Sequence[Box],
    fresh: Future[dict[int, _Encoding]] | None,
    header: dict[str, Attribute],
    multipart: bool,
) -> PartBlocks:
    starts, ends = spans(source, part, np.arange(len(part.offsets), dtype=np.int64))
    stays = np.ones(len(starts), np.bool_)
    columns, _ = part.grid
    for cells in touched:
        for row in range(cells.y0, cells.y1):
            stays[row * columns + cells.x0 : row * columns + cells.x1] = False
    chunks: list[Chunk] = []
    if multipart and not source.multipart:  # each block is to say whose it is
        chunks = chunks_of(handle, struct.pack("<i", part.index), starts, ends)

    def chunk(block: int) -> Chunk:
        return chunks[block] if fresh is None or stays[block] else fresh.result().pop(block).chunk()

    def ready(block: int) -> bool:
        return fresh is None or bool(stays[block]) or (fresh.done() and fresh.result()[block].share.ready)

    kept = None if chunks else Kept(handle, starts, ends, stays)
    return PartBlocks(header, np.argsort(part.offsets, kind="stable"), chunk, ready, kept)


class _Share:
    """Rows of blocks that are being encoded together, opened when the first of them is wanted."""

    def __init__(self, share: Share, before: bytes) -> None:
        self._share, self._before = share, before
        self._chunks: list[Chunk] = []

    @property
    def ready(self) -> bool:
        return bool(self._chunks) or self._share.ready

    @property
    def chunks(self) -> list[Chunk]:
        if not self._chunks:
            self._chunks = blocks_of(self._share.take(), self._before)
        return self._chunks


class _Encoding(NamedTuple):
    """A block that was touched: which of a share's it is, and its place in the part where it is a tile."""

    share: _Share
    number: int
    tile: tuple[int, int] | None
    before: bytes

    def chunk(self) -> Chunk:
        found = self.share.chunks[self.number]
        if self.tile is None:
            return found
        assert not isinstance(found.body, Span)
        return Chunk(self.before + struct.pack("<4i", *self.tile, 0, 0), found.body[16:])


def _encode_touched(
    source: ExrFile,
    handle: int,
    part: ExrPart,
    changes: Sequence[Change],
    touched: Sequence[Box],
    multipart: bool,
    level: float | None,
) -> dict[int, _Encoding]:
    """The blocks that a change touches, decoded in the file's own light and changed; they are being encoded again."""
    before = struct.pack("<i", part.index) if multipart else b""
    columns, _ = part.grid
    lines = part.tile[1] if part.tile else part.lines
    fresh: dict[int, _Encoding] = {}
    for cells in touched:
        box = _box_of(part, cells)
        known = RECENT.take(Place.of(handle, part.index), box)
        old = decode(source, handle, part, box) if known is None else known
        shares = encode_aside(
            partial(_changed, old, changes),
            box,
            part.compression,
            pixel_bytes=part.pixel_bytes,
            tile=part.tile,
            level=level or _level(part),
            linear=[each.name for each in part.channels if each.linear],
        )
        for share in shares:
            opened = _Share(share, before)
            top = cells.y0 + (share.rows.y0 - box.y0) // lines
            for row in range(top, top - (-share.rows.height // lines)):
                for column in range(cells.x0, cells.x1):
                    number = (row - top) * cells.width + column - cells.x0
                    tile = (column, row) if part.tiled else None
                    fresh[row * columns + column] = _Encoding(opened, number, tile, before)
    if len(fresh) != sum(cells.area for cells in touched):
        raise broken(source.path, "its blocks cannot be made again")
    return fresh


def _changed(old: Bands, changes: Sequence[Change], rows: Box) -> Planes:
    """Some rows with the changes in them."""
    planes = joined(cut(old, rows))
    for change in changes:
        inside = change.box.meet(rows)
        if inside.empty:
            continue
        together = planes.get("".join(change.order))
        if change.pixels is not None and together is not None and together.ndim == 3:
            _put(change.pixels[inside.slices(change.box)], together[inside.slices(rows)])
            continue
        for name, values in change.planes.items():
            into = plane(planes, name)
            _put(values[inside.slices(change.box)], into[inside.slices(rows)])
    return planes


def _level(part: ExrPart) -> float | None:
    found = part.attributes.get("dwaCompressionLevel")
    return float(found.value) if found is not None and part.compression.startswith("dwa") else None


def _put(values: NDArray[Any], into: NDArray[Any]) -> None:
    if into.dtype == DTYPES["half"]:
        to_half(values, into)
    elif into.dtype == DTYPES["uint"]:
        into[:] = np.rint(np.maximum(values, 0))
    else:
        into[:] = values


def _runs(part: ExrPart, changes: Sequence[Change]) -> list[Box]:
    """Rectangles of blocks that hold every change, none twice."""
    touched: list[Box] = []
    for change in changes:
        cells = part.cells(change.box)
        if cells.empty:
            continue
        grown = True
        while grown:  # join with those it overlaps, until it overlaps none
            grown = False
            for other in touched:
                if not other.meet(cells).empty:
                    touched.remove(other)
                    cells = cells.join(other)
                    grown = True
                    break
        touched.append(cells)
    return touched


def _box_of(part: ExrPart, cells: Box) -> Box:
    width, height = part.tile or (part.data.width, part.lines)
    box = Box(cells.x0 * width, cells.y0 * height, cells.x1 * width, cells.y1 * height)
    return box.move(part.data.x0, part.data.y0).meet(part.data)
