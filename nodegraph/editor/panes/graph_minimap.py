"""The small map in the corner: the whole graph as blocks, and a frame around what is seen."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.minimap import Minimap, minimap
from nodegraph.editor.canvas.scene import Changes, Key, NodeItem, PanelItem, Scene, box_of
from nodegraph.editor.canvas.view import Rect, View
from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_far import block_ink
from nodegraph.editor.panes.graph_ink import faded, ink
from nodegraph.graph.layout import Point

SIZE = (180.0, 116.0)
MARGIN = 12.0
LEAST_CANVAS = 380.0  # in a smaller one it would be in the way


class SmallMap:
    """Drawn anew when the graph is another; a pan moves its frame alone."""

    def __init__(self, drawlist: int) -> None:
        self.root = dpg.add_draw_node(parent=drawlist)
        corner = (-10.0, -10.0)
        self._ground = dpg.draw_rectangle(
            corner, corner, color=inks.LINE, fill=faded(inks.DARK, 232), rounding=4, parent=self.root
        )
        self._whole = dpg.add_draw_node(parent=self.root)
        self._panels = dpg.add_draw_node(parent=self._whole)
        self._blocks = dpg.add_draw_node(parent=self._whole)
        self._drawn: dict[Key, int] = {}
        self._window = dpg.draw_rectangle(
            corner, corner, color=faded(inks.TEXT, 220), fill=(255, 255, 255, 12), parent=self.root
        )
        self.wanted = True
        self._map: Minimap | None = None

    @property
    def shown(self) -> bool:
        return self._map is not None

    def holds(self, pixel: Point) -> bool:
        """True if a pixel of the canvas is the map's."""
        return self._map is not None and self._map.frame.holds(pixel)

    def apply(self, changes: Changes) -> None:
        """Keep up with the scene; the blocks are in the places of the graph, and one matrix makes them small."""
        for key in changes.removed:
            drawn = self._drawn.pop(key, None)
            if drawn is not None:
                dpg.delete_item(drawn)
        for rows in (changes.added, changes.moved, changes.restyled):
            for key, item in rows.items():
                if isinstance(item, (PanelItem, NodeItem)):
                    self._block(key, item)

    def _block(self, key: Key, item: PanelItem | NodeItem) -> None:
        box = box_of(item)
        fill = block_ink(item) if isinstance(item, NodeItem) else ink(item.look.colour, 120)
        look = {"pmin": (box.left, box.top), "pmax": (box.right, box.bottom), "fill": fill}
        drawn = self._drawn.get(key)
        if drawn is None:
            parent = self._blocks if isinstance(item, NodeItem) else self._panels
            self._drawn[key] = dpg.draw_rectangle(**look, color=inks.CLEAR, parent=parent)
        else:
            dpg.configure_item(drawn, **look)

    def draw(self, scene: Scene, view: View, size: Point) -> None:
        """The graph as it is now, if there is room."""
        room = size[1] >= LEAST_CANVAS * 0.6 and size[0] >= LEAST_CANVAS
        shown = self.wanted and room and bool(scene.nodes)
        self._map = None
        dpg.configure_item(self.root, show=shown)
        if not shown:
            return
        right, bottom = size[0] - MARGIN, size[1] - MARGIN
        frame = Rect(right - SIZE[0], bottom - SIZE[1], right, bottom)
        rows = [box_of(item) for item in scene.items.values() if isinstance(item, (PanelItem, NodeItem))]
        self._map = found = minimap(rows, frame)
        dpg.configure_item(self._ground, pmin=(frame.left, frame.top), pmax=(frame.right, frame.bottom))
        left, top = found.to_screen((0.0, 0.0))
        matrix = dpg.create_translation_matrix([left, top, 0.0]) * dpg.create_scale_matrix(
            [found.scale, found.scale, 1.0]
        )
        dpg.apply_transform(self._whole, matrix)
        self.look(view, size)

    def look(self, view: View, size: Point) -> None:
        """Another part of the graph is seen."""
        if self._map is not None:
            box = self._map.window(view, size)
            dpg.configure_item(self._window, pmin=(box.left, box.top), pmax=(box.right, box.bottom))

    def went_to(self, view: View, size: Point, pixel: Point) -> View:
        """The view after a click or a drag in the map."""
        return self._map.went_to(view, size, pixel) if self._map is not None else view
