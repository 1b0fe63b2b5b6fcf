"""Gaps in a track: where a face was while nobody saw it, from how it went before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.faces import Face, Pose, Rect
from nodegraph.data.tracks import Cuts, Track

SEEN = 4  # sights on each side of a gap that say how fast a face went
BEND = 0.15  # sizes of the face by which its speed may differ from that over the gap; more is an error, or a jump


def speed(faces: Mapping[int, Face], frames: Sequence[int]) -> tuple[float, float]:
    """How far a face goes in a frame, across and down, by least squares over these frames."""
    if len(frames) < 2:
        return 0.0, 0.0
    at = np.array(frames, np.float64)
    at -= at.mean()
    middles = np.array([faces[frame].box.middle for frame in frames])
    vx, vy = (at @ (middles - middles.mean(axis=0))) / (at @ at)
    return float(vx), float(vy)


def filled(track: Track, cuts: Cuts, gap: int) -> Track:
    """The track with short gaps filled: from the last sight to the next, on the bow that it was on."""
    faces = dict(track.faces)
    new: set[int] = set()
    frames = sorted(faces)
    for number, (before, after) in enumerate(pairwise(frames), 1):
        if not 1 < after - before <= gap + 1 or cuts.between(before, after):
            continue
        earlier = _near(frames[max(0, number - SEEN) : number][::-1], cuts)
        later = _near(frames[number : number + SEEN], cuts)
        bow = _bow(faces, earlier, later)
        for frame in range(before + 1, after):
            face = between(track.faces[before], track.faces[after], (frame - before) / (after - before))
            dx, dy = bow[frame - before - 1]
            faces[frame] = _moved(face, float(dx), float(dy))
            new.add(frame)
    return replace(track.with_faces(faces), filled=track.filled | frozenset(new))


def believed(track: Track, cuts: Cuts, gap: int, least: float) -> Track:
    """The track without landmarks that are far less sure than they usually are on it: something is in front.

    They go only where surer ones stand on both sides, no farther apart than a gap that is filled may be; what was set
    by hand is always sure. `least` is a share of the usual confidence.
    """
    known = [face.confidence for face in track.faces.values() if face.confidence > 0]
    usual = float(np.median(known)) if len(known) * 2 > len(track.faces) else 0.0
    frames = sorted(track.faces)
    sure = [frame for frame in frames if frame in track.keys or track.faces[frame].confidence >= least * usual]
    gone = {
        frame
        for before, after in pairwise(sure)
        if after - before <= gap + 1 and not cuts.between(before, after)
        for frame in range(before + 1, after)
    }
    if not gone:
        return track
    left = {frame: face for frame, face in track.faces.items() if frame not in gone}
    return filled(replace(track.with_faces(left), filled=track.filled - gone), cuts, gap)


def _near(frames: Sequence[int], cuts: Cuts) -> list[int]:
    """The first of these frames, counted from the gap, without another gap or a cut between."""
    near = list(frames[:1])
    for one, other in pairwise(frames):
        if abs(other - one) > 2 or cuts.between(one, other):
            break
        near.append(other)
    return near


def _bow(faces: Mapping[int, Face], earlier: Sequence[int], later: Sequence[int]) -> NDArray[np.float64]:
    """How far off the straight way a face was on each frame of a gap: a cubic through the sights on both sides."""
    before, after = earlier[0], later[0]
    inside = np.arange(before + 1, after, dtype=np.float64)
    if min(len(earlier), len(later)) < 3:
        return np.zeros((len(inside), 2))
    ends = np.array([before, after], np.float64)
    at = np.array([*earlier, *later], np.float64)
    middles = np.array([faces[frame].box.middle for frame in (*earlier, *later)])
    scale = (after - before) / 2
    curve = np.polynomial.polynomial.polyfit((at - ends.mean()) / scale, middles, 3)

    def on_curve(frames: NDArray[np.float64]) -> NDArray[np.float64]:
        powers = ((frames - ends.mean()) / scale)[:, None] ** np.arange(4)
        return np.asarray(powers @ curve, np.float64)

    share = (inside - before)[:, None] / (after - before)
    first, last = on_curve(ends)
    bow = on_curve(inside) - (first + (last - first) * share)
    most = BEND * max(faces[before].box.size, faces[after].box.size) * (after - before) / 4
    return bow if np.hypot(*bow.T).max() <= most else np.zeros_like(bow)


def _moved(face: Face, dx: float, dy: float) -> Face:
    box = Rect(face.box.x0 + dx, face.box.y0 + dy, face.box.x1 + dx, face.box.y1 + dy)
    return replace(face, box=box, points=None if face.points is None else face.points + np.array((dx, dy)))


def between(one: Face, other: Face, share: float) -> Face:
    """A face on the straight way from one sight to another."""
    box = Rect(*(a + (b - a) * share for a, b in zip(one.box, other.box, strict=True)))
    points = None
    if one.points is not None and other.points is not None:
        points = one.points + (other.points - one.points) * share
    pose = Pose(*(a + (b - a) * share for a, b in zip(one.pose, other.pose, strict=True)))
    return replace(
        one,
        box=box,
        points=points,
        pose=pose,
        score=min(one.score, other.score),
        confidence=min(one.confidence, other.confidence) * (1 - abs(2 * min(share, 1 - share))),
    )
