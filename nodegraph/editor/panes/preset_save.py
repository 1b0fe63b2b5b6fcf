"""Saving the selection as a preset: its name, and which knobs it shows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError, NodegraphError
from nodegraph.editor.app import App
from nodegraph.editor.panels.preset_files import changed, file_of, trashed
from nodegraph.editor.shell import fonts, theme
from nodegraph.editor.shell.sheet import sheet
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.preset import SUFFIX, Preset, made, save
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
        self._changing: tuple[Path, Preset] | None = None  # a preset that is there already
        self._into: Path | None = None  # where a copy of it goes, if it is not the artist's to change
        self._replaces = ""  # the name of one that gives way, once it is asked for twice

    @property
    def changing(self) -> bool:
        """True if it is about a preset that was there before."""
        return self._changing is not None

    @property
    def is_open(self) -> bool:
        return bool(self.item) and dpg.does_item_exist(self.item)

    def ask(self, graph: Graph, names: tuple[str, ...]) -> None:
        """Show it for some nodes. Knobs that were turned are chosen at first."""
        self._changing = None
        self._open(graph, names, {"name": "", "menu": "Own", "help": ""}, _turned(graph, names))

    def change(self, path: Path, preset: Preset, into: Path | None = None) -> None:
        """Show it for a preset that is there: another name, other words, other knobs; or for a copy in a folder."""
        self._changing, self._into = (path, preset), into
        texts = {"name": preset.name, "menu": preset.menu, "help": _one_line(preset.help)}
        shown = {str(knob): row.label for row in preset.exposed for knob in row.knobs}
        self._open(preset.graph, tuple(preset.graph.nodes), texts, shown)

    def _open(self, graph: Graph, names: tuple[str, ...], texts: dict[str, str], chosen: dict[str, str]) -> None:
        self.close()
        self._names, self._texts, self._chosen, self._replaces = names, dict(texts), dict(chosen), ""
        title = "Save as a preset"
        if self._changing:
            title = "Change a copy of the preset" if self._into else "Change the preset"
        room = dpg.get_viewport_client_height()
        high = min(fonts.px(HIGH), room - 60)
        place = max(30, (room - high) // 2)
        with sheet(title, fonts.px(WIDE), top=place) as self.item:
            dpg.add_spacer(height=2)
            for name, hint in (("name", "as it is called on the shelf"), ("menu", ""), ("help", "what it is for")):
                self._field(name, hint)
            dpg.add_spacer(height=4)
            count = len(names)
            dpg.add_text(f"Knobs that it shows, of {count} node{'s' if count > 1 else ''}", color=theme.FAINT)
            with dpg.child_window(height=max(60, high - fonts.px(240)), width=fonts.px(WIDE - 28), border=True):
                for name in names:
                    self._knobs(graph, name)
            self._wrong = dpg.add_text("", color=theme.BAD, wrap=fonts.px(WIDE - 30), show=False)
            dpg.add_spacer(height=4)
            with dpg.group(horizontal=True):
                dpg.add_spacer(width=fonts.px(WIDE - 244))
                dpg.add_button(label="Cancel", width=fonts.px(96), callback=self.close)
                self.go = dpg.add_button(label="Save", width=fonts.px(104), callback=self.save)
                dpg.bind_item_theme(self.go, theme.CHOSEN)
                dpg.bind_item_font(self.go, fonts.BOLD)
        self._listen()

    def _field(self, name: str, hint: str) -> None:
        with dpg.group(horizontal=True, xoffset=fonts.px(70)):
            dpg.add_text(name.capitalize(), color=theme.FAINT)
            item = dpg.add_input_text(
                default_value=self._texts[name],
                width=fonts.px(WIDE - 98),
                hint=hint,
                user_data=name,
                callback=self._typed,
            )
        if name == "name":
            self.field = item

    def _knobs(self, graph: Graph, name: str) -> None:
        kind = graph.type_of(name)
        if kind is None or not kind.knobs:
            return
        dpg.add_text(name)
        dpg.bind_item_font(dpg.last_item(), fonts.BOLD)
        for knob in kind.knobs:
            place = str(Link(name, knob))
            label = knob.replace("_", " ")
            if place in self._chosen and self._chosen[place].casefold() != label:
                label = f"{label}   shown as {self._chosen[place]}"
            dpg.add_checkbox(
                label=label,
                default_value=place in self._chosen,
                indent=fonts.px(14),
                user_data=place,
                callback=self._turned,
            )

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
            self._chosen[place] = _label(place.partition(".")[2], self._chosen.values())
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
        if self._changing is not None:
            path, old = self._changing
            texts = {key: text.strip() for key, text in self._texts.items()}
            menu, help = texts["menu"], texts["help"]
            if help == _one_line(old.help):
                help = old.help
            return changed(path, old, name=name, menu=menu, help=help, shown=self._chosen, into=self._into)
        path = file_of(own_folder(), name)
        if path.exists() and self._replaces != name:
            self._replaces = name
            raise GraphError(f"there is a preset {name} already", "Save again puts this one in its place")
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
        if path.exists():
            trashed(path, None)
        save(preset, path)
        return path

    def close(self) -> None:
        """Take it away."""
        if self.is_open:
            dpg.delete_item(self.item)
            dpg.delete_item(self._keys)
        self.item = 0


def _turned(graph: Graph, names: tuple[str, ...]) -> dict[str, str]:
    """The knobs of nodes that are not as they come: what a preset shows if nobody says otherwise."""
    chosen: dict[str, str] = {}
    for name in names:
        kind = graph.type_of(name)
        for knob in kind.knobs if kind is not None else ():
            if knob in graph.nodes[name].knobs:
                chosen[str(Link(name, knob))] = _label(knob, chosen.values())
    return chosen


def _one_line(text: str) -> str:
    """As a field of one line has it."""
    return " ".join(text.split())


def _label(knob: str, taken: Collection[str]) -> str:
    """A label that is not taken yet."""
    label = knob.replace("_", " ").capitalize()
    found, number = label, 2
    while found in taken:
        found, number = f"{label} {number}", number + 1
    return found
