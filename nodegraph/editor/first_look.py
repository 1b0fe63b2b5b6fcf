"""What the viewer looks at when a project is opened: the plate on 1, and what comes of it on 2."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nodegraph.data.image import Image
from nodegraph.graph.graph import Graph


def first_look(graph: Graph) -> Mapping[int, str]:
    """The reader that most is made of, and the node that the first writer writes, as inputs of the viewer."""
    sources = [name for name in graph.nodes if _gives_image(graph, name) and not graph.nodes[name].inputs]
    readers = [name for name in sources if graph.nodes[name].kind == "Read"]
    takers = {name: _takers(graph, name) for name in readers or sources}
    rows = sorted(takers, key=lambda name: -takers[name])[:1]
    for sink in graph.sinks():
        wires = [wire.node for wire in graph.nodes[sink].inputs.values() if wire.node in graph.nodes]
        if wires:
            rows.append(wires[0])
            break
    return MappingProxyType(dict(enumerate(dict.fromkeys(rows), 1)))


def _gives_image(graph: Graph, name: str) -> bool:
    kind = graph.type_of(name)
    return kind is not None and not kind.sink and any(output.type is Image for output in kind.outputs)


def _takers(graph: Graph, name: str) -> int:
    return sum(wire.node == name for node in graph.nodes.values() for wire in node.inputs.values())
