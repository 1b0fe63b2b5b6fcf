"""The curves of a node at the foot of its panel, to look at and to go by: a click goes to its frame."""

from __future__ import annotations

from functools import partial

import dearpygui.dearpygui as dpg

from nodegraph.editor.panels.curve_list import CurveRow, curves_of
from nodegraph.editor.panels.keys import next_key, previous_key
from nodegraph.editor.panels.table import label_of
from nodegraph.editor.panes import property_look as look
from nodegraph.editor.panes.curve_edit import Keys, framed, span
from nodegraph.editor.panes.curve_paint import STRIP, Painter, Room, shortened
from nodegraph.editor.panes.property_hands import Hands
from nodegraph.editor.shell import fonts, icons
from nodegraph.editor.shell.theme import FAINT, TEXT
from nodegraph.editor.state import State

TALL = 118.0


class SmallCurves:
    """All curves of one node, fitted."""

    def __init__(self, hands: Hands, node: str, width: float, parent: int) -> None:
        self.hands, self.node, px = hands, node, look.scale()
        self.width = width - 2 * look.EDGE * px
        self._drawn: tuple[object, ...] = ()
        with dpg.group(parent=parent):
            dpg.add_spacer(height=round(2 * px))
            with dpg.group(horizontal=True, horizontal_spacing=round(4 * px)):
                dpg.add_spacer(width=round((look.EDGE - 4) * px))
                for sign, way in ((icons.LEFT, -1), (icons.RIGHT, 1)):
                    item = dpg.add_button(label=sign, **hands.told(partial(self._jump, way)))
                    dpg.bind_item_font(item, fonts.ICONS_SMALL)
                    dpg.bind_item_theme(item, look.SIGN_THEME)
                dpg.bind_item_font(dpg.add_text("Animation", color=FAINT), fonts.SMALL)
                self._names = int(dpg.add_text("", color=TEXT))
                dpg.bind_item_font(self._names, fonts.SMALL)
            with dpg.group(horizontal=True, horizontal_spacing=0) as row:
                dpg.add_spacer(width=round(look.EDGE * px))
            self.paint = Painter(int(row), px)
            dpg.add_spacer(height=round(5 * px))
        self.room = Room(0.0, 0.0, self.width, (TALL - STRIP) * px)
        dpg.configure_item(self.paint.item, width=round(self.width), height=round(TALL * px))
        hands.clickable(self.paint.item, self._clicked)

    def show(self, state: State) -> None:
        """Draw what differs."""
        rows = curves_of(state.graph, [self.node])
        span_of_shot = (state.first, state.last)
        key = (*(row.curve for row in rows), span_of_shot)
        area = span(rows, {})
        if area is None:
            return
        first, last = min(area[0], state.first), max(area[1], state.last)
        self.ruler = framed((first, last, *area[2:]), self.room.width, self.room.height)
        if key != self._drawn:
            self._drawn = key
            self.paint.draw_grid(self.room, self.ruler, span_of_shot)
            self.paint.draw_curves(self.room, self.ruler, rows, None, ())
            self.paint.draw_keys(self.room, self.ruler, rows, Keys(state.graph, tuple(rows)), None)
            self.paint.draw_strip(self.room, self.ruler)
            dpg.set_value(self._names, shortened(_told(rows), self.width / look.scale() - 120, 6.4))
        self.paint.draw_head(self.room, self.ruler, state.frame)

    def _clicked(self, x: float) -> None:
        state = self.hands.app.state
        frame = round(self.ruler.to_curve(x, 0.0)[0])
        self.hands.app.goto(min(max(frame, state.graph.shot.first), state.graph.shot.last))

    def _jump(self, way: int, _told: object) -> None:
        state = self.hands.app.state
        found = (next_key if way > 0 else previous_key)(state.graph, [self.node], state.frame)
        if found is not None:
            self.hands.app.goto(round(found))


def _told(rows: list[CurveRow]) -> str:
    names = dict.fromkeys(label_of(row.knob) for row in rows)
    return ", ".join(names)
