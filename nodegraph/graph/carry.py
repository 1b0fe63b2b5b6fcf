"""What wires carry: which type fits where, and what a node hands on that carries anything, as a Dot does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.graph.node import Anything

if TYPE_CHECKING:
    from nodegraph.graph.graph import Graph


def fits(given: type, wanted: type) -> bool:
    """True if a wire may carry `given` into a port that takes `wanted`; a picture gives its matte."""
    from nodegraph.data.image import Image, Matte

    if given is Anything or wanted is Anything:
        return True
    return issubclass(given, wanted) or (issubclass(given, Image) and wanted is Matte)


def carried(graph: Graph, name: str) -> type:
    """What a Dot carries: what is wired to it, else what is wanted of it; Anything where neither is known."""
    seen: set[str] = set()
    kind = graph.declared(name)
    while kind is not None and kind.carries and name not in seen:
        seen.add(name)
        port = kind.inputs[0].name
        wire = graph.node(name).inputs.get(port)
        if wire is None:
            return next((wanted for _, _, wanted in wants(graph, name, port)), Anything)
        name = wire.node
        kind = graph.declared(name) if name in graph.nodes else None
        output = kind.output(wire.output) if kind is not None else None
        if output is not None and output.type is not Anything:
            return output.type
    return Anything  # from a node that this program lacks, or wired in a ring


def wants(graph: Graph, name: str, port: str) -> list[tuple[str, str, type]]:
    """What an input must be given, by node, port and type: that of a Dot, what all want that it goes on to."""
    found: list[tuple[str, str, type]] = []
    todo, seen = [(name, port)], set[str]()
    while todo:
        at, label = todo.pop()
        kind = graph.declared(at) if at in graph.nodes else None
        into = kind.port(label) if kind is not None else None
        if into is not None and into.type is not Anything:
            found.append((at, label, into.type))
        elif into is not None and at not in seen:
            seen.add(at)
            todo += graph.consumers(at)
    return found
