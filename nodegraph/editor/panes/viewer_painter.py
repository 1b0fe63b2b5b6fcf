"""Draws lines, dots, fills and words over the picture, with items that are made once and used again."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.panes.drawing import fitted, text_width
from nodegraph.editor.shell import theme
from nodegraph.editor.viewer.overlays import Dots, Drawing, Fill, Line, Role, Words, left_of

Colour = theme.Colour
TEAL: Colour = (104, 232, 184, 255)
PINK: Colour = (240, 110, 130, 255)

COLOURS: dict[Role, Colour] = {
    Role.BOX: PINK,
    Role.LANDMARKS: TEAL,
    Role.BEFORE: (232, 150, 70, 220),
    Role.AFTER: TEAL,
    Role.PATH: (250, 205, 90, 200),
    Role.GUIDE: (255, 255, 255, 110),
    Role.MASK: (0, 0, 0, 215),
    Role.REGION: (232, 84, 74, 230),
    Role.OUTLINE: (255, 214, 90, 255),
    Role.FEATHER: (255, 214, 90, 130),
    Role.HANDLE: (255, 240, 200, 255),
    Role.ARM: (247, 148, 29, 200),
    Role.FORMAT: (190, 190, 196, 120),
    Role.WINDOW: (190, 190, 196, 70),
}
WIDTHS = {Role.BOX: 1.4, Role.OUTLINE: 1.4, Role.ARM: 1.2, Role.REGION: 1.4}
RADII = {Role.BEFORE: 1.6, Role.LANDMARKS: 1.9, Role.AFTER: 1.9, Role.HANDLE: 3.2}
FINE = {Role.LANDMARKS, Role.AFTER}  # lines so faint that the dots on them are seen
SMALL_TYPE = 12.0
# From the back to the front.
KINDS: dict[str, Any] = {
    "fill": dpg.draw_rectangle,
    "line": dpg.draw_polyline,
    "square": dpg.draw_rectangle,
    "dot": dpg.draw_circle,
    "words": dpg.draw_text,
}


class Pen:
    """A drawing layer whose items are kept: what is drawn again costs one call, what is left over is hidden."""

    def __init__(self, parent: int | str) -> None:
        # What is written stands on what is filled, whichever was made first.
        self.layers = {kind: int(dpg.add_draw_layer(parent=parent)) for kind in KINDS}
        self.room = (1e9, 1e9)  # beyond which words would be cut
        self.edge = math.inf  # nothing is drawn to the right of it: another picture stands there
        self.items: dict[str, list[int]] = {}
        self.used: dict[str, int] = {}
        self.shown: dict[int, tuple[Any, ...]] = {}

    def begin(self) -> None:
        """A new drawing."""
        self.used = {}

    def end(self) -> None:
        """Hide what this drawing has not used."""
        for kind, items in self.items.items():
            for item in items[self.used.get(kind, 0) :]:
                if self.shown.get(item) != ():
                    dpg.configure_item(item, show=False)
                    self.shown[item] = ()

    def line(self, points: list[list[float]], colour: Colour, width: float = 1.0, closed: bool = False) -> None:
        for piece, whole in left_of(self.edge, points, closed):
            self._put("line", (piece, colour, width, whole))

    def dot(self, x: float, y: float, radius: float, colour: Colour, edge: Colour = theme.CLEAR) -> None:
        if x <= self.edge:
            self._put("dot", (x, y, radius, colour, edge))

    def square(self, x: float, y: float, half: float, colour: Colour, edge: Colour) -> None:
        if x <= self.edge:
            self._put("square", ((x - half, y - half), (x + half, y + half), colour, edge, 0.0))

    def fill(self, one: tuple[float, float], other: tuple[float, float], colour: Colour, rounding: float = 0.0) -> None:
        if one[0] < self.edge:
            self._put("fill", (one, (min(other[0], self.edge), other[1]), colour, theme.CLEAR, rounding))

    def words(self, x: float, y: float, text: str, colour: Colour, size: float) -> None:
        left = text if self.edge == math.inf else fitted(text, self.edge - x, size)
        if left:
            self._put("words", ((x, y), left, colour, size))

    def draw(self, drawings: Iterable[Drawing], scale: float = 1.0) -> None:
        """Drawings of `viewer.overlays`."""
        for each in drawings:
            colour = COLOURS[each.role]
            if isinstance(each, Line):
                faint = (*colour[:3], colour[3] // 3) if each.role in FINE else colour
                width = WIDTHS.get(each.role, 1.0) * scale
                self.line(each.places.tolist(), faint, width, each.closed)
            elif isinstance(each, Dots):
                radius = RADII.get(each.role, 2.0) * scale
                for x, y in each.places.tolist():
                    self.dot(x, y, radius, colour)
            elif isinstance(each, Fill):
                self.fill((each.box.x0, each.box.y0), (each.box.x1, each.box.y1), colour)
            elif isinstance(each, Words):
                self._label(each, colour, scale)

    def _label(self, each: Words, colour: Colour, scale: float) -> None:
        size = SMALL_TYPE * scale
        if each.role is Role.FORMAT:
            wide = text_width(each.text, size)
            x, y = min(each.x, self.room[0]) - wide - 6, min(each.y, self.room[1]) - size - 6
            self.words(x, y, each.text, (255, 255, 255, 150), size)
            return
        x, y = round(each.x), round(each.y - size - 7)
        self.fill((x, y), (x + text_width(each.text, size) + 10, y + size + 5), (16, 16, 18, 170), 2)
        self.words(x + 5, y + 2, each.text, colour, size)

    def _put(self, kind: str, what: tuple[Any, ...]) -> None:
        number = self.used.get(kind, 0)
        self.used[kind] = number + 1
        kept = self.items.setdefault(kind, [])
        if number < len(kept):
            item = kept[number]
            if self.shown[item] != what:
                dpg.configure_item(item, show=True, **_settings(kind, what))
                self.shown[item] = what
            return
        item = _made(kind, what, self.layers[kind])
        kept.append(item)
        self.shown[item] = what


def _settings(kind: str, what: tuple[Any, ...]) -> dict[str, Any]:
    if kind == "line":
        return {"points": what[0], "color": what[1], "thickness": what[2], "closed": what[3]}
    if kind == "dot":
        return {"center": [what[0], what[1]], "radius": what[2], "fill": what[3], "color": what[4]}
    if kind in ("fill", "square"):
        return {"pmin": what[0], "pmax": what[1], "fill": what[2], "color": what[3], "rounding": what[4]}
    return {"pos": what[0], "text": what[1], "color": what[2], "size": what[3]}


def _made(kind: str, what: tuple[Any, ...], parent: int | str) -> int:
    make = KINDS
    item: int = make[kind](parent=parent, **_settings(kind, what))
    return item
