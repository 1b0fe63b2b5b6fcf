"""The shapes that landmarks span, as coverage with exact edges: hull, pieces, box, ellipse, eyes, lips and the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.faces import BROWS, INNER_LIPS, LEFT_EYE, NOSE, OUTER_LIPS, RIGHT_EYE, Points, Rect
from nodegraph.data.image import Pixels
from nodegraph.ops.outline import coverage

LINES = 16  # lines by which a row of pixels is covered where shapes are joined; along a line it is exact
# Eight convex pieces that make a face up without bridging its hollows (faceswap's `components`).
PIECES: tuple[tuple[int, ...], ...] = (
    (*range(9), 17),  # the subject's right side of the jaw
    (*range(8, 17), 26),
    (17, 18, 19, 8),  # cheeks
    (24, 25, 26, 8),
    (19, 20, 21, 22, 23, 24, 8),  # the ridge of the nose, up to the brows
    (*range(17, 22), 27, *range(31, 36), 8),  # eyes
    (*range(22, 27), 27, *range(31, 36), 8),
    (*range(27, 31), *range(31, 36)),  # nose
)
UPPER = (0, 1, 2, *range(31, 36), 14, 15, 16, *range(17, 27))
LOWER = (*range(3, 14), *range(31, 36))
FOREHEAD = 2.0  # by how much brows are raised unless it is said: a soft edge then ends above them
CRUMB = 1e-6  # coverage below which it is only what running sums leave
OPEN = (0.03, 0.10)  # lips this far apart, of the mouth's width: shut, and surely open


def face_size(points: Points) -> float:
    """What the per cent of erode and feather are of: the longer side of the box around the landmarks."""
    return Rect.around(points).size


def raised(points: Points, amount: float) -> Points:
    """The landmarks with the brows raised towards the forehead.

    At 1 each brow point rises by half of how far it lies above the line of the eye below it, as in DeepFaceLab.
    """
    new = points.copy()
    temples = ((points[36] + points[0]) / 2 + points[36]) / 2, ((points[45] + points[16]) / 2 + points[45]) / 2
    below = np.concatenate([temples[0][None], points[36:40], points[42:46], temples[1][None]])
    new[BROWS] += amount * 0.5 * (points[BROWS] - below)
    return new


def hull_of(points: Points) -> Points:
    """The corners of the convex hull, in order (Andrew's monotone chain)."""
    rows = sorted({(float(x), float(y)) for x, y in points})
    if len(rows) < 3:
        return np.array(rows, np.float64).reshape(-1, 2)

    def chain(ordered: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for x, y in ordered:
            while len(kept) > 1:
                (ax, ay), (bx, by) = kept[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                kept.pop()
            kept.append((x, y))
        return kept[:-1]

    return np.array(chain(rows) + chain(rows[::-1]), np.float64)


def hull(points: Points, size: int, forehead: float = 0.0) -> Pixels:
    """The convex hull of the landmarks, in a crop of some size."""
    return filled(hull_of(raised(points, forehead)), size)


def pieces(points: Points, size: int, forehead: float = 0.0) -> Pixels:
    """The eight pieces of a face."""
    lifted = raised(points, forehead)
    return joined_hulls([hull_of(lifted[list(piece)]) for piece in PIECES], size)


def upper(points: Points, size: int, forehead: float = 0.0) -> Pixels:
    """From the nose up."""
    return filled(hull_of(raised(points, forehead)[list(UPPER)]), size)


def lower(points: Points, size: int, forehead: float = 0.0) -> Pixels:
    """From the nose down."""
    del forehead
    return filled(hull_of(points[list(LOWER)]), size)


def box(points: Points, size: int, forehead: float = 0.0) -> Pixels:
    """The upright box around the landmarks."""
    x0, y0, x1, y1 = Rect.around(raised(points, forehead))
    return filled(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]), size)


def ellipse(points: Points, size: int, forehead: float = 0.0) -> Pixels:
    """The ellipse in that box."""
    around = Rect.around(raised(points, forehead))
    turn = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    unit = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return filled(np.array(around.middle) + unit * (around.width / 2, around.height / 2), size)


def filled(outline: Points, size: int) -> Pixels:
    """What lies inside an outline."""
    return coverage(outline, Box(0, 0, size, size), CRUMB)


def _clean(matte: Pixels) -> Pixels:
    """Without the crumbs that running sums leave."""
    return np.where(matte < np.float32(CRUMB), np.float32(0), matte)


def joined_hulls(hulls: Sequence[Points], size: int) -> Pixels:
    """What lies in any of some convex outlines, without seams where they meet."""
    y = (np.arange(size * LINES) + 0.5) / LINES
    spans = np.stack([_span(each, y) for each in hulls])
    spans = np.take_along_axis(spans, np.argsort(spans[:, :, 0], axis=0)[:, :, None], axis=0)
    sums = np.zeros((size, size + 2), np.float64)
    reach = np.full(len(y), -np.inf)
    for left, right in np.moveaxis(spans, 2, 1):
        start = np.maximum(left, reach)
        some = right > start
        _add_steps(sums, y[some], start[some], 1.0 / LINES)
        _add_steps(sums, y[some], right[some], -1.0 / LINES)
        reach = np.maximum(reach, right)
    return _clean(np.clip(np.cumsum(sums, axis=1)[:, :size], 0.0, 1.0).astype(np.float32))


def _span(corners: Points, y: NDArray[np.float64]) -> NDArray[np.float64]:
    """From where to where lines at some heights run inside a convex outline; nowhere is from inf to -inf."""
    left, right = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        crossed = (y >= min(y0, y1)) & (y < max(y0, y1))
        x = x0 + (y[crossed] - y0) * (x1 - x0) / (y1 - y0) if y1 != y0 else y[crossed]
        left[crossed] = np.minimum(left[crossed], x)
        right[crossed] = np.maximum(right[crossed], x)
    return np.stack([left, right], axis=1)


def _add_steps(sums: NDArray[np.float64], y: NDArray[np.float64], x: NDArray[np.float64], height: float) -> None:
    """Add to running sums along the rows a step at each x: the pixel it falls into gets its share."""
    width = sums.shape[1] - 2
    x = np.clip(x, 0, width)
    first = np.minimum(x.astype(int), width)
    inside = height * (first + 1 - x)
    np.add.at(sums, (y.astype(int), first), inside)
    np.add.at(sums, (y.astype(int), first + 1), height - inside)


# -- parts of a face ---------------------------------------------------------------------------------------


def _mouth(points: Points, size: int) -> Pixels:
    """The inside of the mouth as far as it is open; a shut one has none, whatever its landmarks do."""
    lips = points[INNER_LIPS]
    gap = np.linalg.norm(lips[[1, 2, 3]] - lips[[7, 6, 5]], axis=1).mean()
    apart = gap / max(1e-6, float(np.linalg.norm(points[54] - points[48])))
    share = np.float32(np.clip((apart - OPEN[0]) / (OPEN[1] - OPEN[0]), 0, 1))
    return filled(lips, size) * share


def _lips(points: Points, size: int) -> Pixels:
    return filled(points[OUTER_LIPS], size) * (1 - filled(points[INNER_LIPS], size))


def _eyes(points: Points, size: int) -> Pixels:
    return np.maximum(filled(points[RIGHT_EYE], size), filled(points[LEFT_EYE], size))


def _brows(points: Points, size: int) -> Pixels:
    thick = 0.09 * (np.linalg.norm(points[39] - points[36]) + np.linalg.norm(points[45] - points[42]))
    return np.maximum(band(points[17:22], float(thick), size), band(points[22:27], float(thick), size))


def _nose(points: Points, size: int) -> Pixels:
    return filled(hull_of(points[NOSE]), size)


def _skin(points: Points, size: int) -> Pixels:
    return hull(points, size, FOREHEAD)


# What landmarks alone can tell; the skin first, as the others lie in it.
PARTS: Mapping[str, Callable[[Points, int], Pixels]] = MappingProxyType(
    {"skin": _skin, "brows": _brows, "eyes": _eyes, "nose": _nose, "lips": _lips, "mouth": _mouth}
)


def parts(points: Points, size: int, wanted: frozenset[str]) -> Pixels:
    """The parts that are wanted, without those that are not."""
    total = PARTS["skin"](points, size) if "skin" in wanted else np.zeros((size, size), np.float32)
    for name, draw in PARTS.items():
        if name in wanted and "skin" not in wanted:
            total = np.maximum(total, draw(points, size))
    for name, draw in PARTS.items():
        if name not in wanted and name != "skin":
            total = total * (1 - draw(points, size))
    return total


def band(line: Points, half: float, size: int) -> Pixels:
    """A line of some thickness with round ends."""
    at = np.arange(size, dtype=np.float64) + 0.5
    near = np.full((size, size), np.inf)
    for a, b in pairwise(line):
        along, length = b - a, float((b - a) @ (b - a))
        x, y = at[None, :] - a[0], at[:, None] - a[1]
        t = np.clip((x * along[0] + y * along[1]) / max(length, 1e-12), 0, 1)
        near = np.minimum(near, np.hypot(x - t * along[0], y - t * along[1]))
    result: Pixels = np.clip(half + 0.5 - near, 0, 1).astype(np.float32)
    return result
