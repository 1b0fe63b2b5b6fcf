"""The canvas on the screen: what the scene holds, drawn once, and after that only what differs.

One matrix is pan and zoom. Items are made when they are first seen and hidden while they are not.
"""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.hit import HitMap
from nodegraph.editor.canvas.scene import Changes, Item, Key, NodeItem, Scene, WireItem
from nodegraph.editor.canvas.view import Detail, Rect, View
from nodegraph.editor.panes.graph_far import Far
from nodegraph.editor.panes.graph_node import NodeDrawing, WireDrawing
from nodegraph.editor.panes.graph_papers import Ground, Papers
from nodegraph.editor.panes.graph_shelves import Shelves
from nodegraph.graph.layout import Point

AHEAD = 40.0  # pixels beyond the edges of the canvas: few, so that no step of a pan has much to make
Side = Callable[[str], tuple[str, ...]]
Picture = Callable[[str], int]


class Painter:
    """Draws a scene into a drawlist. `side` tells what is written beside a node, `picture` its texture."""

    def __init__(self, drawlist: int, side: Side, picture: Picture, unit: float = 1.0) -> None:
        self.ground = Ground(drawlist)
        self.root = dpg.add_draw_node(parent=drawlist)
        self._panels = Papers(self.root)
        self._far = Far(self.root)
        self._wires = Shelves(self.root)
        self._panels.titles = dpg.add_draw_node(parent=self.root)
        self._nodes = Shelves(self.root)
        self._notes = Papers(self.root)
        self.glow = dpg.add_draw_node(parent=self.root)
        self._side, self._picture = side, picture
        self._items: dict[Key, Item] = {}
        self._slots: dict[Key, int] = {}  # one draw node a node, in the order of the scene
        self._node_drawings: dict[Key, NodeDrawing] = {}
        self._wire_drawings: dict[Key, WireDrawing] = {}
        self._shown: set[Key] = set()
        self._drawn_for: Rect | None = None  # the part of the graph of which all is drawn
        self._view = View(zoom=unit, unit=unit)
        self._size: Point = (1.0, 1.0)
        self._lit: Key | None = None
        self.hidden: frozenset[str] = frozenset()  # nodes whose wires are not shown
        self.hits = HitMap()

    # -- the scene ---------------------------------------------------------------------------------------

    def apply(self, changes: Changes, scene: Scene) -> None:
        """Draw what differs."""
        self.hits.sync(changes)
        told: dict[Key, Item | None] = {**changes.moved, **changes.restyled, **changes.added}
        gone: dict[Key, Item | None] = dict.fromkeys(changes.removed)
        self._items.update({key: item for key, item in told.items() if item is not None})
        for key in changes.removed:
            del self._items[key]
            self._forget(key)
            self._shown.discard(key)
            slot = self._slots.pop(key, None)
            if slot is not None:
                dpg.delete_item(slot)
            (self._wires if key.layer == "wire" else self._nodes).drop(key)
        for key in changes.added:
            if key.layer in ("node", "dot"):
                self._slots[key] = dpg.add_draw_node(parent=self._nodes.parent(key), show=False)
        for key in changes.restyled:
            self._forget(key)
        both = {**told, **gone}
        for layer, papers in (("backdrop", self._panels), ("note", self._notes)):
            rows = {key: item for key, item in both.items() if key.layer == layer}
            if rows:
                papers.told(rows)
        for key, item in changes.moved.items():
            self._move(key, item)
        for key, drawn in () if changes.empty else self._node_drawings.items():
            self._ground(drawn, scene.items[key])
        self._far.told({key: item for key, item in both.items() if key.layer in ("node", "dot", "wire")})
        if not changes.empty:
            self._drawn_for = None
        if changes.added and self._lit not in scene.items:
            self._lit = None
        self.look(self._view, self._size)

    def redraw(self, names: set[str]) -> None:
        """Draw nodes anew of which something beside the scene has changed: a picture, a time, a file's name."""
        for key in [key for key in self._node_drawings if key.name in names]:
            self._forget(key)
        self._drawn_for = None
        self.look(self._view, self._size)

    def _move(self, key: Key, item: Item) -> None:
        node, wire = self._node_drawings.get(key), self._wire_drawings.get(key)
        if node is not None and isinstance(item, NodeItem):
            node.place(item)
        elif wire is not None and isinstance(item, WireItem):
            wire.place(item)

    def _forget(self, key: Key) -> None:
        node, wire = self._node_drawings.pop(key, None), self._wire_drawings.pop(key, None)
        for drawn in (node, wire):
            if drawn is not None:
                drawn.remove()

    # -- the view ----------------------------------------------------------------------------------------

    def look(self, view: View, size: Point) -> None:
        """Pan, zoom, or another size of the canvas."""
        zoomed = view.zoom != self._view.zoom or self._drawn_for is None
        self._view, self._size = view, size
        dpg.apply_transform(
            self.root,
            dpg.create_translation_matrix([-round(view.x * view.zoom), -round(view.y * view.zoom), 0.0])
            * dpg.create_scale_matrix([view.zoom, view.zoom, 1.0]),
        )
        self.ground.show(view, size)
        detail = view.detail
        seen = view.seen(size)
        if not zoomed and self._drawn_for is not None and self._drawn_for.covers(seen):
            return
        if zoomed:
            self._panels.zoomed(view)
            self._notes.zoomed(view)
            self._far.show(detail, view.zoom)
            for near in (self._wires, self._nodes):
                dpg.configure_item(near.root, show=detail >= Detail.PORTS)
        ahead = seen.grown(0.0 if zoomed else AHEAD * view.unit / view.zoom)
        self._drawn_for = ahead
        if detail >= Detail.PORTS:
            self._reveal(self.hits.seen(ahead), detail)

    def _reveal(self, seen: set[Key], detail: Detail) -> None:
        for key in self._shown - seen:
            self._show(key, False)
        for key in seen:
            item = self._items[key]
            if isinstance(item, NodeItem):
                self._node(key, item).zoomed(self._view.zoom, detail)
            elif isinstance(item, WireItem):
                self._wire(key, item).zoomed(item, detail, key == self._lit)
            if key not in self._shown or (self.hidden and isinstance(item, WireItem)):
                self._show(key, not (isinstance(item, WireItem) and self._is_hidden(key, item)))
        self._shown = seen

    def _show(self, key: Key, shown: bool) -> None:
        if key in self._slots:
            dpg.configure_item(self._slots[key], show=shown)
            self._nodes.show(key, shown)
        elif key in self._wire_drawings:
            dpg.configure_item(self._wire_drawings[key].root, show=shown)
            self._wires.show(key, shown)

    def _is_hidden(self, key: Key, item: WireItem) -> bool:
        """Wires of a node that hides them are shown while it is selected, or the node that gives is."""
        if key.name not in self.hidden:
            return False
        ends = (self._items.get(Key("node", name)) for name in (key.name, item.look.giver))
        return not any(isinstance(end, NodeItem) and end.look.selected for end in ends)

    def _node(self, key: Key, item: NodeItem) -> NodeDrawing:
        drawn = self._node_drawings.get(key)
        if drawn is None:
            texture = self._picture(key.name) if item.look.picture is not None else 0
            drawn = NodeDrawing(self._slots[key], item, self._side(key.name), texture, self._view.unit)
            self._node_drawings[key] = drawn
            self._ground(drawn, item)
        return drawn

    def _ground(self, drawn: NodeDrawing, item: Item) -> None:
        """What is written beside a node can be read where wires go through it, too."""
        if drawn.beside is not None and isinstance(item, NodeItem):
            box = drawn.beside.moved(item.place)
            drawn.ground(self._panels.ground(box.centre) if self.hits.wire_under(box) else None)

    def _wire(self, key: Key, item: WireItem) -> WireDrawing:
        drawn = self._wire_drawings.get(key)
        if drawn is None:
            drawn = self._wire_drawings[key] = WireDrawing(self._wires.parent(key), item, self._view.unit)
        return drawn

    @property
    def seen(self) -> frozenset[str]:
        """The nodes that are drawn near."""
        return frozenset(key.name for key in self._shown if key.layer == "node")

    def is_drawn(self, taker: str, port: str) -> bool:
        """True if a wire is on the screen."""
        drawn = self._wire_drawings.get(Key("wire", taker, port))
        return drawn is not None and bool(dpg.is_item_shown(drawn.root))

    # -- the hand ----------------------------------------------------------------------------------------

    def light(self, key: Key | None) -> None:
        """Make the wire under the hand brighter."""
        if key == self._lit:
            return
        for each, lit in ((self._lit, False), (key, True)):
            item = self._items.get(each) if each is not None else None
            if each in self._wire_drawings and isinstance(item, WireItem):
                self._wire_drawings[each].zoomed(item, self._view.detail, lit, again=True)
        self._lit = key
