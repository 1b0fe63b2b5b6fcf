"""The minimap: the whole graph in a corner of the canvas, and the part of it that is seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from nodegraph.editor.canvas.view import Rect, View, around
from nodegraph.graph.layout import Point

INSET = 6.0  # pixels between its edge and what it shows


class Minimap(NamedTuple):
    """Where on the screen the minimap lies, and how the graph fits into it."""

    frame: Rect
    scale: float
    origin: Point  # the graph's point in the frame's upper left corner

    def place(self, box: Rect) -> Rect:
        """Where a box of the graph is drawn, in pixels of the screen."""
        left, top = self.to_screen((box.left, box.top))
        return Rect(left, top, left + box.width * self.scale, top + box.height * self.scale)

    def to_screen(self, point: Point) -> Point:
        """Where a place in the graph is drawn."""
        return (
            self.frame.left + (point[0] - self.origin[0]) * self.scale,
            self.frame.top + (point[1] - self.origin[1]) * self.scale,
        )

    def to_graph(self, point: Point) -> Point:
        """The place in the graph that a pixel of it shows."""
        return (
            (point[0] - self.frame.left) / self.scale + self.origin[0],
            (point[1] - self.frame.top) / self.scale + self.origin[1],
        )

    def window(self, view: View, size: Point) -> Rect:
        """The part of the graph that a canvas of this size shows, as drawn in the minimap, cut at its edge."""
        box = self.place(view.seen(size))
        left, right = (min(max(value, self.frame.left), self.frame.right) for value in (box.left, box.right))
        top, bottom = (min(max(value, self.frame.top), self.frame.bottom) for value in (box.top, box.bottom))
        return Rect(left, top, right, bottom)

    def went_to(self, view: View, size: Point, pixel: Point) -> View:
        """The view after a click in the minimap: what was clicked at is in the middle."""
        return view.centred(self.to_graph(pixel), size)


def minimap(boxes: Iterable[Rect], frame: Rect) -> Minimap:
    """A minimap of what lies in these boxes, as large as fits into a frame, and in its middle."""
    whole = around(boxes) or Rect(0.0, 0.0, 1.0, 1.0)
    room = max(1.0, frame.width - 2 * INSET), max(1.0, frame.height - 2 * INSET)
    scale = min(room[0] / max(whole.width, 1.0), room[1] / max(whole.height, 1.0), 1.0)
    middle = whole.centre
    return Minimap(frame, scale, (middle[0] - frame.width / 2 / scale, middle[1] - frame.height / 2 / scale))
