"""The menu under the right button: what can be done with what is selected."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.panels.commands import ACTIONS
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panes.graph_popup import frameless
from nodegraph.graph.layout import Point

if TYPE_CHECKING:
    from nodegraph.editor.panes.graph import GraphPane

ROWS: tuple[tuple[str, ...], ...] = (
    ("search", "copy", "cut", "paste", "duplicate", "delete"),
    ("disable", "extract", "swap_inputs", "disconnect", "rename", "colour", "thumbnail", "hide_input"),
    ("backdrop", "note"),
    ("autoplace", "snap", "align_row", "align_column"),
    ("fit", "minimap", "file_name"),
)


class Menu:
    """Made when it is first asked for, so that it shows the keys as they are."""

    def __init__(self, pane: GraphPane) -> None:
        self.pane = pane
        self._window = 0

    def show(self, at: Point) -> None:
        """Open it at a pixel of the window."""
        if self._window:
            dpg.delete_item(self._window)
        self._window = frameless(popup=True, autosize=True)
        for index, names in enumerate(ROWS):
            if index:
                dpg.add_separator(parent=self._window)
            for name in names:
                dpg.add_menu_item(
                    label=ACTIONS[name].label,
                    shortcut=self.pane.app.bindings.shown(name),
                    callback=partial(self._start, name),
                    parent=self._window,
                )
        dpg.configure_item(self._window, pos=[round(at[0]), round(at[1])], show=True)

    def _start(self, name: str) -> None:
        dpg.configure_item(self._window, show=False)
        self.pane.app.start(name, Place.GRAPH)
