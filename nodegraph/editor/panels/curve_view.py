"""The curve editor's picture: from frames and values to pixels, what lies under the cursor, lines to draw."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np

from nodegraph.editor.panels.curves import Point, controls, part_at, split
from nodegraph.graph.curve import Curve, Kind

REACH = 6.0  # so many pixels from the cursor a thing can still be taken hold of
MOST = 4096  # points of one stretch


class Ruler(NamedTuple):
    """How a curve lies in its pane: the frame at its left side, the value at its top, and pixels for each."""

    frame: float
    value: float
    across: float  # pixels a frame
    up: float  # pixels for a value of one

    def to_screen(self, frame: float, value: float) -> Point:
        return (frame - self.frame) * self.across, (self.value - value) * self.up

    def to_curve(self, x: float, y: float) -> Point:
        return self.frame + x / self.across, self.value - y / self.up

    def panned(self, x: float, y: float) -> Ruler:
        """Dragged along by so many pixels."""
        return self._replace(frame=self.frame - x / self.across, value=self.value + y / self.up)

    def zoomed(self, x: float, y: float, across: float, up: float) -> Ruler:
        """Larger by factors, with what is under the cursor staying there."""
        frame, value = self.to_curve(x, y)
        wide, high = self.across * across, self.up * up
        return Ruler(frame - x / wide, value + y / high, wide, high)


class Grip(NamedTuple):
    """What of a curve the cursor is on: a key, or the handle before or after it."""

    at: int  # the key's place in the curve
    part: str  # key, before, after


def grip_at(
    curve: Curve, ruler: Ruler, x: float, y: float, held: Collection[int] = (), reach: float = REACH
) -> Grip | None:
    """The nearest key, or handle of a key that is held, within reach; a key wins over a handle that lies on it."""
    nearest: tuple[float, int, Grip] | None = None
    for index, key in enumerate(curve.keys):
        places = [(Grip(index, "key"), ruler.to_screen(key.frame, key.value))]
        if index in held:
            places += [(Grip(index, side), ruler.to_screen(*place)) for side, place in handles(curve, index).items()]
        for grip, (px, py) in places:
            found = (math.hypot(px - x, py - y), int(grip.part != "key"), grip)
            if found[0] <= reach and (nearest is None or found[:2] < nearest[:2]):
                nearest = found
    return nearest[2] if nearest else None


def handles(curve: Curve, index: int) -> dict[str, Point]:
    """Where the handles of a key end, in frames and value: only those of Bézier stretches can be pulled."""
    found: dict[str, Point] = {}
    if index > 0 and curve.keys[index - 1].kind is Kind.BEZIER:
        found["before"] = controls(curve, index - 1)[2]
    if index + 1 < len(curve.keys) and curve.keys[index].kind is Kind.BEZIER:
        found["after"] = controls(curve, index)[1]
    return found


def on_curve(curve: Curve, ruler: Ruler, x: float, y: float, reach: float = REACH) -> float | None:
    """The frame where the cursor is on the curve; None if it is beside it."""
    line = np.array(drawn(curve, ruler, x - reach - 1, x + reach + 1))
    start, along = line[:-1], np.diff(line, axis=0)
    lengths = np.maximum((along**2).sum(axis=1), 1e-12)
    part = np.clip(((np.array([x, y]) - start) * along).sum(axis=1) / lengths, 0.0, 1.0)
    nearest = start + along * part[:, None]
    distance = np.hypot(nearest[:, 0] - x, nearest[:, 1] - y)
    best = int(distance.argmin())
    return ruler.to_curve(float(nearest[best, 0]), 0.0)[0] if distance[best] <= reach else None


def in_box(curve: Curve, ruler: Ruler, one: Point, other: Point) -> frozenset[int]:
    """The keys inside a box drawn from one corner to the other."""
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    places = ((index, ruler.to_screen(key.frame, key.value)) for index, key in enumerate(curve.keys))
    return frozenset(index for index, (x, y) in places if left <= x <= right and top <= y <= bottom)


# -- drawing -------------------------------------------------------------------------------------------


def drawn(curve: Curve, ruler: Ruler, left: float, right: float, error: float = 0.5) -> list[Point]:
    """The curve between two sides of the pane as a line, nowhere further from it than `error` pixels."""
    first, last = ruler.to_curve(left, 0.0)[0], ruler.to_curve(right, 0.0)[0]
    keys = curve.keys
    line = [ruler.to_screen(first, curve.at(first))]
    for index in range(len(keys) - 1):
        if keys[index + 1].frame <= first or keys[index].frame >= last:
            continue
        line += _stretch(curve, index, ruler, max(first, keys[index].frame), min(last, keys[index + 1].frame), error)
    if first < keys[0].frame < last:
        line.insert(1, ruler.to_screen(keys[0].frame, keys[0].value))
    if first < keys[-1].frame < last:
        line.append(ruler.to_screen(keys[-1].frame, keys[-1].value))
    line.append(ruler.to_screen(last, curve.at(last)))
    return line


def _stretch(curve: Curve, index: int, ruler: Ruler, first: float, last: float, error: float) -> list[Point]:
    """One stretch between two frames, from its start to its end."""
    left, right = curve.keys[index], curve.keys[index + 1]
    if left.kind is Kind.CONSTANT:
        corner = [ruler.to_screen(right.frame, left.value)] if last == right.frame else []
        there = ruler.to_screen(right.frame, right.value) if corner else ruler.to_screen(last, left.value)
        return [ruler.to_screen(first, left.value), *corner, there]
    if left.kind is Kind.LINEAR:
        return [ruler.to_screen(frame, curve.at(frame)) for frame in (first, last)]
    points = controls(curve, index)
    start = part_at(points, first) if first > left.frame else 0.0
    end = part_at(points, last) if last < right.frame else 1.0
    cut: tuple[Point, ...] = points
    if end < 1.0:
        cut = split(cut, end)[0]
    if start > 0.0:
        cut = split(cut, start / end)[1]
    return _flattened([ruler.to_screen(*point) for point in cut], error)


def _flattened(points: list[Point], error: float) -> list[Point]:
    """A cubic as a line; the number of pieces is Wang's bound on how far a chord can lie from its arc."""
    p = np.array(points)
    bend = float(np.hypot(*(p[2:] - 2 * p[1:-1] + p[:-2]).T).max())
    count = min(MOST, max(1, math.ceil(math.sqrt(0.75 * bend / error))))
    t = np.linspace(0.0, 1.0, count + 1)[:, None]
    s = 1.0 - t
    line = s**3 * p[0] + 3 * s * s * t * p[1] + 3 * s * t * t * p[2] + t**3 * p[3]
    return [(float(x), float(y)) for x, y in line]


def extent(curve: Curve) -> tuple[float, float]:
    """The lowest and the highest value that a curve takes."""
    values = [key.value for key in curve.keys]
    for index, key in enumerate(curve.keys[:-1]):
        if key.kind in (Kind.SMOOTH, Kind.BEZIER):
            a, b, c, d = (point[1] for point in controls(curve, index))
            for t in np.roots([d - 3 * c + 3 * b - a, 2 * (a - 2 * b + c), b - a]):
                if abs(t.imag) < 1e-9 and 0 < t.real < 1:
                    s, t = 1 - float(t.real), float(t.real)
                    values.append(s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d)
    return min(values), max(values)


def fit(curves: Iterable[Curve], width: float, height: float, margin: float = 0.1) -> Ruler | None:
    """The ruler that shows all of these curves with some room about them; None if there are none."""
    curves = list(curves)
    if not curves:
        return None
    first, last = min(each.keys[0].frame for each in curves), max(each.keys[-1].frame for each in curves)
    extents = [extent(each) for each in curves]
    low, high = min(each[0] for each in extents), max(each[1] for each in extents)
    if last == first:
        first, last = first - 5, last + 5
    if high - low <= 1e-9 * max(1.0, abs(high)):
        reach = 0.5 * max(1.0, abs(high))
        low, high = low - reach, high + reach
    across, up = width * (1 - 2 * margin) / (last - first), height * (1 - 2 * margin) / (high - low)
    return Ruler(first - width * margin / across, high + height * margin / up, across, up)
