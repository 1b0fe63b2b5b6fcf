"""The preview notice: whose face a picture shows without leave. The same words as a final render would refuse with."""

from __future__ import annotations

from pathlib import Path

from nodegraph.data.errors import NodegraphError
from nodegraph.engine.consent import PREVIEW, today
from nodegraph.engine.plan import Planner
from nodegraph.graph.graph import Graph


def notice_of(graph: Graph, node: str, folder: Path) -> str:
    """What the viewer writes into a picture that may not be delivered; nothing, if it may."""
    if node not in graph.nodes:
        return ""
    names: list[str] = []
    planner = Planner(graph, folder)
    for name in graph.upstream(node):
        kind = graph.type_of(name)
        if kind is None or kind.consent is None or graph.nodes[name].disabled:
            continue
        try:
            who, consent = kind.consent(planner.index.entry(name).fixed)
        except NodegraphError:
            continue  # the node says itself what is wrong with it
        if consent.problem(today(), graph.shot.production):
            names.append(who or consent.subject or name)
    return f"{PREVIEW} – no consent for {', '.join(dict.fromkeys(names))}" if names else ""
