"""What a right click in the curve editor offers."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.pane import Point
from nodegraph.editor.panels.commands import ACTIONS

KEYS = (
    ("constant", "linear", "smooth", "bezier"),
    ("level", "break_handles"),
    ("copy", "delete"),
)
LANES = (("constant", "linear", "smooth"), ("copy", "delete"))
ALWAYS = (("paste", "insert_key", "select_all"), ("fit", "fit_all"))


class CurveMenu:
    """The menu of the curve editor, made when it opens."""

    def __init__(self, app: App, start: Callable[[str], None]) -> None:
        self.app, self.start = app, start
        self._window = 0

    def open(self, at: Point, held: bool, *, lanes: bool = False) -> None:
        """Offer what can be done; what is for keys only if some are held."""
        self.close()
        offered = () if not held else LANES if lanes else KEYS
        with dpg.window(
            popup=True, no_title_bar=True, no_move=True, autosize=True, pos=(round(at[0]), round(at[1]))
        ) as window:
            self._window = int(window)
            for number, names in enumerate((*offered, *ALWAYS)):
                if number:
                    dpg.add_separator()
                for name in names:
                    keys = self.app.bindings.shown(name).partition(",")[0]
                    dpg.add_menu_item(label=ACTIONS[name].label, shortcut=keys, callback=self._chosen, user_data=name)

    def close(self) -> None:
        """Take the menu away."""
        if self._window and dpg.does_item_exist(self._window):
            dpg.delete_item(self._window)
        self._window = 0

    def _chosen(self, _item: int, _value: object, name: str) -> None:
        self.start(name)
        self.close()
