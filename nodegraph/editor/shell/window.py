"""The window: it puts the panes in their places, and goes round until it is closed."""

from __future__ import annotations

import importlib
import logging
import sys
import time
from importlib.util import find_spec

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.pane import Pane
from nodegraph.editor.shell import fonts, layout, platform_x, theme
from nodegraph.editor.shell.input import Hands, Placed
from nodegraph.editor.shell.layout import SLOTS, Slot
from nodegraph.editor.shell.loop import Guard, Pacer, run_callbacks
from nodegraph.graph.document import Document

log = logging.getLogger(__name__)

SWITCH = 0.0005  # seconds: a thread in pure Python gives way to the window this often
SIZE = (1600, 1000)


class Window:
    """The editor's one window. Open it, go round, close it."""

    def __init__(self, document: Document, *, size: tuple[int, int] = SIZE, scale: float | None = None) -> None:
        self.size = size
        self.scale = scale or 1.0
        wake = platform_x.waker()
        self.app = App(document, wake=wake or (lambda: None))
        self.app.scale = self.scale
        self.guard = Guard(self.app.say)
        self.app.guard = self.guard.run
        self.pacer = Pacer(can_sleep=wake is not None)
        self.placed: list[Placed] = []
        self.hands = Hands(self.placed, self.app.key)
        self._drop: object | None = None

    # -- open and close ------------------------------------------------------------------------------------

    def open(self) -> None:
        """Build everything, and show it."""
        sys.setswitchinterval(SWITCH)
        dpg.create_context()
        dpg.configure_app(docking=True, docking_space=True, manual_callback_management=True)
        dpg.create_viewport(title="nodegraph", width=self.size[0], height=self.size[1], x_pos=0, y_pos=0)
        fonts.build(self.scale)
        theme.build(self.scale)
        layout.load(*self.size, self.scale)
        self.hands.build()
        for slot in SLOTS:
            self._build(slot)
        self.app.panes = [each.pane for each in self.placed]
        dpg.setup_dearpygui()
        dpg.show_viewport()
        self._drop = platform_x.on_drop(lambda paths: self.app.post(lambda: self.dropped(paths)))

    def _build(self, slot: Slot) -> None:
        """One pane in its window; one that fails is left out, and the rest is opened."""
        module = f"nodegraph.editor.panes.{slot.module}"
        if find_spec(module) is None:
            return
        room = layout.room(slot)
        pane = self.guard.run(self._made, module, slot, room)
        if pane is not None:
            self.placed.append(Placed(pane, room))

    def _made(self, module: str, slot: Slot, room: int) -> Pane:
        kind: type[Pane] = getattr(importlib.import_module(module), slot.name)
        pane = kind(self.app)
        pane.build(room)
        return pane

    def close(self) -> None:
        """Let go of everything."""
        self.app.close()
        platform_x.close_window()

    # -- going round -----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Until it is closed."""
        while dpg.is_dearpygui_running() and not self.app.closing:
            self.turn()

    def turn(self, may_sleep: bool = True) -> None:
        """One frame: what has come in, what has changed, the picture, what the hands did."""
        if self.app.turn(time.monotonic()):
            self.pacer.heat(1)
        self.pacer.frame(may_sleep and self.app.inbox.empty())
        came = [self._measure(), self.guard.run(self.hands.poll), run_callbacks(self.guard), self.app.is_stale]
        if any(came):
            self.pacer.heat()

    def _measure(self) -> bool:
        """Tell panes that were moved or resized; True if there was one."""
        changed = False
        for each in self.placed:
            if not each.is_seen:
                continue
            origin, size = layout.rectangle(each.window)
            if (origin, size) != (each.pane.origin, each.pane.size) and min(size) > 0:
                each.pane.origin, each.pane.size = origin, size
                self.guard.run(each.pane.resized)
                changed = True
        return changed

    def dropped(self, paths: tuple[str, ...]) -> None:
        """Files were dropped on the window: to the pane under the cursor, else to the first that wants them."""
        under = self.hands.under()
        rows = [under.pane] if under else []
        for pane in [*rows, *(each.pane for each in self.placed)]:
            if pane.dropped(self.hands.at, paths):
                return
        self.app.say("nothing here takes these files", True)
