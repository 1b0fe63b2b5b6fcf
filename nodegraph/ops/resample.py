"""Moving pixels: any affine transform, through a filter that fits, without clipping.

Where the picture shrinks, the filter widens with it, so that fine detail averages instead of shimmering.
Filters: Keys 1981 (cubic), Mitchell and Netravali 1988, Lanczos windowed sinc.
"""

from __future__ import annotations

import math
from enum import Enum
from functools import lru_cache
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
SLACK = 1e-4  # how far a move may shrink a picture and still count as one that does not
PHASES = 1024  # places between two pixels in a filter's table; a straight line between them is as good as the formula
Matrix = NDArray[np.floating[Any]]
Reals = NDArray[np.float64]

# Filters of two cubics, from 0 to 1 and from 1 to 2 pixels: what t³, t², t and 1 are multiplied by.
CUBICS = {
    Filter.LINEAR: ((0, 0, -1, 1), (0, 0, 0, 0)),
    Filter.CUBIC: ((1.5, -2.5, 0, 1), (-0.5, 2.5, -4, 2)),
    Filter.MITCHELL: ((7 / 6, -2, 0, 16 / 18), (-7 / 18, 2, -20 / 6, 32 / 18)),
}


def weight(filter: Filter, x: Reals) -> Reals:
    """A filter's weight at a distance in pixels; not normalised."""
    t = np.abs(x)
    if filter in CUBICS:
        near, far = CUBICS[filter]
        return np.where(t < 1, np.polyval(near, t), np.where(t < 2, np.polyval(far, t), 0.0))
    return np.where(t < RADIUS[filter], np.sinc(t) * np.sinc(t / RADIUS[filter]), 0.0)


@lru_cache(64)
def phases(filter: Filter, span: float) -> tuple[Pixels, int]:
    """The weights of all taps, of sum 1, for places between two pixels; and how many taps there are.

    `span` is how many pixels of the source one new pixel covers.
    """
    radius = RADIUS[filter] * span
    taps = math.floor(2 * radius + 1e-9)  # at phase 0 one more tap is reached, by its edge, where it weighs nothing
    taps += 2 * radius - taps > 1e-9
    at = np.arange(PHASES + 2)[:, None] / PHASES + np.arange(taps)[None] - radius
    table = weight(filter, at / span)
    table /= table.sum(axis=1, keepdims=True)
    padded = np.zeros((PHASES + 2, -(-taps // 4) * 4), np.float32)
    padded[:, :taps] = table
    padded.flags.writeable = False
    return padded, taps


def affine(source: Pixels, data: Box, matrix: Matrix, filter: Filter, within: Box | None = None) -> tuple[Pixels, Box]:
    """The picture moved by a 3x3 matrix (old place to new, in pixels, y down), and its new data window.

    Outside the data window it is black. `within` limits what is computed.
    """
    from nodegraph.ops.resample_kernels import moved_rows, picked_rows

    box = moved_box(data, matrix, filter)
    if within is not None:
        box = box.meet(within)
    local = _shift(box.x0, box.y0, -1) @ matrix @ _shift(data.x0, data.y0, 1)
    if box.empty:
        return np.zeros((box.height, box.width, source.shape[2]), np.float32), box
    if _whole_shift(local):
        return _shifted(source, local, box), box
    inverse = np.linalg.inv(local)
    out: Pixels = empty((box.height, box.width, source.shape[2]))
    source = np.ascontiguousarray(source)
    if filter is Filter.IMPULSE:
        split_rows(lambda first, end: picked_rows(source, out, inverse, first, end), box.height, out.nbytes)
        return out, box
    spans = footprint(inverse)
    (across, tx), (down, ty) = (phases(filter, span) for span in spans)
    taps, reach = (tx, ty), (RADIUS[filter] * spans[0], RADIUS[filter] * spans[1])
    split_rows(
        lambda first, end: moved_rows(source, out, inverse, across, down, taps, reach, first, end),
        box.height,
        out.nbytes,
    )
    return out, box


def lit(pixels: Pixels, data: Box) -> Box:
    """The smallest rectangle around all that is not black: most elements are black for the greater part."""
    from nodegraph.ops.resample_kernels import lit_columns

    pixels = np.ascontiguousarray(pixels)
    ends = np.empty((data.height, 2), np.int64)
    split_rows(lambda first, end: lit_columns(pixels, ends, first, end), data.height, pixels.nbytes)
    rows = np.flatnonzero(ends[:, 0] < ends[:, 1])
    if rows.size == 0:
        return Box(data.x0, data.y0, data.x0, data.y0)
    left, right = int(ends[rows, 0].min()), int(ends[rows, 1].max())
    return Box(data.x0 + left, data.y0 + int(rows[0]), data.x0 + right, data.y0 + int(rows[-1]) + 1)


def footprint(inverse: Matrix) -> tuple[float, float]:
    """How many pixels of the source one new pixel spans, across and down: at least one."""
    across = math.hypot(inverse[0, 0], inverse[0, 1])
    down = math.hypot(inverse[1, 0], inverse[1, 1])
    return (across if across > 1 + SLACK else 1.0), (down if down > 1 + SLACK else 1.0)


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
