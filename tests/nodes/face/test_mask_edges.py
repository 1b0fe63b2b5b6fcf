"""Edges of mattes, moved and softened, against closed forms and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from nodegraph.ops.mask_edges import eroded, feathered, trimmed
from nodes.face.mask import Shape
from tests.nodes.face.masks import (
    FACE,
    HARD,
    crop_of,
    disc,
    made,
)


@pytest.mark.parametrize("pixels", [0.4, 1.0, 3.7, 11.25, -0.6, -6.3, -17.0])
def test_a_disc_eroded_is_a_smaller_disc(pixels: float) -> None:
    done, expected = eroded(disc(60), pixels), disc(60 - pixels)
    assert np.sqrt(done.sum() / np.pi) == pytest.approx(60 - pixels, abs=0.11)
    assert np.abs(done - expected).max() < 0.5  # no pixel of the edge is on the wrong side
    assert np.abs(done - expected).sum() < 0.25 * 2 * np.pi * 60


def test_edges_move_by_fractions_of_pixels() -> None:
    """A keyed erode must not step: each tenth of a pixel takes its even share away."""
    areas = np.array([eroded(disc(60), amount).sum() for amount in np.arange(0.1, 4.0, 0.1)])
    steps = -np.diff(areas) / (2 * np.pi * 58)
    assert steps.min() > 0.03
    assert steps.max() < 0.2
    assert steps.mean() == pytest.approx(0.1, abs=0.005)


def test_single_sides() -> None:
    square = np.zeros((80, 90), np.float32)
    square[20:60, 20:70] = 1
    done = trimmed(square, top=2.5, bottom=-3.25, left=4, right=1.75)
    rows, columns = done[:, 45], done[40]
    np.testing.assert_allclose(rows[[21, 22, 23]], [0, 0.5, 1], atol=1e-6)
    np.testing.assert_allclose(rows[[59, 62, 63, 64]], [1, 1, 0.25, 0], atol=1e-6)
    np.testing.assert_allclose(columns[[23, 24]], [0, 1], atol=1e-6)
    np.testing.assert_allclose(columns[[67, 68, 69]], [1, 0.25, 0], atol=1e-6)


def test_grey_mattes_stay_grey() -> None:
    """What is half covered in the middle stays so, whatever is done to the edge."""
    grey = disc(60) * np.float32(0.5)
    for done in (eroded(grey, 7.3), eroded(grey, -7.3), feathered(grey, 20), trimmed(grey, 5, 5, -5, -5)):
        assert done[90:110, 90:110] == pytest.approx(0.5)
        assert done.max() == pytest.approx(0.5)
    slope = np.tile(np.linspace(0, 1, 200, dtype=np.float32), (200, 1))
    np.testing.assert_allclose(eroded(slope, 5.5)[50:150, 50:150], slope[50:150, 50:150] - 5.5 / 199, atol=1e-5)


def test_a_feather_is_soft_and_inside() -> None:
    hard, soft = disc(60), feathered(disc(60), 20.0)
    assert np.all(soft <= hard)
    far = 60 - np.hypot(np.arange(200)[None, :] + 0.5 - 100.3, np.arange(200)[:, None] + 0.5 - 99.6)
    assert soft[(far > 0) & (far < 1)].max() < 0.02  # no hard rim
    assert soft[(far > 9.5) & (far < 10.5)] == pytest.approx(0.5, abs=0.1)
    assert soft[far > 21].min() > 0.99
    line = soft[100, 30:101]
    assert np.diff(line).min() >= -1e-6
    assert np.diff(line).max() < 0.15


@pytest.mark.parametrize(("width", "erode"), [(10.0, 0.0), (30.0, 0.0), (44.0, 4.5), (75.0, 0.0), (30.0, -9.0)])
def test_a_feather_is_a_gaussian_of_a_smaller_matte(width: float, erode: float) -> None:
    """Against scipy's, of a disc that is smaller by half the feather; wide ones are made at a fraction of the size."""
    soft = feathered(disc(60), width, erode)
    expected = gaussian_filter(disc(60 - erode - width / 2), width / 6, truncate=3)
    assert np.abs(soft - expected).max() < 0.06
    assert np.abs(soft - expected).mean() < 0.001


def test_feather_and_erode_go_with_the_face() -> None:
    """A face twice as large in a crop twice as large has the same matte."""
    small = made(crop_of(FACE, 200, 1.0), erode=3.0, feather=12.0, left=4.0)
    large = made(crop_of(FACE, 400, 2.0), erode=3.0, feather=12.0, left=4.0)
    reduced = large.reshape(200, 2, 200, 2).mean(axis=(1, 3))
    assert np.abs(small - reduced).max() < 0.06
    assert np.abs(small - reduced).mean() < 0.002
    size = np.ptp(FACE, axis=0).max()
    box = made(crop_of(FACE), shape=Shape.BOX, erode=5.0, **HARD)
    width, height = np.ptp(FACE, axis=0) - 0.1 * size
    assert box.sum() == pytest.approx(width * height, rel=0.005)
