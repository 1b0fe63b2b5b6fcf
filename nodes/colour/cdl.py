"""CDL."""

from __future__ import annotations

from typing import Annotated

from nodegraph.colour.config import load_config
from nodegraph.colour.lut import Cdl, Direction, cdl_processor, file_stamp, read_cdl
from nodegraph.colour.within import on_colour, space_of
from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import Color, File, Knob, Space
from nodegraph.graph.node import Identity, Knobs, node


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    own = Cdl(tuple(knobs["slope"]), tuple(knobs["offset"]), tuple(knobs["power"]), knobs["saturation"])
    return "image" if knobs["mix"] == 0 or (own.neutral and not knobs["file"]) else None


def _stamp(frame: int, knobs: Knobs) -> str:
    del frame
    return file_stamp(knobs["file"].path) if knobs["file"] else ""


@node(name="CDL", identity=_neutral, fingerprint=_stamp)
def cdl(
    image: Image,
    shot: Shot,
    matte: Matte | None = None,
    *,
    slope: Annotated[Color, Knob(0, 4, soft=True)] = Color((1, 1, 1)),
    offset: Annotated[Color, Knob(-1, 1, soft=True)] = Color((0, 0, 0)),
    power: Annotated[Color, Knob(0.2, 4, soft=True)] = Color((1, 1, 1)),
    saturation: Annotated[float, Knob(0, 4, soft=True)] = 1.0,
    file: Annotated[File, Knob(help="a .cc, .ccc or .cdl file; the knobs above trim what it says")] = File(""),
    id: Annotated[str, Knob(help="which correction of the file, by id or number; empty: the first")] = "",
    space: Annotated[Space, Knob(help="the space it works in (ACEScct, say); empty: as the picture is")] = Space(""),
    direction: Direction = Direction.FORWARD,
    unpremult: Annotated[bool, Knob(help="divide by alpha before, multiply after")] = False,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Image:
    """Apply an ASC CDL, from a file or set by hand: slope, offset, power, saturation. Nothing is clamped."""
    steps = [read_cdl(file.path, id)] if file else []
    own = Cdl(tuple(slope), tuple(offset), tuple(power), saturation)
    if not own.neutral:
        steps.append(own)
    step = cdl_processor(load_config(shot.config), steps, space_of(image, shot), space, direction=direction)
    return on_colour(
        image, lambda pixels: step.run(pixels, unpremult=unpremult), matte=matte, mix=mix, with_alpha=unpremult
    )
