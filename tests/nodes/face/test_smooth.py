"""Smooth against motion that is known: the tremble goes, nothing lags, blinks and words stay, cuts and jumps hold."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.faces import INNER_LIPS, RIGHT_EYE, five_of
from nodegraph.ops.smooth_tracks import motion_of, points_of
from nodegraph.ops.steady import Smoother, smoothed
from nodes.face.smooth import smooth
from tests.nodes.face.shapes import face_points, stacked, tracks_of

EVERY = pytest.mark.parametrize("smoother", list(Smoother), ids=lambda each: each.value)
FRAMES = np.arange(120)


def performance() -> NDArray[np.float64]:
    """A head that sways, nears and tilts, blinks at 30 and 80, and says two words."""
    lids = 1 - np.exp(-(((FRAMES - 30) / 1.5) ** 4)) - np.exp(-(((FRAMES - 80) / 1.5) ** 4))
    mouth = np.exp(-(((FRAMES - 50) / 4) ** 2)) + 0.7 * np.exp(-(((FRAMES - 62) / 3) ** 2))
    return np.stack(
        [
            face_points(
                300 + 25 * np.sin(t / 19),
                180 + 12 * np.cos(t / 23),
                100 * np.exp(0.1 * np.sin(t / 31)),
                0.15 * np.sin(t / 27),
                lids[t],
                mouth[t],
            )
            for t in FRAMES
        ]
    )


def trembling(true: NDArray[np.float64], size: float = 0.7) -> NDArray[np.float64]:
    """As a detector sees it: all points shake together, and each for itself."""
    random = np.random.default_rng(5)
    together = random.normal(0, size, (len(true), 1, 2))
    return true + together + random.normal(0, size, true.shape)


def jitter(points: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    """What would be seen to shake in an aligned crop: change from frame to frame of the error of the head's place."""
    error = motion_of(points).place - motion_of(true).place
    return float(np.abs(np.diff(error, axis=0)).mean())


@EVERY
def test_the_tremble_goes(smoother: Smoother) -> None:
    true = performance()
    noisy = trembling(true)
    done = stacked(smooth(tracks_of(noisy), smoother=smoother, window=15.0))
    assert jitter(done, true) < 0.3 * jitter(noisy, true)
    assert np.abs(done - true).mean() < np.abs(noisy - true).mean()


def test_by_default_four_fifths_of_it_go() -> None:
    true = performance()
    noisy = trembling(true)
    assert jitter(stacked(smooth(tracks_of(noisy), window=15.0)), true) < 0.2 * jitter(noisy, true)


@EVERY
def test_nothing_lags(smoother: Smoother) -> None:
    """A head that moves evenly stays where it is, and a filter run backwards in time gives the same."""
    ramp = np.stack([FRAMES * 3.0, 50 - FRAMES * 0.5], axis=1)
    assert np.abs(smoothed(ramp, smoother, 11)[10:-10] - ramp[10:-10]).max() < 0.05
    random = np.random.default_rng(1).normal(size=(60, 2)).cumsum(axis=0)
    there, back = smoothed(random, smoother, 9), smoothed(random[::-1], smoother, 9)[::-1]
    assert np.abs(there - back)[8:-8].max() < 0.12 * np.abs(random).max()


@pytest.mark.parametrize("window", [7.0, 15.0])
def test_blinks_and_words_keep_their_size(window: float) -> None:
    true = performance()
    done = stacked(smooth(tracks_of(trembling(true, 0.15)), window=window, shape=1.0))

    def opened(points: NDArray[np.float64]) -> NDArray[np.float64]:
        eye = points[:, RIGHT_EYE]
        return np.linalg.norm(eye[:, 1] - eye[:, 5], axis=1)

    def apart(points: NDArray[np.float64]) -> NDArray[np.float64]:
        lips = points[:, INNER_LIPS]
        return np.linalg.norm(lips[:, 2] - lips[:, 6], axis=1)

    for measure, part in ((opened, slice(20, 40)), (apart, slice(40, 72))):
        before, after = np.ptp(measure(true)[part]), np.ptp(measure(done)[part])
        assert after > 0.95 * before
        assert np.argmin(measure(done)[part]) == pytest.approx(np.argmin(measure(true)[part]), abs=1)


def test_a_cut_and_a_jump_are_no_motion() -> None:
    here, there = face_points(200), face_points(420)
    points = np.stack([here] * 10 + [there] * 10)
    cut = stacked(smooth(tracks_of(points, cuts=(11,)), window=9.0, max_jump=4.0))
    np.testing.assert_allclose(cut, points, atol=1e-6)
    jump = stacked(smooth(tracks_of(points), window=9.0, max_jump=0.5))
    np.testing.assert_allclose(jump, points, atol=1e-6)
    smeared = stacked(smooth(tracks_of(points), window=9.0, max_jump=4.0))
    assert np.abs(smeared - points).max() > 10


def test_what_was_set_by_hand_stays() -> None:
    points = trembling(performance())
    done = smooth(tracks_of(points, keys={20, 21}), window=15.0)
    found = stacked(done)
    assert np.array_equal(found[[19, 20]], points[[19, 20]])
    assert not np.allclose(found[30], points[30])


def test_strengths_are_separate() -> None:
    points = trembling(performance())
    only = motion_of(stacked(smooth(tracks_of(points), position=0.0, scale=0.0, rotation=1.0, shape=0.0)))
    before = motion_of(points)
    np.testing.assert_allclose(only.place, before.place, atol=1e-6)
    np.testing.assert_allclose(only.size, before.size, atol=1e-6)
    assert np.abs(np.diff(only.turn[:, 0], 2)).mean() < 0.4 * np.abs(np.diff(before.turn[:, 0], 2)).mean()


def test_taken_apart_and_put_together() -> None:
    points = trembling(performance())
    np.testing.assert_allclose(points_of(motion_of(points)), points, atol=1e-9)


def test_savitzky_golay_is_the_middle_of_a_fitted_parabola() -> None:
    random = np.random.default_rng(2).normal(size=(50, 3))
    ours = smoothed(random, Smoother.SAVGOL, 9)
    at, weights = np.arange(-4, 5), np.cos(np.pi * np.arange(-4, 5) / 10) ** 2
    for k in range(4, 46):
        fitted = np.polyfit(at, random[k - 4 : k + 5], 2, w=np.sqrt(weights))[-1]
        np.testing.assert_allclose(ours[k], fitted, atol=1e-12)


def test_what_crops_are_fitted_by_is_as_steady_as_the_head() -> None:
    """Five points that tremble for themselves, under a head that keeps still: the fit to them comes to rest."""
    still = face_points()
    random = np.random.default_rng(7)
    points = np.repeat(still[None], 60, axis=0)
    points[:, [30, 48, 54]] += random.normal(0, 1.5, (60, 3, 2))

    def middles(stack: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([five_of(each).mean(axis=0) for each in stack])

    before, after = middles(points), middles(stacked(smooth(tracks_of(points))))
    assert np.diff(after, axis=0).std() < 0.25 * np.diff(before, axis=0).std()


@EVERY
def test_short_tracks(smoother: Smoother) -> None:
    for count in (1, 2, 3, 4):
        points = np.stack([face_points(300 + k) for k in range(count)])
        assert np.isfinite(stacked(smooth(tracks_of(points), smoother=smoother, window=31.0))).all()
