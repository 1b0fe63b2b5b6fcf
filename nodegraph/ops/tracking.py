"""Following faces from frame to frame: by motion and by who they are, through crossings and gaps that are short.

Who goes on as whom is settled for all faces of a frame at once (Kuhn 1955), in two rounds: first those whom motion and
identity agree on; then those whom only motion speaks for, in doubt, until it is known whether a face was badly seen or
another person has taken its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.faces import Face, Faces, Rect
from nodegraph.data.tracks import Cuts, Track
from nodegraph.ops.gaps import filled, speed

IMPOSSIBLE = 1e6
Descriptor = NDArray[np.float64]

REMEMBERED = 20  # the latest sights that say who somebody is
RESTS = 0.96  # share of its speed that a face out of sight is thought to keep from frame to frame
DOUBTS = 6  # frames in doubt after which they are another person, if they are one
NEAR = 0.35  # sizes of the face within which motion alone may speak for it


@dataclass
class Rules:
    """What counts as the same face in the next frame."""

    max_jump: float = 0.8  # in sizes of the face, for each frame that passes
    max_distance: float = 0.6  # between descriptors; dlib's own limit for one person
    gap: int = 12  # frames that a face may be out of sight
    shortest: int = 3  # a sight of fewer frames is an error of the detector


class Match(NamedTuple):
    """How a face compares to a track: by motion, in sizes of the face, and by who it is, if that is known."""

    far: float
    grown: float
    passed: int
    apart: float | None

    @property
    def cost(self) -> float:
        # Who is not known is thought of as neither like nor unlike.
        return self.far + self.grown + 2.0 * (0.35 if self.apart is None else self.apart)


@dataclass(eq=False)
class Sights:
    """A track that is being made: its faces, what says who it is, and the frames that are in doubt."""

    faces: dict[int, Face] = field(default_factory=dict)
    who: list[Descriptor] = field(default_factory=list)
    doubts: list[int] = field(default_factory=list)

    @property
    def first(self) -> int:
        return min(self.faces)

    @property
    def last(self) -> int:
        return next(reversed(self.faces))  # sights are added frame by frame

    def add(self, frame: int, face: Face) -> None:
        """A sight of it that nothing speaks against."""
        self.faces[frame] = face
        self.doubts.clear()
        if face.descriptor is not None:
            self.who.append(face.descriptor)

    def doubt(self, frame: int, face: Face) -> None:
        """A sight where it should be, that does not look like it."""
        self.faces[frame] = face
        self.doubts.append(frame)

    def foreseen(self, frame: int) -> Rect:
        """Where it should be, if it goes on as in its last frames, and comes to rest slowly."""
        last = self.last
        now = self.faces[last].box
        vx, vy = speed(self.faces, [each for each in islice(reversed(self.faces), 6) if each > last - 10])
        ahead = (1.0 - RESTS ** (frame - last)) / (1.0 - RESTS)
        dx, dy = vx * ahead, vy * ahead
        return Rect(now.x0 + dx, now.y0 + dy, now.x1 + dx, now.y1 + dy)

    def apart(self, face: Face) -> float | None:
        """How unlike the person a face looks; None if that is not known."""
        if not self.who or face.descriptor is None:
            return None
        return float(np.linalg.norm(np.mean(self.who[-REMEMBERED:], axis=0) - face.descriptor))

    def match(self, face: Face, frame: int) -> Match:
        box = self.foreseen(frame)
        size = max(1.0, (box.size + face.box.size) / 2)
        far = float(np.hypot(*np.subtract(face.box.middle, box.middle))) / size
        grown = abs(math.log(max(face.box.size, 1.0) / max(box.size, 1.0)))
        return Match(far, grown, frame - self.last, self.apart(face))


def _agreed(match: Match, rules: Rules) -> float:
    """The cost of a match that motion and identity agree on; IMPOSSIBLE if they do not."""
    if match.far > rules.max_jump * min(match.passed, 6) + 0.25 or match.grown > 0.7:
        return IMPOSSIBLE
    if match.apart is None:
        return IMPOSSIBLE if match.passed > 3 and match.far > 1.0 else match.cost
    return match.cost if match.apart <= rules.max_distance else IMPOSSIBLE


def _doubtful(match: Match) -> float:
    """The cost of a match that only motion speaks for; IMPOSSIBLE if it does not do so clearly."""
    near = match.far <= NEAR and match.grown <= 0.3 and match.passed <= 2
    return match.cost if near else IMPOSSIBLE


def tracked(frames: Iterable[tuple[int, Faces]], cuts: Cuts, rules: Rules) -> list[Track]:
    """The tracks of a shot, the longest first; of equally long ones that begin together the left one.

    So names do not hang on how sure a detector was. A cut ends all tracks; who is the same goes on under one name.
    """
    going: list[Sights] = []
    ended: list[Sights] = []
    before: int | None = None
    shots: list[list[int]] = [[]]
    for frame, faces in frames:
        if before is not None and cuts.between(before, frame):
            ended += going
            going = []
            shots.append([])
        shots[-1].append(frame)
        before = frame
        stale = [track for track in going if frame - track.last > rules.gap + 1]
        ended += stale
        going = [track for track in going if track not in stale]
        going += _go_on(going, ended, frame, faces.faces, rules)
        going += [other for track in going if (other := _another(track, rules)) is not None]
    people = _same_people([*ended, *going], rules)
    people = [track for track in people if len(track.faces) >= min(rules.shortest, _room(track, shots))]
    people.sort(key=lambda track: (-len(track.faces), track.first, track.faces[track.first].box.x0))
    return [
        filled(Track(f"face{number}", MappingProxyType(dict(sorted(track.faces.items())))), cuts, rules.gap)
        for number, track in enumerate(people, 1)
    ]


def _room(track: Sights, shots: list[list[int]]) -> int:
    """On how many frames it could have been seen: those of the shots that show it. No error for want of frames."""
    return sum(len(shot) for shot in shots if not track.faces.keys().isdisjoint(shot))


def _go_on(going: list[Sights], ended: list[Sights], frame: int, faces: Sequence[Face], rules: Rules) -> list[Sights]:
    """Give each face of a frame to the track that it belongs to; those that are left begin new ones."""
    matches = [[track.match(face, frame) for face in faces] for track in going]
    sure = _assigned([[_agreed(match, rules) for match in row] for row in matches])
    for row, column in sure:
        going[row].add(frame, faces[column])
    tracks = [row for row in range(len(going)) if all(row != each for each, _ in sure)]
    left = [column for column in range(len(faces)) if all(column != each for _, each in sure)]
    # Somebody who is known and stands where another should be is not that other, badly seen.
    strange = [column for column in left if not _known(faces[column], [*going, *ended], rules)]
    maybe = _assigned([[_doubtful(matches[row][column]) for column in strange] for row in tracks])
    for row, number in maybe:
        going[tracks[row]].doubt(frame, faces[strange[number]])
    taken = {strange[number] for _, number in maybe}
    fresh: list[Sights] = []
    for column in left:
        if column not in taken:
            fresh.append(Sights())
            fresh[-1].add(frame, faces[column])
    return fresh


def _assigned(costs: list[list[float]]) -> list[tuple[int, int]]:
    """Rows and columns paired at the least cost for all together."""
    from scipy.optimize import linear_sum_assignment

    table = np.array(costs, np.float64)
    if not table.size:
        return []
    pairs = zip(*linear_sum_assignment(table), strict=True)
    return [(int(row), int(column)) for row, column in pairs if table[row, column] < IMPOSSIBLE]


def _known(face: Face, tracks: Iterable[Sights], rules: Rules) -> bool:
    """True if a face looks like somebody who was seen before."""
    return any((apart := track.apart(face)) is not None and apart <= rules.max_distance for track in tracks)


def _another(track: Sights, rules: Rules) -> Sights | None:
    """The frames that were in doubt, as another person's, once there are enough of them that look alike."""
    if len(track.doubts) < DOUBTS:
        return None
    looks = [face.descriptor for frame in track.doubts if (face := track.faces[frame]).descriptor is not None]
    middle = np.mean(looks, axis=0)
    if np.mean([np.linalg.norm(look - middle) for look in looks]) > 0.75 * rules.max_distance:
        track.doubts.clear()  # they look like nobody: badly seen
        return None
    other = Sights()
    for frame in track.doubts:
        other.add(frame, track.faces.pop(frame))
    track.doubts.clear()
    return other


def _same_people(tracks: list[Sights], rules: Rules) -> list[Sights]:
    """Tracks of one person that were broken, by a cut or for longer than a gap, as one; the most alike first."""
    people = sorted(tracks, key=lambda each: each.first)
    known = [track for track in people if track.who]
    while len(known) > 1:
        means = np.stack([np.mean(person.who, axis=0) for person in known])
        apart = np.linalg.norm(means[:, None] - means[None], axis=2)
        apart[np.tril_indices(len(known))] = np.inf
        for one, other in zip(*np.unravel_index(np.argsort(apart, axis=None), apart.shape), strict=True):
            if not apart[one, other] < 0.75 * rules.max_distance:
                return people
            if known[one].faces.keys().isdisjoint(known[other].faces):
                known[one].faces.update(known[other].faces)
                known[one].who += known[other].who
                people.remove(known[other])
                del known[other]
                break
        else:
            return people
    return people
