"""Words in a still's header: PNG and JPEG have them as blocks that an encoded file is given afterwards."""

from __future__ import annotations

import struct
import zlib

SOI = b"\xff\xd8"
PNG_HEAD = 8 + 25  # the signature, and the first block, which every PNG has
MOST_JPEG = 65_500  # bytes of one comment


def in_png(data: bytes, words: str) -> bytes:
    """A PNG with a text block, called Description as its specification suggests."""
    body = b"iTXt" + b"Description\0\0\0\0\0" + words.encode()
    block = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:PNG_HEAD] + block + data[PNG_HEAD:]


def in_jpeg(data: bytes, words: str) -> bytes:
    """A JPEG with a comment for each line, after the block that makes it a JFIF file if there is one."""
    at = len(SOI)
    if data[at : at + 2] == b"\xff\xe0":
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    lines = [line.encode()[:MOST_JPEG] for line in words.splitlines()]
    return data[:at] + b"".join(b"\xff\xfe" + struct.pack(">H", len(line) + 2) + line for line in lines) + data[at:]
