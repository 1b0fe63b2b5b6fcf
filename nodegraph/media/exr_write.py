"""Writing an EXR: headers of our own, blocks compressed by the library or copied from another file."""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.media.atomic import atomic, write_fault
from nodegraph.media.exr_attributes import COMPRESSIONS, Attribute, Channel, attribute, write_channels
from nodegraph.media.exr_codec import encode, header_bytes
from nodegraph.media.exr_file import DEEP, LONG_NAMES, MAGIC, MULTIPART, TILED

TYPE_OF = {np.dtype(np.float16): "half", np.dtype(np.float32): "float", np.dtype(np.uint32): "uint"}
STEP = 1 << 20  # bytes written at a time
MANY = 256  # pieces joined at a time
# Attributes that say how pixels are stored: set by what is written, never by who asks.
STRUCTURE = frozenset(
    {"channels", "compression", "dataWindow", "displayWindow", "lineOrder", "pixelAspectRatio", "tiles", "type", "name"}
    | {"chunkCount", "version", "maxSamplesPerPixel", "view"}
)
SHARED = ("displayWindow", "pixelAspectRatio", "timeCode", "chromaticities")


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


class Span(NamedTuple):
    """Bytes that stand in an open file."""

    handle: int
    start: int
    length: int


class Chunk(NamedTuple):
    """One block as it goes into the file: what comes before, and its own bytes, here or in another file."""

    before: bytes
    body: memoryview | bytes | Span

    @property
    def length(self) -> int:
        return len(self.before) + (self.body.length if isinstance(self.body, Span) else len(self.body))


class PartBlocks(NamedTuple):
    """A part ready to be written: its header, and its blocks by their place in the table."""

    header: dict[str, Attribute]
    chunks: Sequence[Chunk]
    order: Sequence[int]  # the order in which the blocks stand in the file


def write_exr(path: str | Path, parts: Sequence[PartToWrite]) -> None:
    """Encode a whole file; it takes its name only when it is complete."""
    path = Path(path)
    if not parts:
        raise MediaError(f"nothing to write to {path}", "wire something into the Write")
    with atomic(path) as beside:
        several = len(parts) > 1
        write_blocks(beside, path, [encoded(part, index, several) for index, part in enumerate(parts)], several)


def encoded(part: PartToWrite, index: int = 0, multipart: bool = False) -> PartBlocks:
    """A part with all its blocks compressed."""
    for name, plane in part.planes.items():
        if plane.shape[:2] != (part.data.height, part.data.width) or plane.dtype not in TYPE_OF or not plane.size:
            raise ValueError(f"channel {name}: {plane.dtype} of {plane.shape} for a window of {tuple(part.data)}")
    tile = (part.tile, part.tile) if part.tile else None
    data = encode(part.planes, part.data, part.compression, tile=tile, level=part.level)
    chunks = blocks_of(data, struct.pack("<i", index) if multipart else b"")
    return PartBlocks(part.header(), chunks, range(len(chunks)))


def blocks_of(data: bytes, before: bytes = b"") -> list[Chunk]:
    """The blocks of a single-part file in memory, in the order of its table."""
    at = 8
    tiled = struct.unpack_from("<I", data, 4)[0] & TILED
    while data[at] != 0:
        kind = data.index(0, at) + 1
        size = data.index(0, kind) + 1
        at = size + 4 + struct.unpack_from("<i", data, size)[0]
    at += 1
    first = struct.unpack_from("<Q", data, at)[0]
    offsets = np.frombuffer(data, np.uint64, (first - at) // 8, at).astype(np.int64)
    head = 20 if tiled else 8
    view = memoryview(data)
    return [
        Chunk(before, view[start : start + head + struct.unpack_from("<i", data, start + head - 4)[0]])
        for start in offsets.tolist()
    ]


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
            header["chunkCount"] = attribute(len(part.chunks))
        else:
            header.pop("chunkCount", None)
        if any(len(name) > 31 or len(found.type) > 31 for name, found in header.items()):
            flags |= LONG_NAMES
        if any(len(each.name) > 31 for each in header["channels"].value):
            flags |= LONG_NAMES
        heads.append(header_bytes(header))
    start = struct.pack("<II", MAGIC, flags) + b"".join(heads) + (b"\0" if multipart else b"")
    at = len(start) + 8 * sum(len(part.chunks) for part in parts)
    tables = []
    ordered: list[Chunk] = []
    for part in parts:
        offsets = np.zeros(len(part.chunks), np.uint64)
        for k in part.order:
            offsets[k] = at
            at += part.chunks[k].length
            ordered.append(part.chunks[k])
        tables.append(offsets.tobytes())
    try:
        with _Output(beside) as output:
            output.put([start, *tables])
            _put_chunks(output, ordered)
    except OSError as fault:
        raise write_fault(path, fault) from fault


def _put_chunks(output: _Output, chunks: Sequence[Chunk]) -> None:
    pending: list[bytes | memoryview] = []
    run: Span | None = None
    for chunk in chunks:
        body = chunk.body
        if isinstance(body, Span) and not chunk.before:
            output.put(pending)
            pending = []
            if run is not None and run.handle == body.handle and run.start + run.length == body.start:
                run = run._replace(length=run.length + body.length)
            else:
                output.copy(run)
                run = body
            continue
        output.copy(run)
        run = None
        pending += [chunk.before, os.pread(body.handle, body.length, body.start) if isinstance(body, Span) else body]
        if len(pending) >= MANY:
            output.put(pending)
            pending = []
    output.copy(run)
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
                done = os.write(self.handle, view[:STEP])
                self._written(done)
                view = view[done:]

    def copy(self, span: Span | None) -> None:
        """Copy bytes of another file, inside the system where it can."""
        if span is None:
            return
        start, end = span.start, span.start + span.length
        while start < end:
            try:
                done = os.copy_file_range(span.handle, self.handle, min(end - start, STEP), start)
            except (AttributeError, OSError):
                done = 0
            if done:
                self._written(done)
            else:
                piece = os.pread(span.handle, min(end - start, STEP), start)
                if not piece:
                    raise OSError("the source ended while it was copied")
                self.put([piece])
                done = len(piece)
            start += done
