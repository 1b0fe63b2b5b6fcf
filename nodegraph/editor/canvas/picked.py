"""What is selected on the canvas, and what goes along with it."""

from __future__ import annotations

from typing import NamedTuple

from nodegraph.editor.canvas.shapes import note_size
from nodegraph.editor.canvas.view import at_corner
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import backdrops, notes, on_backdrop

NONE: frozenset[str] = frozenset()


class Picked(NamedTuple):
    """Nodes, backdrops and notes by name, and wires by the input that they enter."""

    nodes: frozenset[str] = NONE
    backdrops: frozenset[str] = NONE
    notes: frozenset[str] = NONE
    wires: frozenset[tuple[str, str]] = frozenset()

    @property
    def empty(self) -> bool:
        return not any(self)

    def joined(self, other: Picked) -> Picked:
        """Both, as with Shift."""
        return Picked(
            self.nodes | other.nodes,
            self.backdrops | other.backdrops,
            self.notes | other.notes,
            self.wires | other.wires,
        )

    def within(self, graph: Graph) -> Picked:
        """What of it there still is in a graph."""
        wires = frozenset(
            (taker, port) for taker, port in self.wires if taker in graph.nodes and port in graph.nodes[taker].inputs
        )
        return Picked(
            self.nodes & graph.nodes.keys(),
            self.backdrops & backdrops(graph).keys(),
            self.notes & notes(graph).keys(),
            wires,
        )


def nodes(*names: str) -> Picked:
    """These nodes."""
    return Picked(frozenset(names))


def carried(graph: Graph, picked: Picked) -> Picked:
    """What is picked, and all that lies on its backdrops: nodes, notes, and smaller backdrops."""
    panels = backdrops(graph)
    held = [name for name in picked.backdrops if name in panels]
    if not held:
        return picked
    areas = [at_corner(panels[name].at, panels[name].size) for name in held]
    inner = {
        name for name, panel in panels.items() if any(area.covers(at_corner(panel.at, panel.size)) for area in areas)
    }
    lying = {
        name
        for name, note in notes(graph).items()
        if any(area.covers(at_corner(note.at, note_size(note.text))) for area in areas)
    }
    standing = {node for name in held for node in on_backdrop(graph, name)} & graph.nodes.keys()
    return Picked(picked.nodes | standing, picked.backdrops | inner, picked.notes | lying, picked.wires)
