"""A hand on the canvas: from a press to its release."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from nodegraph.editor.canvas import edge
from nodegraph.editor.pane import Held
from nodegraph.editor.step import Step
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

    scrolls = False  # what it drags takes the canvas along at its edge
    edits = True  # what it drags is of the graph

    def __init__(self, pane: GraphPane, at: Point) -> None:
        self.pane = pane
        self.origin = pane.view.to_graph(at)  # stays where it is while the canvas moves
        self.graph = pane.app.state.graph
        self.step = Step(pane.app)
        self.dragging = False
        self._held = Held()
        self._came_in = False  # a press near the edge does not scroll before the hand has been further in

    @property
    def start(self) -> Point:
        """Where it was pressed, in pixels as the canvas lies now."""
        return self.pane.view.to_screen(self.origin)

    def by(self, at: Point) -> Point:
        """How far the hand has gone, in the graph."""
        x, y = self.pane.view.to_graph(at)
        return x - self.origin[0], y - self.origin[1]

    @property
    def is_overtaken(self) -> bool:
        """True if a key has changed what is dragged since."""
        return self.edits and self.step.is_over

    def move(self, at: Point, held: Held) -> None:
        """The mouse moved; below a few pixels it only trembled."""
        if not self.dragging and math.dist(at, self.start) < SLACK * self.pane.view.unit:
            return
        self.dragging = True
        self._held = held
        self.drag(at, held)

    def scroll(self, seconds: float) -> bool:
        """Before a frame, some time after the last: at the edge the canvas goes on under the hand. True if it did."""
        pane = self.pane
        if not (self.scrolls and self.dragging):
            return False
        x, y = edge.speed(pane.cursor, pane.size, pane.view.unit)
        if not (x or y):
            self._came_in = True
            return False
        outside = not (0 <= pane.cursor[0] <= pane.size[0] and 0 <= pane.cursor[1] <= pane.size[1])
        if not (self._came_in or outside):
            return False
        pane.show(pane.view.panned((-x * seconds, -y * seconds)))
        self.follow()
        return True

    def follow(self) -> None:
        """The canvas went on under the hand, or was zoomed: what is dragged goes along."""
        if self.dragging:
            self.scrolled()
            self.pane.app.guarded(lambda: self.drag(self.pane.cursor, self._held))

    def scrolled(self) -> None:
        """Other parts of the graph are seen now."""

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
