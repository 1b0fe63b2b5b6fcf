"""Licences: which models a graph uses, and whether they, and what they were trained on, allow commercial work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nodegraph.data.errors import NodeError, NodegraphError
from nodegraph.data.model import Card, Model
from nodegraph.engine.evaluate import evaluate
from nodegraph.graph.graph import Graph, Wire
from nodegraph.graph.node import NodeType
from nodegraph.ml.cards import named


class ModelUse(NamedTuple):
    """A model that a node of a graph loads or brings along; without a card if it cannot be looked at."""

    node: str
    file: str
    card: Card | None
    fault: str = ""

    @property
    def problem(self) -> str:
        """Why it may not be used commercially, in words; empty if it may."""
        if self.card is None:
            return f"{self.node}: what its model allows is not known: {self.fault}"
        if self.card.commercial:
            return ""
        licence = f"its licence is {self.card.licence}" if self.card.licence else "no licence is stated"
        trained = f"; it was trained on {self.card.trained_on}" if self.card.trained_on else ""
        if self.card.commercial is None:
            return f"{self.node}: nobody has cleared {self.file} for commercial use: {licence}{trained}"
        return f"{self.node}: {self.file} is not for commercial use: {licence}{trained}"


def models_of(graph: Graph, folder: Path) -> Iterator[ModelUse]:
    """The models that the nodes of a graph use, those of nodes that nothing is made of left out."""
    for name in used(graph):
        kind = graph.declared(name)  # a Dot in a model's wire brings none of its own
        if kind is None or graph.nodes[name].disabled:
            continue
        wires = graph.nodes[name].inputs.items()
        wired = frozenset(port for port, wire in wires if _is_fed(graph, wire))
        if kind.models is not None:
            knobs = {knob: graph.value(name, knob, graph.shot.first) for knob in kind.knobs}
            for called in kind.models(knobs, wired):
                yield ModelUse(name, called, named(called), "its card is lost")
        if _gives_model(kind):
            yield _loaded(graph, name, folder)


def problems_of(graph: Graph, folder: Path) -> list[str]:
    """Each model that is not cleared for commercial use: node, file and why."""
    return [use.problem for use in models_of(graph, folder) if use.problem]


def used(graph: Graph) -> list[str]:
    """The nodes that something is made of: all above its sinks, or all there are if it has none."""
    above = {name for sink in graph.sinks() for name in graph.upstream(sink)}
    return [name for name in graph.nodes if name in above or not above]


def _is_fed(graph: Graph, wire: Wire | None) -> bool:
    """True if a node that is not switched off stands at the beginning of a wire, dots passed over."""
    seen: set[Wire] = set()
    while wire is not None and wire.node in graph.nodes and wire not in seen:
        seen.add(wire)
        kind = graph.declared(wire.node)
        if kind is None or not kind.carries:
            return not graph.nodes[wire.node].disabled
        wire = graph.nodes[wire.node].inputs.get(kind.inputs[0].name)
    return False


def _gives_model(kind: NodeType) -> bool:
    return any(issubclass(output.type, Model) for output in kind.outputs)


def _loaded(graph: Graph, name: str, folder: Path) -> ModelUse:
    try:
        value = evaluate(graph, name, root=folder)
    except NodegraphError as fault:
        cause = fault.cause if isinstance(fault, NodeError) else fault
        return ModelUse(name, "", None, cause.message if isinstance(cause, NodegraphError) else str(cause))
    model = next(each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, Model))
    return ModelUse(name, model.path.name, model.card)
