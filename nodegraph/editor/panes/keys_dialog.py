"""The keys: every action with what starts it, bound otherwise by pressing the new key, and what is in the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.panels.bindings import Bindings, Chord
from nodegraph.editor.panels.commands import ACTIONS, Action
from nodegraph.editor.shell import fonts, icons, theme
from nodegraph.editor.shell.sheet import sheet


class KeysDialog:
    """A sheet with all actions. What is changed holds at once, and is kept."""

    def __init__(self, app: App, done: Callable[[], None], changed: Callable[[], None]) -> None:
        self.app = app
        self.done = done
        self.changed = changed
        self.window = 0
        self.waiting = ""  # the action that the next key is for
        self.cells: dict[str, int] = {}
        self._rows: dict[str, int] = {}

    def build(self) -> None:
        """Make the table."""
        scale = self.app.scale
        width, height = round(860 * scale), round(640 * scale)
        with sheet("Keys", width, height) as self.window:
            with dpg.group(horizontal=True):
                self.filter_field = dpg.add_input_text(
                    hint="part of an action, pane or key", width=round(300 * scale), callback=self._narrow
                )
                dpg.add_text("Click a key, then press the new one. Backspace takes it away.", color=theme.FAINT)
            self.told = dpg.add_text("", wrap=width - round(40 * scale))
            with dpg.child_window(height=-round(40 * scale), border=False):
                self._table()
            with dpg.group(horizontal=True):
                done = dpg.add_button(label="Done", width=round(100 * scale), callback=self.done)
                dpg.bind_item_theme(done, theme.CHOSEN)
                dpg.add_button(label="All as they came", callback=self._reset_all)
        self._tell()

    def _table(self) -> None:
        scale = self.app.scale
        with dpg.table(header_row=True, row_background=True, policy=dpg.mvTable_SizingFixedFit, scrollY=True):
            dpg.add_table_column(label="Menu", width_fixed=True, init_width_or_weight=90 * scale)
            dpg.add_table_column(label="Action", width_stretch=True)
            dpg.add_table_column(label="Pane", width_fixed=True, init_width_or_weight=190 * scale)
            dpg.add_table_column(label="Keys", width_fixed=True, init_width_or_weight=220 * scale)
            dpg.add_table_column(label="", width_fixed=True, init_width_or_weight=28 * scale)
            for action in ACTIONS.values():
                with dpg.table_row() as row:
                    dpg.add_text(action.menu, color=theme.FAINT)
                    dpg.add_text(action.label)
                    dpg.add_text(", ".join(sorted(pane.value for pane in action.panes)), color=theme.FAINT)
                    cell = dpg.add_button(label="", width=-1, callback=partial(self._listen, action.name))
                    self.cells[action.name] = int(cell)
                    reset = dpg.add_button(label=icons.RESET, callback=partial(self._reset, action.name))
                    dpg.bind_item_font(reset, fonts.ICONS_SMALL)
                    dpg.bind_item_theme(reset, theme.FLAT)
                self._rows[action.name] = int(row)
        for name in self.cells:
            self._show(name)

    def _show(self, name: str) -> None:
        bindings = self.app.bindings
        text = "press a key…" if name == self.waiting else bindings.shown(name) or "–"
        dpg.configure_item(self.cells[name], label=text)
        on = name == self.waiting or name in bindings.changed
        dpg.bind_item_theme(self.cells[name], theme.CHOSEN if on else theme.FLAT)

    def _listen(self, name: str) -> None:
        before, self.waiting = self.waiting, name
        if before:
            self._show(before)
        self._show(name)

    def key(self, chord: Chord) -> bool:
        """The new key of the action that waits for one."""
        name = self.waiting
        if not name:
            return False
        self.waiting = ""
        if chord.key == "Escape":
            self._show(name)
            return True
        if chord == Chord("Backspace"):
            self._bind(self.app.bindings.bound(name, []))
        else:
            self._bind(self.app.bindings.bound(name, [chord]))
        return True

    def _bind(self, bindings: Bindings) -> None:
        bindings.save()
        self.app.bindings = bindings
        for name in self.cells:
            self._show(name)
        self._tell()
        self.changed()

    def _reset(self, name: str) -> None:
        self._bind(self.app.bindings.reset(name))

    def _reset_all(self) -> None:
        self._bind(Bindings(self.app.bindings.actions, {}, (), self.app.bindings.unknown))

    def _tell(self) -> None:
        """What is in each other's way."""
        conflicts = self.app.bindings.conflicts()
        rows = [f"{each} both have it" for each in map(str, conflicts[:3])]
        if len(conflicts) > 3:
            rows.append(f"and {len(conflicts) - 3} more")
        dpg.set_value(self.told, "\n".join(rows) or "No key starts two actions in one pane.")
        dpg.configure_item(self.told, color=theme.WARN if rows else theme.FAINT)

    def _narrow(self, _sender: int, text: str) -> None:
        """Show only what was asked for."""
        wanted = text.lower().split()
        for name, row in self._rows.items():
            dpg.configure_item(row, show=all(word in self._words(ACTIONS[name]) for word in wanted))

    def _words(self, action: Action) -> str:
        panes = " ".join(pane.value for pane in action.panes)
        return f"{action.menu} {action.label} {panes} {self.app.bindings.shown(action.name)}".lower()

    def take(self) -> None:
        """Return closes it: all holds already."""
        self.done()

    def closed(self) -> None:
        self.done()
