"""A piece of graph: cut out of a whole one, and put into another under names that are free there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from nodegraph.graph.graph import NOTHING, Graph, Link, Node, Wire
from nodegraph.graph.layout import backdrops, on_backdrop


class Piece(NamedTuple):
    """Some nodes as a graph of their own, and where it was cut: wires that came in, and nodes to go on from.

    One wire that came in to several places is one input. A node to go on from is wired to others that
    were left behind, or to none at all and does not write.
    """

    graph: Graph
    inputs: Mapping[str, tuple[Link, ...]]
    outputs: Mapping[str, Wire]


def cut(graph: Graph, names: Iterable[str]) -> Piece:
    """Some nodes of a graph. A knob that followed one outside keeps the value it had."""
    chosen = dict.fromkeys(names)
    open_: dict[Wire, list[Link]] = {}
    nodes: dict[str, Node] = {}
    for name in chosen:
        node = graph.node(name)
        for port, wire in node.inputs.items():
            if wire.node not in chosen:
                open_.setdefault(wire, []).append(Link(name, port))
        nodes[name] = replace(
            node,
            inputs={port: wire for port, wire in node.inputs.items() if wire.node in chosen},
            knobs={
                knob: graph.value(name, knob, graph.shot.first)
                if isinstance(value, Link) and value.node not in chosen
                else value
                for knob, value in node.knobs.items()
            },
        )
    inputs: dict[str, tuple[Link, ...]] = {}
    for places in open_.values():
        inputs[_free(places[0].knob, inputs)] = tuple(places)
    return Piece(Graph(graph.library, nodes, ui=_layout(graph, chosen)), inputs, _outputs(graph, chosen))


def _layout(graph: Graph, chosen: Mapping[str, None]) -> Mapping[str, Any]:
    """Where the nodes stand, and backdrops that have nothing but them on."""
    panels = [name for name in backdrops(graph) if (on := on_backdrop(graph, name)) and set(on) <= set(chosen)]
    rows = {
        "nodes": {name: place for name, place in graph.ui.get("nodes", {}).items() if name in chosen},
        "backdrops": {name: graph.ui["backdrops"][name] for name in panels},
    }
    return {key: row for key, row in rows.items() if row} or NOTHING


def _outputs(graph: Graph, chosen: Mapping[str, None]) -> dict[str, Wire]:
    used: set[str] = set()
    leaving: dict[Wire, None] = {}
    for taker, _, wire in graph.wires():
        if taker in chosen:
            used.add(wire.node)
        elif wire.node in chosen:
            leaving[wire] = None
    gone_on = {wire.node for wire in leaving}
    for name in chosen:
        kind = graph.type_of(name)
        if name not in used and name not in gone_on and not (kind is not None and kind.sink):
            leaving[Wire(name)] = None
    if len(leaving) == 1:
        return {"out": next(iter(leaving))}
    outputs: dict[str, Wire] = {}
    for wire in leaving:
        outputs[_free(f"{wire.node}_{wire.output}" if wire.output else wire.node, outputs)] = wire
    return outputs


def joined(graph: Graph, piece: Graph, at: tuple[float, float] | None = None) -> tuple[Graph, dict[str, str]]:
    """A graph with a piece in it, not wired to the rest, and what the nodes of the piece are called there.

    Names that are taken get a number; `at` is where the upper left corner of the piece goes.
    """
    piece, names = _renamed(piece, graph)
    return replace(graph, nodes={**graph.nodes, **piece.nodes}, ui=_placed(graph.ui, piece.ui, at)), names


def _renamed(piece: Graph, graph: Graph) -> tuple[Graph, dict[str, str]]:
    """The piece with names that are free in the graph, its own wires and links gone along."""
    names: dict[str, str] = {}
    for name in tuple(piece.nodes):
        new = name
        if name in graph.nodes:
            base, number = name.rstrip("0123456789"), 1
            while f"{base}{number}" in graph.nodes or f"{base}{number}" in piece.nodes:
                number += 1
            new = f"{base}{number}"
        names[name] = new
        piece = piece.rename(name, new)
    return piece, names


def _placed(ui: Mapping[str, Any], more: Mapping[str, Any], at: tuple[float, float] | None) -> Mapping[str, Any]:
    """A layout with another in it, moved so that its upper left node stands at a place."""
    corners = [corner for row in more.get("nodes", {}).values() if (corner := _corner(row))]
    by = [at[k] - min(corner[k] for corner in corners) for k in (0, 1)] if at is not None and corners else [0, 0]
    result = dict(ui)
    for key in ("nodes", "backdrops", "notes"):
        rows = more.get(key)
        if not isinstance(rows, Mapping) or not rows:
            continue
        old = ui.get(key, {})
        moved = {
            name: {**row, "at": [corner[0] + by[0], corner[1] + by[1]]} if (corner := _corner(row)) else row
            for name, row in rows.items()
        }
        result[key] = {**old, **{name if key == "nodes" else _free(name, old): row for name, row in moved.items()}}
    return result


def _corner(place: Any) -> list[float]:
    """Where a node stands; files are made by hand too, so nothing is taken for granted."""
    at = place.get("at") if isinstance(place, dict) else None
    whole = isinstance(at, list) and len(at) == 2 and all(isinstance(part, (int, float)) for part in at)
    return list(at) if whole and at is not None else []


def _free(name: str, taken: Mapping[str, Any]) -> str:
    number = 1
    while (label := name if number == 1 else f"{name}{number}") in taken:
        number += 1
    return label
