"""Turning a picture by quarters, and boxes back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.faces import Rect

QUARTERS = (0, 90, 180, 270)  # against the clock


def turned(picture: NDArray[np.uint8], angle: int) -> NDArray[np.uint8]:
    """The picture, turned against the clock."""
    return np.ascontiguousarray(np.rot90(picture, angle // 90))


def turned_back(box: Rect, angle: int, width: int, height: int) -> Rect:
    """Where a box of the turned picture lies in the upright one, which is so wide and high."""
    x0, y0, x1, y1 = box
    if angle == 90:
        return Rect(width - y1, x0, width - y0, x1)
    if angle == 180:
        return Rect(width - x1, height - y1, width - x0, height - y0)
    if angle == 270:
        return Rect(y0, height - x1, y1, height - x0)
    return box
