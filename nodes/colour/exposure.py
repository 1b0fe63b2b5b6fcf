"""Exposure."""

from __future__ import annotations

from typing import Annotated

from nodegraph.colour.grading import Ramp, graded
from nodegraph.colour.within import on_colour
from nodegraph.data.image import Image, Matte
from nodegraph.graph.knob import Color, Knob
from nodegraph.graph.node import Identity, Knobs, node


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    return "image" if knobs["mix"] == 0 or not any(knobs["stops"]) else None


@node(identity=_neutral)
def exposure(
    image: Image,
    matte: Matte | None = None,
    *,
    stops: Annotated[Color, Knob(-8, 8, unit="stops", soft=True)] = Color((0, 0, 0)),
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Image:
    """Brighten or darken in stops, per channel: plus one doubles the light."""
    gain = tuple(2.0**value for value in stops)
    numbers = Ramp(gain, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    return on_colour(image, lambda pixels: graded(pixels, numbers), matte=matte, mix=mix)
