"""What is different between two graphs, in words."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from nodegraph.data.shot import Shot
from nodegraph.graph.curve import Curve, Kind
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph, Link


def differences(old: Document, new: Document) -> list[str]:
    """One line for each thing that was added, removed or changed; layout last, in one line."""
    a, b = old.graph, new.graph
    lines = [f"shot: {row}" for row in _shot(a.shot, b.shot)]
    lines += [f"- {name} ({a.nodes[name].kind})" for name in a.nodes if name not in b.nodes]
    lines += [f"+ {name} ({b.nodes[name].kind})" for name in b.nodes if name not in a.nodes]
    for name in a.nodes:
        if name in b.nodes and a.nodes[name] != b.nodes[name]:
            lines += [f"~ {name}{row}" for row in _node(a, b, name)]
    if dict(a.roots) != dict(b.roots):
        lines.append("roots: changed")
    if dict(a.ui) != dict(b.ui):
        lines.append("layout: changed (no picture depends on it)")
    return lines


def _shot(a: Shot, b: Shot) -> list[str]:
    rows = [(field.name, getattr(a, field.name), getattr(b, field.name)) for field in fields(Shot)]
    return [f"{name} {_said(x)} → {_said(y)}" for name, x, y in rows if x != y]


def _node(a: Graph, b: Graph, name: str) -> list[str]:
    old, new = a.nodes[name], b.nodes[name]
    rows = []
    if old.kind != new.kind:
        rows.append(f": was a {old.kind}, is a {new.kind}")
    if old.disabled != new.disabled:
        rows.append(": disabled" if new.disabled else ": enabled")
    for knob in sorted({*old.knobs, *new.knobs}):
        x, y = old.knobs.get(knob), new.knobs.get(knob)
        if x != y:
            rows.append(f".{knob}: {_or_default(a, name, knob, x)} → {_or_default(b, name, knob, y)}")
    for port in sorted({*old.inputs, *new.inputs}):
        p, q = old.inputs.get(port), new.inputs.get(port)
        if p != q:
            rows.append(f" ← {port}: {p or 'nothing'} → {q or 'nothing'}")
    if not rows:
        rows.append(": what it came with has changed")
    return rows


def _or_default(graph: Graph, name: str, knob: str, value: Any) -> str:
    if value is not None:
        return _said(value)
    kind = graph.type_of(name)
    return f"{_said(kind.knobs[knob].default)} (default)" if kind and knob in kind.knobs else "default"


def _said(value: Any) -> str:
    if isinstance(value, Curve):
        return f"[{_keys(value)}]"
    if isinstance(value, Link):
        return f"follows {value}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_said, value))})"
    if isinstance(value, float):
        return f"{value:g}"
    return str(getattr(value, "value", value))


def _keys(curve: Curve) -> str:
    """Frame and value of each key, and how the curve leaves it where that is not in a line."""
    rows = []
    for key in curve.keys:
        row = f"{key.frame:g}: {key.value:g}"
        row += f" {key.kind.value}" if key.kind is not Kind.LINEAR else ""
        row += f" {tuple(key.before)} {tuple(key.after)}" if any((*key.before, *key.after)) else ""
        rows.append(row)
    return ", ".join(rows)
