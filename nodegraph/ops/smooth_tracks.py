"""Smoothing tracks: where a head is, how large, how turned, and the shape of its face, each by its own measure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.faces import Face, Points
from nodegraph.data.tracks import Cuts, Track
from nodegraph.ops.steady import Smoother, smoothed, steadied, tremble

# Bridge and wings of the nose, corners of the eyes: what lids, lips and jaw do not move.
STILL = (27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 39, 42, 45)

# Where features sit, and what goes along: the eyes by their corners, and each corner of the mouth. Lids and lips open
# and close on these. Nose, jaw and brows are each their own seat: crops are fitted to the nose, mattes end at the rest.
FEATURES: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
    ((36, 39), tuple(range(36, 42))),
    ((42, 45), tuple(range(42, 48))),
    ((48,), (48, 60)),
    ((54,), (54, 64)),
    *(((k,), (k,)) for k in range(36)),
)


class Strength(NamedTuple):
    """How much of the window each part of the motion is smoothed over: 0 not at all, 1 all of it."""

    position: float = 1.0
    scale: float = 1.0
    rotation: float = 1.0
    shape: float = 0.5


class Motion(NamedTuple):
    """A head over time: the middle of its still points, its size as a logarithm, its turn, and its shape upright."""

    place: NDArray[np.float64]  # frames x 2
    size: NDArray[np.float64]  # frames x 1
    turn: NDArray[np.float64]  # frames x 1, radians, without jumps of a full turn
    shape: NDArray[np.float64]  # frames x 68 x 2


def motion_of(points: NDArray[np.float64]) -> Motion:
    """Take a face's landmarks over time (frames x 68 x 2) apart."""
    still = points[:, STILL]
    place = still.mean(axis=1)
    around = still - place[:, None]
    size = np.sqrt((around**2).sum(axis=(1, 2)))
    mean = (around / size[:, None, None]).mean(axis=0)
    for _ in range(5):  # turn all onto their mean, and take the mean anew
        turn = _turns(around, mean)
        upright = _turned(around, -turn) / size[:, None, None]
        mean = upright.mean(axis=0)
    shape = _turned(points - place[:, None], -turn) / size[:, None, None]
    return Motion(place, np.log(size)[:, None], np.unwrap(turn)[:, None], shape)


def points_of(motion: Motion) -> NDArray[np.float64]:
    """The landmarks that a motion puts together."""
    sized = motion.shape * np.exp(motion.size)[:, :, None]
    result: NDArray[np.float64] = _turned(sized, motion.turn[:, 0]) + motion.place[:, None]
    return result


def _turns(points: NDArray[np.float64], mean: Points) -> NDArray[np.float64]:
    """The angle that turns the mean onto each set of points, in the sense of least squares."""
    cross = mean[:, 0] * points[..., 1] - mean[:, 1] * points[..., 0]
    dot = (mean * points).sum(axis=-1)
    result: NDArray[np.float64] = np.arctan2(cross.sum(axis=-1), dot.sum(axis=-1))
    return result


def _turned(points: NDArray[np.float64], angle: NDArray[np.float64]) -> NDArray[np.float64]:
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y = points[..., 0], points[..., 1]
    return np.stack([c * x - s * y, s * x + c * y], axis=-1)


def smooth_points(
    points: NDArray[np.float64], smoother: Smoother, window: float, strength: Strength
) -> NDArray[np.float64]:
    """The landmarks of one stretch, smoothed. Shape gives way to what is more than noise: blinks and words stay.

    Where the features sit on the head is smoothed as the head is: crops are fitted to that, and mattes end there.
    """

    def over(share: float) -> float:
        return 1 + (window - 1) * share

    motion = motion_of(points)
    flat = motion.shape.reshape(len(points), -1)
    noise = tremble(flat)
    shape = steadied(flat, over(strength.shape), noise).reshape(motion.shape.shape)
    places = motion.place
    if strength.shape:
        seats = np.stack([motion.shape[:, anchor].mean(axis=1) for anchor, _ in FEATURES], axis=1)
        places = np.hstack([places, seats.reshape(len(points), -1)])
    places = smoothed(places, smoother, over(strength.position))
    if strength.shape:
        seats = places[:, 2:].reshape(len(points), -1, 2)
        for number, (anchor, feature) in enumerate(FEATURES):
            shape[:, feature] += (seats[:, number] - shape[:, anchor].mean(axis=1))[:, None]
    return points_of(
        Motion(
            places[:, :2],
            smoothed(motion.size, smoother, over(strength.scale)),
            smoothed(motion.turn, smoother, over(strength.rotation)),
            shape,
        )
    )


def smooth_track(
    track: Track, cuts: Cuts, smoother: Smoother, window: float, strength: Strength, max_jump: float
) -> Track:
    """A track, smoothed between cuts, gaps and jumps."""
    faces: dict[int, Face] = dict(track.faces)
    for run in track.runs(cuts):
        for stretch in without_jumps(run, track, max_jump):
            known = [points for frame in stretch if (points := track.faces[frame].points) is not None]
            if len(known) < len(stretch):
                continue
            for frame, new in zip(stretch, smooth_points(np.stack(known), smoother, window, strength), strict=True):
                faces[frame] = track.faces[frame].moved(new)
    return track.with_faces(faces)


def without_jumps(run: list[int], track: Track, max_jump: float) -> list[list[int]]:
    """A run of frames, divided where the face jumps by more than so many of its sizes in one frame."""
    stretches: list[list[int]] = [[]]
    for frame in run:
        if stretches[-1]:
            old, new = track.faces[stretches[-1][-1]].box, track.faces[frame].box
            far = np.hypot(*np.subtract(new.middle, old.middle)) / max(1.0, old.size)
            if far > max_jump:
                stretches.append([])
        stretches[-1].append(frame)
    return stretches
