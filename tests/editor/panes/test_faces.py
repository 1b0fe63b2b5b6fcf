"""The faces of the shot in the real window: rows of tracks, who plays whom by carrying, merge, split and delete."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from nodegraph.data.box import Format
from nodegraph.data.errors import GraphError
from nodegraph.data.faces import Face, Rect
from nodegraph.data.shot import Shot
from nodegraph.data.tracks import Cuts, Track, Tracks
from nodegraph.editor.panels import casting
from nodegraph.editor.panels.consents import people
from nodegraph.editor.panes import shot_tracks
from nodegraph.editor.panes.face_row import shades, sureness, weakest
from nodegraph.editor.panes.faces import NOBODY, FacesPane
from nodegraph.engine.consent import today
from nodegraph.engine.evaluate import evaluate
from nodegraph.engine.session import Session
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph, Wire
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone

WEAK = 1006
UNSEEN = (1003, 1004)


def a_face(x: float, confidence: float) -> Face:
    turn = np.linspace(0, 2 * math.pi, 68, endpoint=False)
    points = np.stack([x + 8 * np.cos(turn), 18 + 8 * np.sin(turn)], axis=1)
    return Face(Rect(x - 8, 10, x + 8, 26), 1.0, points, confidence)


@node(menu="Face")
def known_tracks() -> Tracks:
    """Two people, of whom one is not always seen, and the other once more after a cut."""

    def track(name: str, x: float, frames: range) -> Track:
        faces = {frame: a_face(x, 0.2 if frame == WEAK else 0.9) for frame in frames}
        return Track(name, MappingProxyType(faces), filled=frozenset(UNSEEN if name == "face2" else ()))

    rows = (track("face1", 16, range(1001, 1009)), track("face2", 44, range(1001, 1007)))
    return Tracks(Format(64, 36), (*rows, track("face3", 16, range(1010, 1013))), Cuts((1010,)))


def library() -> Library:
    return Library.discover().with_nodes(known_tracks)


def a_graph() -> Graph:
    graph = Graph(library(), shot=Shot(first=1001, last=1014, format=Format(64, 36), production="Dune"))
    graph = graph.add("TestPlate", "Plate", size=[64, 36]).add("KnownTracks", "Known")
    graph = graph.add("Smooth", "Smooth").connect("Smooth", "tracks", "Known")
    graph = graph.add("Align", "Align", size=64).connect("Align", "image", "Plate").connect("Align", "tracks", "Smooth")
    graph = graph.add("Identity", "Anna", file="anna.png", name="anna", reason="digital double")
    graph = graph.add("Identity", "Ben", file="ben.png", name="ben", subject="Ben")
    graph = graph.add("Swap", "Swap").connect("Swap", "crops", "Align").connect("Swap", "identity", "Anna")
    return graph.add("Paste", "Paste").connect("Paste", "image", "Plate").connect("Paste", "crops", "Swap")


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    document = Document(a_graph(), tmp_path / "shot" / "shot.ngraph.json")
    (tmp_path / "shot").mkdir()
    save(document, tmp_path / "shot" / "shot.ngraph.json")
    with alone("faces timeline", document, tmp_path, monkeypatch) as found:
        pane = found.pane(FacesPane)
        found.until(lambda: list(pane._rows) == ["face1", "face2", "face3"], "the tracks, known without a search")
        found.until(lambda: not pane._waiting and not pane._making, "their pictures")
        yield found


def names(driver: Driver) -> list[str]:
    return list(driver.pane(FacesPane)._rows)


def test_rows_know_their_spans_and_the_timeline_its_gaps(driver: Driver) -> None:
    from nodegraph.editor.panes.timeline import TimelinePane

    pane = driver.pane(FacesPane)
    assert pane.lost() == ((1009, 1009), (1013, 1014))
    assert pane.filled() == ((1003, 1004),)
    assert pane.cuts() == (1010,)
    timeline = driver.pane(TimelinePane)
    driver.until(lambda: timeline._marks.cuts == (1010,) and timeline._marks.lost == pane.lost(), "marks")
    told = {frame: timeline._marks.told(frame) for frame in (1002, 1003, 1004, 1005, 1009, 1010, 1014)}
    assert told == {
        1002: "", 1003: "face filled in", 1004: "face filled in", 1005: "",
        1009: "no face", 1010: "cut", 1014: "no face",
    }  # fmt: skip
    assert all(pane._rows[name].person == pane.people["Anna"] for name in names(driver))
    assert all(pane.pictures.there.get(pane._key(row.track)) for row in pane._rows.values()), "thumbnails"


def test_j_jumps_to_the_weakest_frame_and_a_click_in_the_strip_to_any(driver: Driver) -> None:
    from nodegraph.editor.panes.face_row import strip

    pane = driver.pane(FacesPane)
    driver.click(pane.rows.middle("face1"))
    assert pane.rows.picked == ["face1"]
    driver.key("j")
    driver.until(lambda: driver.app.state.frame == WEAK, "the weakest")
    left, top, width = strip(pane._looks["face2"])
    corner = pane.rows.middle("face2")
    look = pane._looks["face2"]
    at = (corner[0] - look.width / 2 + left + width * 3.5 / 14, corner[1] - look.height / 2 + top + 5)
    driver.click(at)
    driver.until(lambda: driver.app.state.frame == 1004, "a frame of the strip")


def test_an_identity_is_carried_onto_a_track(driver: Driver) -> None:
    pane = driver.pane(FacesPane)
    driver.drag(pane.chips.middle("Ben"), pane.rows.middle("face2"))
    driver.until(lambda: casting.who(driver.app.state.graph, "face2") == "Ben", "Ben")
    graph = driver.app.state.graph
    assert graph.value("Swap", "track", 1001) == "face1 face3"
    assert graph.value("Swap1", "track", 1001) == "face2"
    assert graph.nodes["Swap1"].inputs["crops"].node == "Swap"
    assert graph.nodes["Paste"].inputs["crops"].node == "Swap1"
    driver.until(lambda: pane._rows["face2"].person == pane.people["Ben"], "in the row")
    assert pane.people["Ben"].problem
    driver.drag(pane.chips.middle(NOBODY), pane.rows.middle("face1"))
    driver.until(lambda: casting.who(driver.app.state.graph, "face1") == "", "its own face")
    driver.key("ctrl+z")
    driver.key("ctrl+z")
    driver.until(lambda: driver.app.state.graph.value("Swap", "track", 1001) == "", "both undone")


def test_merge_split_and_delete_go_into_one_node_before_smoothing(driver: Driver) -> None:
    pane = driver.pane(FacesPane)
    driver.click(pane.rows.middle("face1"))
    with driver.hold("ctrl"):
        driver.click(pane.rows.middle("face3"))
    assert pane.rows.picked == ["face1", "face3"]
    driver.key("m")
    driver.until(lambda: names(driver) == ["face1", "face2"], "merged")
    graph = driver.app.state.graph
    assert graph.nodes["Smooth"].inputs["tracks"].node == "EditTracks1"
    assert graph.nodes["EditTracks1"].inputs["tracks"].node == "Known"
    driver.app.goto(1004)
    driver.click(pane.rows.middle("face2"))
    driver.app.goto(1004)
    driver.key("s")
    driver.until(lambda: len(names(driver)) == 3, "split")
    assert [(row.track.first, row.track.last) for row in pane._rows.values()][1:] == [(1001, 1003), (1004, 1006)]
    driver.click(pane.rows.middle("face2"))
    driver.key("Delete")
    driver.until(lambda: "face2" not in names(driver), "deleted")
    assert [name for name, each in driver.app.state.graph.nodes.items() if each.kind == "EditTracks"] == ["EditTracks1"]


def test_shift_picks_a_stretch_of_tracks_from_the_one_before(driver: Driver) -> None:
    rows = driver.pane(FacesPane).rows
    driver.click(rows.middle("face3"))
    with driver.hold("shift"):
        driver.click(rows.middle("face1"))
    driver.until(lambda: rows.picked == ["face3", "face2", "face1"], "up to the first, the one that was clicked first")
    with driver.hold("shift"):
        driver.click(rows.middle("face2"))
    driver.until(lambda: rows.picked == ["face3", "face2"], "from the same one again")
    driver.click(rows.middle("face1"))
    driver.until(lambda: rows.picked == ["face1"], "one alone")
    with driver.hold("shift"):
        driver.click(rows.middle("face3"))
    driver.until(lambda: rows.picked == ["face1", "face2", "face3"], "all")
    driver.key("Delete")
    driver.until(lambda: not names(driver), "all taken out")


def test_rename_follows_into_the_swaps(driver: Driver) -> None:
    pane = driver.pane(FacesPane)
    pane.assign("Ben", "face2")
    driver.turn(2)
    driver.click(pane.rows.middle("face2"))
    graph = casting.renamed(driver.app.state.graph, "face2", "ben", names(driver))
    driver.app.edit("rename", graph)
    driver.until(lambda: names(driver) == ["face1", "ben", "face3"], "another name")
    assert pane._rows["ben"].person == pane.people["Ben"]


def test_rows_stay_under_the_hand_while_they_are_looked_at_anew(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = driver.pane(FacesPane)
    driver.turn(3)
    places = pane.rows.middle("face1"), pane.chips.middle("Ben")
    done, late = pane.tracks._done, list[tuple[int, Future[Any]]]()
    monkeypatch.setattr(pane.tracks, "_done", lambda number, future: late.append((number, future)))
    pane.assign("Ben", "face2")
    driver.until(lambda: late, "found, but not told yet")
    driver.turn(3)
    assert pane.tracks.looking
    assert (pane.rows.middle("face1"), pane.chips.middle("Ben")) == places
    done(*late[0])
    driver.until(lambda: not pane.tracks.looking, "told")
    driver.turn(3)
    assert (pane.rows.middle("face1"), pane.chips.middle("Ben")) == places


def test_a_track_is_given_another_name_by_a_key(driver: Driver) -> None:
    pane = driver.pane(FacesPane)

    def rename(key: str, name: str) -> None:
        driver.click(pane.rows.middle(names(driver)[1]))
        driver.key(key)
        driver.until(lambda: driver.window.dialogs.sheet is not None, "the question")
        driver.turn(3)
        driver.key("ctrl+a")
        driver.type(name)
        driver.key("Return")
        driver.until(lambda: names(driver) == ["face1", name, "face3"], name)

    rename("F2", "ben")
    rename("n", "benjamin")


# -- without a window ------------------------------------------------------------------------------------


def after(graph: Graph) -> dict[str, tuple[int, int]]:
    """The tracks as Align gets them: name, first and last frame."""
    wire = casting.tracks_of(graph)
    assert wire is not None
    value = evaluate(graph, wire.node, 1001)
    return {track.name: (track.first, track.last) for track in value}


ALL = ["face1", "face2", "face3"]


def test_edits_do_what_they_say() -> None:
    graph = casting.merged(a_graph(), ["face1", "face3"], ALL)
    assert after(graph) == {"face1": (1001, 1012), "face2": (1001, 1006)}
    graph = casting.renamed(graph, "face2", "ben", ["face1", "face2"])
    graph = casting.renamed(graph, "ben", "benjamin", ["face1", "ben"])
    assert after(graph) == {"face1": (1001, 1012), "benjamin": (1001, 1006)}
    graph = casting.split(graph, "benjamin", 1003, ["face1", "benjamin"])
    assert after(graph)["benjamin"] == (1001, 1002)
    graph = casting.split(graph, "face1", 1010, list(after(graph)))  # it was merged before, in the same node
    assert after(graph)["face1"] == (1001, 1008), "the gap before the cut is not filled"
    assert sorted(after(graph).values()) == [(1001, 1002), (1001, 1008), (1003, 1006), (1010, 1012)]
    graph = casting.deleted(graph, ["benjamin"])
    assert "benjamin" not in after(graph)


def test_a_merged_track_keeps_the_face_of_the_first() -> None:
    graph = casting.cast(a_graph(), "face3", "Ben", ALL)
    graph = casting.merged(graph, ["face1", "face3"], ALL)
    assert casting.who(graph, "face1") == "Anna"
    assert [each.swap for each in casting.casts(graph) if each.disabled] == ["Swap1"]


def test_casting_wakes_a_swap_that_sleeps_and_tells_what_is_missing() -> None:
    graph = casting.cast(a_graph(), "face1", "", ALL)
    graph = casting.cast(graph, "face2", "", ALL)
    graph = casting.cast(graph, "face3", "", ALL)
    assert graph.nodes["Swap"].disabled, "no name would mean every track"
    graph = casting.cast(graph, "face2", "Anna", ALL)
    assert not graph.nodes["Swap"].disabled
    assert graph.value("Swap", "track", 1001) == "face2"
    assert casting.cast(graph, "face2", "Anna", ALL) is not None
    with pytest.raises(GraphError, match="no Swap"):
        casting.cast(a_graph().remove("Swap"), "face1", "Anna", ALL)
    with pytest.raises(GraphError, match="no tracks"):
        casting.merged(Graph(library()), ["face1", "face2"], ALL)
    with pytest.raises(GraphError, match="already"):
        casting.renamed(a_graph(), "face1", "face2", ALL)


def test_the_same_casting_is_the_same_graph() -> None:
    graph = a_graph()
    assert casting.is_same(graph, graph.set("Paste", "mix", 0.5))
    assert not casting.is_same(graph, graph.set("Swap", "mix", 0.5))
    assert not casting.is_same(graph, graph.remove("Ben"))
    assert not casting.is_same(graph, graph.rename("Ben", "Benjamin"))
    assert casting.cast(graph, "face1", "Anna", ALL).value("Swap", "track", 1001) == ""
    assert casting.tracks_of(graph) == Wire("Smooth")
    assert casting.plate_of(graph) == Wire("Plate")


def test_consent_in_words() -> None:
    graph = a_graph()
    record = {"granted_by": "Ben", "scope": "this film", "document": "vault 3"}
    for knob, text in record.items():
        graph = graph.set("Ben", knob, text)
    states = {each.node: each for each in people(graph, Path("/shot"))}
    assert (states["Anna"].state, states["Anna"].problem) == ("digital double", "")
    assert states["Ben"].state == "consent"
    assert states["Ben"].place == Path("/shot/ben.png")
    soon = (today() + timedelta(days=3)).isoformat()
    (ben,) = (each for each in people(graph.set("Ben", "expires", soon), Path("/shot")) if each.node == "Ben")
    assert ben.ends_soon
    assert ben.state == f"until {soon}"
    (ben,) = (each for each in people(graph.set("Ben", "expires", "2001-01-01"), Path("/shot")) if each.node == "Ben")
    assert ben.state == "ended"
    (ben,) = (each for each in people(graph.set("Ben", "production", "Heat"), Path("/shot")) if each.node == "Ben")
    assert "Heat" in ben.problem
    (ben,) = (each for each in people(graph.set("Ben", "expires", "soon"), Path("/shot")) if each.node == "Ben")
    assert "no day" in ben.problem


def test_no_plan_is_made_of_a_shot_of_absurd_length_to_know_whether_its_tracks_are_near(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[Graph] = []

    def planner(graph: Graph, _root: Path) -> None:
        planned.append(graph)
        raise GraphError("planned", "")

    monkeypatch.setattr(shot_tracks, "Planner", planner)
    session = Session(a_graph(), root=tmp_path)
    assert shot_tracks.is_near(session, a_graph(), Wire("Smooth"))
    assert len(planned) == 1
    assert not shot_tracks.is_near(session, a_graph().with_shot(last=12_411_012), Wire("Smooth"))
    assert len(planned) == 1
    session.close()


def test_a_strip_has_one_piece_for_each_stretch_however_long_the_shot() -> None:
    faces = {frame: a_face(10, sure) for frame, sure in ((1, 0.9), (2, 0.9), (3, 0.9), (4, 0.1), (9, 0.9))}
    track = Track("face1", MappingProxyType(faces), filled=frozenset({3}))
    found = shades(track, (1, 10_000_000_000))
    assert [(first, last) for first, last, _ in found] == [(1, 2), (3, 3), (4, 4), (9, 9)]
    (seen, filled, weak, again) = (tuple(colour) for _, _, colour in found)
    assert seen == again
    assert len({seen, filled, weak}) == 3
    assert [(first, last) for first, last, _ in shades(track, (2, 3))] == [(2, 2), (3, 3)]


def test_filled_frames_count_half_and_the_weakest_comes_first() -> None:
    faces = {frame: a_face(10, sure) for frame, sure in enumerate((0.9, 0.4, 0.9, 0.6, 0.9), 1001)}
    track = Track("face1", MappingProxyType(faces), filled=frozenset({1004}))
    assert sureness(track, 1004) == pytest.approx(0.3)
    assert weakest(track) == [1004, 1002]
