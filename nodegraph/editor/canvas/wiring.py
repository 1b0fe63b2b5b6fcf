"""Wires, as a hand draws them: which ports a wire may go to, and why not; nodes put into wires and taken out of them.

Every function takes a graph and gives another one; what cannot be is refused with a GraphError.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple

from nodegraph.data.errors import GraphError
from nodegraph.editor.canvas.arrange import GAP_DOWN, boxes
from nodegraph.editor.canvas.shapes import DOT, DOT_RADIUS, in_ports, node_look, out_ports
from nodegraph.editor.canvas.view import at_corner
from nodegraph.graph.carry import fits, wants
from nodegraph.graph.graph import Graph, Wire
from nodegraph.graph.layout import Place, Point, moved
from nodegraph.graph.library import Library
from nodegraph.graph.node import NodeType

NEAR, BETWEEN = 12.0, 30.0  # a new node moves on what is nearer below it, and how far off it is then
Ends = frozenset[tuple[str, str]]  # ports, by node and name


class Targets(NamedTuple):
    """The ports that light up while a wire is dragged, and those that refuse it."""

    lit: Ends
    refused: Ends


class Created(NamedTuple):
    """A graph with a new node in it, and its name."""

    graph: Graph
    name: str


# -- what may be wired -----------------------------------------------------------------------------------


def targets(graph: Graph, wire: Wire) -> Targets:
    """Where a wire that is dragged from an output may go."""
    giver = graph.type_of(wire.node)
    out = giver.output(wire.output) if giver is not None else None
    above = set(graph.upstream(wire.node))  # to these a wire would close a loop
    lit: set[tuple[str, str]] = set()
    refused: set[tuple[str, str]] = set()
    for name in graph.nodes:
        placeholder = graph.type_of(name) is None
        for label, port in in_ports(graph, name):
            known = port is not None and (giver is None or (out is not None and _goes(graph, out.type, name, label)))
            (lit if name not in above and (placeholder or known) else refused).add((name, label))
    return Targets(frozenset(lit), frozenset(refused))


def sources(graph: Graph, taker: str, port: str) -> Targets:
    """Where a wire that is dragged from an input may come from."""
    kind = graph.type_of(taker)
    asked = wants(graph, taker, port) if kind is not None and kind.port(port) is not None else None
    below = _downstream(graph, taker)
    lit: set[tuple[str, str]] = set()
    refused: set[tuple[str, str]] = set()
    for name in graph.nodes:
        giver = graph.type_of(name)
        for wire, _, _ in out_ports(giver):
            out = giver.output(wire) if giver is not None else None
            fitting = asked is not None and out is not None and all(fits(out.type, each) for _, _, each in asked)
            known = asked is not None and (giver is None or fitting)
            (lit if name not in below and (kind is None or known) else refused).add((name, wire))
    return Targets(frozenset(lit), frozenset(refused))


def _goes(graph: Graph, given: type, taker: str, port: str) -> bool:
    return all(fits(given, wanted) for _, _, wanted in wants(graph, taker, port))


def why_not(graph: Graph, taker: str, port: str, wire: Wire) -> str:
    """Why a wire cannot be; empty if it can."""
    try:
        graph.check_wire(taker, port, wire)
    except GraphError as fault:
        return fault.message
    return ""


def _downstream(graph: Graph, name: str) -> set[str]:
    takers: dict[str, list[str]] = {}
    for taker, _, wire in graph.wires():
        takers.setdefault(wire.node, []).append(taker)
    found, todo = {name}, [name]
    while todo:
        for taker in takers.get(todo.pop(), ()):
            if taker not in found:
                found.add(taker)
                todo.append(taker)
    return found


def kinds_taking(library: Library, given: type) -> list[str]:
    """The node types that a wire dropped on the empty canvas may go on to."""
    return [name for name, kind in library.types.items() if any(fits(given, port.type) for port in kind.inputs)]


def kinds_giving(library: Library, wanted: type) -> list[str]:
    """The node types that a wire dragged up from an input may come from."""
    return [name for name, kind in library.types.items() if any(fits(out.type, wanted) for out in kind.outputs)]


# -- wires -----------------------------------------------------------------------------------------------


def moved_end(graph: Graph, taker: str, port: str, to: tuple[str, str]) -> Graph:
    """The graph with a wire pulled off one input and put on another; what was on that one gives way."""
    wire = _wire(graph, taker, port)
    return graph.disconnect(taker, port).connect(*to, wire)


def unwired(graph: Graph, names: Collection[str]) -> Graph:
    """The graph with nothing on the inputs of some nodes."""
    return _with_inputs(graph, {name: {} for name in names if graph.node(name).inputs})


def swapped(graph: Graph, name: str) -> Graph:
    """The graph with what is on the first two inputs of one type exchanged, as A and B of a Merge."""
    kind = graph.known_type(name)
    ports = [(label, port.type) for label, port in in_ports(graph, name) if port is not None]
    for index, (first, wanted) in enumerate(ports):
        second = next((label for label, other in ports[index + 1 :] if other is wanted), None)
        inputs = graph.node(name).inputs
        if second is not None and (first in inputs or second in inputs):
            swap = {first: second, second: first}
            return _with_inputs(graph, {name: {swap.get(label, label): wire for label, wire in inputs.items()}})
    raise GraphError(f"{name} has no two inputs to swap", f"a {kind.name} needs two of one type, and one of them wired")


# -- in and out of a wire --------------------------------------------------------------------------------


def inserted(graph: Graph, name: str, taker: str, port: str) -> Graph:
    """The graph with a node put into a wire: on its first free input that fits, and on from its first such output."""
    wire = _wire(graph, taker, port)
    kind = graph.known_type(name)
    if name in (taker, wire.node):
        raise GraphError(f"{name} is at an end of that wire already", "drop it on another one")
    inputs = graph.node(name).inputs
    free = [label for label, _ in in_ports(graph, name) if label not in inputs]
    into = next((label for label in free if not why_not(graph, name, label, wire)), None)
    if into is None:
        reason = why_not(graph, name, free[0], wire) if free else f"the inputs of {name} are all wired"
        raise GraphError(f"{name} does not go into that wire: {reason}", "take it out of its own wires first")
    whole = graph.connect(name, into, wire)
    outs = [Wire(name, label) for label, _, _ in out_ports(kind)]
    out = next((each for each in outs if not why_not(whole, taker, port, each)), None)
    if out is None:
        reason = why_not(whole, taker, port, outs[0]) if outs else f"{name} gives nothing on"
        raise GraphError(f"{name} does not go into that wire: {reason}", "drop it on a wire of its own type")
    return whole.connect(taker, port, out)


def passed(graph: Graph, name: str, output: str = "") -> Wire | None:
    """What a node passes on when it is switched off or gone: its first input of the output's type."""
    node, kind = graph.node(name), graph.type_of(name)
    if kind is None:
        return node.inputs.get("image") or next(iter(node.inputs.values()), None)
    out = kind.output(output)
    for port in kind.inputs:
        if out is None or issubclass(port.type, out.type):
            return next((node.inputs[label] for label in sorted(node.inputs) if kind.port(label) == port), None)
    return None


def healed(graph: Graph, names: Collection[str]) -> Graph:
    """The graph with the takers of some nodes wired to what these would pass on, or to nothing."""
    gone = set(names)
    whole = graph
    for taker, port, wire in graph.wires():
        if taker in gone or wire.node not in gone:
            continue
        source = _source(graph, wire, gone)
        fitting = source is not None and not why_not(graph, taker, port, source)
        whole = whole.connect(taker, port, source) if source and fitting else whole.disconnect(taker, port)
    return whole


def _source(graph: Graph, wire: Wire, gone: set[str]) -> Wire | None:
    """Where a wire comes from when some nodes only pass on."""
    at: Wire | None = wire
    seen: set[Wire] = set()
    while at is not None and at.node in gone and at not in seen:
        seen.add(at)
        at = passed(graph, at.node, at.output)
    return at if at is not None and at.node not in gone and at.node in graph.nodes else None


def extracted(graph: Graph, names: Collection[str]) -> Graph:
    """The graph with nodes taken out of their wires, which close behind them; wires among them stay."""
    gone = set(names)
    rows = {
        name: {port: wire for port, wire in graph.node(name).inputs.items() if wire.node in gone}
        for name in graph.nodes
        if name in gone
    }
    return _with_inputs(healed(graph, gone), rows)


# -- new nodes -------------------------------------------------------------------------------------------


def created(graph: Graph, kind: str, at: Point) -> Created:
    """The graph with a new node whose upper edge has its middle there."""
    name = graph.free_name(kind)
    whole = graph.add(kind, name)
    width = node_look(whole, name).size[0]
    return Created(moved(whole, Place, {name: (round(at[0] - width / 2), round(at[1]))}), name)


def created_after(graph: Graph, kind: str, giver: str) -> Created:
    """The graph with a new node under another: wired to it, and its takers wired to the new one where they fit."""
    stands = boxes(graph, [giver])[giver]
    whole, name = created(graph, kind, (stands.centre[0], stands.bottom + GAP_DOWN))
    wire = Wire(giver)
    label = next((label for label, _ in in_ports(whole, name) if not why_not(whole, name, label, wire)), None)
    if label is None:
        return Created(whole, name)
    whole = whole.connect(name, label, wire)
    for taker, port, old in graph.wires():
        if old.node == giver and _is_first(graph, old) and not why_not(whole, taker, port, Wire(name)):
            whole = whole.connect(taker, port, Wire(name))
    return Created(with_room(whole, name), name)


def with_room(graph: Graph, name: str) -> Graph:
    """The graph with what comes after a node moved down, where a node would lie on it; all else stays."""
    below = _downstream(graph, name) - {name}
    where = boxes(graph, {name, *below})
    started, todo = dict(where), [name]
    while todo:
        at = where[todo.pop(0)]
        for other in sorted(below):
            box = where[other]
            across = box.left < at.right and at.left < box.right
            if box is not at and across and at.top < box.bottom and box.top < at.bottom + NEAR:
                where[other] = at_corner((box.left, at.bottom + BETWEEN), (box.width, box.height))
                todo.append(other)
    shifted = {each: where[each] for each in below if where[each] != started[each]}
    return moved(graph, Place, {each: (box.left, box.top) for each, box in shifted.items()})


def created_on(graph: Graph, kind: str, taker: str, port: str, at: Point) -> Created:
    """The graph with a new node in a wire."""
    whole, name = created(graph, kind, at)
    return Created(with_room(inserted(whole, name, taker, port), name), name)


def dotted(graph: Graph, taker: str, port: str, at: Point) -> Created:
    """The graph with a dot in a wire, its middle there."""
    whole, name = created(graph, DOT, (at[0], at[1] - DOT_RADIUS))
    return Created(inserted(whole, name, taker, port), name)


def _is_first(graph: Graph, wire: Wire) -> bool:
    """True if a wire comes from the first output of its node, by whichever name."""
    kind: NodeType | None = graph.type_of(wire.node)
    return kind is None or (bool(kind.outputs) and kind.output(wire.output) == kind.outputs[0])


def _wire(graph: Graph, taker: str, port: str) -> Wire:
    wire = graph.node(taker).inputs.get(port)
    if wire is None:
        raise GraphError(f"nothing is wired to {taker}.{port}", "point at a wire")
    return wire


def _with_inputs(graph: Graph, rows: Mapping[str, Mapping[str, Wire]]) -> Graph:
    """The graph with the inputs of some nodes as told; only ever fewer wires, or the same elsewhere."""
    fresh = {name: replace(graph.node(name), inputs=dict(inputs)) for name, inputs in rows.items()}
    return replace(graph, nodes={**graph.nodes, **fresh})
