"""Faces on a wire: where they are in a picture, their landmarks, how they are turned and who they are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Format, believed

Points = NDArray[np.float64]  # rows of x, y in plate pixels, y down; a pixel's middle is at one half

COUNT = 68
# The one internal set of landmarks: iBUG's 68, counted from 0.
JAW = slice(0, 17)
BROWS = slice(17, 27)
NOSE = slice(27, 36)
RIGHT_EYE = slice(36, 42)  # the subject's right: on the left of the picture
LEFT_EYE = slice(42, 48)
OUTER_LIPS = slice(48, 60)
INNER_LIPS = slice(60, 68)
MIRROR = (
    *range(16, -1, -1),
    *range(26, 16, -1),
    *range(27, 31),
    *range(35, 30, -1),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
)


class Rect(NamedTuple):
    """A rectangle between pixels."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return max(0.0, self.x1 - self.x0)

    @property
    def height(self) -> float:
        return max(0.0, self.y1 - self.y0)

    @property
    def size(self) -> float:
        """The longer side."""
        return max(self.width, self.height)

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def overlap(self, other: Rect) -> float:
        """Shared area over joined area, 0 to 1."""
        across = min(self.x1, other.x1) - max(self.x0, other.x0)
        down = min(self.y1, other.y1) - max(self.y0, other.y0)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.width * self.height + other.width * other.height - shared)

    def grown(self, by: float) -> Rect:
        """Larger on every side, by a share of its size."""
        more = by * self.size
        return Rect(self.x0 - more, self.y0 - more, self.x1 + more, self.y1 + more)

    @classmethod
    def around(cls, points: Points) -> Self:
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        return cls(float(x0), float(y0), float(x1), float(y1))


class Pose(NamedTuple):
    """How a head is turned, in degrees: up, to the subject's left, clockwise as the camera sees it."""

    pitch: float = 0.0
    yaw: float = 0.0
    roll: float = 0.0


FRONTAL = Pose()


@dataclass(frozen=True, eq=False)
class Face:
    """One face: its box, how sure the detector was, and what was found out about it since."""

    box: Rect
    score: float = 1.0
    points: Points | None = None  # the 68 landmarks
    confidence: float = 0.0  # in the landmarks, 0 to 1
    pose: Pose = FRONTAL
    descriptor: NDArray[np.float64] | None = None  # who it is: 128 numbers, near for the same person
    angle: float = 0.0  # the picture had to be turned by this to find it

    def five(self) -> Points:
        """The five points that templates are made of: eyes, nose, corners of the mouth."""
        if self.points is None:
            raise ValueError("this face has no landmarks")
        return five_of(self.points)

    @property
    def mouth(self) -> float:
        """How far the lips are apart, as a share of the mouth's width."""
        if self.points is None:
            return 0.0
        lips = self.points[INNER_LIPS]
        gap = np.linalg.norm(lips[[1, 2, 3]] - lips[[7, 6, 5]], axis=1).mean()
        return float(gap / max(1e-6, np.linalg.norm(self.points[54] - self.points[48])))

    @property
    def eyes(self) -> float:
        """How far the lids are apart, as a share of the eyes' width."""
        if self.points is None:
            return 0.0
        open_ = 0.0
        for eye in (self.points[RIGHT_EYE], self.points[LEFT_EYE]):
            gap = np.linalg.norm(eye[[1, 2]] - eye[[5, 4]], axis=1).mean()
            open_ += gap / max(1e-6, np.linalg.norm(eye[3] - eye[0]))
        return float(open_ / 2)

    def to_json(self) -> Any:
        """To the last digit: a render that finds a face on the disk makes what one makes that found it itself."""
        saved: dict[str, Any] = {"box": [float(value) for value in self.box], "score": float(self.score)}
        if self.points is not None:
            saved["points"] = self.points.tolist()
        if self.points is not None or self.confidence:
            saved["confidence"] = float(self.confidence)
        if self.points is not None or self.pose != FRONTAL:
            saved["pose"] = [float(value) for value in self.pose]
        if self.descriptor is not None:
            saved["descriptor"] = self.descriptor.tolist()
        if self.angle:
            saved["angle"] = self.angle
        return saved

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        points = numbers(saved["points"], (-1, 2)) if "points" in saved else None
        if points is not None and len(points) != COUNT:
            raise ValueError(f"{len(points)} landmarks, not {COUNT}")
        box = tuple(float(value) for value in saved["box"])
        if len(box) != 4 or not all(map(math.isfinite, box)):
            raise ValueError(f"no box: {saved['box']}")
        return cls(
            Rect(*box),
            float(saved.get("score", 1.0)),
            points,
            float(saved.get("confidence", 0.0)),
            Pose(*(float(value) for value in saved.get("pose", ()))),
            numbers(saved["descriptor"], (-1,)) if "descriptor" in saved else None,
            float(saved.get("angle", 0.0)),
        )

    def moved(self, points: Points) -> Face:
        """This face with its landmarks elsewhere, and its box gone along."""
        if self.points is None:
            return replace(self, points=points)
        old, new = self.points.mean(axis=0), points.mean(axis=0)
        spread = float(np.sqrt(((points - new) ** 2).sum() / max(1e-9, ((self.points - old) ** 2).sum())))
        (x, y), half = self.box.middle, (self.box.width / 2 * spread, self.box.height / 2 * spread)
        x, y = new[0] + (x - old[0]) * spread, new[1] + (y - old[1]) * spread
        box = Rect(float(x - half[0]), float(y - half[1]), float(x + half[0]), float(y + half[1]))
        return replace(self, points=points, box=box)


@dataclass(frozen=True, eq=False)
class Faces:
    """The faces of one frame, the surest first, and the format they were found in."""

    format: Format
    faces: tuple[Face, ...] = ()

    def __iter__(self) -> Iterator[Face]:
        return iter(self.faces)

    def __len__(self) -> int:
        return len(self.faces)

    def to_json(self) -> Any:
        return {"format": list(self.format), "faces": [face.to_json() for face in self.faces]}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Self:
        width, height, aspect = saved["format"]
        return cls(
            Format(int(width), int(height), believed(float(aspect))),
            tuple(Face.from_json(each) for each in saved["faces"]),
        )


FIVE_NAMES = ("right_eye", "left_eye", "nose", "mouth_right", "mouth_left")  # right and left as the subject has them


def five_of(points: Points) -> Points:
    """Eyes, nose and corners of the mouth of the 68. Eyes by their corners: a blink must not move what is fitted."""
    return np.stack([points[[36, 39]].mean(axis=0), points[[42, 45]].mean(axis=0), points[30], points[48], points[54]])


def numbers(saved: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """An array of finite numbers from a file."""
    array = np.asarray(saved, np.float64).reshape(shape)
    if not np.isfinite(array).all():
        raise ValueError("a number that is none")
    array.flags.writeable = False
    return array
