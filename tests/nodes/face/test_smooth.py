"""Smooth against motion that is known: the tremble goes, nothing lags, blinks and words stay, cuts and jumps hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.faces import INNER_LIPS, RIGHT_EYE, Face, Rect, five_of
from nodegraph.data.tracks import Cuts, Tracks
from nodegraph.ops.head_pose import head_pose
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import truth_at
from nodegraph.ops.portrait_pose import Moves
from nodegraph.ops.smooth_tracks import motion_of, points_of
from nodegraph.ops.steady import Smoother, smoothed
from nodegraph.ops.templates import Template, five_points
from nodes.face.smooth import smooth
from tests.nodes.face.shapes import FORMAT, face_points, stacked, tracks_of

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


def face_plate() -> NDArray[np.float64]:
    """The true landmarks of the demo's plate: somebody who turns, nods, speaks and blinks."""
    figure, light = make_figure(), Light(occluder=False)
    return np.stack([truth_at(figure, k, 960, 540, Moves(), light).landmarks for k in range(1001, 1049)])


def as_detected(true: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Shaken as detectors shake: the face as a whole shifts, grows and turns, and each point for itself."""
    random = np.random.default_rng(seed)
    size = np.ptp(true, axis=1).max()
    middle = true.mean(axis=1, keepdims=True)
    around = true - middle
    turn, grow = random.normal(0, 0.006, (len(true), 1, 1)), random.normal(1, 0.006, (len(true), 1, 1))
    shaken = around * grow + turn * np.stack([-around[..., 1], around[..., 0]], axis=-1) + middle
    return shaken + random.normal(0, 0.004 * size, (len(true), 1, 2)) + random.normal(0, 0.004 * size, true.shape)


def crop_error(points: NDArray[np.float64], true: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the corners of a crop of 512 lie on the face, less where they should: fitted by scikit-image."""
    from skimage.transform import SimilarityTransform

    corners = np.array([(0.0, 0.0), (512.0, 0.0), (512.0, 512.0), (0.0, 512.0)])
    target = five_points(Template.WHOLE_FACE) * 512

    def laid(face: NDArray[np.float64]) -> SimilarityTransform:
        return SimilarityTransform.from_estimate(five_of(face), target)

    return np.stack([laid(b)(laid(a).inverse(corners)) - corners for a, b in zip(points, true, strict=True)])


@pytest.mark.parametrize("seed", [1, 2, 3])
@EVERY
def test_four_fifths_of_a_crops_jitter_go_over_nine_frames(smoother: Smoother, seed: int) -> None:
    true = face_plate()
    noisy = as_detected(true, seed)
    done = stacked(smooth(tracks_of(noisy), smoother=smoother, window=9.0))
    before, after = crop_error(noisy, true), crop_error(done, true)
    left = np.diff(after, 2, axis=0).std() / np.diff(before, 2, axis=0).std()
    assert left < (0.3 if smoother is Smoother.ONE_EURO else 0.2)
    assert after.std() < 0.8 * before.std()  # and what is left is nearer to the truth: no motion was taken for noise
    for measure in ("eyes", "mouth"):
        old, new = ([getattr(Face(Rect.around(p), points=p), measure) for p in rows] for rows in (true, done))
        assert np.ptp(new) > 0.95 * np.ptp(old)


@EVERY
def test_frames_around_a_key_lead_up_to_it(smoother: Smoother) -> None:
    """The key is exact; around it the face does not jump, and far from it nothing is changed by it."""
    true = np.stack([face_points(200 + 2.0 * k, 150, 100) for k in range(60)])
    points = trembling(true, 0.3)
    points[30] += np.array((12.0, 0.0))
    points[33] += np.array((12.0, 0.0))
    plain = stacked(smooth(tracks_of(points), smoother=smoother, window=11.0))
    keyed = stacked(smooth(tracks_of(points, keys={31, 34}), smoother=smoother, window=11.0))
    assert np.array_equal(keyed[[30, 33]], points[[30, 33]])
    off = (keyed - true)[:, 30, 0]
    assert np.abs(np.diff(off)).max() < 7.5
    assert (off[[31, 32]] > 5.5).all()  # between the two it does not fall back
    np.testing.assert_allclose(keyed[:24], plain[:24], atol=1e-9)
    np.testing.assert_allclose(keyed[41:], plain[41:], atol=1e-9)


def test_a_dissolve_ends_a_stretch_in_its_middle() -> None:
    here, there = face_points(200), face_points(420)
    tracks = tracks_of(np.stack([here] * 10 + [there] * 10))
    tracks = replace(tracks, cuts=Cuts((), ((8, 13),)))
    assert tracks.cuts.between(10, 11)
    np.testing.assert_allclose(stacked(smooth(tracks, max_jump=4.0)), stacked(tracks), atol=1e-6)


def test_heads_are_turned_as_the_smoothed_landmarks_say() -> None:
    noisy = trembling(performance())
    tracks = tracks_of(noisy)
    faces = {
        frame: replace(face, pose=head_pose(face.points, FORMAT)) for frame, face in tracks.tracks[0].faces.items()
    }
    tracks = replace(tracks, tracks=(tracks.tracks[0].with_faces(faces),))

    def rolls(one: Tracks) -> NDArray[np.float64]:
        return np.array([face.pose.roll for face in one.tracks[0].faces.values()])

    assert np.diff(rolls(smooth(tracks)), 2).std() < 0.3 * np.diff(rolls(tracks), 2).std()


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
