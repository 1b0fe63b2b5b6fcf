"""Which node is at fault: pictures are read only where they are needed, so a writer may tell of a reader's file."""

from __future__ import annotations

import re

from nodegraph.data.errors import NodegraphError
from nodegraph.editor.panels.progress import Failure
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File

NUMBER = re.compile(r"#+|%0?\d*d")


def at_fault(graph: Graph, failure: Failure) -> str:
    """The node whose file the message names; else the one that failed, if it is there; else nothing."""
    for name, node in graph.nodes.items():
        kind = graph.type_of(name)
        for knob in kind.knobs.values() if kind is not None else ():
            if knob.type is File and knob.name in node.knobs and _names(graph, name, knob.name, failure):
                return name
    return failure.node if failure.node in graph.nodes else ""


def _names(graph: Graph, name: str, knob: str, failure: Failure) -> bool:
    try:
        text = str(graph.value(name, knob, failure.frame)).removeprefix("./")
    except NodegraphError:
        return False
    if len(text) < 2:
        return False
    pattern = r"-?\d+".join(re.escape(part) for part in NUMBER.split(text))
    return re.search(rf"(?:^|[\s/\\'\"]){pattern.removeprefix('/')}(?=$|[\s:,;'\"])", failure.message) is not None
