"""A face made of ellipses, with all 68 landmarks, that blinks, talks and moves as it is told."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Format
from nodegraph.data.faces import Face, Rect
from nodegraph.data.tracks import Cuts, Track, Tracks

FORMAT = Format(640, 360)


def face_points(
    x: float = 300.0, y: float = 180.0, size: float = 100.0, roll: float = 0.0, lids: float = 1.0, mouth: float = 0.0
) -> NDArray[np.float64]:
    """Landmarks of an upright face about 1 wide, moved, sized and turned; `lids` open 0 to 1, `mouth` apart 0 to 1."""

    def bow(start: float, end: float, count: int, middle: tuple[float, float], radii: tuple[float, float]) -> list:
        angles = np.radians(np.linspace(start, end, count))
        return [(middle[0] + radii[0] * np.cos(a), middle[1] + radii[1] * np.sin(a)) for a in angles]

    points: list[tuple[float, float]] = bow(180, 0, 17, (0, -0.05), (0.5, 0.6))
    points += bow(220, 320, 5, (-0.22, -0.12), (0.14, 0.12)) + bow(220, 320, 5, (0.22, -0.12), (0.14, 0.12))
    points += [(0, -0.15 + 0.08 * k) for k in range(4)] + bow(160, 20, 5, (0, 0.12), (0.09, 0.04))
    high = 0.045 * lids
    for middle in (-0.22, 0.22):
        points += [(middle - 0.09, -0.12), (middle - 0.03, -0.12 - high), (middle + 0.03, -0.12 - high)]
        points += [(middle + 0.09, -0.12), (middle + 0.03, -0.12 + high), (middle - 0.03, -0.12 + high)]
    drop = 0.14 * mouth
    points += bow(180, 360, 7, (0, 0.3), (0.17, 0.05)) + bow(30, 150, 5, (0, 0.3 + drop), (0.17, 0.06))
    points += bow(180, 360, 5, (0, 0.3), (0.12, 0.012)) + bow(45, 135, 3, (0, 0.3 + drop), (0.12, 0.015))
    upright = np.array(points) * size
    c, s = np.cos(roll), np.sin(roll)
    return upright @ np.array([[c, s], [-s, c]]) + (x, y)


def tracks_of(points: Sequence[NDArray[np.float64]] | NDArray[np.float64], first: int = 1, **changes: object) -> Tracks:
    """A shot with one track of these landmarks."""
    faces = {
        first + k: Face(Rect.around(each), 1.0, np.asarray(each, np.float64), 1.0) for k, each in enumerate(points)
    }
    track = Track("face1", MappingProxyType(faces), frozenset(changes.get("keys", ())))  # type: ignore[arg-type]
    return Tracks(FORMAT, (track,), Cuts(tuple(changes.get("cuts", ()))))  # type: ignore[arg-type]


def stacked(tracks: Tracks) -> NDArray[np.float64]:
    """The landmarks of its one track over time."""
    faces = tracks.tracks[0].faces
    return np.stack([faces[frame].points for frame in sorted(faces)])  # type: ignore[misc]
