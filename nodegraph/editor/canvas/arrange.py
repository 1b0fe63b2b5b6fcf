"""Where nodes stand: laid out by their wires, lined up, snapped. Nodes without a place get one here."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from nodegraph.editor.canvas.shapes import in_ports, node_look
from nodegraph.editor.canvas.view import Rect, around, at_corner
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import Place, Point, moved, places

GAP_ACROSS, GAP_DOWN = 40.0, 50.0
GRID = 20.0


class Edge(Enum):
    """What is lined up: an edge of the nodes, or their middle."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class Snap(NamedTuple):
    """How far a drag goes after snapping, and the lines that it snapped to."""

    by: Point
    x: float | None = None
    y: float | None = None


# -- places ----------------------------------------------------------------------------------------------


def standing(graph: Graph) -> dict[str, Point]:
    """Where every node stands; those without a place are laid out to the right of the others."""
    known = {name: place.at for name, place in places(graph).items() if name in graph.nodes and _sound(place.at)}
    lost = [name for name in graph.nodes if name not in known]
    if not lost:
        return known
    corner = (0.0, 0.0)
    whole = around(at_corner(at, node_look(graph, name).size) for name, at in known.items())
    if whole is not None:
        corner = (whole.right + 2 * GAP_ACROSS, whole.top)
    return {**known, **_shifted(laid_out(graph, lost), corner)}


def settled(graph: Graph) -> Graph:
    """The graph with a place for every node."""
    known = places(graph)
    return moved(
        graph,
        Place,
        {name: at for name, at in standing(graph).items() if name not in known or known[name].at != at},
    )


def _sound(at: Point) -> bool:
    return math.isfinite(at[0]) and math.isfinite(at[1])


def boxes(graph: Graph, names: Iterable[str]) -> dict[str, Rect]:
    """Where some nodes stand and how large they are, without their pictures."""
    where = standing(graph)
    return {name: at_corner(where[name], node_look(graph, name).size) for name in names}


# -- laying out ------------------------------------------------------------------------------------------


def arranged(graph: Graph, names: Collection[str] = (), sizes: Mapping[str, Point] | None = None) -> Graph:
    """The graph with some nodes, or all, laid out by their wires; their upper left corner stays where it was."""
    chosen = [name for name in graph.nodes if not names or name in names]
    where = standing(graph)
    found = laid_out(graph, chosen, sizes)
    if not found:
        return graph
    corner = min(where[name][0] for name in chosen), min(where[name][1] for name in chosen)
    return moved(graph, Place, _shifted(found, corner))


def laid_out(graph: Graph, names: Collection[str], sizes: Mapping[str, Point] | None = None) -> dict[str, Point]:
    """Places for some nodes, from (0, 0): wires go down, the first input straight, the others beside it.

    Every node stands as low as its takers allow, so that what is used late does not start at the top.
    No two nodes share a place in the rows and columns, so that none covers another.
    """
    inside = dict.fromkeys(name for name in names if name in graph.nodes)
    if not inside:
        return {}
    size = {name: (sizes or {}).get(name) or node_look(graph, name).size for name in inside}
    givers = {
        name: [
            wire.node
            for port, _ in in_ports(graph, name)
            if (wire := graph.nodes[name].inputs.get(port)) is not None and wire.node in inside
        ]
        for name in inside
    }
    row = _rows(givers)
    column = _columns(givers, row)
    across = max(width for width, _ in size.values())
    step = across + GAP_ACROSS, max(height for _, height in size.values()) + GAP_DOWN
    last = max(row.values())
    found = {
        name: (column[name] * step[0] + (across - size[name][0]) / 2, (last - row[name]) * step[1]) for name in inside
    }
    return _shifted(found, (0.0, 0.0))


def _rows(givers: Mapping[str, list[str]]) -> dict[str, int]:
    """The row of each node, counted from the bottom."""
    waiting = dict.fromkeys(givers, 0)
    for row in givers.values():
        for giver in row:
            waiting[giver] += 1
    rows = dict.fromkeys(givers, 0)
    ready = deque(name for name, count in waiting.items() if not count)
    while ready:
        name = ready.popleft()
        for giver in givers[name]:
            rows[giver] = max(rows[giver], rows[name] + 1)
            waiting[giver] -= 1
            if not waiting[giver]:
                ready.append(giver)
    return rows


def _columns(givers: Mapping[str, list[str]], rows: Mapping[str, int]) -> dict[str, int]:
    """The column of each node: that of its taker for the first input, further right for the others."""
    given = {giver for row in givers.values() for giver in row}
    columns: dict[str, int] = {}
    taken: set[tuple[int, int]] = set()
    ends = [name for name in givers if name not in given]
    for end in [*ends, *givers]:  # the second round finds what goes round in a faulty file
        if end in columns:
            continue
        todo = [(end, max(columns.values(), default=-1) + 1)]
        while todo:
            name, column = todo.pop()
            if name in columns:
                continue
            while (rows[name], column) in taken:
                column += 1
            taken.add((rows[name], column))
            columns[name] = column
            todo += [(giver, column + index) for index, giver in reversed(list(enumerate(givers[name])))]
    return columns


def _shifted(where: Mapping[str, Point], corner: Point) -> dict[str, Point]:
    """The same places with their upper left corner at a point, on whole pixels."""
    left, top = min(at[0] for at in where.values()), min(at[1] for at in where.values())
    return {name: (round(at[0] - left + corner[0]), round(at[1] - top + corner[1])) for name, at in where.items()}


# -- lining up -------------------------------------------------------------------------------------------


def aligned(graph: Graph, where: Mapping[str, Rect], edge: Edge) -> Graph:
    """The graph with nodes lined up: at the outermost one's edge, or in the middle of all.

    `where` is the nodes as they are drawn.
    """
    whole = around(where.values())
    if whole is None:
        return graph
    goals: dict[Edge, Callable[[Rect], Point]] = {
        Edge.LEFT: lambda box: (whole.left, box.top),
        Edge.CENTRE: lambda box: (whole.centre[0] - box.width / 2, box.top),
        Edge.RIGHT: lambda box: (whole.right - box.width, box.top),
        Edge.TOP: lambda box: (box.left, whole.top),
        Edge.MIDDLE: lambda box: (box.left, whole.centre[1] - box.height / 2),
        Edge.BOTTOM: lambda box: (box.left, whole.bottom - box.height),
    }
    return moved(graph, Place, {name: goals[edge](box) for name, box in where.items()})


def spread(graph: Graph, where: Mapping[str, Rect], down: bool) -> Graph:
    """The graph with nodes at equal gaps, the first and the last where they are."""
    if len(where) < 3:
        return graph
    low, high = (1, 3) if down else (0, 2)
    rows = sorted(where.items(), key=lambda row: (row[1][low], row[0]))
    room = sum(box[high] - box[low] for _, box in rows)
    gap = (max(box[high] for _, box in rows) - rows[0][1][low] - room) / (len(rows) - 1)
    found: dict[str, Point] = {}
    at = rows[0][1][low]
    for name, box in rows:
        found[name] = (box.left, at) if down else (at, box.top)
        at += box[high] - box[low] + gap
    return moved(graph, Place, found)


def to_grid(graph: Graph, where: Mapping[str, Rect], step: float = GRID) -> Graph:
    """The graph with the middles of nodes on a grid."""
    found: dict[str, Point] = {}
    for name, box in where.items():
        x, y = (round(middle / step) * step for middle in box.centre)
        found[name] = (x - box.width / 2, y - box.height / 2)
    return moved(graph, Place, found)


def snapped(held: Rect, others: Iterable[Rect], by: Point, reach: float) -> Snap:
    """A drag of one node by so much, drawn to where its middle is in line with another's, within `reach`."""
    x, y = held.moved(by).centre
    found: list[float | None] = [None, None]
    nearest = [reach, reach]
    for other in others:
        for axis, (mine, its) in enumerate(zip((x, y), other.centre, strict=True)):
            if abs(its - mine) <= nearest[axis]:
                found[axis], nearest[axis] = its, abs(its - mine)
    across = 0.0 if found[0] is None else found[0] - x
    down = 0.0 if found[1] is None else found[1] - y
    return Snap((by[0] + across, by[1] + down), found[0], found[1])
