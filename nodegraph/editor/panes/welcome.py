"""The first card: three ways in, and the projects worked on last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.pane import Pane
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.files import Places
from nodegraph.editor.projects import Projects
from nodegraph.editor.shell import fonts, icons, theme
from nodegraph.editor.shell.sheet import card
from nodegraph.editor.state import State

WIDTH, RECENT = 560, 6


class WelcomePane(Pane):
    """Shown while there is nothing to work on. It lies over the panes, in no dock."""

    place = Place.WINDOW

    def __init__(self, app: App, projects: Projects, presets: Callable[[], None]) -> None:
        super().__init__(app)
        self.projects = projects
        self.presets = presets
        self.window = 0
        self._put_off = False

    def build(self, window: int) -> None:
        """Make the card; `window` is not needed."""
        with card(round(WIDTH * self.app.scale), no_docking=True, show=False) as self.window:
            with dpg.group(horizontal=True):
                dpg.bind_item_font(dpg.add_text("nodegraph", color=theme.BRIGHT), fonts.LARGE)
            dpg.add_text("Replace faces in film: float, scene-linear, frame by frame.", color=theme.FAINT)
            dpg.add_spacer(height=4)
            with dpg.group(horizontal=True):
                self._way(icons.PLAY, "Open the demo", "a shot to try everything on", self.projects.demo)
                self._way(icons.MOVIE, "New shot", "from a movie or sequence", self.projects.ask_shot)
                self._way(icons.PRESET, "From a preset", "a graph that is ready-made", self.presets)
            dpg.add_spacer(height=4)
            self.recent = dpg.add_group()
            with dpg.group(horizontal=True):
                dpg.add_button(label="Open a project…", callback=lambda: self.app.start("open"))
                dpg.add_button(label="Recover an autosave…", callback=lambda: self.app.start("recover"))
                dpg.add_button(label="Empty graph", callback=self.put_off)

    def _way(self, sign: str, label: str, words: str, work: Callable[[], None]) -> None:
        scale = self.app.scale
        width, height = round((WIDTH - 28 - 16) / 3 * scale), round(112 * scale)
        with dpg.child_window(width=width, height=height, border=True, no_scrollbar=True) as way:
            dpg.add_spacer(height=2)
            dpg.bind_item_font(dpg.add_text(sign, color=theme.ACCENT), fonts.ICONS_LARGE)
            button = dpg.add_button(label=label, width=-1, callback=lambda: self.app.guarded(work))
            dpg.bind_item_font(button, fonts.BOLD)
            dpg.bind_item_font(dpg.add_text(words, color=theme.FAINT), fonts.SMALL)
        dpg.bind_item_theme(way, theme.CARD)

    def sync(self, old: State | None, new: State) -> None:
        """Come while there is nothing, and go with the first node."""
        if old is not None and old.document.graph.nodes is new.document.graph.nodes:
            return
        wanted = not new.graph.nodes and new.document.path is None and not self._put_off
        if wanted and not dpg.is_item_shown(self.window):
            self._show_recent()
        dpg.configure_item(self.window, show=wanted)
        if new.graph.nodes:
            self._put_off = False

    def _show_recent(self) -> None:
        dpg.delete_item(self.recent, children_only=True)
        rows = Places.load().projects_there()[:RECENT]
        if rows:
            head = dpg.add_text("Worked on last", parent=self.recent, color=theme.FAINT)
            dpg.bind_item_font(head, fonts.SMALL)
        for row in rows:
            path = Path(row)
            with dpg.group(horizontal=True, parent=self.recent):
                dpg.bind_item_font(dpg.add_text(icons.GRAPH, color=theme.ACCENT), fonts.ICONS_SMALL)
                dpg.add_selectable(
                    label=path.name.removesuffix(".ngraph.json"),
                    width=round(190 * self.app.scale),
                    callback=partial(self._open, path),
                )
                dpg.add_text(str(path.parent), color=theme.FAINT)
        if rows:
            dpg.add_spacer(height=2, parent=self.recent)

    def _open(self, path: Path) -> None:
        self.app.guarded(lambda: self.projects.leaving(lambda: self.projects.open(path)))

    def put_off(self) -> None:
        """Begin with nothing."""
        self._put_off = True
        dpg.configure_item(self.window, show=False)

    def over(self) -> float:
        """The middle of the viewer, which the card lies over."""
        viewers = [pane for pane in self.app.panes if pane.place is Place.VIEWER and pane.size[0] > 1]
        return viewers[0].origin[0] + viewers[0].size[0] / 2 if viewers else dpg.get_viewport_client_width() / 2

    def tick(self, now: float) -> bool:
        """Stay in the middle."""
        if dpg.is_item_shown(self.window):
            width, height = dpg.get_item_rect_size(self.window)
            middle = self.over()
            at = [max(0, round(middle - width / 2)), max(0, (dpg.get_viewport_client_height() - height) // 4)]
            if list(dpg.get_item_pos(self.window)) != at:
                dpg.set_item_pos(self.window, at)
        return False
