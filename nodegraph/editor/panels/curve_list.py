"""The curve editor's list: every curve of the open nodes, one part of a colour or position a row."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from nodegraph.data.errors import DocumentError, GraphError
from nodegraph.editor.panels.fields import fitted
from nodegraph.editor.panels.table import label_of, part_names
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph, Link, Parts
from nodegraph.graph.knob import KnobType
from nodegraph.graph.text import dumps, loads


class CurveRow(NamedTuple):
    """One curve, and whose it is; `part` is None for a knob of one number."""

    node: str
    knob: str
    part: int | None
    label: str
    curve: Curve


def curves_of(graph: Graph, names: Iterable[str]) -> list[CurveRow]:
    """The curves of these nodes, in the order of their knobs."""
    found = []
    for name in names:
        kind = graph.type_of(name)
        settings = graph.node(name).knobs
        for knob in kind.knobs.values() if kind else ():
            setting = settings.get(knob.name)
            label = f"{name} {label_of(knob.name)}"
            if isinstance(setting, Curve):
                found.append(CurveRow(name, knob.name, None, label, setting))
            elif isinstance(setting, Parts):
                found += [
                    CurveRow(name, knob.name, part, f"{label}.{letter}", curve)
                    for part, (letter, curve) in enumerate(zip(part_names(knob), setting, strict=True))
                    if isinstance(curve, Curve)
                ]
    return found


def with_curve(graph: Graph, row: CurveRow, curve: Curve | None, frame: float) -> Graph:
    """With an edited curve in its place, its keys within the knob's hard limits.

    None, where all keys were deleted, leaves the value that the old curve has at this frame.
    """
    kind = graph.knob_type(row.node, row.knob)
    setting = graph.setting(row.node, row.knob)
    if isinstance(setting, Link):
        raise GraphError(f"knob {row.knob} of {row.node} follows {setting}", "break the link first")
    new = within(kind, curve) if curve is not None else fitted(kind, row.curve.at(frame))
    if row.part is None:
        return graph.set(row.node, row.knob, new)
    return graph.set(row.node, row.knob, [new if part == row.part else old for part, old in enumerate(setting)])


def within(kind: KnobType, curve: Curve) -> Curve:
    """The curve with no key outside the knob's hard limits; between keys it may still swing over."""
    return Curve(tuple(key._replace(value=_clamped(kind, key.value)) for key in curve.keys))


def _clamped(kind: KnobType, value: float) -> float:
    """A key of a knob that is whole may lie between whole numbers; its limits hold all the same."""
    low, high = kind.knob.low, kind.knob.high
    if kind.knob.soft:
        return value
    return min(max(value, low if low is not None else value), high if high is not None else value)


# -- keys on the clipboard -----------------------------------------------------------------------------


def copied_keys(curve: Curve, held: Collection[int]) -> str:
    """The keys that are held, as text: a curve of their own."""
    if not held:
        raise GraphError("no key is selected", "draw a box around some")
    return dumps(Curve(tuple(curve.keys[index] for index in sorted(held))).to_json())


def pasted_keys(curve: Curve, text: str, frame: float) -> tuple[Curve, frozenset[int]]:
    """A curve with the keys of a text put in, the first on this frame, and where they stand.

    What lay between the first and the last gives way.
    """
    try:
        new = Curve.from_json(loads(text, "the clipboard"))
    except (DocumentError, GraphError) as fault:
        raise GraphError("the clipboard holds no keys", "copy some in the curve editor first") from fault
    new = new.moved(frame - new.keys[0].frame)
    first, last = new.keys[0].frame, new.keys[-1].frame
    before = [key for key in curve.keys if key.frame < first]
    after = [key for key in curve.keys if key.frame > last]
    start = len(before)
    return Curve((*before, *new.keys, *after)), frozenset(range(start, start + len(new.keys)))
