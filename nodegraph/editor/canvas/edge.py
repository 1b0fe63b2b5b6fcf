"""How fast the canvas scrolls by itself while something is dragged to its edge."""

from __future__ import annotations

from nodegraph.graph.layout import Point

MARGIN = 22.0  # pixels inside the edge from which on it scrolls
RATE = 14.0  # pixels a second for each pixel beyond that
FASTEST = 1200.0  # pixels a second


def speed(cursor: Point, size: Point, unit: float = 1.0) -> Point:
    """The way the view goes, in pixels a second: none in the middle, the faster the further out the cursor is."""
    return _along(cursor[0], size[0], unit), _along(cursor[1], size[1], unit)


def _along(place: float, length: float, unit: float) -> float:
    margin = min(MARGIN * unit, length / 4)
    beyond = min(0.0, place - margin) + max(0.0, place - (length - margin))
    return max(-FASTEST * unit, min(FASTEST * unit, RATE * beyond))
