"""ColorSpace."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from nodegraph.colour.config import load_config
from nodegraph.colour.convert import processor
from nodegraph.colour.within import on_colour, space_of
from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import Knob, Space
from nodegraph.graph.node import Identity, Knobs, node


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    same = knobs["source"] == knobs["target"] != ""
    return "image" if same or knobs["mix"] == 0 else None


@node(identity=_neutral)
def color_space(
    image: Image,
    shot: Shot,
    matte: Matte | None = None,
    *,
    source: Annotated[Space, Knob(help="the space the picture is in; empty: what it says itself")] = Space(""),
    target: Annotated[Space, Knob(help="the space to bring it to; empty: the working space")] = Space(""),
    unpremult: Annotated[bool, Knob(help="take alpha out while a curve is applied")] = True,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Image:
    """Bring the picture from one colour space to another; negative and bright values are kept.

    A space is a name or role of the OCIO config, or spelt out as curve and primaries: `pq/rec2020`.
    """
    config = load_config(shot.config)
    src = config.space(source or space_of(image, shot))
    dst = config.space(target or shot.space)
    step = processor(config, src, dst)
    result = on_colour(
        image,
        lambda pixels: step.run(pixels, unpremult=unpremult),
        matte=matte,
        mix=mix,
        with_alpha=unpremult and not step.linear,
    )
    # A picture that is only partly there is neither in the one space nor in the other: it keeps its name.
    return replace(result, colorspace=dst) if matte is None and mix == 1 and dst != image.colorspace else result
