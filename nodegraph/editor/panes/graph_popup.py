"""Small windows over the canvas: a field to type a name into, and a list to choose from by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import dearpygui.dearpygui as dpg

from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_ink import ink
from nodegraph.editor.shell import fonts
from nodegraph.editor.shell.input import PAGE_DOWN, PAGE_UP
from nodegraph.graph.layout import Point

WIDTH, ROW, MOST, LEAST = 400.0, 26.0, 11, 3
EDGE = 8.0
FIELD = 30.0  # with the space under it
TYPED = 27.0
HELP = 24.0
LETTERS, SMALL = 15.0, 13.0
RETURNS = (dpg.mvKey_Return, dpg.mvKey_NumPadEnter)


class Row(NamedTuple):
    """One thing to choose."""

    key: str
    label: str
    right: str = ""
    help: str = ""
    colour: str = ""


def mouse() -> Point:
    """Where the mouse is in the window."""
    x, y = dpg.get_mouse_pos(local=False)
    return float(x), float(y)


def frameless(**more: Any) -> int:
    """A window that is only what lies in it, not shown yet."""
    return int(
        dpg.add_window(show=False, no_title_bar=True, no_resize=True, no_move=True, no_saved_settings=True, **more)
    )


class Popup:
    """A window without a frame, with one field, that keys go to while it is open; on a screen `unit` times finer."""

    def __init__(self, unit: float = 1.0) -> None:
        self.unit = unit
        self.shown = False
        self.closed_at = -10  # frame
        self.place: Point = (0.0, 0.0)
        self.size: Point = (0.0, 0.0)
        self.window = frameless(no_scrollbar=True, no_scroll_with_mouse=True, no_docking=True, min_size=[20, 20])
        self.keys = dpg.add_handler_registry(show=False)
        self._focus = 0

    def on(self, key: int, work: Callable[[], None]) -> None:
        """What a key does while the popup is open."""
        dpg.add_key_press_handler(key, callback=lambda: work() if self.shown else None, parent=self.keys)

    def on_click(self, item: int, work: Callable[[Point], None]) -> None:
        """What a click on an item does."""
        with dpg.item_handler_registry() as registry:
            dpg.add_item_clicked_handler(0, callback=lambda: work(mouse()))
        dpg.bind_item_handler_registry(item, registry)

    def on_left(self, item: int, work: Callable[[], None]) -> None:
        """What is done when a field is left, by whichever key or press."""
        with dpg.item_handler_registry() as registry:
            dpg.add_item_deactivated_handler(callback=lambda: work() if self.shown else None)
        dpg.bind_item_handler_registry(item, registry)

    def show(self, at: Point, size: Point, focus: int) -> None:
        """Open it at a pixel of the window, moved so that it is all seen."""
        across = max(0.0, min(at[0], dpg.get_viewport_client_width() - size[0] - 6))
        down = max(0.0, min(at[1], dpg.get_viewport_client_height() - size[1] - 6))
        self.place, self.size, self.shown = (across, down), size, True
        dpg.configure_item(
            self.window, show=True, pos=[round(across), round(down)], width=round(size[0]), height=round(size[1])
        )
        dpg.configure_item(self.keys, show=True)
        dpg.focus_item(self.window)
        dpg.focus_item(focus)
        self._focus = focus

    def close(self) -> None:
        """Close it; the key that did so starts nothing else."""
        if self.shown:
            self.shown = False
            self.closed_at = dpg.get_frame_count()
            dpg.configure_item(self.window, show=False)
            dpg.configure_item(self.keys, show=False)

    @property
    def just_closed(self) -> bool:
        return bool(dpg.get_frame_count() - self.closed_at <= 3)

    def holds(self, pixel: Point) -> bool:
        """True if a pixel of the window is the popup's."""
        (left, top), (width, height) = self.place, self.size
        return self.shown and left <= pixel[0] <= left + width and top <= pixel[1] <= top + height


class Field(Popup):
    """A text typed in place. Return or a press elsewhere takes it, Escape leaves it."""

    def __init__(self, unit: float = 1.0) -> None:
        super().__init__(unit)
        with dpg.theme() as bare, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, 2 * unit, 2 * unit)
            dpg.add_theme_color(dpg.mvThemeCol_WindowBg, inks.ACCENT)
        dpg.bind_item_theme(self.window, bare)
        self._line = dpg.add_input_text(parent=self.window, width=-1, auto_select_all=True)
        self._lines = dpg.add_input_text(parent=self.window, width=-1, height=-1, multiline=True, show=False)
        self._done: Callable[[str], None] = lambda _: None
        self._several = False
        for key in RETURNS:
            self.on(key, self._returned)
        self.on(dpg.mvKey_Escape, self.close)
        for field in (self._line, self._lines):
            self.on_left(field, self.take)

    def ask(
        self,
        at: Point,
        width: float,
        text: str,
        done: Callable[[str], None],
        *,
        several: bool = False,
        height: float = 0,
    ) -> None:
        """Open it with a text over a place of that width; `several` lines for notes."""
        self.close()
        self._done, self._several = done, several
        field = self._lines if several else self._line
        dpg.configure_item(self._line, show=not several)
        dpg.configure_item(self._lines, show=several)
        dpg.set_value(field, text)
        least = 120.0 * self.unit, 60.0 * self.unit
        self.show(at, (max(least[0], width), max(least[1], height) if several else self.high), field)

    @property
    def high(self) -> float:
        """How high it is around one line."""
        return TYPED * self.unit

    def _returned(self) -> None:
        if not self._several or dpg.is_key_down(dpg.mvKey_LControl):
            self.take()

    def take(self) -> None:
        """Close it, and take what was typed."""
        if self.shown:
            text = dpg.get_value(self._lines if self._several else self._line)
            self.close()
            self._done(str(text))


class Chooser(Popup):
    """A field and the rows that fit what is typed into it, the best first; arrows, Return, or a click choose."""

    def __init__(self, unit: float = 1.0) -> None:
        super().__init__(unit)
        with dpg.theme() as own, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, EDGE * unit, EDGE * unit)
            dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, 0, 4 * unit)
            dpg.add_theme_style(dpg.mvStyleVar_WindowBorderSize, 1)
            dpg.add_theme_style(dpg.mvStyleVar_WindowRounding, 5 * unit)
            dpg.add_theme_color(dpg.mvThemeCol_WindowBg, inks.RAISED)
            dpg.add_theme_color(dpg.mvThemeCol_Border, inks.ACCENT)
        dpg.bind_item_theme(self.window, own)
        self._field = dpg.add_input_text(parent=self.window, width=-1, callback=lambda _, text: self._heard(str(text)))
        wide = WIDTH - 2 * EDGE
        self._list = dpg.add_drawlist(round(wide * unit), round((MOST * ROW + HELP) * unit), parent=self.window)
        drawn = dpg.add_draw_node(parent=self._list)  # places in it are as on a plain screen
        dpg.apply_transform(drawn, dpg.create_scale_matrix([unit, unit, 1.0]))
        self._bar = dpg.draw_rectangle((0, 0), (wide, ROW), rounding=3 * unit, parent=drawn)
        self._chips = [dpg.draw_rectangle((0, 0), (1, 1), rounding=2 * unit, parent=drawn) for _ in range(MOST)]
        self._labels = [dpg.draw_text((0, 0), "", size=LETTERS * unit, parent=drawn) for _ in range(MOST)]
        self._rights = [dpg.draw_text((0, 0), "", size=SMALL * unit, parent=drawn) for _ in range(MOST)]
        self._rule = dpg.draw_line((0, 0), (wide, 0), color=inks.LINE, parent=drawn)
        self._help = dpg.draw_text((4, 0), "", size=SMALL * unit, color=inks.FAINT, parent=drawn)
        dpg.bind_item_font(self._list, fonts.TEXT) if dpg.does_item_exist(fonts.TEXT) else None
        self.text = ""
        self.rows: list[Row] = []
        self.at, self.first = 0, 0
        self._mouse: Point = (0.0, 0.0)
        self._find: Callable[[str], Sequence[Row]] = lambda _: ()
        self._done: Callable[[Row], None] = lambda _: None
        for key, by in (
            (dpg.mvKey_Down, 1),
            (dpg.mvKey_Up, -1),
            (PAGE_DOWN, MOST - 1),
            (PAGE_UP, 1 - MOST),
        ):
            self.on(key, partial(self.step, by))
        for key in RETURNS:
            self.on(key, self.choose)
        self.on(dpg.mvKey_Escape, self.close)
        self.on_click(self._list, self.click)
        self.on_left(self._field, self._left)
        dpg.add_mouse_wheel_handler(callback=lambda _, clicks: self.turned(clicks), parent=self.keys)

    def ask(self, at: Point, hint: str, find: Callable[[str], Sequence[Row]], done: Callable[[Row], None]) -> None:
        """Open it; `find` gives the rows for a text, `done` gets the one chosen."""
        self.close()
        self._find, self._done = find, done
        dpg.set_value(self._field, "")
        dpg.configure_item(self._field, hint=hint)
        self._mouse = mouse()
        self.show(at, (WIDTH * self.unit, (FIELD + MOST * ROW + HELP + 2 * EDGE) * self.unit), self._field)
        self._typed("")

    def _left(self) -> None:
        """A press elsewhere closes it."""
        if not self.holds(mouse()):
            self.close()

    def _heard(self, text: str) -> None:
        """The field tells of an edit, late at times: what is lit stays so if its text is no other."""
        if text != self.text:
            self._typed(text)

    def _typed(self, text: str) -> None:
        self.text = text
        self.rows = list(self._find(text))
        self.at = self.first = 0
        self._draw()

    def step(self, by: int) -> None:
        """Go down or up the list; at an end it begins again."""
        if self.rows:
            last = len(self.rows) - 1
            if abs(by) == 1:
                self.at = (self.at + by) % len(self.rows)
            else:
                self.at = min(last, max(0, self.at + by))
            self.first = min(self.at, max(self.first, self.at - MOST + 1))
            self._draw()

    def choose(self) -> None:
        """Take the row that is lit, by what stands in the field: in a slow frame that is newer than the rows."""
        if self.shown and (text := str(dpg.get_value(self._field))) != self.text:
            self._typed(text)
        if self.shown and self.rows:
            row = self.rows[self.at]
            self.close()
            self._done(row)

    def turned(self, clicks: float) -> None:
        """The wheel over it."""
        self.first = max(0, min(len(self.rows) - MOST, self.first - round(clicks) * 2))
        self.at = min(max(self.at, self.first), max(0, min(len(self.rows), self.first + MOST) - 1))
        self._draw()

    def pointed(self, pixel: Point) -> int | None:
        """The row at a pixel of the window."""
        index = int(((pixel[1] - self.place[1]) / self.unit - EDGE - FIELD + 1) // ROW)
        within = self.holds(pixel) and 0 <= index < MOST and self.first + index < len(self.rows)
        return self.first + index if within else None

    def hover(self, pixel: Point) -> None:
        """The mouse moved over it. One that rests where the list opens, or comes back there, lights nothing."""
        row = self.pointed(pixel)
        if row is None or pixel == self._mouse:
            return
        self._mouse = pixel
        if row != self.at:
            self.at = row
            self._draw()

    def click(self, pixel: Point) -> None:
        """A click on a row takes it."""
        row = self.pointed(pixel)
        if row is not None:
            self.at = row
            self.choose()

    def _draw(self) -> None:
        wide = WIDTH - 2 * EDGE
        for index in range(MOST):
            place = self.first + index
            row = self.rows[place] if place < len(self.rows) else None
            y = index * ROW
            shown = row is not None
            dpg.configure_item(self._chips[index], show=shown and bool(row and row.colour))
            dpg.configure_item(self._labels[index], show=shown)
            dpg.configure_item(self._rights[index], show=shown)
            if row is None:
                continue
            left = 8.0
            if row.colour:
                dpg.configure_item(
                    self._chips[index],
                    pmin=(6, y + 6),
                    pmax=(11, y + ROW - 6),
                    color=inks.CLEAR,
                    fill=ink(row.colour),
                )
                left = 19.0
            lit = place == self.at
            right = inks.cut(row.right, 150, SMALL)
            room = wide - left - inks.text_width(right, SMALL) - 20
            label = inks.cut(row.label, room, LETTERS)
            dpg.configure_item(
                self._labels[index], pos=(left, y + 4), text=label, color=inks.LIGHT if lit else inks.TEXT
            )
            across = wide - 8 - inks.text_width(right, SMALL)
            dpg.configure_item(self._rights[index], pos=(across, y + 5), text=right, color=inks.FAINT)
        y = (self.at - self.first) * ROW
        dpg.configure_item(
            self._bar,
            pmin=(0, y),
            pmax=(wide, y + ROW),
            color=inks.CLEAR,
            fill=inks.ACCENT_DIM,
            show=bool(self.rows),
        )
        bottom = max(LEAST, min(MOST, len(self.rows))) * ROW
        height = (FIELD + bottom + HELP + 2 * EDGE) * self.unit
        self.size = (WIDTH * self.unit, height)
        dpg.configure_item(self.window, height=round(height))
        words = self.rows[self.at].help if self.rows else ("nothing is called so" if self.text else "")
        dpg.configure_item(self._rule, p1=(0, bottom + 2), p2=(wide, bottom + 2))
        dpg.configure_item(self._help, pos=(8, bottom + 6), text=inks.cut(words, wide - 12, SMALL))
