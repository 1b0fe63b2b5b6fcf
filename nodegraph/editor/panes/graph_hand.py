"""A hand on the canvas: from a press to its release."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from nodegraph.editor.pane import Held
from nodegraph.graph.layout import Point

if TYPE_CHECKING:
    from nodegraph.editor.panes.graph import GraphPane

SLACK = 4.0  # pixels that a click may tremble
_gesture = itertools.count(1)


def fresh_gesture() -> str:
    """What the edits of one gesture are merged under."""
    return f"hand {next(_gesture)}"


class Hand:
    """What the mouse does from a press to its release. Points are in pixels of the canvas."""

    def __init__(self, pane: GraphPane, at: Point) -> None:
        self.pane = pane
        self.start = at
        self.graph = pane.app.state.graph
        self.merge = fresh_gesture()
        self.dragging = False

    def by(self, at: Point) -> Point:
        """How far the hand has gone, in the graph."""
        zoom = self.pane.view.zoom
        return (at[0] - self.start[0]) / zoom, (at[1] - self.start[1]) / zoom

    def move(self, at: Point, held: Held) -> None:
        """The mouse moved; below a few pixels it only trembled."""
        if not self.dragging and math.dist(at, self.start) < SLACK * self.pane.view.unit:
            return
        self.dragging = True
        self.drag(at, held)

    def release(self, at: Point, held: Held) -> None:
        """The button came up."""
        if self.dragging:
            self.drop(at, held)
        else:
            self.click(at, held)

    def drag(self, at: Point, held: Held) -> None:
        """Go on."""

    def drop(self, at: Point, held: Held) -> None:
        """End what was dragged."""

    def click(self, at: Point, held: Held) -> None:
        """It was a click."""

    def cancel(self) -> None:
        """Escape: as if nothing had been."""
