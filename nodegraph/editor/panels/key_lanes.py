"""Lanes of keys: a roto shape or a corrected track, whose keys move in time as wholes, since no one curve is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from nodegraph.data.corrections import Corrections
from nodegraph.data.errors import DocumentError, GraphError
from nodegraph.editor.panels.key_times import shape_keyed, shifted, thinned, turned
from nodegraph.editor.panels.keys import key_frames
from nodegraph.graph.curve import Curve, Key, Kind
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.shapes import Number, Point, Shape, Shapes
from nodegraph.graph.text import dumps, loads

LaneId = tuple[str, str, str]
Held = Mapping[LaneId, frozenset[float]]
COPIED = "lanes of keys"


class Lane(NamedTuple):
    """The keys of one shape, or of one track put right by hand; `part` is the shape's number or the track's name."""

    node: str
    knob: str
    part: str
    label: str
    frames: tuple[float, ...]

    @property
    def id(self) -> LaneId:
        """By what it is known from edit to edit."""
        return self.node, self.knob, self.part


def lanes_of(graph: Graph, names: Iterable[str]) -> list[Lane]:
    """The lanes of these nodes; a shape has one before it has keys."""
    found = []
    for name in names:
        for knob, setting in graph.node(name).knobs.items():
            if isinstance(setting, Shapes):
                for number, shape in enumerate(setting.shapes, 1):
                    frames = key_frames(Shapes((shape,)))
                    found.append(Lane(name, knob, str(number), f"Shape {number}", frames))
            elif isinstance(setting, Corrections):
                found += [Lane(name, knob, each, each, key_frames(_of(setting, each))) for each in setting.tracks]
    return found


def within(lanes: Iterable[Lane], held: Held) -> Held:
    """Of what was held, what there still is."""
    kept = {lane.id: held.get(lane.id, frozenset()) & frozenset(lane.frames) for lane in lanes}
    return {key: frames for key, frames in kept.items() if frames}


def moved(graph: Graph, held: Held, by: float, *, keep: bool = False) -> tuple[Graph, Held]:
    """With the held keys so many frames on, and where they are then; to `keep` them leaves copies behind."""
    for (name, knob, part), frames in held.items():
        graph = graph.set(name, knob, shifted(_own(graph, name, knob), frames, by, keep=keep, part=part))
    return graph, {key: frozenset(frame + by for frame in frames) for key, frames in held.items()}


def deleted(graph: Graph, held: Held, now: float) -> Graph:
    """Without the held keys; a shape that has none left stays as it is now."""
    for (name, knob, part), frames in held.items():
        graph = graph.set(name, knob, thinned(_own(graph, name, knob), frames, now, part=part))
    return graph


def with_kind(graph: Graph, held: Held, kind: Kind) -> Graph:
    """With the stretches after the held keys of another kind."""
    for (name, knob, part), frames in held.items():
        graph = graph.set(name, knob, turned(_own(graph, name, knob), frames, kind, part=part))
    return graph


def keyed(graph: Graph, lanes: Iterable[Lane], frame: float) -> Graph:
    """With a key of each shape at a frame; it looks as it did there."""
    for lane in lanes:
        setting = _own(graph, lane.node, lane.knob)
        if not isinstance(setting, Shapes):
            raise GraphError(f"{lane.label} is put right in the viewer", "drag its landmarks there: that sets a key")
        shapes = list(setting.shapes)
        at = int(lane.part) - 1
        shapes[at] = shape_keyed(shapes[at], frame)
        graph = graph.set(lane.node, lane.knob, Shapes(tuple(shapes)))
    return graph


# -- the clipboard -------------------------------------------------------------------------------------


def copied(graph: Graph, held: Held) -> str:
    """The held keys as text."""
    rows = []
    for (name, knob, part), frames in held.items():
        setting = graph.setting(name, knob)
        if isinstance(setting, Shapes):
            shape = _only(setting.shapes[int(part) - 1], frames)
            rows.append({"part": part, "shapes": Shapes((shape,)).to_json(), "frames": sorted(frames)})
        else:
            keys = tuple(row for row in setting.keys if row[0] == part and row[1] in frames)
            rows.append({"part": part, "corrections": Corrections(keys).to_json(), "frames": sorted(frames)})
    if not rows:
        raise GraphError("no key is selected", "click one, or draw a box around some")
    return dumps({COPIED: rows})


def pasted(graph: Graph, lanes: Sequence[Lane], aim: Sequence[Lane], text: str, frame: float) -> tuple[Graph, Held]:
    """With keys from a text put in, the first at this frame, and where they are.

    One lane goes to the lanes that are aimed at; several each to the one of their own name.
    """
    rows = _rows(text)
    first = min(min(row["frames"]) for row in rows)
    held: dict[LaneId, frozenset[float]] = {}
    for row in rows:
        targets = [lane for lane in lanes if lane.part == row["part"]][:1]
        if len(rows) == 1 and aim:
            targets = list(aim)
        for lane in targets:
            setting = _own(graph, lane.node, lane.knob)
            graph = graph.set(lane.node, lane.knob, _put(setting, lane, row, frame - first))
            held[lane.id] = frozenset(each + frame - first for each in row["frames"])
    if not held:
        raise GraphError("there is no shape or track here that the keys are for", "select one of its keys first")
    return graph, held


def is_lanes(text: str) -> bool:
    """True if a text holds keys of lanes."""
    return f'"{COPIED}"' in text[:200]


def _rows(text: str) -> list[dict[str, Any]]:
    try:
        rows = loads(text, "the clipboard")[COPIED]
        if all(row["frames"] and ("shapes" in row or "corrections" in row) for row in rows) and rows:
            return list(rows)
    except (DocumentError, KeyError, TypeError):
        pass
    raise GraphError("the clipboard holds no keys of shapes or tracks", "copy some in the curve editor first")


def _put(setting: Any, lane: Lane, row: dict[str, Any], by: float) -> Any:
    if isinstance(setting, Shapes) and "shapes" in row:
        shapes = list(setting.shapes)
        at = int(lane.part) - 1
        (new,) = Shapes.from_json(row["shapes"]).shapes
        shapes[at] = _merged(shapes[at], new, [frame + by for frame in row["frames"]], by)
        return Shapes(tuple(shapes))
    if isinstance(setting, Corrections) and "corrections" in row:
        for _, frame, key in Corrections.from_json(row["corrections"]).keys:
            setting = setting.with_key(lane.part, frame + round(by), key)
        return setting
    raise GraphError(f"these are no keys for {lane.label}", "keys of shapes go to shapes, those of tracks to tracks")


def _only(shape: Shape, frames: frozenset[float]) -> Shape:
    """The shape with no keys but those at some frames; all that moves has one at each."""

    def kept(number: Number) -> Number:
        if not isinstance(number, Curve):
            return number
        there = {key.frame: key for key in number.keys}
        return Curve(tuple(there.get(at) or Key(at, number.at(at), Kind.SMOOTH) for at in sorted(frames)))

    points = tuple(Point(*(kept(number) for number in point)) for point in shape.points)
    return Shape(points, shape.subtract, kept(shape.opacity))


def _merged(shape: Shape, new: Shape, frames: Sequence[float], by: float) -> Shape:
    if len(shape.points) != len(new.points):
        raise GraphError(
            f"the keys are of a shape with {len(new.points)} points, not {len(shape.points)}",
            "paste them onto the shape that they are of, or a copy of it",
        )

    def merged(old: Number, other: Number) -> Number:
        if not isinstance(other, Curve):
            if not isinstance(old, Curve):
                return old if old == other else Curve(tuple(Key(at, other, Kind.SMOOTH) for at in frames))
            other = Curve(tuple(Key(at - by, other, Kind.SMOOTH) for at in frames))
        there = {key.frame: key for key in old.keys} if isinstance(old, Curve) else {}
        there |= {key.frame + by: key._replace(frame=key.frame + by) for key in other.keys}
        return Curve(tuple(there[at] for at in sorted(there)))

    points = tuple(
        Point(*(merged(a, b) for a, b in zip(old, other, strict=True)))
        for old, other in zip(shape.points, new.points, strict=True)
    )
    return Shape(points, shape.subtract, merged(shape.opacity, new.opacity))


def _of(setting: Corrections, track: str) -> Corrections:
    return Corrections(tuple(row for row in setting.keys if row[0] == track))


def _own(graph: Graph, name: str, knob: str) -> Any:
    setting = graph.setting(name, knob)
    if isinstance(setting, Link):
        raise GraphError(f"knob {knob} of {name} follows {setting}", "break the link first")
    return setting
