"""Lut."""

from __future__ import annotations

from typing import Annotated

from nodegraph.colour.config import load_config
from nodegraph.colour.lut import Direction, Interpolation, file_stamp, lut_processor
from nodegraph.colour.within import on_colour, space_of
from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import File, Knob, Space
from nodegraph.graph.node import Identity, Knobs, node


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    return "image" if not knobs["file"] or knobs["mix"] == 0 else None


def _stamp(frame: int, knobs: Knobs) -> str:
    del frame
    return file_stamp(knobs["file"].path) if knobs["file"] else ""


@node(identity=_neutral, fingerprint=_stamp)
def lut(
    image: Image,
    shot: Shot,
    matte: Matte | None = None,
    *,
    file: Annotated[File, Knob(help=".cube, .csp, .clf, .ctf, .3dl, .spi1d, .spi3d and others")] = File(""),
    space: Annotated[Space, Knob(help="the space it was made for; empty: as the picture is")] = Space(""),
    direction: Direction = Direction.FORWARD,
    interpolation: Interpolation = Interpolation.TETRAHEDRAL,
    unpremult: Annotated[bool, Knob(help="divide by alpha before, multiply after")] = True,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Image:
    """Send the colour through a LUT file, in the space the LUT was made for.

    A LUT holds values outside its own range at its ends: give it a logarithmic space that covers the picture.
    """
    if not file:
        return image
    step = lut_processor(
        load_config(shot.config),
        file.path,
        space_of(image, shot),
        space,
        direction=direction,
        interpolation=interpolation,
    )
    return on_colour(
        image, lambda pixels: step.run(pixels, unpremult=unpremult), matte=matte, mix=mix, with_alpha=unpremult
    )
