"""Roto shapes: closed Bézier outlines with feather, every number of every point keyed by itself if need be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from nodegraph.data.errors import GraphError
from nodegraph.graph.curve import Curve

Number = float | Curve


class Point(NamedTuple):
    """A point of an outline, its two handles, and its feather, the last three as offsets from it."""

    x: Number
    y: Number
    before_x: Number = 0.0
    before_y: Number = 0.0
    after_x: Number = 0.0
    after_y: Number = 0.0
    feather_x: Number = 0.0
    feather_y: Number = 0.0


@dataclass(frozen=True)
class Shape:
    """One closed outline, added to the ones before it or cut out of them."""

    points: tuple[Point, ...]
    subtract: bool = False
    opacity: Number = 1.0

    def numbers(self) -> Iterator[Number]:
        yield self.opacity
        for point in self.points:
            yield from point


@dataclass(frozen=True)
class Shapes:
    """What a Roto draws, in order."""

    shapes: tuple[Shape, ...] = ()

    @property
    def animated(self) -> bool:
        return any(isinstance(number, Curve) for shape in self.shapes for number in shape.numbers())

    def at(self, frame: float) -> Shapes:
        """The shapes as they stand at a frame."""
        return Shapes(
            tuple(
                Shape(
                    tuple(Point(*(_at(n, frame) for n in point)) for point in shape.points),
                    shape.subtract,
                    _at(shape.opacity, frame),
                )
                for shape in self.shapes
            )
        )

    def to_json(self) -> Any:
        return [_shape_to_json(shape) for shape in self.shapes]

    @classmethod
    def from_json(cls, saved: Any) -> Shapes:
        try:
            return cls(tuple(_shape(row) for row in saved))
        except (TypeError, ValueError, AttributeError, KeyError) as fault:
            raise GraphError(
                "these are no roto shapes", 'a shape is {"points": [[x, y, before x, y, after x, y, feather x, y], …]}'
            ) from fault


def _at(number: Number, frame: float) -> float:
    return number.at(frame) if isinstance(number, Curve) else number


def _shape_to_json(shape: Shape) -> dict[str, Any]:
    saved: dict[str, Any] = {"points": [_point_to_json(point) for point in shape.points]}
    if shape.subtract:
        saved["subtract"] = True
    if shape.opacity != 1.0:
        saved["opacity"] = _number_to_json(shape.opacity)
    return saved


def _point_to_json(point: Point) -> list[Any]:
    numbers = list(point)
    while len(numbers) > 2 and numbers[-1] == 0.0:
        numbers.pop()
    return [_number_to_json(number) for number in numbers]


def _number_to_json(number: Number) -> Any:
    return number.to_json() if isinstance(number, Curve) else number


def _number(saved: Any) -> Number:
    if isinstance(saved, dict):
        return Curve.from_json(saved)
    if isinstance(saved, bool) or not isinstance(saved, (int, float)):
        raise TypeError(saved)
    return float(saved)


def _shape(row: dict[str, Any]) -> Shape:
    points = tuple(Point(*(_number(number) for number in point)) for point in row["points"])
    return Shape(points, row.get("subtract", False) is True, _number(row.get("opacity", 1.0)))
