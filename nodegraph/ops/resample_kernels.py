"""The loops of resample.py, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nodegraph.data.compiled import compiled
from nodegraph.ops.vectors import (
    blend_weights,
    weighed,
    weighed_sixteen,
    weighed_twelve,
    weighed_wide_rgb,
    weighed_wide_rgba,
)

ZERO = np.float32(0)


# "contract" lets the machine multiply and add in one go; nothing else about the arithmetic is given away.
_compiled = compiled("contract")


@_compiled
def aimed(start: float, step: float, steps: int, first: Any, row: Any, part: Any) -> None:
    """Where along a line of the source the taps of each pixel of a row begin, and which weights they have.

    The weights lie a `part` of the way from a `row` of a filter's table of so many `steps` to the next.
    (All pixels at once, for the processor does several of them at a time.)
    """
    for j in range(first.shape[0]):
        x = step * (j + 0.5) + start
        left = np.ceil(x)
        at = (left - x) * steps
        begun = np.int32(at)
        first[j] = np.int64(left)
        row[j] = begun
        part[j] = np.float32(at - begun)


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
    four = tx == 4 and ty == 4
    quick = fast and (four or (5 <= tx <= 8 and 5 <= ty <= 8))
    rx, ry = reach
    steps = across.shape[0] - 2
    wx, wy = np.empty(across.shape[1], np.float32), np.empty(down.shape[1], np.float32)
    wide = out.shape[1]
    lefts, rows_x, parts_x = np.empty(wide, np.int64), np.empty(wide, np.int32), np.empty(wide, np.float32)
    tops, rows_y, parts_y = np.empty(wide, np.int64), np.empty(wide, np.int32), np.empty(wide, np.float32)
    for i in range(first, end):
        aimed(inverse[0, 1] * (i + 0.5) + inverse[0, 2] - 0.5 - rx, inverse[0, 0], steps, lefts, rows_x, parts_x)
        aimed(inverse[1, 1] * (i + 0.5) + inverse[1, 2] - 0.5 - ry, inverse[1, 0], steps, tops, rows_y, parts_y)
        for j in range(wide):
            x0, y0 = lefts[j], tops[j]
            if x0 <= -tx or y0 <= -ty or x0 >= width or y0 >= height:
                for c in range(depth):
                    out[i, j, c] = ZERO
                continue
            row_x, row_y, part_x, part_y = rows_x[j], rows_y[j], parts_x[j], parts_y[j]
            if quick and x0 >= 0 and y0 >= 0 and x0 + tx <= width and y0 + ty <= height:
                begin = y0 * line + x0 * depth
                if four and depth == 4:
                    r, g, b, a = weighed_sixteen(flat, begin, line, across, row_x, part_x, down, row_y, part_y)
                elif four:
                    r, g, b, a = weighed_twelve(flat, begin, line, across, row_x, part_x, down, row_y, part_y, tx, ty)
                elif depth == 4:
                    r, g, b, a = weighed_wide_rgba(
                        flat, begin, line, across, row_x, part_x, down, row_y, part_y, tx, ty
                    )
                else:
                    r, g, b, a = weighed_wide_rgb(flat, begin, line, across, row_x, part_x, down, row_y, part_y, tx, ty)
                out[i, j, 0], out[i, j, 1], out[i, j, 2] = r, g, b
                if depth == 4:
                    out[i, j, 3] = a
                continue
            blend_weights(across, row_x, part_x, wx)
            blend_weights(down, row_y, part_y, wy)
            if fast and x0 >= 0 and y0 >= 0 and x0 + tx + past <= width and y0 + ty <= height:
                begin = y0 * line + x0 * depth
                r, g, b, a = weighed(flat, begin, line, depth, wx, wy, tx, ty)
                out[i, j, 0], out[i, j, 1], out[i, j, 2] = r, g, b
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
