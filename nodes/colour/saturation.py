"""Saturation."""

from __future__ import annotations

from typing import Annotated

from nodegraph.colour.config import load_config
from nodegraph.colour.grading import saturated
from nodegraph.colour.within import on_colour, space_of
from nodegraph.colour.written import luminance_of
from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, Knobs, node


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    return "image" if knobs["saturation"] == 1 or knobs["mix"] == 0 else None


@node(identity=_neutral)
def saturation(
    image: Image,
    shot: Shot,
    matte: Matte | None = None,
    *,
    saturation: Annotated[
        float, Knob(0, 4, soft=True, help="0 is grey, 1 leaves it, 2 is twice as far from grey")
    ] = 1.0,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Image:
    """Make colours stronger or greyer and keep their luminance, as the picture's own primaries weigh it."""
    weights = luminance_of(load_config(shot.config), space_of(image, shot))
    return on_colour(image, lambda pixels: saturated(pixels, saturation, weights), matte=matte, mix=mix)
