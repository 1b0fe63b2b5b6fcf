"""What the window itself does: sizes of panes and layouts, keys, help, frames to go to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError
from nodegraph.editor.asking import TextWanted
from nodegraph.editor.pane import Start
from nodegraph.editor.panels.fields import number
from nodegraph.editor.panes.graph_replace import ReplaceFiles
from nodegraph.editor.panes.keys_dialog import KeysDialog
from nodegraph.editor.panes.palette import Palette
from nodegraph.editor.panes.preferences import Preferences
from nodegraph.editor.panes.project_settings import ProjectSettings
from nodegraph.editor.shell import layout, platform_x

if TYPE_CHECKING:
    from nodegraph.editor.shell.window import Window


class Conduct:
    """The window's own actions."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.app = window.app
        self._hidden: list[int] = []  # while one pane has all the room
        self._before = ""
        self._front: list[int] = []

    @property
    def before(self) -> str:
        """The layout to come back to, while one pane has all the room."""
        return self._before if self._hidden else ""

    def actions(self) -> Mapping[str, Start]:
        """By their names in the list of commands."""
        return {
            "rebind": self.rebind,
            "preferences": self.preferences,
            "go_to_frame": self.ask_frame,
            "maximise": self.maximise,
            "full_screen": dpg.toggle_viewport_fullscreen,
            "find_action": self.find_action,
            "save_layout": self.save_layout,
            "reset_layout": self.reset_layout,
            "help": self.help,
            "clear_cache": self.clear_cache,
            "cancel": self.cancel,
            "project_settings": self.project_settings,
            "replace_files": self.replace_files,
        }

    def rebind(self) -> None:
        """Show all keys."""
        dialogs = self.window.dialogs
        dialogs.ask(KeysDialog(self.app, dialogs.done, self.window.menus.show_keys))

    def preferences(self) -> None:
        """Show what can be chosen for the window."""
        dialogs = self.window.dialogs
        dialogs.ask(Preferences(dialogs))

    def find_action(self) -> None:
        """Find an action by its words."""
        dialogs = self.window.dialogs
        dialogs.ask(Palette(self.app, self.window.hands.last, dialogs.done))

    def help(self) -> None:
        """What can be done in the pane under the cursor, with its keys."""
        dialogs, pane = self.window.dialogs, self.window.hands.place()
        dialogs.ask(Palette(self.app, pane, dialogs.done, f"What can be done here: {pane.value}"))

    def ask_frame(self) -> None:
        """A frame to go to; +20 and *2 go from this one."""

        def go(text: str) -> None:
            self.app.goto(round(number(text, float(self.app.state.frame))))

        self.app.ask(TextWanted("Go to frame", "", go, str(self.app.state.frame), "1010, or +20"))

    def cancel(self) -> None:
        """Stop what is computed for the viewer, and playback."""
        self.app.session.stop()
        self.app.working = ""
        self.app.change(playing=0)

    def project_settings(self) -> None:
        """Show the shot's range, rate, format and colour management."""
        self.window.dialogs.ask(ProjectSettings(self.app, self.window.dialogs))

    def replace_files(self) -> None:
        """Of the selected nodes, or of all."""
        self.window.dialogs.ask(ReplaceFiles(self.app, self.window.dialogs))

    def clear_cache(self) -> None:
        """Let go of all that was computed."""
        self.app.session.cache.clear()
        self.app.say("the cache is empty")

    # -- panes -----------------------------------------------------------------------------------------------

    def maximise(self) -> None:
        """Only the pane under the cursor; again, all as they were."""
        if self._hidden:
            for item in self._hidden:
                dpg.configure_item(item, show=True)
            self._hidden = []
            # Windows that come back put themselves in front: which tab was in front is said once they are there.
            self.window.soon(3, partial(platform_x.load_layout, self._before))
            for index, item in enumerate(self._front):  # one a frame: of several the last alone is heard
                self.window.soon(6 + index, partial(dpg.focus_item, item))
            return
        found = self.window.hands.under()
        before = platform_x.layout_text()
        if found is None or before is None or found.docked == layout.STATUS:
            return
        self._before = before
        self._front = [each.docked for each in self.window.placed if each.is_seen]
        self._hidden = [each.docked for each in self.window.placed if each.docked not in (found.docked, layout.STATUS)]
        for item in self._hidden:
            dpg.configure_item(item, show=False)
        width, height = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
        platform_x.load_layout(layout.alone(found.docked, width, height, self.window.scale))

    def save_layout(self) -> None:
        """Keep the panes where they are, for the next start too."""
        if self._hidden:
            self.maximise()
        layout.save()
        self.app.say("the layout is kept")

    def reset_layout(self) -> None:
        """Panes as they came."""
        layout.forget()
        width, height = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
        if not platform_x.load_layout(layout.default(width, height, self.window.scale)):
            raise GraphError("the panes cannot be moved now", "they are as they came at the next start")
