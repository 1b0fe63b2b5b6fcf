"""Compressed blocks of an EXR as they lie in the file: found by the table, never believed unseen."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.media.exr_file import ExrFile, ExrPart, broken

TWO = struct.Struct("<2i")


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


class Blocks(NamedTuple):
    """Compressed blocks one after the other, still in the file or here, and where in them each begins."""

    starts: NDArray[np.uint64]
    here: bytes | None
    handle: int = -1
    at: int = 0
    length: int = 0

    def after(self, head: bytes, *, at_hand: bool) -> BinaryIO | Stretch:
        """A file that has this before the blocks, to be read from its start; `at_hand`: without a call into Python.

        A thread of the library's own has no frame of Python yet: each call makes room for one and gives it back, which
        takes longer than a line of pixels.
        """
        if self.here is not None:
            return io.BytesIO(head + self.here)
        if not at_hand:
            return Stretch(head, self.handle, self.at, self.length)
        file = io.BytesIO()
        file.seek(len(head) + self.length - 1)
        file.write(b"\0")
        with file.getbuffer() as whole:
            whole[: len(head)] = head
            _fill(whole[len(head) :], self.handle, self.at)
        file.seek(0)
        return file


def _fill(room: memoryview, handle: int, at: int) -> None:
    """Read so many bytes of a file from there."""
    while room:
        done = os.preadv(handle, [room], at)
        if not done:
            raise OSError("the file ended while it was read")
        room, at = room[done:], at + done


class Stretch:
    """A stretch of a file read as if something else stood before it: no byte is moved before it is asked for."""

    def __init__(self, head: bytes, handle: int, start: int, length: int) -> None:
        self._head, self._handle, self._start = head, handle, start
        self._end = len(head) + length
        self._at = 0

    def read(self, count: int = -1) -> bytes:
        first = self._at
        self._at = self._end if count < 0 else min(self._end, first + count)
        before = self._head[first : self._at]
        here = max(first - len(self._head), 0)
        more = self._at - first - len(before)
        return before + os.pread(self._handle, more, self._start + here) if more > 0 else before

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._end)[whence])
        return self._at

    def tell(self) -> int:
        return self._at


def read_blocks(file: ExrFile, handle: int, part: ExrPart, cells: Box) -> Blocks:
    """The bytes of a rectangle of blocks, row by row.

    Tiles are renumbered from the rectangle's corner, as they would be in a file that held just them.
    """
    columns, _ = part.grid
    rows = np.arange(cells.y0, cells.y1, dtype=np.int64)[:, None]
    blocks = (rows * columns + np.arange(cells.x0, cells.x1, dtype=np.int64)).reshape(-1)
    starts, ends = spans(file, part, blocks)
    skip = 4 if file.multipart else 0
    found = list(runs(np.argsort(starts, kind="stable"), starts, ends))
    if not part.tiled and len(found) == 1:
        (_, start, end) = found[0]
        _look_at(file, handle, part, blocks, starts, ends)
        return Blocks((starts - start + skip).astype(np.uint64), None, handle, start, end - start)
    pieces: list[bytes | bytearray] = []
    places = np.zeros(len(blocks), np.uint64)
    at = 0
    for run, start, end in found:
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
    return Blocks(places, b"".join(pieces))


def check_blocks(file: ExrFile, handle: int, part: ExrPart) -> None:
    """Raise if any block of a flat part is not where its table says, by a look at how each begins."""
    blocks = np.arange(len(part.offsets), dtype=np.int64)
    starts, ends = spans(file, part, blocks)
    if not part.deep:
        _look_at(file, handle, part, blocks, starts, ends)


def _look_at(
    file: ExrFile,
    handle: int,
    part: ExrPart,
    blocks: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> None:
    """Raise if one of these blocks does not begin as it should."""
    plain = not part.tiled and not file.multipart
    pread, line, lines = os.pread, part.data.y0, part.lines
    for block, start, end in zip(blocks.tolist(), starts.tolist(), ends.tolist(), strict=True):
        found = pread(handle, 24, start)
        if plain and len(found) == 24:  # what nearly all are, without much ado
            here, length = TWO.unpack_from(found)
            if here == line + block * lines and 0 <= length <= end - start - 8:
                continue
        _check(file, part, block, memoryview(found), end - start)


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
