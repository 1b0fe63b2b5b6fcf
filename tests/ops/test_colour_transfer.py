"""Colour transfer against closed forms, scikit-image, SciPy, and plain transcriptions of the papers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg

from nodegraph.colour.coding import Coding
from nodegraph.data.shot import Shot
from nodegraph.ops.colour_match import contrasted
from nodegraph.ops.colour_transfer import (
    OPPONENT,
    Affine,
    Root,
    apply,
    linear,
    mean_shift,
    monge_kantorovich,
    reinhard,
)
from tests.ops.colours import PUSH, matte, picture, seen

# -- mean and covariance ----------------------------------------------------------------------------------


def test_moments_are_numpys() -> None:
    code, cover = picture(1), matte()
    found = seen(code, cover)
    flat, weights = code.reshape(-1, 3).astype(np.float64), cover.ravel()
    assert np.allclose(found.mean, np.average(flat, axis=0, weights=weights), atol=1e-7)
    assert np.allclose(found.covariance, np.cov(flat.T, aweights=weights, bias=True), atol=1e-7)


def test_far_from_zero_nothing_is_lost() -> None:
    code = picture(1) * np.float32(0.01) + np.float32(50)
    assert np.allclose(seen(code).covariance, np.cov(code.reshape(-1, 3).astype(np.float64).T, bias=True), rtol=1e-3)


def test_broken_and_uncovered_pixels_do_not_count() -> None:
    code, cover = picture(1), matte()
    spoilt = code.copy()
    spoilt[0, 0] = 1e9  # outside the matte
    assert cover[0, 0] == 0
    spoilt[20, 20], spoilt[21, 20, 1] = np.nan, np.inf
    cover[20:22, 20] = 0
    wanted = seen(code, cover)
    cover[20:22, 20] = 1
    assert np.allclose(seen(spoilt, cover).mean, wanted.mean)
    assert np.allclose(seen(spoilt, cover).covariance, wanted.covariance)


@pytest.mark.parametrize("root", list(Root))
def test_lct_gives_mean_and_covariance(root: Root) -> None:
    source, target, cover = picture(1), apply(picture(2), Affine(PUSH, np.array([0.1, -0.2, 0.3]))), matte()
    after = seen(apply(source, linear(seen(source, cover), seen(target, cover), root)), cover)
    wanted = seen(target, cover)
    assert np.allclose(after.mean, wanted.mean, atol=1e-5)
    assert np.allclose(after.covariance, wanted.covariance, atol=3e-6)


def test_lct_is_the_product_of_square_roots() -> None:
    source, target = seen(picture(1)), seen(apply(picture(2), Affine(PUSH, np.zeros(3))))
    wanted = scipy.linalg.sqrtm(target.covariance) @ np.linalg.inv(scipy.linalg.sqrtm(source.covariance))
    assert np.allclose(linear(source, target, Root.PCA).matrix, wanted, atol=1e-3)


def test_cholesky_leaves_the_first_channel_to_itself() -> None:
    matrix = linear(seen(picture(1)), seen(picture(2) * np.float32(1.5)), Root.CHOLESKY).matrix
    assert np.allclose(np.triu(matrix, 1), 0, atol=1e-9)


def test_mkl_finds_the_very_map_between_gaussians() -> None:
    """Of all maps between two Gaussians the symmetric one with stretches above 0 is the optimal one, and unique."""
    offset = np.array([0.1, -0.2, 0.3])
    source = picture(1)
    target = apply(source, Affine(PUSH, offset))
    found = monge_kantorovich(seen(source), seen(target))
    assert np.allclose(found.matrix, PUSH, atol=1e-4)
    assert np.allclose(found.offset, offset, atol=1e-4)
    assert np.abs(apply(source, found) - target).max() < 1e-4


def test_mkl_moves_colours_less_than_any_other_root() -> None:
    source, target = picture(1), apply(picture(2), Affine(PUSH, np.zeros(3)))
    ways = {root: np.square(apply(source, linear(seen(source), seen(target), root)) - source).mean() for root in Root}
    assert ways[Root.SYMMETRIC] <= min(ways.values()) + 1e-7


@pytest.mark.parametrize("axes", [np.eye(3), OPPONENT], ids=["own", "opponent"])
def test_rct_gives_mean_and_spread_along_its_axes(axes: np.ndarray) -> None:
    source, target = picture(1), picture(2) * np.float32([1.2, 0.7, 0.9]) + np.float32(0.1)
    after = apply(source, reinhard(seen(source), seen(target), axes)).reshape(-1, 3) @ axes.T
    wanted = target.reshape(-1, 3) @ axes.T
    assert np.allclose(after.mean(axis=0), wanted.mean(axis=0), atol=1e-5)
    assert np.allclose(after.std(axis=0), wanted.std(axis=0), atol=1e-5)


def test_opponents_are_at_right_angles() -> None:
    assert np.allclose(OPPONENT @ OPPONENT.T, np.eye(3), atol=1e-12)


def test_mean_shift_is_a_shift() -> None:
    change = mean_shift(seen(picture(1)), seen(picture(1) + np.float32(0.25)))
    assert np.allclose(change.matrix, np.eye(3))
    assert np.allclose(change.offset, 0.25, atol=1e-6)


@pytest.mark.parametrize("solve", [reinhard, linear, monge_kantorovich])
def test_a_flat_picture_takes_the_mean_and_explodes_nowhere(solve) -> None:  # type: ignore[no-untyped-def]
    flat = np.full((8, 8, 3), 0.3, np.float32)
    after = apply(flat, solve(seen(flat), seen(picture(2))))
    assert np.allclose(after, seen(picture(2)).mean, atol=1e-3)
    assert np.isfinite(apply(picture(1), solve(seen(picture(1)), seen(flat)))).all()


def test_one_map_after_another() -> None:
    one, other = Affine(PUSH, np.array([1.0, 2, 3])), Affine(PUSH.T * 0.5, np.array([-1.0, 0, 1]))
    code = picture(1)
    assert np.allclose(apply(code, one.then(other)), apply(apply(code, one), other), atol=1e-5)


def test_contrast_leaves_its_middle() -> None:
    pivot = np.array([0.4, 0.5, 0.6])
    change = contrasted(pivot, 1.7)
    assert np.allclose(apply(np.full((1, 1, 3), pivot, np.float32), change), pivot, atol=1e-6)
    assert np.allclose(change.matrix, np.eye(3) * 1.7)


@pytest.mark.parametrize("way", [*Root, monge_kantorovich, reinhard])
def test_two_greys_give_no_absurd_colours(way: Any) -> None:
    """They vary in one way only: by rounding, the variance of the others may be less than nothing."""
    coding = Coding.screen(Shot())
    for one, other in np.random.default_rng(0).uniform(0.02, 1, (20, 2)):
        half = np.where(np.arange(128) < 64, one, other)[None, :, None]
        code = coding.encode((half * np.ones((128, 1, 3))).astype(np.float32))
        own = seen(code)
        change = linear(own, own, way) if isinstance(way, Root) else way(own, own, *[OPPONENT] * (way is reinhard))
        assert np.abs(apply(code, change) - code).max() < 1e-3
