"""The menus along the top, out of the one list of commands, with their keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.pane import Pane
from nodegraph.editor.panels.commands import Action, menus
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.shell import theme
from nodegraph.editor.state import State

if TYPE_CHECKING:
    from nodegraph.editor.shell.input import Hands

# The menus of the bar, and those of the list that are in each as menus of their own.
BAR: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("File", ()),
    ("Edit", ()),
    ("Node", ("Create", "Arrange")),
    ("View", ("Places",)),
    ("Viewer", ()),
    ("Time", ()),
    ("Panels", ("Properties", "Curves", "Faces")),
    ("Render", ()),
    ("Window", ()),
)
# A line above these.
LINES = frozenset({"save", "recover", "close", "rebind", "copy", "project_settings", "colour", "save_preset", "red"})


class MenusPane(Pane):
    """The bar. It is in no dock."""

    place = Place.WINDOW

    def build(self, window: int) -> None:
        """Make all menus; `window` is not needed."""
        self._items: dict[str, int] = {}
        self.hands: Hands | None = None
        rows = menus()
        with dpg.viewport_menu_bar() as self.bar:
            for label, inner in BAR:
                with dpg.menu(label=label):
                    self._rows([each for each in rows.get(label, []) if not each.name.startswith("view_")])
                    if label == "Viewer":
                        with dpg.menu(label="Show input"):
                            self._rows([each for each in rows[label] if each.name.startswith("view_")])
                    for name in inner:
                        with dpg.menu(label=name):
                            self._rows(rows.get(name, []))
        dpg.bind_item_theme(self.bar, theme.MENU)
        self.show_keys()

    def _rows(self, actions: list[Action]) -> None:
        for k, action in enumerate(actions):
            if action.name in LINES and k:
                dpg.add_separator()
            item = dpg.add_menu_item(label=action.label, callback=partial(self._start, action))
            self._items[action.name] = int(item)

    def _start(self, action: Action) -> None:
        self.app.start(action.name, self.place_of(action))

    def place_of(self, action: Action) -> Place:
        """For which pane a menu's action is meant: the one that was under the cursor last, if it knows the action."""
        last = self.hands.last if self.hands is not None else Place.WINDOW
        return last if last in action.panes else next((each for each in Place if each in action.panes), Place.WINDOW)

    def show_keys(self) -> None:
        """Keys behind the actions, as they are bound now."""
        for name, item in self._items.items():
            dpg.configure_item(item, shortcut=self.app.bindings.shown(name))

    def know(self) -> None:
        """Grey what nothing in this window does."""
        for name, item in self._items.items():
            dpg.configure_item(item, enabled=self.app.can(name))

    def sync(self, old: State | None, new: State) -> None:
        """Say what undo would take back."""
        if old is None or old.document is not new.document:
            session = self.app.session
            for name, word, label in (("undo", "Undo", session.undo_label), ("redo", "Redo", session.redo_label)):
                dpg.configure_item(self._items[name], label=f"{word} {label}" if label else word, enabled=bool(label))
