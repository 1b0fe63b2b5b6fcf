"""Running a graph for a measurement: one sink at one frame, everything computed, nothing cached before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nodegraph.data.box import Box, Format
from nodegraph.data.shot import Shot
from nodegraph.engine.cache import Cache, default_budget
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Runner
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from nodegraph.media.exr_recent import RECENT


def shot_graph(width: int = 4096, height: int = 2160, frames: int = 1) -> Graph:
    """An empty graph for a 4K shot."""
    shot = Shot(name="bench", first=1001, last=1000 + frames, format=Format(width, height))
    return Graph(Library.discover(), shot=shot)


def written(graph: Graph, sink: str, folder: Path, frame: int = 1001) -> Any:
    """Plan and run a sink at one frame, as a render does, less its receipt; nothing is known of it from before."""
    RECENT.clear()
    planner = Planner(graph, folder)
    runner = Runner(planner, Cache(default_budget()))
    try:
        return runner.result(planner.plan_sink(sink, (frame,), frame))
    finally:
        runner.loads.close()


def brightened(source: str, target: str, box: Box, gain: float, **writing: Any) -> Graph:
    """Read, brighten one rectangle, write: the shape of every face edit."""
    graph = shot_graph().add("Read", "plate", file=source, colorspace="ACEScg")
    last = "plate"
    if not box.empty:
        graph = graph.add("Constant", "fill", color=(1.0, 1.0, 1.0, 1.0)).add(
            "Crop", "matte", box=tuple(map(float, box))
        )
        graph = graph.connect("matte", "image", "fill").add("Grade", "edit", multiply=(gain, gain, gain))
        graph = graph.connect("edit", "image", "plate").connect("edit", "matte", "matte")
        last = "edit"
    graph = graph.add("Write", "out", file=target, colorspace="ACEScg", **writing)
    return graph.connect("out", "image", last)


def graph_of(shot: Shot, **known: Any) -> Graph:
    """An empty graph with a node for each of some values that are known: tracks, crops, a picture."""

    def holder(name: str, value: Any) -> Callable[[], Any]:
        def held() -> Any:
            """A value that is known."""
            return value

        held.__name__ = f"known_{name}"
        held.__annotations__ = {"return": type(value)}
        return node(held)

    library = Library.discover().with_nodes(*(holder(name, value) for name, value in known.items()))
    graph = Graph(library, shot=shot)
    for name in known:
        graph = graph.add(f"Known{name.capitalize()}", name)
    return graph
