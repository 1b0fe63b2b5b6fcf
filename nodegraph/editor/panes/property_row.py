"""One knob in a panel: its label, the widgets that turn it, and its key button, made by the table of widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.panels.fields import slider_place
from nodegraph.editor.panels.keys import State
from nodegraph.editor.panels.table import Row, Widget
from nodegraph.editor.panes import property_look as look
from nodegraph.editor.panes.property_hands import Hands
from nodegraph.editor.panes.property_signs import Dot, KeyButton, Swatch
from nodegraph.editor.shell import fonts, icons
from nodegraph.editor.shell.theme import BAD, FAINT, TEXT

DRAWN = (Widget.SHAPES, Widget.CORRECTIONS)  # their keys come from the viewer, and can be gone to
LETTER = 7.4  # how wide a digit is in a field, before scaling
Ask = Callable[["RowView"], None]


class RowView:
    """The widgets of one knob. `asks` open what is not in the row: the browser, the colour box, a followed node."""

    def __init__(
        self, hands: Hands, node: str, row: Row, width: float, asks: Mapping[str, Ask], spaces: tuple[str, ...]
    ) -> None:
        self.hands, self.node, self.row, self.asks, self.spaces = hands, node, row, asks, spaces
        self.turning = hands.turning
        self.knob = row.knob
        self.kind = self.turning.kind(node, row.knob)
        self.scale = look.scale()
        self.width = width
        self.fields: list[int] = []
        self.slider = 0
        self.swatch: Swatch | None = None
        self.dot: Dot | None = None
        self.keys: KeyButton | None = None
        self.reset = 0
        self.choice = 0
        self._spaced = 0  # the same, if it is one of colour spaces
        self.told = 0
        self.linked = 0
        self._cache: dict[object, Any] = {}
        self._tip = ""
        self._build()
        self.show(row)

    # -- making --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        row, px = self.row, self.scale
        with dpg.table_row() as self.item:
            self.label = int(dpg.add_text(row.label))
            with dpg.tooltip(self.label, delay=0.35, hide_on_activity=True) as self._tooltip:
                dpg.bind_item_theme(self._tooltip, look.TIP_THEME)
                dpg.bind_item_font(dpg.add_text(row.label), fonts.BOLD)
                self._tip_text = int(dpg.add_text("", wrap=320 * px))
            with dpg.group(horizontal=True, horizontal_spacing=look.GAP * px):
                (RowView._linked if row.link else BUILDERS[row.widget])(self)
            with dpg.group(horizontal=True, horizontal_spacing=0):
                if self.kind.is_number or row.widget in DRAWN:
                    self.keys = KeyButton(look.KEYS * px, look.SWATCH * px)
                    self.hands.clickable(self.keys.item, self._key_clicked)
                else:
                    self.reset = int(
                        dpg.add_button(label=icons.RESET, **self.hands.told(lambda _: self._reset()), width=-1)
                    )
                    dpg.bind_item_font(self.reset, fonts.ICONS_SMALL)
                    dpg.bind_item_theme(self.reset, look.SIGN_THEME)
                    self._hint(self.reset, "back to the default")

    def _number_field(self, width: float, part: int | None) -> None:
        def took(text: str) -> None:
            if text.strip() != self._cache.get(item):
                self.turning.typed(self.node, self.knob, text, part)

        item = self.hands.field(took, self.again, unit=self.kind.knob.unit, width=round(width))
        if part is not None:
            dpg.bind_item_font(item, fonts.SMALL)
        self.fields.append(item)

    def _slider(self) -> None:
        self._number_field(look.NUMBER * self.scale, None)
        self.slider = self.hands.slider(
            lambda place: self.turning.slid(self.node, self.knob, place), self._to_default, self.again, width=-1
        )
        dpg.bind_item_theme(self.slider, look.SLIDER_THEME)

    def _number(self) -> None:
        self._number_field(look.NUMBER * self.scale, None)
        self.told = int(dpg.add_text("", color=FAINT))

    def _parts(self, room: float) -> None:
        count = len(self.row.part_names)
        gap = look.GAP * self.scale
        for part in range(count):
            self._number_field((room - gap * (count - 1)) / count, part)

    def _vector(self) -> None:
        self._parts(self.width)

    def _colour(self) -> None:
        size = look.SWATCH * self.scale
        self._parts(self.width - size - look.GAP * self.scale)
        self.swatch = Swatch(size)
        self.hands.clickable(self.swatch.item, lambda _: self.asks["colour"](self))

    def _checkbox(self) -> None:
        self.choice = int(dpg.add_checkbox(**self.hands.told(self._set)))

    def _choice(self) -> None:
        self.choice = int(dpg.add_combo(self.row.choices, width=-1, **self.hands.told(self._set)))

    def _text(self) -> None:
        self.fields.append(self.hands.field(self._set, self.again, width=-1))

    def _long_text(self) -> None:
        self.fields.append(
            self.hands.field(self._set, self.again, width=-1, multiline=True, height=round(72 * self.scale))
        )

    def _file(self) -> None:
        self.dot = Dot()
        with dpg.tooltip(self.dot.item, delay=0.2, hide_on_activity=True) as tip:
            self.told = int(dpg.add_text(""))
        dpg.bind_item_theme(tip, look.TIP_THEME)
        button = look.ICON * self.scale
        self.fields.append(self.hands.field(self._set, self.again, width=round(-button - 2 * look.GAP * self.scale)))
        self._button(icons.FOLDER_OPEN, "choose a file", "file")

    def _space(self) -> None:
        button = look.ICON * self.scale
        self.fields.append(self.hands.field(self._set, self.again, width=round(-button - 2 * look.GAP * self.scale)))
        self.choice = int(
            dpg.add_combo(("", *self.spaces), no_preview=True, **self.hands.told(self._set), height_mode=2)
        )
        self._spaced = self.choice

    def spaces_came(self, spaces: tuple[str, ...]) -> None:
        """The colour spaces to choose from are known."""
        self.spaces = spaces
        if self._spaced:
            dpg.configure_item(self._spaced, items=("", *spaces))

    def _linked(self) -> None:
        """A knob that follows another: its value, and the way to the other."""
        self.fields.append(
            self.hands.field(self._set, self.again, width=round(look.NUMBER * self.scale), readonly=True)
        )
        self.linked = int(
            dpg.add_button(label=self.row.link, width=-1, **self.hands.told(lambda _: self.asks["follow"](self)))
        )
        dpg.bind_item_theme(self.linked, look.LINK_THEME)
        self._hint(self.linked, f"follows {self.row.link}: click to open its panel")

    def _hint(self, item: int, text: str) -> None:
        with dpg.tooltip(item, delay=0.35, hide_on_activity=True) as tip:
            dpg.add_text(text)
        dpg.bind_item_theme(tip, look.TIP_THEME)

    def _drawn(self) -> None:
        self.told = int(dpg.add_text("", color=FAINT))

    def _button(self, sign: str, tip: str, ask: str) -> None:
        item = int(dpg.add_button(label=sign, **self.hands.told(lambda _: self.asks[ask](self))))
        dpg.bind_item_font(item, fonts.ICONS_SMALL)
        dpg.bind_item_theme(item, look.SIGN_THEME)
        self._hint(item, tip)

    # -- turning -------------------------------------------------------------------------------------------------

    def _set(self, value: Any) -> None:
        if self.kind.is_number or value != self.row.text or self.row.widget is Widget.CHECKBOX:
            self.turning.set(self.node, self.knob, value)

    def _reset(self) -> None:
        self.turning.reset(self.node, self.knob)

    def _to_default(self) -> None:
        """The slider pressed with Ctrl; what it told in between is no longer what it shows."""
        self.turning.reset(self.node, self.knob)
        self._cache.pop(self.slider, None)
        self.show(self.row)

    def _key_clicked(self, x: float) -> None:
        way = self.keys.part(x) if self.keys and self.row.state in (State.ANIMATED, State.KEYED) else 0
        if way:
            self.turning.jump(self.node, self.knob, way)
        else:
            self.turning.turn_key(self.node, self.knob)

    # -- showing -------------------------------------------------------------------------------------------------

    def again(self) -> None:
        """Show the knob as it is, whatever was typed."""
        for item in (*self.fields, self.slider):
            self._cache.pop(item, None)
        self.show(self.row)

    def show(self, row: Row) -> None:
        """Show the knob as a row tells it; the field that is typed into is left alone."""
        self.row = row
        modified = row.modified
        self._configure(self.label, color=BAD if row.problem else TEXT if modified else look.QUIET)
        self._show_tip(row)
        self._show_fields(row)
        if self.slider and row.value is not None:
            self._value(self.slider, slider_place(self.kind, row.value))
        if self.swatch is not None and row.value is not None:
            self.swatch.show(row.value)
        if self.choice and row.widget is Widget.CHECKBOX:
            self._value(self.choice, bool(row.value))
        elif self.choice and row.widget is Widget.CHOICE:
            self._value(self.choice, row.text)
        if self.keys is not None:
            self.keys.show(row.state)
        if self.reset:
            self._configure(self.reset, show=modified)
        if self.told and row.widget in (*DRAWN, Widget.STORED):
            self._value(self.told, row.text)

    def _show_fields(self, row: Row) -> None:
        texts: list[str] = [row.text]
        if row.value is not None and self.kind.is_number and not row.link:
            numbers = row.value if isinstance(row.value, tuple) else (row.value,)
            room = self.width if row.widget not in (Widget.SLIDER, Widget.NUMBER) else look.NUMBER * self.scale
            each = room / max(1, len(self.fields)) if row.part_names else room
            letters = max(4, int((each / self.scale - 14) / LETTER))
            texts = [look.number_text(number, letters, "" if row.part_names else row.unit) for number in numbers]
            if row.widget is Widget.NUMBER:
                whole = look.number_text(numbers[0], letters)
                left_out = row.unit and texts[0] == whole
                self._value(self.told, row.unit if left_out else "")
        for at, (item, text) in enumerate(zip(self.fields, texts, strict=False)):
            state = row.parts[at] if row.parts and row.state is not State.LINKED else row.state
            self._theme(item, look.BROKEN if row.problem else look.FIELDS[state])
            if item != self.hands.active:
                self._value(item, text)
        if self.choice:
            self._theme(self.choice, look.FIELDS[State.LINKED if row.state is State.LINKED else State.DEFAULT])

    def _show_tip(self, row: Row) -> None:
        lines = [row.tip] if row.tip else []
        if row.link:
            lines.append(f"follows {row.link}: right-click to break the link")
        elif row.state is State.KEYED:
            lines.append("has a key at this frame")
        elif row.state is State.ANIMATED:
            lines.append("moves; no key at this frame")
        if row.problem:
            lines.append(row.problem)
        elif row.text and self.kind.is_number:
            lines.append(f"value: {row.text}")
        tip = "\n".join(lines)
        if tip != self._tip:
            self._tip = tip
            dpg.set_value(self._tip_text, tip)

    def show_file(self, there: bool | None, told: str) -> None:
        """Mark whether the file is there."""
        if self.dot is not None:
            self.dot.show(there)
            self._value(self.told, told)

    def _value(self, item: int, value: Any) -> None:
        if self._cache.get(item) != value:
            self._cache[item] = value
            dpg.set_value(item, value)

    def _configure(self, item: int, **how: Any) -> None:
        key = -item
        if self._cache.get(key) != how:
            self._cache[key] = how
            dpg.configure_item(item, **how)

    def _theme(self, item: int, theme: int) -> None:
        if self._cache.get(("theme", item)) != theme:
            self._cache[("theme", item)] = theme
            dpg.bind_item_theme(item, theme)

    @property
    def alive(self) -> bool:
        """False once the panel is gone."""
        return bool(dpg.does_item_exist(self.label))

    # -- where it is ---------------------------------------------------------------------------------------------

    def spans(self, y: float) -> bool:
        """Is this row at a height of the window?"""
        if not dpg.is_item_visible(self.label):
            return False
        top = dpg.get_item_rect_min(self.label)[1]
        tall = max(dpg.get_item_rect_size(each)[1] for each in (self.label, *self.fields[:1]))
        return bool(top - 4 <= y <= top + tall + 4)

    def on_label(self, x: float) -> bool:
        """Is the label, which can be dragged, at a place across the window?"""
        left = dpg.get_item_rect_min(self.label)[0]
        return bool(left - 4 <= x <= left + look.LABEL * self.scale)

    def items(self) -> list[int]:
        """What the hands must forget when the row goes."""
        signs = [each.item for each in (self.swatch, self.keys) if each is not None]
        return [*self.fields, self.slider, *signs]


BUILDERS: Mapping[Widget, Callable[[RowView], None]] = {
    Widget.CHECKBOX: RowView._checkbox,
    Widget.CHOICE: RowView._choice,
    Widget.FILE: RowView._file,
    Widget.SPACE: RowView._space,
    Widget.COLOUR: RowView._colour,
    Widget.VECTOR: RowView._vector,
    Widget.SLIDER: RowView._slider,
    Widget.NUMBER: RowView._number,
    Widget.TEXT: RowView._text,
    Widget.LONG_TEXT: RowView._long_text,
    Widget.SHAPES: RowView._drawn,
    Widget.CORRECTIONS: RowView._drawn,
    Widget.STORED: RowView._drawn,
}
