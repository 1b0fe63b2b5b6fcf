"""Compressed blocks of an EXR as they lie in the file: found by the table, never believed unseen."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.media.exr_file import ExrFile, ExrPart, broken


def spans(file: ExrFile, part: ExrPart, blocks: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where these blocks begin and end: one stands after the other, so each ends where the next begins."""
    starts = part.offsets[blocks].astype(np.int64)
    bad = (starts <= 0) | (starts >= file.size)
    if bad.any():
        raise missing(file, part, int(blocks[np.argmax(bad)]))
    return starts, file.edges[np.searchsorted(file.edges, starts, "right")]


def missing(file: ExrFile, part: ExrPart, block: int) -> Exception:
    """The complaint about a block that is not there."""
    return broken(file.path, f"block {block + 1} of {len(part.offsets)} is not there: the file was cut off")


def runs(
    order: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], int, int]]:
    """Blocks that stand side by side in the file: which of them, where they begin, where they end."""
    if not len(order):
        return
    cuts = np.flatnonzero(ends[order[:-1]] != starts[order[1:]]) + 1
    for run in np.split(order, cuts):
        yield run, int(starts[run[0]]), int(ends[run[-1]])


def read_blocks(
    file: ExrFile, handle: int, part: ExrPart, cells: Box
) -> tuple[list[bytes | bytearray], NDArray[np.uint64]]:
    """The bytes of a rectangle of blocks, and where in them each begins, row by row.

    Tiles are renumbered from the rectangle's corner, as they would be in a file that held just them.
    """
    columns, _ = part.grid
    rows = np.arange(cells.y0, cells.y1, dtype=np.int64)[:, None]
    blocks = (rows * columns + np.arange(cells.x0, cells.x1, dtype=np.int64)).reshape(-1)
    starts, ends = spans(file, part, blocks)
    skip = 4 if file.multipart else 0
    pieces: list[bytes | bytearray] = []
    places = np.zeros(len(blocks), np.uint64)
    at = 0
    for run, start, end in runs(np.argsort(starts, kind="stable"), starts, ends):
        data: bytes | bytearray = os.pread(handle, end - start, start)
        if len(data) < end - start:
            raise missing(file, part, int(blocks[run[-1]]))
        if part.tiled:
            data = bytearray(data)
        for k in run.tolist():
            here = int(starts[k]) - start
            _check(file, part, int(blocks[k]), memoryview(data)[here : int(ends[k]) - start])
            if isinstance(data, bytearray):
                row, column = divmod(int(blocks[k]), columns)
                struct.pack_into("<2i", data, here + skip, column - cells.x0, row - cells.y0)
            places[k] = at + here + skip
        pieces.append(data)
        at += len(data)
    return pieces, places


def check_blocks(file: ExrFile, handle: int, part: ExrPart) -> None:
    """Raise if any block of a flat part is not where its table says, by a look at how each begins."""
    blocks = np.arange(len(part.offsets), dtype=np.int64)
    starts, ends = spans(file, part, blocks)
    if part.deep:
        return
    for block, start, end in zip(blocks.tolist(), starts.tolist(), ends.tolist(), strict=True):
        _check(file, part, block, memoryview(os.pread(handle, 24, start)), end - start)


def _check(file: ExrFile, part: ExrPart, block: int, data: memoryview, room: int = 0) -> None:
    """Compare what stands before a block's bytes with what the table makes of it."""
    room = room or len(data)
    at = 4 if file.multipart else 0
    head = at + (20 if part.tiled else 8)
    if room < head or len(data) < head:
        raise missing(file, part, block)
    if at and struct.unpack_from("<i", data)[0] != part.index:
        raise broken(file.path, f"block {block + 1} belongs to another part")
    (length,) = struct.unpack_from("<i", data, head - 4)
    if length < 0 or head + length > room:
        raise broken(file.path, f"block {block + 1} of {len(part.offsets)} reaches past its end: the file was cut off")
    if part.tiled:
        row, column = divmod(block, part.grid[0])
        if not part.levels and struct.unpack_from("<4i", data, at) != (column, row, 0, 0):
            raise broken(file.path, f"tile {column}, {row} is not where the table says")
    elif struct.unpack_from("<i", data, at)[0] != part.data.y0 + block * part.lines:
        raise broken(file.path, f"the lines from {part.data.y0 + block * part.lines} are not where the table says")
