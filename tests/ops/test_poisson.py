"""Membranes against harmonic functions, a series in closed form, and a direct sparse solution."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from scipy.sparse.linalg import spsolve

from nodegraph.ops.poisson import NOWHERE, Ends, membrane, rim


def disc(size: int, radius: float = 0.38) -> np.ndarray:
    y, x = np.mgrid[:size, :size] / size
    return np.hypot(x - 0.5, y - 0.45 + 0.06 * np.sin(9 * x)) < radius


def ring(size: int) -> np.ndarray:
    return disc(size) & ~disc(size, 0.15)


def comb(size: int) -> np.ndarray:
    shape = np.zeros((size, size), bool)
    shape[4:-4, 4:-4] = True
    shape[:-8, ::4] = False
    return shape


SHAPES = {"disc": disc(97), "ring": ring(128), "comb": comb(64), "all": np.ones((50, 70), bool), "tiny": disc(9)}


@pytest.mark.parametrize("inside", SHAPES.values(), ids=list(SHAPES))
def test_a_harmonic_function_spans_itself(inside: np.ndarray) -> None:
    """x² - y² and x y are means of their four neighbours exactly, so are straight lines."""
    y, x = np.mgrid[: inside.shape[0], : inside.shape[1]] / inside.shape[0]
    whole = np.stack([x**2 - y**2, x * y, 3 * x - y], axis=-1).astype(np.float32)
    broken = np.where(_off_edge(inside)[..., None], np.float32(7), whole)
    assert np.abs(membrane(broken, inside) - whole).max() < 1e-5


def _off_edge(inside: np.ndarray) -> np.ndarray:
    shape = inside.copy()
    shape[[0, -1]] = shape[:, [0, -1]] = False
    return shape


def sparse_solution(values: np.ndarray, inside: np.ndarray, ends: Ends = NOWHERE) -> np.ndarray:
    """The same by another library, pixel by pixel; what is inside at a side that is no end holds its value."""
    height, width = inside.shape
    shape = inside.copy()
    for side, end in zip((np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]), ends, strict=True):
        if not end:
            shape[side] = False
    rows, columns = np.nonzero(shape)
    number = np.full(shape.shape, -1)
    number[rows, columns] = np.arange(len(rows))
    matrix = scipy.sparse.lil_matrix((len(rows), len(rows)))
    right = np.zeros((len(rows), 2))
    for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
        for a, b in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
            if not (0 <= a < height and 0 <= b < width):
                continue
            matrix[k, k] += 1
            if number[a, b] >= 0:
                matrix[k, number[a, b]] = -1
            else:
                right[k] += values[a, b]
    result = values.copy()
    result[rows, columns] = spsolve(matrix.tocsc(), right)
    return result


@pytest.mark.parametrize("inside", [disc(40), ring(64), comb(40)], ids=["disc", "ring", "comb"])
def test_it_is_the_sparse_solution(inside: np.ndarray) -> None:
    values = np.random.default_rng(3).normal(0, 1, (*inside.shape, 2)).astype(np.float32)
    assert np.abs(membrane(values, inside) - sparse_solution(values, inside)).max() < 2e-5


def test_a_wave_on_one_side_dies_out_as_the_series_says() -> None:
    """On a square whose top is a sine: sin(pi i / n) sinh(m j) / sinh(m n), cosh m = 2 - cos(pi / n)."""
    n = 96
    m = np.arccosh(2 - np.cos(np.pi / n))
    i, j = np.arange(n + 1), np.arange(n + 1)
    wanted = (np.sinh(m * j)[:, None] / np.sinh(m * n) * np.sin(np.pi * i / n)[None]).astype(np.float32)
    values = np.zeros((n + 1, n + 1, 1), np.float32)
    values[-1, :, 0] = wanted[-1]
    surface = membrane(values, np.ones((n + 1, n + 1), bool))
    assert np.abs(surface[..., 0] - wanted).max() < 5e-6


def test_outside_nothing_changes_and_inside_nothing_exceeds_the_rim() -> None:
    values = np.random.default_rng(4).normal(0, 5, (80, 80, 3)).astype(np.float32)
    before = values.copy()
    inside = disc(80)
    surface = membrane(values, inside)
    assert np.array_equal(surface[~inside], before[~inside])
    assert np.array_equal(values, before)
    rows, columns = rim(inside)
    for channel in range(3):
        edge = values[rows, columns, channel]
        assert edge.min() - 1e-4 <= surface[inside][:, channel].min()
        assert surface[inside][:, channel].max() <= edge.max() + 1e-4


def test_only_the_rim_matters() -> None:
    inside = disc(60)
    rng = np.random.default_rng(5)
    values = rng.normal(0, 1, (60, 60, 1)).astype(np.float32)
    rows, columns = rim(inside)
    other = rng.normal(0, 1, (60, 60, 1)).astype(np.float32)
    other[rows, columns] = values[rows, columns]
    assert np.abs(membrane(values, inside)[inside] - membrane(other, inside)[inside]).max() < 1e-5


@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (3, 3), (40, 40)])
def test_nothing_inside_is_nothing_to_do(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(6).normal(0, 1, (*shape, 3)).astype(np.float32)
    assert np.array_equal(membrane(values, np.zeros(shape, bool)), values)


def test_one_pixel_is_the_mean_of_its_neighbours() -> None:
    values = np.random.default_rng(7).normal(0, 1, (3, 3, 1)).astype(np.float32)
    wanted = np.mean([values[0, 1], values[1, 0], values[1, 2], values[2, 1]])
    assert membrane(values, np.ones((3, 3), bool))[1, 1, 0] == pytest.approx(wanted, abs=1e-6)


# -- where the picture itself ends -------------------------------------------------------------------------

EVERYWHERE = Ends(True, True, True, True)
CUT = {
    "one side": (Ends(left=True), (41, 57)),
    "a corner": (Ends(top=True, right=True), (64, 50)),
    "the opposite corner": (Ends(bottom=True, left=True), (47, 64)),
    "above and below": (Ends(top=True, bottom=True), (33, 45)),
    "everywhere": (EVERYWHERE, (58, 71)),
}


@pytest.mark.parametrize(("ends", "size"), CUT.values(), ids=list(CUT))
def test_cut_off_it_is_the_sparse_solution_of_what_is_left(ends: Ends, size: tuple[int, int]) -> None:
    """A pixel at an end of the picture is the mean of the neighbours that it has; other sides hold it."""
    height, width = size
    y, x = np.mgrid[:height, :width]
    inside = np.hypot(x - 0.6 * width, y - 0.4 * height) > 9  # a hole holds it, the rest reaches all sides
    values = np.random.default_rng(8).normal(0, 1, (height, width, 2)).astype(np.float32)
    wanted = sparse_solution(values, inside, ends)
    assert np.abs(membrane(values, inside, ends) - wanted).max() < 1e-4


def test_an_end_is_a_mirror() -> None:
    """What is cut off at its middle is half of what is not, where both halves are alike."""
    half = np.random.default_rng(9).normal(0, 1, (70, 44, 1)).astype(np.float32)
    whole = np.concatenate([half[:, ::-1], half], axis=1)
    inside = disc(88)[:70]
    inside = inside | inside[:, ::-1]
    surface = membrane(whole, inside)
    assert np.abs(membrane(half, inside[:, 44:], Ends(left=True)) - surface[:, 44:]).max() < 1e-5


def test_without_any_rim_it_is_nothing() -> None:
    values = np.random.default_rng(10).normal(0, 1, (30, 40, 3)).astype(np.float32)
    assert not membrane(values, np.ones((30, 40), bool), EVERYWHERE).any()
