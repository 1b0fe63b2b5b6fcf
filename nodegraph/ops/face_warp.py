"""A face from a photograph, bent into the place, the expression and the light of another: no training, no network.

The bend is a thin-plate spline through landmarks (Bookstein 1989). The expression is the plate's: how far lids and
lips are open. Where the features sit and how large they are is the photograph's, as far as both look the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.buffers import empty
from nodegraph.data.crop import moved
from nodegraph.data.faces import Points, Pose
from nodegraph.data.image import Pixels, frozen
from nodegraph.data.threads import split_rows
from nodegraph.ops.align import Estimator, similarity
from nodegraph.ops.smooth_tracks import STILL

Reals = NDArray[np.float64]

GRID = 48  # cells of the crop across which the bend is a straight line
STIFF = 2e-3  # how much smoother than its points the bend may be
TURNED = 22.0  # degrees between two heads from which features say little of where the other's are
FOREHEAD = 0.75  # how far above the brows it goes, in lengths of the nose


class Group(NamedTuple):
    """Features that move together, and the two points whose distance is their size (none: it changes as one speaks)."""

    points: tuple[int, ...]
    size: tuple[int, int] | None


GROUPS = (
    Group((*range(36, 42), *range(17, 22)), (36, 39)),
    Group((*range(42, 48), *range(22, 27)), (42, 45)),
    Group(tuple(range(27, 36)), (31, 35)),
    Group(tuple(range(48, 68)), None),
)


def wanted(target: Points, source: Points, likeness: float) -> Points:
    """Where the new face has its points: the plate's expression on the photograph's features.

    `likeness` 0 leaves all where the plate has it. The line of the jaw is always the plate's.
    """
    still = list(STILL)
    source = moved(source, similarity(source[still], target[still], Estimator.UMEYAMA))
    result = target.copy()
    for group in GROUPS:
        index = list(group.points)
        here, there = target[index].mean(axis=0), source[index].mean(axis=0)
        grown = 1.0
        if group.size is not None:
            a, b = group.size
            grown = apart(source[b], source[a]) / max(1e-6, apart(target[b], target[a]))
            grown = float(np.clip(grown, 0.7, 1.4)) ** likeness
        result[index] = here + likeness * (there - here) + grown * (target[index] - here)
    return result


def apart(one: Reals, other: Reals) -> float:
    """The distance of two places."""
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def alike(one: Pose, other: Pose) -> float:
    """How much two heads look the same way, 0 to 1."""
    return float(np.exp(-(((one.yaw - other.yaw) / TURNED) ** 2) - ((one.pitch - other.pitch) / TURNED) ** 2))


def with_forehead(points: Points) -> Points:
    """The landmarks and seven points along the hair, as far above brows and temples as the nose is long."""
    up = (points[27] - points[33]) * FOREHEAD
    brows = points[[17, 19, 21, 22, 24, 26]] + up
    return np.concatenate([points, brows, (points[[21, 22]].mean(axis=0) + 1.1 * up)[None]])


class Spline:
    """A thin-plate spline from places to places, stiff enough not to follow the tremble of single points."""

    def __init__(self, here: Points, there: Points, stiff: float = STIFF) -> None:
        self.middle: Points = here.mean(axis=0)
        self.scale = float(np.sqrt(((here - self.middle) ** 2).sum(axis=1).mean()))
        self.knots: Points = (here - self.middle) / self.scale
        count = len(here)
        system = np.zeros((count + 3, count + 3))
        system[:count, :count] = _bend(self.knots, self.knots) + stiff * np.eye(count)
        system[:count, count:] = np.column_stack([np.ones(count), self.knots])
        system[count:, :count] = system[:count, count:].T
        right: Reals = np.zeros((count + 3, 2))
        right[:count] = there
        self.weights: Reals = np.asarray(np.linalg.solve(system, right), np.float64)

    def __call__(self, places: Points) -> Points:
        at: Points = (places - self.middle) / self.scale
        count = len(self.knots)
        result: Points = (
            _bend(at, self.knots) @ self.weights[:count]
            + np.column_stack([np.ones(len(at)), at]) @ self.weights[count:]
        )
        return result


def _bend(one: Points, other: Points) -> Reals:
    """r² log r between all pairs."""
    across, down = one[:, :1] - other[:, 0], one[:, 1:] - other[:, 1]
    square: Reals = across * across
    square += np.multiply(down, down, out=down)
    bent = np.log(np.maximum(square, 1e-12, out=across), out=across)
    bent *= square
    bent *= 0.5
    return bent


class Grid(NamedTuple):
    """Where a coarse grid of a crop is found, and between which of its lines each pixel lies, by which shares."""

    coarse: Pixels
    line: NDArray[np.int64]
    share: Pixels


def grid(bend: Callable[[Points], Points], size: int) -> Grid:
    """A coarse grid of a crop through a bend."""
    steps = np.linspace(0, size, GRID + 1)
    every = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    coarse = bend(every).reshape(GRID + 1, GRID + 1, 2).astype(np.float32)
    at = (np.arange(size) + 0.5) * GRID / size
    line = np.floor(at).astype(np.int64)
    share = np.stack([_keys(np.abs(at - line - k)) for k in range(-1, 3)], axis=1).astype(np.float32)
    return Grid(coarse, line, share)


def places(bend: Callable[[Points], Points], size: int) -> Pixels:
    """Where every pixel of a crop is found: rows x columns x (x, y), made of a coarse grid."""
    from nodegraph.ops.face_warp_kernels import spread

    found, result = grid(bend, size), np.empty((size, size, 2), np.float32)
    split_rows(lambda first, end: spread(*found, result, first, end), size, result.nbytes)
    return result


def _keys(far: Reals) -> Reals:
    """The share of a line that is so many lines away (Keys 1981): what is bent evenly goes through as it is."""
    near = (1.5 * far - 2.5) * far**2 + 1
    result: Reals = np.where(far < 1, near, ((2.5 - 0.5 * far) * far - 4) * far + 2)
    return result


def bent(photo: Pixels, points: Points, onto: Points, size: int) -> Pixels:
    """A photograph with its landmarks brought onto others in a square crop."""
    import cv2

    spline = Spline(with_forehead(onto), with_forehead(points))
    # Where the crop is smaller than the photograph, fine detail is averaged before, not skipped.
    scale = float(np.sqrt(np.ptp(onto, axis=0).prod() / max(1e-6, np.ptp(points, axis=0).prod())))
    small, factor = photo, np.ones(2)
    if scale < 0.75:
        small = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)
        factor = np.array([small.shape[1] / photo.shape[1], small.shape[0] / photo.shape[0]])
    # OpenCV counts from the middle of the first pixel, and takes x and y together if there is nothing else.
    where = places(lambda at: spline(at) * factor - 0.5, size)
    found = cv2.remap(small, where, np.empty(0, np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return frozen(np.asarray(found, np.float32))


def carried(picture: Pixels, points: Points, onto: Points, wanted: Pixels) -> Pixels:
    """A crop's own features brought onto other places, where they are wanted; anything elsewhere.

    An eye's glint is brighter than white and no larger than a pixel: what OpenCV's cubic overshoots beside it is black.
    """
    from nodegraph.ops.face_warp_kernels import carried as kernel

    where = grid(Spline(with_forehead(onto), with_forehead(points)), len(picture))
    picture = np.ascontiguousarray(picture)
    result: Pixels = empty(picture.shape)
    split_rows(lambda first, end: kernel(picture, *where, wanted, result, first, end), len(picture), result.nbytes)
    return result
