"""What is under the cursor: ports, nodes, wires, notes and backdrops, found through a grid of cells.

The grid is kept up with the changes of the scene, so that a drag costs what it moves.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping
from enum import Enum
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.canvas.scene import Changes, Item, Key, NodeItem, PanelItem, WireItem, box_of
from nodegraph.editor.canvas.shapes import CORNER, DOT_RADIUS, FLATNESS, TITLE_BAR, Spot, flattened
from nodegraph.editor.canvas.view import Detail, Rect, View, between
from nodegraph.graph.layout import Point

CELL = 160.0
MOST_CELLS = 256  # what lies in more is looked at each time
PORT_REACH = 8.0  # pixels of the screen; on a finer one as many more
WIRE_REACH = 6.0
CORNER_REACH = 4.0

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Part(Enum):
    """What of an item was hit."""

    INPUT = "input"
    OUTPUT = "output"
    NODE = "node"
    WIRE = "wire"
    NOTE = "note"
    CORNER = "corner"  # of a backdrop; `port` says which: top left, top right, bottom left, bottom right
    TITLE = "title"  # the bar by which a backdrop is moved
    BACKDROP = "backdrop"  # its ground, on which a box select may begin


class Hit(NamedTuple):
    """What is under the cursor.

    `along` is how much of a wire's length, 0 at the node that gives, 1 at the one that takes.
    """

    part: Part
    name: str
    port: str = ""
    along: float = 0.0


class Segment(NamedTuple):
    """A straight part of a wire, and which part of the wire's length it is."""

    start: Point
    end: Point
    first: float
    last: float


class Grid(Generic[K, V]):
    """Things in cells by where they lie."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], dict[K, list[V]]] = {}
        self._large: dict[K, list[V]] = {}
        self._in: dict[K, set[tuple[int, int]]] = {}

    def put(self, key: K, rows: Iterable[tuple[Rect, V]]) -> None:
        """Add something under a key, of one part or several."""
        held = self._in.setdefault(key, set())
        for box, value in rows:
            cells = _cells(box)
            if cells is None:
                self._large.setdefault(key, []).append(value)
                continue
            for cell in cells:
                self._cells.setdefault(cell, {}).setdefault(key, []).append(value)
                held.add(cell)

    def drop(self, key: K) -> None:
        """Take out what is under a key."""
        for cell in self._in.pop(key, ()):
            row = self._cells[cell]
            del row[key]
            if not row:
                del self._cells[cell]
        self._large.pop(key, None)

    def near(self, box: Rect) -> Iterator[tuple[K, V]]:
        """All parts that may lie in a box, and some more around it; one part may come more than once."""
        for row in self._rows(box):
            for key, values in row.items():
                for value in values:
                    yield key, value

    def keys(self, box: Rect) -> set[K]:
        """The keys of all that may lie in a box, and some more around it."""
        return set().union(*self._rows(box))

    def _rows(self, box: Rect) -> list[dict[K, list[V]]]:
        cells = _cells(box)
        if cells is None:
            return [self._large, *self._cells.values()]
        return [self._large, *(self._cells[cell] for cell in cells if cell in self._cells)]


def _cells(box: Rect) -> list[tuple[int, int]] | None:
    """The cells that a box touches; None if they are too many to name."""
    left, top = math.floor(box.left / CELL), math.floor(box.top / CELL)
    right, bottom = math.floor(box.right / CELL), math.floor(box.bottom / CELL)
    if (right - left + 1) * (bottom - top + 1) > MOST_CELLS:
        return None
    return [(column, row) for column in range(left, right + 1) for row in range(top, bottom + 1)]


class HitMap:
    """Finds what is where. Of things on top of one another the one drawn last is found."""

    def __init__(self) -> None:
        self._items: dict[Key, Item] = {}
        self._rank: dict[Key, int] = {}
        self._next = 0
        self._boxes: Grid[Key, None] = Grid()
        self._lines: Grid[Key, Segment] = Grid()

    def sync(self, changes: Changes) -> None:
        """Keep up with the scene."""
        for key in changes.removed:
            self._drop(key)
            del self._items[key], self._rank[key]
        for rows in (changes.moved, changes.restyled):
            for key, item in rows.items():
                self._drop(key)
                self._put(key, item)
        for key, item in changes.added.items():
            self._rank[key] = self._next
            self._next += 1
            self._put(key, item)

    def at(self, point: Point, view: View) -> Hit | None:
        """What is under a place in the graph, as it is drawn in a view; None on the empty canvas."""
        near = self._boxes.keys(_about(point, PORT_REACH / view.share))
        nodes = sorted((key for key in near if key.layer in ("node", "dot")), key=self._order, reverse=True)
        return (
            self._dot(point, nodes)
            or (self._port(point, nodes, PORT_REACH / view.share) if view.detail >= Detail.PORTS else None)
            or self._on(point, nodes, Part.NODE)
            or self._on(point, [key for key in near if key.layer == "note"], Part.NOTE)
            or self.wire(point, WIRE_REACH / view.share)
            or self._backdrop(point, view, near)
        )

    def wire(self, point: Point, reach: float) -> Hit | None:
        """The nearest wire within a distance."""
        best: Hit | None = None
        nearest = reach
        for key, part in self._lines.near(_about(point, reach)):
            distance, along = _from_segment(point, part.start, part.end)
            if distance <= nearest:
                nearest = distance
                best = Hit(Part.WIRE, key.name, key.port, part.first + along * (part.last - part.first))
        return best

    def wire_under(self, box: Rect) -> list[Hit]:
        """The wires that pass through a box, nearest to its middle first: where a node may be dropped in."""
        found: dict[Key, tuple[float, Hit]] = {}
        reach = math.hypot(box.width, box.height) / 2
        for key, part in self._lines.near(box):
            if not _crosses(part, box):
                continue
            distance, along = _from_segment(box.centre, part.start, part.end)
            if distance <= reach and (key not in found or distance < found[key][0]):
                at = part.first + along * (part.last - part.first)
                found[key] = (distance, Hit(Part.WIRE, key.name, key.port, at))
        return [hit for _, hit in sorted(found.values(), key=lambda row: row[0])]

    def inside(self, box: Rect) -> Picked:
        """What a box selects: nodes and notes that it touches, backdrops that lie wholly in it."""
        nodes: set[str] = set()
        panels: set[str] = set()
        papers: set[str] = set()
        for key in self._boxes.keys(box):
            own = box_of(self._items[key])
            if key.layer == "backdrop":
                if box.covers(own):
                    panels.add(key.name)
            elif box.meets(own):
                (papers if key.layer == "note" else nodes).add(key.name)
        return Picked(frozenset(nodes), frozenset(panels), frozenset(papers))

    def seen(self, box: Rect) -> set[Key]:
        """The items that a part of the graph shows; what is not among them need not be drawn."""
        return {key for key in self._boxes.keys(box) | self._lines.keys(box) if box.meets(box_of(self._items[key]))}

    # -- keeping ---------------------------------------------------------------------------------------

    def _put(self, key: Key, item: Item) -> None:
        self._items[key] = item
        if isinstance(item, WireItem):
            self._lines.put(key, _segments(item))
        else:
            self._boxes.put(key, [(box_of(item), None)])

    def _drop(self, key: Key) -> None:
        (self._lines if key.layer == "wire" else self._boxes).drop(key)

    def _order(self, key: Key) -> tuple[bool, int]:
        return key.layer == "dot", self._rank[key]

    # -- finding ---------------------------------------------------------------------------------------

    def _dot(self, point: Point, nodes: Iterable[Key]) -> Hit | None:
        """A dot is moved by its middle; its ports are what is left of it."""
        for key in nodes:
            if key.layer == "dot" and math.dist(point, box_of(self._items[key]).centre) <= DOT_RADIUS * 0.75:
                return Hit(Part.NODE, key.name)
        return None

    def _port(self, point: Point, nodes: Iterable[Key], reach: float) -> Hit | None:
        best: Hit | None = None
        nearest = math.inf
        for key in nodes:
            item = self._items[key]
            if not isinstance(item, NodeItem):
                continue
            for part, spots in ((Part.INPUT, item.look.ins), (Part.OUTPUT, item.look.outs)):
                for spot in spots:
                    distance = math.dist(point, spot_place(item, spot))
                    if distance <= reach and distance < nearest:
                        nearest = distance
                        best = Hit(part, key.name, spot.port)
        return best

    def _on(self, point: Point, keys: Iterable[Key], part: Part) -> Hit | None:
        found = [key for key in keys if box_of(self._items[key]).holds(point)]
        return Hit(part, max(found, key=self._order).name) if found else None

    def _backdrop(self, point: Point, view: View, near: Iterable[Key]) -> Hit | None:
        for key in sorted((key for key in near if key.layer == "backdrop"), key=self._order, reverse=True):
            item = self._items[key]
            if not isinstance(item, PanelItem):
                continue
            box = box_of(item)
            corner = _corner(point, box, CORNER, CORNER_REACH / view.share)
            if corner:
                return Hit(Part.CORNER, key.name, corner)
            if box.holds(point):
                title = point[1] <= box.top + max(TITLE_BAR, CORNER / view.share)
                return Hit(Part.TITLE if title else Part.BACKDROP, key.name)
        return None


def hit_map(items: Mapping[Key, Item]) -> HitMap:
    """A map of these items."""
    result = HitMap()
    result.sync(Changes(added=items))
    return result


def spot_place(item: NodeItem, spot: Spot) -> Point:
    """Where a port is in the graph."""
    return item.place[0] + spot.at[0], item.place[1] + spot.at[1]


def _about(point: Point, reach: float) -> Rect:
    return Rect(point[0], point[1], point[0], point[1]).grown(reach)


def _segments(item: WireItem) -> Iterator[tuple[Rect, Segment]]:
    """The straight parts of a wire, long ones put into their cells piece by piece."""
    parts = list(pairwise(flattened(item.place)))
    whole = sum(math.dist(start, end) for start, end in parts) or 1.0
    gone = 0.0
    for start, end in parts:
        length = math.dist(start, end)
        part = Segment(start, end, gone / whole, (gone + length) / whole)
        gone += length
        count = max(1, min(MOST_CELLS, math.ceil(length / CELL)))
        across, down = (end[0] - start[0]) / count, (end[1] - start[1]) / count
        for index in range(count):
            one = start[0] + index * across, start[1] + index * down
            yield between(one, (one[0] + across, one[1] + down)).grown(FLATNESS), part


def _from_segment(point: Point, start: Point, end: Point) -> tuple[float, float]:
    """How far a point is from a straight line, and how far along it the nearest place is, 0 to 1."""
    across, down = end[0] - start[0], end[1] - start[1]
    square = across * across + down * down
    along = ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / square if square else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(start[0] + along * across - point[0], start[1] + along * down - point[1]), along


def _crosses(part: Segment, box: Rect) -> bool:
    """True if a straight line has a point in a box: what is left of it between each pair of edges is not empty."""
    low, high = 0.0, 1.0
    for axis, (least, most) in enumerate(((box.left, box.right), (box.top, box.bottom))):
        begin, run = part.start[axis], part.end[axis] - part.start[axis]
        if not run:
            if not least <= begin <= most:
                return False
            continue
        one, other = (least - begin) / run, (most - begin) / run
        low, high = max(low, min(one, other)), min(high, max(one, other))
    return low <= high


def _corner(point: Point, box: Rect, inner: float, outer: float) -> str:
    """Which corner of a box a point is at; a little outside counts too."""
    across = _end(point[0], box.left, box.right, inner, outer)
    down = _end(point[1], box.top, box.bottom, inner, outer)
    words = {(0, 0): "top left", (1, 0): "top right", (0, 1): "bottom left", (1, 1): "bottom right"}
    return words.get((across, down), "")


def _end(value: float, low: float, high: float, inner: float, outer: float) -> int:
    """0 near the low end, 1 near the high one, −1 elsewhere."""
    if high - inner <= value <= high + outer:
        return 1
    return 0 if low - outer <= value <= low + inner else -1
