"""Photographs of a person: cut to the face, the odd ones told, and a choice that shows the head from all sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nodegraph.data.faces import Face, Rect
from nodegraph.data.identity import Photo
from nodegraph.data.image import frozen

AROUND = 0.9  # of the face's size: what is kept beside it, for foreheads and hair
SAME = 0.6  # distance of two descriptors of the same person, as dlib counts
STRANGE = 0.65  # from the person in the middle of all: somebody else


def cut(photo: Photo, size: int) -> Photo:
    """The face and what is around it, no larger than `size`."""
    import cv2

    around = Rect.around(photo.points)
    more = AROUND * around.size
    height, width = photo.pixels.shape[:2]
    x0, y0 = max(0, int(around.x0 - more)), max(0, int(around.y0 - more))
    x1, y1 = min(width, int(around.x1 + more) + 1), min(height, int(around.y1 + more) + 1)
    part: Any = photo.pixels[y0:y1, x0:x1]
    scale = min(1.0, size / max(1.0, around.size))
    if scale < 1:
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    factor = np.array([part.shape[1] / (x1 - x0), part.shape[0] / (y1 - y0)])
    return Photo(photo.name, frozen(np.ascontiguousarray(part)), _moved(photo.face, (x0, y0), factor))


def _moved(face: Face, corner: tuple[int, int], factor: np.ndarray) -> Face:
    points = (face.points - np.array(corner)) * factor if face.points is not None else None
    box = face.box
    placed = Rect(
        float((box.x0 - corner[0]) * factor[0]),
        float((box.y0 - corner[1]) * factor[1]),
        float((box.x1 - corner[0]) * factor[0]),
        float((box.y1 - corner[1]) * factor[1]),
    )
    return replace(face, points=points, box=placed)


def odd_ones(photos: Sequence[Photo]) -> list[int]:
    """Which photographs show somebody else than most do."""
    told = {k: each for k, photo in enumerate(photos) if (each := photo.face.descriptor) is not None}
    if len(told) < 3:
        return []
    known, descriptors = list(told), np.stack(list(told.values()))
    apart = np.linalg.norm(descriptors[:, None] - descriptors[None], axis=2)
    middle = int(np.argmin(np.median(apart, axis=1)))
    return [known[k] for k in np.flatnonzero(apart[middle] > STRANGE)]


def chosen(photos: Sequence[Photo], most: int) -> list[Photo]:
    """So many of them that show the head turned in as many ways as can be: the most frontal, then the farthest."""
    if len(photos) <= most:
        return list(photos)
    ways = np.array([_way(photo) for photo in photos])
    kept = [int(np.argmin(np.abs(ways[:, :2]).sum(axis=1)))]
    nearest = np.linalg.norm(ways - ways[kept[0]], axis=1)
    while len(kept) < most:
        kept.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, np.linalg.norm(ways - ways[kept[-1]], axis=1))
    return [photos[k] for k in sorted(kept)]


def _way(photo: Photo) -> tuple[float, ...]:
    """How the head is turned in degrees, and how far mouth and eyes are open, of like weight."""
    pose = photo.face.pose
    return pose.yaw, pose.pitch, 0.3 * pose.roll, 40 * photo.face.mouth, 40 * photo.face.eyes
