"""A render never writes over what it reads: the plate would be lost, and other frames would see what replaced it."""

from __future__ import annotations

from collections.abc import Iterator

from nodegraph.data.errors import GraphError, NodegraphError
from nodegraph.engine.plan import Frames, Planner
from nodegraph.engine.step import Whole
from nodegraph.graph.knob import File
from nodegraph.media.sequence import FileSequence


def refuse_over(planner: Planner, sink: str, frames: Frames) -> None:
    """Raise a GraphError if a sink is to write the very files that a node before it reads."""
    target = dict(_files(planner, sink, frames[0])).get("file")
    if target is None:
        return
    for name in planner.graph.upstream(sink):
        if target in dict(_files(planner, name, frames[0])).values() and _read(planner, name, sink, frames):
            raise GraphError(
                f"{sink} would write over what {name} reads, {planner.graph.value(sink, 'file', frames[0])}",
                "give it another name or folder: what is read would be lost, and a second render would start from it",
            )


def _files(planner: Planner, name: str, frame: int) -> Iterator[tuple[str, str]]:
    """The files that a node's knobs name, a sequence alike however it is spelt."""
    graph = planner.graph
    kind = graph.type_of(name)
    if kind is None:
        return
    view = str(graph.value(name, "view", frame)) if "view" in kind.knobs else ""
    for knob in kind.knobs:
        value = graph.value(name, knob, frame)
        if isinstance(value, File) and value:
            try:
                path = str(planner.index.file(value)).replace("%V", view or "main")
            except NodegraphError:  # told where it is used
                continue
            yield knob, str(FileSequence.of(path))


def _read(planner: Planner, name: str, sink: str, frames: Frames) -> bool:
    """True if frames of the sink depend on a node, which may be disabled, or behind a switch."""
    graph = planner.graph
    kind = graph.type_of(name)
    if graph.nodes[name].disabled or kind is None or kind.sink:
        return False
    for frame in frames:
        try:
            steps = planner.plan_sink(sink, frames, frame).steps
        except NodegraphError:  # told where it is rendered
            continue
        for step in steps:
            whole = [each.node for each in step.arguments if isinstance(each, Whole)]
            if step.node == name or any(name in (each, *graph.upstream(each)) for each in whole):
                return True
    return False
