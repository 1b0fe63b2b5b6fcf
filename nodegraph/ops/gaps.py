"""Gaps in a track: where a face was while nobody saw it, from how it went before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

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
    """The track with short gaps filled: from the last sight to the next, on the bow that its speeds there make."""
    faces = dict(track.faces)
    new: set[int] = set()
    frames = sorted(faces)
    for number, (before, after) in enumerate(pairwise(frames), 1):
        if not 1 < after - before <= gap + 1 or cuts.between(before, after):
            continue
        length = after - before
        earlier = _near(frames[max(0, number - SEEN) : number][::-1], cuts)
        later = _near(frames[number : number + SEEN], cuts)
        start, end = _bow(faces, earlier[::-1], later, length)
        for frame in range(before + 1, after):
            share = (frame - before) / length
            # A cubic of Hermite less the straight way: what the speeds at both ends add to it.
            out, back = share * (1 - share) ** 2 * length, -(share**2) * (1 - share) * length
            face = between(track.faces[before], track.faces[after], share)
            faces[frame] = _moved(face, start[0] * out + end[0] * back, start[1] * out + end[1] * back)
            new.add(frame)
    return replace(track.with_faces(faces), filled=track.filled | frozenset(new))


def _near(frames: Sequence[int], cuts: Cuts) -> list[int]:
    """The first of these frames, counted from the gap, without another gap or a cut between."""
    near = list(frames[:1])
    for one, other in pairwise(frames):
        if abs(other - one) > 2 or cuts.between(one, other):
            break
        near.append(other)
    return near


def _bow(
    faces: Mapping[int, Face], earlier: Sequence[int], later: Sequence[int], length: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The speeds before and after a gap, less that over it; none where they are beyond belief."""
    one, other = faces[earlier[-1]].box, faces[later[0]].box
    across = [(b - a) / length for a, b in zip(one.middle, other.middle, strict=True)]
    most = BEND * max(one.size, other.size)
    bends = []
    for frames in (earlier, later):
        vx, vy = speed(faces, frames)
        bend = (vx - across[0], vy - across[1])
        bends.append(bend if len(frames) >= 3 and np.hypot(*bend) <= most else (0.0, 0.0))
    return bends[0], bends[1]


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
