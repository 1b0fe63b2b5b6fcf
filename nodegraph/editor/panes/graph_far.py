"""The graph from far away: blocks and straight lines, which the matrix of the canvas alone keeps in place.

Nothing here is told anew at a pan, and at a zoom only the names are.
"""

from __future__ import annotations

from collections.abc import Mapping

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas import colours
from nodegraph.editor.canvas.scene import Item, Key, NodeItem, WireItem
from nodegraph.editor.canvas.view import Detail
from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_ink import Ink, faded, ink, mixed
from nodegraph.editor.panes.graph_node import OFF

NAME = 22.0  # larger than from near, so that it can still be read


class Far:
    """Blocks for nodes, lines for wires, and their names once they can be read."""

    def __init__(self, parent: int) -> None:
        self.root = dpg.add_draw_node(parent=parent, show=False)
        self._lines = dpg.add_draw_node(parent=self.root)
        self._blocks = dpg.add_draw_node(parent=self.root)
        self._names = dpg.add_draw_node(parent=self.root, show=False)
        self._drawn: dict[Key, int] = {}
        self._written: dict[Key, int] = {}
        self._stale: dict[Key, Item | None] = {}
        self._shown = False
        self._zoom = 0.0

    def told(self, items: Mapping[Key, Item | None]) -> None:
        """Things that are new, other, elsewhere, or gone; drawn when the far view is next shown."""
        self._stale.update(items)
        if self._shown:
            self._catch_up()

    def show(self, detail: Detail, zoom: float) -> None:
        """Show it at a zoom, or nothing of it from near."""
        shown = detail <= Detail.NAMES
        if shown != self._shown:
            dpg.configure_item(self.root, show=shown)
            self._shown = shown
        if not shown:
            return
        self._catch_up()
        named = detail is Detail.NAMES
        dpg.configure_item(self._names, show=named)
        if named and zoom != self._zoom:
            self._zoom = zoom
            for name in self._written.values():
                dpg.configure_item(name, size=NAME * zoom)

    def _catch_up(self) -> None:
        for key, item in self._stale.items():
            if isinstance(item, NodeItem):
                self._block(key, item)
            elif isinstance(item, WireItem):
                self._line(key, item)
            else:
                self._drop(key)
        self._stale.clear()

    def _drop(self, key: Key) -> None:
        for rows in (self._drawn, self._written):
            drawn = rows.pop(key, None)
            if drawn is not None:
                dpg.delete_item(drawn)

    def _block(self, key: Key, item: NodeItem) -> None:
        (left, top), (width, height) = item.place, item.look.size
        fill = block_ink(item)
        corners = {"pmin": (left, top), "pmax": (left + width, top + height)}
        letters = inks.DARK if inks.is_light(fill) else inks.TEXT
        title = inks.cut(item.look.title, width - 10, NAME)
        place = (left + 5, top + 3)
        drawn = self._drawn.get(key)
        if drawn is None:
            self._drawn[key] = dpg.draw_rectangle(**corners, color=inks.CLEAR, fill=fill, parent=self._blocks)
        else:
            dpg.configure_item(drawn, **corners, fill=fill)
        if item.look.dot:
            return
        if drawn is None:
            self._written[key] = dpg.draw_text(
                place, title, color=letters, size=max(1.0, NAME * self._zoom), parent=self._names
            )
        else:
            dpg.configure_item(self._written[key], pos=place, text=title, color=letters)

    def _line(self, key: Key, item: WireItem) -> None:
        colour = mixed(ink(colours.of_type(item.look.type)), inks.BACKGROUND, 0.35)
        colour = inks.ACCENT if item.look.selected else faded(colour, 190)
        drawn = self._drawn.get(key)
        if drawn is None:
            self._drawn[key] = dpg.draw_line(item.place[0], item.place[3], color=colour, parent=self._lines)
        else:
            dpg.configure_item(drawn, p1=item.place[0], p2=item.place[3], color=colour)


def block_ink(item: NodeItem) -> Ink:
    """A node as a block of one colour: what is selected and what is wrong can be told from far away."""
    if item.look.selected:
        return inks.ACCENT
    if item.look.marks.error:
        return inks.BAD
    own = ink(colours.of_type(item.look.ins[0].type) if item.look.dot and item.look.ins else item.look.colour)
    return mixed(own, inks.BACKGROUND, OFF) if item.look.disabled else own
