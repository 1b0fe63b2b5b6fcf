"""DisplayView."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from nodegraph.colour.config import load_config
from nodegraph.colour.display import exact_view
from nodegraph.colour.within import on_colour, space_of
from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, Knobs, node


def _off(frame: int, knobs: Knobs) -> Identity:
    del frame
    return "image" if knobs["mix"] == 0 else None


@node(identity=_off)
def display_view(
    image: Image,
    shot: Shot,
    matte: Matte | None = None,
    *,
    display: Annotated[str, Knob(help="a display of the OCIO config; empty: its first")] = "",
    view: Annotated[str, Knob(help="a view of that display; empty: its first")] = "",
    exposure: Annotated[float, Knob(-8, 8, unit="stops", soft=True)] = 0.0,
    gamma: Annotated[float, Knob(0.2, 5)] = 1.0,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Image:
    """Bake what a display shows into the picture, exactly as the OCIO config defines it: for reviews.

    The result holds the display's code values; it is not scene-linear any more.
    """
    config = load_config(shot.config)
    step = exact_view(config, display, view, space_of(image, shot), exposure=exposure, gamma=gamma)
    result = on_colour(image, lambda pixels: step.run(pixels, unpremult=True), matte=matte, mix=mix, with_alpha=True)
    shown = config.find(config.display(display))
    return replace(result, colorspace=shown) if shown and matte is None and mix == 1 else result
