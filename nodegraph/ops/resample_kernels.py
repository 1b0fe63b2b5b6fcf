"""The loops of resample.py, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from nodegraph.ops.vectors import blend_weights, weighed, weighed_sixteen

F = TypeVar("F", bound=Callable[..., Any])
ZERO = np.float32(0)


def _compiled(function: F) -> F:
    # "contract" lets the machine multiply and add in one go; nothing else about the arithmetic is given away.
    return cast(F, njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})(function))


@_compiled
def moved_rows(
    source: Any, out: Any, inverse: Any, across: Any, down: Any, taps: Any, reach: Any, first: int, end: int
) -> None:
    """Rows of a moved picture. `across` and `down` hold a filter's weights by phase, `taps` how many count.

    Both pictures lie in memory without gaps. Pixels of three or four channels are read four numbers at a time.
    """
    height, width, depth = source.shape
    flat = source.reshape(-1)
    line = width * depth
    fast = depth in (3, 4)
    past = 4 - depth  # the fourth number of an RGB pixel is the next pixel's: there must be one
    tx, ty = taps
    four = depth == 4 and tx == 4 and ty == 4
    rx, ry = reach
    steps = across.shape[0] - 2
    wx, wy = np.empty(across.shape[1], np.float32), np.empty(down.shape[1], np.float32)
    for i in range(first, end):
        start_x = inverse[0, 1] * (i + 0.5) + inverse[0, 2] - 0.5 - rx
        start_y = inverse[1, 1] * (i + 0.5) + inverse[1, 2] - 0.5 - ry
        for j in range(out.shape[1]):
            x = inverse[0, 0] * (j + 0.5) + start_x
            y = inverse[1, 0] * (j + 0.5) + start_y
            left, top = math.ceil(x), math.ceil(y)
            x0, y0 = int(left), int(top)
            if x0 <= -tx or y0 <= -ty or x0 >= width or y0 >= height:
                for c in range(depth):
                    out[i, j, c] = ZERO
                continue
            at_x, at_y = (left - x) * steps, (top - y) * steps
            row_x, row_y = int(at_x), int(at_y)
            part_x, part_y = np.float32(at_x - row_x), np.float32(at_y - row_y)
            if four and x0 >= 0 and y0 >= 0 and x0 + 4 <= width and y0 + 4 <= height:
                begin = y0 * line + x0 * 4
                r, g, b, a = weighed_sixteen(flat, begin, line, across, row_x, part_x, down, row_y, part_y)
                out[i, j, 0], out[i, j, 1], out[i, j, 2], out[i, j, 3] = r, g, b, a
                continue
            blend_weights(across, row_x, part_x, wx)
            blend_weights(down, row_y, part_y, wy)
            if fast and x0 >= 0 and y0 >= 0 and x0 + tx + past <= width and y0 + ty <= height:
                begin = y0 * line + x0 * depth
                r, g, b, a = weighed(flat, begin, line, depth, wx, wy, tx, ty)
                out[i, j, 0] = r
                out[i, j, 1] = g
                out[i, j, 2] = b
                if depth == 4:
                    out[i, j, 3] = a
                continue
            low, high = max(0, -x0), min(tx, width - x0)
            for c in range(depth):
                total = ZERO
                for m in range(max(0, -y0), min(ty, height - y0)):
                    p = ZERO
                    for n in range(low, high):
                        p += wx[n] * source[y0 + m, x0 + n, c]
                    total += wy[m] * p
                out[i, j, c] = total


@_compiled
def lit_columns(source: Any, ends: Any, first: int, end: int) -> None:
    """For each row, the first column that is not black, and the one after the last."""
    width, depth = source.shape[1:]
    for i in range(first, end):
        left, right = 0, width
        while left < width:
            lit = False
            for c in range(depth):
                lit = lit or source[i, left, c] != 0
            if lit:
                break
            left += 1
        while right > left:
            lit = False
            for c in range(depth):
                lit = lit or source[i, right - 1, c] != 0
            if lit:
                break
            right -= 1
        ends[i, 0], ends[i, 1] = left, right


@_compiled
def picked_rows(source: Any, out: Any, inverse: Any, first: int, end: int) -> None:
    """Rows of a moved picture, each pixel the one that its middle falls on."""
    height, width, depth = source.shape
    for i in range(first, end):
        for j in range(out.shape[1]):
            x = math.floor(inverse[0, 0] * (j + 0.5) + inverse[0, 1] * (i + 0.5) + inverse[0, 2])
            y = math.floor(inverse[1, 0] * (j + 0.5) + inverse[1, 1] * (i + 0.5) + inverse[1, 2])
            inside = 0 <= x < width and 0 <= y < height
            for c in range(depth):
                out[i, j, c] = source[y, x, c] if inside else ZERO
