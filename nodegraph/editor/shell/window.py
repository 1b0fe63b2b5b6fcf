"""The window: it puts the panes in their places, and goes round until it is closed."""

from __future__ import annotations

import importlib
import logging
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.pane import Pane
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.files import GRAPH, is_readable
from nodegraph.editor.panes.menus import MenusPane
from nodegraph.editor.panes.preferences import remembered_memory
from nodegraph.editor.panes.welcome import WelcomePane
from nodegraph.editor.projects import Projects
from nodegraph.editor.shell import fonts, layout, platform_x, theme
from nodegraph.editor.shell.conduct import Conduct
from nodegraph.editor.shell.dialogs import Dialogs
from nodegraph.editor.shell.input import Hands, Placed
from nodegraph.editor.shell.layout import SLOTS, Slot
from nodegraph.editor.shell.loop import Alarm, Guard, Pacer, run_callbacks
from nodegraph.graph.document import Document

log = logging.getLogger(__name__)

SWITCH = 0.0005  # seconds: a thread in pure Python gives way to the window this often
SIZE = (1600, 1000)
LAID = 2  # the frame by which panes are where the layout has them: in the first, all tabs are in front
TOOLTIP = 0.6  # seconds that the mouse rests until a tooltip is there


class Window:
    """The editor's one window. Open it, go round, close it."""

    def __init__(self, document: Document, *, size: tuple[int, int] = SIZE, scale: float | None = None) -> None:
        self.size = size
        self.scale = scale or 1.0
        wake = platform_x.waker()
        self.app = App(document, wake=wake or (lambda: None), memory=remembered_memory())
        self.app.scale = self.scale
        self.guard = Guard(self.app.say)
        self.app.guard = self.guard.run
        self.pacer = Pacer(can_sleep=wake is not None)
        self.placed: list[Placed] = []
        self.dialogs = Dialogs(self.guard, self.scale, self.app.post, self.soon)
        self.app.ask = self.dialogs.ask
        self.app.bring = self.bring
        self.hands = Hands(self.placed, self.app.key, self.dialogs.key)
        self.projects = Projects(self.app)
        self.conduct = Conduct(self)
        self.menus = MenusPane(self.app)
        self.welcome = WelcomePane(self.app, self.projects, lambda: self.front("presets"))
        self.alarm = Alarm(self.app.wake)
        self.app.wake_in = self.alarm.in_seconds
        self._drop: object | None = None
        self._titled = ""
        self._floating = False  # does a pane lie over others
        self._panels: tuple[str, ...] = ()
        self._soon: list[tuple[int, Callable[[], object]]] = []

    # -- open and close ------------------------------------------------------------------------------------

    def open(self) -> None:
        """Build everything, and show it."""
        sys.setswitchinterval(SWITCH)
        dpg.create_context()
        dpg.configure_app(docking=True, docking_space=True, manual_callback_management=True)
        dpg.create_viewport(
            title="nodegraph",
            disable_close=True,
            width=self.size[0],
            height=self.size[1],
            x_pos=0,
            y_pos=0,
            clear_color=theme.BACKGROUND,
        )
        fonts.build(self.scale)
        theme.build(self.scale)
        self.soon(4, layout.load(*self.size, self.scale).unlink)
        self.hands.build()
        for slot in SLOTS:
            self._build(slot)
        self.app.offer({**self.projects.actions(), **self.conduct.actions()})
        self.menus.hands = self.hands
        self.menus.build(0)
        self.welcome.build(0)
        self.app.panes = [*(each.pane for each in self.placed), self.menus, self.welcome]
        self.menus.know()
        dpg.set_exit_callback(lambda: self.app.start("quit"))
        dpg.setup_dearpygui()
        dpg.show_viewport()
        platform_x.set_colours(theme.base_colours())
        self.projects.check()
        self._drop = platform_x.on_drop(lambda paths: self.app.post(lambda: self.dropped(paths)))

    def _build(self, slot: Slot) -> None:
        """One pane in its window; one that fails is left out, and the rest is opened."""
        module = f"nodegraph.editor.panes.{slot.module}"
        if find_spec(module) is None:
            return
        room = layout.room(slot)
        pane = self.guard.run(self._made, module, slot, room)
        if pane is None:
            dpg.delete_item(slot.tag)
        else:
            self.placed.append(Placed(pane, room))

    def _made(self, module: str, slot: Slot, room: int) -> Pane:
        kind: type[Pane] = getattr(importlib.import_module(module), slot.name)
        pane = kind(self.app)
        pane.build(room)
        return pane

    def front(self, module: str) -> None:
        """Bring a pane to the front."""
        for slot in SLOTS:
            if slot.module == module and dpg.does_item_exist(slot.tag):
                dpg.focus_item(slot.tag)

    def bring(self, pane: Pane) -> None:
        """Have what a pane does seen: its tab comes to the front, and the focus goes back to the hands."""
        found = next((each for each in self.placed if each.pane is pane), None)
        if found is None or found.is_seen or not dpg.is_item_shown(found.docked):
            return
        dpg.focus_item(found.docked)
        self.soon(2, self._back_to_the_hands)

    def _back_to_the_hands(self) -> None:
        under = self.hands.under()  # now: it may be the tab that came to the front
        if under is not None:
            dpg.focus_item(under.docked)

    def _bring_panels(self) -> None:
        """A panel that is opened is seen."""
        before, self._panels = self._panels, self.app.state.panels.names
        if self._panels is before or not set(self._panels) - set(before):
            return
        for each in self.placed:
            if each.pane.place is Place.PROPERTIES:
                self.bring(each.pane)

    def soon(self, frames: int, work: Callable[[], object]) -> None:
        """Have something done a few frames from now."""
        self._soon.append((frames, work))
        self.pacer.heat(frames + 4)

    def _do_soon(self) -> None:
        due = [work for frames, work in self._soon if frames <= 0]
        self._soon = [(frames - 1, work) for frames, work in self._soon if frames > 0]
        for work in due:
            self.guard.run(work)

    def _title(self) -> str:
        document = self.app.state.document
        name = document.path.name if document.path else "untitled"
        return f"{name}{' •' if self.app.state.changed else ''} – nodegraph"

    def close(self) -> None:
        """Let go of everything; the window comes again as large, and its panes where they are."""
        self.guard.run(layout.leave, self.conduct.before)
        self.alarm.close()
        self.app.close()
        platform_x.close_window()
        self.app.session.close()
        self.app.untitled.close()

    # -- going round -----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Until it is closed."""
        while not self.app.closing:
            self.turn()

    def turn(self, may_sleep: bool = True) -> None:
        """One frame: what has come in, what has changed, the picture, what the hands did."""
        if self.app.turn(time.monotonic()):
            self.pacer.heat(1)
        self.pacer.frame(may_sleep and self.app.inbox.empty())
        self._set_alarm()
        self._do_soon()
        self._bring_panels()
        if self._title() != self._titled:
            self._titled = self._title()
            dpg.set_viewport_title(self._titled)
        came = [self._measure(), self.guard.run(self.hands.poll), run_callbacks(self.guard), self.app.is_stale]
        if any(came):
            self.pacer.heat()

    def _set_alarm(self) -> None:
        """Asleep or not: work is kept when it is time, and a tooltip comes."""
        wait = self.app.autosaver.wait(time.monotonic())
        if wait is not None:
            self.alarm.in_seconds(wait + 0.05, "autosave")
        if self.hands.moved and platform_x.any_hovered():
            self.alarm.in_seconds(TOOLTIP, "tooltip")

    def _measure(self) -> bool:
        """Tell panes that were moved or resized; True if there was one."""
        if dpg.get_frame_count() < LAID:
            return True
        changed = False
        seen = [each for each in self.placed if each.is_seen]
        for each in seen:
            origin, size = layout.rectangle(each.window)
            if (origin, size) != (each.pane.origin, each.pane.size) and min(size) > 0:
                each.pane.origin, each.pane.size = origin, size
                self.guard.run(each.pane.resized)
                changed = True
        floating = layout.ground([(each.docked, each.pane.origin, each.pane.size) for each in seen])
        if floating != self._floating:
            self._floating = floating
            platform_x.set_colours(theme.base_colours(floating))
        return changed

    def dropped(self, paths: tuple[str, ...]) -> None:
        """Files were dropped: a project is opened; others go to the pane under the cursor, or to who wants them."""
        for path in paths:
            if not is_readable(path):
                self.app.say(f"the name of {path} is no UTF-8: rename it", True)
                return
        if paths and paths[0].endswith(GRAPH):
            self.projects.leaving(lambda: self.projects.open(Path(paths[0])))
            return
        under = self.hands.under()
        rows = [under.pane] if under else []
        for pane in [*rows, *(each.pane for each in self.placed)]:
            if pane.dropped(self.hands.at, paths):
                return
        self.app.say("nothing here takes these files", True)
