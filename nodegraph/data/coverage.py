"""How far a matte reaches: all that is done within it is done in this rectangle."""

from __future__ import annotations

import numpy as np

from nodegraph.data.box import EMPTY, Box
from nodegraph.data.image import Matte, Pixels


def covered(plane: Pixels) -> Box:
    """The smallest rectangle that holds all that is not 0, from the plane's own corner."""
    if plane.size and not any(plane.strides):  # one value all over
        return Box(0, 0, plane.shape[1], plane.shape[0]) if plane[0, 0] else EMPTY
    import cv2

    x, y, width, height = cv2.boundingRect((plane != 0).view(np.uint8))
    return Box(x, y, x + width, y + height) if width else EMPTY


def coverage(matte: Matte, within: Box) -> Box:
    """The smallest rectangle that holds all of a matte's coverage."""
    box = matte.content.meet(within)
    if box.empty:
        return EMPTY
    found = covered(matte.plane(box))
    return EMPTY if found.empty else found.move(box.x0, box.y0)
