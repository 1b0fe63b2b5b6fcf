"""What the widgets of the properties tell: fields that were typed into, sliders that were dragged, by item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.panels.fields import nudged
from nodegraph.editor.panes import property_look as look
from nodegraph.editor.panes.property_caret import Caret
from nodegraph.editor.panes.property_turn import Turning
from nodegraph.editor.shell import fonts

Took = Callable[[Any], None]


class Field(NamedTuple):
    """A field: what is done with its text, and how it is made to show the knob again; the unit of a number."""

    took: Took
    again: Callable[[], None]
    unit: str | None = None


class Hands:
    """The callbacks and handlers of all widgets of the properties, made once."""

    def __init__(self, app: App, turning: Turning) -> None:
        self.app = app
        self.turning = turning
        self.fields: dict[int, Field] = {}
        self.sliders: dict[int, Callable[[], None]] = {}  # how each is made to show the knob again
        self.clicks: dict[int, Callable[[float], None]] = {}
        self.typed: dict[int, str] = {}
        self.active = 0  # the field that is typed into
        self.caret = Caret("")
        self.rest = 0  # where the keyboard goes while a field shows what it was stepped to
        self._since = 0  # the frame in which the field became active
        self._back = 0  # the field that gets the keyboard back
        self._left = 0  # frames until it does
        with dpg.item_handler_registry() as self.on_field:
            dpg.add_item_activated_handler(callback=self._activated)
            dpg.add_item_deactivated_after_edit_handler(callback=self._finished)
            dpg.add_item_deactivated_handler(callback=self._deactivated)
            dpg.add_item_clicked_handler(button=dpg.mvMouseButton_Left, callback=self._pressed)
        with dpg.item_handler_registry() as self.on_slider:
            dpg.add_item_activated_handler(callback=self._grabbed)
            dpg.add_item_deactivated_handler(callback=self._let_go)
        with dpg.item_handler_registry() as self.on_sign:
            dpg.add_item_clicked_handler(button=dpg.mvMouseButton_Left, callback=self._clicked)

    # -- making ------------------------------------------------------------------------------------------------

    def field(self, took: Took, again: Callable[[], None], unit: str | None = None, **how: Any) -> int:
        """A field for text: what was typed is taken on Return or when the field is left."""
        item = int(dpg.add_input_text(callback=self._edited, auto_select_all=not how.get("multiline"), **how))
        dpg.bind_item_handler_registry(item, self.on_field)
        self.fields[item] = Field(took, again, unit)
        return item

    def slider(self, took: Took, reset: Callable[[], None], again: Callable[[], None], **how: Any) -> int:
        """A slider from 0 to 1; a drag of it is one step of undo. Pressed with Ctrl it is back at the default."""

        def slid(place: float) -> None:
            if not self.turning.busy:  # the press tells its place before it tells that it is one
                self.turning.begin()
            if dpg.is_key_down(dpg.mvKey_LControl) or dpg.is_key_down(dpg.mvKey_RControl):
                reset()
            else:
                took(place)

        item = int(
            dpg.add_slider_float(
                callback=self._told, user_data=slid, min_value=0.0, max_value=1.0, format="", no_input=True, **how
            )
        )
        dpg.bind_item_handler_registry(item, self.on_slider)
        self.sliders[item] = again
        return item

    def told(self, took: Took) -> dict[str, Any]:
        """What makes a combo, checkbox or button tell its value."""
        return {"callback": self._told, "user_data": took}

    def clickable(self, item: int, took: Callable[[float], None]) -> None:
        """Have a sign told where across it was clicked."""
        self.clicks[item] = took
        dpg.bind_item_handler_registry(item, self.on_sign)

    def forget(self, items: list[int]) -> None:
        """These items are gone."""
        for item in items:
            self.fields.pop(item, None)
            self.sliders.pop(item, None)
            self.clicks.pop(item, None)
            self.typed.pop(item, None)
            if item in (self.active, self._back):
                self.active = self._back = 0

    # -- being told ----------------------------------------------------------------------------------------------

    def _edited(self, item: int, text: str, _user: Any) -> None:
        if item != self._back:  # what is left for a moment tells its old text once more
            self.typed[item] = text
            self.caret.edited(text)

    def _activated(self, _sender: int, item: int, _user: Any) -> None:
        self.active, self._since = item, dpg.get_frame_count()
        self.typed.pop(item, None)
        if item == self._back:
            self._back = 0
        else:
            self.turning.end()
            self.caret = Caret(str(dpg.get_value(item)))

    def _pressed(self, _sender: int, told: tuple[int, int], _user: Any) -> None:
        item = told[1]
        if item != self.active or dpg.get_frame_count() <= self._since + 1:
            return
        font = dpg.get_item_font(item) or fonts.TEXT
        widths = [float((dpg.get_text_size(letter, font=font) or (7.0, 0.0))[0]) for letter in self.caret.text]
        x = dpg.get_mouse_pos(local=False)[0] - dpg.get_item_rect_min(item)[0] - 6 * look.scale()
        self.caret.pressed(x, widths)

    def _finished(self, _sender: int, item: int, _user: Any) -> None:
        self.commit(item)

    def commit(self, item: int) -> None:
        """Take what was typed into a field."""
        field, text = self.fields.get(item), self.typed.pop(item, None)
        if field is not None and text is not None:
            self.app.guarded(lambda: field.took(text))
            field.again()

    def _deactivated(self, _sender: int, item: int, _user: Any) -> None:
        if self.active == item:
            self.active = 0
            if item != self._back:
                self.turning.end()
        if item in self.fields:
            self.fields[item].again()

    # -- the arrow keys ------------------------------------------------------------------------------------------

    def arrow(self, key: str) -> None:
        """An arrow key in a field: Up and Down step the digit left of the caret, the others move it."""
        item = self.active or self._back
        field = self.fields.get(item)
        if field is None or field.unit is None:
            return
        if key in ("Up", "Down"):
            self._nudge(item, field, up=key == "Up")
        else:
            self.caret.arrow(key)

    def _nudge(self, item: int, field: Field, *, up: bool) -> None:
        """Step a digit. A field that is typed into shows nothing else, so it is left and entered again."""
        text = look.pure(self.caret.text, field.unit or "")
        stepped = nudged(text, min(self.caret.at, len(text)), up)
        self.caret.text = text
        self.caret.at = min(self.caret.at, len(text))
        self.caret.stepped(stepped)
        self.typed.pop(item, None)
        if not self.turning.busy:
            self.turning.begin()
        field.took(stepped)
        self._back, self._left = item, 2
        dpg.focus_item(self.rest)

    def tidy(self) -> None:
        """A drag is over when no button is down, whatever its widget told."""
        if self.turning.busy and not (self.active or self._back or _pressed()):
            self.turning.end()

    def take_back(self) -> None:
        """Escape while a slider or a colour is dragged: as if it had not been."""
        if self.turning.busy and _pressed():
            self.turning.take_back()

    def settle(self) -> bool:
        """Before a frame: give a field back the keyboard after a step; True while that is under way."""
        if self._back and self._left:
            self._left -= 1
            if not self._left and dpg.does_item_exist(self._back):
                self.fields[self._back].again()
                dpg.focus_item(self._back)
        return bool(self._back)

    def _told(self, _item: int, value: Any, took: Took) -> None:
        self.app.guarded(lambda: took(value))

    def _grabbed(self, _sender: int, _item: int, _user: Any) -> None:
        if not self.turning.busy:
            self.turning.begin()

    def _let_go(self, _sender: int, item: int, _user: Any) -> None:
        self.turning.end()
        if item in self.sliders:
            self.sliders[item]()  # it stands where the hand left it, which a key may have undone

    def _clicked(self, _sender: int, told: tuple[int, int], _user: Any) -> None:
        item = told[1]
        if item in self.clicks:
            x = dpg.get_mouse_pos(local=False)[0] - dpg.get_item_rect_min(item)[0]
            self.app.guarded(lambda: self.clicks[item](x))


def _pressed() -> bool:
    """True while a button of the mouse is down."""
    buttons = (dpg.mvMouseButton_Left, dpg.mvMouseButton_Right, dpg.mvMouseButton_Middle)
    return any(dpg.is_mouse_button_down(button) for button in buttons)
