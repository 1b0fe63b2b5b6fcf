"""Filling outlines: the exact share of each pixel that lies inside, and a soft edge between two outlines."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import EMPTY, Box
from nodegraph.data.image import Pixels

Outline = NDArray[np.float64]  # points x 2
SEGMENT = 24  # straight pieces of one Bézier: off by less than 1/100 pixel for curves of some hundred pixels
STEPS = 64  # outlines between the inner and the outer edge of a feather, at most


@cache
def _kernels() -> tuple[Any, Any]:
    from nodegraph.data.compiled import compiled

    @compiled()
    def add_edges(points: Any, sums: Any) -> None:
        """Add what each edge does to the running sum along the rows: its signed area to the right."""
        height, width = sums.shape
        count = points.shape[0]
        for k in range(count):
            x0, y0 = points[k, 0], points[k, 1]
            x1, y1 = points[(k + 1) % count, 0], points[(k + 1) % count, 1]
            if y0 == y1:
                continue
            sign = 1.0
            if y0 > y1:
                x0, y0, x1, y1 = x1, y1, x0, y0
                sign = -1.0
            slope = (x1 - x0) / (y1 - y0)
            if y1 <= 0 or y0 >= height:
                continue
            for row in range(max(0, math.floor(y0)), min(height, math.ceil(y1))):
                top, bottom = max(y0, row), min(y1, row + 1.0)
                if bottom <= top:
                    continue
                xa, xb = x0 + (top - y0) * slope, x0 + (bottom - y0) * slope
                if xa > xb:
                    xa, xb = xb, xa
                rise = sign * (bottom - top)
                if xa >= width:
                    continue
                if xb <= 0:
                    sums[row, 0] += rise
                    continue
                whole = xb - xa
                first, last = max(0, math.floor(xa)), math.floor(xb)
                if whole < 1e-9 or (first == last and xa >= 0):
                    inside = rise * (first + 1 - (xa + xb) / 2)
                    sums[row, first] += inside
                    if first + 1 < width:
                        sums[row, first + 1] += rise - inside
                    continue
                # The edge crosses several pixels of the row: each gets the area to the right of its piece.
                covered = rise * max(0.0, -xa) / whole
                before = 0.0
                for column in range(first, min(last + 1, width)):
                    a, b = max(xa, column), min(xb, column + 1.0)
                    share = rise * (b - a) / whole
                    inside = covered + share * (column + 1 - (a + b) / 2)
                    sums[row, column] += inside - before
                    before = inside
                    covered += share
                if last + 1 < width:
                    sums[row, last + 1] += rise - before

    @compiled()
    def add_up(sums: Any, least: Any, result: Any) -> None:
        """Run the sums along the rows; what comes to less than `least` is nothing."""
        for row in range(sums.shape[0]):
            own, out = sums[row], result[row]
            total = 0.0
            for column in range(own.shape[0]):
                total += own[column]
                own[column] = total
            for column in range(own.shape[0]):
                inside = np.float32(min(abs(own[column]), 1.0))
                out[column] = inside if inside >= least else np.float32(0)

    return add_edges, add_up


def coverage(outline: Outline, box: Box, least: float = 0.0) -> Pixels:
    """How much of each pixel of a box lies inside the outline, 0 to 1; less than `least` is nothing."""
    result = np.zeros((box.height, box.width), np.float32)
    if len(outline) < 3:
        return result
    low, high = np.floor(outline.min(axis=0)), np.ceil(outline.max(axis=0))
    part = Box(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1).meet(box)
    if part.empty:
        return result
    sums = np.zeros((part.height, part.width), np.float64)
    add_edges, add_up = _kernels()
    add_edges(np.ascontiguousarray(outline - (part.x0, part.y0)), sums)
    add_up(sums, np.float32(least), result[part.slices(box)])
    return result


def feathered(inner: Outline, outer: Outline, box: Box) -> Pixels:
    """1 inside the inner outline, falling evenly to 0 at the outer one."""
    width = float(np.abs(outer - inner).max()) if len(inner) else 0.0
    if width == 0:
        return coverage(inner, box)
    steps = min(STEPS, max(4, math.ceil(width * 2)))
    total = np.zeros((box.height, box.width), np.float32)
    for k in range(steps):
        total += coverage(inner + (outer - inner) * ((k + 0.5) / steps), box)
    return total / np.float32(steps)


def flattened(points: NDArray[np.float64]) -> tuple[Outline, Outline]:
    """The inner and the outer outline of rows of x, y, before, after and feather (eight numbers each)."""
    if len(points) < 2:
        empty = np.zeros((0, 2))
        return empty, empty
    t = np.arange(SEGMENT)[:, None] / SEGMENT
    weights = np.concatenate([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3], axis=1)
    inner, outer = [], []
    for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
        ends = np.array([a[:2], a[:2] + a[4:6], b[:2] + b[2:4], b[:2]])
        piece = weights @ ends
        inner.append(piece)
        outer.append(piece + a[6:8] * (1 - t) + b[6:8] * t)
    return np.concatenate(inner), np.concatenate(outer)


def around(outlines: list[Outline]) -> Box:
    """The smallest box around outlines."""
    points = [each for each in outlines if len(each)]
    if not points:
        return EMPTY
    every = np.concatenate(points)
    low, high = np.floor(every.min(axis=0) + 1e-6), np.ceil(every.max(axis=0) - 1e-6)
    return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
