"""A piece of graph: cut out of a whole one, and put into another under names that are free there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from nodegraph.graph.graph import NOTHING, Graph, Link, Node, Wire


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
    places_ = {name: place for name, place in graph.ui.get("nodes", {}).items() if name in chosen}
    ui: Mapping[str, Any] = {"nodes": places_} if places_ else NOTHING
    return Piece(Graph(graph.library, nodes, ui=ui), inputs, _outputs(graph, chosen))


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
    places: Mapping[str, Any] = more.get("nodes", {})
    corners = [corner for place in places.values() if (corner := _corner(place))]
    if not places:
        return ui
    if at is not None and corners:
        dx, dy = (at[k] - min(corner[k] for corner in corners) for k in (0, 1))
        places = {
            name: {**place, "at": [corner[0] + dx, corner[1] + dy]} if (corner := _corner(place)) else place
            for name, place in places.items()
        }
    return {**ui, "nodes": {**ui.get("nodes", {}), **places}}


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
