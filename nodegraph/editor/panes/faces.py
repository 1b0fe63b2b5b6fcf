"""The faces of the shot: every track as a row, and who plays whom."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError, NodegraphError
from nodegraph.data.image import Image
from nodegraph.data.tracks import Track
from nodegraph.editor.app import App
from nodegraph.editor.asking import TextWanted
from nodegraph.editor.pane import Button, Held, Pane, Point, Start
from nodegraph.editor.panels import casting
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.consents import Person, people
from nodegraph.editor.panes import face_row, small
from nodegraph.editor.panes.bar import Bar
from nodegraph.editor.panes.cards import Cards, Look
from nodegraph.editor.panes.carried import Carried
from nodegraph.editor.panes.pictures import Pictures
from nodegraph.editor.panes.shot_tracks import ShotTracks
from nodegraph.editor.shell import icons, theme
from nodegraph.editor.state import State
from nodegraph.editor.viewer.reel import ranges, without

HEAD, HEADING = 44.0, 34.0
NOBODY = ""


class FacesPane(Pane):
    """Tracks and identities."""

    place = Place.FACES
    title = "Faces"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.people: dict[str, Person] = {}
        self._rows: dict[str, face_row.Seen] = {}
        self._looks: dict[str, Look] = {}
        self._heads: dict[str, int] = {}
        self._session = app.session
        self._lost: tuple[tuple[int, int], ...] = ()
        self._filled: tuple[tuple[int, int], ...] = ()
        self._weak: tuple[str, int] = ("", 0)
        self._waiting: list[tuple[Any, int, Track]] = []  # thumbnails yet to be made, one after the other
        self._making = False

    # -- the widgets -----------------------------------------------------------------------------------------

    def build(self, window: int) -> None:
        self.room = window
        self.tracks = ShotTracks(self.app, self._come)
        self.pictures = Pictures(self.app, self._repaint)
        self.carried: Carried[str] = Carried(self.app)
        self.bar = Bar(self.app, window)
        self.bar.words("look", "Find faces", "Search the whole shot for faces", self.tracks.look)
        self.bar.space()
        self.bar.sign("weakest", icons.WARNING, "Go to the weakest frame", self._weakest)
        self.bar.sign("merge_tracks", icons.LINK, "Merge the picked tracks", self._merge)
        self.bar.sign("split_track", icons.BOUNCE, "Split the track at this frame", self._split)
        self.bar.sign("rename", icons.PEN, "Give the track another name", self._rename)
        self.bar.sign("delete", icons.TRASH, "Delete the picked tracks", self._delete)
        dpg.add_spacer(height=2, parent=window)
        self.told = int(dpg.add_text("", parent=window, color=theme.FAINT, wrap=0))
        self.rows: Cards[str] = Cards(window, self._paint, height=face_row.HIGH, gap=6)
        self.heading = int(dpg.add_text("Identities: carry one onto a track", parent=window, color=theme.FAINT))
        self.chips: Cards[str] = Cards(window, self._paint_person, height=face_row.PERSON_HIGH, least=160)
        self.resized()

    def resized(self) -> None:
        if not hasattr(self, "chips"):
            return
        scale = self.app.scale
        width, height = self.size
        told = dpg.is_item_shown(self.told)
        free = max(120.0, height - (HEAD + HEADING + (44 if told else 0)) * scale)
        chips = (((len(self.people) + 2) // 2) * (face_row.PERSON_HIGH + 8) + 2) * scale
        rows = (len(self._rows) * (face_row.HIGH + 6) + 2) * scale
        low = min(chips, free * 0.45)
        self.rows.resized(width, max(1.0, min(rows, free - low)))
        self.chips.resized(width, low)
        dpg.configure_item(self.rows.room, show=bool(self._rows))

    # -- what is known ---------------------------------------------------------------------------------------

    def cuts(self) -> tuple[int, ...]:
        """Where cuts are, for the timeline."""
        return self.tracks.found.cuts.starts if self.tracks.found is not None else ()

    def lost(self) -> tuple[tuple[int, int], ...]:
        """Stretches of frames on which nobody is, for the timeline."""
        return self._lost

    def filled(self) -> tuple[tuple[int, int], ...]:
        """Stretches on which a face was not seen, and laid in between the frames on which it was; for the timeline."""
        return self._filled

    def sync(self, old: State | None, new: State) -> None:
        if self._session is not self.app.session:  # another document
            self._session, self.tracks.found = self.app.session, None
            old = None
        if old is None or old.graph.nodes is not new.graph.nodes or old.graph.shot != new.graph.shot:
            self.tracks.changed()
            if old is None or old.graph.shot != new.graph.shot or not casting.is_same(old.graph, new.graph):
                self._gather()
        if old is None or old.frame != new.frame:
            for name, row in self._rows.items():
                face_row.move_head(self._heads[name], row, self._looks[name], new.frame)

    def _come(self) -> None:
        found, shot = self.tracks.found, self.app.state.graph.shot
        self._lost = self._filled = ()
        if found is not None:
            there = (frame for track in found for frame in track.faces)
            self._lost = tuple(without(there, (shot.first, shot.last)))
            self._filled = tuple(ranges(frame for track in found for frame in track.filled))
        self._gather()
        self._thumbs()

    def _gather(self) -> None:
        """Rows and identities as the graph has them now."""
        graph, found = self.app.state.graph, self.tracks.found
        self.people = {each.node: each for each in people(graph, self.app.state.document.folder)}
        ends = (graph.shot.first, graph.shot.last)
        self._rows = {
            track.name: face_row.Seen(track, found.cuts, ends, self.people.get(casting.who(graph, track.name)))
            for track in (found or ())
            if found is not None
        }
        words = self._words()
        dpg.configure_item(self.told, default_value=words, show=bool(words))
        self.rows.show(list(self._rows))
        self.chips.show([*self.people, NOBODY])
        self._enable()
        self.resized()

    def _words(self) -> str:
        if self.tracks.fault:
            return self.tracks.fault
        if self.tracks.looking:  # a line more would push rows that are there from under the hand
            return "" if self._rows else "Looking for faces…"
        if casting.tracks_of(self.app.state.graph) is None:
            return "This graph tracks nobody. A face preset brings all that is wanted."
        if self.tracks.found is None or not self.tracks.known:
            return "The shot has not been searched as the graph is now."
        return "" if self._rows else "No face was found in the shot."

    def _enable(self) -> None:
        picked = len(self.rows.picked)
        self.bar.enable("look", casting.tracks_of(self.app.state.graph) is not None and not self.tracks.looking)
        self.bar.enable("merge_tracks", picked > 1)
        for name in ("weakest", "split_track", "rename"):
            self.bar.enable(name, picked == 1 or len(self._rows) == 1)
        self.bar.enable("delete", picked > 0)

    # -- pictures --------------------------------------------------------------------------------------------

    def _key(self, track: Track) -> tuple[Any, ...]:
        frame = face_row.best(track)
        box = track.faces[frame].box
        return "track", casting.plate_of(self.app.state.graph), frame, tuple(round(each) for each in box)

    def _thumbs(self) -> None:
        """Ask for the pictures of tracks that have none yet, one after the other."""
        self._waiting = [
            (self._key(row.track), face_row.best(row.track), row.track)
            for row in self._rows.values()
            if not self.pictures.has(self._key(row.track))
        ]
        self._next_thumb()

    def _next_thumb(self) -> None:
        plate = casting.plate_of(self.app.state.graph)
        if self._making or not self._waiting or plate is None:
            return
        key, frame, track = self._waiting.pop(0)
        shot, face = self.app.state.graph.shot, track.faces[frame].box
        self._making = True

        def made(done: Future[Any]) -> None:
            picture = None
            if not done.cancelled() and done.exception() is None and isinstance(image := done.result(), Image):
                try:
                    picture = small.of_image(image, shot, face_row.PICTURE, face)
                except NodegraphError:  # a row without a picture is still a row
                    picture = None
            self.app.post(lambda: self._made(key, picture))

        self.app.session.view(plate.node, frame, plate.output, viewer="faces, small").add_done_callback(made)

    def _made(self, key: Any, picture: small.Small | None) -> None:
        self._making = False
        if picture is not None:
            self.pictures.put(key, picture)
        self._next_thumb()

    def _face(self, person: Person | None) -> int | None:
        if person is None or person.place is None:
            return None
        shot = self.app.state.graph.shot
        return self.pictures.get(person.place, partial(small.of_folder, person.place, shot, face_row.FACE))

    def _repaint(self) -> None:
        self.rows.redraw()
        self.chips.redraw()

    def _paint(self, parent: int, name: str, look: Look) -> None:
        row = self._rows[name]
        self._looks[name] = look
        texture = self.pictures.there.get(self._key(row.track))
        face = self._face(row.person)
        self._heads[name] = face_row.paint(parent, row, look, self.app.state.frame, texture, face)

    def _paint_person(self, parent: int, node: str, look: Look) -> None:
        person = self.people.get(node)
        face_row.paint_person(parent, person, look, self._face(person))

    # -- edits -----------------------------------------------------------------------------------------------

    def assign(self, identity: str, name: str) -> None:
        """Give a track somebody's face; none with an empty identity."""
        graph = casting.cast(self.app.state.graph, name, identity, list(self._rows))
        who = self.people[identity].name if identity else "its own face"
        self.app.edit(f"{name}: {who}", graph)
        self.app.say(f"{name} gets {who}" if identity else f"{name} keeps its own face")

    def track_at(self, at: Point) -> str | None:
        """The track whose row is at a place of the window."""
        return self.rows.at(at)

    def _one(self) -> str:
        picked = self.rows.picked or (list(self._rows) if len(self._rows) == 1 else [])
        if len(picked) != 1:
            raise GraphError("no track is picked", "click one in the list of faces")
        return picked[0]

    def _weakest(self) -> None:
        name = self._one()
        frames = face_row.weakest(self._rows[name].track)
        at = self._weak[1] + 1 if self._weak[0] == name and self.app.state.frame in frames else 0
        self._weak = (name, at % len(frames))
        frame = frames[self._weak[1]]
        self.app.goto(frame)
        sure = face_row.sureness(self._rows[name].track, frame)
        self.app.say(f"{name}: sure to {sure:.2f} on frame {frame}")

    def _merge(self) -> None:
        names = list(self.rows.picked)
        graph = casting.merged(self.app.state.graph, names, list(self._rows))
        self.app.edit(f"merge {' and '.join(names)}", graph)
        self.rows.pick(*names[:1])

    def _split(self) -> None:
        name, frame = self._one(), self.app.state.frame
        track = self._rows[name].track
        if not track.first < frame <= track.last:
            raise GraphError(
                f"{name} cannot be split at {frame}", f"go to a frame after its first, {track.first + 1}-{track.last}"
            )
        self.app.edit(f"split {name}", casting.split(self.app.state.graph, name, frame, list(self._rows)))

    def _rename(self) -> None:
        name = self._one()

        def take(text: str) -> None:
            graph = casting.renamed(self.app.state.graph, name, text, list(self._rows))
            self.app.edit(f"rename {name}", graph)

        self.app.ask(TextWanted("Rename the track", "Name", take, name))

    def _delete(self) -> None:
        if not self.rows.picked:
            raise GraphError("no track is picked", "click one in the list of faces")
        names = list(self.rows.picked)
        self.app.edit(f"delete {', '.join(names)}", casting.deleted(self.app.state.graph, names))

    def actions(self) -> Mapping[str, Start]:
        return {
            "weakest": self._weakest,
            "merge_tracks": self._merge,
            "split_track": self._split,
            "rename": self._rename,
            "delete": self._delete,
            "select_all": lambda: self.rows.pick(*self._rows),
        }

    # -- the mouse -------------------------------------------------------------------------------------------

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        if button is not Button.LEFT:
            return False
        node = self.chips.at(at)
        if node is not None:
            self.carried.take(node, self.people[node].name if node else "own face", at)
            if double and node:
                self.app.change(panels=self.app.state.panels.opened(node))
            return True
        name = self.rows.at(at)
        if name is None:
            return False
        frame = face_row.frame_at(self._rows[name], self._looks[name], *self.rows.within(at, name))
        self.rows.click(name, held.ctrl, through=held.shift)
        self._enable()
        if frame is not None:
            self.app.goto(frame)
        return True

    def dragged(self, at: Point, held: Held) -> None:
        if self.carried.what is not None:
            name = self.rows.at(at)
            self.rows.hover(at)
            self.carried.move(at, f"onto {name}" if name else "")

    def released(self, at: Point, held: Held) -> None:
        node, name = self.carried.drop(), self.rows.at(at)
        if node is not None and name is not None:
            self.app.guarded(lambda: self.assign(node, name))

    def hovered(self, at: Point, held: Held) -> None:
        self.rows.hover(at)
        self.chips.hover(at)

    def left(self) -> None:
        self.rows.hover(None)
        self.chips.hover(None)

    def close(self) -> None:
        self.tracks.close()
        self.pictures.close()
