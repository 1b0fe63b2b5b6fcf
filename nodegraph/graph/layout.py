"""The layout of a graph: where nodes stand, backdrops behind them, and notes. Nothing of it ever changes a picture.

It lives in the graph's `ui`, which other programs may put more into; what is not understood is kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from nodegraph.data.errors import GraphError
from nodegraph.graph.graph import Graph, check_name

FURTHEST = 1e12  # from the origin; what is beyond has no place, and was written by no hand
ROOM, GAP = 240.0, 80.0  # from where a node begins, or a backdrop ends, to what stands beside it
HIDDEN, PICTURE = "hidden", "picture"  # marks of a node in its row: its wires are not shown; its picture is, on it
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
Point = tuple[float, float]


class Place(NamedTuple):
    """Where a node stands, and the colour it was given; empty for its menu's own."""

    at: Point
    colour: str = ""


class Backdrop(NamedTuple):
    """A panel behind nodes: moving it moves those that lie on it."""

    at: Point
    size: Point
    label: str = ""
    colour: str = ""


class Note(NamedTuple):
    """A text on the canvas."""

    at: Point
    text: str
    colour: str = ""


Item = Place | Backdrop | Note
KINDS: Mapping[str, type[Item]] = {"nodes": Place, "backdrops": Backdrop, "notes": Note}


def places(graph: Graph) -> dict[str, Place]:
    """Where the nodes stand, those of which a place is known."""
    return {name: item for name, item in _items(graph, "nodes").items() if isinstance(item, Place)}


def backdrops(graph: Graph) -> dict[str, Backdrop]:
    """The backdrops, by name."""
    return {name: item for name, item in _items(graph, "backdrops").items() if isinstance(item, Backdrop)}


def notes(graph: Graph) -> dict[str, Note]:
    """The notes, by name."""
    return {name: item for name, item in _items(graph, "notes").items() if isinstance(item, Note)}


def beside(graph: Graph) -> Point | None:
    """A corner to the right of all that stands in the graph, for what comes into it; None if nothing has a place."""
    small = [row.at for row in places(graph).values()] + [row.at for row in notes(graph).values()]
    large = backdrops(graph).values()
    rights = [x + ROOM for x, _ in small] + [row.at[0] + row.size[0] + GAP for row in large]
    tops = [y for _, y in small] + [row.at[1] for row in large]
    return (max(rights), min(tops)) if rights else None


def placed(graph: Graph, **where: Point) -> Graph:
    """The graph with nodes at these places."""
    for name, at in where.items():
        graph.node(name)
        graph = _with(graph, "nodes", name, Place(at))
    return graph


def moved(graph: Graph, kind: type[Item], where: Mapping[str, Point]) -> Graph:
    """The graph with nodes, backdrops or notes elsewhere; their colour and all else of them is kept."""
    if not where:
        return graph
    key = next(key for key, each in KINDS.items() if each is kind)
    rows = dict(graph.ui.get(key, {}))
    for name, at in where.items():
        if kind is Place:
            graph.node(name)
        elif name not in rows:
            raise GraphError(f"there is no {kind.__name__.lower()} {name}", f"there are {', '.join(rows) or 'none'}")
        old = rows.get(name)
        rows[name] = {**(old if isinstance(old, Mapping) else {}), "at": [at[0], at[1]]}
    return replace(graph, ui={**graph.ui, key: rows})


def with_item(graph: Graph, name: str, item: Item) -> Graph:
    """The graph with a backdrop or a note under a name, or a node's place; one of that name gives way."""
    check_name(name)
    if isinstance(item, Place):
        graph.node(name)
    if item.colour and not COLOUR.fullmatch(item.colour):
        raise GraphError(f"{item.colour!r} is no colour", "write it as #rrggbb")
    if isinstance(item, Backdrop) and min(item.size) <= 0:
        raise GraphError(f"the backdrop {name} has no size", "give it a width and a height above 0")
    return _with(graph, next(key for key, kind in KINDS.items() if isinstance(item, kind)), name, item)


def without_item(graph: Graph, kind: type[Item], name: str) -> Graph:
    """The graph without a backdrop or a note, or with a node of which no place is known."""
    key = next(key for key, each in KINDS.items() if each is kind)
    rows = dict(graph.ui.get(key, {}))
    if rows.pop(name, None) is None:
        raise GraphError(f"there is no {kind.__name__.lower()} {name}", f"there are {', '.join(rows) or 'none'}")
    return replace(graph, ui={**graph.ui, key: rows})


def marked(graph: Graph, mark: str) -> frozenset[str]:
    """The nodes with a mark."""
    rows = graph.ui.get("nodes")
    if not isinstance(rows, Mapping):
        return frozenset()
    return frozenset(name for name, row in rows.items() if isinstance(row, Mapping) and row.get(mark) is True)


def turned(graph: Graph, mark: str, names: Collection[str]) -> Graph:
    """The graph with a mark on nodes that have a place, or off them if all of them have it."""
    rows = dict(graph.ui.get("nodes", {}))
    more = {} if marked(graph, mark).issuperset(names) else {mark: True}
    for name in names:
        rows[name] = {key: value for key, value in rows[name].items() if key != mark} | more
    return replace(graph, ui={**graph.ui, "nodes": rows})


def on_backdrop(graph: Graph, name: str) -> list[str]:
    """The nodes that stand on a backdrop, and go along when it is moved."""
    panel = backdrops(graph)[name]
    (x, y), (width, height) = panel.at, panel.size
    return [
        node
        for node, place in places(graph).items()
        if x <= place.at[0] <= x + width and y <= place.at[1] <= y + height
    ]


def _with(graph: Graph, key: str, name: str, item: Item) -> Graph:
    rows = graph.ui.get(key, {})
    old = rows.get(name)
    fields = {field: list(value) if isinstance(value, tuple) else value for field, value in item._asdict().items()}
    kept = {field: value for field, value in old.items() if field not in fields} if isinstance(old, dict) else {}
    row = {**kept, **{field: value for field, value in fields.items() if value != ""}}
    return replace(graph, ui={**graph.ui, key: {**rows, name: row}})


def _items(graph: Graph, key: str) -> dict[str, Item]:
    """What is understood; a layout made by hand may hold anything."""
    rows = graph.ui.get(key)
    found: dict[str, Item] = {}
    for name, row in rows.items() if isinstance(rows, Mapping) else ():
        item = _item(KINDS[key], row)
        if item is not None:
            found[name] = item
    return found


def _item(kind: type[Item], row: Any) -> Item | None:
    if not isinstance(row, Mapping):
        return None
    fields: dict[str, Any] = {}
    for field in kind._fields:
        value = row.get(field, "" if field in ("colour", "label") else None)
        if field in ("at", "size"):
            whole = isinstance(value, list) and len(value) == 2
            if not whole or not all(isinstance(part, (int, float)) and abs(part) <= FURTHEST for part in value):
                return None
            value = (value[0], value[1])
        elif not isinstance(value, str):
            return None
        fields[field] = value
    return kind(**fields)
