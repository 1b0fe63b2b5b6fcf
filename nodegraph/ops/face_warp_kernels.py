"""Kernels of the swap by bending: places between a grid's lines, and pixels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.compiled import compiled
from nodegraph.data.image import Pixels
from nodegraph.ops.vectors import weighed


@compiled()
def spread(coarse: Pixels, line: NDArray[np.int64], share: Pixels, result: Pixels, first: int, end: int) -> None:
    """Places between the lines of a coarse grid: four lines around each pixel, by their shares, down and across."""
    row = np.empty((coarse.shape[1], 2), np.float32)
    for y in range(first, end):
        _across(coarse, line[y], share[y], row)
        for x in range(result.shape[1]):
            result[y, x, 0], result[y, x, 1] = _place(row, line[x], share[x])


@compiled()
def _across(coarse: Pixels, line: int, share: Pixels, row: Pixels) -> None:
    """The places between four lines of a coarse grid."""
    last = coarse.shape[0] - 1
    row[:] = 0
    for k in range(4):
        above = min(max(line + k - 1, 0), last)
        for i in range(coarse.shape[1]):
            row[i, 0] += share[k] * coarse[above, i, 0]
            row[i, 1] += share[k] * coarse[above, i, 1]


@compiled()
def _place(row: Pixels, line: int, share: Pixels) -> tuple[np.float32, np.float32]:
    """The place between four of them."""
    last = row.shape[0] - 1
    u, v = np.float32(0.0), np.float32(0.0)
    for k in range(4):
        beside = min(max(line + k - 1, 0), last)
        u += share[k] * row[beside, 0]
        v += share[k] * row[beside, 1]
    return u, v


@compiled()
def carried(picture: Any, coarse: Any, line: Any, share: Any, wanted: Any, result: Any, first: int, end: int) -> None:
    """Pixels of a picture by the places where they are found, through a cubic (Keys 1981), where they are wanted.

    The picture lies in memory without gaps; the places are between the lines of a coarse grid, as in `spread`.
    """
    high, wide = picture.shape[0] - 1, picture.shape[1] - 1
    half = np.float32(0.5)
    flat, stride = picture.reshape(-1), 3 * picture.shape[1]
    across, down = np.empty(4, np.float32), np.empty(4, np.float32)
    row = np.empty((coarse.shape[1], 2), np.float32)
    for y in range(first, end):
        begun = False
        for x in range(wanted.shape[1]):
            if wanted[y, x] <= 0.0:
                continue
            if not begun:
                _across(coarse, line[y], share[y], row)
                begun = True
            u, v = _place(row, line[x], share[x])
            u, v = u - half, v - half
            left, top = math.floor(u), math.floor(v)
            _cubic(u - np.float32(left), across)
            _cubic(v - np.float32(top), down)
            if left >= 1 and top >= 1 and left + 3 <= wide and top + 2 <= high:
                begin = (top - 1) * stride + 3 * (left - 1)
                red, green, blue, _ = weighed(flat, begin, stride, 3, across, down, 4, 4)
            else:
                red, green, blue = np.float32(0.0), np.float32(0.0), np.float32(0.0)
                for k in range(4):
                    above = min(max(top + k - 1, 0), high)
                    for i in range(4):
                        column = min(max(left + i - 1, 0), wide)
                        part = down[k] * across[i]
                        red += part * picture[above, column, 0]
                        green += part * picture[above, column, 1]
                        blue += part * picture[above, column, 2]
            result[y, x, 0], result[y, x, 1], result[y, x, 2] = red, green, blue


@compiled()
def _cubic(t: Any, weights: Pixels) -> None:
    """How much four pixels count a part of the way from the second to the third."""
    weights[0] = ((2.0 - t) * t - 1.0) * t / 2.0
    weights[1] = ((3.0 * t - 5.0) * t * t + 2.0) / 2.0
    weights[2] = ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0
    weights[3] = (t - 1.0) * t * t / 2.0
