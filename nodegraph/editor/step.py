"""A drag's step of undo: from the press to the release."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nodegraph.editor.app import App
    from nodegraph.editor.canvas.picked import Picked
    from nodegraph.graph.graph import Graph

COUNT = count(1)


class Step:
    """What one drag makes of the graph: one step of undo, over as soon as something else changes the graph."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._merge = f"drag {next(COUNT)}"
        self._before = self._made = app.state.graph
        self._over = False

    @property
    def is_over(self) -> bool:
        """True if a key has changed the graph since: what the drag would make of the old one would undo that."""
        return self._over or self.app.state.graph is not self._made

    def edit(self, label: str, graph: Graph, picked: Picked | None = None) -> None:
        """Go on with what the drag makes of the graph; nothing once it is over."""
        if not self.is_over:
            self.app.edit(label, graph, self._merge, picked)
            self._made = self.app.state.graph

    def take_back(self) -> None:
        """Escape: as if it had not been; what the hand does until it lets go is nothing any more."""
        self.edit("", self._before)
        self._over = True
