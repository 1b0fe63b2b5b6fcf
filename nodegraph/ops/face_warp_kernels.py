"""Kernels of the swap by bending: the spline between all pairs of points, and the places between a grid's lines."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nodegraph.data.image import Pixels

Reals = NDArray[np.float64]


@njit(nogil=True, cache=True)
def bend(one: Reals, other: Reals, result: Reals, first: int, end: int) -> None:
    """r² log r between all pairs."""
    for i in range(first, end):
        for k in range(other.shape[0]):
            x, y = one[i, 0] - other[k, 0], one[i, 1] - other[k, 1]
            square = x * x + y * y
            result[i, k] = 0.5 * square * math.log(max(square, 1e-12))


@njit(nogil=True, cache=True)
def spread(coarse: Pixels, line: NDArray[np.int64], share: Pixels, result: Pixels, first: int, end: int) -> None:
    """Places between the lines of a coarse grid: four lines around each pixel, by their shares, down and across."""
    last = coarse.shape[0] - 1
    row = np.empty((coarse.shape[1], 2), np.float32)
    for y in range(first, end):
        row[:] = 0
        for k in range(4):
            above = min(max(line[y] + k - 1, 0), last)
            for i in range(coarse.shape[1]):
                row[i, 0] += share[y, k] * coarse[above, i, 0]
                row[i, 1] += share[y, k] * coarse[above, i, 1]
        for x in range(result.shape[1]):
            u, v = np.float32(0.0), np.float32(0.0)
            for k in range(4):
                beside = min(max(line[x] + k - 1, 0), last)
                u += share[x, k] * row[beside, 0]
                v += share[x, k] * row[beside, 1]
            result[y, x, 0], result[y, x, 1] = u, v
