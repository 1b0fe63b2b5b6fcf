"""The colours that nodes, backdrops and notes can be given."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg

from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_ink import ink
from nodegraph.editor.panes.graph_popup import Popup
from nodegraph.graph.layout import Point

COLOURS = (
    *("#7a5a2e", "#83455f", "#6b4a93", "#3f5f86", "#34707a", "#3f7350"),
    *("#a8433f", "#b5762f", "#a99a3a", "#5f8f3f", "#4a6fb0", "#50606b"),
    *("#2a2a2d", "#4a4a4f", "#77777d", "#b4b4ba", "#4a4530", ""),
)
ACROSS, CELL, EDGE = 6, 30.0, 8.0


class Swatches(Popup):
    """A table of colours; the last, struck through, is the thing's own."""

    def __init__(self, unit: float = 1.0) -> None:
        super().__init__(unit)
        with dpg.theme() as own, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, EDGE * unit, EDGE * unit)
            dpg.add_theme_style(dpg.mvStyleVar_WindowBorderSize, 1)
            dpg.add_theme_style(dpg.mvStyleVar_WindowRounding, 5 * unit)
            dpg.add_theme_color(dpg.mvThemeCol_WindowBg, inks.RAISED)
        dpg.bind_item_theme(self.window, own)
        rows = len(COLOURS) // ACROSS
        self._list = dpg.add_drawlist(round(ACROSS * CELL * unit), round(rows * CELL * unit), parent=self.window)
        drawn = dpg.add_draw_node(parent=self._list)
        dpg.apply_transform(drawn, dpg.create_scale_matrix([unit, unit, 1.0]))
        for index, colour in enumerate(COLOURS):
            left, top = index % ACROSS * CELL, index // ACROSS * CELL
            fill = ink(colour) if colour else inks.PANEL
            box = (left + 3, top + 3), (left + CELL - 3, top + CELL - 3)
            dpg.draw_rectangle(*box, color=inks.DARK, fill=fill, rounding=4 * unit, parent=drawn)
            if not colour:
                ends = (left + 8, top + CELL - 8), (left + CELL - 8, top + 8)
                dpg.draw_line(*ends, color=inks.BAD, thickness=unit, parent=drawn)
        self._done: Callable[[str], None] = lambda _: None
        self.on(dpg.mvKey_Escape, self.close)
        self.on_click(self._list, self.click)

    def ask(self, at: Point, done: Callable[[str], None]) -> None:
        """Open it; `done` gets the colour, empty for the thing's own."""
        self._done = done
        rows = len(COLOURS) // ACROSS
        size = (ACROSS * CELL + 2 * EDGE) * self.unit, (rows * CELL + 2 * EDGE) * self.unit
        self.show(at, size, self._list)

    def click(self, pixel: Point) -> None:
        """A click on a colour takes it."""
        across, down = (int(((pixel[axis] - self.place[axis]) / self.unit - EDGE) // CELL) for axis in (0, 1))
        if 0 <= across < ACROSS and 0 <= down < len(COLOURS) // ACROSS:
            self.close()
            self._done(COLOURS[down * ACROSS + across])
