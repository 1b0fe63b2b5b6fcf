"""Saving the selection as a preset: its name, and which knobs it shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError, NodegraphError
from nodegraph.editor.app import App
from nodegraph.editor.shell import fonts, theme
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.preset import SUFFIX, made, save
from nodegraph.graph.shelf import own_folder

WIDE, HIGH = 520, 560


class SaveQuestion:
    """A small window: name, menu, help, and the knobs to choose from."""

    def __init__(self, app: App, saved: Callable[[Path], None]) -> None:
        self.app = app
        self._saved = saved
        self.item = 0
        self._keys = 0
        self._texts: dict[str, str] = {}
        self._chosen: dict[str, str] = {}  # Node.knob -> its label
        self._names: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return bool(self.item) and dpg.does_item_exist(self.item)

    def ask(self, graph: Graph, names: tuple[str, ...]) -> None:
        """Show it for some nodes. Knobs that were turned are chosen at first."""
        self.close()
        self._names = names
        self._texts = {"name": "", "menu": "Own", "help": ""}
        self._chosen = {}
        width, height = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
        place = [(width - WIDE) // 2, max(30, (height - HIGH) // 2)]
        with dpg.window(
            modal=True,
            no_title_bar=True,
            no_resize=True,
            no_move=True,
            no_saved_settings=True,
            autosize=True,
            min_size=[WIDE, 10],
            max_size=[WIDE, 2000],
            pos=place,
        ) as self.item:
            dpg.bind_item_theme(self.item, theme.SHEET)
            dpg.bind_item_font(dpg.add_text("Save as a preset", color=theme.BRIGHT), fonts.BOLD)
            dpg.add_spacer(height=2)
            for name, hint in (("name", "as it is called on the shelf"), ("menu", ""), ("help", "what it is for")):
                self._field(name, hint)
            dpg.add_spacer(height=4)
            count = len(names)
            dpg.add_text(f"Knobs that it shows, of {count} node{'s' if count > 1 else ''}", color=theme.FAINT)
            with dpg.child_window(height=HIGH - 240, width=WIDE - 28, border=True):
                for name in names:
                    self._knobs(graph, name)
            self._wrong = dpg.add_text("", color=theme.BAD, wrap=WIDE - 30, show=False)
            dpg.add_spacer(height=4)
            with dpg.group(horizontal=True):
                dpg.add_spacer(width=WIDE - 244)
                dpg.add_button(label="Cancel", width=96, callback=self.close)
                self.go = dpg.add_button(label="Save", width=104, callback=self.save)
                dpg.bind_item_theme(self.go, theme.CHOSEN)
                dpg.bind_item_font(self.go, fonts.BOLD)
        self._listen()

    def _field(self, name: str, hint: str) -> None:
        with dpg.group(horizontal=True, xoffset=70):
            dpg.add_text(name.capitalize(), color=theme.FAINT)
            item = dpg.add_input_text(
                default_value=self._texts[name], width=WIDE - 98, hint=hint, user_data=name, callback=self._typed
            )
        if name == "name":
            self.field = item

    def _knobs(self, graph: Graph, name: str) -> None:
        kind = graph.type_of(name)
        if kind is None or not kind.knobs:
            return
        turned = graph.nodes[name].knobs
        dpg.add_text(name)
        dpg.bind_item_font(dpg.last_item(), fonts.BOLD)
        for knob in kind.knobs:
            place = str(Link(name, knob))
            on = knob in turned
            if on:
                self._chosen[place] = self._label(knob)
            dpg.add_checkbox(
                label=knob.replace("_", " "), default_value=on, indent=14, user_data=place, callback=self._turned
            )

    def _label(self, knob: str) -> str:
        label = knob.replace("_", " ").capitalize()
        taken, number = set(self._chosen.values()), 2
        found = label
        while found in taken:
            found, number = f"{label} {number}", number + 1
        return found

    def _typed(self, _sender: int, text: str, name: str) -> None:
        self._texts[name] = text

    def _listen(self) -> None:
        """Return and Escape, which no pane gets while this is open."""
        with dpg.handler_registry() as self._keys:
            for key in (dpg.mvKey_Return, dpg.mvKey_NumPadEnter):
                dpg.add_key_press_handler(key, callback=self.save)
            dpg.add_key_press_handler(dpg.mvKey_Escape, callback=self.close)

    def _turned(self, _sender: int, on: bool, place: str) -> None:
        if on:
            self._chosen[place] = self._label(place.partition(".")[2])
        else:
            self._chosen.pop(place, None)

    def save(self) -> None:
        """Write it into the artist's own folder; what is wrong is said in the window."""
        try:
            path = self._write()
        except NodegraphError as fault:
            dpg.configure_item(self._wrong, default_value=str(fault), show=True)
            return
        self.close()
        self._saved(path)

    def _write(self) -> Path:
        name = self._texts["name"].strip()
        if not name:
            raise GraphError("the preset has no name", "type how it is called")
        path = own_folder() / (re.sub(r"\W+", "_", name.casefold()).strip("_") + SUFFIX)
        if path.exists():
            raise GraphError(f"there is a preset {name} already", "give this one another name")
        expose = {label: [place] for place, label in self._chosen.items()}
        # The picture comes beside it as soon as it is made; a preset whose picture is not there shows a letter.
        picture = path.name.removesuffix(SUFFIX) + ".jpg"
        preset = made(
            self.app.state.graph,
            self._names,
            name=name,
            help=self._texts["help"].strip(),
            menu=self._texts["menu"].strip(),
            expose=expose,
            picture=picture,
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        save(preset, path)
        return path

    def close(self) -> None:
        """Take it away."""
        if self.is_open:
            dpg.delete_item(self.item)
            dpg.delete_item(self._keys)
        self.item = 0
