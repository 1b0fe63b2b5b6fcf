"""Wide Gaussians at the cost of narrow ones: blur a smaller picture, and grow it again.

Along each axis the picture is halved behind a binomial filter (Burt and Adelson 1983) until the Gaussian is a few
pixels wide, and grown by a cubic B-spline. Both filters are nearly Gaussians themselves, and variances add up: what
they blur is taken off what the narrow Gaussian has to.
"""

from __future__ import annotations

import math

import numpy as np

from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows

NARROW = 4.0  # sigma, in pixels of the smaller picture, below which it is halved no more
HALVING = 1.0  # variance of the binomial filter, in pixels of the picture that is halved
GROWING = 1.0 / 3.0  # variance of the B-spline, in pixels of the smaller picture


def halvings(sigma: float) -> int:
    """How often an axis is halved for a Gaussian of this width."""
    return max(0, math.floor(math.log2(sigma / NARROW))) if sigma > NARROW else 0


def left_over(sigma: float, times: int) -> float:
    """The Gaussian that is still to be done on the smaller picture, in its pixels."""
    if times == 0:
        return sigma
    halved = HALVING * (4**times - 1) / 3
    return math.sqrt((sigma**2 - halved) / 4**times - GROWING)


def halved(pixels: Pixels, axis: int) -> Pixels:
    """Half as many rows or columns; the new pixel n has the place of the old pixel 2 n. Black beyond the edges."""
    from nodegraph.ops.wide_blur_kernels import halve_columns, halve_rows

    pixels = np.ascontiguousarray(pixels)
    height, width, depth = pixels.shape
    if axis == 0:
        result: Pixels = empty(((height + 1) // 2, width, depth))
        flat, into = pixels.reshape(height, -1), result.reshape(result.shape[0], -1)
        split_rows(lambda first, end: halve_rows(flat, into, first, end), result.shape[0], result.nbytes)
    else:
        result = empty((height, (width + 1) // 2, depth))
        split_rows(lambda first, end: halve_columns(pixels, result, first, end), height, result.nbytes)
    return result


def grown(pixels: Pixels, axis: int, times: int, length: int) -> Pixels:
    """Back to so many rows or columns, by a cubic B-spline."""
    from nodegraph.ops.wide_blur_kernels import grow_columns, grow_rows

    if times == 0:
        return pixels
    at = np.arange(length) / 2**times
    places = np.floor(at).astype(np.int64)
    t = at - places
    spline = [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]
    weights = (np.stack(spline, axis=1) / 6).astype(np.float32)
    wide = _framed(pixels, axis)
    if axis == 0:
        result: Pixels = empty((length, *pixels.shape[1:]))
        flat, into = wide.reshape(wide.shape[0], -1), result.reshape(length, -1)
        split_rows(lambda first, end: grow_rows(flat, into, places, weights, first, end), length, result.nbytes)
    else:
        result = empty((pixels.shape[0], length, pixels.shape[2]))
        split_rows(
            lambda first, end: grow_columns(wide, result, places, weights, first, end), result.shape[0], result.nbytes
        )
    return result


def _framed(pixels: Pixels, axis: int) -> Pixels:
    """Black before and after, as far as the spline reaches."""
    height, width, depth = pixels.shape
    across, down = (axis == 1) * 4, (axis == 0) * 4
    wide: Pixels = empty((height + down, width + across, depth))
    wide[: down // 4], wide[:, : across // 4] = 0, 0
    wide[height + down // 4 :], wide[:, width + across // 4 :] = 0, 0
    wide[down // 4 :, across // 4 :][:height, :width] = pixels
    return wide
