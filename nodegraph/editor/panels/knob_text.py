"""Knobs as text on the clipboard: a value, a curve or a link, in the form that a graph file has it."""

from __future__ import annotations

from typing import Any

from nodegraph.data.errors import DocumentError, GraphError
from nodegraph.graph.curve import Curve
from nodegraph.graph.document import knob_from_json
from nodegraph.graph.graph import Link, Parts
from nodegraph.graph.knob import KnobType
from nodegraph.graph.text import dumps, loads


def copied(kind: KnobType, setting: Any) -> str:
    """A knob's setting as text."""
    return dumps(_saved(kind, setting))


def _saved(kind: KnobType, setting: Any) -> Any:
    if isinstance(setting, Link):
        return {"link": str(setting)}
    if isinstance(setting, Parts):
        return [part.to_json() if isinstance(part, Curve) else part for part in setting]
    return setting.to_json() if isinstance(setting, Curve) else kind.to_json(setting)


def pasted(kind: KnobType, text: str, at: float | None = None) -> Any:
    """The setting that a text holds, for this knob; with `at`, its first key lands on that frame.

    A curve or number pasted on a colour or position goes to all its parts.
    """
    try:
        saved = loads(text, "the clipboard")
    except DocumentError as fault:
        raise GraphError("the clipboard holds no knob", "copy a knob's value, curve or link first") from fault
    alone = isinstance(saved, (int, float)) or (isinstance(saved, dict) and set(saved) == {"curve"})
    if alone and isinstance(kind.default, tuple):
        saved = [saved] * len(kind.default)
    elif isinstance(saved, list) and len(saved) == 1 and kind.is_number and not isinstance(kind.default, tuple):
        (saved,) = saved
    setting = knob_from_json(kind, saved)
    return setting if at is None else _later(setting, at)


def _later(setting: Any, at: float) -> Any:
    curves = [each for each in (setting if isinstance(setting, Parts) else [setting]) if isinstance(each, Curve)]
    if not curves:
        return setting
    by = at - min(curve.keys[0].frame for curve in curves)
    if isinstance(setting, Parts):
        return Parts(part.moved(by) if isinstance(part, Curve) else part for part in setting)
    return curves[0].moved(by)
