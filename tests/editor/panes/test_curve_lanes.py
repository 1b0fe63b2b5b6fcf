"""Keys of roto shapes and of corrected tracks in the real window: moved, copied and taken out in time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.data.corrections import Corrections
from nodegraph.data.corrections import Key as Correction
from nodegraph.data.errors import GraphError
from nodegraph.data.shot import Shot
from nodegraph.editor.panels import key_lanes
from nodegraph.editor.panels.key_lanes import Lane, lanes_of
from nodegraph.editor.panels.keys import frames_of
from nodegraph.editor.panes.curves import CurvesPane
from nodegraph.editor.panes.timeline import TimelinePane
from nodegraph.graph.curve import Curve, Kind
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.shapes import Point, Shape, Shapes
from tests.editor.driver import RIGHT, Driver
from tests.editor.panes.alone import alone

NODES = ("Mask", "Hand")


def moving(x: float) -> Point:
    """A corner that goes right from 1010 to 1030."""
    return Point(Curve.of([(1010, x), (1030, x + 20)]), 50.0)


def start() -> Graph:
    shapes = Shapes((Shape((moving(10), moving(40), moving(30))), Shape((Point(1, 1), Point(9, 1), Point(5, 9)))))
    graph = (
        Graph(Library.discover(), shot=Shot(first=1001, last=1060)).add("Roto", "Mask").set("Mask", "shapes", shapes)
    )
    keys = (("anna", 1020, Correction(move=(5.0, 0.0))), ("anna", 1040, Correction(offsets=((30, 2.0, 1.0),))))
    return graph.add("EditTracks", "Hand").set("Hand", "corrections", Corrections(keys))


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    with alone("curves timeline", Document(start()), tmp_path, monkeypatch) as found:
        found.app.change(panels=found.app.state.panels.opened("Mask").opened("Hand"))
        pane = found.pane(CurvesPane)
        found.until(lambda: len(pane.lanes.rows) == 3, "the lanes")
        found.turn(3)
        yield found


def lane(driver: Driver, label: str) -> Lane:
    return next(each for each in driver.pane(CurvesPane).lanes.rows if each.label == label)


def at(driver: Driver, label: str, frame: float) -> tuple[float, float]:
    x, y = driver.pane(CurvesPane).lanes.place(lane(driver, label), frame)
    return round(x), round(y)


def frames(driver: Driver, label: str) -> tuple[float, ...]:
    return lane(driver, label).frames


def test_a_key_of_a_shape_is_dragged_in_time_and_undone_in_one_step(driver: Driver) -> None:
    before = driver.app.state.graph
    driver.drag(at(driver, "Shape 1", 1030), at(driver, "Shape 1", 1036), at(driver, "Shape 1", 1040))
    driver.until(lambda: frames(driver, "Shape 1") == (1010, 1040), "moved")
    shapes = driver.app.state.graph.setting("Mask", "shapes")
    assert [round(float(point.x), 6) for point in shapes.at(1025).shapes[0].points] == [20.0, 50.0, 40.0]
    assert shapes.shapes[1] == before.setting("Mask", "shapes").shapes[1]
    driver.key("ctrl+z")
    driver.until(lambda: driver.app.state.graph is before, "one step of undo")


def test_a_correction_is_dragged_copied_and_taken_out(driver: Driver) -> None:
    old = driver.app.state.graph.setting("Hand", "corrections").of("anna")
    driver.drag(at(driver, "anna", 1040), at(driver, "anna", 1050))
    driver.until(lambda: frames(driver, "anna") == (1020, 1050), "moved")
    with driver.hold("ctrl"):
        driver.drag(at(driver, "anna", 1020), at(driver, "anna", 1030))
    driver.until(lambda: frames(driver, "anna") == (1020, 1030, 1050), "a copy")
    new = driver.app.state.graph.setting("Hand", "corrections").of("anna")
    assert (new[1020], new[1030], new[1050]) == (old[1020], old[1020], old[1040])
    driver.click(at(driver, "anna", 1020))
    driver.key("Delete")
    driver.until(lambda: frames(driver, "anna") == (1030, 1050), "taken out")


def test_keys_go_through_the_clipboard_to_the_playhead(driver: Driver) -> None:
    driver.click(at(driver, "Shape 1", 1030))
    driver.key("ctrl+c")
    driver.app.goto(1055)
    driver.key("ctrl+v")
    driver.until(lambda: frames(driver, "Shape 1") == (1010, 1030, 1055), "pasted")
    shapes = driver.app.state.graph.setting("Mask", "shapes")
    assert shapes.at(1055).shapes[0] == shapes.at(1030).shapes[0]


def test_a_box_holds_keys_of_several_lanes(driver: Driver) -> None:
    first, last = at(driver, "anna", 1050), at(driver, "Shape 1", 1025)
    driver.drag((first[0], first[1] - 8), (last[0], last[1] + 8))
    pane = driver.pane(CurvesPane)
    assert pane.lanes.held == {("Mask", "shapes", "1"): {1030}, ("Hand", "corrections", "anna"): {1040}}
    driver.drag(at(driver, "anna", 1040), at(driver, "anna", 1035))
    driver.until(lambda: (frames(driver, "Shape 1"), frames(driver, "anna")) == ((1010, 1025), (1020, 1035)), "both")


def test_a_key_is_put_in_and_a_kind_chosen_from_the_menu(driver: Driver) -> None:
    driver.app.goto(1020)
    driver.click(at(driver, "Shape 1", 1010))
    driver.key("Insert")
    driver.until(lambda: frames(driver, "Shape 1") == (1010, 1020, 1030), "a key at the playhead")
    driver.click(at(driver, "Shape 1", 1010))
    driver.key("k")
    driver.turn(2)
    shapes = driver.app.state.graph.setting("Mask", "shapes")
    assert {point.x.keys[0].kind for point in shapes.shapes[0].points} == {Kind.CONSTANT}
    driver.click(at(driver, "Shape 1", 1030), button=RIGHT)
    driver.turn(3)
    driver.key("Escape")


def test_the_timeline_shows_them(driver: Driver) -> None:
    pane = driver.pane(TimelinePane)
    driver.until(lambda: pane._marks.keys == (1010, 1020, 1030, 1040), "marks of both nodes")


# -- without a window ------------------------------------------------------------------------------------


def test_a_shape_without_keys_gets_one_on_every_number() -> None:
    graph = start()
    (_, second, _) = lanes_of(graph, NODES)
    graph = key_lanes.keyed(graph, [second], 1005.0)
    assert lanes_of(graph, NODES)[1].frames == (1005,)
    assert graph.setting("Mask", "shapes").at(1033) == start().setting("Mask", "shapes").at(1033)


def test_where_all_keys_go_the_shape_stays_as_it_is_now() -> None:
    graph = start()
    held = {("Mask", "shapes", "1"): frozenset({1010.0, 1030.0})}
    after = key_lanes.deleted(graph, held, 1020)
    assert not after.setting("Mask", "shapes").animated
    assert after.setting("Mask", "shapes").shapes[0] == graph.setting("Mask", "shapes").at(1020).shapes[0]


def test_keys_of_another_kind_are_refused_in_words() -> None:
    graph = start()
    lanes = lanes_of(graph, NODES)
    text = key_lanes.copied(graph, {lanes[2].id: frozenset({1020.0})})
    with pytest.raises(GraphError, match="Shape 1"):
        key_lanes.pasted(graph, lanes, lanes[:1], text, 1001)
    many = graph.set("Mask", "shapes", Shapes((Shape((Point(0, 0),) * 4),)))
    text = key_lanes.copied(graph, {lanes[0].id: frozenset({1010.0})})
    with pytest.raises(GraphError, match="3 points, not 4"):
        key_lanes.pasted(many, lanes_of(many, NODES), lanes_of(many, NODES)[:1], text, 1001)
    with pytest.raises(GraphError, match="no keys"):
        key_lanes.pasted(graph, lanes, lanes, '{"curve": [[1, 2.0]]}', 1001)
    with pytest.raises(GraphError, match="in the viewer"):
        key_lanes.keyed(graph, lanes[2:], 1001.0)


def test_a_shape_is_pasted_on_a_copy_of_it() -> None:
    graph = start()
    shapes = graph.setting("Mask", "shapes").shapes
    graph = graph.set("Mask", "shapes", Shapes((shapes[0], Shape(tuple(Point(*(0.0,) * 8) for _ in range(3))))))
    lanes = lanes_of(graph, NODES)
    text = key_lanes.copied(graph, {lanes[0].id: frozenset({1010.0, 1030.0})})
    after, held = key_lanes.pasted(graph, lanes, [lanes[1]], text, 1011)
    assert held == {lanes[1].id: {1011.0, 1031.0}}
    new = after.setting("Mask", "shapes")
    assert new.at(1021).shapes[1].points == new.at(1020).shapes[0].points
    assert set(frames_of(after, ["Mask"])) == {1010, 1011, 1030, 1031}
