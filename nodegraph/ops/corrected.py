"""Tracks corrected by hand: a key is what it is on its frame, its neighbours come along and come to rest."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Format
from nodegraph.data.corrections import Key
from nodegraph.data.faces import COUNT, Face, Points, Rect
from nodegraph.data.tracks import Cuts, Track
from nodegraph.ops.gaps import filled
from nodegraph.ops.head_pose import head_pose
from nodegraph.ops.quads import similar
from nodegraph.ops.smooth_tracks import STILL

Change = NDArray[np.float64]  # right, down, the logarithm of the size, the turn; then all points in sizes of the head


def corrected(track: Track, keys: Mapping[int, Key], cuts: Cuts, ease: int, gap: int, form: Format) -> Track:
    """The track with its keys: exactly so on their frames, on the way from key to key, and eased out beyond."""
    track = _with_new(track, keys, cuts, gap)
    known = {frame: face for frame, face in track.faces.items() if face.points is not None}
    changes = {frame: _change(np.asarray(known[frame].points), keys[frame]) for frame in sorted(keys.keys() & known)}
    faces: dict[int, Face] = dict(track.faces)
    for frame, change in spread(changes, sorted(known), cuts, ease).items():
        key = keys.get(frame)
        points = _applied(np.asarray(known[frame].points), change)
        if key is not None and key.points:
            points = np.array(key.points, np.float64)
        points.flags.writeable = False
        face = known[frame].moved(points)
        faces[frame] = replace(face, pose=head_pose(points, form), confidence=1.0 if key else face.confidence)
    set_here = frozenset(changes)
    return replace(track.with_faces(faces), keys=track.keys | set_here, filled=track.filled - set_here)


def _with_new(track: Track, keys: Mapping[int, Key], cuts: Cuts, gap: int) -> Track:
    """The track with faces where nobody saw one and a key says where all its points are."""
    new: dict[int, Face] = {}
    for frame, key in keys.items():
        old = track.faces.get(frame)
        if key.points and (old is None or old.points is None):
            points = np.array(key.points, np.float64)
            new[frame] = Face(Rect.around(points) if old is None else old.box, 1.0, points, 1.0)
    if not new:
        return track
    return filled(track.with_faces({**track.faces, **new}), cuts, gap)


def led_up(track: Track, before: Track, cuts: Cuts, reach: int) -> Track:
    """A smoothed track whose frames around a key by hand lead up to it, where smoothing has taken them elsewhere."""
    keys = [frame for frame in sorted(before.keys & before.faces.keys()) if before.faces[frame].points is not None]
    known = {frame: face for frame, face in track.faces.items() if face.points is not None}
    faces: dict[int, Face] = dict(track.faces)
    ahead: dict[int, Points] = {frame: np.asarray(face.points) for frame, face in known.items()}
    for number, frame in enumerate(keys):
        points = before.faces[frame].points
        if points is None:
            continue
        change = _change(ahead[frame], Key(points=tuple((float(x), float(y)) for x, y in points)))
        earlier = min(reach, frame - keys[number - 1] - 1) if number else reach
        later = min(reach, keys[number + 1] - frame - 1) if number + 1 < len(keys) else reach
        for ease, frames in ((earlier, range(frame - earlier, frame)), (later, range(frame + 1, frame + later + 1))):
            near = [each for each in frames if each in known]
            for each, part in spread({frame: change}, near, cuts, ease).items():
                ahead[each] = _applied(ahead[each], part)
    for frame, points in ahead.items():
        faces[frame] = before.faces[frame] if frame in keys else known[frame].moved(points)
    return track.with_faces(faces)


def spread(changes: Mapping[int, Change], frames: list[int], cuts: Cuts, ease: int) -> dict[int, Change]:
    """What keys make of the frames around them: between two of one shot on the way, beyond the outer ones fading."""
    result: dict[int, Change] = {}
    for keyed in _by_shot(sorted(changes), cuts):
        first, last = keyed[0], keyed[-1]
        near = [
            frame
            for frame in frames[bisect_left(frames, first - ease) : bisect_right(frames, last + ease)]
            if not cuts.between(min(max(frame, first), last), frame)
        ]
        values = _along(keyed, np.stack([changes[frame] for frame in keyed]), near)
        for frame, value in zip(near, values, strict=True):
            left = 1.0 - max(first - frame, frame - last, 0) / (ease + 1)
            result[frame] = value * (left * left * (3.0 - 2.0 * left))
    return result


def _by_shot(frames: list[int], cuts: Cuts) -> list[list[int]]:
    shots: list[list[int]] = []
    for frame in frames:
        if shots and not cuts.between(shots[-1][-1], frame):
            shots[-1].append(frame)
        else:
            shots.append([frame])
    return shots


def _along(keyed: list[int], values: NDArray[np.float64], frames: list[int]) -> NDArray[np.float64]:
    """Smoothly from key to key, and never beyond them (Fritsch and Carlson 1980)."""
    if len(keyed) == 1 or not frames:
        return np.repeat(values[:1], len(frames), axis=0)
    from scipy.interpolate import PchipInterpolator

    return np.asarray(PchipInterpolator(keyed, values, axis=0)(np.clip(frames, keyed[0], keyed[-1])), np.float64)


def _change(points: Points, key: Key) -> Change:
    """A key as a change of the head as a whole, and of each point upon it."""
    if key.points:
        target = np.array(key.points, np.float64)
        way = similar(points, target)
        size, turn = float(np.hypot(way[0, 0], way[1, 0])), float(np.arctan2(way[1, 0], way[0, 0]))
        middle = points[list(STILL)].mean(axis=0)
        moved = way[:2, :2] @ middle + way[:2, 2] - middle
        head = np.array([moved[0], moved[1], np.log(max(size, 1e-6)), turn])
        rest = target - _whole(points, head)
    else:
        head = np.array([*key.move, np.log(key.scale), np.radians(key.rotate)])
        rest = np.zeros((COUNT, 2))
        for number, x, y in key.offsets:
            rest[number] = x, y
    scale, turned = _frame(points, head)
    return np.concatenate([head, (rest @ turned / scale).ravel()])


def _applied(points: Points, change: Change) -> Points:
    scale, turned = _frame(points, change[:4])
    return _whole(points, change[:4]) + change[4:].reshape(COUNT, 2) @ turned.T * scale


def _whole(points: Points, head: Change) -> Points:
    """The points with the head shifted, sized and turned about its middle."""
    middle = points[list(STILL)].mean(axis=0)
    c, s = np.cos(head[3]), np.sin(head[3])
    turned: Points = (points - middle) @ np.array([[c, s], [-s, c]]) * np.exp(head[2]) + middle + head[:2]
    return turned


def _frame(points: Points, head: Change) -> tuple[float, NDArray[np.float64]]:
    """How large a head is and which way its axes lie, once it is changed: offsets of points go along with that."""
    still = _whole(points, head)[list(STILL)]
    around = still - still.mean(axis=0)
    size = float(np.sqrt((around**2).sum()))
    x, y = still[STILL.index(42)] + still[STILL.index(45)] - still[STILL.index(36)] - still[STILL.index(39)]
    length = max(1e-9, float(np.hypot(x, y)))
    return max(size, 1e-9), np.array([[x, -y], [y, x]]) / length
