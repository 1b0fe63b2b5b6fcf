"""Laying a face into its crop: the turn, size and shift that bring its points closest to where a template has them.

Umeyama 1991 (least squares); Procrustes (sizes compared by their spread, then turned); RANSAC (Fischler and Bolles
1981, by OpenCV), for points of which some are wrong.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.crop import Matrix, moved
from nodegraph.data.faces import Points
from nodegraph.data.tracks import Track
from nodegraph.ops.smooth_tracks import STILL, motion_of

Reals = NDArray[np.float64]
ENOUGH = 200  # frames that tell what somebody's face is like on average
MAX_ERROR = 0.02  # of the crop's size: farther off, a point is wrong for RANSAC


class Estimator(Enum):
    """How the face is laid onto its template."""

    UMEYAMA = "Umeyama"
    PROCRUSTES = "Procrustes"
    RANSAC = "RANSAC"


def similarity(points: Points, target: Points, estimator: Estimator, size: float = 1.0) -> Matrix:
    """The 3x3 matrix of shift, turn and even size that takes points onto a target of a given size."""
    match estimator:
        case Estimator.UMEYAMA:
            return _fitted(points, target, least_squares=True)
        case Estimator.PROCRUSTES:
            return _fitted(points, target, least_squares=False)
        case Estimator.RANSAC:
            return _ransac(points, target, size)


def _fitted(points: Points, target: Points, *, least_squares: bool) -> Matrix:
    here, there = points.mean(axis=0), target.mean(axis=0)
    a, b = points - here, target - there
    spread = (a**2).sum()
    if spread < 1e-12:
        raise ValueError("the points lie on one spot")
    cos, sin = (a * b).sum(), (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()
    size = np.hypot(cos, sin) / spread if least_squares else np.sqrt((b**2).sum() / spread)
    turn = np.arctan2(sin, cos)
    linear = size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return _matrix(linear, there - linear @ here)


def _ransac(points: Points, target: Points, size: float) -> Matrix:
    import cv2

    cv2.setRNGSeed(0)  # the same points give the same crop, in every render
    answer: Any = cv2.estimateAffinePartial2D(
        points, target, method=cv2.RANSAC, ransacReprojThreshold=MAX_ERROR * size, maxIters=2000, confidence=0.999
    )
    found = answer[0]
    if found is None:  # no two points agree
        return _fitted(points, target, least_squares=True)
    return _matrix(found[:, :2], found[:, 2])


def _matrix(linear: Reals, shift: Reals) -> Matrix:
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = linear, shift
    return matrix


class HeadFrame:
    """A track's own mean face: how the head is placed, told by what lids, lips and jaw do not move.

    Five points tremble and nod with every word; the bridge of the nose, its wings and the corners of the eyes do not.
    With `stretch` both are in square pixels, though the track is in the plate's.
    """

    def __init__(self, track: Track, stretch: Stretch | None = None) -> None:
        known = [face.points for face in track.faces.values() if face.points is not None]
        known = known[:: max(1, len(known) // ENOUGH)]
        known = known if stretch is None else [stretch.points(each) for each in known]
        mean = motion_of(np.stack(known)).shape.mean(axis=0) if known else np.zeros((68, 2))
        self.mean: Points = mean

    def steady(self, points: Points) -> Points:
        """The mean face where the head is on this frame."""
        return moved(self.mean, _fitted(self.mean[list(STILL)], points[list(STILL)], least_squares=True))


def adjusted(matrix: Matrix, size: float, offset: tuple[float, float], scale: float, rotation: float) -> Matrix:
    """The matrix of a crop whose face is moved (in sizes of the crop), enlarged and turned (degrees) within it."""
    angle = np.radians(rotation)
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([size / 2, size / 2])
    return _matrix(linear, middle - linear @ middle + size * np.asarray(offset)) @ matrix
