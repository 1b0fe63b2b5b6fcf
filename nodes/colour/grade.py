"""Grade."""

from __future__ import annotations

from typing import Annotated

from nodegraph.colour.grading import graded, ramp
from nodegraph.colour.within import on_colour
from nodegraph.data.errors import NodegraphError
from nodegraph.data.image import Image, Matte
from nodegraph.graph.knob import Color, Knob
from nodegraph.graph.node import Identity, Knobs, node

NAMES = ("blackpoint", "whitepoint", "lift", "gain", "multiply", "offset", "gamma")


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    if knobs["mix"] == 0:
        return "image"
    if knobs["black_clamp"] or knobs["white_clamp"]:
        return None
    try:
        return "image" if ramp(*(knobs[name] for name in NAMES)).neutral else None
    except NodegraphError:  # the node itself tells the artist
        return None


@node(identity=_neutral)
def grade(
    image: Image,
    matte: Matte | None = None,
    *,
    blackpoint: Annotated[Color, Knob(-1, 1, soft=True, help="this colour becomes black (or lift)")] = Color((0, 0, 0)),
    whitepoint: Annotated[Color, Knob(0, 4, soft=True, help="this colour becomes white (or gain)")] = Color((1, 1, 1)),
    lift: Annotated[Color, Knob(-1, 1, soft=True, help="what black becomes")] = Color((0, 0, 0)),
    gain: Annotated[Color, Knob(0, 4, soft=True, help="what white becomes")] = Color((1, 1, 1)),
    multiply: Annotated[Color, Knob(0, 4, soft=True)] = Color((1, 1, 1)),
    offset: Annotated[Color, Knob(-1, 1, soft=True)] = Color((0, 0, 0)),
    gamma: Annotated[Color, Knob(0.2, 5, soft=True, help="bends the mid tones; straight on above 1")] = Color(
        (1, 1, 1)
    ),
    reverse: Annotated[bool, Knob(help="undo this very grade")] = False,
    black_clamp: Annotated[bool, Knob(help="nothing below 0")] = False,
    white_clamp: Annotated[bool, Knob(help="nothing above 1")] = False,
    unpremult: Annotated[bool, Knob(help="divide by alpha before, multiply after")] = False,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Image:
    """Set black and white, then multiply, offset and bend the colour, within the matte.

    Per channel: A = multiply * (gain - lift) / (whitepoint - blackpoint), B = offset + lift - A * blackpoint,
    result = (A * colour + B) ^ (1 / gamma). Nothing is clipped unless the clamps are on.
    """
    numbers = ramp(blackpoint, whitepoint, lift, gain, multiply, offset, gamma)
    return on_colour(
        image,
        lambda pixels: graded(pixels, numbers, reverse=reverse, black_clamp=black_clamp, white_clamp=white_clamp),
        matte=matte,
        mix=mix,
        unpremult=unpremult,
    )
