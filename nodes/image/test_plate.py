"""TestPlate: patterns whose every pixel is known."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.knob import Knob, Vec
from nodegraph.graph.node import node
from nodegraph.ops import plates


class Pattern(Enum):
    """What the plate shows."""

    EBU_BARS = "EBU bars"
    SMPTE_BARS = "SMPTE bars"
    RAMP = "ramp"
    ZONE_PLATE = "zone plate"
    CHECKER = "checker"


@node(name="TestPlate")
def plate(
    frame: Frame,
    shot: Shot,
    *,
    pattern: Pattern = Pattern.EBU_BARS,
    size: Annotated[Vec, Knob(0, 32768, unit="px", help="width and height; 0 is the shot's format")] = Vec((0, 0)),
    level: Annotated[float, Knob(0, 1, help="signal of the coloured bars")] = 0.75,
    low: Annotated[float, Knob(-4, 4, soft=True, help="darkest light of ramp and checker")] = -0.5,
    high: Annotated[float, Knob(-4, 16, soft=True, help="brightest light of ramp and checker")] = 4.0,
    cell: Annotated[float, Knob(1, 512, unit="px", help="side of a square of the checker")] = 64.0,
    move: Annotated[Vec, Knob(-64, 64, unit="px", soft=True, help="way of the checker from frame to frame")] = Vec(
        (2.25, 0.5)
    ),
    turn: Annotated[float, Knob(-1, 1, soft=True, help="turns of the zone plate's phase a frame")] = 0.05,
) -> Image:
    """Make a test pattern: bars, ramps below 0 and above 1, a zone plate that flows, a checker that creeps.

    The numbers are light in the working space's own red, green and blue. Motion counts from the shot's first frame.
    """
    width, height = round(size[0]), round(size[1])
    if not (width and height):
        width, height = shot.format.width, shot.format.height
    since = int(frame) - shot.first
    if pattern is Pattern.EBU_BARS:
        pixels = plates.ebu_bars(width, height, level)
    elif pattern is Pattern.SMPTE_BARS:
        pixels = plates.smpte_bars(width, height, level)
    elif pattern is Pattern.RAMP:
        pixels = plates.ramp(width, height, low, high)
    elif pattern is Pattern.ZONE_PLATE:
        pixels = plates.zone_plate(width, height, turn * since)
    else:
        pixels = plates.checker(width, height, cell, (move[0] * since, move[1] * since), low, high)
    return Image.of(pixels, colorspace=shot.space)
