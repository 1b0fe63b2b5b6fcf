"""Cautions: what is to be thought of before something is delivered, by the nodes it was made with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from nodegraph.graph.graph import Graph


class Caution(NamedTuple):
    """A node that a delivery comes through, and what it says of that."""

    node: str
    sink: str
    text: str

    def __str__(self) -> str:
        return f"{self.node} feeds the delivery {self.sink}: {self.text}"


def cautions(graph: Graph, sinks: Iterable[str] | None = None) -> list[Caution]:
    """What the nodes of a graph have to say where a sink that delivers is made of them."""
    found = []
    for sink in graph.sinks() if sinks is None else sinks:
        kind = graph.type_of(sink)
        if kind is None or kind.delivers is None:
            continue
        if not kind.delivers({knob: graph.value(sink, knob, graph.shot.first) for knob in kind.knobs}):
            continue
        for name in graph.upstream(sink):
            above = graph.type_of(name)
            if above is not None and above.caution and not graph.nodes[name].disabled:
                found.append(Caution(name, sink, above.caution))
    return found
