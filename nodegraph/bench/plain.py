"""The baselines: what a careful script does with numpy, OpenCV and the OpenEXR binding, and no engine.

They get the same threads as we do: the binding's pool is set, OpenCV keeps its own.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.threads import cores

Array = NDArray[Any]

COMPRESSIONS = {"none": "NO", "zip": "ZIP", "zips": "ZIPS", "piz": "PIZ", "dwaa": "DWAA"}


def plate(width: int = 4096, height: int = 2160, seed: int = 7) -> Array:
    """A picture that compresses as film does: soft shapes, correlated grain, highlights above 1; half RGB."""
    import cv2

    random = np.random.default_rng(seed)
    soft = cv2.resize(random.random((18, 32, 3), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(random.standard_normal((height, width, 3), np.float32), (0, 0), 0.7)
    picture = np.square(soft) * 1.4 + 0.012 * grain * np.sqrt(np.abs(soft) + 0.01)
    result: Array = picture.astype(np.float16)
    return result


def write(path: Path, pixels: Array, compression: str, tile: int = 0) -> None:
    """Encode the whole picture by the OpenEXR binding."""
    import OpenEXR

    OpenEXR.set_global_thread_count(cores())
    header: dict[str, Any] = {
        "compression": getattr(OpenEXR, f"{COMPRESSIONS[compression]}_COMPRESSION"),
        "type": OpenEXR.tiledimage if tile else OpenEXR.scanlineimage,
    }
    if tile:
        header["tiles"] = OpenEXR.TileDescription()
        header["tiles"].xSize = header["tiles"].ySize = tile
    name = "RGBA" if pixels.shape[2] == 4 else "RGB"
    OpenEXR.File(header, {name: pixels}).write(str(path))


def read(path: Path) -> Array:
    """Decode the whole picture by the OpenEXR binding, in the file's own type."""
    import OpenEXR

    OpenEXR.set_global_thread_count(cores())
    with OpenEXR.File(str(path)) as file:
        channels = file.channels()
        name = "RGBA" if "RGBA" in channels else "RGB"
        pixels: Array = channels[name].pixels
        return pixels


def edit(source: Path, target: Path, box: Box, gain: float, compression: str, tile: int = 0) -> None:
    """Brighten one rectangle of a file the usual way: decode all, change it, encode all."""
    pixels = read(source)
    if not box.empty:
        rows, columns = box.slices(Box(0, 0, pixels.shape[1], pixels.shape[0]))
        part = pixels[rows, columns].astype(np.float32) * np.float32(gain)
        pixels[rows, columns] = part.astype(np.float16)
    write(target, pixels, compression, tile)


def forced(path: Path) -> None:
    """Wait until a file is on the disk, as a render does before it calls a frame done."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def oiio_edit(source: Path, target: Path, box: Box, gain: float) -> None:
    """The same with OpenImageIO."""
    import OpenImageIO as oiio

    oiio.attribute("threads", cores())
    oiio.attribute("exr_threads", cores())
    picture = oiio.ImageBuf(str(source))
    picture.read(0, 0, True, oiio.FLOAT)
    if not box.empty:
        roi = oiio.ROI(box.x0, box.x1, box.y0, box.y1)
        oiio.ImageBufAlgo.mul(picture, picture, gain, roi)
    picture.write(str(target), oiio.HALF)
