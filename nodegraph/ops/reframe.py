"""A crop as a network wants it: the same face lying as in another template, and what was made of it taken back."""

from __future__ import annotations

import math

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.crop import Matrix
from nodegraph.data.faces import Points
from nodegraph.data.image import Pixels
from nodegraph.ops.align import Estimator, similarity
from nodegraph.ops.resample import RADIUS, Filter, affine
from nodegraph.ops.templates import Template, five_points

RAMP = 0.06  # of the frame: how far from its border a change begins to fade


def framing(five: Points, template: Template, size: int) -> Matrix:
    """The 3 x 3 matrix that turns, sizes and moves five points to lie as in a template of this size."""
    return similarity(five, five_points(template) * size, Estimator.UMEYAMA)


def scale_of(matrix: Matrix) -> float:
    """How much larger things become."""
    return math.sqrt(abs(float(np.linalg.det(matrix[:2, :2]))))


def sized(factor: float) -> Matrix:
    return np.diag([factor, factor, 1.0])


def seen_through(pixels: Pixels, matrix: Matrix, size: int, filter: Filter = Filter.CUBIC) -> Pixels:
    """A crop in a frame of this size; beyond its border it goes on with the pixels there."""
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0, 1], [size, 0, 1], [size, size, 1], [0, size, 1]], np.float64) @ np.linalg.inv(matrix).T
    reach = RADIUS[filter] * max(1.0, 1 / max(1e-6, scale_of(matrix))) + 2
    low, high = corners[:, :2].min(axis=0) - reach, corners[:, :2].max(axis=0) + reach
    beyond = max(0.0, -float(low.min()), float(high[0]) - width, float(high[1]) - height)
    more = min(math.ceil(beyond), 2 * max(width, height))
    padded = np.pad(pixels, ((more, more), (more, more), (0, 0)), mode="edge") if more else pixels
    return _within(padded, Box(-more, -more, width + more, height + more), matrix, size, filter)


def brought_back(change: Pixels, matrix: Matrix, size: int) -> Pixels:
    """A change made in a frame, as a change of the crop of this size; it fades towards the frame's border."""
    side = change.shape[0]
    away = (np.arange(side, dtype=np.float32) + 0.5) / side
    ramp = np.clip(np.minimum(away, 1 - away) / RAMP, 0, 1)
    ramp = ramp * ramp * (3 - 2 * ramp)
    faded = change * np.minimum(ramp[:, None], ramp[None])[..., None]
    return _within(faded, Box(0, 0, side, side), np.linalg.inv(matrix), size, Filter.CUBIC)


def enlarged(pixels: Pixels, size: int) -> Pixels:
    """A square picture of another size."""
    side = pixels.shape[0]
    return pixels if size == side else seen_through(pixels, sized(size / side), size)


def _within(pixels: Pixels, data: Box, matrix: Matrix, size: int, filter: Filter) -> Pixels:
    frame = Box(0, 0, size, size)
    found, box = affine(pixels, data, matrix, filter, frame)
    if box == frame:
        return found
    result = np.zeros((size, size, pixels.shape[2]), np.float32)
    if not box.empty:
        result[box.slices(frame)] = found
    return result
