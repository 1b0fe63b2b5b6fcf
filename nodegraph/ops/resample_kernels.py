"""The loops of resample.py, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
ZERO = np.float32(0)


def _compiled(function: F) -> F:
    # "contract" lets the machine multiply and add in one go; nothing else about the arithmetic is given away.
    return cast(F, njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})(function))


@_compiled
def between(table: Any, phase: float, weights: Any) -> None:
    """The weights of all taps for a phase, 0 to 1, from a table of phases."""
    at = phase * (table.shape[0] - 2)
    k = int(at)
    part = np.float32(at - k)
    low, high = table[k], table[k + 1]
    for n in range(weights.size):
        weights[n] = low[n] + (high[n] - low[n]) * part


@_compiled
def moved_rows(
    source: Any, out: Any, inverse: Any, across: Any, down: Any, taps: Any, reach: Any, first: int, end: int
) -> None:
    """Rows of a moved picture. `across` and `down` hold a filter's weights by phase, `taps` how many count."""
    height, width, depth = source.shape
    tx, ty = taps
    rx, ry = reach
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
            between(across, left - x, wx)
            between(down, top - y, wy)
            inside = x0 >= 0 and y0 >= 0 and x0 + tx <= width and y0 + ty <= height
            if inside and depth == 4 and tx == 4 and ty == 4:
                u0, u1, u2, u3 = wx[0], wx[1], wx[2], wx[3]
                r = ZERO
                g = ZERO
                b = ZERO
                a = ZERO
                for m in range(4):
                    w = wy[m]
                    row = source[y0 + m]
                    r += w * (u0 * row[x0, 0] + u1 * row[x0 + 1, 0] + u2 * row[x0 + 2, 0] + u3 * row[x0 + 3, 0])
                    g += w * (u0 * row[x0, 1] + u1 * row[x0 + 1, 1] + u2 * row[x0 + 2, 1] + u3 * row[x0 + 3, 1])
                    b += w * (u0 * row[x0, 2] + u1 * row[x0 + 1, 2] + u2 * row[x0 + 2, 2] + u3 * row[x0 + 3, 2])
                    a += w * (u0 * row[x0, 3] + u1 * row[x0 + 1, 3] + u2 * row[x0 + 2, 3] + u3 * row[x0 + 3, 3])
                out[i, j, 0] = r
                out[i, j, 1] = g
                out[i, j, 2] = b
                out[i, j, 3] = a
                continue
            if inside and depth == 4:
                r = ZERO
                g = ZERO
                b = ZERO
                a = ZERO
                for m in range(ty):
                    row = source[y0 + m]
                    p = ZERO
                    q = ZERO
                    s = ZERO
                    t = ZERO
                    for n in range(tx):
                        u = wx[n]
                        p += u * row[x0 + n, 0]
                        q += u * row[x0 + n, 1]
                        s += u * row[x0 + n, 2]
                        t += u * row[x0 + n, 3]
                    w = wy[m]
                    r += w * p
                    g += w * q
                    b += w * s
                    a += w * t
                out[i, j, 0] = r
                out[i, j, 1] = g
                out[i, j, 2] = b
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
