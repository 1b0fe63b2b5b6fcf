"""Points from heat maps, to a fraction of their cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
BLUR = 1.0  # cells: takes the noise out of what the network drew, and leaves the peak where it is
LEAST = 1e-6


def heat_points(maps: NDArray[np.float32]) -> tuple[Reals, Reals]:
    """Where each map (N x rows x columns) is hottest, N x 2 in cells with a cell's middle at one half, and how hot.

    The top of a bell lies where a parabola through the logarithm of the cells around the hottest has its own: one
    Newton step from there, as in "Distribution-Aware Coordinate Representation" (Zhang and others, CVPR 2020).
    """
    import cv2

    given = np.asarray(maps, np.float64)
    count, high, wide = given.shape
    heat = np.stack([cv2.GaussianBlur(each, (0, 0), BLUR, borderType=cv2.BORDER_REFLECT_101) for each in given])
    at = heat.reshape(count, -1).argmax(axis=1)
    y, x = np.divmod(at, wide)
    peaks = given.reshape(count, -1).max(axis=1)
    shift = _newton(np.log(np.maximum(heat, LEAST)), np.clip(x, 1, wide - 2), np.clip(y, 1, high - 2))
    inside = (x > 0) & (x < wide - 1) & (y > 0) & (y < high - 1) & (peaks > LEAST)
    points = np.stack([x, y], axis=1) + 0.5
    points[inside] += shift[inside]
    return points, peaks


def _newton(logs: Reals, x: NDArray[np.intp], y: NDArray[np.intp]) -> Reals:
    """From a cell of each map to the top of the parabola around it: no further than a cell, none if it is no top."""
    k = np.arange(len(logs))

    def at(dx: int, dy: int) -> Reals:
        return np.asarray(logs[k, y + dy, x + dx], np.float64)

    middle = at(0, 0)
    gx, gy = (at(1, 0) - at(-1, 0)) / 2, (at(0, 1) - at(0, -1)) / 2
    xx, yy = at(1, 0) - 2 * middle + at(-1, 0), at(0, 1) - 2 * middle + at(0, -1)
    xy = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / 4
    area = xx * yy - xy * xy
    top = (xx < 0) & (area > 1e-12)
    safe = np.where(top, area, 1.0)
    step = np.stack([(xy * gy - yy * gx) / safe, (xy * gx - xx * gy) / safe], axis=1)
    return np.clip(np.where(top[:, None], step, 0.0), -1.0, 1.0)
