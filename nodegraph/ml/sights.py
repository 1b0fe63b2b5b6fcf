"""What a detector saw: boxes, scores and perhaps five points, and each face of it once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


class Sights(NamedTuple):
    """Candidates: boxes N x 4 (left, top, right, bottom), scores N, perhaps eyes, nose and mouth N x 5 x 2.

    Coordinates are those of the picture that was looked at, between its pixels.
    """

    boxes: Reals
    scores: Reals
    points: Reals | None = None

    @classmethod
    def none(cls) -> Self:
        return cls(np.zeros((0, 4)), np.zeros(0))

    @classmethod
    def together(cls, parts: Sequence[Sights]) -> Self:
        """Several lists as one; points only if all have them."""
        if not parts:
            return cls.none()
        points = [part.points for part in parts if part.points is not None]
        return cls(
            np.concatenate([part.boxes for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate(points) if len(points) == len(parts) else None,
        )

    def some(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> Sights:
        return Sights(self.boxes[which], self.scores[which], None if self.points is None else self.points[which])

    def at_least(self, score: float) -> Sights:
        """The sure ones, without what no picture can hold: boxes without area or of no numbers."""
        boxes = self.boxes
        real = np.isfinite(boxes).all(axis=1) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        return self.some(real & (self.scores >= score))

    def placed(self, scale: float, x: float = 0.0, y: float = 0.0) -> Sights:
        """Seen at a scale in a picture that begins at x, y: where it lies in the whole."""
        shift = np.array([x, y])
        points = None if self.points is None else self.points / scale + shift
        return Sights(self.boxes / scale + np.tile(shift, 2), self.scores, points)

    def once(self, overlap: float = 0.4) -> Sights:
        """Each face once: the surest box, and none that overlaps it by more than so much (non-maximum suppression)."""
        order = np.argsort(-self.scores, kind="stable")
        kept: list[int] = []
        while order.size:
            best, rest = int(order[0]), order[1:]
            kept.append(best)
            order = rest[overlaps(self.boxes[best], self.boxes[rest]) <= overlap]
        return self.some(np.array(kept, np.intp))


def overlaps(box: Reals, boxes: Reals) -> Reals:
    """Shared area over joined area of a box with others."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return np.asarray(shared / np.maximum((box[2:] - box[:2]).prod() + areas - shared, 1e-9), np.float64)
