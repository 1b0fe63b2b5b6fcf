"""Constant."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from nodegraph.data.box import Format
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import Color, Knob, Vec
from nodegraph.graph.node import node


@node
def constant(
    shot: Shot,
    *,
    color: Annotated[Color, Knob(0, 1, soft=True, help="red, green, blue, alpha; any value")] = Color((0, 0, 0, 0)),
    size: Annotated[Vec, Knob(0, 32768, unit="px", help="width and height; 0 is the shot's format")] = Vec((0, 0)),
) -> Image:
    """Fill a frame with one colour, in the shot's working space."""
    width, height = round(size[0]), round(size[1])
    format = Format(width, height) if width and height else shot.format
    pixel = np.array(color, np.float32)
    pixels = np.broadcast_to(pixel, (format.height, format.width, pixel.size))
    return Image.of(pixels, format=format, colorspace=shot.space)
