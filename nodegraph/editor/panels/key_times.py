"""Keys moved, copied and taken out in time, whatever they are keys of: a number, a shape, a track put right by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from nodegraph.data.corrections import Corrections
from nodegraph.data.errors import GraphError
from nodegraph.editor.panels.curves import with_kind
from nodegraph.editor.panels.keys import key_frames, without_key
from nodegraph.graph.curve import Curve, Key, Kind
from nodegraph.graph.graph import Graph, Link, Parts
from nodegraph.graph.shapes import Number, Point, Shape, Shapes

Change = Callable[[Curve], Number]


def shifted(setting: Any, frames: Collection[float], by: float, *, keep: bool = False, part: str = "") -> Any:
    """With the keys at these frames so many frames on; what they land on gives way. To `keep` them leaves copies.

    `part` is the number of a shape, from 1, or the name of a track; without it all of the setting goes along.
    """
    if isinstance(setting, Corrections):
        going = {(name, frame) for name, frame, _ in setting.keys if part in ("", name) and frame in frames}
        rest = {(name, frame): key for name, frame, key in setting.keys if keep or (name, frame) not in going}
        rest |= {(name, frame + round(by)): key for name, frame, key in setting.keys if (name, frame) in going}
        return Corrections(tuple((*place, key) for place, key in sorted(rest.items(), key=lambda row: row[0])))
    return _each(setting, part, lambda curve: _shifted(curve, frames, by, keep))


def thinned(setting: Any, frames: Collection[float], now: float, *, part: str = "") -> Any:
    """Without the keys at these frames; what has none left stays as it is now."""
    if isinstance(setting, Corrections):
        rows = (row for row in setting.keys if part not in ("", row[0]) or row[1] not in frames)
        return Corrections(tuple(rows))

    def without(curve: Curve) -> Number:
        rest = tuple(key for key in curve.keys if key.frame not in frames)
        return Curve(rest) if rest else curve.at(now)

    return _each(setting, part, without)


def turned(setting: Any, frames: Collection[float], kind: Kind, *, part: str = "") -> Any:
    """With the keys at these frames left in another way."""
    if isinstance(setting, Corrections):
        raise GraphError("a correction by hand has no interpolation kind", "it is on the way to the next between keys")

    def changed(curve: Curve) -> Number:
        return with_kind(curve, {index for index, key in enumerate(curve.keys) if key.frame in frames}, kind)

    return _each(setting, part, changed)


def shape_keyed(shape: Shape, frame: float) -> Shape:
    """With a key at a frame on all that draws the outline; it looks the same there."""

    def keyed(number: Number) -> Number:
        if not isinstance(number, Curve):
            return Curve((Key(frame, number, Kind.SMOOTH),))
        if frame in key_frames(number):
            return number
        kind = next((key.kind for key in reversed(number.keys) if key.frame < frame), Kind.SMOOTH)
        return number.with_key(Key(frame, number.at(frame), Kind.SMOOTH if kind is Kind.BEZIER else kind))

    return _of_shape(shape, keyed)


def _each(setting: Any, part: str, change: Change) -> Any:
    """The setting with every curve in it changed."""

    def number(value: Any) -> Any:
        return change(value) if isinstance(value, Curve) else value

    if isinstance(setting, Shapes):
        return Shapes(
            tuple(
                _of_shape(shape, number) if part in ("", str(index)) else shape
                for index, shape in enumerate(setting.shapes, 1)
            )
        )
    return [number(value) for value in setting] if isinstance(setting, Parts) else number(setting)


def _of_shape(shape: Shape, change: Callable[[Number], Number]) -> Shape:
    points = tuple(Point(*(change(number) for number in point)) for point in shape.points)
    return replace(shape, points=points, opacity=change(shape.opacity))


def _shifted(curve: Curve, frames: Collection[float], by: float, keep: bool) -> Curve:
    rest = {key.frame: key for key in curve.keys if keep or key.frame not in frames}
    rest |= {key.frame + by: key._replace(frame=key.frame + by) for key in curve.keys if key.frame in frames}
    return Curve(tuple(rest[frame] for frame in sorted(rest)))


# -- all keys of some nodes, for the timeline ----------------------------------------------------------


def nodes_shifted(graph: Graph, names: Iterable[str], frame: float, by: float, *, keep: bool = False) -> Graph:
    """With all keys that these nodes have at a frame so many frames on."""
    for name, knob, setting in _keyed_at(graph, names, frame):
        graph = graph.set(name, knob, shifted(setting, [frame], by, keep=keep))
    return graph


def nodes_thinned(graph: Graph, names: Iterable[str], frame: float, now: float) -> Graph:
    """Without the keys that these nodes have at a frame; what has none left stays as it is now."""
    for name, knob, setting in _keyed_at(graph, names, frame):
        if isinstance(setting, (Shapes, Corrections)):
            graph = graph.set(name, knob, thinned(setting, [frame], now))
        else:
            graph = without_key(graph, name, knob, frame)
    return graph


def _keyed_at(graph: Graph, names: Iterable[str], frame: float) -> list[tuple[str, str, Any]]:
    """The knobs of these nodes, and what they are set to, that have a key at a frame of their own."""
    return [
        (name, knob, setting)
        for name in names
        for knob, setting in graph.node(name).knobs.items()
        if not isinstance(setting, Link) and frame in key_frames(setting)
    ]
