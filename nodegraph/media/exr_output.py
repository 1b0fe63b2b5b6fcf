"""Putting an EXR on the disk: headers, tables, and blocks that are new or stand in another file."""

from __future__ import annotations

import contextlib
import itertools
import mmap
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.media.atomic import write_fault
from nodegraph.media.exr_attributes import Attribute, attribute
from nodegraph.media.exr_codec import header_bytes
from nodegraph.media.exr_file import DEEP, LONG_NAMES, MAGIC, MULTIPART, TILED

STEP = 512 << 10  # bytes written at a time
MANY = 256  # pieces written at a time
WINDOW = 8 << 20  # bytes of a source that are looked at a time
# Linux gives a file's pages as they lie in memory, all at once; elsewhere they would come one by one.
MAPPED = mmap.MAP_SHARED | mmap.MAP_POPULATE if hasattr(mmap, "MAP_POPULATE") else 0
SHARED = ("displayWindow", "pixelAspectRatio", "timeCode", "chromaticities")


class Span(NamedTuple):
    """Bytes that stand in an open file."""

    handle: int
    start: int
    length: int


class Chunk(NamedTuple):
    """One block as it goes into the file: what comes before, and its own bytes, here or in another file."""

    before: bytes
    body: memoryview | bytes | Span


class Together(NamedTuple):
    """Blocks that come one after the other in the table, and lie so in memory."""

    before: bytes  # what comes before each
    data: memoryview
    starts: NDArray[np.int64]

    def pieces(self) -> list[bytes | memoryview]:
        """What goes into the file, in order."""
        if not self.before:
            return [self.data]
        edges = [*self.starts.tolist(), len(self.data)]
        return [piece for a, b in itertools.pairwise(edges) for piece in (self.before, self.data[a:b])]

    def places(self) -> NDArray[np.int64]:
        """Where each begins, counted from the first."""
        places: NDArray[np.int64] = self.starts + np.arange(len(self.starts)) * len(self.before)
        return places


class Kept(NamedTuple):
    """Blocks that go into the file as they stand in another, head and all; by their place in the table."""

    handle: int
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    stays: NDArray[np.bool_]  # the others are made anew

    def runs(self, order: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Span | None]]:
        """Blocks in order, together as far as they stand side by side there; None where they are made anew."""
        stays, starts, ends = self.stays[order], self.starts[order], self.ends[order]
        cut = (stays[1:] != stays[:-1]) | (stays[1:] & (ends[:-1] != starts[1:]))
        edges = [0, *(np.flatnonzero(cut) + 1).tolist(), len(order)]
        for first, end in itertools.pairwise(edges):
            start = int(starts[first])
            yield order[first:end], Span(self.handle, start, int(ends[end - 1]) - start) if stays[first] else None


class PartBlocks(NamedTuple):
    """A part ready to be written: its header, and its blocks by their place in the table.

    `chunk` gives a block, or several at once from this one on, and waits for it where it is not `ready` but still
    being encoded.
    """

    header: dict[str, Attribute]
    order: NDArray[np.int64]  # in which the blocks stand in the file
    chunk: Callable[[int], Chunk | Together]
    ready: Callable[[int], bool] | None = None  # None: they all are
    kept: Kept | None = None


def _shared(parts: Sequence[PartBlocks]) -> dict[str, Attribute]:
    """What all parts of a file must agree on: as the first part that says it has it."""
    found: dict[str, Attribute] = {}
    for part in reversed(parts):
        found.update({name: part.header[name] for name in SHARED if name in part.header})
    return found


def _names(parts: Sequence[PartBlocks]) -> list[dict[str, Attribute]]:
    """What parts of a file of several must say of themselves: a kind, and a name that no other has."""
    taken: set[str] = set()
    found = []
    for k, part in enumerate(parts):
        wanted = str(part.header["name"].value) if "name" in part.header else ("part" if k else "rgba")
        name, number = wanted, 2
        while name in taken:
            name, number = f"{wanted}{number}", number + 1
        taken.add(name)
        kind = attribute("tiledimage" if "tiles" in part.header else "scanlineimage")
        found.append({"name": attribute(name), "type": part.header.get("type", kind)})
    return found


def write_blocks(beside: Path, path: Path, parts: Sequence[PartBlocks], multipart: bool) -> None:
    """Put headers, tables and blocks into a file. `path` is the name that complaints use."""
    flags = 2 | (MULTIPART if multipart else 0)
    deep = any(b"deep" in part.header["type"].data for part in parts if "type" in part.header)
    if deep:
        flags |= DEEP
    elif not multipart and "tiles" in parts[0].header:
        flags |= TILED
    shared = _shared(parts) if multipart else {}
    names = _names(parts) if multipart else [{}] * len(parts)
    heads = []
    for part, name in zip(parts, names, strict=True):
        header = {**part.header, **shared, **name}
        if multipart or deep:
            header["chunkCount"] = attribute(len(part.order))
        else:
            header.pop("chunkCount", None)
        if any(len(name) > 31 or len(found.type) > 31 for name, found in header.items()):
            flags |= LONG_NAMES
        if any(len(each.name) > 31 for each in header["channels"].value):
            flags |= LONG_NAMES
        heads.append(header_bytes(header))
    start = struct.pack("<II", MAGIC, flags) + b"".join(heads) + (b"\0" if multipart else b"")
    tables = [np.zeros(len(part.order), np.uint64) for part in parts]
    try:
        with _Output(beside) as output:
            output.put([start, bytes(sum(table.nbytes for table in tables))])
            for part, table in zip(parts, tables, strict=True):
                _put_part(output, part, table)
            output.patch(len(start), b"".join(table.tobytes() for table in tables))
    except OSError as fault:
        raise write_fault(path, fault) from fault


def _put_part(output: _Output, part: PartBlocks, table: NDArray[np.uint64]) -> None:
    """Put a part's blocks into a file, and where each lies into its table."""
    if part.kept is None:
        _put_blocks(output, part, part.order, table)
        return
    for blocks, span in part.kept.runs(part.order):
        if span is None:
            _put_blocks(output, part, blocks, table)
        else:
            table[blocks] = part.kept.starts[blocks] + (output.at - span.start)
            output.copy(span)


def _put_blocks(output: _Output, part: PartBlocks, blocks: NDArray[np.int64], table: NDArray[np.uint64]) -> None:
    """Put these blocks into a file, many at a time."""
    pending: list[bytes | memoryview] = []
    at, number = output.at, 0
    while number < len(blocks):
        k = int(blocks[number])
        if part.ready is not None and not part.ready(k):  # what comes before it goes to the disk meanwhile
            output.put(pending)
            pending.clear()
        found = part.chunk(k)
        if isinstance(found, Together):
            pending += found.pieces()
            count = len(found.starts)
            table[blocks[number : number + count]] = at + found.places()
            at += len(found.data) + count * len(found.before)
            number += count
        else:
            before, body = found
            pending += [before, os.pread(body.handle, body.length, body.start) if isinstance(body, Span) else body]
            table[k] = at
            at += len(before) + len(pending[-1])
            number += 1
        if len(pending) >= MANY or isinstance(found, Together):
            output.put(pending)
            pending.clear()
    output.put(pending)


class _Output:
    """A file that is written from its start to its end, in steps; each is on its way to the disk at once.

    So the wait for the disk, when all is written, is short.
    """

    def __init__(self, path: Path) -> None:
        self.handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        self.at = 0

    def __enter__(self) -> _Output:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)

    def _written(self, count: int) -> None:
        if hasattr(os, "posix_fadvise"):  # Linux starts to write out what it is told will not be needed
            os.posix_fadvise(self.handle, self.at, count, os.POSIX_FADV_DONTNEED)
        self.at += count

    def put(self, pieces: Sequence[bytes | memoryview]) -> None:
        """Write these bytes."""
        views = [memoryview(piece) for piece in pieces if len(piece)]
        if hasattr(os, "writev"):
            while len(views) > 1:
                done = os.writev(self.handle, views[:MANY])
                self._written(done)
                while views and done >= len(views[0]):
                    done -= len(views.pop(0))
                if done:
                    views[0] = views[0][done:]
        for view in views:
            while view:
                # Up to a whole step of the file: who writes to a page that is on its way to the disk may wait for it.
                done = os.write(self.handle, view[: STEP - self.at % STEP])
                self._written(done)
                view = view[done:]

    def patch(self, at: int, data: bytes) -> None:
        """Write over bytes that were written before."""
        os.pwrite(self.handle, data, at)

    def copy(self, span: Span) -> None:
        """Copy bytes of another file."""
        start, end = span.start, span.start + span.length
        elsewhere = _may_copy_by_itself(span.handle)
        while start < end:
            done = 0
            if elsewhere:
                with contextlib.suppress(OSError):
                    done = os.copy_file_range(span.handle, self.handle, min(end - start, STEP), start)
            if done:
                self._written(done)
            else:
                elsewhere = False
                done = self._copy_here(span.handle, start, end)
            start += done

    def _copy_here(self, handle: int, start: int, end: int) -> int:
        """Copy a piece of a file on this machine: from its pages in memory where they can be had, else through us."""
        if MAPPED and end - start > STEP:
            page = start % mmap.ALLOCATIONGRANULARITY
            try:
                with mmap.mmap(
                    handle, min(end - start, WINDOW) + page, MAPPED, mmap.PROT_READ, offset=start - page
                ) as m:
                    with memoryview(m) as pages:
                        self.put([pages[page:]])
                    return len(m) - page
            except ValueError as fault:  # it is shorter than it was
                raise OSError("the source ended while it was copied") from fault
        done = os.preadv(handle, [self.room[: end - start]], start)
        if not done:
            raise OSError("the source ended while it was copied")
        self.put([self.room[:done]])
        return done

    @cached_property
    def room(self) -> memoryview:
        """What passes through here stays in the processor's own memory: faster than inside the system."""
        return memoryview(bytearray(STEP))


def chunks_of(handle: int, before: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> list[Chunk]:
    """Blocks that stand in another file, each behind these bytes."""
    return [
        Chunk(before, Span(handle, start, end - start))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def _may_copy_by_itself(handle: int) -> bool:
    """True for a file on a server or of a file system that shares blocks: it may copy without moving a byte to us."""
    return hasattr(os, "copy_file_range") and os.major(os.fstat(handle).st_dev) == 0
