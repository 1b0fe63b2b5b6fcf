"""What a script calls: open, edit, look at a picture, render, save."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nodegraph.data.frames import FrameRange
from nodegraph.data.shot import Shot
from nodegraph.engine.evaluate import evaluate as evaluate_graph
from nodegraph.engine.events import Report
from nodegraph.engine.render import OnError, OnEvent
from nodegraph.engine.render import render as render_graph
from nodegraph.graph.document import Document, load
from nodegraph.graph.document import save as save_document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library

__all__ = ["evaluate", "load", "new", "render", "save"]


def new(library: Library | None = None, **shot: Any) -> Graph:
    """An empty graph of all the nodes that are installed; the rest sets up the shot: first=1001, last=1100 …"""
    return Graph(library or Library.discover(), shot=Shot(**shot))


def save(graph: Graph | Document, path: str | Path | None = None) -> Document:
    """Save a graph or a document, under the path given or its own."""
    return save_document(graph if isinstance(graph, Document) else Document(graph), path)


def evaluate(
    graph: Graph | Document, node: str, frame: int | None = None, output: str = "", *, root: str | Path | None = None
) -> Any:
    """The result of a node at a frame (the shot's first if none is given): an Image, or what the node gives.

    `root` is the project's folder; a document knows its own.
    """
    return evaluate_graph(_graph(graph), node, frame, output, root=_root(graph, root))


def render(
    graph: Graph | Document,
    node: str,
    frames: str | Iterable[int] | None = None,
    *,
    root: str | Path | None = None,
    on_event: OnEvent | None = None,
    resume: bool = False,
    on_error: OnError = "stop",
    memory: int | None = None,
    workers: int | None = None,
    preview: bool = False,
) -> Report:
    """Render frames of a sink, as `1001-1100x2` or numbers; those of the shot if none are given.

    A final render of an identity without consent is refused (ConsentError); a `preview` marks every frame instead.
    """
    return render_graph(
        _graph(graph),
        node,
        FrameRange.parse(frames) if isinstance(frames, str) else frames,
        root=_root(graph, root),
        on_event=on_event,
        resume=resume,
        on_error=on_error,
        memory=memory,
        workers=workers,
        preview=preview,
    )


def _graph(graph: Graph | Document) -> Graph:
    return graph.graph if isinstance(graph, Document) else graph


def _root(graph: Graph | Document, root: str | Path | None) -> Path | None:
    if root is not None:
        return Path(root)
    return graph.folder if isinstance(graph, Document) else None
