"""The square that goes with a face, as a corner pin has it; and faces moved after one that somebody has corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.faces import Face, Points, Rect, five_of
from nodegraph.data.tracks import Track
from nodegraph.ops.smooth_tracks import motion_of

Quad = NDArray[np.float64]  # top left, top right, bottom right, bottom left
AROUND = 0.15  # how much the square is larger than the landmarks on each side


def quads(track: Track, reference: int | None = None) -> tuple[Quad, dict[int, Quad]]:
    """A square around the face on its reference frame, and where the head's motion takes it on each frame.

    The motion is that of the parts which lids, lips and jaw do not move; without landmarks it is that of the box.
    """
    frames = sorted(track.faces)
    known = [frame for frame in frames if track.faces[frame].points is not None]
    if len(known) < len(frames):
        origin = _square(track.faces[_at(frames, reference)].box)
        return origin, {frame: _square(track.faces[frame].box) for frame in frames}
    start = _at(known, reference)
    motion = motion_of(np.stack([np.asarray(track.faces[frame].points) for frame in known]))
    at = known.index(start)
    origin = _square(Rect.around(np.asarray(track.faces[start].points)))
    upright = _turned(origin - motion.place[at], -float(motion.turn[at, 0])) / np.exp(motion.size[at, 0])
    found = {}
    for number, frame in enumerate(known):
        sized = upright * np.exp(motion.size[number, 0])
        found[frame] = _turned(sized, float(motion.turn[number, 0])) + motion.place[number]
    return origin, found


def _at(frames: list[int], reference: int | None) -> int:
    """The frame nearest to the one asked for; the first if none is."""
    return frames[0] if reference is None else min(frames, key=lambda frame: abs(frame - reference))


def _square(box: Rect) -> Quad:
    (x, y), half = box.middle, box.size * (0.5 + AROUND)
    return np.array([(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)])


def _turned(points: Points, angle: float) -> Points:
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(points @ np.array([[c, s], [-s, c]]), np.float64)


def moved_by_quads(track: Track, origin: Quad, corners: Mapping[int, Quad]) -> Track:
    """The track with each face moved as its square was; frames that somebody moved are set by hand."""
    import cv2

    start = min(corners, key=lambda frame: float(np.abs(corners[frame] - origin).max()))
    _, own = quads(track, start)
    changed: dict[int, Face] = {}
    for frame in own.keys() & corners.keys():
        if np.abs(own[frame] - corners[frame]).max() < STAYS:
            continue
        way = cv2.getPerspectiveTransform(own[frame].astype(np.float32), corners[frame].astype(np.float32))
        changed[frame] = _changed(track.faces[frame], np.asarray(way, np.float64))
    return _with(track, changed)


def moved_by_five(track: Track, five: Mapping[int, Points]) -> Track:
    """The track with each face moved as the five points were: shifted, sized and turned."""
    changed: dict[int, Face] = {}
    for frame in track.faces.keys() & five.keys():
        points = track.faces[frame].points
        if points is None or np.abs(five_of(points) - five[frame]).max() < STAYS:
            continue
        changed[frame] = _changed(track.faces[frame], similar(five_of(points), five[frame]))
    return _with(track, changed)


STAYS = 0.02  # pixels by which a text with four digits after the point may differ


def similar(points: Points, target: Points) -> NDArray[np.float64]:
    """The shift, size and turn that bring points nearest to others (Umeyama 1991)."""
    a, b = points.mean(axis=0), target.mean(axis=0)
    p, q = points - a, target - b
    spread = max(1e-12, float((p**2).sum()))
    c, s = float((p * q).sum()) / spread, float((p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum()) / spread
    linear = np.array([[c, -s], [s, c]])
    return np.vstack([np.column_stack([linear, b - linear @ a]), (0.0, 0.0, 1.0)])


def _changed(face: Face, way: NDArray[np.float64]) -> Face:
    def through(points: Points) -> Points:
        there = np.column_stack([points, np.ones(len(points))]) @ way.T
        return np.asarray(there[:, :2] / there[:, 2:], np.float64)

    if face.points is not None:
        return face.moved(through(face.points))
    return replace(face, box=Rect.around(through(np.array([face.box[:2], face.box[2:]]))))


def _with(track: Track, changed: Mapping[int, Face]) -> Track:
    moved = track.with_faces({**track.faces, **changed})
    return replace(moved, keys=track.keys | frozenset(changed), filled=track.filled - frozenset(changed))
