"""Cards and rows that a pane draws itself: laid out in columns, lit under the cursor, picked, and scrolled."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, NamedTuple, TypeVar

import dearpygui.dearpygui as dpg

from nodegraph.editor.panes.drawing import Point, inside, local, paper
from nodegraph.editor.shell import fonts
from nodegraph.editor.shell.theme import ACCENT

K = TypeVar("K", bound=Hashable)
BAR = 14.0  # pixels that are left for the scroll bar


class Look(NamedTuple):
    """How large a card is, and how it stands."""

    width: float
    height: float
    hovered: bool
    picked: bool


class Cards(Generic[K]):
    """Cards by key. `paint(parent, key, look)` draws one, its own upper left corner at 0, 0."""

    def __init__(
        self,
        parent: int | str,
        paint: Callable[[int, K, Look], None],
        *,
        height: float,
        least: float = 0.0,  # how narrow a card may be; 0: one column
        gap: float = 8.0,
    ) -> None:
        self.room = int(dpg.add_child_window(parent=parent, border=False, width=-1, height=100))
        self.item = int(dpg.add_drawlist(10, 10, parent=self.room))
        self.keys: list[K] = []
        self.picked: list[K] = []
        self.hovered: K | None = None
        self._anchor: K | None = None  # the card that was clicked last: from it a stretch is picked
        self._paint = paint
        self._high, self._least, self._gap = height, least, gap
        self._nodes: dict[K, int] = {}
        self._size = (100.0, 100.0)
        self._columns, self._wide = 1, 100.0
        self._mark = 0
        self._scale = fonts.scale()
        self._pen = paper(self.item)

    # -- what is shown ---------------------------------------------------------------------------------------

    def show(self, keys: Sequence[K]) -> None:
        """These cards, in this order; all are painted anew."""
        self.keys = list(dict.fromkeys(keys))
        self.picked = [key for key in self.picked if key in self.keys]
        if self.hovered not in self.keys:
            self.hovered = None
        self._lay_out()

    def resized(self, width: float, height: float) -> None:
        """Another size of the room; cards are painted anew only if theirs is another too."""
        dpg.configure_item(self.room, width=int(width), height=int(max(1.0, height)))
        before, self._size = self._size, (width, height)
        if before[0] != width:
            self._lay_out()

    def _lay_out(self) -> None:
        width = max(20.0, self._size[0] / self._scale - BAR)
        self._columns = max(1, int((width + self._gap) // (self._least + self._gap))) if self._least else 1
        self._wide = (width - self._gap * (self._columns - 1)) / self._columns
        rows = math.ceil(len(self.keys) / self._columns)
        high = int(rows * (self._high + self._gap) * self._scale)
        dpg.configure_item(self.item, width=int(width * self._scale), height=max(1, high))
        dpg.delete_item(self._pen, children_only=True)
        self._nodes = {}
        for index, key in enumerate(self.keys):
            x, y = self._corner(index)
            node = int(dpg.add_draw_node(parent=self._pen))
            dpg.apply_transform(node, dpg.create_translation_matrix([x, y, 0]))
            self._nodes[key] = node
            self.redraw(key)

    def _corner(self, index: int) -> Point:
        row, column = divmod(index, self._columns)
        return round(column * (self._wide + self._gap)), round(row * (self._high + self._gap))

    def redraw(self, key: K | None = None) -> None:
        """Paint one card anew, or all."""
        for each in self.keys if key is None else [key] if key in self._nodes else []:
            node = self._nodes[each]
            dpg.delete_item(node, children_only=True)
            look = Look(self._wide, self._high, each == self.hovered, each in self.picked)
            self._paint(node, each, look)

    # -- the mouse -------------------------------------------------------------------------------------------

    def at(self, point: Point) -> K | None:
        """The card under a place in the window."""
        if not inside(point, self.item):
            return None
        x, y = local(point, self.item)
        if not 0 <= y * self._scale - dpg.get_y_scroll(self.room) < self._size[1]:
            return None  # scrolled out of sight
        column, right = divmod(x, self._wide + self._gap)
        row, below = divmod(y, self._high + self._gap)
        index = int(row) * self._columns + int(column)
        hit = 0 <= column < self._columns and right < self._wide and below < self._high and row >= 0
        return self.keys[index] if hit and index < len(self.keys) else None

    def within(self, point: Point, key: K) -> Point:
        """A place in the window, from the corner of a card."""
        x, y = local(point, self.item)
        corner = self._corner(self.keys.index(key))
        return x - corner[0], y - corner[1]

    def middle(self, key: K) -> Point:
        """Where in the window the middle of a card is."""
        left, top = dpg.get_item_rect_min(self.item)
        x, y = self._corner(self.keys.index(key))
        return left + (x + self._wide / 2) * self._scale, top + (y + self._high / 2) * self._scale

    def hover(self, point: Point | None) -> K | None:
        """Light the card under the cursor."""
        key = self.at(point) if point is not None else None
        if key != self.hovered:
            before, self.hovered = self.hovered, key
            for each in (before, key):
                if each is not None:
                    self.redraw(each)
        return key

    def pick(self, *keys: K) -> None:
        """Pick cards instead of those that were."""
        if list(keys) != self.picked:
            before, self.picked = self.picked, list(keys)
            for each in {*before, *keys}:
                self.redraw(each)

    def click(self, key: K | None, more: bool, through: bool = False) -> None:
        """Pick the card that was pressed; with `more` also, or no longer; all `through` it from the one before."""
        if through and key is not None and self._anchor in self.keys:
            self.pick(*dict.fromkeys([*(self.picked if more else ()), *self._stretch(self._anchor, key)]))
            return
        self._anchor = key
        if key is None:
            if not more:
                self.pick()
        elif not more:
            self.pick(key)
        elif key in self.picked:
            self.pick(*(each for each in self.picked if each != key))
        else:
            self.pick(*self.picked, key)

    def _stretch(self, one: K, other: K) -> list[K]:
        """The cards from one to another, whichever of them comes first."""
        first, last = self.keys.index(one), self.keys.index(other)
        return self.keys[first : last + 1] if first <= last else self.keys[last : first + 1][::-1]

    def gap(self, point: Point) -> int:
        """Before which card of one column something would come that is let go at a place in the window."""
        y = local(point, self.item)[1]
        return min(max(0, round(y / (self._high + self._gap))), len(self.keys))

    def mark(self, index: int | None) -> None:
        """A line before a card, where something would come; None takes it away."""
        if self._mark and dpg.does_item_exist(self._mark):
            dpg.delete_item(self._mark)
        self._mark = 0
        if index is not None:
            y = max(1.0, index * (self._high + self._gap) - self._gap / 2)
            self._mark = int(
                dpg.draw_line(
                    (0, y), (self._wide, y), color=list(ACCENT), thickness=2.5 * self._scale, parent=self._pen
                )
            )

    def reveal(self, key: K) -> None:
        """Scroll until a card is seen."""
        y, high = self._corner(self.keys.index(key))[1] * self._scale, self._high * self._scale
        scroll = dpg.get_y_scroll(self.room)
        if y < scroll:
            dpg.set_y_scroll(self.room, y)
        elif y + high > scroll + self._size[1]:
            dpg.set_y_scroll(self.room, y + high - self._size[1] + self._gap * self._scale)

    def to_end(self) -> None:
        """Scroll to the last card."""
        if self.keys:
            self.reveal(self.keys[-1])
