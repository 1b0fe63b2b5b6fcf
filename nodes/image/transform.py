"""Transform."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

import numpy as np

from nodegraph.data.box import joined
from nodegraph.data.image import Image
from nodegraph.data.shot import Moves
from nodegraph.graph.knob import Knob, Vec
from nodegraph.graph.node import Identity, node
from nodegraph.ops.resample import Filter, Matrix, affine, lit, moved_box
from nodegraph.ops.shutter import averaged

STILL = Moves()


class Opens(Enum):
    """When the shutter is open."""

    AROUND = "around the frame"
    FROM = "from the frame on"
    UNTIL = "until the frame"


EARLIER = {Opens.AROUND: 0.5, Opens.FROM: 0.0, Opens.UNTIL: 1.0}


def neutral(frame: int, knobs: Mapping[str, Any]) -> Identity:
    del frame
    still = not any(knobs["translate"]) and knobs["rotate"] == 0 and knobs["skew"] == 0
    return "image" if still and tuple(knobs["scale"]) == (1, 1) and knobs["motion_blur"] < 2 else None


def moments(knobs: Mapping[str, Any]) -> tuple[float, ...]:
    """When the pictures are taken that make the blur: the middles of equal shares of the shutter's time."""
    count, shutter = knobs["motion_blur"], knobs["shutter"]
    if count < 2:
        return ()
    return tuple(shutter * ((k + 0.5) / count - EARLIER[knobs["shutter_opens"]]) for k in range(count))


@node(identity=neutral, shutter=moments)
def transform(
    image: Image,
    moves: Moves = STILL,
    *,
    translate: Annotated[Vec, Knob(-4096, 4096, unit="px", soft=True, help="right and down")] = Vec((0.0, 0.0)),
    rotate: Annotated[float, Knob(-360, 360, unit="°", soft=True, help="against the clock")] = 0.0,
    scale: Annotated[Vec, Knob(-10, 10, soft=True)] = Vec((1.0, 1.0)),
    skew: Annotated[float, Knob(-2, 2, soft=True)] = 0.0,
    center: Annotated[Vec, Knob(-4096, 8192, unit="px", soft=True, help="what it turns about")] = Vec((0.0, 0.0)),
    center_of_format: Annotated[bool, Knob(help="turn about the middle of the format")] = True,
    filter: Annotated[Filter, Knob(help="how pixels are made of those around them")] = Filter.CUBIC,
    invert: Annotated[bool, Knob(help="undo this very move")] = False,
    motion_blur: Annotated[int, Knob(0, 64, help="pictures averaged while the shutter is open; 0 is none")] = 0,
    shutter: Annotated[float, Knob(0, 2, unit="frames", soft=True, help="how long it is open; 0.5 is 180°")] = 0.5,
    shutter_opens: Annotated[Opens, Knob(help="when it is open")] = Opens.AROUND,
) -> Image:
    """Move, turn, scale and skew the picture with all its layers; the data window goes along.

    With motion blur, what moves by keyframes or links smears as a film camera would smear it.
    """
    here = {"translate": translate, "rotate": rotate, "scale": scale, "skew": skew, "center": center}
    matrices = [matrix_of(image, {"center_of_format": center_of_format, **move}) for move in moves or (here,)]
    if invert:
        matrices = [np.linalg.inv(matrix) for matrix in matrices]
    if all(np.array_equal(matrix, np.eye(3)) for matrix in matrices):
        return image
    source, content = image.pixels, image.content
    content = lit(source, image.data).meet(content)
    data = joined(moved_box(image.data, matrix, filter) for matrix in matrices)
    if len(matrices) == 1:
        pixels, box = affine(source, image.data, matrices[0], filter, moved_box(content, matrices[0], filter))
    else:
        pixels, box = averaged(source, image.data, matrices, filter, content)
    return image.with_pixels(pixels, data=data, content=box)


def matrix_of(image: Image, knobs: Mapping[str, Any]) -> Matrix:
    """The matrix that these knobs make, about the middle of the format or a centre of their own."""
    middle = (image.format.width / 2, image.format.height / 2) if knobs["center_of_format"] else knobs["center"]
    return placed(knobs["translate"], knobs["rotate"], knobs["scale"], knobs["skew"], tuple(middle))


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
