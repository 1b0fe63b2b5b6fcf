"""The panel of one node: its name and switches, what went wrong, and its knobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.colours import MISSING, of_menu
from nodegraph.editor.pane import Start
from nodegraph.editor.panels.table import Row, grouped, rows
from nodegraph.editor.panes import property_look as look
from nodegraph.editor.panes.property_curve import SmallCurves
from nodegraph.editor.panes.property_hands import Hands
from nodegraph.editor.panes.property_row import Ask, RowView
from nodegraph.editor.shell import fonts, icons
from nodegraph.editor.shell.theme import BAD, FAINT
from nodegraph.editor.state import State
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Parts

POWER = "\uf011"
SECTION = 3  # so many knobs that begin with the same word stand under a title of their own
Shape = tuple[object, ...]


class Filter(NamedTuple):
    """Which knobs are shown."""

    text: str = ""
    modified_only: bool = False


def rows_shown(state: State, name: str, filter: Filter) -> list[Row]:
    """The knobs of a node that a panel shows; a search finds the node's own name too, and then shows all."""
    text = "" if filter.text.lower() in name.lower() else filter.text
    return rows(state.graph, name, state.frame, modified_only=filter.modified_only, text=text)


def shape_of(state: State, name: str, found: list[Row]) -> Shape:
    """What a panel is built for; when it is another, the panel is built anew."""
    node = state.graph.node(name)
    built = tuple((row.knob, row.widget, row.part_names, row.choices, row.link) for row in found)
    moving = any(isinstance(setting, (Curve, Parts)) for setting in node.knobs.values())
    return node.kind, node.version, built, moving


class PanelView:
    """The widgets of one node's panel."""

    def __init__(
        self,
        hands: Hands,
        name: str,
        state: State,
        found: list[Row],
        width: float,
        asks: Mapping[str, Ask],
        spaces: tuple[str, ...],
        folded: bool,
        parent: int,
        before: int,
    ) -> None:
        self.hands, self.name, self.asks, self.spaces = hands, name, asks, spaces
        self.turning = hands.turning
        self.width = width
        self.scale = look.scale()
        self.shape = shape_of(state, name, found)
        self.folded = folded
        self.rows: list[RowView] = []
        self._sections: list[int] = []
        with dpg.child_window(
            parent=parent, before=before, width=round(width), auto_resize_y=True, border=False, no_scrollbar=True
        ) as self.item:
            dpg.bind_item_theme(self.item, look.CARD_THEME)
            self._build_header(state)
            with dpg.group(show=not folded) as self._body:
                self._build_body(state, found)
        self.show(state, found)

    # -- making --------------------------------------------------------------------------------------------------

    def _build_header(self, state: State) -> None:
        px, app = self.scale, self.hands.app
        node, kind = state.graph.node(self.name), state.graph.type_of(self.name)
        colour = of_menu(kind.menu) if kind else MISSING
        with dpg.drawlist(round(self.width), round(3 * px)):
            ink = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
            dpg.draw_rectangle((0, 0), (self.width, 3 * px), color=ink, fill=ink)
        with dpg.table(header_row=False, pad_outerX=True, policy=dpg.mvTable_SizingFixedFit) as table:
            dpg.bind_item_theme(table, look.ROWS_THEME)
            dpg.add_table_column(width_stretch=True, init_width_or_weight=1.0)
            dpg.add_table_column(width_fixed=True, init_width_or_weight=4 * look.ICON * px)
            with dpg.table_row():
                with dpg.group(horizontal=True, horizontal_spacing=2):
                    self._fold = self._sign(icons.DOWN, "fold the panel", lambda: self.fold(not self.folded))
                    self._name = self.hands.field(
                        lambda text: self.turning.rename(self.name, text),
                        self._name_again,
                        width=round(min(self.width * 0.5, len(self.name) * 8.6 * px + 14 * px)),
                    )
                    dpg.bind_item_theme(self._name, look.NAME_THEME)
                    dpg.bind_item_font(self._name, fonts.BOLD)
                    self._kind = int(dpg.add_text(node.kind, color=FAINT))
                    dpg.bind_item_font(self._kind, fonts.SMALL)
                    with dpg.tooltip(self._kind, delay=0.35, hide_on_activity=True) as tip:
                        dpg.bind_item_theme(tip, look.TIP_THEME)
                        dpg.bind_item_font(dpg.add_text(node.kind), fonts.BOLD)
                        dpg.add_text(kind.help if kind else "this program does not have it", wrap=380 * px)
                with dpg.group(horizontal=True, horizontal_spacing=0):
                    self._power = self._sign(
                        POWER,
                        "switch the node off or on",
                        lambda: self.turning.disable(self.name, not app.state.graph.node(self.name).disabled),
                    )
                    self._all = self._sign(
                        icons.RESET, "all knobs back to their defaults", lambda: self.turning.reset_all(self.name)
                    )
                    self._pin = self._sign(
                        icons.PIN,
                        "keep the panel open",
                        lambda: app.change(panels=app.state.panels.turned(self.name)),
                    )
                    self._close = self._sign(
                        icons.CLOSE,
                        "close the panel",
                        lambda: app.change(panels=app.state.panels.closed(self.name)),
                    )

    def _sign(self, sign: str, tip: str, start: Start) -> int:
        item = int(
            dpg.add_button(label=sign, width=round(look.ICON * self.scale), **self.hands.told(lambda _: start()))
        )
        dpg.bind_item_font(item, fonts.ICONS_SMALL)
        dpg.bind_item_theme(item, look.SIGN_THEME)
        with dpg.tooltip(item, delay=0.35, hide_on_activity=True) as box:
            dpg.add_text(tip)
        dpg.bind_item_theme(box, look.TIP_THEME)
        return item

    def _build_body(self, state: State, found: list[Row]) -> None:
        px = self.scale
        with dpg.group(horizontal=True, horizontal_spacing=6, show=False) as self._fault:
            dpg.add_spacer(width=round(2 * px))
            dpg.bind_item_font(dpg.add_text(icons.WARNING, color=BAD), fonts.ICONS_SMALL)
            self._fault_text = int(dpg.add_text("", color=BAD, wrap=round(self.width - 14 * px)))
        if state.graph.type_of(self.name) is None:
            node = state.graph.node(self.name)
            told = (
                f"This program has no {node.kind} of version {node.version}. Its knobs and wires are kept as they are."
            )
            self._told(told)
        elif not found:
            knobs = state.graph.known_type(self.name).knobs
            self._told("No knob was changed, or none has such a name." if knobs else "It has no knobs.")
        ruled = False
        for group in grouped(found):
            if group.title and len(group.rows) >= SECTION:
                section = dpg.collapsing_header(label=group.title.capitalize(), default_open=True)
                with section as item:
                    self._build_rows(group.rows)
                dpg.bind_item_theme(int(item), look.SECTION_THEME)
                ruled = True
            else:
                if ruled:
                    dpg.add_separator()
                    ruled = False
                self._build_rows(group.rows)
        self.curves: SmallCurves | None = None
        if self.shape[-1]:
            self.curves = SmallCurves(self.hands, self.name, self.width, int(self._body))
        dpg.add_spacer(height=round(3 * px))

    def _told(self, text: str) -> None:
        with dpg.group(horizontal=True):
            dpg.add_spacer(width=round(4 * self.scale))
            dpg.add_text(text, color=FAINT, wrap=round(self.width - 12 * self.scale))

    def _build_rows(self, found: tuple[Row, ...]) -> None:
        px = self.scale
        with dpg.table(header_row=False, pad_outerX=True, policy=dpg.mvTable_SizingFixedFit) as table:
            dpg.bind_item_theme(table, look.ROWS_THEME)
            dpg.add_table_column(width_fixed=True, init_width_or_weight=look.LABEL * px)
            dpg.add_table_column(width_stretch=True, init_width_or_weight=1.0)
            dpg.add_table_column(width_fixed=True, init_width_or_weight=look.KEYS * px)
            room = self.width - (look.LABEL + look.KEYS + 6 * look.CELL + 2) * px
            for row in found:
                self.rows.append(RowView(self.hands, self.name, row, room, self.asks, self.spaces))

    # -- showing -------------------------------------------------------------------------------------------------

    def show(self, state: State, found: list[Row]) -> None:
        """Show the node as it is; the rows are those that the panel was built for."""
        node = state.graph.node(self.name)
        if self._name != self.hands.active:
            dpg.set_value(self._name, self.name)
        fault = state.faults.get(self.name, "")
        dpg.configure_item(self._fault, show=bool(fault))
        dpg.set_value(self._fault_text, fault)
        dpg.bind_item_theme(self._pin, look.SIGN_ON if self.name in state.panels.pinned else look.SIGN_THEME)
        dpg.bind_item_theme(self._power, look.SIGN_ON if node.disabled else look.SIGN_THEME)
        dpg.set_value(self._kind, f"{node.kind}  off" if node.disabled else node.kind)
        turned = bool(node.knobs) and node.saved is None
        dpg.configure_item(self._all, enabled=turned)
        dpg.bind_item_theme(self._all, look.SIGN_THEME if turned else look.SIGN_OFF)
        for view, row in zip(self.rows, found, strict=True):
            view.show(row)
        if self.curves is not None:
            self.curves.show(state)

    def fold(self, folded: bool) -> None:
        """Show the header alone, or all of it."""
        self.folded = folded
        dpg.configure_item(self._body, show=not folded)
        dpg.configure_item(self._fold, label=icons.RIGHT if folded else icons.DOWN)

    def _name_again(self) -> None:
        if dpg.does_item_exist(self._name):
            dpg.set_value(self._name, self.name)

    def row_at(self, y: float) -> RowView | None:
        """The row at a height of the window."""
        if self.folded:
            return None
        return next((row for row in self.rows if row.spans(y)), None)

    def top(self) -> float:
        """At which height of the window the panel begins."""
        return float(dpg.get_item_rect_min(self._name)[1]) - 8 * self.scale

    def delete(self) -> None:
        """Take the panel away."""
        small = [self.curves.paint.item] if self.curves is not None else []
        self.hands.forget([self._name, *small, *(item for row in self.rows for item in row.items())])
        dpg.delete_item(self.item)
