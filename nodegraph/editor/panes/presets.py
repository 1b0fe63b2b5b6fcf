"""The preset browser: pictures to choose from, put into the graph by a double click or by carrying them there."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError, NodegraphError
from nodegraph.data.image import Image
from nodegraph.editor.app import App
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.pane import Button, Held, Pane, Point, Start
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.preset_files import Trashed, in_trash, put_back, trashed
from nodegraph.editor.panes import small
from nodegraph.editor.panes.cards import Cards, Look
from nodegraph.editor.panes.carried import Canvas, Carried, canvas_of, over_canvas
from nodegraph.editor.panes.drawing import PLAIN, SMALL, badge, box, fitted, text_width, wrapped, write
from nodegraph.editor.panes.pictures import Pictures
from nodegraph.editor.panes.preset_save import SaveQuestion
from nodegraph.editor.panes.preset_shelf import Shelved, asked, lacking_told, menus, put_in, shelved, told, writable
from nodegraph.editor.shell import fonts, theme
from nodegraph.editor.state import State
from nodegraph.graph.preset import Preset, load
from nodegraph.graph.shelf import own_folder

HIGH, LEAST = 196.0, 168.0
PICTURE = (352, 198)
ALL = "All"
FOOT = 148.0  # what is told of the one that is picked
HEAD = 40.0


class PresetsPane(Pane):
    """Presets with their pictures."""

    place = Place.WINDOW
    title = "Presets"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.rows: list[Shelved] = []
        self.trash: list[Trashed] = []
        self.change_button: int | str = 0
        self.delete_button: int | str = 0
        self.back_button: int | str = 0
        self.text = ""
        self.menu = ""
        self._by_path: dict[Path, Shelved] = {}
        self._reading = 0
        self._fits = False  # what was put in is to be seen
        self._is_seen = False  # until its tab comes to the front nothing is painted, and no picture is read

    # -- the widgets -----------------------------------------------------------------------------------------

    def build(self, window: int) -> None:
        self.room = window
        self.pictures = Pictures(self.app, self._repaint)
        self.carried: Carried[Path] = Carried(self.app)
        self.question = SaveQuestion(self.app, self._saved)
        with dpg.group(parent=window, horizontal=True):
            self.search = int(
                dpg.add_input_text(hint="search", width=round(-128 * self.app.scale), callback=self._typed)
            )
            self.chooser = int(
                dpg.add_combo([ALL], default_value=ALL, width=round(120 * self.app.scale), callback=self._chose)
            )
        dpg.add_spacer(height=2, parent=window)
        self.cards: Cards[Path] = Cards(window, self._paint, height=HIGH, least=LEAST)
        self.foot = int(dpg.add_child_window(parent=window, border=False, width=-1, height=int(FOOT * self.app.scale)))
        dpg.bind_item_font(self.foot, fonts.SMALL)
        self.read()
        self.resized()

    def resized(self) -> None:
        if hasattr(self, "foot"):
            first, (width, height) = not self._is_seen, self.size
            self._is_seen = width > 1
            self.cards.resized(width, max(80.0, height - (HEAD + FOOT + 10) * self.app.scale))
            if first:
                self._show()

    def read(self) -> None:
        """Look through the shelf, away from the window."""
        self._reading += 1
        number, document = self._reading, self.app.state.document
        library, folder = document.graph.library, document.folder

        def look() -> None:
            rows = shelved(library, folder)
            trash = sorted(
                (each for _, place in writable(folder) for each in in_trash(place)),
                key=lambda each: each.path.name,
                reverse=True,
            )
            self.app.post(lambda: self._read(number, rows, trash))

        threading.Thread(target=look, daemon=True, name="presets").start()

    def _read(self, number: int, rows: list[Shelved], trash: list[Trashed]) -> None:
        if number != self._reading:
            return
        self.rows, self.trash = rows, trash
        self._by_path = {each.path: each for each in rows}
        dpg.configure_item(self.chooser, items=[ALL, *menus(rows)])
        self._show()

    def _show(self) -> None:
        if not self._is_seen:
            return
        self.cards.show([each.path for each in asked(self.rows, self.text, self.menu)])
        self._tell()

    def _typed(self, _sender: int, text: str) -> None:
        self.text = text
        self._show()

    def _chose(self, _sender: int, menu: str) -> None:
        self.menu = "" if menu == ALL else menu
        self._show()

    def _repaint(self) -> None:
        self.cards.redraw()

    # -- the cards -------------------------------------------------------------------------------------------

    def _paint(self, parent: int, path: Path, look: Look) -> None:
        row = self._by_path[path]
        ground = theme.HOVERED if look.hovered else theme.RAISED
        box(parent, (0, 0), (look.width, look.height), ground, theme.ACCENT if look.picked else ground, 5)
        width, high = look.width - 2, (look.width - 2) * PICTURE[1] / PICTURE[0]
        picture = row.picture
        texture = self.pictures.get(picture, partial(small.of_jpeg, picture, PICTURE)) if picture else None
        if texture is not None:
            dpg.draw_image(texture, (1, 1), (1 + width, 1 + high), parent=parent)
        else:
            box(parent, (1, 1), (width, high), theme.SUNK, None, 4)
            letter = row.name[:1].upper()
            write(parent, (1 + width / 2 - text_width(letter, 34) / 2, 1 + high / 2 - 19), letter, theme.FAINT, 34)
        if row.is_own:
            box(parent, (8, 8), (text_width(row.origin, SMALL) + 12, 17), theme.SHADE, None, 8)
            badge(parent, (8, 8), row.origin, theme.ACCENT)
        if row.lacking:
            words = "model missing" if len(row.lacking) == 1 else f"{len(row.lacking)} models missing"
            badge(parent, (look.width - text_width(words, SMALL) - 20, 8), words, theme.WARN)
        y = high + 9
        write(parent, (9, y), fitted(row.name, look.width - 18), theme.BRIGHT, PLAIN)
        lines = int((look.height - y - 22) // 15)
        colour = theme.BAD if row.fault else theme.FAINT
        for index, line in enumerate(wrapped(row.help, look.width - 18, lines, SMALL)):
            write(parent, (9, y + 20 + index * 15), line, colour, SMALL)

    @property
    def picked(self) -> Shelved | None:
        """The one that is picked."""
        return self._by_path.get(self.cards.picked[0]) if self.cards.picked else None

    def _tell(self) -> None:
        """All that is known of the one that is picked."""
        dpg.delete_item(self.foot, children_only=True)
        row = self.picked
        if row is None or row.preset is None:
            text = (
                row.fault
                if row is not None
                else f"{len(self.cards.keys)} presets. Double click, or drag into the graph."
            )
            self._tell_none(text)
            return
        with dpg.group(parent=self.foot, horizontal=True, horizontal_spacing=4):
            button = dpg.add_button(label="Insert", callback=lambda: self.app.guarded(self.insert))
            dpg.bind_item_theme(button, theme.CHOSEN)
            words = "Change…" if row.is_own else "Change a copy…"
            self.change_button = dpg.add_button(label=words, callback=lambda: self.app.guarded(self.change))
            if row.is_own:
                self.delete_button = dpg.add_button(label="Delete", callback=lambda: self.app.guarded(self.delete))
            dpg.bind_item_font(dpg.add_text(row.name), fonts.BOLD)
        if row.lacking:
            dpg.add_text(lacking_told(row), parent=self.foot, color=theme.WARN, wrap=0)
        dpg.add_text(row.help.replace("\n", " "), parent=self.foot, wrap=0)
        for label, text in told(row.preset):
            with dpg.group(parent=self.foot, horizontal=True, xoffset=round(60 * self.app.scale)):
                dpg.add_text(label, color=theme.FAINT)
                dpg.add_text(text, wrap=0)

    def _tell_none(self, text: str) -> None:
        """What there is to do where none is picked: take the last one out of the trash again."""
        dpg.add_text(text, parent=self.foot, color=theme.FAINT, wrap=0)
        if self.trash:
            last = self.trash[0]
            with dpg.group(parent=self.foot, horizontal=True, horizontal_spacing=4):
                self.back_button = dpg.add_button(
                    label=f"Put {last.name} back", callback=lambda: self.app.guarded(lambda: self.put_back(last))
                )
                more = f"{len(self.trash)} presets are in the trash" if len(self.trash) > 1 else "it is in the trash"
                dpg.add_text(more, color=theme.FAINT)

    # -- one's own ------------------------------------------------------------------------------------------

    def _picked(self) -> tuple[Shelved, Preset]:
        row = self.picked
        if row is None or row.preset is None:
            raise GraphError("no preset is picked", "click one")
        return row, row.preset

    def change(self) -> None:
        """Another name, other words, other knobs; of one that came with the program a copy becomes the artist's own."""
        row, preset = self._picked()
        self.question.change(row.path, preset, None if row.is_own else own_folder())

    def delete(self) -> None:
        """Into the trash of its folder."""
        row, preset = self._picked()
        if not row.is_own:
            raise GraphError(f"{row.name} came with the program, and stays", "change a copy of it")
        trashed(row.path, preset)
        self.app.say(f"{row.name} is in the trash")
        self.cards.pick()
        self.read()

    def put_back(self, row: Trashed) -> None:
        """Out of the trash again."""
        preset = load(row.path, self.app.state.graph.library, strict=False)
        put_back(row, preset)
        self.app.say(f"{preset.name or row.name} is back")
        self.read()

    # -- putting in ------------------------------------------------------------------------------------------

    def insert(self, at: Point | None = None) -> None:
        """Put the picked preset in: at a place of the window, or in the middle of what the graph shows."""
        row = self.picked
        if row is None:
            raise GraphError("no preset is picked", "click one")
        if row.preset is None:
            raise GraphError(f"{row.name} cannot be read: {row.fault}", "mend the file, or take it away")
        canvas = canvas_of(self.app)
        middle = (0.0, 0.0)
        if canvas is not None and isinstance(canvas, Canvas):
            place = at or (canvas.origin[0] + canvas.size[0] / 2, canvas.origin[1] + canvas.size[1] / 2)
            middle = canvas.view.to_graph(canvas.local(place))
        picked = self.app.state.picked.nodes
        source = next(iter(picked)) if len(picked) == 1 else ""
        found = put_in(self.app.state.graph, row.preset, middle, source, under=at is None)
        self._fits = at is None  # once the canvas knows them
        self.app.edit(f"insert {row.name}", found.graph, picked=nodes(*found.names.values()))
        lacking = f"; {lacking_told(row)}" if row.lacking else ""
        self.app.say(f"{row.name}: {len(found.names)} nodes put in{lacking}", bool(lacking))

    def _ask_save(self) -> None:
        picked = self.app.state.picked.nodes
        names = tuple(name for name in self.app.state.graph.nodes if name in picked)
        if not names:
            raise GraphError("no node is selected", "select what the preset is to hold")
        self.question.ask(self.app.state.graph, names)

    def _saved(self, path: Path) -> None:
        self.app.say(f"saved {path}")
        state = self.app.state
        preset = load(path, state.graph.library, strict=False)
        wire = next(iter(preset.outputs.values()), None)
        if self.question.changing or wire is None or wire.node not in state.graph.nodes:
            self.read()
            return

        def made(done: Future[Any]) -> None:
            if not done.cancelled() and done.exception() is None and isinstance(image := done.result(), Image):
                with contextlib.suppress(NodegraphError, OSError):  # without a picture it is a preset, too
                    small.keep(small.of_image(image, state.graph.shot, PICTURE), path.parent / preset.picture)
            self.app.post(self.read)

        future = self.app.session.view(wire.node, state.frame, wire.output, viewer="preset")
        future.add_done_callback(made)

    def actions(self) -> Mapping[str, Start]:
        return {"save_preset": self._ask_save}

    def sync(self, old: State | None, new: State) -> None:
        if old is not None and old.document.folder != new.document.folder:
            self.read()
        if self._fits:
            self._fits = False
            self.app.start("fit", Place.GRAPH)

    # -- the mouse -------------------------------------------------------------------------------------------

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        path = self.cards.at(at)
        if path is None or button is not Button.LEFT:
            return False
        self.cards.click(path, False)
        self._tell()
        if double:
            self.app.guarded(self.insert)
            return True
        self.carried.take(path, self._by_path[path].name, at)
        return True

    def dragged(self, at: Point, held: Held) -> None:
        over = over_canvas(self.app, at)
        self.carried.move(at, "put it in here" if over else "")

    def released(self, at: Point, held: Held) -> None:
        if self.carried.drop() is not None and over_canvas(self.app, at):
            self.app.guarded(lambda: self.insert(at))

    def hovered(self, at: Point, held: Held) -> None:
        self.cards.hover(at)

    def left(self) -> None:
        self.cards.hover(None)

    def close(self) -> None:
        self.pictures.close()
