"""Real pictures for the tests of reading and writing, made and read back by OpenEXR's own binding."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from nodegraph.graph.node import node_type

Planes = dict[str, NDArray[Any]]


def noise(width: int, height: int, names: str = "RGB", dtype: Any = np.float16, seed: int = 1) -> Planes:
    """Soft pictures with grain, some of it below black and above white, each channel its own."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    return {
        name: (np.sin(7 * x + k) * np.cos(5 * y) * 2 + rng.normal(0, 0.05, (height, width))).astype(dtype)
        for k, name in enumerate(names)
    }


def save(
    path: Path,
    planes: Planes,
    *,
    compression: Any = OpenEXR.ZIP_COMPRESSION,
    at: tuple[int, int] = (0, 0),
    format: tuple[int, int] | None = None,
    tile: int = 0,
    **attributes: Any,
) -> Path:
    """One part."""
    OpenEXR.File([part(planes, compression=compression, at=at, format=format, tile=tile, **attributes)]).write(
        str(path)
    )
    return path


def part(
    planes: Planes,
    name: str = "",
    *,
    compression: Any = OpenEXR.ZIP_COMPRESSION,
    at: tuple[int, int] = (0, 0),
    format: tuple[int, int] | None = None,
    tile: int = 0,
    **attributes: Any,
) -> Any:
    height, width = next(iter(planes.values())).shape
    wide, high = format or (width, height)
    header: dict[str, Any] = {
        "compression": compression,
        "type": OpenEXR.tiledimage if tile else OpenEXR.scanlineimage,
        "dataWindow": (np.array(at, np.int32), np.array((at[0] + width - 1, at[1] + height - 1), np.int32)),
        "displayWindow": (np.zeros(2, np.int32), np.array((wide - 1, high - 1), np.int32)),
        **{key.replace("__", "/"): value for key, value in attributes.items()},
    }
    if tile:
        description = OpenEXR.TileDescription()
        description.xSize = description.ySize = tile
        header["tiles"] = description
    return OpenEXR.Part(header, {key: np.ascontiguousarray(value) for key, value in planes.items()}, name)


def parts_of(path: Path) -> list[Any]:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return [
            (dict(found.header), {key: channel.pixels for key, channel in found.channels.items()})
            for found in file.parts
        ]


def planes_of(path: Path, number: int = 0) -> Planes:
    planes: Planes = parts_of(path)[number][1]
    return planes


def header_of(path: Path, number: int = 0) -> Mapping[str, Any]:
    header: Mapping[str, Any] = parts_of(path)[number][0]
    return header


def chunks_of(path: Path) -> dict[tuple[int, ...], bytes]:
    """The compressed blocks of a file as they lie on the disk: (part, y) or (part, x, y, level, level) -> bytes."""
    data = path.read_bytes()
    version = struct.unpack_from("<I", data, 4)[0]
    multi, tiled_single = bool(version & 0x1000), bool(version & 0x200)
    at = 8
    headers: list[dict[str, bytes]] = []
    while True:
        header: dict[str, bytes] = {}
        while data[at]:
            name, at = _text(data, at)
            _, at = _text(data, at)
            (size,) = struct.unpack_from("<i", data, at)
            header[name] = data[at + 4 : at + 4 + size]
            at += 4 + size
        at += 1
        headers.append(header)
        if not multi or not data[at]:
            at += 1 if multi else 0
            break
    if multi:
        at += 8 * sum(struct.unpack("<i", header["chunkCount"])[0] for header in headers)
    else:
        at = struct.unpack_from("<Q", data, at)[0]
    found: dict[tuple[int, ...], bytes] = {}
    while at < len(data):
        number = 0
        if multi:
            (number,) = struct.unpack_from("<i", data, at)
            at += 4
        tiled = headers[number]["type"].startswith(b"tiled") if multi else tiled_single
        key = struct.unpack_from("<4i" if tiled else "<i", data, at)
        at += 16 if tiled else 4
        (size,) = struct.unpack_from("<i", data, at)
        found[(number, *key)] = data[at + 4 : at + 4 + size]
        at += 4 + size
    return found


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\0", at)
    return data[at:end].decode(), end + 1


def run(node: Any, *wires: Any, **knobs: Any) -> Any:
    """Call a node as the engine does: knob values as a graph file has them, checked by their types."""
    known = node_type(node).knobs
    return node(*wires, **{name: known[name].check(value) for name, value in knobs.items()})
