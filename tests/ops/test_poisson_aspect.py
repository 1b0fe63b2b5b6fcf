"""Membranes on pixels that are not square: another library's solution, closed forms, and the same unsqueezed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import spsolve

from nodegraph.ops.face_blend import poisson
from nodegraph.ops.poisson import NOWHERE, Ends, membrane

ASPECTS = [2.0, 4 / 3, 0.5]


def disc(height: int, width: int) -> NDArray[np.bool_]:
    y, x = np.mgrid[:height, :width]
    return np.hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.45) < 0.35


def sparse_solution(values: NDArray[np.float32], inside: NDArray[np.bool_], ends: Ends, aspect: float) -> object:
    """Differences over the squares of distances, pixel by pixel; beyond an end there is no neighbour."""
    height, width = inside.shape
    rows, columns = np.nonzero(inside)
    number = np.full(inside.shape, -1)
    number[rows, columns] = np.arange(len(rows))
    matrix = scipy.sparse.lil_matrix((len(rows), len(rows)))
    right = np.zeros(len(rows))
    for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
        for a, b, far in ((i - 1, j, 1.0), (i + 1, j, 1.0), (i, j - 1, aspect), (i, j + 1, aspect)):
            if not (0 <= a < height and 0 <= b < width):
                continue
            matrix[k, k] += 1 / far**2
            if number[a, b] >= 0:
                matrix[k, number[a, b]] = -1 / far**2
            else:
                right[k] += values[a, b, 0] / far**2
    result = values.copy()
    result[rows, columns, 0] = spsolve(matrix.tocsc(), right)
    return result


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("ends", [NOWHERE, Ends(left=True, bottom=True)])
def test_it_is_the_sparse_solution(aspect: float, ends: Ends) -> None:
    values = np.random.default_rng(3).normal(0, 1, (44, 40, 1)).astype(np.float32)
    inside = disc(44, 40)
    if ends.left:
        inside[10:, :25] = True
        inside[0] = inside[:, -1] = False
    assert np.abs(membrane(values, inside, ends, aspect) - sparse_solution(values, inside, ends, aspect)).max() < 3e-5


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_harmonic_function_spans_itself(aspect: float) -> None:
    """x² - y², x y and straight lines, x measured as it is seen."""
    y, x = np.mgrid[:300, :260] / 300
    x = aspect * x
    whole = np.stack([x**2 - y**2, x * y, 3 * x - y], axis=-1).astype(np.float32)
    inside = disc(300, 260)
    broken = np.where(inside[..., None], np.float32(7), whole)
    assert np.abs(membrane(broken, inside, NOWHERE, aspect) - whole).max() < 2e-5
    assert np.abs(membrane(broken, inside) - whole).max() > 0.03


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_face_pasted_on_a_squeezed_plate_is_the_square_one_squeezed(aspect: float) -> None:
    """A face of another light in a disc, on a plate whose light changes from place to place along the rim."""

    def pasted(width: int, aspect: float) -> NDArray[np.float32]:
        y, x = np.mgrid[:240, :width]
        x, y = (x + 0.5) * aspect / 240, (y + 0.5) / 240
        below = (0.5 + 0.3 * np.cos(7 * x) * np.sin(4 * y))[..., None].repeat(3, axis=2).astype(np.float32)
        matte = (np.hypot(x - 0.5, y - 0.5) < 0.33).astype(np.float32)
        face = np.full(below.shape, 0.2, np.float32)
        return poisson(face, below, matte, NOWHERE, np.asarray, np.asarray, aspect_told)[..., 0] * matte

    aspect_told = 1.0
    wide = pasted(240, 1.0)
    off = {}
    for aspect_told in (aspect, 1.0):
        narrow = pasted(round(240 / aspect), aspect)
        there = cv2.resize(narrow, (240, 240), interpolation=cv2.INTER_LINEAR)
        inner = cv2.erode((wide > 0).astype(np.uint8), np.ones((9, 9))) > 0
        off[aspect_told] = np.abs(there - wide)[inner].max()
    assert off[aspect] < 0.004
    assert off[1.0] > 3 * off[aspect]
