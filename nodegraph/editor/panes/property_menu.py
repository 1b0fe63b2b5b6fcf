"""What a right click on a knob offers: keys, curves, links, the clipboard, the default."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.panels.keys import key_frames
from nodegraph.editor.panels.table import label_of
from nodegraph.editor.panes.property_turn import Turning
from nodegraph.editor.shell import fonts, platform_x
from nodegraph.editor.shell.theme import FAINT
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Link, Parts

Entry = tuple[str, str, bool, Callable[[], None]]  # label, key, can it be done, what it does


class KnobMenu:
    """The menu of one knob, made when it opens."""

    def __init__(self, app: App, turning: Turning, open_panel: Callable[[str], None]) -> None:
        self.app, self.turning, self.open_panel = app, turning, open_panel
        self._window = 0

    def open(self, node: str, knob: str, at: tuple[float, float]) -> None:
        """Offer what can be done with a knob."""
        self.close()
        with dpg.window(
            popup=True, no_title_bar=True, no_move=True, autosize=True, pos=(round(at[0]), round(at[1]))
        ) as window:
            self._window = int(window)
            title = dpg.add_text(f"{node}  {label_of(knob)}", color=FAINT)
            dpg.bind_item_font(title, fonts.SMALL)
            for group in self._groups(node, knob):
                dpg.add_separator()
                for label, key, enabled, start in group:
                    dpg.add_menu_item(
                        label=label, shortcut=key, enabled=enabled, callback=self._chosen, user_data=start
                    )

    def close(self) -> None:
        """Take the menu away."""
        if self._window and dpg.does_item_exist(self._window):
            dpg.delete_item(self._window)
        self._window = 0

    def _chosen(self, _item: int, _value: object, start: Callable[[], None]) -> None:
        self.app.guarded(start)
        self.close()

    def _groups(self, node: str, knob: str) -> list[list[Entry]]:
        turn, app = self.turning, self.app
        kind, setting = turn.kind(node, knob), turn.graph.setting(node, knob)
        linked, moving = isinstance(setting, Link), isinstance(setting, (Curve, Parts))
        frames = key_frames(turn.followed(node, knob)[2])
        keyed = moving and app.state.frame in frames
        groups: list[list[Entry]] = []
        if kind.is_number:
            groups.append(
                [
                    ("Set a key", _keys(app, "set_key"), not linked, lambda: turn.set_key(node, knob)),
                    ("Remove the key", _keys(app, "remove_key"), keyed, lambda: turn.remove_key(node, knob)),
                    ("No animation", "", moving, lambda: turn.remove_animation(node, knob)),
                    (
                        "Key before",
                        "",
                        any(frame < app.state.frame for frame in frames),
                        lambda: turn.jump(node, knob, -1),
                    ),
                    (
                        "Next key",
                        "",
                        any(frame > app.state.frame for frame in frames),
                        lambda: turn.jump(node, knob, 1),
                    ),
                ]
            )
        groups.append(
            [
                ("Copy", _keys(app, "copy"), True, lambda: dpg.set_clipboard_text(turn.copied(node, knob))),
                ("Paste", _keys(app, "paste"), True, lambda: turn.paste(node, knob, platform_x.clipboard())),
                ("Copy a link to it", "", True, lambda: dpg.set_clipboard_text(turn.copied_link(node, knob))),
            ]
        )
        if isinstance(setting, Link):
            source = setting.node
            groups.append(
                [
                    (f"Go to {setting}", "", True, lambda: self.open_panel(source)),
                    ("Break the link", "", True, lambda: turn.break_link(node, knob)),
                ]
            )
        turned = knob in turn.graph.node(node).knobs
        groups.append([("Back to the default", _keys(app, "reset_knob"), turned, lambda: turn.reset(node, knob))])
        return groups


def _keys(app: App, action: str) -> str:
    return app.bindings.shown(action).partition(",")[0]
