"""Models and identities: what may be used for what, what is missing, and by whose leave."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import NodegraphError
from nodegraph.editor.app import App
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.pane import Button, Held, Pane, Point, Start
from nodegraph.editor.panels.casting import is_same
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.consents import Person, people
from nodegraph.editor.panels.files import is_readable
from nodegraph.editor.panes import face_row, model_rows, small
from nodegraph.editor.panes.bar import Bar
from nodegraph.editor.panes.cards import Cards, Look
from nodegraph.editor.panes.carried import Canvas, Carried, canvas_of, over_canvas, pane_at
from nodegraph.editor.panes.consent_form import ConsentForm
from nodegraph.editor.panes.faces import FacesPane
from nodegraph.editor.panes.model_card import CardQuestion
from nodegraph.editor.panes.model_foot import tell
from nodegraph.editor.panes.model_rows import Row
from nodegraph.editor.panes.pictures import Pictures
from nodegraph.editor.panes.property_files import inside
from nodegraph.editor.shell import fonts, icons, theme
from nodegraph.editor.state import State
from nodegraph.engine.licences import ModelUse, models_of
from nodegraph.graph.layout import placed
from nodegraph.graph.model_files import ENDINGS, known_digest
from nodegraph.graph.models_here import Here, along, here, kept, opened
from nodegraph.ml import cards

ALL = "All kinds"
HEAD, FOOT = 82.0, 176.0
WAIT = 0.5  # seconds without an edit until the graph's models are looked up


class ModelsPane(Pane):
    """Two lists: models with their cards, identities with their consent."""

    place = Place.WINDOW
    title = "Models"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.rows: list[Row] = []
        self.people: dict[str, Person] = {}
        self.text = self.kind = ""
        self.of_people = False  # identities are shown, not models
        self._found: list[Here] = []
        self._uses: Sequence[ModelUse] = ()
        self._by_key: dict[str, Row] = {}
        self._wanted: Path | None = None  # the file that is to be picked once it is found
        self.card_button = 0
        self._number = 0
        self._timer: threading.Timer | None = None
        self._closed = False

    # -- the widgets -----------------------------------------------------------------------------------------

    def build(self, window: int) -> None:
        self.room = window
        self.pictures = Pictures(self.app, self._repaint)
        self.carried: Carried[str] = Carried(self.app)
        self.bar = Bar(self.app, window)
        self.switch = {
            False: self.bar.words("models", "Models", "Model files and their cards", lambda: self._turn(False)),
            True: self.bar.words(
                "identities", "Identities", "Faces, and the consent to use them", lambda: self._turn(True)
            ),
        }
        self.bar.space()
        self.bar.sign("add", icons.PLUS, "Add: a model file, or photographs of somebody", self._add)
        self.bar.sign("look", icons.REFRESH, "Look again", self.read)
        self.missing = int(dpg.add_text("", parent=self.bar.item, color=theme.BAD))
        dpg.add_spacer(height=1, parent=window)
        with dpg.group(parent=window, horizontal=True) as self.filters:
            self.search = int(
                dpg.add_input_text(hint="search", width=round(-128 * self.app.scale), callback=self._typed)
            )
            self.chooser = int(
                dpg.add_combo([ALL], default_value=ALL, width=round(120 * self.app.scale), callback=self._chose)
            )
        self.cards: Cards[str] = Cards(window, self._paint, height=model_rows.HIGH, gap=6)
        self.foot = int(dpg.add_child_window(parent=window, border=False, width=-1, height=int(FOOT * self.app.scale)))
        dpg.bind_item_font(self.foot, fonts.SMALL)
        self.chips: Cards[str] = Cards(window, self._paint_person, height=face_row.PERSON_HIGH, least=160)
        self.question = CardQuestion(self.app, self._carded)
        self.form = ConsentForm(self.app, window, self.pictures, self._choose_pictures)
        self._turn(False)
        self.read()

    def resized(self) -> None:
        if not hasattr(self, "form"):
            return
        (width, height), scale = self.size, self.app.scale
        self.cards.resized(width, max(80.0, height - (HEAD + FOOT + 8) * scale))
        chips = (((len(self.people) + 1) // 2) * (face_row.PERSON_HIGH + 8) + 4) * scale
        height -= HEAD * scale
        self.chips.resized(width, max(1.0, min(chips, height * 0.4)))
        dpg.configure_item(self.form.item, height=int(max(60.0, height - min(chips, height * 0.4))))

    def _turn(self, of_people: bool) -> None:
        """Show the models, or the identities."""
        self.of_people = of_people
        for which, item in self.switch.items():
            dpg.bind_item_theme(item, theme.CHOSEN if which is of_people else 0)
        for item in (self.filters, self.cards.room, self.foot):
            dpg.configure_item(item, show=not of_people)
        for item in (self.chips.room, self.form.item):
            dpg.configure_item(item, show=of_people)

    def _typed(self, _sender: int, text: str) -> None:
        self.text = text
        self._show()

    def _chose(self, _sender: int, kind: str) -> None:
        self.kind = "" if kind == ALL else kind
        self._show()

    # -- what is there ---------------------------------------------------------------------------------------

    def read(self) -> None:
        """Look at the model files, and at what the graph uses, away from the window."""
        self._look(True)

    def _look(self, files: bool) -> None:
        self._number += 1
        number, graph, folder = self._number, self.app.state.graph, self.app.state.document.folder

        def look() -> None:
            found = [each for each in (*along(), *here(folder)) if is_readable(str(each.path))] if files else None
            # Without its writers, so that nodes that are not wired to one yet are looked at as well.
            writers = set(graph.sinks())
            every = replace(graph, nodes={name: node for name, node in graph.nodes.items() if name not in writers})
            try:
                uses = list(models_of(every, folder))
            except NodegraphError:  # a knob that cannot be read is told of at its node
                uses = list(self._uses)
            self.app.post(lambda: self._read(number, found, uses))

        threading.Thread(target=look, daemon=True, name="models").start()

    def _read(self, number: int, found: list[Here] | None, uses: list[ModelUse]) -> None:
        if found is not None:
            self._found = found
        if number != self._number or self._closed:
            return
        self._uses = uses
        self.rows = model_rows.rows_of(self._uses, self._found, cards.built_in())
        kinds = sorted({row.kind for row in self.rows if row.kind})
        dpg.configure_item(self.chooser, items=[ALL, *kinds])
        lacking = sum(row.state == model_rows.MISSING for row in self.rows)
        dpg.set_value(self.missing, f"{lacking} missing" if lacking else "")
        self._show()

    def _show(self) -> None:
        shown = model_rows.asked(self.rows, self.text, self.kind)
        self._by_key = {row.key: row for row in shown}
        self.cards.show(list(self._by_key))
        wanted = str(self._wanted or "")
        if wanted in self._by_key:
            self._wanted = None
            self.cards.pick(wanted)
            self.cards.reveal(wanted)
        tell(self)

    def sync(self, old: State | None, new: State) -> None:
        if old is not None and old.graph.nodes is new.graph.nodes and old.graph.shot == new.graph.shot:
            return
        same = old is not None and old.graph.shot == new.graph.shot and is_same(old.graph, new.graph)
        if not same:
            self.people = {each.node: each for each in people(new.graph, new.document.folder)}
            self.chips.show(list(self.people))
            if not self.chips.picked and self.people:
                self.chips.pick(next(iter(self.people)))
            self._show_record()
            self.resized()
        if old is not None:
            self._soon(old.document.folder != new.document.folder)

    def _soon(self, files: bool) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(WAIT, lambda: self.app.post(lambda: self._look(files)))
        self._timer.daemon = True
        self._timer.start()

    def _show_record(self) -> None:
        self.form.show(self.people.get(self.chips.picked[0]) if self.chips.picked else None)

    # -- pictures --------------------------------------------------------------------------------------------

    def _repaint(self) -> None:
        self.chips.redraw()
        self.form.paint()

    def _paint(self, parent: int, key: str, look: Look) -> None:
        model_rows.paint(parent, self._by_key[key], look)

    def _paint_person(self, parent: int, node: str, look: Look) -> None:
        person = self.people[node]
        texture = None
        if person.place is not None:
            make = partial(small.of_folder, person.place, self.app.state.graph.shot, face_row.FACE)
            texture = self.pictures.get(person.place, make)
        face_row.paint_person(parent, person, look, texture)

    @property
    def picked(self) -> Row | None:
        """The model that is picked."""
        return self._by_key.get(self.cards.picked[0]) if self.cards.picked else None

    def ask_card(self) -> None:
        """Have the card of the picked model entered, or corrected."""
        row = self.picked
        if row is not None and row.path is not None and row.card is not None:
            self.question.ask(row.path, row.card)

    def _carded(self, path: Path) -> None:
        self.app.say(f"what is known of {path.name} lies beside it now")
        self._wanted = path
        self.read()

    # -- edits -----------------------------------------------------------------------------------------------

    def go(self, node: str) -> None:
        """Show a node and its panel."""
        self.app.pick(nodes(node))
        self.app.change(panels=self.app.state.panels.opened(node))
        self.app.start("fit", Place.GRAPH)

    def load(self, at: Point | None = None) -> None:
        """A LoadModel of the picked model, in the middle of the graph or at a place of the window."""
        row = self.picked
        if row is None or row.path is None:
            return
        graph = self.app.state.graph
        name = graph.free_name("LoadModel")
        knobs = {"sha256": row.card.sha256} if row.card is not None and row.card.sha256 else {}
        graph = graph.add("LoadModel", name, file=row.path.name, **knobs)
        self.app.edit(f"load {row.name}", placed(graph, **{name: self._place(at)}), picked=nodes(name))

    def _place(self, at: Point | None) -> Point:
        canvas = canvas_of(self.app)
        if canvas is None or not isinstance(canvas, Canvas):
            return (0.0, 0.0)
        middle = (canvas.origin[0] + canvas.size[0] / 2, canvas.origin[1] + canvas.size[1] / 2)
        return canvas.view.to_graph(canvas.local(at or middle))

    def find(self, node: str) -> None:
        """Tell a node where its model is."""

        def took(path: str) -> None:
            text = inside(path, self.app.state.document.folder)
            self.app.edit(f"model of {node}", self.app.state.graph.set(node, "file", text))

        self.app.browse(f"The model of {node}", "", took)

    def _add(self) -> None:
        if self.of_people:
            self.app.browse("Photographs or a clip of somebody", "", self.add_person, folders=True)
        else:
            self.app.browse("Add a model file", "", lambda path: self.add(Path(path)))

    def add(self, path: Path) -> None:
        """Put a model file where graphs find it, with what is known of it; away from the window."""
        self.app.say(f"adding {path.name}…")

        def work() -> None:
            try:
                opened(path)
                digest = known_digest(path)
                card = replace(cards.card_of(path, digest), sha256=digest, size=path.stat().st_size)
                place, same = kept(path, card)
            except (NodegraphError, OSError) as fault:
                words = str(fault)
                self.app.post(lambda: self.app.say(words, True))
                return
            self.app.post(lambda: self._added(place, same, card.commercial is None))

        threading.Thread(target=work, daemon=True, name="add a model").start()

    def _added(self, path: Path, same: bool, unknown: bool) -> None:
        words = f"{path.name} {'is here already' if same else 'is here now'}"
        self.app.say(f"{words}: nobody has stated its licence, enter it in the models pane" if unknown else words)
        self._wanted = path
        self.read()

    def add_person(self, path: str) -> None:
        """An Identity of some photographs; its record is to be entered then."""
        graph, place = self.app.state.graph, Path(path)
        text = inside(path, self.app.state.document.folder)
        name = graph.free_name("Identity")
        graph = graph.add("Identity", name, file=text)
        self.app.edit(f"identity {place.stem}", placed(graph, **{name: self._place(None)}), picked=nodes(name))
        self.chips.picked = [name]
        self._turn(True)

    def _choose_pictures(self, node: str) -> None:
        def took(path: str) -> None:
            text = inside(path, self.app.state.document.folder)
            self.app.edit(f"pictures of {node}", self.app.state.graph.set(node, "file", text))

        self.app.browse("Photographs or a clip", "", took, folders=True)

    def dropped(self, at: Point, paths: tuple[str, ...]) -> bool:
        files = [Path(each) for each in paths]
        models = [path for path in files if path.suffix.lower() in ENDINGS]
        for path in models:
            self.add(path)
        if self.of_people and pane_at(self.app, at) is self:
            for path in files:
                if path.is_dir() or path.suffix.lower() in small.READABLE:
                    self.add_person(str(path))
                    return True
        return bool(models)

    def actions(self) -> Mapping[str, Start]:
        return {}

    # -- the mouse -------------------------------------------------------------------------------------------

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        if button is not Button.LEFT:
            return False
        if self.of_people:
            node = self.chips.at(at)
            if node is None:
                return False
            self.chips.pick(node)
            self._show_record()
            if double:
                self.go(node)
            self.carried.take(node, self.people[node].name, at)
            return True
        key = self.cards.at(at)
        if key is None:
            return False
        self.cards.pick(key)
        tell(self)
        row = self._by_key[key]
        if double and row.users:
            self.go(row.users[0])
        elif row.path is not None and row.path.suffix.lower() in ENDINGS:
            self.carried.take(key, row.name, at)
        return True

    def dragged(self, at: Point, held: Held) -> None:
        if self.carried.what is None:
            return
        pane, hint = pane_at(self.app, at), ""
        if isinstance(pane, FacesPane) and self.of_people and (track := pane.track_at(at)) is not None:
            hint = f"onto {track}"
        elif not self.of_people and over_canvas(self.app, at):
            hint = "load it here"
        self.carried.move(at, hint)

    def released(self, at: Point, held: Held) -> None:
        what, pane = self.carried.drop(), pane_at(self.app, at)
        if what is None:
            return
        if isinstance(pane, FacesPane) and self.of_people:
            track = pane.track_at(at)
            if track is not None:
                self.app.guarded(lambda: pane.assign(what, track))
        elif not self.of_people and over_canvas(self.app, at):
            self.app.guarded(lambda: self.load(at))

    def hovered(self, at: Point, held: Held) -> None:
        (self.chips if self.of_people else self.cards).hover(at)

    def left(self) -> None:
        self.cards.hover(None)
        self.chips.hover(None)

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self.pictures.close()
