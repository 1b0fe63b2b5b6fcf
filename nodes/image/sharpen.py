"""Sharpen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from nodegraph.data.box import Box
from nodegraph.data.image import Image, Matte, Pixels
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, node
from nodegraph.ops.blend import within
from nodegraph.ops.filters import gaussian


def neutral(frame: int, knobs: Mapping[str, Any]) -> Identity:
    del frame
    return "image" if knobs["amount"] == 0 or knobs["size"] == 0 or knobs["mix"] == 0 else None


@node(identity=neutral)
def sharpen(
    image: Image,
    matte: Matte | None = None,
    *,
    amount: Annotated[float, Knob(0, 10, soft=True)] = 0.5,
    size: Annotated[float, Knob(0, 100, unit="px", help="sigma of the detail that is raised")] = 1.5,
    mix: Annotated[float, Knob(0, 1)] = 1.0,
) -> Image:
    """Raise fine detail by an unsharp mask, within the matte. Alpha stays as it is."""

    def work(box: Box) -> Pixels:
        pixels = image.region(box, image.main)
        detail = pixels - gaussian(image, box, size, size, hold=True)
        if "A" in image.main:
            detail[..., image.main.index("A")] = 0
        result: Pixels = pixels + detail * amount
        return result

    return within(image, work, matte, mix)
