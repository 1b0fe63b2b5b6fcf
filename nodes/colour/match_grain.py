"""MatchGrain."""

from __future__ import annotations

from typing import Annotated

from nodegraph.colour.config import load_config
from nodegraph.colour.grain import add, field, measure
from nodegraph.colour.within import on_colour, space_of
from nodegraph.colour.written import luminance_of
from nodegraph.data.coverage import coverage
from nodegraph.data.image import RGB, Image, Matte, Pixels
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, Knobs, node


def _off(frame: int, knobs: Knobs) -> Identity:
    del frame
    return "image" if knobs["amount"] == 0 or knobs["mix"] == 0 else None


@node(identity=_off)
def match_grain(
    image: Image,
    plate: Image,
    frame: Frame,
    shot: Shot,
    matte: Matte | None = None,
    *,
    amount: Annotated[float, Knob(0, 4, soft=True, help="1 is as strong as the plate's own")] = 1.0,
    size: Annotated[float, Knob(0.5, 3, help="1 is as large as the plate's own")] = 1.0,
    seed: Annotated[int, Knob(0, 9999, soft=True, help="another number, other grain")] = 0,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Image:
    """Give a clean picture the grain of a plate: as strong at each brightness, as large, and as coloured.

    The grain is measured on the flat parts of `plate` (the frame itself, or one held), and made anew for every
    frame; the same frame and seed give the same grain. Where alpha is 0 there is none.
    """
    if plate.rgb != RGB or image.rgb != RGB:
        return image
    weights = luminance_of(load_config(shot.config), space_of(image, shot))
    grain = measure(plate.region(plate.data, RGB), weights)
    if grain.none:
        return image
    box = image.data if matte is None else coverage(matte, image.data)

    def grained(pixels: Pixels) -> Pixels:
        return add(pixels, grain, field(grain, box, frame=frame, seed=seed, size=size), weights, amount)

    return on_colour(image, grained, matte=matte, mix=mix, unpremult=True)
