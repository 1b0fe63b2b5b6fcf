"""Crop."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from nodegraph.data.box import Box, Format
from nodegraph.data.image import Image
from nodegraph.graph.knob import Knob, Vec
from nodegraph.graph.node import node


@node
def crop(
    image: Image,
    *,
    box: Annotated[Vec, Knob(unit="px", help="left, top, right, bottom; the last two are outside")] = Vec((0, 0, 0, 0)),
    reformat: Annotated[bool, Knob(help="make the box the new format")] = False,
) -> Image:
    """Keep a rectangle; the rest becomes black and transparent. Nothing is decoded that is not asked for later."""
    wanted = Box(*(round(part) for part in box))
    if wanted.empty:
        return image
    data = image.data.meet(wanted)
    cropped = replace(image, data=data, origin=image.origin if data == image.data else None)
    if not reformat:
        return cropped
    moved = data.move(-wanted.x0, -wanted.y0)
    shape = Format(wanted.width, wanted.height, image.format.pixel_aspect)
    fresh = cropped.with_pixels(cropped.pixels, data=moved)
    return replace(fresh, format=shape)
