"""Mattes over time against mattes that are known: flicker goes, nothing lags, what moves stays sharp, cuts hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.crop import Crop, Crops
from nodegraph.data.shot import Shot, Window
from nodegraph.graph.context import Context
from nodegraph.graph.node import node_type
from nodegraph.ops.mask_time import smoothed
from nodes.face.mask import mask
from nodes.face.mask_smooth import mask_smooth
from tests.nodes.face.masks import crop_of, crops_of
from tests.nodes.face.shapes import FORMAT, face_points, tracks_of

COUNT, SIZE = 24, 128
SHOT = Shot(format=FORMAT)
Mattes = NDArray[np.float32]


def shown(points: Sequence[NDArray[np.float64]], feather: float = 4.0) -> dict[int, Crops]:
    """The crops of a shot with their hulls; all of one crop, so that the mattes can be compared."""
    matrix = crop_of(points[0], SIZE).matrix
    crops = [replace(crop_of(each, SIZE), matrix=matrix) for each in points]
    return {k: mask(crops_of(crop), SHOT, Context(), feather=feather) for k, crop in enumerate(crops)}


def done(frames: dict[int, Crops], **knobs: float) -> Mattes:
    """Every frame through MaskSmooth, as the engine would hand them in."""
    window = int(knobs.get("window", 7))
    result = []
    for now in frames:
        near = {frame: frames[frame] for frame in range(now - window // 2, now + window // 2 + 1) if frame in frames}
        (crop,) = mask_smooth(Window(now, near), **knobs)  # type: ignore[arg-type]
        result.append(crop.coverage())
    return np.stack(result)


def mattes(frames: dict[int, Crops]) -> Mattes:
    return np.stack([crops.crops[0].coverage() for crops in frames.values()])


def flicker(found: Mattes, true: Mattes) -> float:
    """How much the error changes from frame to frame, over the length of the edge."""
    return float(np.abs(np.diff(found - true, axis=0)).sum())


def head(lean: float = 0.0) -> list[NDArray[np.float64]]:
    """A head that leans, nods and speaks a little within its crop."""
    return [
        face_points(300 + lean * k, 180 + 0.8 * np.sin(k / 4), 70, 0.04 * np.sin(k / 6), 1.0, 0.3 + 0.3 * np.sin(k / 5))
        for k in range(COUNT)
    ]


def trembling(points: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """As landmarks are: all shake together, and each a little for itself (which alone makes a hull larger)."""
    rng = np.random.default_rng(3)
    return [each + rng.normal(0, 0.8, 2) + rng.normal(0, 0.25, each.shape) for each in points]


@pytest.mark.parametrize("feather", [0.0, 6.0])
def test_edges_flicker_less(feather: float) -> None:
    """Against the mattes of the true landmarks: a third of the flicker, and no farther from the truth."""
    true, noisy = shown(head(), feather), shown(trembling(head()), feather)
    after = done(noisy, window=9)
    assert flicker(after, mattes(true)) < 0.35 * flicker(mattes(noisy), mattes(true))
    assert np.abs(after - mattes(true)).sum() < np.abs(mattes(noisy) - mattes(true)).sum()


def middle(matte: Mattes) -> NDArray[np.float64]:
    at = np.arange(matte.shape[0])
    total = matte.sum(dtype=np.float64)
    return np.array([(matte.sum(axis=0) * at).sum(), (matte.sum(axis=1) * at).sum()]) / total


def test_nothing_lags() -> None:
    """A face that drifts by three quarters of a pixel a frame stays where it is, at both ends of its track too."""
    true = mattes(shown(head(0.75)))
    after = done(shown(head(0.75)), window=9)
    off = np.array([middle(one) - middle(other) for one, other in zip(after, true, strict=True)])
    assert np.abs(off[2:-2, 0]).max() < 0.02
    assert np.abs(off).max() < 0.15  # the ends; and across, where it nods and speaks, which is no even movement
    plain = np.stack([true[max(0, k - 8) : k + 1].mean(axis=0) for k in range(COUNT)])  # the mean of what was lags
    assert abs(middle(plain[12])[0] - middle(true[12])[0]) > 1


def test_backwards_it_is_the_same() -> None:
    noisy = shown(trembling(head()))
    back = {-frame: crops for frame, crops in noisy.items()}
    again = done(dict(sorted(back.items())))[::-1]
    np.testing.assert_allclose(done(noisy), again, atol=1e-5)


def test_a_straight_line_in_time_is_kept() -> None:
    """What grows evenly stays to the bit of rounding, on the whole window or on one side of it."""
    ramp = [np.full((16, 16), 0.5 + 0.03 * k, np.float32) for k in range(-3, 4)]
    for times in (range(-3, 4), range(4), range(-3, 1)):
        found = smoothed([ramp[t + 3] for t in times], list(times), 7, 1.0)
        np.testing.assert_allclose(found, 0.5, atol=2e-3)
    alone = smoothed([ramp[3]], [0], 7, 0.25)
    np.testing.assert_allclose(alone, 0.5, atol=1e-6)


def test_a_hand_that_passes_is_no_flicker() -> None:
    """A wide bar crosses the face by nine pixels a frame; it neither smears nor leaves a ghost."""
    frames = {}
    for k, crops in shown([face_points(300, 180, 70)] * COUNT).items():
        (crop,) = crops
        matte = crop.coverage().copy()
        matte[:, max(0, 9 * k - 60) : max(0, 9 * k - 20)] = 0
        frames[k] = crops.each([crop.with_matte(matte)])
    before, after = mattes(frames), done(frames)
    assert np.abs(after - before).mean() < 0.001
    assert np.abs(after - before).max() < 0.4
    smeared = done(frames, motion=1.0)
    assert np.abs(smeared - before).mean() > 5 * np.abs(after - before).mean()


def test_it_begins_anew_where_a_track_breaks() -> None:
    frames = shown(trembling(head()))
    whole = done(frames)
    halves = [{k: frames[k] for k in range(12)}, {k: frames[k] for k in range(12, COUNT)}]
    apart = np.concatenate([done(half) for half in halves])
    assert not np.array_equal(apart, whole)

    gap = dict(frames)
    gap[11] = Crops(FORMAT, "ACEScg", ())  # nobody there
    found = [crop for now in range(12, COUNT) for crop in _smooth(gap, now)]
    assert np.array_equal(np.stack([crop.coverage() for crop in found]), apart[12:])
    assert len(_smooth(gap, 11)) == 0

    other = dict(frames)
    for k in range(12):
        other[k] = frames[k].each([replace(frames[k].crops[0], track="face2")])
    assert np.array_equal(np.stack([_smooth(other, k).crops[0].coverage() for k in range(COUNT)]), apart)

    cut = tracks_of(head(), first=0, cuts=(12,))
    assert np.array_equal(np.stack([_smooth(frames, k, cut).crops[0].coverage() for k in range(COUNT)]), apart)


def test_it_begins_anew_at_a_jump() -> None:
    here, there = head(), [each + np.array([90.0, 0.0]) for each in head()]
    frames = {k: shown(here if k < 12 else there)[k] for k in (10, 11, 12, 13)}
    for k, crops in frames.items():
        assert np.array_equal(
            _smooth(frames, k).crops[0].coverage(),
            _smooth({n: frames[n] for n in frames if (n < 12) == (k < 12)}, k).crops[0].coverage(),
        )
        assert len(crops) == 1


def test_faces_do_not_mix() -> None:
    """Two faces in a frame are each smoothed for itself, in whatever order they come."""
    noisy = shown(trembling(head()))
    alone = done(noisy)
    both = {}
    for k, crops in noisy.items():
        (crop,) = crops
        second = replace(crop, track="face2").with_matte(np.zeros((SIZE, SIZE), np.float32))
        both[k] = crops.each([crop, second] if k % 2 else [second, crop])
    found = [{crop.track: crop.coverage() for crop in _smooth(both, k)} for k in range(COUNT)]
    assert np.array_equal(np.stack([each["face1"] for each in found]), alone)
    assert not any(each["face2"].any() for each in found)


def test_a_window_of_one_frame_is_none() -> None:
    kind = node_type(mask_smooth)
    assert kind.identity is not None
    assert kind.frames is not None
    assert kind.identity(5, {"window": 1}) == "crops"
    assert kind.identity(5, {"window": 3}) is None
    assert list(kind.frames(5, {"window": 5})) == [3, 4, 5, 6, 7]


def _smooth(frames: dict[int, Crops], now: int, tracks: object = None) -> Crops:
    near = {frame: frames[frame] for frame in range(now - 3, now + 4) if frame in frames}
    return mask_smooth(Window(now, near), tracks)  # type: ignore[arg-type]


def test_pixels_and_plate_stay() -> None:
    frames = shown(head())
    before: Crop = frames[5].crops[0]
    after = _smooth(frames, 5).crops[0]
    assert after.pixels is before.pixels
    assert after.plate is before.plate
    assert after.matte is not before.matte
