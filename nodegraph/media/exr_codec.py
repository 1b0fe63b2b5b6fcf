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
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.data.threads import cores
from nodegraph.media.exr_attributes import COMPRESSIONS, Attribute, attribute, write_channels
from nodegraph.media.exr_blocks import read_blocks
from nodegraph.media.exr_file import MAGIC, TILED, ExrFile, ExrPart, broken
from nodegraph.media.exr_quiet import quiet

Planes = Mapping[str, NDArray[Any]]
DTYPES: Mapping[str, Any] = {"half": np.float16, "float": np.float32, "uint": np.uint32}

ZIP_LEVEL = 1  # a third less work than the library's own 4, for files less than a hundredth larger
DEFLATED = frozenset({"zip", "zips", "pxr24"})

_levels: list[int] = []
_levels_lock = threading.Lock()


@cache
def library() -> Any:
    """The OpenEXR binding, its threads set: the wheel comes with none."""
    import OpenEXR

    OpenEXR.set_global_thread_count(cores())
    return OpenEXR


def use_threads(count: int) -> None:
    """How many threads the library works with, for all files; as many as there are cores, if never said."""
    library().set_global_thread_count(max(0, count))


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


def decode(file: ExrFile, handle: int, part: ExrPart, box: Box) -> dict[str, NDArray[Any]]:
    """The channels of a box of whole blocks (see `ExrPart.cover`), in the file's own types.

    A file of just R G B (A) in one type gives them together, as `RGB` or `RGBA`.
    """
    if part.deep:
        raise MediaError(f"{file.path} holds deep pixels", "flatten it first; deep pictures are not read")
    if part.subsampled:
        raise MediaError(f"{file.path} stores colour at half size (luminance and chroma)", "convert it to RGB first")
    pieces, starts = read_blocks(file, handle, part, part.cells(box))
    names = {channel.name for channel in part.channels}
    together = names in ({"R", "G", "B"}, {"R", "G", "B", "A"}) and len({c.type for c in part.channels}) == 1
    head = struct.pack("<II", MAGIC, 2 | (TILED if part.tiled else 0)) + header_bytes(_small_header(part, box))
    table = (starts + np.uint64(len(head) + 8 * len(starts))).tobytes()
    exr = library()
    try:
        with quiet():
            read = exr.File(io.BytesIO(b"".join([head, table, *pieces])), separate_channels=not together)
            found = {name: channel.pixels for name, channel in read.channels().items()}
    except (ValueError, RuntimeError, TypeError, IndexError, MemoryError, OSError) as fault:
        raise broken(file.path, f"the lines {box.y0} to {box.y1 - 1} cannot be decompressed") from fault
    if not found or any(plane.shape[:2] != (box.height, box.width) for plane in found.values()):
        raise broken(file.path, f"the lines {box.y0} to {box.y1 - 1} cannot be decompressed")
    return found


def encode(
    planes: Planes,
    box: Box,
    compression: str,
    *,
    tile: tuple[int, int] | None = None,
    level: float | None = None,
    zip_level: int = ZIP_LEVEL,
    linear: Collection[str] = (),
) -> bytes:
    """A whole small file of these channels (HxW each, or `RGB`/`RGBA` together), compressed.

    `linear` names the channels whose header says so: B44 stores the values of these in another way.
    """
    exr = library()
    header: dict[str, Any] = {
        "compression": exr.Compression(COMPRESSIONS.index(compression)),
        "type": exr.tiledimage if tile else exr.scanlineimage,
        "dataWindow": (np.array([box.x0, box.y0], np.int32), np.array([box.x1 - 1, box.y1 - 1], np.int32)),
        "displayWindow": (np.array([box.x0, box.y0], np.int32), np.array([box.x1 - 1, box.y1 - 1], np.int32)),
    }
    if tile:
        header["tiles"] = exr.TileDescription()
        header["tiles"].xSize, header["tiles"].ySize = tile
    if level is not None:
        header["dwaCompressionLevel"] = float(level)
    channels: dict[str, Any] = {name: np.ascontiguousarray(plane) for name, plane in planes.items()}
    if linear:
        apart = {
            name: np.ascontiguousarray(plane[..., k]) if plane.ndim == 3 else plane
            for key, plane in channels.items()
            for k, name in enumerate(key if plane.ndim == 3 else (key,))
        }
        channels = {name: exr.Channel(plane, 1, 1, name in linear) for name, plane in apart.items()}
    stream = io.BytesIO()
    with _zip_level(zip_level if compression in DEFLATED else None):
        exr.File(header, channels).write(stream)
    return stream.getvalue()


def check_open(path: Path, file: ExrFile, handle: int) -> None:
    """Raise if the file is not the one whose header was read."""
    facts = os.fstat(handle)
    if f"{facts.st_size}-{facts.st_mtime_ns}" != file.stamp:
        raise MediaError(f"{path} changed while it was in use", "render again")
