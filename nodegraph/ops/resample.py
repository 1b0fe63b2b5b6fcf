"""Moving pixels: any affine transform, through a filter that fits, without clipping.

Where the picture shrinks, the filter widens with it, so that fine detail averages instead of shimmering.
Filters: Keys 1981 (cubic), Mitchell and Netravali 1988, Lanczos windowed sinc.
"""

from __future__ import annotations

import math
from enum import Enum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows


class Filter(Enum):
    """How a pixel is made of those around it."""

    IMPULSE = "impulse"
    LINEAR = "linear"
    CUBIC = "cubic"
    MITCHELL = "mitchell"
    LANCZOS4 = "lanczos4"
    LANCZOS6 = "lanczos6"


RADIUS = {
    Filter.IMPULSE: 0.5,
    Filter.LINEAR: 1.0,
    Filter.CUBIC: 2.0,
    Filter.MITCHELL: 2.0,
    Filter.LANCZOS4: 2.0,
    Filter.LANCZOS6: 3.0,
}
FILTERS = tuple(Filter)
Matrix = NDArray[np.floating[Any]]


@cache
def _kernels() -> tuple[Any, Any]:
    from numba import njit

    @njit(nogil=True, cache=True)
    def weight(kind: int, x: Any) -> Any:
        t = abs(x)
        if kind == 0:
            return np.float32(1.0) if -0.5 <= x < 0.5 else np.float32(0.0)
        if kind == 1:
            return np.float32(max(0.0, 1.0 - t))
        if kind == 2:
            if t < 1:
                return np.float32((1.5 * t - 2.5) * t * t + 1.0)
            return np.float32(((-0.5 * t + 2.5) * t - 4.0) * t + 2.0) if t < 2 else np.float32(0.0)
        if kind == 3:
            if t < 1:
                return np.float32((7.0 * t - 12.0) * t * t / 6.0 + 16.0 / 18.0)
            if t < 2:
                return np.float32(((-7.0 / 3.0 * t + 12.0) * t - 20.0) * t / 6.0 + 32.0 / 18.0)
            return np.float32(0.0)
        a = 2.0 if kind == 4 else 3.0
        if t >= a:
            return np.float32(0.0)
        if t < 1e-6:
            return np.float32(1.0)
        p = math.pi * t
        return np.float32(a * math.sin(p) * math.sin(p / a) / (p * p))

    @njit(nogil=True, cache=True)
    def rows(
        source: Any, out: Any, inverse: Any, kind: int, rx: float, ry: float, sx: float, sy: float, first: int, end: int
    ) -> None:
        height, width, depth = source.shape
        most_x, most_y = int(2 * rx) + 3, int(2 * ry) + 3
        wx, wy = np.empty(most_x, np.float32), np.empty(most_y, np.float32)
        for i in range(first, end):
            for j in range(out.shape[1]):
                x = inverse[0, 0] * (j + 0.5) + inverse[0, 1] * (i + 0.5) + inverse[0, 2] - 0.5
                y = inverse[1, 0] * (j + 0.5) + inverse[1, 1] * (i + 0.5) + inverse[1, 2] - 0.5
                for c in range(depth):
                    out[i, j, c] = 0
                if x <= -rx - 1 or y <= -ry - 1 or x >= width + rx or y >= height + ry:
                    continue
                x0, x1 = math.ceil(x - rx), math.floor(x + rx)
                y0, y1 = math.ceil(y - ry), math.floor(y + ry)
                total_x = np.float32(0)
                for u in range(x0, x1 + 1):
                    wx[u - x0] = weight(kind, (x - u) / sx)
                    total_x += wx[u - x0]
                total_y = np.float32(0)
                for v in range(y0, y1 + 1):
                    wy[v - y0] = weight(kind, (y - v) / sy)
                    total_y += wy[v - y0]
                total = total_x * total_y
                if total == 0:
                    continue
                share = np.float32(1) / total
                r = np.float32(0)
                g = np.float32(0)
                b = np.float32(0)
                a = np.float32(0)
                for v in range(max(y0, 0), min(y1, height - 1) + 1):
                    down = wy[v - y0] * share
                    if down == 0:
                        continue
                    for u in range(max(x0, 0), min(x1, width - 1) + 1):
                        w = wx[u - x0] * down
                        if w == 0:
                            continue
                        r += w * source[v, u, 0]
                        if depth > 1:
                            g += w * source[v, u, 1]
                        if depth > 2:
                            b += w * source[v, u, 2]
                        if depth > 3:
                            a += w * source[v, u, 3]
                out[i, j, 0] = r
                if depth > 1:
                    out[i, j, 1] = g
                if depth > 2:
                    out[i, j, 2] = b
                if depth > 3:
                    out[i, j, 3] = a

    return weight, rows


def affine(source: Pixels, data: Box, matrix: Matrix, filter: Filter, within: Box | None = None) -> tuple[Pixels, Box]:
    """The picture moved by a 3x3 matrix (old place to new, in pixels, y down), and its new data window.

    Outside the data window it is black. `within` limits what is computed.
    """
    box = moved_box(data, matrix, filter)
    if within is not None:
        box = box.meet(within)
    local = _shift(box.x0, box.y0, -1) @ matrix @ _shift(data.x0, data.y0, 1)
    if box.empty:
        return np.zeros((box.height, box.width, source.shape[2]), np.float32), box
    if _whole_shift(local):
        return _shifted(source, local, box), box
    inverse = np.linalg.inv(local)
    sx, sy = footprint(inverse)
    rx, ry = RADIUS[filter] * sx, RADIUS[filter] * sy
    out: Pixels = empty((box.height, box.width, source.shape[2]))
    _, kernel = _kernels()
    kind = FILTERS.index(filter)
    for start in range(0, source.shape[2], 4):
        part = source if source.shape[2] <= 4 else np.ascontiguousarray(source[..., start : start + 4])
        into = out if source.shape[2] <= 4 else out[..., start : start + 4]
        split_rows(
            lambda first, end, part=part, into=into: kernel(part, into, inverse, kind, rx, ry, sx, sy, first, end),  # type: ignore[misc]
            box.height,
            out.nbytes,
        )
    return out, box


def footprint(inverse: Matrix) -> tuple[float, float]:
    """How many pixels of the source one new pixel spans, across and down: at least one."""
    across = math.hypot(inverse[0, 0], inverse[0, 1])
    down = math.hypot(inverse[1, 0], inverse[1, 1])
    return max(1.0, across), max(1.0, down)


def moved_box(data: Box, matrix: Matrix, filter: Filter) -> Box:
    """Where the picture can reach."""
    if data.empty:
        return data
    corners = np.array([[data.x0, data.y0, 1], [data.x1, data.y0, 1], [data.x0, data.y1, 1], [data.x1, data.y1, 1]])
    moved = corners @ matrix.T
    low, high = moved[:, :2].min(axis=0), moved[:, :2].max(axis=0)
    if _whole_shift(matrix):
        return data.move(round(matrix[0, 2]), round(matrix[1, 2]))
    more_x = max(0.0, RADIUS[filter] * max(1.0, abs(matrix[0, 0]) + abs(matrix[0, 1])) - 0.5)
    more_y = max(0.0, RADIUS[filter] * max(1.0, abs(matrix[1, 0]) + abs(matrix[1, 1])) - 0.5)
    return Box(
        math.floor(low[0] - more_x),
        math.floor(low[1] - more_y),
        math.ceil(high[0] + more_x),
        math.ceil(high[1] + more_y),
    )


def _shift(x: float, y: float, sign: int) -> Matrix:
    return np.array([[1, 0, sign * x], [0, 1, sign * y], [0, 0, 1]], np.float64)


def _whole_shift(matrix: Matrix) -> bool:
    linear = np.array_equal(matrix[:2, :2], np.eye(2))
    return linear and bool(np.all(matrix[:2, 2] == np.round(matrix[:2, 2])))


def _shifted(source: Pixels, local: Matrix, box: Box) -> Pixels:
    dx, dy = round(local[0, 2]), round(local[1, 2])
    part = source[-dy : box.height - dy, -dx : box.width - dx]
    return np.asarray(part, np.float32)
