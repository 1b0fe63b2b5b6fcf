"""What a node takes with it when it goes, and brings back when an undo brings it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.state import State
from nodegraph.graph.graph import Graph


class Returning:
    """The viewer's inputs and the panels of nodes that are gone; they are no part of the graph and its undo."""

    def __init__(self) -> None:
        self._inputs: dict[int, str] = {}
        self._panels: dict[str, bool] = {}  # and whether they were pinned

    def without(self, state: State, graph: Graph) -> State:
        """The state with another graph: what is not in it lets go of viewer, panels and selection."""
        state = _renamed(state, graph)
        gone = {slot: name for slot, name in state.inputs.items() if name not in graph.nodes}
        closed = {name: name in state.panels.pinned for name in state.panels.names if name not in graph.nodes}
        self._inputs |= gone
        self._panels |= closed
        kept = {slot: name for slot, name in state.inputs.items() if slot not in gone}
        return replace(
            state,
            document=replace(state.document, graph=graph),
            picked=state.picked.within(graph),
            panels=state.panels.after(graph) if closed else state.panels,
            inputs=MappingProxyType(kept) if gone else state.inputs,
        )

    def back(self, state: State, graph: Graph) -> State:
        """The same for undo and redo: what comes back is selected, shown and open as it was."""
        state = _in_range(_renamed(state, graph), graph)
        came = frozenset(graph.nodes.keys() - state.graph.nodes.keys() - state.picked.nodes)
        after = self.without(state, graph)
        if not came:
            return after
        inputs: Mapping[int, str] = {
            slot: name for slot, name in self._inputs.items() if name in came and slot not in after.inputs
        }
        panels = after.panels
        for name in sorted(came & self._panels.keys(), reverse=True):
            panels = panels.opened(name)
            if self._panels.pop(name) and name not in panels.pinned:
                panels = panels.turned(name)
        for slot in inputs:
            del self._inputs[slot]
        return replace(
            after,
            picked=Picked(came),
            panels=panels,
            inputs=MappingProxyType({**after.inputs, **inputs}) if inputs else after.inputs,
        )


def _renamed(state: State, graph: Graph) -> State:
    """The state with a node called as it is in another graph, if that is what the two differ by."""
    old, new = state.graph.nodes.keys() - graph.nodes.keys(), graph.nodes.keys() - state.graph.nodes.keys()
    if len(old) != 1 or len(new) != 1:
        return state
    before, after = next(iter(old)), next(iter(new))
    if state.graph.nodes[before] != graph.nodes[after]:
        return state

    def name(each: str) -> str:
        return after if each == before else each

    panels, picked = state.panels, state.picked
    return replace(
        state,
        inputs=MappingProxyType({slot: name(each) for slot, each in state.inputs.items()}),
        panels=panels._replace(names=tuple(map(name, panels.names)), pinned=frozenset(map(name, panels.pinned))),
        picked=picked._replace(nodes=frozenset(map(name, picked.nodes))),
    )


def _in_range(state: State, graph: Graph) -> State:
    """The state with in, out and the frame in the shot of another graph, where undo changes its range."""
    old, new = state.graph.shot, graph.shot
    if (old.first, old.last) == (new.first, new.last):
        return state
    frame = min(max(state.frame, new.first), new.last)
    return replace(state, first=new.first, last=new.last, frame=frame)
