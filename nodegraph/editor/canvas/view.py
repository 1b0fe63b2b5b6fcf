"""The view of the canvas: which part of the graph is on the screen, and how large.

Places in the graph are floats, x to the right and y down; one unit is one pixel at 100 %.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from nodegraph.graph.layout import Point

LEAST = 0.05
MOST = 4.0
STEP = 1.15  # one click of the wheel
MARGIN = 24.0  # pixels around what is fitted


class Rect(NamedTuple):
    """A rectangle by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, point: Point) -> bool:
        """True if a point lies in it, or on its edge."""
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom

    def covers(self, other: Rect) -> bool:
        """True if all of the other lies in it."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def meets(self, other: Rect) -> bool:
        """True if they have a point in common."""
        return (
            self.left <= other.right
            and self.top <= other.bottom
            and self.right >= other.left
            and self.bottom >= other.top
        )

    def grown(self, by: float) -> Rect:
        """The same with so much more on every side."""
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def moved(self, by: Point) -> Rect:
        """The same elsewhere."""
        return Rect(self.left + by[0], self.top + by[1], self.right + by[0], self.bottom + by[1])


def at_corner(corner: Point, size: Point) -> Rect:
    """The rectangle of a size whose upper left corner is there."""
    return Rect(corner[0], corner[1], corner[0] + size[0], corner[1] + size[1])


def between(one: Point, other: Point) -> Rect:
    """The rectangle that a drag from one point to another draws, in whichever direction."""
    return Rect(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))


def around(boxes: Iterable[Rect]) -> Rect | None:
    """The smallest rectangle with all of them in it; None around nothing."""
    rows = list(boxes)
    if not rows:
        return None
    return Rect(
        min(box.left for box in rows),
        min(box.top for box in rows),
        max(box.right for box in rows),
        max(box.bottom for box in rows),
    )


class Detail(IntEnum):
    """How much of a node is worth drawing at a zoom."""

    BLOCKS = 0  # coloured boxes and straight wires
    NAMES = 1  # and their names
    PORTS = 2  # and ports, badges, curved wires
    FULL = 3  # and pictures, names of ports, times


DETAIL_FROM: tuple[tuple[float, Detail], ...] = (
    (0.85, Detail.FULL),
    (0.45, Detail.PORTS),
    (0.22, Detail.NAMES),
)


class View(NamedTuple):
    """The graph's point in the upper left corner of the canvas, and the zoom: how many pixels one of the graph's is.

    At 100 % that is the `unit`: 1, and on a finer screen as many times more as it is finer.
    """

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    unit: float = 1.0

    @property
    def share(self) -> float:
        """The zoom as an artist reads it: 1 is 100 %, however fine the screen is."""
        return self.zoom / self.unit

    @property
    def detail(self) -> Detail:
        """How much is drawn at this zoom."""
        return next((detail for least, detail in DETAIL_FROM if self.share >= least), Detail.BLOCKS)

    def to_screen(self, point: Point) -> Point:
        """Where a place in the graph is on the canvas, in pixels."""
        return (point[0] - self.x) * self.zoom, (point[1] - self.y) * self.zoom

    def to_graph(self, point: Point) -> Point:
        """Which place in the graph a pixel of the canvas shows."""
        return point[0] / self.zoom + self.x, point[1] / self.zoom + self.y

    def panned(self, by: Point) -> View:
        """The view after the canvas was dragged by so many pixels: the graph goes along with the hand."""
        return self._replace(x=self.x - by[0] / self.zoom, y=self.y - by[1] / self.zoom)

    def zoomed(self, factor: float, at: Point) -> View:
        """So many times larger, between 5 % and 400 %; what is under the pixel `at` stays there."""
        zoom = min(MOST * self.unit, max(LEAST * self.unit, self.zoom * factor))
        x, y = self.to_graph(at)
        return View(x - at[0] / zoom, y - at[1] / zoom, zoom, self.unit)

    def wheeled(self, clicks: float, at: Point) -> View:
        """After so many clicks of the wheel at a pixel; away from the hand is larger."""
        return self.zoomed(float(STEP**clicks), at)

    def seen(self, size: Point) -> Rect:
        """The part of the graph that a canvas of this size shows."""
        return Rect(self.x, self.y, self.x + size[0] / self.zoom, self.y + size[1] / self.zoom)

    def centred(self, point: Point, size: Point) -> View:
        """The same zoom, with a place in the graph in the middle of a canvas of this size."""
        return self._replace(x=point[0] - size[0] / 2 / self.zoom, y=point[1] - size[1] / 2 / self.zoom)


def fitted(boxes: Iterable[Rect], size: Point, margin: float = MARGIN, most: float = 1.0, unit: float = 1.0) -> View:
    """The view that shows all of these boxes in a canvas of a size, no larger than `most`.

    At 5 % it stops, with the middle of them in the middle. Nothing is shown at 100 %, around the graph's origin.
    """
    whole = around(boxes)
    if whole is None:
        return View(zoom=unit, unit=unit).centred((0.0, 0.0), size)
    room = max(1.0, size[0] - 2 * margin * unit), max(1.0, size[1] - 2 * margin * unit)
    zoom = min(room[0] / max(whole.width, 1e-6), room[1] / max(whole.height, 1e-6), most * unit)
    return View(zoom=min(MOST * unit, max(LEAST * unit, zoom)), unit=unit).centred(whole.centre, size)
