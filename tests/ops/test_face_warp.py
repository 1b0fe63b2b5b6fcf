"""The bend of a swap against the spline itself, worked out at every pixel."""

from __future__ import annotations

import numpy as np

from nodegraph.data.box import Box
from nodegraph.ops.face_warp import Spline, carried, places
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.resample import Filter, affine

SIZE = 160


def test_the_spline_is_scipys() -> None:
    from scipy.interpolate import RBFInterpolator

    random = np.random.default_rng(4)
    here = make_figure().landmarks
    there = here + random.normal(0, 2.0, here.shape)
    at = random.uniform(here.min(axis=0), here.max(axis=0), (200, 2))
    theirs = RBFInterpolator(here, there, kernel="thin_plate_spline")(at)
    np.testing.assert_allclose(Spline(here, there, stiff=0.0)(at), theirs, atol=1e-6)


def test_between_the_lines_of_its_grid_a_bend_is_hardly_off() -> None:
    points = make_figure().landmarks
    here = (points - points.mean(axis=0)) * 0.9 + SIZE / 2
    bend = Spline(here, points + np.random.default_rng(5).normal(0, 0.3, points.shape))
    x, y = np.meshgrid(np.arange(SIZE) + 0.5, np.arange(SIZE) + 0.5)
    true = bend(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(SIZE, SIZE, 2)
    off = np.linalg.norm(places(bend, SIZE) - true, axis=2)[8:-8, 8:-8]
    assert off.mean() < 0.01
    assert off.max() < 0.25


def test_a_bend_that_is_a_shift_goes_through_as_it_is() -> None:
    points = make_figure().landmarks
    shift = Spline(points, points * 1.5 + (7.25, -3.0))
    x, y = np.meshgrid(np.arange(SIZE) + 0.5, np.arange(SIZE) + 0.5)
    found = places(shift, SIZE)[8:-8, 8:-8]
    np.testing.assert_allclose(found[..., 0], (x * 1.5 + 7.25)[8:-8, 8:-8], atol=1e-3)
    np.testing.assert_allclose(found[..., 1], (y * 1.5 - 3.0)[8:-8, 8:-8], atol=1e-3)


def test_own_features_are_carried_by_the_cubic_of_every_other_move() -> None:
    """A shift of points is one of the picture, glints above white and all; and only what is wanted is looked for."""
    random = np.random.default_rng(6)
    picture = random.random((SIZE, SIZE, 3)).astype(np.float32)
    picture[70:72, 80] = 16.0
    points = make_figure().landmarks
    here = (points - points.mean(axis=0)) * 0.9 + SIZE / 2
    frame, shift = Box(0, 0, SIZE, SIZE), np.array([[1, 0, 0.4], [0, 1, -0.3], [0, 0, 1]])
    shifted, _ = affine(picture, frame, shift, Filter.CUBIC, within=frame)
    wanted = np.zeros((SIZE, SIZE), np.float32)
    wanted[8:-8, 8:-8] = random.random((SIZE - 16, SIZE - 16)) > 0.5
    done = carried(picture, here, here + np.array([0.4, -0.3]), wanted)
    np.testing.assert_allclose(done[wanted > 0], shifted[wanted > 0], atol=2e-3)
