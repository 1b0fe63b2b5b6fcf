"""Crops for tests of mattes: a face of ellipses in grey, and the face plate's by its true landmarks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import Face, Rect, five_of
from nodegraph.data.image import Image, frozen
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import truth_at
from nodegraph.ops.portrait_pose import Moves
from nodegraph.ops.templates import Template, five_points
from nodes.face.mask import mask
from nodes.face.mask_parts import mask_parts
from tests.nodes.face.shapes import FORMAT, face_points

SHOT = Shot(format=FORMAT)
PLATE = Image.of(np.zeros((FORMAT.height, FORMAT.width, 3), np.float32), format=FORMAT, colorspace="ACEScg")
HARD = {"forehead": 0.0, "feather": 0.0}  # a matte without what softens it
Mask = NDArray[np.float32]


def crop_of(
    points: NDArray[np.float64], size: int = 256, scale: float = 1.0, light: float = 0.4, name: str = "face1"
) -> Crop:
    """A crop with the face in its middle; its pixels are grey."""
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    matrix = np.array([[scale, 0, size / 2 - scale * x], [0, scale, size / 2 - scale * y], [0, 0, 1]])
    pixels = frozen(np.full((size, size, 3), light, np.float32))
    return Crop(name, Face(Rect.around(points), 1.0, points, 1.0), matrix, pixels, pixels)


def crops_of(*crops: Crop) -> Crops:
    return Crops(FORMAT, "ACEScg", crops)


def one(crops: Crops) -> Mask:
    """The matte of the one crop."""
    (crop,) = crops
    assert crop.matte is not None
    assert crop.matte.dtype == np.float32
    assert crop.matte.min() >= 0
    assert crop.matte.max() <= 1
    return crop.matte


def made(crop: Crop, **knobs: object) -> Mask:
    return one(mask(crops_of(crop), SHOT, Context(), **knobs))  # type: ignore[arg-type]


def disc(radius: float, size: int = 200, x: float = 100.3, y: float = 99.6) -> Mask:
    """A disc by its closed form, many points to a pixel."""
    at = (np.arange(size * 8) + 0.5) / 8
    inside = np.hypot(at[None, :] - x, at[:, None] - y) < radius
    return inside.reshape(size, 8, size, 8).mean(axis=(1, 3)).astype(np.float32)


def portrait_crop(frame: int, size: int) -> Crop:
    """A crop of the face plate, by its true landmarks; its pixels are black."""
    points = truth_at(make_figure(), frame, *FORMAT[:2], Moves(), Light(occluder=False)).landmarks
    template = five_points(Template.WHOLE_FACE) * size
    matrix = np.eye(3)
    matrix[:2] = cv2.estimateAffinePartial2D(five_of(points), template)[0]
    grey = frozen(np.zeros((size, size, 3), np.float32))
    return Crop("face1", Face(Rect.around(points), 1.0, points), matrix, grey, grey)


FACE = face_points(size=140.0, mouth=0.5)


def parted(crop: Crop, **knobs: object) -> Mask:
    return one(mask_parts(crops_of(crop), SHOT, Context(), **knobs))  # type: ignore[arg-type]
