"""The loops of wide_blur.py, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

from typing import Any

import numpy as np

from nodegraph.data.compiled import compiled

# Burt and Adelson's five taps.
OUTER, NEXT, MIDDLE = np.float32(1 / 16), np.float32(1 / 4), np.float32(3 / 8)


_compiled = compiled("contract")


@_compiled
def halve_rows(source: Any, out: Any, first: int, end: int) -> None:
    """Every other row, of five; rows are flat: columns and channels in one."""
    height, width = source.shape
    for i in range(first, end):
        for j in range(width):
            out[i, j] = MIDDLE * source[2 * i, j]
        for step, weight in ((-2, OUTER), (-1, NEXT), (1, NEXT), (2, OUTER)):
            k = 2 * i + step
            if 0 <= k < height:
                for j in range(width):
                    out[i, j] += weight * source[k, j]


@_compiled
def halve_columns(source: Any, out: Any, first: int, end: int) -> None:
    """Every other column, of five."""
    width, depth = source.shape[1:]
    for i in range(first, end):
        for j in range(out.shape[1]):
            k = 2 * j
            for c in range(depth):
                total = MIDDLE * source[i, k, c]
                if k >= 2:
                    total += OUTER * source[i, k - 2, c] + NEXT * source[i, k - 1, c]
                if k + 2 < width:
                    total += NEXT * source[i, k + 1, c] + OUTER * source[i, k + 2, c]
                elif k + 1 < width:
                    total += NEXT * source[i, k + 1, c]
                out[i, j, c] = total


@_compiled
def grow_rows(source: Any, out: Any, places: Any, weights: Any, first: int, end: int) -> None:
    """Rows between rows: each of four, from its place on; rows are flat."""
    for i in range(first, end):
        k = places[i]
        a, b, c, d = weights[i, 0], weights[i, 1], weights[i, 2], weights[i, 3]
        for j in range(source.shape[1]):
            out[i, j] = a * source[k, j] + b * source[k + 1, j] + c * source[k + 2, j] + d * source[k + 3, j]


@_compiled
def grow_columns(source: Any, out: Any, places: Any, weights: Any, first: int, end: int) -> None:
    """Columns between columns: each of four, from its place on."""
    for i in range(first, end):
        for j in range(out.shape[1]):
            k = places[j]
            a, b, c, d = weights[j, 0], weights[j, 1], weights[j, 2], weights[j, 3]
            for n in range(source.shape[2]):
                out[i, j, n] = (
                    a * source[i, k, n] + b * source[i, k + 1, n] + c * source[i, k + 2, n] + d * source[i, k + 3, n]
                )
