"""Bars of small buttons over a pane: signs with a word when the cursor rests on them."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.shell import fonts, theme


class Bar:
    """Buttons in a row; each starts something, and tells its key."""

    def __init__(self, app: App, parent: int | str) -> None:
        self.app = app
        self.item = int(dpg.add_group(parent=parent, horizontal=True, horizontal_spacing=4))
        self._buttons: dict[str, int] = {}

    def words(self, name: str, label: str, tip: str, start: Callable[[], object]) -> int:
        """A button with a word on it."""
        item = int(dpg.add_button(label=label, parent=self.item, callback=lambda: self.app.guarded(start)))
        return self._told(name, item, tip)

    def sign(self, name: str, sign: str, tip: str, start: Callable[[], object]) -> int:
        """A button with a sign on it."""
        item = int(
            dpg.add_button(
                label=sign, parent=self.item, width=round(30 * self.app.scale), callback=lambda: self.app.guarded(start)
            )
        )
        dpg.bind_item_font(item, fonts.ICONS)
        return self._told(name, item, tip)

    def _told(self, name: str, item: int, tip: str) -> int:
        keys = self.app.bindings.shown(name) if name in self.app.bindings.actions else ""
        with dpg.tooltip(item, delay=0.5):
            dpg.add_text(f"{tip}   {keys}" if keys else tip)
        dpg.bind_item_font(dpg.last_container(), fonts.TEXT)
        self._buttons[name] = item
        return item

    def space(self, width: int = 6) -> None:
        dpg.add_spacer(width=round(width * self.app.scale), parent=self.item)

    def enable(self, name: str, can: bool) -> None:
        """Let a button be pressed, or not."""
        item = self._buttons[name]
        if dpg.is_item_enabled(item) != can:
            dpg.configure_item(item, enabled=can)
            dpg.bind_item_theme(item, 0 if can else faint())


def faint() -> int:
    """The theme of what cannot be pressed now."""
    tag = theme.THEME + 900
    if not dpg.does_item_exist(tag):
        with dpg.theme(tag=tag), dpg.theme_component(dpg.mvAll, enabled_state=False):
            dpg.add_theme_color(dpg.mvThemeCol_Text, [*theme.FAINT[:3], 110])
            for name in ("Button", "ButtonHovered", "ButtonActive"):
                dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), theme.PANEL)
    return tag
