"""Kernels of the swap by bending: the spline between all pairs of points, places between a grid's lines, and pixels."""

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


@njit(nogil=True, cache=True)
def carried(picture: Pixels, places: Pixels, wanted: Pixels, result: Pixels, first: int, end: int) -> None:
    """Pixels of a picture by the places where they are found, through a cubic (Keys 1981), where they are wanted."""
    high, wide = picture.shape[0] - 1, picture.shape[1] - 1
    half = np.float32(0.5)
    across, down = np.empty(4, np.float32), np.empty(4, np.float32)
    for y in range(first, end):
        for x in range(places.shape[1]):
            if wanted[y, x] <= 0.0:
                continue
            u, v = places[y, x, 0] - half, places[y, x, 1] - half
            left, top = math.floor(u), math.floor(v)
            _cubic(u - np.float32(left), across)
            _cubic(v - np.float32(top), down)
            red, green, blue = np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for k in range(4):
                row = min(max(int(top) + k - 1, 0), high)
                for i in range(4):
                    column = min(max(int(left) + i - 1, 0), wide)
                    share = down[k] * across[i]
                    red += share * picture[row, column, 0]
                    green += share * picture[row, column, 1]
                    blue += share * picture[row, column, 2]
            result[y, x, 0], result[y, x, 1], result[y, x, 2] = red, green, blue


@njit(nogil=True, cache=True)
def _cubic(t: float, weights: Pixels) -> None:
    """How much four pixels count a part of the way from the second to the third."""
    weights[0] = ((2.0 - t) * t - 1.0) * t / 2.0
    weights[1] = ((3.0 * t - 5.0) * t * t + 2.0) / 2.0
    weights[2] = ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0
    weights[3] = (t - 1.0) * t * t / 2.0
