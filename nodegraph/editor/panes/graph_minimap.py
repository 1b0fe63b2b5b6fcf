"""The small map in the corner: the whole graph as blocks, and a frame around what is seen."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.minimap import Minimap, minimap
from nodegraph.editor.canvas.scene import NodeItem, PanelItem, Scene, box_of
from nodegraph.editor.canvas.view import Rect, View
from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_far import block_ink
from nodegraph.editor.panes.graph_ink import faded, ink, mixed
from nodegraph.graph.layout import Point

SIZE = (180.0, 116.0)
MARGIN = 12.0
LEAST_CANVAS = 380.0  # in a smaller one it would be in the way
MOST = 4000  # blocks


class SmallMap:
    """Drawn anew when the graph is another; a pan moves its frame alone."""

    def __init__(self, drawlist: int) -> None:
        self.root = dpg.add_draw_node(parent=drawlist)
        corner = (-10.0, -10.0)
        self._ground = dpg.draw_rectangle(
            corner, corner, color=inks.LINE, fill=faded(inks.DARK, 232), rounding=4, parent=self.root
        )
        self._blocks = dpg.add_draw_node(parent=self.root)
        self._window = dpg.draw_rectangle(
            corner, corner, color=faded(inks.TEXT, 220), fill=(255, 255, 255, 12), parent=self.root
        )
        self.wanted = True
        self._map: Minimap | None = None
        self._scene: Scene | None = None

    @property
    def shown(self) -> bool:
        return self._map is not None

    def holds(self, pixel: Point) -> bool:
        """True if a pixel of the canvas is the map's."""
        return self._map is not None and self._map.frame.holds(pixel)

    def draw(self, scene: Scene, view: View, size: Point) -> None:
        """The graph as it is now, if there is room."""
        self._scene = scene
        dpg.delete_item(self._blocks, children_only=True)
        room = min(size) >= LEAST_CANVAS * 0.6 and size[0] >= LEAST_CANVAS
        self._map = None
        dpg.configure_item(self.root, show=self.wanted and room and bool(scene.nodes))
        if not (self.wanted and room and scene.nodes):
            return
        right, bottom = size[0] - MARGIN, size[1] - MARGIN
        frame = Rect(right - SIZE[0], bottom - SIZE[1], right, bottom)
        rows = [item for item in scene.items.values() if isinstance(item, (PanelItem, NodeItem))][:MOST]
        self._map = found = minimap([box_of(item) for item in rows], frame)
        dpg.configure_item(self._ground, pmin=(frame.left, frame.top), pmax=(frame.right, frame.bottom))
        for item in rows:
            box = found.place(box_of(item))
            fill = faded(mixed(ink(item.look.colour), inks.LIGHT, 0.1), 120)
            if isinstance(item, NodeItem):
                fill = block_ink(item)
            dpg.draw_rectangle(
                (box.left, box.top),
                (max(box.right, box.left + 2), max(box.bottom, box.top + 2)),
                color=inks.CLEAR,
                fill=fill,
                parent=self._blocks,
            )
        self.look(view, size)

    def look(self, view: View, size: Point) -> None:
        """Another part of the graph is seen."""
        if self._map is not None:
            box = self._map.window(view, size)
            dpg.configure_item(self._window, pmin=(box.left, box.top), pmax=(box.right, box.bottom))

    def went_to(self, view: View, size: Point, pixel: Point) -> View:
        """The view after a click or a drag in the map."""
        return self._map.went_to(view, size, pixel) if self._map is not None else view
