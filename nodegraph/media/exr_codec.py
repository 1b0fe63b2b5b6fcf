"""Compressing and decompressing blocks of an EXR, a few or all, through the OpenEXR library.

The library's binding knows whole files only. So a few blocks are put into a small file in memory that
holds just them, with a header cut down to their rows; what it decodes, or encodes, are the very blocks
that stand in the large file.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.data.threads import cores
from nodegraph.media.exr_attributes import COMPRESSIONS, Attribute, attribute, write_channels
from nodegraph.media.exr_file import MAGIC, TILED, ExrFile, ExrPart, broken

Planes = Mapping[str, NDArray[Any]]
DTYPES: Mapping[str, Any] = {"half": np.float16, "float": np.float32, "uint": np.uint32}


@cache
def library() -> Any:
    """The OpenEXR binding, its threads set: the wheel comes with none."""
    import OpenEXR

    OpenEXR.set_global_thread_count(cores())
    return OpenEXR


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
    if "dwaCompressionLevel" in part.attributes:
        small["dwaCompressionLevel"] = part.attributes["dwaCompressionLevel"]
    return small


def read_block(file: ExrFile, handle: int, part: ExrPart, block: int) -> bytes:
    """The bytes of one block, from its coordinates on, checked against what the table says."""
    start = int(part.offsets[block])
    head = 20 if part.tiled else 8
    skip = 4 if file.multipart else 0
    if not 0 < start < file.size - head:
        raise broken(file.path, f"block {block + 1} of {len(part.offsets)} is not there: the file was cut off")
    begun = os.pread(handle, skip + head, start)
    (length,) = struct.unpack_from("<i", begun, skip + head - 4)
    if length < 0 or start + skip + head + length > file.size:
        raise broken(file.path, f"block {block + 1} of {len(part.offsets)} reaches past its end: the file was cut off")
    if file.multipart and struct.unpack_from("<i", begun)[0] != part.index:
        raise broken(file.path, f"block {block + 1} belongs to another part")
    return begun[skip:] + os.pread(handle, length, start + skip + head)


def decode(file: ExrFile, handle: int, part: ExrPart, box: Box) -> dict[str, NDArray[Any]]:
    """The channels of a box of whole blocks (see `ExrPart.cover`), in the file's own types.

    A file of just R G B (A) in one type gives them together, as `RGB` or `RGBA`.
    """
    if part.deep:
        raise MediaError(f"{file.path} holds deep pixels", "flatten it first; deep pictures are not read")
    if part.subsampled:
        raise MediaError(f"{file.path} stores colour at half size (luminance and chroma)", "convert it to RGB first")
    cells = part.cells(box)
    columns, _ = part.grid
    pieces = []
    for row in range(cells.y0, cells.y1):
        for column in range(cells.x0, cells.x1):
            data = read_block(file, handle, part, row * columns + column)
            if part.tiled:
                if struct.unpack_from("<4i", data) != (column, row, 0, 0):
                    raise broken(file.path, f"tile {column}, {row} is not where the table says")
                data = struct.pack("<4i", column - cells.x0, row - cells.y0, 0, 0) + data[16:]
            elif struct.unpack_from("<i", data)[0] != part.data.y0 + row * part.lines:
                raise broken(
                    file.path, f"the lines from {part.data.y0 + row * part.lines} are not where the table says"
                )
            pieces.append(data)
    names = {channel.name for channel in part.channels}
    together = names in ({"R", "G", "B"}, {"R", "G", "B", "A"}) and len({c.type for c in part.channels}) == 1
    small = _file_of(_small_header(part, box), pieces, part.tiled)
    try:
        read = library().File(io.BytesIO(small), separate_channels=not together)
        found = {name: channel.pixels for name, channel in read.channels().items()}
    except (ValueError, RuntimeError, TypeError, IndexError) as fault:
        raise broken(file.path, f"the lines {box.y0} to {box.y1 - 1} cannot be decompressed") from fault
    if not found or any(plane.shape[:2] != (box.height, box.width) for plane in found.values()):
        raise broken(file.path, f"the lines {box.y0} to {box.y1 - 1} cannot be decompressed")
    return found


def _file_of(attributes: Mapping[str, Attribute], pieces: list[bytes], tiled: bool) -> bytes:
    head = struct.pack("<II", MAGIC, 2 | (TILED if tiled else 0)) + header_bytes(attributes)
    at = len(head) + 8 * len(pieces)
    offsets = []
    for piece in pieces:
        offsets.append(at)
        at += len(piece)
    return b"".join([head, struct.pack(f"<{len(offsets)}Q", *offsets), *pieces])


def encode(
    planes: Planes, box: Box, compression: str, *, tile: tuple[int, int] | None = None, level: float | None = None
) -> bytes:
    """A whole small file of these channels (HxW each, or `RGB`/`RGBA` together), compressed."""
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
    stream = io.BytesIO()
    exr.File(header, {name: np.ascontiguousarray(plane) for name, plane in planes.items()}).write(stream)
    return stream.getvalue()


def check_open(path: Path, file: ExrFile, handle: int) -> None:
    """Raise if the file is not the one whose header was read."""
    facts = os.fstat(handle)
    if f"{facts.st_size}-{facts.st_mtime_ns}" != file.stamp:
        raise MediaError(f"{path} changed while it was in use", "render again")
