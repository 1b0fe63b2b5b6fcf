"""The buttons that move through time, drawn as a player has them."""

from __future__ import annotations

from typing import NamedTuple

import dearpygui.dearpygui as dpg

from nodegraph.editor.panes.drawing import Colour, Point, box, diamond, inside, local, paper, sheet
from nodegraph.editor.panes.tip import Tip
from nodegraph.editor.shell import fonts, theme

WIDE, HIGH, GAP = 30.0, 26.0, 4.0


class Sign(NamedTuple):
    """A button: the action it starts, what it is called, and its drawing: b bar, < > triangles, k key, s square."""

    action: str
    tip: str
    drawn: str


SIGNS = (
    Sign("first", "First frame", "b<"),
    Sign("key_before", "Key before", "k<"),
    Sign("back", "Frame before", "<b"),
    Sign("play_back", "Play backwards", "<"),
    Sign("stop", "Stop", "s"),
    Sign("play", "Play", ">"),
    Sign("forward", "Next frame", "b>"),
    Sign("key_after", "Next key", ">k"),
    Sign("last", "Last frame", ">b"),
)
WIDTH = len(SIGNS) * (WIDE + GAP) - GAP


class Transport:
    """A row of buttons; those that are at work are lit."""

    def __init__(self, parent: int | str) -> None:
        self.item, self.holder = sheet(parent, WIDTH, HIGH)
        self._tip = Tip()
        self._lit: set[str] = set()
        self._under = ""
        self._down = ""
        self.draw()

    def at(self, point: Point) -> Sign | None:
        """The button under a place in the window."""
        if not inside(point, self.item):
            return None
        index, rest = divmod(local(point, self.item)[0], WIDE + GAP)
        return SIGNS[int(index)] if rest < WIDE and index < len(SIGNS) else None

    def hover(self, sign: Sign | None, keys: str = "") -> None:
        """Light what is under the cursor."""
        under = sign.action if sign is not None else ""
        if under != self._under:
            self._under = under
            self.draw()
            if sign is None:
                self._tip.hide()
            else:
                left, top = dpg.get_item_rect_min(self.item)
                scale = fonts.scale()
                place = (left + SIGNS.index(sign) * (WIDE + GAP) * scale, top - 28 * scale)
                self._tip.show(f"{sign.tip}   {keys}" if keys else sign.tip, place)

    def press(self, action: str) -> None:
        """Show a button as held down; none with an empty name."""
        if action != self._down:
            self._down = action
            self.draw()

    def light(self, *actions: str) -> None:
        """Light what is at work."""
        if set(actions) != self._lit:
            self._lit = set(actions)
            self.draw()

    def draw(self) -> None:
        dpg.delete_item(self.item, children_only=True)
        pen = paper(self.item)
        for index, sign in enumerate(SIGNS):
            x = index * (WIDE + GAP)
            lit = sign.action in self._lit
            ground: Colour = theme.PANEL
            if lit:
                ground = [*theme.ACCENT[:3], 90]
            elif sign.action == self._down:
                ground = theme.LINE
            elif sign.action == self._under:
                ground = theme.RAISED
            box(pen, (x, 0), (WIDE, HIGH), ground, None, 4)
            _drawn(pen, sign.drawn, (x + WIDE / 2, HIGH / 2), theme.ACCENT if lit else theme.TEXT)


def _drawn(parent: int, drawn: str, middle: Point, colour: Colour) -> None:
    """The parts of a sign side by side."""
    widths = {"b": 2.0, "<": 9.0, ">": 9.0, "s": 10.0, "k": 8.0}
    x = middle[0] - (sum(widths[part] for part in drawn) + 2 * (len(drawn) - 1)) / 2
    y, fill = middle[1], list(colour)
    for part in drawn:
        wide = widths[part]
        if part == "b":
            box(parent, (x, y - 6), (wide, 12), colour, None, 0)
        elif part == "s":
            box(parent, (x, y - 5), (wide, 10), colour, None, 1)
        elif part == "k":
            diamond(parent, (x + wide / 2, y), 4, colour)
        else:
            tip, back = (x, x + wide) if part == "<" else (x + wide, x)
            dpg.draw_triangle((back, y - 6), (tip, y), (back, y + 6), color=fill, fill=fill, parent=parent)
        x += wide + 2
