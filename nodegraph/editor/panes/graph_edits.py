"""Edits that the canvas has keys for: wiring the selection, versions of files, wires out of sight."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from nodegraph.data.errors import GraphError
from nodegraph.editor.canvas.arrange import settled, standing
from nodegraph.editor.canvas.gestures import pasted
from nodegraph.editor.canvas.shapes import in_ports
from nodegraph.editor.canvas.wiring import why_not
from nodegraph.editor.panels.versions import MOST, version_of, with_version
from nodegraph.graph.graph import Graph, Link, Wire
from nodegraph.graph.knob import File
from nodegraph.graph.layout import HIDDEN, PICTURE, turned


def connected(graph: Graph, names: Collection[str]) -> frozenset[str]:
    """All that hangs together with some nodes by wires."""
    beside: dict[str, set[str]] = {}
    for taker, _, wire in graph.wires():
        beside.setdefault(taker, set()).add(wire.node)
        beside.setdefault(wire.node, set()).add(taker)
    found, todo = set(names), list(names)
    while todo:
        fresh = beside.get(todo.pop(), set()) - found
        found |= fresh
        todo += fresh
    return frozenset(found & graph.nodes.keys())


def _downwards(graph: Graph, names: Collection[str]) -> list[str]:
    where = standing(graph)
    return sorted(names, key=lambda name: (where[name][1], where[name][0]))


def chained(graph: Graph, names: Collection[str], up: bool = False) -> Graph:
    """The graph with each node wired to the one that stands above it; or below it, from the lowest `up`."""
    if len(names) < 2:
        raise GraphError("one node cannot be connected with itself", "select two or more")
    rows = _downwards(graph, names)
    for above, below in pairwise(reversed(rows) if up else rows):
        graph = _wired(graph, below, above)
    return graph


def splayed(graph: Graph, names: Collection[str]) -> Graph:
    """The graph with all but the lowest of some nodes wired into that one, from left to right."""
    if len(names) < 2:
        raise GraphError("one node cannot be wired into itself", "select two or more")
    where = standing(graph)
    *givers, taker = _downwards(graph, names)
    for giver in sorted(givers, key=lambda name: where[name][0]):
        graph = _wired(graph, taker, giver)
    return graph


def fed(graph: Graph, names: Collection[str], source: str) -> Graph:
    """The graph with the first of some nodes that takes it wired to a source, if none is yet."""
    if any(wire.node == source for name in names for wire in graph.node(name).inputs.values()):
        return graph
    for name in _downwards(graph, names):
        inputs = graph.node(name).inputs
        free = [label for label, _ in in_ports(graph, name) if label not in inputs]
        label = next((label for label in free if not why_not(graph, name, label, Wire(source))), None)
        if label is not None and not inputs:
            return graph.connect(name, label, Wire(source))
    return graph


def _wired(graph: Graph, taker: str, giver: str) -> Graph:
    inputs = graph.node(taker).inputs
    if any(wire.node == giver for wire in inputs.values()):
        return graph
    reason = f"the inputs of {taker} are all wired"
    for label, _ in in_ports(graph, taker):
        if label in inputs:
            continue
        reason = why_not(graph, taker, label, Wire(giver))
        if not reason:
            return graph.connect(taker, label, Wire(giver))
    raise GraphError(f"{giver} does not go into {taker}: {reason}", "put a node between them")


def with_values(graph: Graph, names: Collection[str], text: str) -> Graph:
    """The graph with the knobs of nodes as those of copied nodes of their kinds are, animation and all."""
    whole, picked = pasted(graph, text)
    copied = {whole.nodes[name].kind: whole.nodes[name] for name in reversed([*whole.nodes]) if name in picked.nodes}
    takers = [name for name in names if graph.node(name).kind in copied]
    if not takers:
        kinds = ", ".join(sorted(copied)) or "nothing"
        raise GraphError(f"copied was {kinds}, and nothing of that kind is selected", "select nodes of the same kind")
    for name in takers:
        node = graph.node(name)
        graph = replace(graph, nodes={**graph.nodes, name: replace(node, knobs={})})
        for knob, value in copied[node.kind].knobs.items():
            if not (isinstance(value, Link) and value.node in picked.nodes):
                graph = graph.set(name, knob, value)
    return graph


def hidden(graph: Graph, names: Collection[str]) -> Graph:
    """The graph with the wires of nodes out of sight, or shown again if all of them are."""
    return turned(settled(graph), HIDDEN, names)


def pictured(graph: Graph, names: Collection[str]) -> Graph:
    """The graph with the pictures of nodes on them, or no longer if all of them have theirs."""
    return turned(settled(graph), PICTURE, names)


def version(graph: Graph, names: Collection[str], by: int) -> Graph:
    """The graph with the files of nodes so many versions further."""
    return _other_files(graph, names, lambda path: with_version(path, max(0, (version_of(path) or 0) + by)))


def latest(graph: Graph, names: Collection[str], folder: Path) -> Graph:
    """The graph with the files of nodes at the highest version on the disk."""

    def highest(path: str) -> str:
        whole = Path(path) if Path(path).is_absolute() else folder / path
        here = version_of(path) or 0
        for number in range(min(MOST, here + 200), here, -1):
            if _is_there(Path(with_version(str(whole), number))):
                return with_version(path, number)
        return path

    return _other_files(graph, names, highest)


def _is_there(path: Path) -> bool:
    """True if a file is, or a frame of a sequence."""
    if path.exists():
        return True
    stem = path.name.partition("#")[0].partition("%")[0]
    return stem != path.name and path.parent.is_dir() and any(path.parent.glob(f"{stem}*{path.suffix}"))


def files_with(graph: Graph, names: Collection[str], part: str) -> list[File]:
    """The paths of nodes that have a part in them, each once, in the order of the nodes."""
    paths = (path for name in graph.nodes if name in names for path in _files(graph, name).values())
    return list(dict.fromkeys(path for path in paths if part in path))


def replaced(graph: Graph, names: Collection[str], old: str, new: str) -> Graph:
    """The graph with another part in the paths of nodes."""
    paths = files_with(graph, names, old)
    if not old or not paths:
        raise GraphError(f"no file of these nodes has “{old}” in its path", "upper and lower case matter")
    for name in names:
        for knob, path in _files(graph, name).items():
            if path in paths:
                graph = graph.set(name, knob, File(path.replace(old, new)))
    return graph


def _files(graph: Graph, name: str) -> dict[str, File]:
    """The files that a node names, by knob."""
    if graph.type_of(name) is None:
        return {}
    return {knob: value for knob, value in graph.node(name).knobs.items() if isinstance(value, File)}


def _other_files(graph: Graph, names: Collection[str], turn: Callable[[str], str]) -> Graph:
    before = graph
    said = False
    for name in names:
        for knob, path in _files(graph, name).items():
            if version_of(path) is not None:
                said = True
                graph = graph.set(name, knob, File(turn(path)))
    if not said:
        raise GraphError("no file of the selected nodes says a version", "put one in its name, as plate_v001")
    return graph if graph.nodes != before.nodes else before
