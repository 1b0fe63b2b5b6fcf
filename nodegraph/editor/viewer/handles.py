"""Handles in the viewer that can be dragged, and the knob values that follow from where they are dragged to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box, Format
from nodegraph.editor.viewer.framing import Framing, Places
from nodegraph.editor.viewer.overlays import Drawing, Line, Role, rectangle
from nodegraph.graph.curve import Curve, Key
from nodegraph.graph.knob import Vec
from nodegraph.graph.shapes import Number, Point, Shape, Shapes
from nodegraph.ops.outline import flattened

NEAR = 9.0  # screen pixels that the cursor may be off a handle
Part = tuple[str | int, ...]
Place = tuple[float, float]
Matrix = NDArray[np.float64]


class Handle(NamedTuple):
    """A place of the pane that can be taken hold of; `part` says of what it is the handle."""

    part: Part
    x: float
    y: float


def hit(handles: Iterable[Handle], x: float, y: float, near: float = NEAR) -> Handle | None:
    """The handle under the cursor: the nearest one; of those as near, the last, which is drawn on top."""
    found: Handle | None = None
    for handle in handles:
        far = math.hypot(handle.x - x, handle.y - y)
        if far <= near:
            found, near = handle, far
    return found


# -- Transform ---------------------------------------------------------------------------------------

SHIFT: Part = ("translate",)
TURN: Part = ("rotate",)
ACROSS: Part = ("scale", "x")
DOWN: Part = ("scale", "y")
SIZE: Part = ("scale", "both")
SKEW: Part = ("skew",)
CENTER: Part = ("center",)
RING = 1.4  # how far out the handle that turns lies, in reaches


class Move(NamedTuple):
    """A Transform's knobs at a frame."""

    translate: Vec = Vec((0.0, 0.0))
    rotate: float = 0.0
    scale: Vec = Vec((1.0, 1.0))
    skew: float = 0.0
    center: Vec = Vec((0.0, 0.0))
    center_of_format: bool = True

    @classmethod
    def of(cls, knobs: Mapping[str, Any]) -> Move:
        return cls(**{name: knobs[name] for name in cls._fields if name in knobs})

    def about(self, format: Format) -> Place:
        """What it turns about."""
        if self.center_of_format:
            return format.width / 2, format.height / 2
        return self.center[0], self.center[1]

    def linear(self) -> Matrix:
        """Skew, scale and turn, without the shift."""
        bent = np.array([[1.0, self.skew], [0.0, 1.0]])
        result: Matrix = _turn(self.rotate) @ np.diag([self.scale[0], self.scale[1]]) @ bent
        return result

    def moved(self, place: Place, format: Format) -> Place:
        """Where a place of the picture goes."""
        center = np.array(self.about(format))
        x, y = self.linear() @ (np.array(place) - center) + center + np.array(self.translate)
        return float(x), float(y)


def reach_of(format: Format) -> float:
    """How long a Transform's arms are, in pixels of the unmoved picture."""
    return min(format.width, format.height) / 6


def transform_handles(move: Move, format: Format, framing: Framing) -> list[Handle]:
    """A Transform's handles: the middle shifts, the arms scale, the top skews, the ring turns."""
    x, y = move.about(format)
    reach = reach_of(format)
    middle = move.moved((x, y), format)
    way = _turn(move.rotate) @ np.array([RING * reach, 0.0])
    places: list[tuple[Part, Place]] = [
        (TURN, (middle[0] + float(way[0]), middle[1] + float(way[1]))),
        (ACROSS, move.moved((x + reach, y), format)),
        (DOWN, move.moved((x, y + reach), format)),
        (SIZE, move.moved((x + reach, y + reach), format)),
        (SKEW, move.moved((x, y - reach), format)),
        (SHIFT, middle),
    ]
    return [Handle(part, *framing.to_pane(*place)) for part, place in places]


def transform_drawing(move: Move, format: Format, framing: Framing) -> list[Drawing]:
    """A Transform's arms, the ring around them and the frame as it lies after the move."""
    middle = framing.to_pane(*move.moved(move.about(format), format))
    handles = transform_handles(move, format, framing)
    arms: list[Drawing] = [
        Line(np.array([middle, (each.x, each.y)]), Role.ARM)
        for each in handles
        if each.part in (ACROSS, DOWN, SKEW, TURN)
    ]
    x, y = move.about(format)
    angle = np.linspace(0, 2 * math.pi, 64, endpoint=False)
    reach = reach_of(format)
    ring = [move.moved((x + reach * math.cos(a), y + reach * math.sin(a)), format) for a in angle]
    frame = [
        move.moved(place, format)
        for place in ((0, 0), (format.width, 0), (format.width, format.height), (0, format.height))
    ]
    return [
        Line(framing.many_to_pane(np.array(frame)), Role.OUTLINE, closed=True),
        Line(framing.many_to_pane(np.array(ring)), Role.ARM, closed=True),
        *arms,
    ]


def dragged_transform(move: Move, format: Format, part: Part, place: Place) -> dict[str, Any]:
    """The knobs that put a Transform's handle at a place of the picture; only those that change."""
    center = np.array(move.about(format))
    if part == SHIFT:
        shift = np.array(place) - center
        return {"translate": Vec((float(shift[0]), float(shift[1])))}
    if part == CENTER:
        return _center(move, format, place)
    offset = np.array(place) - center - np.array(move.translate)
    if part == TURN:
        # y points down, and a Transform turns against the clock; on beyond a full turn, never back by one.
        angle = -math.degrees(math.atan2(offset[1], offset[0]))
        return {"rotate": angle + 360.0 * round((move.rotate - angle) / 360.0)}
    local = _turn(-move.rotate) @ offset
    reach = reach_of(format)
    wide, tall = move.scale[0], move.scale[1]
    if part == ACROSS:
        return {"scale": Vec((float(local[0]) / reach, tall))}
    if part == DOWN:
        return {"scale": Vec((wide, float(local[1]) / reach))}
    if part == SKEW:
        return {"skew": -float(local[0]) / (reach * wide)} if wide else {}
    # The corner keeps the proportions: the point of its own line that lies nearest to the hand.
    corner = np.array([wide * (1 + move.skew), tall]) * reach
    square = float(corner @ corner)
    factor = float(local @ corner) / square if square else 1.0
    return {"scale": Vec((wide * factor, tall * factor))}


def _center(move: Move, format: Format, place: Place) -> dict[str, Any]:
    """Another centre under the hand; the shift makes up for it, so that the picture stays where it is."""
    linear, center = move.linear(), np.array(move.about(format))
    if abs(float(np.linalg.det(linear))) < 1e-9:
        return {}
    fresh = np.linalg.solve(linear, np.array(place) - center - np.array(move.translate)) + center
    shift = np.array(place) - fresh
    return {
        "center": Vec((float(fresh[0]), float(fresh[1]))),
        "center_of_format": False,
        "translate": Vec((float(shift[0]), float(shift[1]))),
    }


def _turn(degrees: float) -> Matrix:
    c, s = math.cos(math.radians(-degrees)), math.sin(math.radians(-degrees))  # y points down
    return np.array([[c, -s], [s, c]])


# -- Crop and region ---------------------------------------------------------------------------------

EDGES: Mapping[str, tuple[int, ...]] = {
    "left top": (0, 1),
    "right top": (2, 1),
    "right bottom": (2, 3),
    "left bottom": (0, 3),
    "left": (0,),
    "top": (1,),
    "right": (2,),
    "bottom": (3,),
}


def box_handles(box: Sequence[float], framing: Framing) -> list[Handle]:
    """Handles on the middle, the edges and the corners of a rectangle: a Crop's, or a region's."""
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    handles = [Handle(("box", "middle"), *framing.to_pane(*middle))]
    for name, sides in reversed(list(EDGES.items())):
        x = next((box[side] for side in sides if side in (0, 2)), middle[0])
        y = next((box[side] for side in sides if side in (1, 3)), middle[1])
        handles.append(Handle(("box", name), *framing.to_pane(x, y)))
    return handles


def box_drawing(box: Sequence[float], framing: Framing) -> list[Drawing]:
    """The edge of a Crop."""
    return [rectangle(Box(*(round(side) for side in box)), framing, Role.OUTLINE)]


def dragged_box(box: Sequence[float], part: Part, place: Place) -> Vec:
    """The rectangle with a handle at another place, on whole pixels; its sides never pass each other."""
    sides = [float(side) for side in box]
    if part[1] == "middle":
        x = round(place[0] - (sides[0] + sides[2]) / 2)
        y = round(place[1] - (sides[1] + sides[3]) / 2)
        return Vec((sides[0] + x, sides[1] + y, sides[2] + x, sides[3] + y))
    for side in EDGES[str(part[1])]:
        wanted = float(round(place[side % 2]))
        across = sides[(side + 2) % 4]
        sides[side] = min(wanted, across - 1) if side < 2 else max(wanted, across + 1)
    return Vec(sides)


# -- Roto --------------------------------------------------------------------------------------------

# The fields of a point that a handle sets, by the handle's name.
FIELDS: Mapping[str, tuple[int, int]] = {"point": (0, 1), "before": (2, 3), "after": (4, 5), "feather": (6, 7)}


def roto_handles(
    shapes: Shapes, frame: float, framing: Framing, chosen: Iterable[tuple[int, int]] = ()
) -> list[Handle]:
    """A handle on each point; of chosen points (shape, point) also on both tangents and on the feather."""
    still, open_ = shapes.at(frame), set(chosen)
    handles: list[Handle] = []
    for k, shape in enumerate(still.shapes):
        for n, point in enumerate(shape.points):
            numbers = _numbers(point)
            names = ("feather", "before", "after", "point") if (k, n) in open_ else ("point",)
            for name in names:
                handles.append(Handle((k, n, name), *framing.to_pane(*_place(numbers, name))))
    return handles


def roto_drawing(
    shapes: Shapes, frame: float, framing: Framing, chosen: Iterable[tuple[int, int]] = ()
) -> list[Drawing]:
    """The outlines, the edges of their feather where there is one, and the arms of chosen points."""
    still = shapes.at(frame)
    drawn: list[Drawing] = []
    for shape in still.shapes:
        inner, outer = flattened(np.array(shape.points, np.float64))
        if not len(inner):
            continue
        if not np.array_equal(inner, outer):
            drawn.append(Line(framing.many_to_pane(outer), Role.FEATHER, closed=True))
        drawn.append(Line(framing.many_to_pane(inner), Role.OUTLINE, closed=True))
    for k, n in chosen:
        numbers = _numbers(still.shapes[k].points[n])
        arms: Places = np.array([_place(numbers, name) for name in ("before", "point", "after")])
        drawn.append(Line(framing.many_to_pane(arms), Role.ARM))
    return drawn


def dragged_roto(
    shapes: Shapes, frame: float, part: Part, place: Place, *, auto_key: bool = False, broken: bool = False
) -> Shapes:
    """The shapes with a handle at another place of the picture.

    A number that is keyed gets a key at this frame; with `auto_key` every number does that changes. A
    tangent takes its opposite along, as long as it is, unless `broken`.
    """
    k, n, name = int(part[0]), int(part[1]), str(part[2])
    point = shapes.shapes[k].points[n]
    numbers = _numbers(point, frame)
    x, y = (place[0], place[1]) if name == "point" else (place[0] - numbers[0], place[1] - numbers[1])
    wanted = dict(zip(FIELDS[name], (x, y), strict=True))
    other = {"before": "after", "after": "before"}.get(name)
    if other and not broken:
        far = math.hypot(x, y)
        length = math.hypot(*(numbers[field] for field in FIELDS[other]))
        if far > 1e-9:
            wanted |= dict(zip(FIELDS[other], (-x / far * length, -y / far * length), strict=True))
    fields = [_set(number, frame, wanted[at], auto_key) if at in wanted else number for at, number in enumerate(point)]
    return _with_point(shapes, k, n, Point(*fields))


def _set(number: Number, frame: float, value: float, auto_key: bool) -> Number:
    if isinstance(number, Curve):
        kind = next((key.kind for key in reversed(number.keys) if key.frame <= frame), number.keys[0].kind)
        same = next((key for key in number.keys if key.frame == frame), None)
        return number.with_key(same._replace(value=value) if same else Key(frame, value, kind))
    if auto_key and value != number:
        return Curve((Key(frame, value),))
    return value


def _with_point(shapes: Shapes, k: int, n: int, point: Point) -> Shapes:
    shape: Shape = shapes.shapes[k]
    points = (*shape.points[:n], point, *shape.points[n + 1 :])
    return Shapes((*shapes.shapes[:k], replace(shape, points=points), *shapes.shapes[k + 1 :]))


def _numbers(point: Point, frame: float = 0.0) -> list[float]:
    return [number.at(frame) if isinstance(number, Curve) else number for number in point]


def _place(numbers: Sequence[float], name: str) -> Place:
    """Where a point's handle lies in the picture."""
    if name == "point":
        return numbers[0], numbers[1]
    x, y = FIELDS[name]
    return numbers[0] + numbers[x], numbers[1] + numbers[y]
