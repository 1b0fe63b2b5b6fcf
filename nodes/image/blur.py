"""Blur."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from nodegraph.data.image import Image, Matte
from nodegraph.graph.knob import Knob, Vec
from nodegraph.graph.node import Identity, node
from nodegraph.ops.blend import within
from nodegraph.ops.filters import gaussian, reach


def neutral(frame: int, knobs: Mapping[str, Any]) -> Identity:
    del frame
    return "image" if knobs["mix"] == 0 or not any(knobs["size"]) else None


@node(identity=neutral)
def blur(
    image: Image,
    matte: Matte | None = None,
    *,
    size: Annotated[Vec, Knob(0, 500, unit="px", help="sigma across and down")] = Vec((5.0, 5.0)),
    hold_edges: Annotated[bool, Knob(help="go on with the edge pixels instead of black")] = False,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Image:
    """Blur by a Gaussian, within the matte; without one, the data window grows by what the blur reaches."""
    if matte is None and mix == 1 and not hold_edges and image.main:
        far = reach(size[0]), reach(size[1])
        grown = image.content.grow(*far) if not image.content.empty else image.content
        blurred = gaussian(image, grown, *size)
        data = image.data.grow(*far)
        if image.channels != image.main:
            return image.widened(data).patched(grown, blurred, image.main)
        return image.with_pixels(blurred, data=data, content=grown)
    return within(image, lambda box: gaussian(image, box, *size, hold=hold_edges), matte, mix)
