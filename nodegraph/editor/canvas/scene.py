"""The scene: what the canvas draws of a graph, item by item, and what changes from one graph to the next.

A pan or a zoom makes no new scene. An edit makes one that shares every item that it did not touch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from nodegraph.editor.canvas import colours
from nodegraph.editor.canvas.arrange import standing
from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.canvas.shapes import (
    PLAIN,
    Bend,
    Marks,
    NodeLook,
    NoteLook,
    PanelLook,
    Spot,
    WireLook,
    bend,
    node_look,
    note_size,
    out_ports,
    spot_at,
)
from nodegraph.editor.canvas.view import Rect, around, at_corner
from nodegraph.graph.graph import NOTHING, Graph, Wire
from nodegraph.graph.layout import Point, backdrops, notes, places

Layer = Literal["backdrop", "wire", "node", "dot", "note"]
NOTHING_PICKED = Picked()


class Key(NamedTuple):
    """Which item; a wire is called by the node and the input that it enters."""

    layer: Layer
    name: str
    port: str = ""


class NodeItem(NamedTuple):
    """A node or a dot: where its upper left corner is, and how it looks."""

    place: Point
    look: NodeLook


class WireItem(NamedTuple):
    """A wire: its curve, and how it looks."""

    place: Bend
    look: WireLook


class PanelItem(NamedTuple):
    """A backdrop."""

    place: Point
    look: PanelLook


class NoteItem(NamedTuple):
    """A note."""

    place: Point
    look: NoteLook


Item = NodeItem | WireItem | PanelItem | NoteItem
Items = Mapping[Key, Item]
NO_ITEMS: Items = MappingProxyType({})


class Changes(NamedTuple):
    """What there is to draw anew: whole items, only their places, or their looks (and maybe places too)."""

    added: Items = NO_ITEMS
    removed: tuple[Key, ...] = ()
    moved: Items = NO_ITEMS
    restyled: Items = NO_ITEMS

    @property
    def empty(self) -> bool:
        return not any(self)


@dataclass(frozen=True, eq=False)
class Scene:
    """The items of a graph, in the order in which a layer draws them."""

    graph: Graph
    items: Items
    nodes: Mapping[str, NodeItem]  # those of the items that are nodes or dots, by name
    marks: Mapping[str, Marks] = field(default_factory=lambda: NOTHING)
    picked: Picked = NOTHING_PICKED
    lost: bool = False  # are there nodes that the graph has no place for

    def boxes(self, names: Iterable[str]) -> dict[str, Rect]:
        """Where nodes are drawn."""
        return {name: box_of(self.nodes[name]) for name in names if name in self.nodes}

    def layer(self, layer: Layer) -> Iterator[tuple[Key, Item]]:
        """The items of one layer."""
        return ((key, item) for key, item in self.items.items() if key.layer == layer)

    @property
    def bounds(self) -> Rect | None:
        """What there is to see; None of an empty graph."""
        return around(box_of(item) for item in self.items.values() if not isinstance(item, WireItem))


def box_of(item: Item) -> Rect:
    """The box of an item; a wire lies within that of its four points."""
    if isinstance(item, WireItem):
        across, down = [point[0] for point in item.place], [point[1] for point in item.place]
        return Rect(min(across), min(down), max(across), max(down))
    return at_corner(item.place, item.look.size)


# -- from a graph ----------------------------------------------------------------------------------------


def scene_of(
    graph: Graph,
    marks: Mapping[str, Marks] = NOTHING,
    picked: Picked = NOTHING_PICKED,
    before: Scene | None = None,
) -> Scene:
    """The scene of a graph. Given the one before, it takes over each item of which nothing changed."""
    if before is not None and before.graph.library is not graph.library:
        before = None
    found = _nodes(graph, marks, picked, before)
    lost = found is None
    if found is None:
        found = _nodes_with_lost(graph, marks, picked)
    items: dict[Key, Item] = {}
    for name, panel in backdrops(graph).items():
        look = PanelLook(panel.size, panel.label, panel.colour or colours.PANEL, name in picked.backdrops)
        if _finite(panel.at, panel.size):
            items[Key("backdrop", name)] = PanelItem(panel.at, look)
    items.update(_wires(graph, found, picked, before))
    for name, item in found.items():
        items[Key("dot" if item.look.dot else "node", name)] = item
    for name, note in notes(graph).items():
        paper = NoteLook(note_size(note.text), note.text, note.colour or colours.PAPER, name in picked.notes)
        if _finite(note.at):
            items[Key("note", name)] = NoteItem(note.at, paper)
    return Scene(graph, items, found, marks, picked, lost)


def _nodes(
    graph: Graph, marks: Mapping[str, Marks], picked: Picked, before: Scene | None
) -> dict[str, NodeItem] | None:
    """The items of the nodes, those taken over that can be; None if a node has no place."""
    rows = _rows(graph)
    kept: dict[str, NodeItem] = {}
    if before is not None and not before.lost:
        old, old_rows = before.graph.nodes, _rows(before.graph)
        for name, node in graph.nodes.items():
            if (
                old.get(name) is node
                and old_rows.get(name) is rows.get(name)
                and before.marks.get(name, PLAIN) == marks.get(name, PLAIN)
                and (name in before.picked.nodes) == (name in picked.nodes)
                and not _carries_other(graph, before.nodes[name])
            ):
                kept[name] = before.nodes[name]
    fresh = {name: rows[name] for name in graph.nodes if name not in kept and name in rows}
    where = places(replace(graph, ui={"nodes": fresh}))
    found: dict[str, NodeItem] = {}
    for name in graph.nodes:
        if name in kept:
            found[name] = kept[name]
        elif name in where and _finite(where[name].at):
            place = where[name]
            look = node_look(graph, name, marks.get(name, PLAIN), place.colour, name in picked.nodes)
            found[name] = NodeItem(place.at, look)
        else:
            return None
    return found


def _carries_other(graph: Graph, item: NodeItem) -> bool:
    """True of a dot that another wire, further up, has made carry something else than it is drawn with."""
    if not item.look.dot:
        return False
    return [spot.type for spot in item.look.outs] != [each for _, _, each in out_ports(graph.type_of(item.look.title))]


def _nodes_with_lost(graph: Graph, marks: Mapping[str, Marks], picked: Picked) -> dict[str, NodeItem]:
    where, known = standing(graph), places(graph)
    return {
        name: NodeItem(
            where[name],
            node_look(
                graph,
                name,
                marks.get(name, PLAIN),
                known[name].colour if name in known else "",
                name in picked.nodes,
            ),
        )
        for name in graph.nodes
    }


def _rows(graph: Graph) -> Mapping[str, Any]:
    rows = graph.ui.get("nodes")
    return rows if isinstance(rows, Mapping) else NOTHING


def _finite(*points: Point) -> bool:
    return all(math.isfinite(part) for point in points for part in point)


def _wires(
    graph: Graph, found: Mapping[str, NodeItem], picked: Picked, before: Scene | None
) -> Iterator[tuple[Key, Item]]:
    same: set[str] = set()
    if before is not None and before.picked.wires == picked.wires:
        same = {name for name, item in found.items() if before.nodes.get(name) is item}
    for name, port, wire in graph.wires():
        key = Key("wire", name, port)
        old = before.items.get(key) if before is not None and name in same and wire.node in same else None
        item = old or _wire(found.get(wire.node), found[name], port, wire, (name, port) in picked.wires)
        if item is not None:
            yield key, item


def _wire(giver: NodeItem | None, taker: NodeItem, port: str, wire: Wire, selected: bool) -> WireItem | None:
    """A wire's item; None where a faulty file wires a node that is not there, or that gives nothing."""
    start = spot_at(giver.look.outs, wire.output) if giver is not None else None
    end = spot_at(taker.look.ins, port)
    if giver is None or start is None or end is None:
        return None
    curve = bend(_end(giver, start), _end(taker, end), giver.look.dot, taker.look.dot)
    return WireItem(curve, WireLook(wire.node, start.port, start.type, selected))


def _end(item: NodeItem, spot: Spot) -> Point:
    """Where a wire ends: at the port, or in the middle of a dot, so that dots in a row make a straight line."""
    x, y = (item.look.size[0] / 2, item.look.size[1] / 2) if item.look.dot else spot.at
    return item.place[0] + x, item.place[1] + y


# -- what changes ----------------------------------------------------------------------------------------


def diff(old: Scene | None, new: Scene) -> Changes:
    """What turns the items of one scene into those of another; without an old one all is added."""
    if old is new:
        return Changes()
    was = old.items if old is not None else NO_ITEMS
    added: dict[Key, Item] = {}
    moved: dict[Key, Item] = {}
    restyled: dict[Key, Item] = {}
    for key, item in new.items.items():
        before = was.get(key)
        if before is item:
            continue
        if before is None:
            added[key] = item
        elif before.look != item.look:
            restyled[key] = item
        elif before.place != item.place:
            moved[key] = item
    return Changes(added, tuple(key for key in was if key not in new.items), moved, restyled)


def applied(items: Items, changes: Changes) -> dict[Key, Item]:
    """The items after a change, as a canvas that draws it has them."""
    gone = set(changes.removed)
    result = {key: item for key, item in items.items() if key not in gone}
    return {**result, **changes.moved, **changes.restyled, **changes.added}
