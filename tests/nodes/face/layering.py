"""Faces in a plate, and files with their layers, read by another program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO as oiio

from nodegraph.data.box import Box, Format
from nodegraph.data.crop import Crop, Crops, moved
from nodegraph.data.faces import Face, Pose, Rect
from nodegraph.data.image import Image, frozen
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodes.face.face_layers import face_layers
from nodes.face.paste import paste
from nodes.io.read import read
from nodes.io.write import write
from tests.nodes.face.shapes import face_points
from tests.nodes.io.pictures import run

WIDTH, HEIGHT = 200, 150


LOSSLESS = ("NO", "RLE", "ZIPS", "ZIP", "PIZ", "HTJ2K32", "ZSTD")
EVERY = (*LOSSLESS, "PXR24", "B44", "DWAA", "DWAB")


def crop_of(x: float, y: float, track: str, colour: float, size: int = 48, hole: bool = False) -> Crop:
    """A face about 34 pixels wide, turned a little, of one colour with some noise, its matte soft and round."""
    points = face_points(x, y, 34, roll=0.2)
    face = Face(Rect.around(points), 0.9, points, 0.8, Pose(1.0, 2.0, 3.0))
    scale = size / 60
    c, s = scale * np.cos(-0.2), scale * np.sin(-0.2)
    matrix = np.array([[c, -s, 0.0], [s, c, 0.0], [0, 0, 1]])
    matrix[:2, 2] = size / 2 - moved(np.array([[x, y]]), matrix)[0]
    rng = np.random.default_rng(round(x))
    pixels = np.full((size, size, 3), colour, np.float32) * rng.uniform(0.5, 1.5, (size, size, 3)).astype(np.float32)
    pixels[size // 2, size // 2] = 16.0
    rows, columns = np.mgrid[0:size, 0:size] + 0.5 - size / 2
    matte = np.clip((size * 0.45 - np.hypot(rows, columns)) / 6, 0, 1).astype(np.float32)
    if hole:
        matte[:] = 0
    return Crop(track, face, matrix, frozen(pixels * 0.5), frozen(pixels), frozen(matte), identity="jane")


def crops_of(*crops: Crop) -> Crops:
    return Crops(Format(WIDTH, HEIGHT), "ACEScg", crops)


ONE = crops_of(crop_of(90.0, 70.0, "face1", 0.6))
TWO = crops_of(crop_of(90.0, 70.0, "face1", 0.6), crop_of(112.0, 84.0, "face 2", -0.1))
NONE = crops_of()


def opened(path: Path, shot: Shot, ctx: Context) -> Image:
    image: Image = run(read, Frame(1001), shot, ctx, file=str(path), colorspace="ACEScg")
    return image


def written(image: Image, path: Path, shot: Shot, ctx: Context, **knobs: object) -> Path:
    result: Path = run(write, image, Frame(1001), shot, ctx, file=str(path), **knobs)
    return result


def pasted(plate: Image, crops: Crops, **knobs: object) -> Image:
    image: Image = run(paste, plate, crops, Frame(1001), Shot(format=Format(WIDTH, HEIGHT)), Context(), **knobs)
    return image


def layered(plate: Image, crops: Crops, **knobs: object) -> Image:
    image: Image = run(face_layers, pasted(plate, crops), crops, plate, **knobs)
    return image


def by_oiio(path: Path) -> dict[str, np.ndarray]:
    """Every channel of every part, in the display window; black outside its data window."""
    found: dict[str, np.ndarray] = {}
    number = 0
    while True:
        picture = oiio.ImageBuf(str(path), number, 0)
        if picture.has_error or not picture.spec().width:
            break
        spec = picture.spec()
        whole = np.zeros((spec.full_height, spec.full_width, spec.nchannels), np.float32)
        pixels = picture.get_pixels(oiio.FLOAT)
        box = Box(spec.x, spec.y, spec.x + spec.width, spec.y + spec.height).meet(Box(0, 0, WIDTH, HEIGHT))
        rows, columns = box.slices(Box(spec.x, spec.y, 0, 0))
        whole[box.y0 : box.y1, box.x0 : box.x1] = pixels[rows, columns]
        for k, name in enumerate(spec.channelnames):
            assert name not in found
            found[name] = whole[..., k]
        number += 1
        if number >= picture.nsubimages:
            break
    return found


def rgb(channels: dict[str, np.ndarray], layer: str = "") -> np.ndarray:
    return np.stack([channels[f"{layer}.{name}" if layer else name] for name in "RGB"], axis=-1)


def half_step(values: np.ndarray) -> np.ndarray:
    """The distance between neighbouring half floats at these values."""
    return np.maximum(np.spacing(np.abs(values).astype(np.float16)).astype(np.float32), np.float32(2.0**-24))
