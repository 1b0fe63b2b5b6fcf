"""Transform."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from nodegraph.data.image import Image
from nodegraph.graph.knob import Knob, Vec
from nodegraph.graph.node import Identity, node
from nodegraph.ops.resample import Filter, Matrix, affine


def neutral(frame: int, knobs: Mapping[str, Any]) -> Identity:
    del frame
    still = not any(knobs["translate"]) and knobs["rotate"] == 0 and knobs["skew"] == 0
    return "image" if still and tuple(knobs["scale"]) == (1, 1) else None


@node(identity=neutral)
def transform(
    image: Image,
    *,
    translate: Annotated[Vec, Knob(-4096, 4096, unit="px", soft=True, help="right and down")] = Vec((0.0, 0.0)),
    rotate: Annotated[float, Knob(-360, 360, unit="°", soft=True, help="against the clock")] = 0.0,
    scale: Annotated[Vec, Knob(-10, 10, soft=True)] = Vec((1.0, 1.0)),
    skew: Annotated[float, Knob(-2, 2, soft=True)] = 0.0,
    center: Annotated[Vec, Knob(-4096, 8192, unit="px", soft=True, help="what it turns about")] = Vec((0.0, 0.0)),
    center_of_format: Annotated[bool, Knob(help="turn about the middle of the format")] = True,
    filter: Annotated[Filter, Knob(help="how pixels are made of those around them")] = Filter.CUBIC,
    invert: Annotated[bool, Knob(help="undo this very move")] = False,
) -> Image:
    """Move, turn, scale and skew the picture with all its layers; the data window goes along."""
    middle = (image.format.width / 2, image.format.height / 2) if center_of_format else (center[0], center[1])
    matrix = placed(translate, rotate, scale, skew, middle)
    if invert:
        matrix = np.linalg.inv(matrix)
    pixels, box = affine(image.pixels, image.data, matrix, filter)
    return image.with_pixels(pixels, data=box)


def placed(translate: Vec, rotate: float, scale: Vec, skew: float, center: tuple[float, float]) -> Matrix:
    """The matrix of a move: skew, scale and turn about the centre, then shift."""
    turn = math.radians(-rotate)  # y points down
    c, s = math.cos(turn), math.sin(turn)
    about = np.array([[1, 0, -center[0]], [0, 1, -center[1]], [0, 0, 1]], np.float64)
    bent = np.array([[1, skew, 0], [0, 1, 0], [0, 0, 1]], np.float64)
    sized = np.diag([scale[0] or 1e-6, scale[1] or 1e-6, 1.0])
    turned = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float64)
    back = np.array([[1, 0, center[0] + translate[0]], [0, 1, center[1] + translate[1]], [0, 0, 1]], np.float64)
    whole: Matrix = back @ turned @ sized @ bent @ about
    return whole
