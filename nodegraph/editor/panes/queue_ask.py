"""What is asked before a render: which writers, which frames, and whether it is only a preview."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dearpygui.dearpygui as dpg

from nodegraph.data.frames import FrameRange
from nodegraph.editor.app import App
from nodegraph.editor.shell import fonts, theme
from nodegraph.editor.shell.sheet import sheet

Render = Callable[[tuple[str, ...], FrameRange, bool], object]
WIDE = 380


class Question:
    """A small window over the others. Return renders, Escape leaves it."""

    def __init__(self, app: App, render: Render) -> None:
        self.app = app
        self._render = render
        self.item = 0
        self._keys = 0
        self._frames = ""
        self._preview = False
        self._chosen: dict[str, bool] = {}

    def ask(self, writers: Sequence[str], chosen: Sequence[str], frames: str) -> None:
        """Show it."""
        self.close()
        self._frames, self._preview = frames, False
        self._chosen = {name: name in chosen for name in writers}
        place = max(60, dpg.get_viewport_client_height() // 3 - 100)
        with sheet("Render", fonts.px(WIDE), top=place) as self.item:
            dpg.add_spacer(height=2)
            dpg.add_text("Writers", color=theme.FAINT)
            for name, on in self._chosen.items():
                dpg.add_checkbox(label=name, default_value=on, user_data=name, callback=self._turned)
            dpg.add_spacer(height=4)
            dpg.add_text("Frames", color=theme.FAINT)
            self.field = dpg.add_input_text(
                default_value=self._frames, width=-1, callback=self._typed, hint="1001-1100, 1-10x2 or 1-5,8 12"
            )
            dpg.add_spacer(height=4)
            dpg.add_checkbox(label="Preview: every frame is marked as one", callback=self._previewed)
            self._wrong = dpg.add_text("", color=theme.BAD, wrap=fonts.px(WIDE - 30), show=False)
            dpg.add_spacer(height=6)
            with dpg.group(horizontal=True):
                dpg.add_spacer(width=fonts.px(WIDE - 245))
                dpg.add_button(label="Cancel", width=fonts.px(96), callback=self.close)
                self.go = dpg.add_button(label="Render", width=fonts.px(104), callback=self.render)
                dpg.bind_item_theme(self.go, theme.CHOSEN)
        dpg.bind_item_font(self.go, fonts.BOLD)
        self._listen()

    @property
    def is_open(self) -> bool:
        return bool(self.item) and dpg.does_item_exist(self.item)

    def _listen(self) -> None:
        """Return and Escape, which no pane gets while this is open."""
        with dpg.handler_registry() as self._keys:
            for key in (dpg.mvKey_Return, dpg.mvKey_NumPadEnter):
                dpg.add_key_press_handler(key, callback=self.render)
            dpg.add_key_press_handler(dpg.mvKey_Escape, callback=self.close)

    def _turned(self, _sender: int, on: bool, name: str) -> None:
        self._chosen[name] = on

    def _typed(self, _sender: int, text: str) -> None:
        self._frames = text

    def _previewed(self, _sender: int, on: bool) -> None:
        self._preview = on

    def render(self) -> None:
        """As it is asked for; what is wrong with it is said in the window."""
        from nodegraph.data.errors import NodegraphError

        try:
            sinks = tuple(name for name, on in self._chosen.items() if on)
            self._render(sinks, FrameRange.parse(self._frames), self._preview)
        except NodegraphError as fault:
            dpg.configure_item(self._wrong, default_value=str(fault), show=True)
            return
        self.close()

    def close(self) -> None:
        """Take it away."""
        if self.is_open:
            dpg.delete_item(self.item)
            dpg.delete_item(self._keys)
        self.item = 0
