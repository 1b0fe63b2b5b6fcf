"""The key button beside a knob, swatches and marks: small signs on draw lists of their own."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from nodegraph.editor.panels.keys import State
from nodegraph.editor.panes.property_look import seen
from nodegraph.editor.shell import fonts
from nodegraph.editor.shell.theme import ACCENT, ACCENT_DIM, BAD, CLEAR, FAINT, GOOD, LINE, TEXT, Colour

PEN = 1.4
DOT, RING, CHECK, MISSING = "\uf111", "\uf10c", "\uf058", "\uf06a"


class KeyButton:
    """Back to the key before, set or remove the key, on to the next."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.item = dpg.add_drawlist(round(width), round(height))
        middle, y = width / 2, height / 2
        size = height * 0.24
        self._ground = dpg.draw_rectangle(
            (middle - height * 0.42, 1), (middle + height * 0.42, height - 1), rounding=3, parent=self.item
        )
        self._diamond = dpg.draw_quad(
            (middle, y - size), (middle + size, y), (middle, y + size), (middle - size, y), parent=self.item
        )
        reach, tall = height * 0.15, height * 0.22
        self._arrows = [
            dpg.draw_polyline(
                [(x + side * reach / 2, y - tall), (x - side * reach / 2, y), (x + side * reach / 2, y + tall)],
                thickness=PEN,
                parent=self.item,
            )
            for x, side in ((height * 0.2, 1), (width - height * 0.2, -1))
        ]

    def show(self, state: State) -> None:
        """Look as the knob stands."""
        moving = state in (State.ANIMATED, State.KEYED)
        keyed = state is State.KEYED
        ink: Colour = ACCENT if keyed else (110, 170, 240, 255) if moving else (96, 96, 102, 255)
        ground = (*ACCENT_DIM[:3], 150) if keyed else CLEAR
        dpg.configure_item(self._ground, color=CLEAR, fill=ground)
        dpg.configure_item(self._diamond, color=ink, fill=ink if keyed else CLEAR, thickness=PEN)
        for arrow in self._arrows:
            dpg.configure_item(arrow, color=TEXT if moving else CLEAR)

    def part(self, x: float) -> int:
        """What of it is at x pixels from its left: -1 the arrow back, 0 the key, 1 the arrow on."""
        third = self.width * 0.3
        return -1 if x < third else 1 if x > self.width - third else 0


class Swatch:
    """A colour, with a corner cut where it is brighter than white or below black."""

    def __init__(self, size: float) -> None:
        self.item = dpg.add_drawlist(round(size), round(size))
        self._fill = dpg.draw_rectangle((1, 1), (size - 1, size - 1), rounding=3, color=LINE, parent=self.item)
        self._mark = dpg.draw_triangle(
            (size - 1, 1), (size - 1, size * 0.45), (size * 0.55, 1), parent=self.item, color=CLEAR
        )

    def show(self, parts: tuple[float, ...]) -> None:
        over, under = any(part > 1 for part in parts[:3]), any(part < 0 for part in parts[:3])
        dpg.configure_item(self._fill, fill=seen(parts))
        dpg.configure_item(self._mark, fill=(20, 20, 20, 255) if over else (240, 80, 70, 255) if under else CLEAR)


class Dot:
    """The mark of a file field: there, missing, or nothing that could be there."""

    def __init__(self) -> None:
        self.item = int(dpg.add_text(DOT, color=FAINT))
        dpg.bind_item_font(self.item, fonts.ICONS_SMALL)

    def show(self, there: bool | None) -> None:
        dpg.configure_item(self.item, color=FAINT if there is None else GOOD if there else BAD)
        dpg.set_value(self.item, RING if there is None else CHECK if there else MISSING)
