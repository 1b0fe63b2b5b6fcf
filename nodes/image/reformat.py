"""Reformat."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import Annotated

import numpy as np

from nodegraph.data.box import Format
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import Knob, Vec
from nodegraph.graph.node import node
from nodegraph.ops.resample import Filter, affine


class Resize(Enum):
    """How the picture is fitted into its new frame."""

    NONE = "none"
    WIDTH = "width"
    HEIGHT = "height"
    FIT = "fit"
    FILL = "fill"
    DISTORT = "distort"


@node
def reformat(
    image: Image,
    shot: Shot,
    *,
    size: Annotated[Vec, Knob(0, 32768, unit="px", help="width and height; 0 is the shot's format")] = Vec((0, 0)),
    resize: Annotated[Resize, Knob(help="how the picture is fitted in")] = Resize.FIT,
    center: Annotated[bool, Knob(help="in the middle, or else at the top left")] = True,
    filter: Annotated[Filter, Knob(help="how pixels are made of those around them")] = Filter.CUBIC,
    crop: Annotated[bool, Knob(help="cut off what is outside the new frame")] = False,
) -> Image:
    """Put the picture into another format, resized to fit it, fill it, or not at all."""
    width, height = round(size[0]), round(size[1])
    wanted = Format(width, height) if width and height else shot.format
    had = image.format
    across = wanted.width / had.width
    down = wanted.height / had.height
    aspect = had.pixel_aspect / wanted.pixel_aspect
    even = {Resize.WIDTH: across, Resize.HEIGHT: down * aspect}
    even[Resize.FIT], even[Resize.FILL] = min(across, down * aspect), max(across, down * aspect)
    if resize is Resize.NONE:
        x = y = 1.0
    elif resize is Resize.DISTORT:
        x, y = across, down
    else:
        x, y = even[resize], even[resize] / aspect
    left = (wanted.width - had.width * x) / 2 if center else 0.0
    top = (wanted.height - had.height * y) / 2 if center else 0.0
    if resize is Resize.NONE:  # pixels stay pixels
        left, top = float(round(left)), float(round(top))
    if (x, y, left, top) == (1, 1, 0, 0):
        fresh = image if wanted == had else replace(image, format=wanted, origin=None)
    else:
        matrix = np.array([[x, 0, left], [0, y, top], [0, 0, 1]], np.float64)
        pixels, box = affine(image.pixels, image.data, matrix, filter)
        fresh = replace(image.with_pixels(pixels, data=box), format=wanted)
    if crop and not wanted.box.covers(fresh.data):
        data = fresh.data.meet(wanted.box)
        fresh = fresh.with_pixels(fresh.region(data), data=data)
    return fresh
