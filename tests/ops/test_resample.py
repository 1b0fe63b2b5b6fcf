"""Moving pixels against the sum written out, one pixel at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nodegraph.data.box import Box
from nodegraph.ops.resample import Filter, Matrix, affine

DATA = Box(-3, 5, 34, 28)


def turned(degrees: float, scale: float) -> Matrix:
    turn = math.radians(degrees)
    c, s = math.cos(turn) * scale, math.sin(turn) * scale
    return np.array([[c, -s, 7.3], [s, c, -2.6], [0, 0, 1]])


def keys(t: float) -> float:
    """R. Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981, equation 15."""
    t = abs(t)
    if t < 1:
        return 1.5 * t**3 - 2.5 * t**2 + 1
    return -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2 if t < 2 else 0.0


def summed(source: np.ndarray, matrix: Matrix, x: int, y: int) -> np.ndarray:
    """One pixel of the moved picture: all pixels of the source by their weights, black around them."""
    inverse = np.linalg.inv(matrix)
    at = inverse @ (x + 0.5, y + 0.5, 1)
    wide = [max(1.0, float(np.hypot(*inverse[k, :2]))) for k in (0, 1)]
    weights = []
    for place, start, end, span in ((at[0], DATA.x0, DATA.x1, wide[0]), (at[1], DATA.y0, DATA.y1, wide[1])):
        line = {k: keys((k + 0.5 - place) / span) for k in range(start - 40, end + 40)}
        whole = sum(line.values())
        weights.append(np.array([line[k] / whole for k in range(start, end)]) if whole else np.zeros(end - start))
    result: np.ndarray = np.einsum("x,y,yxc->c", weights[0], weights[1], source)
    return result


@pytest.mark.parametrize("depth", [1, 3, 4])
@pytest.mark.parametrize(("degrees", "scale"), [(0, 1.0), (12, 1.0), (-31, 1.4), (5, 0.8), (70, 0.37), (180, 1.0)])
def test_every_pixel_is_the_sum_of_those_around_it(depth: int, degrees: float, scale: float) -> None:
    source = np.random.default_rng(depth).normal(0.5, 1.0, (DATA.height, DATA.width, depth)).astype(np.float32)
    matrix = turned(degrees, scale)
    pixels, box = affine(source, DATA, matrix, Filter.CUBIC)
    wanted = np.array([[summed(source, matrix, x, y) for x in range(box.x0, box.x1)] for y in range(box.y0, box.y1)])
    assert np.abs(wanted).max() > 0.5
    np.testing.assert_allclose(pixels, wanted, atol=2e-5)


@pytest.mark.parametrize("depth", [3, 4])
def test_a_broken_pixel_reaches_no_further_than_the_filter(depth: int) -> None:
    source = np.ones((DATA.height, DATA.width, depth), np.float32)
    source[10, 12, 0] = np.nan
    pixels, box = affine(source, DATA, turned(12, 1.0), Filter.CUBIC)
    middle = turned(12, 1.0) @ (DATA.x0 + 12.5, DATA.y0 + 10.5, 1)
    y, x = np.nonzero(np.isnan(pixels[..., 0]))
    assert x.size > 0
    assert np.hypot(x + box.x0 + 0.5 - middle[0], y + box.y0 + 0.5 - middle[1]).max() < 2 * math.sqrt(2) + 1e-6
    assert np.isfinite(pixels[..., 1:]).all()
