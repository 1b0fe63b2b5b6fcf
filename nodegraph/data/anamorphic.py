"""Anamorphic plates: their pixels are wider than high (or higher than wide), and faces on them are squeezed.

All that leaves a node is in pixels of the plate. Whoever measures distances, angles or shapes takes faces to square
pixels first and brings back what became of them. Where pixels are square nothing is touched, nor copied.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box, Format
from nodegraph.data.corrections import Key
from nodegraph.data.faces import Face, Faces, Points, Rect
from nodegraph.data.tracks import Track, Tracks


@dataclass(frozen=True)
class Stretch:
    """How much wider everything becomes, and the format it is in then. Make it by `square` or `squeezed`."""

    by: float
    form: Format

    @classmethod
    def square(cls, plate: Format) -> Stretch:
        """From the plate's pixels to square ones, as many lines high."""
        aspect = plate.pixel_aspect
        return cls(aspect, Format(max(1, round(plate.width * aspect)), plate.height))

    @classmethod
    def squeezed(cls, plate: Format) -> Stretch:
        """The way back."""
        return cls(1 / plate.pixel_aspect, plate)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """3 x 3, for places from here to there."""
        return np.diag([self.by, 1.0, 1.0])

    def points(self, points: Points) -> Points:
        """Places, rows of x, y; ways from place to place as well."""
        return points if self.by == 1 else np.asarray(points * (self.by, 1.0), np.float64)

    def rect(self, rect: Rect) -> Rect:
        return rect if self.by == 1 else Rect(rect.x0 * self.by, rect.y0, rect.x1 * self.by, rect.y1)

    def box(self, box: Box) -> Box:
        """The pixels that a rectangle touches."""
        if self.by == 1 or box.empty:
            return box
        return Box(math.floor(box.x0 * self.by + 1e-6), box.y0, math.ceil(box.x1 * self.by - 1e-6), box.y1)

    def face(self, face: Face) -> Face:
        if self.by == 1:
            return face
        points = None if face.points is None else self.points(face.points)
        return replace(face, box=self.rect(face.box), points=points)

    def faces(self, faces: Faces) -> Faces:
        if self.by == 1:
            return faces
        return Faces(self.form, tuple(self.face(each) for each in faces))

    def track(self, track: Track) -> Track:
        if self.by == 1:
            return track
        return track.with_faces({frame: self.face(face) for frame, face in track.faces.items()})

    def tracks(self, tracks: Tracks) -> Tracks:
        if self.by == 1:
            return tracks
        return replace(tracks, format=self.form, tracks=tuple(self.track(each) for each in tracks))

    def by_frame(self, places: Mapping[int, Points]) -> Mapping[int, Points]:
        """Places by frame, as a corner pin has them."""
        return {frame: self.points(each) for frame, each in places.items()}

    def key(self, key: Key) -> Key:
        """A correction by hand."""
        if self.by == 1:
            return key
        return key._replace(
            move=(key.move[0] * self.by, key.move[1]),
            offsets=tuple((number, x * self.by, y) for number, x, y in key.offsets),
            points=tuple((x * self.by, y) for x, y in key.points),
        )
