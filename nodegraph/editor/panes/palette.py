"""Find an action by its words, and start it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panels.commands import ACTIONS, Action
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.shell import theme
from nodegraph.editor.shell.sheet import sheet

MOST = 14


class Palette:
    """A sheet with a field and the actions that its words meet; those of the pane under the cursor first."""

    def __init__(self, app: App, pane: Place, done: Callable[[], None], title: str = "Find an action") -> None:
        self.app = app
        self.pane = pane
        self.done = done
        self.title = title
        self.window = 0
        self.found: list[Action] = []
        self.at = 0

    def build(self) -> None:
        """Make the field, and list what can be done here."""
        scale = self.app.scale
        size = round(520 * scale), round(460 * scale)
        with sheet(self.title, *size, top=round(120 * scale), no_scrollbar=True) as self.window:
            self._field = dpg.add_input_text(width=-1, hint="words of the action", callback=self._typed, on_enter=False)
            with dpg.table(header_row=False, policy=dpg.mvTable_SizingFixedFit) as self._list:
                dpg.add_table_column(width_fixed=True, init_width_or_weight=90 * scale)
                dpg.add_table_column(width_stretch=True)
                dpg.add_table_column(width_fixed=True, init_width_or_weight=130 * scale)
        dpg.focus_item(self._field)
        self._typed(0, "")

    def _typed(self, _sender: int, text: str) -> None:
        words = text.lower().split()
        rows = [
            action
            for action in ACTIONS.values()
            if self.app.can(action.name) and all(word in f"{action.label} {action.menu}".lower() for word in words)
        ]
        rows.sort(key=lambda each: (self.pane not in each.panes, Place.WINDOW not in each.panes))
        self.found, self.at = rows[:MOST], 0
        self._show()

    def _show(self) -> None:
        dpg.delete_item(self._list, children_only=True, slot=1)
        for k, action in enumerate(self.found):
            with dpg.table_row(parent=self._list):
                dpg.add_text(action.menu, color=theme.FAINT)
                dpg.add_selectable(
                    label=action.label, span_columns=True, default_value=k == self.at, callback=partial(self._start, k)
                )
                dpg.add_text(self.app.bindings.shown(action.name), color=theme.FAINT)

    def key(self, chord: Chord) -> bool:
        """Arrows choose, Return starts."""
        if chord.key in ("Up", "Down") and self.found:
            self.at = (self.at + (1 if chord.key == "Down" else -1)) % len(self.found)
            self._show()
            return True
        if chord.key == "Return":
            self.take()
            return True
        return False

    def take(self) -> None:
        """Start what is chosen."""
        if self.found:
            self._start(self.at)

    def _start(self, row: int) -> None:
        action = self.found[row]
        self.done()
        place = self.pane if self.pane in action.panes else next(each for each in Place if each in action.panes)
        self.app.start(action.name, place)

    def closed(self) -> None:
        self.done()
