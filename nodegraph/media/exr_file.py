"""What is in an EXR file: its parts, their headers, and where each compressed block stands."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box, believed
from nodegraph.data.errors import MediaError
from nodegraph.media.exr_attributes import BYTES, COMPRESSIONS, Attribute, Channel

MAGIC = 20000630
TILED, LONG_NAMES, DEEP, MULTIPART = 0x200, 0x400, 0x800, 0x1000
NEEDED: Mapping[str, str] = {
    "channels": "chlist",
    "compression": "compression",
    "dataWindow": "box2i",
    "displayWindow": "box2i",
    "lineOrder": "lineOrder",
    "pixelAspectRatio": "float",
}
MOST_HEADER = 64 << 20
MOST_NAME = 257  # bytes of a name, the 0 after it included

# A header is not believed that claims more pixels than its file could hold were they all black: how many times
# smaller a compression makes these, at most (deflate 1032 times, RLE 64, B44 11), and a size that is always fair.
MOST_SMALLER: Mapping[str, int] = {
    **dict.fromkeys(("none", "rle", "b44", "b44a"), 64),
    **dict.fromkeys(("zips", "zip", "pxr24"), 1100),
}
MOST_SMALLER_ELSE = 1 << 17
FAIR = 256 << 20
MOST_TILE = 1 << 24  # pixels

# Lines in a compressed block of each compression.
LINES: Mapping[str, int] = {
    **dict.fromkeys(("none", "rle", "zips", "zstd"), 1),
    **dict.fromkeys(("zip", "pxr24"), 16),
    **dict.fromkeys(("piz", "b44", "b44a", "dwaa", "htj2k32"), 32),
    **dict.fromkeys(("dwab", "htj2k256", "lj2k"), 256),
}


@dataclass(frozen=True, eq=False)
class ExrPart:
    """One part of a file: its attributes as they stand there, and the offsets of its blocks."""

    index: int
    attributes: Mapping[str, Attribute]
    tiled: bool
    deep: bool
    offsets: NDArray[np.uint64]

    @cached_property
    def name(self) -> str:
        return str(self.attributes["name"].value) if "name" in self.attributes else ""

    @cached_property
    def view(self) -> str:
        return str(self.attributes["view"].value) if "view" in self.attributes else ""

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        found: tuple[Channel, ...] = self.attributes["channels"].value
        return found

    @cached_property
    def compression(self) -> str:
        return COMPRESSIONS[self.attributes["compression"].value]

    @cached_property
    def data(self) -> Box:
        box: Box = self.attributes["dataWindow"].value
        return box

    @cached_property
    def display(self) -> Box:
        box: Box = self.attributes["displayWindow"].value
        return box

    @cached_property
    def pixel_aspect(self) -> float:
        return believed(float(self.attributes["pixelAspectRatio"].value))

    @cached_property
    def tile(self) -> tuple[int, int] | None:
        """Size of a tile, None for scan lines."""
        return tuple(self.attributes["tiles"].value[:2]) if self.tiled else None

    @cached_property
    def levels(self) -> bool:
        """True if smaller versions of the picture follow it."""
        return self.tiled and bool(self.attributes["tiles"].value[2] & 15)

    @cached_property
    def lines(self) -> int:
        """Lines in one block."""
        return LINES[self.compression]

    @cached_property
    def grid(self) -> tuple[int, int]:
        """Columns and rows of blocks at full size."""
        if self.tile is None:
            return 1, -(-self.data.height // self.lines)
        return -(-self.data.width // self.tile[0]), -(-self.data.height // self.tile[1])

    @property
    def blocks(self) -> int:
        return self.grid[0] * self.grid[1]

    def cover(self, box: Box) -> Box:
        """The smallest box of whole blocks around this one, within the data window."""
        x0, y0, x1, y1 = self.cells(box)
        width, height = self.tile or (self.data.width, self.lines)
        whole = Box(
            self.data.x0 + x0 * width,
            self.data.y0 + y0 * height,
            self.data.x0 + x1 * width,
            self.data.y0 + y1 * height,
        )
        return whole.meet(self.data)

    def cells(self, box: Box) -> Box:
        """The same in columns and rows of blocks."""
        inside = box.meet(self.data)
        if inside.empty:
            return Box(0, 0, 0, 0)
        width, height = self.tile or (self.data.width, self.lines)
        return Box(
            (inside.x0 - self.data.x0) // width,
            (inside.y0 - self.data.y0) // height,
            -(-(inside.x1 - self.data.x0) // width),
            -(-(inside.y1 - self.data.y0) // height),
        )

    @property
    def pixel_bytes(self) -> int:
        """Bytes of one pixel, uncompressed."""
        return sum(BYTES[channel.type] for channel in self.channels)

    def check_channels(self, path: Path, names: Iterable[str]) -> None:
        """Raise if any of these is not a channel of this part."""
        known = {channel.name for channel in self.channels}
        lacking = [name for name in names if name not in known]
        if lacking:
            raise MediaError(f"{path} has no channel {', '.join(lacking)}", f"it has {', '.join(sorted(known))}")

    @property
    def subsampled(self) -> bool:
        return any(each.x_sampling != 1 or each.y_sampling != 1 for each in self.channels)


@dataclass(frozen=True, eq=False)
class ExrFile:
    """A file's parts. `stamp` tells whether the file is still the one that was looked at."""

    path: Path
    size: int
    stamp: str
    parts: tuple[ExrPart, ...]
    multipart: bool
    body: int = field(default=0)  # where the blocks begin

    @cached_property
    def edges(self) -> NDArray[np.int64]:
        """Where blocks begin, in the order of the file, and where the last one ends."""
        starts = [part.offsets.astype(np.int64) for part in self.parts]
        return np.sort(np.concatenate([*starts, np.array([self.size], np.int64)]))

    @property
    def complete(self) -> bool:
        """False if it was cut off, or never finished."""
        return all(bool(np.all((part.offsets > 0) & (part.offsets < self.size))) for part in self.parts)


def open_exr(path: str | Path) -> ExrFile:
    """Read the headers and tables of a file; the pixels stay where they are."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            return _read(path, file, facts.st_size, f"{facts.st_size}-{facts.st_mtime_ns}")
    except FileNotFoundError:
        raise MediaError(f"there is no file {path}", "check the path and the frame range") from None
    except IsADirectoryError:
        raise MediaError(f"{path} is a folder", "pick a file in it") from None
    except OSError as fault:
        raise MediaError(f"{path} cannot be read: {fault.strerror}", "check its permissions") from fault
    except EOFError:
        raise broken(path, "it was cut off within its header") from None
    except (struct.error, ValueError, IndexError, KeyError, TypeError, AttributeError) as fault:
        raise broken(path, "its header makes no sense") from fault


def broken(path: Path, what: str) -> MediaError:
    """The complaint about a damaged file."""
    return MediaError(f"{path} is damaged: {what}", "copy or render it again; other frames are not affected")


class _Header:
    """Reads a header piece by piece, and never past its end."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.data = file.read(min(size, 1 << 16))
        self.file = file
        self.at = 0

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > MOST_HEADER:
            raise ValueError("an impossible length")
        while len(self.data) < self.at + count:
            more = self.file.read(max(1 << 16, self.at + count - len(self.data)))
            if not more:
                raise EOFError
            self.data += more
        self.at += count
        return self.data[self.at - count : self.at]

    def text(self) -> str:
        end = self.data.find(b"\0", self.at, self.at + MOST_NAME)
        while end < 0:
            if len(self.data) >= self.at + MOST_NAME:
                raise ValueError("an endless name")
            looked = len(self.data) - self.at
            self.take(looked + 1)
            self.at -= looked + 1
            end = self.data.find(b"\0", self.at, self.at + MOST_NAME)
        start, self.at = self.at, end + 1
        return self.data[start:end].decode()


def _read(path: Path, file: BinaryIO, size: int, stamp: str) -> ExrFile:
    if size == 0:
        raise broken(path, "it is empty")
    header = _Header(file, size)
    if size < 8 or struct.unpack("<I", header.take(4))[0] != MAGIC:
        raise MediaError(f"{path} is no EXR file", "its name says .exr, its content does not: copy or render it again")
    (version,) = struct.unpack("<I", header.take(4))
    if version & 0xFF != 2:
        raise MediaError(f"{path} is EXR of version {version & 0xFF}", "write it again as version 2")
    multipart = bool(version & MULTIPART)
    headers: list[dict[str, Attribute]] = []
    while True:
        attributes: dict[str, Attribute] = {}
        while name := header.text():
            kind = header.text()
            (count,) = struct.unpack("<i", header.take(4))
            attributes[name] = Attribute(kind, header.take(count))
        if not attributes and multipart:
            break
        missing = [name for name, kind in NEEDED.items() if name not in attributes or attributes[name].type != kind]
        missing += [name for name in NEEDED if name not in missing and attributes[name].value == attributes[name].data]
        if missing:
            raise broken(path, f"its header lacks {', '.join(missing)}")
        headers.append(attributes)
        if not multipart:
            break
    if not headers:
        raise broken(path, "it has no parts")
    parts = []
    for index, attributes in enumerate(headers):
        kind = str(attributes["type"].value) if "type" in attributes else ""
        tiled = kind.endswith("tile") or kind == "tiledimage" or (not kind and bool(version & TILED))
        deep = kind.startswith("deep") or (not kind and bool(version & DEEP))
        part = ExrPart(index, attributes, tiled, deep, np.zeros(0, np.uint64))
        _check_claims(path, part, size)
        count = int(attributes["chunkCount"].value) if deep else _block_count(part)
        if count * 16 > size:
            raise _too_much(path, part, size)
        offsets = np.frombuffer(header.take(8 * count), np.uint64)
        parts.append(ExrPart(index, attributes, tiled, deep, offsets))
    return ExrFile(path, size, stamp, tuple(parts), multipart, header.at)


def _too_much(path: Path, part: ExrPart, size: int) -> MediaError:
    claim = f"{part.data.width}x{part.data.height}"
    return broken(path, f"it claims {claim} pixels, far more than its {size} bytes can hold")


def _check_claims(path: Path, part: ExrPart, size: int) -> None:
    """A header may claim anything; believe it only as far as the file could hold it."""
    data, chosen = part.data, part.attributes["compression"].value
    if chosen >= len(COMPRESSIONS):
        raise MediaError(f"{path} has a compression ({chosen}) not known here", "write it again as ZIP or PIZ")
    if part.tiled and (part.attributes.get("tiles") or Attribute("", b"")).type != "tiledesc":
        raise broken(path, "its header lacks tiles")
    if data.empty or data.width > 1 << 24 or data.height > 1 << 24:
        raise broken(path, f"it claims a picture of {data.width}x{data.height}")
    if part.tile is not None and not (min(part.tile) > 0 and part.tile[0] * part.tile[1] <= MOST_TILE):
        raise broken(path, f"it claims tiles of {part.tile[0]}x{part.tile[1]}")
    if part.tiled and (part.attributes["tiles"].value[2] & 15 > 2 or part.attributes["tiles"].value[2] >> 4 > 1):
        raise broken(path, "its tiles are of an unknown kind")
    if any(channel.x_sampling < 1 or channel.y_sampling < 1 for channel in part.channels):
        raise broken(path, "it claims channels sampled at less than a pixel")
    smaller = MOST_SMALLER.get(part.compression, MOST_SMALLER_ELSE)
    if not part.deep and data.area * part.pixel_bytes > max(FAIR, size * smaller):
        raise _too_much(path, part, size)


def _block_count(part: ExrPart) -> int:
    if not part.levels:
        return part.blocks
    claimed = part.attributes.get("chunkCount")
    if claimed is not None:
        return int(claimed.value)
    width, height, mode = part.attributes["tiles"].value

    def sizes(length: int) -> list[int]:
        result = [length]
        while result[-1] > 1:
            result.append((result[-1] + (mode >> 4)) // 2)
        return result

    across, down = sizes(part.data.width), sizes(part.data.height)
    if mode & 15 == 1:
        longest = max(len(across), len(down))
        across += [1] * (longest - len(across))
        down += [1] * (longest - len(down))
        return int(sum(-(-w // width) * -(-h // height) for w, h in zip(across, down, strict=True)))
    columns, rows = sum(-(-w // width) for w in across), sum(-(-h // height) for h in down)
    return int(columns * rows)
