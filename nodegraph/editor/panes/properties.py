"""The properties: the panels of the nodes that are open, the newest on top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.pane import Button, Held, Pane, Point, Start
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panes import property_look as look
from nodegraph.editor.panes.property_colour import ColourBox
from nodegraph.editor.panes.property_files import Files
from nodegraph.editor.panes.property_hands import Hands
from nodegraph.editor.panes.property_menu import KnobMenu
from nodegraph.editor.panes.property_panel import Filter, PanelView, rows_shown, shape_of
from nodegraph.editor.panes.property_row import RowView
from nodegraph.editor.panes.property_turn import Turning
from nodegraph.editor.shell import fonts, icons, platform_x
from nodegraph.editor.shell.theme import FAINT
from nodegraph.editor.state import State
from nodegraph.graph.graph import Link

FILTER = "\uf0b0"
SETTLE = 3
EMPTY = "No panel is open.\n\nDouble-click a node, or select it and press Return."


class PropertiesPane(Pane):
    """Panels of several nodes at once. A row is made by its widgets, and shown by `RowView.show`."""

    place = Place.PROPERTIES
    title = "Properties"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.turning = Turning(app)
        self.panels: dict[str, PanelView] = {}
        self.filter = Filter()
        self.at: Point = (0.0, 0.0)
        self._pull: tuple[RowView, Any, Point] | None = None
        self._linking: RowView | None = None  # the knob that another is to follow
        self._folded: set[str] = set()
        self._width = 0.0
        self._settling = 0  # frames until the panels are built for another width

    # -- making --------------------------------------------------------------------------------------------------

    def build(self, window: int) -> None:
        look.build()
        self.window = window
        self.hands = Hands(self.app, self.turning)
        self.menu = KnobMenu(self.app, self.turning, self.open_panel)
        self.colours = ColourBox(self.hands)
        self.files = Files(self.app, self.turning)
        px = look.scale()
        with dpg.group(parent=window):
            with dpg.group(horizontal=True, horizontal_spacing=2):
                self._search = int(
                    dpg.add_input_text(
                        hint="Search knobs", width=round(-4 * (look.ICON + 2) * px), callback=self._searched
                    )
                )
                self._modified = self._tool(FILTER, "only what was changed", "modified_only")
                self._auto = self._tool(icons.KEY, "keys by themselves: whatever is turned gets a key", "auto_key")
                self._clear = self._tool(icons.CLOSE, "close all panels that are not pinned", "close_panels")
            self._list = int(dpg.add_child_window(border=False))
        with dpg.theme() as theme, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, 0, 0)
            dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, 8 * px, 7 * px)
        dpg.bind_item_theme(self._list, theme)
        self._end = int(dpg.add_spacer(parent=self._list, height=1))
        self._empty = int(dpg.add_text(EMPTY, parent=self._list, color=FAINT))
        self.hands.rest = self._search
        with dpg.handler_registry():
            for key in ("Up", "Down", "Left", "Right", "Home", "End"):
                dpg.add_key_press_handler(getattr(dpg, f"mvKey_{key}"), callback=self._arrow, user_data=key)
            dpg.add_key_press_handler(dpg.mvKey_Escape, callback=self._escape)

    def _tool(self, sign: str, tip: str, action: str) -> int:
        item = int(
            dpg.add_button(
                label=sign,
                width=round(look.ICON * look.scale()),
                **self.hands.told(lambda _: self.actions()[action]()),
            )
        )
        dpg.bind_item_font(item, fonts.ICONS_SMALL)
        dpg.bind_item_theme(item, look.SIGN_THEME)
        key = self.app.bindings.shown(action)
        with dpg.tooltip(item, delay=0.35, hide_on_activity=True) as box:
            dpg.add_text(f"{tip}  ({key})" if key else tip)
        dpg.bind_item_theme(box, look.TIP_THEME)
        return item

    # -- showing -------------------------------------------------------------------------------------------------

    def sync(self, old: State | None, new: State) -> None:
        if old is not None and (old.auto_key, old.panels) == (new.auto_key, new.panels):
            same = old.graph is new.graph and old.frame == new.frame and old.faults is new.faults
            if same:
                return
        if dpg.is_item_visible(self._search):
            self._show(new)
        else:
            self._settling = max(self._settling, 1)  # a tab that is not in front is drawn when it comes to the front

    def resized(self) -> None:
        self._settling = SETTLE if self.panels else 1

    def _show(self, state: State) -> None:
        dpg.bind_item_theme(self._auto, look.SIGN_ON if state.auto_key else look.SIGN_THEME)
        dpg.bind_item_theme(self._modified, look.SIGN_ON if self.filter.modified_only else look.SIGN_THEME)
        dpg.configure_item(self._empty, show=not state.panels.names, wrap=max(120, round(self.size[0] - 30)))
        width = max(260.0, self.size[0] - 13 * look.scale())
        spaces = self.files.spaces(state.graph.shot.config, self._spaces_came)
        if width != self._width:
            self._drop(list(self.panels))
            self._width = width
        self._drop([name for name in self.panels if name not in state.panels.names])
        after = self._end
        for name in reversed(state.panels.names):
            found = rows_shown(state, name, self.filter)
            view = self.panels.get(name)
            if view is not None and view.shape != shape_of(state, name, found):
                self._drop([name])
                view = None
            if view is None:
                asks = {
                    "file": self.files.ask,
                    "colour": self._ask_colour,
                    "follow": lambda row: self.open_panel(row.row.link.partition(".")[0]),
                }
                view = PanelView(
                    self.hands, name, state, found, width, asks, spaces, name in self._folded, self._list, after
                )
                self.panels[name] = view
            else:
                dpg.move_item(view.item, parent=self._list, before=after)
                view.show(state, found)
            after = view.item
        self.files.look([row for view in self.panels.values() for row in view.rows if row.dot is not None])
        self.colours.sync()

    def _drop(self, names: list[str]) -> None:
        for name in names:
            view = self.panels.pop(name)
            (self._folded.add if view.folded else self._folded.discard)(name)
            view.delete()

    def _spaces_came(self) -> None:
        """They go into the panels that are there: nothing is taken from under the hand that presses or types."""
        spaces = self.files.spaces(self.app.state.graph.shot.config, self._spaces_came)
        for view in self.panels.values():
            view.spaces = spaces
            for row in view.rows:
                row.spaces_came(spaces)

    def _searched(self, _item: int, text: str, _user: Any) -> None:
        self.filter = self.filter._replace(text=text)
        self._show(self.app.state)

    def _ask_colour(self, row: RowView) -> None:
        if row.swatch is not None:
            x, y = dpg.get_item_rect_min(row.swatch.item)
            self.colours.open(row.node, row.knob, (x - 190 * look.scale(), y + 24 * look.scale()))

    def open_panel(self, name: str) -> None:
        """Open a node's panel in front."""
        self.app.change(panels=self.app.state.panels.opened(name))

    # -- the mouse: labels are dragged, a right click opens the menu ---------------------------------------------

    def row_at(self, at: Point) -> RowView | None:
        """The knob under a place of the window."""
        for view in self.panels.values():
            row = view.row_at(at[1])
            if row is not None:
                return row
        return None

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        self.at = at
        row = self.row_at(at)
        if row is None:
            return False
        if button is Button.RIGHT:
            self.menu.open(row.node, row.knob, at)
            return True
        if button is not Button.LEFT or not row.on_label(at[0]):
            return False
        if double:
            self.app.guarded(lambda: self.turning.reset(row.node, row.knob))
            return True
        if held.ctrl:
            self._linking = row
            self.app.say(f"drop it on the knob that is to follow {row.node}.{row.knob}")
            return True
        if row.kind.is_number and row.row.value is not None:
            self._pull = (row, row.row.value, at)
            self.turning.begin()
            return True
        return False

    def dragged(self, at: Point, held: Held) -> None:
        if self._pull is not None:
            row, start, begun = self._pull
            pixels = at[0] - begun[0]
            self.app.guarded(
                lambda: self.turning.pulled(row.node, row.knob, start, pixels, ctrl=held.ctrl, shift=held.shift)
            )

    def released(self, at: Point, held: Held) -> None:
        del held
        source, self._linking = self._linking, None
        if source is not None:
            self._link(source, self.row_at(at))
        if self._pull is not None:
            self._pull = None
            self.turning.end()

    def drop_hand(self) -> None:
        if self._linking is not None:
            self.app.say("")  # it asked for a drop that does not come any more
        self._linking = self._pull = None
        self.turning.take_back()

    def _link(self, source: RowView, target: RowView | None) -> None:
        """Have the knob that was dropped on follow the one that was dragged."""
        if target is None or target is source:
            self.app.say("no knob to follow it there")
            return

        def work() -> None:
            self.turning.link(target.node, target.knob, Link(source.node, source.knob))
            self.app.say(f"{target.node}.{target.knob} follows {source.node}.{source.knob}")

        self.app.guarded(work)

    def hovered(self, at: Point, held: Held) -> None:
        del held
        self.at = at

    # -- keys ----------------------------------------------------------------------------------------------------

    def actions(self) -> Mapping[str, Start]:
        turn = self.turning
        return {
            "set_key": lambda: self._on_knob(turn.set_key),
            "remove_key": lambda: self._on_knob(turn.remove_key),
            "remove_animation": lambda: self._on_knob(turn.remove_animation),
            "reset_knob": lambda: self._on_knob(turn.reset),
            "copy": lambda: self._on_knob(lambda node, knob: dpg.set_clipboard_text(turn.copied(node, knob))),
            "paste": lambda: self._on_knob(lambda node, knob: turn.paste(node, knob, platform_x.clipboard())),
            "auto_key": lambda: self.app.change(auto_key=not self.app.state.auto_key),
            "modified_only": self._turn_modified,
            "pin": self._turn_pin,
            "close_panels": lambda: self.app.change(panels=self.app.state.panels.cleared()),
        }

    def _on_knob(self, work: Any) -> None:
        """Do something to the knob under the cursor."""
        row = self.row_at(self.at)
        if row is None:
            self.app.say("point at a knob first")
            return
        work(row.node, row.knob)

    def _turn_modified(self) -> None:
        self.filter = self.filter._replace(modified_only=not self.filter.modified_only)
        self._show(self.app.state)

    def _turn_pin(self) -> None:
        above = [view for view in self.panels.values() if view.top() <= self.at[1]]
        if above:
            found = max(above, key=PanelView.top)
            self.app.change(panels=self.app.state.panels.turned(found.name))

    def _arrow(self, _sender: int, _code: int, key: str) -> None:
        self.app.guarded(lambda: self.hands.arrow(key))

    def _escape(self) -> None:
        """A popup does not close by itself, and a slider that is dragged does not go back."""
        self.hands.take_back()
        self.menu.close()
        self.colours.close()

    def tick(self, now: float) -> bool:
        del now
        self.hands.tidy()
        seen = bool(dpg.is_item_visible(self._search))
        if self._settling and seen:
            self._settling -= 1
            if not self._settling:
                self._show(self.app.state)
        return self.hands.settle() or (seen and bool(self._settling))

    def close(self) -> None:
        self.files.close()
