"""DPX, as SMPTE 268M has it: film scans and digital intermediates, their code values as they are."""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import believed
from nodegraph.data.errors import MediaError
from nodegraph.data.image import Pixels

HEADER = 2048
COPYRIGHT = 460
ASPECT = 1628  # how wide a pixel is, and how high
COMPONENTS = {6: 1, 50: 3, 51: 4, 52: 4}


def read_dpx(path: Path) -> tuple[Pixels, int, dict[str, Any]]:
    """Code values as shares of the largest, rows x columns x channels; the bits; and what the header tells."""
    data = path.read_bytes()
    if len(data) < HEADER or data[:4] not in (b"SDPX", b"XPDS"):
        raise MediaError(f"{path} is no DPX file", "its name says .dpx, its content does not: copy it again")
    order = ">" if data[:4] == b"SDPX" else "<"

    def field(form: str, at: int) -> Any:
        return struct.unpack_from(order + form, data, at)[0]

    width, height = field("I", 772), field("I", 776)
    descriptor, bits, packing, encoding = data[800], data[803], field("H", 804), field("H", 806)
    start = field("I", 808) if field("I", 808) not in (0, 0xFFFFFFFF) else field("I", 4)
    depth = COMPONENTS.get(descriptor)
    if depth is None or encoding != 0 or bits not in (8, 10, 12, 16) or field("H", 770) != 1:
        raise MediaError(
            f"{path} is a DPX of a kind that is not read (descriptor {descriptor}, {bits} bits)",
            "RGB or RGBA of 8, 10, 12 or 16 bits in one element, not run-length coded",
        )
    if bits in (10, 12) and packing not in (1, 2):
        raise MediaError(f"{path} packs its {bits} bits without filling", "convert it to filled words, method A")
    row = _row_bytes(width * depth, bits)
    tight = width * depth * bits // 8
    if bits in (8, 16) and start + row * height > len(data) >= max(field("I", 16) % 0xFFFFFFFF, start + tight * height):
        row = tight  # many writers do not fill the last word of a row
    if not 0 < width <= 1 << 16 or not 0 < height <= 1 << 16 or start + row * height > len(data):
        raise MediaError(f"{path} is damaged: it was cut off", "copy it again")
    rows = np.frombuffer(data, np.uint8, row * height, start).reshape(height, row)
    codes = _unpacked(rows, width * depth, bits, packing, order, depth == 1).reshape(height, width, depth)
    if descriptor == 52:
        codes = codes[..., ::-1]
    pixels: Pixels = codes.astype(np.float32) / np.float32((1 << bits) - 1)
    return pixels, bits, _told(data, field)


def _row_bytes(values: int, bits: int) -> int:
    if bits == 10:
        return 4 * -(-values // 3)
    return 4 * -(-values * (1 if bits == 8 else 2) // 4)


def _unpacked(rows: NDArray[np.uint8], values: int, bits: int, packing: int, order: str, grey: bool) -> NDArray[Any]:
    if bits == 8:
        return rows[:, :values]
    if bits == 10:
        words = rows.view(order + "u4")
        base = 2 if packing == 1 else 0
        shifts = (0, 10, 20) if grey else (20, 10, 0)  # grey starts at the low end, as everyone reads it
        three = np.stack([(words >> (base + shift)) & 1023 for shift in shifts], axis=-1)
        return three.reshape(rows.shape[0], -1)[:, :values]
    words = rows.view(order + "u2")[:, :values]
    if bits == 12:
        return words >> 4 if packing == 1 else words & 4095
    return words


def _told(data: bytes, field: Any) -> dict[str, Any]:
    told: dict[str, Any] = {}
    transfer = data[801]
    if 0 < transfer < 9:
        told["dpx/transfer"] = str(transfer)  # the code of SMPTE ST 268-1
    for at in (1940, 1724):
        rate = field("f", at)
        if math.isfinite(rate) and 1 <= rate <= 1000:
            told["dpx/frame_rate"] = float(rate)
            break
    wide, high = field("I", ASPECT), field("I", ASPECT + 4)
    if wide not in (0, 0xFFFFFFFF) and high not in (0, 0xFFFFFFFF) and believed(wide / high) == wide / high:
        told["dpx/pixel_aspect"] = wide / high
    code = field("I", 1920)
    if code != 0xFFFFFFFF:
        told["dpx/timecode"] = ":".join(f"{code >> shift & 255:02x}" for shift in (24, 16, 8, 0))
    return told


def dpx_bytes(pixels: Pixels, note: str = "", aspect: float = 1.0) -> bytes:
    """A 10-bit RGB DPX of encoded values, big-endian, method A; the note stands where the copyright does.

    Pixels are `aspect` times as wide as high.
    """
    height, width, _ = pixels.shape
    codes = np.rint(np.clip(np.nan_to_num(pixels[..., :3]), 0, 1) * 1023).astype(np.uint32)
    words = codes[..., 0] << 22 | codes[..., 1] << 12 | codes[..., 2] << 2
    header = bytearray(b"\xff" * HEADER)
    header[768:1408] = b"\0" * 640
    struct.pack_into(">4sI8sI", header, 0, b"SDPX", HEADER, b"V2.0\0\0\0\0", HEADER + 4 * width * height)
    struct.pack_into(">HHII", header, 768, 0, 1, width, height)
    struct.pack_into(">IIfIf", header, 780, 0, 0, 0.0, 1023, 0.0)
    if note:
        header[COPYRIGHT : COPYRIGHT + 200] = note.encode()[:199].ljust(200, b"\0")
    header[800:804] = bytes((50, 0, 0, 10))
    struct.pack_into(">HHIII", header, 804, 1, 0, HEADER, 0, 0)
    struct.pack_into(">II", header, ASPECT, *Fraction(aspect).limit_denominator(10000).as_integer_ratio())
    return bytes(header) + words.astype(">u4").tobytes()
