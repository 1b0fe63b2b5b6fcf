"""Header attributes of an EXR: their bytes and what these mean. Unknown ones are kept as they are.

The types and layouts are those of the OpenEXR file layout document.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from nodegraph.data.box import Box


class TimeCode(NamedTuple):
    """A SMPTE 12M time code as EXR stores it: packed time and flags, and user bits."""

    time_and_flags: int
    user_data: int = 0

    @classmethod
    def of(
        cls, hours: int, minutes: int, seconds: int, frame: int, *, drop: bool = False, user_data: int = 0
    ) -> TimeCode:
        """The time code of a clock reading."""
        packed = 0
        for shift, number in ((0, frame), (8, seconds), (16, minutes), (24, hours)):
            packed |= (number // 10 << 4 | number % 10) << shift
        return cls(packed | (1 << 6 if drop else 0), user_data)

    def _digits(self, shift: int, tens: int) -> int:
        return (self.time_and_flags >> shift & 15) + 10 * (self.time_and_flags >> shift + 4 & tens)

    @property
    def clock(self) -> tuple[int, int, int, int]:
        """Hours, minutes, seconds, frame."""
        return self._digits(24, 3), self._digits(16, 7), self._digits(8, 7), self._digits(0, 3)

    @property
    def drop(self) -> bool:
        return bool(self.time_and_flags & 1 << 6)

    def __str__(self) -> str:
        hours, minutes, seconds, frame = self.clock
        return f"{hours:02}:{minutes:02}:{seconds:02}{';' if self.drop else ':'}{frame:02}"


class Attribute(NamedTuple):
    """One attribute: the name of its type and its bytes."""

    type: str
    data: bytes

    @property
    def value(self) -> Any:
        """What the bytes mean; the bytes themselves where the type is not one we know."""
        reader = READERS.get(self.type)
        if reader is None:
            return self.data
        try:
            return reader(self.data)
        except (struct.error, UnicodeDecodeError, ValueError, ZeroDivisionError):
            return self.data


class Channel(NamedTuple):
    """One channel of a part: its name, half, float or uint, and how thinly it is sampled."""

    name: str
    type: str
    x_sampling: int = 1
    y_sampling: int = 1
    linear: bool = False


TYPES = ("uint", "half", "float")
BYTES: Mapping[str, int] = {"uint": 4, "half": 2, "float": 4}
COMPRESSIONS = (
    "none",
    "rle",
    "zips",
    "zip",
    "piz",
    "pxr24",
    "b44",
    "b44a",
    "dwaa",
    "dwab",
    "htj2k256",
    "htj2k32",
    "lj2k",
    "zstd",
)


def _numbers(form: str) -> Callable[[bytes], Any]:
    whole = struct.Struct("<" + form)

    def read(data: bytes) -> Any:
        values = whole.unpack(data)
        return values[0] if len(values) == 1 else values

    return read


def _strings(data: bytes) -> tuple[str, ...]:
    result = []
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from("<i", data, at)
        if size < 0 or at + 4 + size > len(data):
            raise ValueError("a text reaches past the end")
        result.append(data[at + 4 : at + 4 + size].decode())
        at += 4 + size
    return tuple(result)


def read_channels(data: bytes) -> tuple[Channel, ...]:
    """The channel list of a header."""
    result = []
    at = 0
    while data[at] != 0:
        end = data.index(0, at)
        name = data[at:end].decode()
        kind, linear, x, y = struct.unpack_from("<iB3xii", data, end + 1)
        result.append(Channel(name, TYPES[kind], x, y, bool(linear)))
        at = end + 17
    return tuple(result)


def write_channels(channels: tuple[Channel, ...]) -> bytes:
    """The channel list of a header, in the order that the format asks for."""
    rows = sorted(channels)
    return (
        b"".join(
            row.name.encode()
            + b"\0"
            + struct.pack("<iB3xii", TYPES.index(row.type), row.linear, row.x_sampling, row.y_sampling)
            for row in rows
        )
        + b"\0"
    )


def _rational(data: bytes) -> Fraction:
    return Fraction(*struct.unpack("<iI", data))


READERS: Mapping[str, Callable[[bytes], Any]] = {
    "int": _numbers("i"),
    "float": _numbers("f"),
    "double": _numbers("d"),
    "string": lambda data: data.decode(),
    "stringvector": _strings,
    "rational": _rational,
    "timecode": lambda data: TimeCode(*struct.unpack("<II", data)),
    "keycode": _numbers("7i"),
    "chromaticities": _numbers("8f"),
    "v2i": _numbers("2i"),
    "v2f": _numbers("2f"),
    "v2d": _numbers("2d"),
    "v3i": _numbers("3i"),
    "v3f": _numbers("3f"),
    "v3d": _numbers("3d"),
    "m33f": _numbers("9f"),
    "m33d": _numbers("9d"),
    "m44f": _numbers("16f"),
    "m44d": _numbers("16d"),
    "box2f": _numbers("4f"),
    "box2i": lambda data: _box(*struct.unpack("<4i", data)),
    "compression": lambda data: data[0],
    "lineOrder": lambda data: data[0],
    "envmap": lambda data: data[0],
    "chlist": read_channels,
    "tiledesc": _numbers("IIB"),
}


def _box(x0: int, y0: int, x1: int, y1: int) -> Box:
    return Box(x0, y0, x1 + 1, y1 + 1)


def attribute(value: Any) -> Attribute:
    """The attribute that holds a value, by its type: text, number, rate, time code, box, texts, or an Attribute."""
    if isinstance(value, Attribute):
        return value
    if isinstance(value, TimeCode):
        return Attribute("timecode", struct.pack("<II", *value))
    if isinstance(value, Box):
        return Attribute("box2i", struct.pack("<4i", value.x0, value.y0, value.x1 - 1, value.y1 - 1))
    if isinstance(value, Fraction):
        return Attribute("rational", struct.pack("<iI", value.numerator, value.denominator))
    if isinstance(value, str):
        return Attribute("string", value.encode())
    if isinstance(value, (bool, int)):
        return Attribute("int", struct.pack("<i", value))
    if isinstance(value, float):
        return Attribute("float", struct.pack("<f", value))
    if isinstance(value, (tuple, list)):
        if value and all(isinstance(part, str) for part in value):
            texts = [part.encode() for part in value]
            return Attribute("stringvector", b"".join(struct.pack("<i", len(text)) + text for text in texts))
        kind = {2: "v2f", 3: "v3f", 8: "chromaticities", 9: "m33f", 16: "m44f"}.get(len(value))
        if kind is not None:
            return Attribute(kind, struct.pack(f"<{len(value)}f", *value))
    raise TypeError(f"no EXR attribute can hold {type(value).__name__}")
