"""Compressing and decompressing blocks of an EXR, a few or all, through the OpenEXR library.

The library's binding knows whole files only. So a few blocks are put into a small file in memory that
holds just them, with a header cut down to their rows; what it decodes, or encodes, are the very blocks
that stand in the large file.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import struct
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.buffers import POOL
from nodegraph.data.errors import MediaError
from nodegraph.data.threads import cores, split_rows
from nodegraph.media.exr_attributes import COMPRESSIONS, Attribute, attribute, write_channels
from nodegraph.media.exr_bands import Band, Bands
from nodegraph.media.exr_blocks import read_blocks
from nodegraph.media.exr_file import LINES, MAGIC, TILED, ExrFile, ExrPart, broken
from nodegraph.media.exr_quiet import quiet

Planes = Mapping[str, NDArray[Any]]
PlanesOf = Callable[[Box], Planes]  # makes the rows that it is asked for, by any thread
DTYPES: Mapping[str, Any] = {"half": np.float16, "float": np.float32, "uint": np.uint32}

ZIP_LEVEL = 1  # a third less work than the library's own 4, for files less than a hundredth larger
DEFLATED = frozenset({"zip", "zips", "pxr24"})
SHARE = 2 << 20  # bytes of pixels that a thread encodes at a time, at most
ALONE = 512 << 10  # what one thread has done before another would have begun
AHEAD = 16 * cores()  # shares that are begun before they are wanted: a 4K frame; what waits to be written takes memory

_levels: list[int] = []
_levels_lock = threading.Lock()


@cache
def library() -> Any:
    """The OpenEXR binding, its threads set: the wheel comes with none."""
    import OpenEXR

    OpenEXR.set_global_thread_count(cores())
    return OpenEXR


@cache
def _zip_setter() -> Callable[[int], None] | None:
    """What sets the library's deflate level: not in its binding, but in the C interface that most wheels carry."""
    try:
        setter = getattr(ctypes.CDLL(library().__file__), "exr_set_default_zip_compression_level", None)
    except OSError:
        return None
    if setter is not None:
        setter.argtypes, setter.restype = (ctypes.c_int,), None
    found: Callable[[int], None] | None = setter
    return found


@contextlib.contextmanager
def _zip_level(level: int | None) -> Iterator[None]:
    """Deflate with a level while this lasts; afterwards the library is as it was."""
    setter = _zip_setter()
    if level is None or setter is None:
        yield
        return
    with _levels_lock:
        _levels.append(level)
        setter(level)
    try:
        yield
    finally:
        with _levels_lock:
            _levels.remove(level)
            setter(_levels[-1] if _levels else -1)


def header_bytes(attributes: Mapping[str, Attribute]) -> bytes:
    """A header as it stands in a file."""
    rows = []
    for name, found in sorted(attributes.items()):
        rows.append(
            name.encode() + b"\0" + found.type.encode() + b"\0" + struct.pack("<i", len(found.data)) + found.data
        )
    return b"".join(rows) + b"\0"


def _small_header(part: ExrPart, box: Box) -> dict[str, Attribute]:
    small = {
        "channels": Attribute("chlist", write_channels(part.channels)),
        "compression": part.attributes["compression"],
        "dataWindow": attribute(box),
        "displayWindow": attribute(box),
        "lineOrder": Attribute("lineOrder", b"\0"),
        "pixelAspectRatio": attribute(1.0),
        "screenWindowCenter": attribute((0.0, 0.0)),
        "screenWindowWidth": attribute(1.0),
    }
    if part.tile is not None:
        small["tiles"] = Attribute("tiledesc", struct.pack("<IIB", *part.tile, 0))
    return small


def decode(file: ExrFile, handle: int, part: ExrPart, box: Box) -> Bands:
    """The channels of a box of whole blocks (see `ExrPart.cover`), in the file's own types.

    A file of just R G B (A) in one type gives them together, as `RGB` or `RGBA`. A region in half, which nobody takes
    as it is, comes in bands: a thread that decodes its own rows waits for no other. Frames come whole: pieces of them
    are of a size that tears the system's memory.
    """
    if part.deep:
        raise MediaError(f"{file.path} holds deep pixels", "flatten it first; deep pictures are not read")
    if part.subsampled:
        raise MediaError(f"{file.path} stores colour at half size (luminance and chroma)", "convert it to RGB first")
    whole = box.area * 2 > part.data.area
    if whole or part.tiled or any(channel.type != "half" for channel in part.channels):
        return (_decoded(file, handle, part, box, -1),)
    rows = -(-box.height // part.lines)
    bands: dict[int, Band] = {}

    def work(first: int, end: int) -> None:
        top, bottom = box.y0 + first * part.lines, min(box.y0 + end * part.lines, box.y1)
        bands[first] = _decoded(file, handle, part, Box(box.x0, top, box.x1, bottom), 0)

    split_rows(work, rows, box.area * part.pixel_bytes)
    return tuple(bands[first] for first in sorted(bands))


def _decoded(file: ExrFile, handle: int, part: ExrPart, box: Box, threads: int) -> Band:
    names = {channel.name for channel in part.channels}
    together = names in ({"R", "G", "B"}, {"R", "G", "B", "A"}) and len({c.type for c in part.channels}) == 1
    blocks = read_blocks(file, handle, part, part.cells(box))
    head = struct.pack("<II", MAGIC, 2 | (TILED if part.tiled else 0)) + header_bytes(_small_header(part, box))
    table = (blocks.starts + np.uint64(len(head) + 8 * len(blocks.starts))).tobytes()
    exr = library()
    try:
        stream = blocks.after(head + table, at_hand=threads != 0)
        with POOL.beside(box.area * part.pixel_bytes + blocks.length), quiet():
            read = exr.File(stream, separate_channels=not together, num_threads=threads)
            found = {name: channel.pixels for name, channel in read.channels().items()}
    except (ValueError, RuntimeError, TypeError, IndexError, MemoryError, OSError) as fault:
        raise broken(file.path, f"the lines {box.y0} to {box.y1 - 1} cannot be decompressed") from fault
    if not found or any(plane.shape[:2] != (box.height, box.width) for plane in found.values()):
        raise broken(file.path, f"the lines {box.y0} to {box.y1 - 1} cannot be decompressed")
    return Band(box, found)


class Share(NamedTuple):
    """Some rows of a picture, whole blocks, that another thread compresses before they are wanted."""

    rows: Box
    number: int
    line: _Line

    @property
    def ready(self) -> bool:
        """True if nobody would have to wait for it."""
        return self.line.ready(self.number)

    def take(self) -> bytes:
        """These rows as a small file of their own; they are handed out once, and not kept."""
        return self.line.take(self.number)


class _Line:
    """Shares of a picture in a line: some are begun ahead, and each that is taken has another one begun."""

    def __init__(self, encoded: Callable[[Box], bytes], shares: Sequence[Box]) -> None:
        self._encoded, self._shares = encoded, shares
        self._begun: list[Future[bytes] | None] = []
        self._begin(AHEAD)

    def _begin(self, count: int) -> None:
        for rows in self._shares[len(self._begun) : count]:
            self._begun.append(_pool().submit(self._encoded, rows))

    def ready(self, number: int) -> bool:
        future = self._begun[number] if number < len(self._begun) else None
        return future is not None and future.done()

    def take(self, number: int) -> bytes:
        self._begin(number + 1 + AHEAD)
        future, self._begun[number] = self._begun[number], None
        assert future is not None, "these rows have been taken"
        return future.result()

    def cancel(self) -> None:
        """Nobody wants the rest."""
        self._shares = self._shares[: len(self._begun)]
        for future in self._begun:
            if future is not None:
                future.cancel()


def encode(planes: Planes | PlanesOf, box: Box, compression: str, **how: Any) -> bytes:
    """A whole small file of these channels, compressed by all cores; as `encode_aside` takes them."""
    return _joined([share.take() for share in encode_aside(planes, box, compression, **how)], box)


def encode_aside(
    planes: Planes | PlanesOf,
    box: Box,
    compression: str,
    *,
    pixel_bytes: int = 0,
    tile: tuple[int, int] | None = None,
    level: float | None = None,
    zip_level: int = ZIP_LEVEL,
    linear: Collection[str] = (),
) -> list[Share]:
    """Begin to compress these channels (HxW each, or `RGB`/`RGBA` together) by all cores, from the top down.

    Planes that are made when they are asked for say by `pixel_bytes` how large they will be.
    `linear` names the channels whose header says so: B44 stores the values of these in another way.
    """
    exr = library()
    header: dict[str, Any] = {
        "compression": exr.Compression(COMPRESSIONS.index(compression)),
        "type": exr.tiledimage if tile else exr.scanlineimage,
    }
    if tile:
        header["tiles"] = exr.TileDescription()
        header["tiles"].xSize, header["tiles"].ySize = tile
    if level is not None:
        header["dwaCompressionLevel"] = float(level)

    def encoded(rows: Box) -> bytes:
        """Some rows of blocks, by the thread that asks: the library's own threads would wait for each other more."""
        here = slice(rows.y0 - box.y0, rows.y1 - box.y0)
        given = planes(rows) if callable(planes) else {name: plane[here] for name, plane in planes.items()}
        some: dict[str, Any] = {name: np.ascontiguousarray(plane) for name, plane in given.items()}
        if linear:
            some = {
                name: exr.Channel(
                    np.ascontiguousarray(plane[..., k]) if plane.ndim == 3 else plane, 1, 1, name in linear
                )
                for key, plane in some.items()
                for k, name in enumerate(key if plane.ndim == 3 else (key,))
            }
        window = (np.array([rows.x0, rows.y0], np.int32), np.array([rows.x1 - 1, rows.y1 - 1], np.int32))
        stream = io.BytesIO()
        with _zip_level(zip_level if compression in DEFLATED else None):
            exr.File({**header, "dataWindow": window, "displayWindow": window}, some, num_threads=0).write(stream)
        return stream.getvalue()

    lines = tile[1] if tile else LINES[compression]
    nbytes = box.area * pixel_bytes if callable(planes) else sum(plane.nbytes for plane in planes.values())
    # One call a share: they are more than the cores, so that none waits long for the slowest.
    shares = _shares(box, lines, nbytes)
    line = _Line(encoded, shares)
    return [Share(rows, number, line) for number, rows in enumerate(shares)]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="exr")


def _shares(box: Box, lines: int, nbytes: int) -> list[Box]:
    """The rows of a picture in shares of whole blocks, for the threads that the library was told to use.

    They become smaller towards the end, so that no thread has to wait long for another's last one: each is one thread's
    part of what is left (Polychronopoulos and Kuck, “Guided self-scheduling”, 1987).
    """
    blocks = -(-box.height // lines)
    threads = library().global_thread_count()
    if threads < 2 or nbytes < ALONE:
        return [box]
    most = max(1, blocks * SHARE // nbytes)
    shares, done = [], 0
    while done < blocks:
        some = max(1, min(most, (blocks - done) // threads))
        top = box.y0 + done * lines
        shares.append(Box(box.x0, top, box.x1, min(top + some * lines, box.y1)))
        done += some
    return shares


def table_of(data: bytes) -> tuple[int, NDArray[np.int64], int]:
    """Where the table of a single-part file in memory stands, what it says, and how long the head of a block is."""
    at = 8
    tiled = struct.unpack_from("<I", data, 4)[0] & TILED
    while data[at] != 0:
        kind = data.index(0, at) + 1
        size = data.index(0, kind) + 1
        at = size + 4 + struct.unpack_from("<i", data, size)[0]
    at += 1
    first = struct.unpack_from("<Q", data, at)[0]
    return at, np.frombuffer(data, np.uint64, (first - at) // 8, at).astype(np.int64), 20 if tiled else 8


def _joined(files: list[bytes], box: Box) -> bytes:
    """One file of the blocks of several, which hold a box from its top to its bottom."""
    if len(files) == 1:
        return files[0]
    tables = [table_of(file) for file in files]
    head, _, block = tables[0]
    at = head + 8 * sum(len(offsets) for _, offsets, _ in tables)
    found, bodies, row = [], [], 0
    for file, (start, offsets, _) in zip(files, tables, strict=True):
        body = start + 8 * len(offsets)
        found.append(offsets - body + at)
        at += len(file) - body
        if block > 8:  # tiles count their rows from their own file's top
            changed = bytearray(memoryview(file)[body:])
            rows = [struct.unpack_from("<i", file, start + 4)[0] for start in offsets.tolist()]
            for start, here in zip(offsets.tolist(), rows, strict=True):
                struct.pack_into("<i", changed, start - body + 4, row + here)
            row += max(rows) + 1
            bodies.append(memoryview(changed))
        else:
            bodies.append(memoryview(file)[body:])
    header = bytearray(memoryview(files[0])[:head])
    for name in (b"dataWindow\0box2i\0", b"displayWindow\0box2i\0"):
        struct.pack_into("<4i", header, header.index(name) + len(name) + 4, box.x0, box.y0, box.x1 - 1, box.y1 - 1)
    return b"".join([header, np.concatenate(found).astype(np.uint64).tobytes(), *bodies])


def check_open(path: Path, file: ExrFile, handle: int) -> None:
    """Raise if the file is not the one whose header was read."""
    facts = os.fstat(handle)
    if f"{facts.st_size}-{facts.st_mtime_ns}" != file.stamp:
        raise MediaError(f"{path} changed while it was in use", "render again")
