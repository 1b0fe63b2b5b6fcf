"""The bar over the curves: kinds of keys as small pictures, and the frame and value of what is held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import dearpygui.dearpygui as dpg

from nodegraph.editor.panels.fields import exact
from nodegraph.editor.panes import property_look as look
from nodegraph.editor.panes.curve_edit import Keys
from nodegraph.editor.panes.property_hands import Hands
from nodegraph.editor.shell import fonts, icons
from nodegraph.editor.shell.theme import ACCENT, FAINT, RAISED, TEXT, Colour
from nodegraph.graph.curve import Kind

Line = tuple[tuple[float, float], ...]
S: Line = tuple((0.15 + 0.7 * t, 0.78 - 0.56 * (3 * t * t - 2 * t**3)) for t in (k / 12 for k in range(13)))
# What each button shows, in a square from 0 to 1, and where it has dots.
PICTURES: dict[str, tuple[tuple[Line, ...], Line]] = {
    "constant": ((((0.15, 0.75), (0.55, 0.75), (0.55, 0.25), (0.85, 0.25)),), ()),
    "linear": ((((0.15, 0.78), (0.85, 0.22)),), ()),
    "smooth": ((S,), ()),
    "bezier": ((S, ((0.15, 0.78), (0.5, 0.92)), ((0.85, 0.22), (0.5, 0.08))), ((0.5, 0.92), (0.5, 0.08))),
    "level": ((((0.1, 0.8), (0.3, 0.4), (0.5, 0.35), (0.7, 0.4), (0.9, 0.8)), ((0.15, 0.35), (0.85, 0.35))), ()),
    "break_handles": ((((0.15, 0.8), (0.5, 0.3), (0.85, 0.5)),), ((0.15, 0.8), (0.85, 0.5))),
}
TIPS = {
    "constant": "constant: it holds until the next key",
    "linear": "linear: straight to the next key",
    "smooth": "smooth: through its neighbours, by itself",
    "bezier": "Bézier: by handles",
    "level": "level handles",
    "break_handles": "break handles: each turns by itself",
    "insert_key": "key on the curve at the playhead",
    "delete": "delete the keys",
    "fit": "fit the selection, or all",
}
SIDE = 22.0


class Bar:
    """The bar's widgets."""

    def __init__(
        self,
        hands: Hands,
        start: Callable[[str], None],
        typed: Callable[[str, str], None],
        shown: Callable[[str], str],
    ) -> None:
        self.hands = hands
        px = look.scale()
        self._pictures: dict[str, list[int]] = {}
        self._grounds: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        dpg.add_spacer(height=round(2 * px))
        with dpg.group(horizontal=True, horizontal_spacing=round(3 * px)):
            dpg.add_spacer(width=round(2 * px))
            for action in ("fit", "insert_key", "delete"):
                sign = {"fit": icons.FIT, "insert_key": icons.PLUS, "delete": icons.TRASH}[action]
                told = hands.told(partial(_called, start, action))
                item = int(dpg.add_button(label=sign, width=round(SIDE * px), **told))
                dpg.bind_item_font(item, fonts.ICONS_SMALL)
                dpg.bind_item_theme(item, look.SIGN_THEME)
                self._tip(item, TIPS[action], shown(action))
            for action in PICTURES:
                with dpg.group() as group:
                    self._picture(action, SIDE * px, start)
                self._tip(int(group), TIPS[action], shown(action))
            self._frame = self._field("frame", typed, 46 * px)
            self._value = self._field("value", typed, 58 * px)
            self._count = int(dpg.add_text("", color=FAINT))
            dpg.bind_item_font(self._count, fonts.SMALL)

    def _tip(self, item: int, tip: str, key: str) -> None:
        with dpg.tooltip(item, delay=0.35, hide_on_activity=True) as box:
            dpg.add_text(f"{tip}  ({key})" if key else tip)
        dpg.bind_item_theme(box, look.TIP_THEME)

    def _picture(self, action: str, side: float, start: Callable[[str], None]) -> None:
        item = int(dpg.add_drawlist(round(side), round(side)))
        self._grounds[action] = int(
            dpg.draw_rectangle((0, 0), (side, side), rounding=3, color=RAISED, fill=RAISED, parent=item)
        )
        lines, dots = PICTURES[action]
        self._pictures[action] = [
            int(dpg.draw_polyline([(x * side, y * side) for x, y in line], color=TEXT, thickness=1.4, parent=item))
            for line in lines
        ] + [
            int(dpg.draw_circle((x * side, y * side), side * 0.09, color=TEXT, fill=TEXT, parent=item)) for x, y in dots
        ]
        self.hands.clickable(item, lambda _: start(action))

    def _field(self, name: str, typed: Callable[[str, str], None], width: float) -> int:
        dpg.bind_item_font(dpg.add_text(name, color=FAINT), fonts.SMALL)
        item = self.hands.field(lambda text: typed(name, text), self.again, width=round(width))
        dpg.bind_item_theme(item, look.BAR_FIELD)
        dpg.bind_item_font(item, fonts.SMALL)
        return item

    def again(self) -> None:
        """Show the fields as they should be, whatever was typed."""
        for item, text in self._texts.items():
            if item != self.hands.active:
                dpg.set_value(item, text)

    def show(self, keys: Keys, laned: Sequence[float] = ()) -> None:
        """Show the kind, frame and value of the held keys, where they are the same for all.

        `laned` are the frames of those that are held on lanes: these have no value.
        """
        held = [row.curve.keys[index] for row in keys.rows for index in keys.held_of(row)]
        frames, values = {*(key.frame for key in held), *laned}, {key.value for key in held}
        count = len(held) + len(laned)
        texts = {
            self._frame: exact(frames.pop()) if len(frames) == 1 else "",
            self._value: look.number_text(values.pop(), 8) if len(values) == 1 else "",
        }
        if texts != self._texts:
            self._texts = texts
            self.again()
        for item, many in ((self._frame, count), (self._value, len(held))):
            dpg.configure_item(item, enabled=bool(many), hint="several" if many > 1 else "")
        dpg.set_value(self._count, f"{count} keys" if count > 1 else "")
        for action in ("level", "break_handles"):
            for item in self._pictures[action]:
                dpg.configure_item(item, color=TEXT if held else FAINT)
        kinds = {key.kind for key in held}
        for kind in Kind:
            on = kinds == {kind}
            colour: Colour = ACCENT if on else TEXT if count else FAINT
            for item in self._pictures[kind.value]:
                dpg.configure_item(item, color=colour)
            ground = (80, 58, 30, 255) if on else RAISED
            dpg.configure_item(self._grounds[kind.value], color=ground, fill=ground)


def _called(start: Callable[[str], None], action: str, _told: object) -> None:
    start(action)
