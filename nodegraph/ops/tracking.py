"""Following faces from frame to frame: by motion and by who they are, through gaps that are short."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.faces import Face, Faces, Rect
from nodegraph.data.tracks import Cuts, Track

IMPOSSIBLE = 1e6


@dataclass
class Rules:
    """What counts as the same face in the next frame."""

    max_jump: float = 0.8  # in sizes of the face, for each frame that passes
    max_distance: float = 0.6  # between descriptors; dlib's own limit for one person
    gap: int = 12  # frames that a face may be out of sight
    shortest: int = 3  # a sight of fewer frames is an error of the detector


@dataclass
class _Open:
    """A track that still may go on."""

    faces: dict[int, Face] = field(default_factory=dict)
    who: list[NDArray[np.float64]] = field(default_factory=list)

    @property
    def last(self) -> int:
        return max(self.faces)

    def foreseen(self, frame: int) -> Rect:
        """Where it should be, if it goes on as in its last frames."""
        frames = sorted(self.faces)[-4:]
        now = self.faces[frames[-1]].box
        if len(frames) < 2 or frames[-1] - frames[0] > 8:
            return now
        (x0, y0), (x1, y1) = self.faces[frames[0]].box.middle, now.middle
        ahead = min(frame - frames[-1], 4) / (frames[-1] - frames[0])
        dx, dy = (x1 - x0) * ahead, (y1 - y0) * ahead
        return Rect(now.x0 + dx, now.y0 + dy, now.x1 + dx, now.y1 + dy)

    def cost(self, face: Face, frame: int, rules: Rules) -> float:
        """How unlikely it is that this is the same face; IMPOSSIBLE if it cannot be."""
        box = self.foreseen(frame)
        passed = frame - self.last
        size = max(1.0, (box.size + face.box.size) / 2)
        far = float(np.hypot(*np.subtract(face.box.middle, box.middle))) / size
        grown = abs(math.log(max(face.box.size, 1.0) / max(box.size, 1.0)))
        other = 0.0
        if self.who and face.descriptor is not None:
            other = float(np.linalg.norm(np.mean(self.who[-20:], axis=0) - face.descriptor))
            if other > rules.max_distance * (1.25 if passed == 1 and far < 0.3 else 1.0):
                return IMPOSSIBLE
        elif passed > 3 and far > 1.0:
            return IMPOSSIBLE
        if far > rules.max_jump * min(passed, 6) + 0.25 or grown > 0.7:
            return IMPOSSIBLE
        return far + grown + 2.0 * other


def tracked(frames: Iterable[tuple[int, Faces]], cuts: Cuts, rules: Rules) -> list[Track]:
    """The tracks of a shot, the longest first. A cut ends them all; the same person goes on under one name after it."""
    from scipy.optimize import linear_sum_assignment

    going: list[_Open] = []
    ended: list[_Open] = []
    before: int | None = None
    for frame, faces in frames:
        if before is not None and cuts.between(before, frame):
            ended += going
            going = []
        before = frame
        stale = [track for track in going if frame - track.last > rules.gap + 1]
        ended += stale
        going = [track for track in going if track not in stale]
        costs = np.array([[track.cost(face, frame, rules) for face in faces] for track in going]).reshape(
            len(going), len(faces)
        )
        taken: set[int] = set()
        if costs.size:
            for row, column in zip(*linear_sum_assignment(costs), strict=True):
                if costs[row, column] < IMPOSSIBLE:
                    _extend(going[row], frame, faces.faces[column])
                    taken.add(int(column))
        for number, face in enumerate(faces):
            if number not in taken:
                fresh = _Open()
                _extend(fresh, frame, face)
                going.append(fresh)
    ended += going
    people = _same_people([track for track in ended if len(track.faces) >= rules.shortest], rules)
    people.sort(key=lambda track: (-len(track.faces), min(track.faces)))
    return [
        filled(Track(f"face{number}", MappingProxyType(dict(sorted(track.faces.items())))), cuts, rules.gap)
        for number, track in enumerate(people, 1)
    ]


def _extend(track: _Open, frame: int, face: Face) -> None:
    track.faces[frame] = face
    if face.descriptor is not None:
        track.who.append(face.descriptor)


def _same_people(tracks: list[_Open], rules: Rules) -> list[_Open]:
    """Tracks of one person that were broken, by a cut or for longer than a gap, as one."""
    people: list[_Open] = []
    for track in sorted(tracks, key=lambda each: min(each.faces)):
        best, least = None, rules.max_distance * 0.75
        for person in people:
            if not person.who or not track.who or set(person.faces) & set(track.faces):
                continue
            apart = float(np.linalg.norm(np.mean(person.who, axis=0) - np.mean(track.who, axis=0)))
            if apart < least:
                best, least = person, apart
        if best is None:
            people.append(track)
        else:
            best.faces.update(track.faces)
            best.who += track.who
    return people


def filled(track: Track, cuts: Cuts, gap: int) -> Track:
    """The track with short gaps filled: box and landmarks on the way from the last sight to the next."""
    faces = dict(track.faces)
    new: set[int] = set()
    frames = sorted(faces)
    for before, after in pairwise(frames):
        if not 1 < after - before <= gap + 1 or cuts.between(before, after):
            continue
        for frame in range(before + 1, after):
            faces[frame] = between(faces[before], faces[after], (frame - before) / (after - before))
            new.add(frame)
    return replace(track.with_faces(faces), filled=track.filled | frozenset(new))


def between(one: Face, other: Face, share: float) -> Face:
    """A face on the way from one sight to another."""
    box = Rect(*(a + (b - a) * share for a, b in zip(one.box, other.box, strict=True)))
    points = None
    if one.points is not None and other.points is not None:
        points = one.points + (other.points - one.points) * share
    pose = type(one.pose)(*(a + (b - a) * share for a, b in zip(one.pose, other.pose, strict=True)))
    return replace(
        one,
        box=box,
        points=points,
        pose=pose,
        score=min(one.score, other.score),
        confidence=min(one.confidence, other.confidence) * (1 - abs(2 * min(share, 1 - share))),
    )


def with_keys(track: Track, keys: Mapping[int, Face], cuts: Cuts, gap: int) -> Track:
    """The track with faces set by hand: they win, and what was filled between sights is filled anew."""
    faces = {frame: face for frame, face in track.faces.items() if frame not in track.filled} | dict(keys)
    changed = replace(track.with_faces(faces), keys=track.keys | frozenset(keys), filled=frozenset())
    return filled(changed, cuts, gap)
