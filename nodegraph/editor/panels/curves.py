"""Curves edited by hand: keys and handles moved, scaled, put in and taken out, with no window.

Every function takes a curve and gives a new one, so a drag works from the curve that it began with.
Keys are named by their place in the curve.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from itertools import pairwise
from typing import NamedTuple

from nodegraph.data.errors import GraphError
from nodegraph.graph.curve import Curve, Handle, Key, Kind

Point = tuple[float, float]
NO_HANDLE = Handle(0.0, 0.0)


class Edited(NamedTuple):
    """A curve after an edit, and where the keys that were held stand in it now."""

    curve: Curve
    held: frozenset[int]


def controls(curve: Curve, index: int) -> tuple[Point, Point, Point, Point]:
    """The four Bézier points, in frames and value, of the stretch that leaves a key; a step has none of its own."""
    left, right = curve.keys[index], curve.keys[index + 1]
    span = right.frame - left.frame
    if left.kind is Kind.BEZIER:
        out, into = _cut(left.after, span), _cut(right.before, span)
    elif left.kind is Kind.SMOOTH:
        third = span / 3
        out = Handle(third, slope(curve, index) * third)
        into = Handle(-third, -slope(curve, index + 1) * third)
    else:
        third, rise = span / 3, (right.value - left.value) / 3
        out, into = Handle(third, rise), Handle(-third, -rise)
    return (
        (left.frame, left.value),
        (left.frame + out.frame, left.value + out.value),
        (right.frame + into.frame, right.value + into.value),
        (right.frame, right.value),
    )


def slope(curve: Curve, index: int) -> float:
    """The slope of a smooth curve through a key: that of the line between its neighbours, level at the ends."""
    if index in (0, len(curve.keys) - 1):
        return 0.0
    left, right = curve.keys[index - 1], curve.keys[index + 1]
    return (right.value - left.value) / (right.frame - left.frame)


def part_at(points: tuple[Point, Point, Point, Point], frame: float) -> float:
    """How far along a stretch, 0 to 1, its curve passes a frame."""
    start, end = points[0][0], points[3][0]
    low, high = 0.0, 1.0
    x1, x2, aim = points[1][0] - start, points[2][0] - start, frame - start
    span = end - start
    for _ in range(60):
        t = (low + high) / 2
        if 3 * (1 - t) ** 2 * t * x1 + 3 * (1 - t) * t * t * x2 + t**3 * span < aim:
            low = t
        else:
            high = t
    return (low + high) / 2


def split(points: tuple[Point, ...], t: float) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """A stretch in two at a part of its way, by de Casteljau: together they are the same curve."""
    first, second = [points[0]], [points[-1]]
    while len(points) > 1:
        points = tuple((a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(points))
        first.append(points[0])
        second.insert(0, points[-1])
    return tuple(first), tuple(second)


def _cut(handle: Handle, span: float) -> Handle:
    """A handle no longer than its stretch, pointing the same way."""
    length = abs(handle.frame)
    if length <= span:
        return handle
    return Handle(math.copysign(span, handle.frame), handle.value * span / length)


# -- keys in and out -----------------------------------------------------------------------------------


def inserted(curve: Curve, frame: float) -> Edited:
    """With a key on the curve that does not change its shape; smooth stretches beside it get handles.

    Exact as long as no handle reaches over half its stretch; where handles cross, one may be cut short.
    """
    for index, key in enumerate(curve.keys):
        if key.frame == frame:
            return Edited(curve, frozenset([index]))
    at = sum(key.frame < frame for key in curve.keys)
    keys = list(curve.keys)
    if at == 0:
        keys = frozen(curve, [0])
        keys.insert(0, Key(frame, keys[0].value, Kind.LINEAR))
    elif at == len(keys):
        keys = frozen(curve, [at - 2])
        keys[-1] = keys[-1]._replace(kind=Kind.LINEAR)
        keys.append(Key(frame, keys[-1].value, Kind.LINEAR))
    else:
        keys = frozen(curve, [at - 2, at - 1, at])
        left = keys[at - 1]
        if left.kind is Kind.BEZIER:
            keys[at - 1 : at + 1] = _split_keys(Curve(tuple(keys)), at - 1, frame)
        else:
            keys.insert(at, Key(frame, curve.at(frame), left.kind))
    return Edited(Curve(tuple(keys)), frozenset([at]))


def _split_keys(curve: Curve, index: int, frame: float) -> list[Key]:
    """The keys about a Bézier stretch with a new one between them."""
    left, right = curve.keys[index], curve.keys[index + 1]
    points = controls(curve, index)
    first, second = split(points, part_at(points, frame))
    middle = first[-1]
    new = Key(frame, middle[1], Kind.BEZIER, _between(middle, first[2]), _between(middle, second[1]))
    return [
        left._replace(after=_between(first[0], first[1])),
        new._replace(before=_backward(new.before), after=_forward(new.after)),
        right._replace(before=_backward(_between(second[3], second[2]))),
    ]


def _between(start: Point, end: Point) -> Handle:
    return Handle(end[0] - start[0], end[1] - start[1])


def _forward(handle: Handle) -> Handle:
    return Handle(max(0.0, handle.frame), handle.value)


def _backward(handle: Handle) -> Handle:
    return Handle(min(0.0, handle.frame), handle.value)


def frozen(curve: Curve, stretches: Collection[int], *, lines: bool = False) -> list[Key]:
    """The keys with these smooth stretches (and straight ones, with `lines`) as Béziers of the same shape."""
    keys = list(curve.keys)
    turned = (Kind.SMOOTH, Kind.LINEAR) if lines else (Kind.SMOOTH,)
    for index in stretches:
        if 0 <= index < len(keys) - 1 and keys[index].kind in turned:
            points = controls(curve, index)
            keys[index] = keys[index]._replace(kind=Kind.BEZIER, after=_forward(_between(points[0], points[1])))
            keys[index + 1] = keys[index + 1]._replace(before=_backward(_between(points[3], points[2])))
    return keys


def deleted(curve: Curve, held: Collection[int]) -> Curve | None:
    """Without these keys; None if none is left, and the knob has a plain value again."""
    keys = tuple(key for index, key in enumerate(curve.keys) if index not in held)
    return Curve(keys) if keys else None


# -- moving --------------------------------------------------------------------------------------------


def moved(curve: Curve, held: Collection[int], frames: float, value: float, *, whole: bool = True) -> Edited:
    """With keys moved together, to whole frames unless told otherwise; a key that one lands on gives way."""
    return _placed(
        curve,
        {
            index: curve.keys[index]._replace(
                frame=_whole(curve.keys[index].frame + frames)
                if whole and frames
                else curve.keys[index].frame + frames,
                value=curve.keys[index].value + value,
            )
            for index in held
        },
    )


def scaled(
    curve: Curve, held: Collection[int], about: Point, frames: float, value: float, *, whole: bool = True
) -> Edited:
    """With keys and their handles scaled about a point, as by a box; a negative factor turns them over."""
    if not (math.isfinite(frames) and math.isfinite(value)):
        raise GraphError("keys cannot be scaled so far", "give a finite factor")
    changed: dict[int, Key] = {}
    for index in held:
        key = curve.keys[index]
        frame = about[0] + (key.frame - about[0]) * frames
        before = Handle(key.before.frame * frames, key.before.value * value)
        after = Handle(key.after.frame * frames, key.after.value * value)
        if frames < 0:
            before, after = after, before
        changed[index] = key._replace(
            frame=_whole(frame) if whole and frames != 1.0 else frame,
            value=about[1] + (key.value - about[1]) * value,
            before=_backward(before),
            after=_forward(after),
        )
    if frames < 0:
        _turn_kinds(curve, changed)
    return _placed(curve, changed)


def _turn_kinds(curve: Curve, changed: dict[int, Key]) -> None:
    """What lay between two keys lies between them still, when later has become earlier."""
    order = sorted(changed)
    for earlier, later in pairwise(order):
        changed[later] = changed[later]._replace(kind=curve.keys[earlier].kind)


def _whole(frame: float) -> float:
    """The nearest frame; half a frame goes to the later."""
    return float(math.floor(frame + 0.5))


def _placed(curve: Curve, changed: dict[int, Key]) -> Edited:
    """With keys put in new places; those that were held win over the others, and the last over the first."""
    places: dict[float, tuple[Key, bool]] = {
        key.frame: (key, False) for index, key in enumerate(curve.keys) if index not in changed
    }
    for index in sorted(changed):
        places[changed[index].frame] = (changed[index], True)
    ordered = [places[frame] for frame in sorted(places)]
    held = frozenset(index for index, (_, is_held) in enumerate(ordered) if is_held)
    return Edited(Curve(tuple(key for key, _ in ordered)), held)


def with_handle(curve: Curve, index: int, after: bool, to: Point, *, broken: bool = False) -> Curve:
    """With a handle of a key dragged to a place; the other one turns along and keeps its length, unless broken.

    Stretches beside the key become Béziers of the same shape first.
    """
    keys = frozen(curve, [index - 1, index], lines=True)
    key = keys[index]
    frame, value = to[0] - key.frame, to[1] - key.value
    pulled = _forward(Handle(frame, value)) if after else _backward(Handle(frame, value))
    other = key.before if after else key.after
    if not broken and pulled.frame != 0 and other != NO_HANDLE:
        other = Handle(other.frame, pulled.value / pulled.frame * other.frame)
    keys[index] = key._replace(after=pulled, before=other) if after else key._replace(before=pulled, after=other)
    return Curve(tuple(keys))


# -- kinds ---------------------------------------------------------------------------------------------


def with_kind(curve: Curve, held: Collection[int], kind: Kind) -> Curve:
    """With these keys left in another way; to Bézier the shape stays, and there are handles to pull."""
    if kind is not Kind.BEZIER:
        return Curve(tuple(key._replace(kind=kind) if i in held else key for i, key in enumerate(curve.keys)))
    keys = frozen(curve, held, lines=True)
    for index in held:
        keys[index] = keys[index]._replace(kind=Kind.BEZIER)
    return Curve(tuple(keys))


def levelled(curve: Curve, held: Collection[int]) -> Curve:
    """With level handles at these keys, a third of the way to their neighbours."""
    keys = frozen(curve, [stretch for index in held for stretch in (index - 1, index)], lines=True)
    for index in held:
        key = keys[index]
        back = (keys[index - 1].frame - key.frame) / 3 if index else 0.0
        ahead = (keys[index + 1].frame - key.frame) / 3 if index + 1 < len(keys) else 0.0
        keys[index] = key._replace(before=Handle(back, 0.0), after=Handle(ahead, 0.0))
    return Curve(tuple(keys))
