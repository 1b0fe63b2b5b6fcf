"""Corrections by hand: where a face really is, on some frames of a track, as a compositor put it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from nodegraph.data.errors import GraphError
from nodegraph.data.faces import COUNT

Pair = tuple[float, float]


class Key(NamedTuple):
    """What is changed on one frame: the whole face, single landmarks, or all 68 put where they belong."""

    move: Pair = (0.0, 0.0)  # pixels, right and down
    scale: float = 1.0
    rotate: float = 0.0  # degrees, clockwise
    offsets: tuple[tuple[int, float, float], ...] = ()  # landmarks by number, moved besides, in pixels
    points: tuple[Pair, ...] = ()  # all 68 on the plate; the others count for nothing then

    def to_json(self) -> Any:
        if self.points:
            return {"points": [list(point) for point in self.points]}
        saved: dict[str, Any] = {}
        if self.move != (0.0, 0.0):
            saved["move"] = list(self.move)
        if self.scale != 1.0:
            saved["scale"] = self.scale
        if self.rotate:
            saved["rotate"] = self.rotate
        if self.offsets:
            saved["offsets"] = {str(number): [x, y] for number, x, y in self.offsets}
        return saved

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Key:
        unknown = saved.keys() - {"move", "scale", "rotate", "offsets", "points"}
        if unknown:
            raise ValueError(f"{min(unknown)} is nothing that can be corrected")
        offsets = sorted((int(number), *_pair(pair)) for number, pair in saved.get("offsets", {}).items())
        points = tuple(_pair(pair) for pair in saved.get("points", ()))
        if points and len(points) != COUNT:
            raise ValueError(f"{len(points)} points, not {COUNT}")
        if any(not 0 <= number < COUNT for number, *_ in offsets):
            raise ValueError(f"a landmark's number is 0 to {COUNT - 1}")
        scale = _number(saved.get("scale", 1.0))
        if scale <= 0:
            raise ValueError("a scale is more than 0")
        return cls(_pair(saved.get("move", (0, 0))), scale, _number(saved.get("rotate", 0.0)), tuple(offsets), points)


@dataclass(frozen=True)
class Corrections:
    """All corrections, by track and frame."""

    keys: tuple[tuple[str, int, Key], ...] = ()

    def of(self, track: str) -> dict[int, Key]:
        """The corrections of one track by frame."""
        return {frame: key for name, frame, key in self.keys if name == track}

    @property
    def tracks(self) -> tuple[str, ...]:
        """The names of the tracks that are corrected."""
        return tuple(dict.fromkeys(name for name, *_ in self.keys))

    def with_key(self, track: str, frame: int, key: Key) -> Corrections:
        """The same with a key set, in place of the one that was there."""
        rest = self.without(track, frame).keys
        return Corrections(tuple(sorted([*rest, (track, frame, key)], key=lambda row: row[:2])))

    def without(self, track: str, frame: int) -> Corrections:
        """The same without a key."""
        return Corrections(tuple(row for row in self.keys if row[:2] != (track, frame)))

    def to_json(self) -> Any:
        saved: dict[str, dict[str, Any]] = {}
        for track, frame, key in self.keys:
            saved.setdefault(track, {})[str(frame)] = key.to_json()
        return saved

    @classmethod
    def from_json(cls, saved: Any) -> Corrections:
        try:
            rows = [
                (str(track), int(frame), Key.from_json(key))
                for track, keys in saved.items()
                for frame, key in keys.items()
            ]
        except (TypeError, ValueError, AttributeError, KeyError) as fault:
            raise GraphError(
                f"these are no corrections of tracks: {fault}",
                'write {"face1": {"1010": {"move": [x, y], "scale": 1, "rotate": 0, "offsets": {"30": [x, y]}}}}',
            ) from fault
        return cls(tuple(sorted(rows, key=lambda row: row[:2])))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _pair(value: Any) -> Pair:
    x, y = value
    return _number(x), _number(y)
