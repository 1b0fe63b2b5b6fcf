"""Keyframe curves: how a knob changes over time."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple

from nodegraph.data.errors import GraphError


class Kind(Enum):
    """How a curve leaves a key towards the next one."""

    CONSTANT = "constant"
    LINEAR = "linear"
    SMOOTH = "smooth"
    BEZIER = "bezier"


class Handle(NamedTuple):
    """The end of a Bézier handle, in frames and value from its key."""

    frame: float
    value: float


class Key(NamedTuple):
    """A value at a frame. `before` and `after` are its handles; a smooth key makes its own."""

    frame: float
    value: float
    kind: Kind = Kind.LINEAR
    before: Handle = Handle(0.0, 0.0)
    after: Handle = Handle(0.0, 0.0)


@dataclass(frozen=True)
class Curve:
    """Keys in the order of their frames. Before the first and after the last it holds."""

    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise GraphError("a curve has no keys", "give it one key at least")
        for key in self.keys:
            if not all(map(math.isfinite, (key.frame, key.value, *key.before, *key.after))):
                raise GraphError(f"a curve has a key that is no number: {key.frame}, {key.value}", "mend or remove it")
            if key.before.frame > 0 or key.after.frame < 0:
                raise GraphError(f"the handles of the key at {key.frame:g} point the wrong way", "cross them over")
        for a, b in zip(self.keys, self.keys[1:], strict=False):
            if b.frame <= a.frame:
                raise GraphError(f"a curve has its key at {b.frame:g} after that at {a.frame:g}", "sort its keys")

    @cached_property
    def _frames(self) -> list[float]:
        return [key.frame for key in self.keys]

    @property
    def animated(self) -> bool:
        """False if it has the same value everywhere."""
        return any(key.value != self.keys[0].value or key.kind is Kind.BEZIER for key in self.keys[1:])

    def at(self, frame: float) -> float:
        """The value at a frame, or between two."""
        after = bisect_right(self._frames, frame)
        if after == 0:
            return self.keys[0].value
        left = self.keys[after - 1]
        if after == len(self.keys) or left.frame == frame or left.kind is Kind.CONSTANT:
            return left.value
        right = self.keys[after]
        part = (frame - left.frame) / (right.frame - left.frame)
        if left.kind is Kind.LINEAR:
            return left.value + (right.value - left.value) * part
        if left.kind is Kind.SMOOTH:
            return _hermite(left, right, self._slope(after - 1), self._slope(after), part)
        return _bezier(left, right, frame)

    def _slope(self, index: int) -> float:
        """The slope of a smooth curve through a key: that of the line between its neighbours; level at the ends."""
        if index in (0, len(self.keys) - 1):
            return 0.0
        left, right = self.keys[index - 1], self.keys[index + 1]
        return (right.value - left.value) / (right.frame - left.frame)

    def with_key(self, key: Key) -> Curve:
        """This curve with a key set; one at the same frame gives way."""
        keys = [other for other in self.keys if other.frame != key.frame]
        return Curve(tuple(sorted([*keys, key], key=lambda each: each.frame)))

    def without_key(self, frame: float) -> Curve:
        """This curve with the key at a frame taken away; the last key stays."""
        keys = tuple(key for key in self.keys if key.frame != frame)
        return Curve(keys) if keys else self

    def moved(self, frames: float) -> Curve:
        """This curve later by so many frames."""
        return Curve(tuple(key._replace(frame=key.frame + frames) for key in self.keys))

    @classmethod
    def of(cls, points: Iterable[tuple[float, float]], kind: Kind = Kind.LINEAR) -> Curve:
        """A curve of one kind through points."""
        return cls(tuple(Key(frame, value, kind) for frame, value in points))

    def to_json(self) -> dict[str, Any]:
        rows: list[list[Any]] = []
        for key in self.keys:
            row: list[Any] = [key.frame, key.value]
            if key.kind is not Kind.LINEAR:
                row.append(key.kind.value)
            if key.kind is Kind.BEZIER or key.before != (0.0, 0.0) or key.after != (0.0, 0.0):
                if key.kind is Kind.LINEAR:
                    row.append(key.kind.value)
                row += [list(key.before), list(key.after)]
            rows.append(row)
        return {"curve": rows}

    @classmethod
    def from_json(cls, saved: Any) -> Curve:
        try:
            return cls(tuple(_key(row) for row in saved["curve"]))
        except (KeyError, TypeError, ValueError, IndexError, OverflowError) as fault:
            raise GraphError(
                "this is no curve", 'write it as {"curve": [[1001, 0.0], [1010, 1.0, "smooth"]]}'
            ) from fault


def _key(row: Any) -> Key:
    for number in (*row[:2], *(part for handle in row[3:] for part in handle)):
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise TypeError(number)
    if len(row) not in (2, 3, 5):
        raise ValueError(row)
    kind = Kind(row[2]) if len(row) > 2 else Kind.LINEAR
    handles = [Handle(*map(float, handle)) for handle in row[3:]] or [Handle(0.0, 0.0)] * 2
    return Key(row[0], row[1], kind, *handles)


def _hermite(left: Key, right: Key, slope_left: float, slope_right: float, t: float) -> float:
    span = right.frame - left.frame
    a, b = left.value, right.value
    m, n = slope_left * span, slope_right * span
    return a + t * (m + t * (3 * (b - a) - 2 * m - n + t * (2 * (a - b) + m + n)))


def _bezier(left: Key, right: Key, frame: float) -> float:
    """Solve the cubic for the frame, then take its value; handles are cut so that time never runs back."""
    span = right.frame - left.frame
    out = min(left.after.frame, span)
    into = min(-right.before.frame, span)
    x1, x2 = out / span, 1.0 - into / span
    y1 = left.value + left.after.value * (out / left.after.frame if left.after.frame else 1.0)
    y2 = right.value + right.before.value * (into / -right.before.frame if right.before.frame else 1.0)
    aim = (frame - left.frame) / span
    low, high = 0.0, 1.0
    for _ in range(60):
        t = (low + high) / 2
        x = 3 * (1 - t) ** 2 * t * x1 + 3 * (1 - t) * t * t * x2 + t**3
        if x < aim:
            low = t
        else:
            high = t
    t = (low + high) / 2
    s = 1 - t
    return s**3 * left.value + 3 * s * s * t * y1 + 3 * s * t * t * y2 + t**3 * right.value
