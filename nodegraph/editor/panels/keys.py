"""Keys of knobs: setting a knob at a frame, whether it moves or not, and going from key to key."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from enum import Enum
from typing import Any

from nodegraph.data.corrections import Corrections
from nodegraph.data.errors import GraphError
from nodegraph.editor.panels.curves import inserted
from nodegraph.graph.curve import Curve, Key, Kind
from nodegraph.graph.graph import Graph, Link, Parts, value_at
from nodegraph.graph.knob import KnobType
from nodegraph.graph.shapes import Shapes


class State(Enum):
    """What a knob's field tells by its colour."""

    DEFAULT = "as it comes"
    SET = "turned"
    ANIMATED = "animated"
    KEYED = "a key at this frame"
    LINKED = "follows another knob"


def state(graph: Graph, name: str, knob: str, frame: float, part: int | None = None) -> State:
    """How a knob stands at a frame; of a colour or position, one part if it is named."""
    setting = graph.node(name).knobs.get(knob)
    kind = graph.knob_type(name, knob)
    if setting is None:
        return State.DEFAULT
    if isinstance(setting, Link):
        return State.LINKED
    default = kind.default
    if part is not None and kind.parts > 1:
        setting, default = setting[part], default[part]
    frames = key_frames(setting)
    if frames:
        return State.KEYED if frame in frames else State.ANIMATED
    return State.DEFAULT if setting == default else State.SET


def key_frames(setting: Any) -> tuple[float, ...]:
    """The frames at which a knob's setting has keys: a curve's, its parts', or those of shapes and corrections."""
    frames: set[float] = set()
    if isinstance(setting, Curve):
        frames.update(key.frame for key in setting.keys)
    elif isinstance(setting, Parts):
        frames.update(frame for part in setting for frame in key_frames(part))
    elif isinstance(setting, Shapes):
        frames.update(frame for shape in setting.shapes for number in shape.numbers() for frame in key_frames(number))
    elif isinstance(setting, Corrections):
        frames.update(float(frame) for track in setting.tracks for frame in setting.of(track))
    return tuple(sorted(frames))


def with_value(graph: Graph, name: str, knob: str, value: Any, frame: float, *, auto_key: bool = False) -> Graph:
    """With a knob at a value at this frame. What has a curve gets a key; with `auto_key`, so does what had none.

    Of a colour or position only the parts that change get a key.
    """
    kind = graph.knob_type(name, knob)
    setting = _own_setting(graph, name, knob)
    value = kind.check(value)
    if not kind.is_number or not (auto_key or isinstance(setting, (Curve, Parts))):
        return graph.set(name, knob, value)
    if kind.parts == 1 and not isinstance(kind.default, tuple):
        return graph.set(name, knob, _keyed(setting, frame, value, auto_key))
    shown = value_at(kind, setting, frame)
    parts = [
        _keyed(part, frame, new, auto_key) if new != old else part
        for part, new, old in zip(setting, value, shown, strict=True)
    ]
    return graph.set(name, knob, parts)


def with_key(graph: Graph, name: str, knob: str, frame: float) -> Graph:
    """With a key at this frame, at the value that the knob has there; its curve keeps its shape."""
    kind = graph.knob_type(name, knob)
    setting = _own_setting(graph, name, knob)
    if not kind.is_number:
        raise GraphError(f"knob {knob} of {name} takes no keys", "only numbers, colours and positions do")
    if isinstance(kind.default, tuple):
        return graph.set(name, knob, [_with_key_kept(part, frame) for part in setting])
    return graph.set(name, knob, _with_key_kept(setting, frame))


def without_key(graph: Graph, name: str, knob: str, frame: float) -> Graph:
    """Without the key at this frame; when the last goes, the knob keeps its value and no longer moves."""
    setting = _own_setting(graph, name, knob)
    if isinstance(setting, Parts):
        return graph.set(name, knob, [_without(part, frame) for part in setting])
    if not isinstance(setting, Curve):
        return graph
    return graph.set(name, knob, _settled(graph.knob_type(name, knob), _without(setting, frame)))


def without_animation(graph: Graph, name: str, knob: str, frame: float) -> Graph:
    """With the knob still, at the value that it has at this frame."""
    return graph.set(name, knob, graph.value(name, knob, frame))


def next_key(graph: Graph, names: Iterable[str], frame: float) -> float | None:
    """The next frame at which a knob of these nodes has a key."""
    frames = frames_of(graph, names)
    at = bisect_right(frames, frame)
    return frames[at] if at < len(frames) else None


def previous_key(graph: Graph, names: Iterable[str], frame: float) -> float | None:
    """The frame before this one at which a knob of these nodes has a key."""
    frames = frames_of(graph, names)
    at = bisect_left(frames, frame)
    return frames[at - 1] if at else None


def frames_of(graph: Graph, names: Iterable[str]) -> tuple[float, ...]:
    """All frames at which knobs of these nodes have keys, for marks on the timeline; links are followed."""
    frames: set[float] = set()
    for name in names:
        for knob, setting in graph.node(name).knobs.items():
            if isinstance(setting, Link):
                name_there, knob_there = _source(graph, name, knob)
                setting = graph.setting(name_there, knob_there)
            frames.update(key_frames(setting))
    return tuple(sorted(frames))


def _source(graph: Graph, name: str, knob: str) -> tuple[str, str]:
    """The knob at the end of a chain of links."""
    setting = graph.setting(name, knob)
    while isinstance(setting, Link):
        name, knob = setting.node, setting.knob
        setting = graph.setting(name, knob)
    return name, knob


def _own_setting(graph: Graph, name: str, knob: str) -> Any:
    setting = graph.setting(name, knob)
    if isinstance(setting, Link):
        raise GraphError(f"knob {knob} of {name} follows {setting}", "break the link, or turn the knob that it follows")
    return setting


def _keyed(setting: Any, frame: float, value: float, auto_key: bool) -> Any:
    """A number or curve with this value at this frame; a key there keeps its kind and handles."""
    if not isinstance(setting, Curve):
        return Curve((Key(frame, value, Kind.SMOOTH),)) if auto_key else value
    at = bisect_right([key.frame for key in setting.keys], frame)
    left = setting.keys[max(0, at - 1)]
    if left.frame == frame:
        return setting.with_key(left._replace(value=value))
    if left.kind is Kind.BEZIER and 0 < at < len(setting.keys):
        curve, held = inserted(setting, frame)
        (index,) = held
        return curve.with_key(curve.keys[index]._replace(value=value))
    return setting.with_key(Key(frame, value, left.kind))


def _with_key_kept(setting: Any, frame: float) -> Curve:
    return inserted(setting, frame).curve if isinstance(setting, Curve) else Curve((Key(frame, setting, Kind.SMOOTH),))


def _without(setting: Any, frame: float) -> Any:
    if not isinstance(setting, Curve) or frame not in key_frames(setting):
        return setting
    return setting.without_key(frame) if len(setting.keys) > 1 else setting.keys[0].value


def _settled(kind: KnobType, setting: Any) -> Any:
    """A plain number in the knob's own type."""
    return setting if isinstance(setting, Curve) else value_at(kind, Curve((Key(0.0, setting),)), 0.0)
