"""Paste."""

from __future__ import annotations

from typing import Annotated

from nodegraph.data.crop import Crops
from nodegraph.data.image import RGB, Image
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, Knobs, node
from nodegraph.ops.face_paste import over
from nodegraph.ops.resample import Filter


def _neutral(frame: int, knobs: Knobs) -> Identity:
    del frame
    return "image" if knobs["mix"] == 0 else None


@node(identity=_neutral)
def paste(
    image: Image,
    crops: Crops,
    *,
    filter: Annotated[Filter, Knob(help="how pixels of the plate are made of the crop's")] = Filter.CUBIC,
    detail: Annotated[
        float, Knob(0, 1, help="of what the plate holds more finely than the crop: grain, and skin of large faces")
    ] = 0.0,
    mix: Annotated[float, Knob(0, 1, help="fade the faces in")] = 1.0,
) -> Image:
    """Put faces back into the plate; only the boxes that their mattes cover are touched.

    Beside the mattes the plate keeps its very bits, and a Write after it encodes only the rows of the faces anew.
    """
    if image.rgb != RGB:
        return image
    for crop in crops:
        image = over(image, crop, filter, mix, detail)
    return image
