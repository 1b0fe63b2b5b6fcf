"""How much a track trembles from frame to frame: where the head is, how large, how turned, and the face upon it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.tracks import Cuts, Track
from nodegraph.ops.smooth_tracks import motion_of

Values = NDArray[np.float64]
PARTS = ("position", "scale", "rotation", "shape")
UNITS = {"position": "px", "scale": "%", "rotation": "°", "shape": "px"}
SPAN = 12  # frames that a lag is looked for in, to both sides


class Tremble(NamedTuple):
    """By part, what each frame differs by from the straight way between its neighbours; NaN at ends and gaps.

    Scaled so that noise of one on each frame gives one in the mean of squares.
    """

    frames: NDArray[np.int64]
    parts: dict[str, Values]

    def usual(self, part: str) -> float:
        """The root of the mean square over the track; 0 if nothing can be told."""
        known = self.parts[part][np.isfinite(self.parts[part])]
        return float(np.sqrt((known**2).mean())) if known.size else 0.0


def tremble_of(track: Track, cuts: Cuts) -> Tremble:
    """How much a track trembles on each frame from its first to its last."""
    frames = np.arange(track.first, track.last + 1)
    parts = {part: np.full(len(frames), np.nan) for part in PARTS}
    for run in track.runs(cuts):
        points = [track.faces[frame].points for frame in run]
        known = [each for each in points if each is not None]
        if len(known) < 3 or len(known) < len(points):
            continue
        motion = motion_of(np.stack(known))
        size = np.exp(motion.size[1:-1, 0])
        inside = slice(run[1] - track.first, run[-1] - track.first)
        parts["position"][inside] = _off(motion.place)
        parts["scale"][inside] = 100 * _off(motion.size)
        parts["rotation"][inside] = np.degrees(_off(motion.turn))
        parts["shape"][inside] = size * _off(motion.shape.reshape(len(known), -1))
    return Tremble(frames, parts)


def _off(signal: Values) -> Values:
    """How far each frame lies off the middle of its neighbours, over all numbers of a frame."""
    second = signal[2:] - 2 * signal[1:-1] + signal[:-2]
    return np.asarray(np.sqrt((second**2).mean(axis=1) / 6), np.float64)


class Lag(NamedTuple):
    """By how many frames one track comes later than another, and how far off that may be (one standard error)."""

    frames: float
    error: float


def lag(before: Track, after: Track, cuts: Cuts) -> Lag | None:
    """How much later a track comes than it did before; None if its shots are too short to tell."""
    found: list[Lag] = []
    for run in before.runs(cuts):
        frames = [frame for frame in run if frame in after.faces]
        if len(frames) < 3 * SPAN:
            continue
        one, other = (np.array([track.faces[frame].box.middle for frame in frames]) for track in (before, after))
        if all(track.faces[frame].points is not None for track in (before, after) for frame in frames):
            one, other = (
                motion_of(np.stack([np.asarray(track.faces[frame].points) for frame in frames])).place
                for track in (before, after)
            )
        found.append(_lag(one, other))
    if not found:
        return None
    trust = np.array([1 / max(each.error, 1e-6) ** 2 for each in found])
    return Lag(float(trust @ [each.frames for each in found] / trust.sum()), float(trust.sum() ** -0.5))


def _lag(one: Values, other: Values) -> Lag:
    """First by whole frames, where their speeds are most alike; then the rest, by least squares."""
    fast, slow = _speeds(one), _speeds(other)
    reach = min(SPAN, len(one) // 3)
    middle = fast[reach : len(fast) - reach]
    alike = []
    for shift in range(-reach, reach + 1):
        there = slow[reach + shift : len(slow) - reach + shift]
        alike.append(float((middle * there).sum() / max(1e-12, np.sqrt((middle**2).sum() * (there**2).sum()))))
    whole = int(np.argmax(alike)) - reach
    early, late = max(0, -whole), len(one) - max(0, whole)  # the frames of one that the other has so much later
    speed = np.gradient(other, axis=0)[early + whole : late + whole]
    off = one[early:late] - other[early + whole : late + whole]
    off, speed = off - off.mean(axis=0), speed - speed.mean(axis=0)
    power = max(1e-12, float((speed**2).sum()))
    rest = float((off * speed).sum()) / power
    left = off - rest * speed
    return Lag(whole + rest, float(np.sqrt((left**2).mean() / power)))


def _speeds(places: Values) -> Values:
    """Speeds over five frames, less their mean: those over one are mostly noise."""
    kernel = np.ones(5) / 5
    steps = np.stack([np.convolve(axis, kernel, "valid") for axis in np.diff(places, axis=0).T], axis=1)
    return np.asarray(steps - steps.mean(axis=0), np.float64)
