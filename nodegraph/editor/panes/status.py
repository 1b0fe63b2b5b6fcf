"""The status line: what was said, what is computed, what is wrong, and what is safe."""

from __future__ import annotations

import time

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.pane import Pane
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.shell import fonts, icons, theme
from nodegraph.editor.state import State

STAYS = 8.0  # seconds that a word stays; a complaint stays till the next word, or the next edit
GIGABYTE = 1e9


class StatusPane(Pane):
    """One line at the foot of the window."""

    place = Place.WINDOW

    def build(self, window: int) -> None:
        """Make its words."""
        self._said: tuple[str, bool] = ("", False)
        self._since = 0.0
        self._read = False  # a complaint that was on the screen before this turn
        self._shown: tuple[object, ...] = ()
        self._next = 0  # of the faults, to jump to
        scale = self.app.scale
        with dpg.group(horizontal=True, parent=window, pos=(round(10 * scale), round(4 * scale))):
            self._name = dpg.add_text("")
            self._safe = dpg.add_text("", color=theme.FAINT)
            self.fault_button = dpg.add_button(label="", show=False, small=True, callback=self.jump)
            self._sign = dpg.add_text("", color=theme.FAINT, show=False)
            self._word = dpg.add_text("")
        self._right = dpg.add_text("", parent=window, color=theme.FAINT, pos=(0, round(4 * scale)))
        self._size: tuple[float, str] = (0.0, "")
        dpg.bind_item_font(self._sign, fonts.ICONS_SMALL)
        with dpg.theme() as red, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_color(dpg.mvThemeCol_Text, theme.BAD)
            dpg.add_theme_color(dpg.mvThemeCol_Button, (80, 36, 34, 255))
        dpg.bind_item_theme(self.fault_button, red)
        with dpg.tooltip(self.fault_button, delay=0.3):
            self.fault_tip = dpg.add_text("")

    def sync(self, old: State | None, new: State) -> None:
        """Show the project and its faults."""
        if old is None or (old.document, old.changed) != (new.document, new.changed):
            path = new.document.path
            dpg.set_value(self._name, (path.name if path else "untitled") + (" •" if new.changed else ""))
            dpg.configure_item(self._name, color=theme.BRIGHT if new.changed else theme.TEXT)
        if old is not None and old.graph is not new.graph and self._read:
            self.app.say("")  # what was complained of is behind
        if old is None or old.faults is not new.faults:
            count = len(new.faults)
            label = f"{count} node{'s' if count > 1 else ''} in error"
            dpg.configure_item(self.fault_button, show=bool(count), label=label)
            dpg.set_value(self.fault_tip, "\n".join(f"{name}: {why}" for name, why in list(new.faults.items())[:8]))

    def resized(self) -> None:
        """The right end moved."""
        self._size = (0.0, "")

    def tick(self, now: float) -> bool:
        """Show what was said, and let it go after a while."""
        self._read = self.app.said is self._said and self._said[1]
        if self.app.said is not self._said:
            self._said, self._since = self.app.said, now
            self.app.wake_in(STAYS + 0.1, "status")
        text, complaint = self._said
        gone = not complaint and now - self._since > STAYS
        shown = ("", False) if gone or not text else (_one_line(text), complaint)
        state = (shown, self.app.working, self.app.autosaved, self.app.autosaver.problem)
        if state != self._shown:
            self._shown = state
            self._show(*shown)
        self._show_right()
        return False

    def _show(self, text: str, complaint: bool) -> None:
        working = self.app.working
        dpg.set_value(self._word, text or working)
        dpg.configure_item(self._word, color=theme.BAD if complaint else theme.FAINT if not text else theme.TEXT)
        dpg.configure_item(self._sign, show=bool(text or working), color=theme.BAD if complaint else theme.FAINT)
        dpg.set_value(self._sign, icons.WARNING if complaint else icons.CLOCK if not text else icons.INFO)
        saved, failed = self.app.autosaved, bool(self.app.autosaver.problem)
        safe = f"autosaved {time.strftime('%H:%M', time.localtime(saved))}" if saved else ""
        dpg.set_value(self._safe, "not autosaved" if failed else safe)
        dpg.configure_item(self._safe, color=theme.BAD if failed else theme.FAINT)

    def _show_right(self) -> None:
        cache = self.app.session.cache
        shot = self.app.state.graph.shot
        fps = float(shot.fps)
        text = (
            f"{shot.format.width}×{shot.format.height}   {fps:g} fps   {shot.space}   "
            f"cache {cache.nbytes / GIGABYTE:.1f} / {cache.budget / GIGABYTE:.1f} GB"
        )
        wanted = (self.size[0], text)
        if wanted != self._size:
            self._size = wanted
            width = dpg.get_text_size(text, font=fonts.TEXT)
            if width is not None:
                dpg.set_value(self._right, text)
                dpg.set_item_pos(self._right, [self.size[0] - width[0] - 12 * self.app.scale, 4 * self.app.scale])
            else:
                self._size = (0.0, "")

    def jump(self) -> None:
        """To the next node that is in error: it is selected, and shown in the middle."""
        names = [name for name in self.app.state.faults if name in self.app.state.graph.nodes]
        if not names:
            return
        self._next = (self._next + 1) % len(names)
        name = names[self._next]
        self.app.pick(Picked(nodes=frozenset({name})))
        self.app.say(f"{name}: {self.app.state.faults[name]}", True)
        self.app.start("fit", Place.GRAPH)


def _one_line(text: str) -> str:
    """What went wrong and what to do about it, beside each other."""
    return ": ".join(line.strip() for line in text.splitlines())
