"""What a render has written, as a node that reads it."""

from __future__ import annotations

from pathlib import Path

from nodegraph.data.kinds import is_movie
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed, places

BESIDE = 140.0


def pattern_of(path: Path, frame: int) -> Path:
    """The sequence that a file is a frame of, as name.####.exr; a movie is itself."""
    if is_movie(path):
        return path
    for digits in (f"{frame:08d}", f"{frame:06d}", f"{frame:05d}", f"{frame:04d}", str(frame)):
        before, found, after = path.name.rpartition(digits)
        if found and not before[-1:].isdigit() and not after[:1].isdigit():
            return path.with_name(f"{before}{'#' * len(digits)}{after}")
    return path


def reading(graph: Graph, sink: str, pattern: Path, folder: Path) -> tuple[Graph, str]:
    """With a Read of what a writer wrote, standing beside it; one that is there already is taken."""
    for name, node in graph.nodes.items():
        if node.kind == "Read" and node.knobs.get("file") and graph.type_of(name) is not None:
            text = str(graph.value(name, "file", graph.shot.first))
            if (folder / text).resolve() == pattern.resolve():
                return graph, name
    text = str(pattern.relative_to(folder)) if pattern.is_relative_to(folder) else str(pattern)
    name = graph.free_name("Read")
    graph = graph.add("Read", name, file=text)
    where = places(graph)
    if sink in where:
        x, y = where[sink].at
        graph = placed(graph, **{name: (x + BESIDE, y)})
    return graph, name
