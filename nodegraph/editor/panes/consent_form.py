"""The consent record of an identity: shown and entered. Every field that is left with another text is one edit."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from pathlib import Path

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.panels.consents import Person
from nodegraph.editor.panes import small
from nodegraph.editor.panes.drawing import box
from nodegraph.editor.panes.pictures import Pictures
from nodegraph.editor.shell import fonts, theme

FIELDS = {
    "name": ("called", "in this production"),
    "subject": ("subject", "whose face it is"),
    "granted_by": ("granted by", "who allowed its use"),
    "scope": ("scope", "what for: this film and its trailers"),
    "production": ("production", "for this one alone; empty for any"),
    "expires": ("expires", "the last day, as 2027-12-31; empty for no end"),
    "document": ("document", "where the signed paper is"),
}
SIDE = 64
MOST = 5
LABEL = 92
NONE, NEEDED = "none", "a record is needed"  # what the knob says while there is no reason, and how it is shown


class ConsentForm:
    """The fields of one identity."""

    def __init__(self, app: App, parent: int | str, pictures: Pictures, find: Callable[[str], None]) -> None:
        self.app = app
        self.pictures = pictures
        self.item = int(dpg.add_child_window(parent=parent, border=False, width=-1, height=300))
        self.fields: dict[str, int] = {}
        self._find = find
        self._person: Person | None = None
        self._typed: dict[str, str] = {}
        self._strip = 0

    def show(self, person: Person | None) -> None:
        """The record of an identity; fields are made anew only for another one."""
        before, self._person = self._person, person
        if person is None or before is None or before.node != person.node or not self.fields:
            self._build()
        self._fill()

    def _build(self) -> None:
        dpg.delete_item(self.item, children_only=True)
        self.fields, self._typed, self._strip = {}, {}, 0
        person = self._person
        if person is None:
            dpg.add_text("Pick an identity to see its consent.", parent=self.item, color=theme.FAINT)
            return
        with dpg.group(parent=self.item, horizontal=True):
            self._name = dpg.add_text(person.name)
            dpg.bind_item_font(self._name, fonts.BOLD)
            dpg.add_text(person.node, color=theme.FAINT)
        self._state = dpg.add_text("", parent=self.item, wrap=0)
        self._strip = int(dpg.add_drawlist(MOST * (SIDE + 6), SIDE + 4, parent=self.item))
        knobs = self.app.state.graph.known_type(person.node).knobs
        with dpg.group(parent=self.item, horizontal=True, xoffset=round(LABEL * fonts.scale())):
            dpg.add_text("pictures", color=theme.FAINT)
            dpg.add_button(label="Choose…", callback=lambda: self._find(person.node))
        with dpg.item_handler_registry() as left:
            dpg.add_item_deactivated_after_edit_handler(callback=self._left)
        for knob, (label, hint) in FIELDS.items():
            if knob in knobs:
                self._field(knob, label, hint, left)
        if "reason" in knobs and issubclass(knobs["reason"].type, Enum):
            choices = [_said(each) for each in knobs["reason"].type]
            with dpg.group(parent=self.item, horizontal=True, xoffset=round(LABEL * fonts.scale())):
                dpg.add_text("without one", color=theme.FAINT)
                self.fields["reason"] = dpg.add_combo(
                    choices,
                    width=-1,
                    callback=lambda _s, text: self._set("reason", NONE if text == NEEDED else text),
                )

    def _field(self, knob: str, label: str, hint: str, left: int | str) -> None:
        with dpg.group(parent=self.item, horizontal=True, xoffset=round(LABEL * fonts.scale())):
            dpg.add_text(label, color=theme.FAINT)
            item = int(dpg.add_input_text(hint=hint, width=-1, user_data=knob, callback=self._type))
        dpg.bind_item_handler_registry(item, left)
        self.fields[knob] = item

    def _fill(self) -> None:
        person = self._person
        if person is None:
            return
        graph = self.app.state.graph
        for knob, item in self.fields.items():
            value = graph.value(person.node, knob, graph.shot.first)
            if knob not in self._typed:
                dpg.set_value(item, _said(value) if isinstance(value, Enum) else str(value))
        colour = theme.BAD if person.problem else theme.WARN if person.ends_soon else theme.GOOD
        holds = "none is needed: " + person.consent.reason if person.consent.reason else "the consent holds"
        words = person.problem or (f"{holds}, {person.state}" if person.ends_soon else holds)
        dpg.configure_item(self._state, default_value=words, color=colour)
        dpg.set_value(self._name, person.name)
        self.paint()

    def paint(self) -> None:
        """Some of the photographs."""
        person = self._person
        if person is None or not self._strip:
            return
        dpg.delete_item(self._strip, children_only=True)
        for index, path in enumerate(_files(person.place)[:MOST]):
            x = index * (SIDE + 6)
            box(self._strip, (x, 0), (SIDE, SIDE), theme.SUNK, None, 3)
            make = partial(small.of_file, path, self.app.state.graph.shot, (SIDE, SIDE))
            texture = self.pictures.get(("photograph", path), make)
            if texture is not None:
                dpg.draw_image(texture, (x, 0), (x + SIDE, SIDE), parent=self._strip)

    def _type(self, _sender: int, text: str, knob: str) -> None:
        self._typed[knob] = text

    def _left(self, _sender: int, item: int) -> None:
        knob = next((name for name, each in self.fields.items() if each == item), "")
        text = self._typed.pop(knob, None)
        if text is not None:
            self._set(knob, text)

    def _set(self, knob: str, text: str) -> None:
        person, graph = self._person, self.app.state.graph
        if person is not None and person.node in graph.nodes:
            label = FIELDS.get(knob, ("without one",))[0]
            told = f"{label} of {person.name}"
            self.app.guarded(lambda: self.app.edit(told, graph.set(person.node, knob, text.strip())))


def _said(reason: Enum) -> str:
    return NEEDED if reason.value == NONE else str(reason.value)


def _files(place: Path | None) -> list[Path]:
    if place is None or not place.exists():
        return []
    rows = sorted(place.iterdir()) if place.is_dir() else [place]
    return [path for path in rows if path.suffix.lower() in small.READABLE]
