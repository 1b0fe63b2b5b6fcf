"""Roto."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node
from nodegraph.graph.shapes import Shapes
from nodegraph.ops.outline import around, feathered, flattened


@node
def roto(
    shot: Shot,
    *,
    shapes: Annotated[Shapes, Knob(help="the outlines, drawn in the viewer")] = Shapes(),
    invert: Annotated[bool, Knob(help="cover what is outside")] = False,
) -> Matte:
    """Draw a matte by hand: closed Bézier shapes with feather, added or cut out in order."""
    outlines = [(shape, *flattened(np.array(shape.points, np.float64))) for shape in shapes.shapes]
    frame = shot.format.box
    box = frame if invert else around([edge for _, inner, outer in outlines for edge in (inner, outer)]).meet(frame)
    plane = np.zeros((box.height, box.width), np.float32)
    for shape, inner, outer in outlines:
        share: Any = shape.opacity  # a number: the planner has settled all keys
        cover = feathered(inner, outer, box) * np.float32(share)
        plane = plane * (1 - cover) if shape.subtract else plane + cover - plane * cover
    if invert:
        plane = 1 - plane
    return Matte.from_image(Image.of(plane, channels=["A"], data=box, format=shot.format, colorspace=shot.space))
