"""The canvas under real hands: what the mouse does to the graph, and that each gesture is one step of undo."""

from __future__ import annotations

import pytest

from nodegraph.editor.canvas.picked import Picked, nodes
from nodegraph.editor.canvas.view import LEAST, MOST
from nodegraph.graph.document import Document, write
from nodegraph.graph.graph import Wire
from nodegraph.graph.layout import Backdrop, Note, backdrops, places, with_item
from tests.editor.driver import MIDDLE
from tests.editor.panes.graph_canvas import NOWHERE, Canvas, start


def test_the_wheel_zooms_about_the_cursor_between_5_and_400_percent(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    at = canvas.node("One")
    under = pane.view.to_graph(pane.local(at))
    driver.wheel(3, at)
    assert pane.view.zoom == pytest.approx(1.15**3)
    assert pane.view.to_graph(pane.local(driver.at)) == pytest.approx(under, abs=1.0)
    driver.wheel(10)
    assert pane.view.zoom == MOST
    driver.wheel(-36)
    assert pane.view.zoom == LEAST


def test_the_middle_button_and_alt_with_the_left_one_pan(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    before = pane.view
    a = canvas.at(-150, 200)
    driver.drag(a, (a[0] + 80, a[1] + 40), button=MIDDLE)
    assert (pane.view.x, pane.view.y) == (before.x - 80, before.y - 40)
    with driver.hold("alt"):
        driver.drag(a, (a[0] - 80, a[1] - 40))
    assert pane.view == before
    assert canvas.graph.ui == start().ui


def test_fit_shows_all_and_then_the_selection(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    driver.key("f")
    seen = pane.view.seen(pane.size)
    assert all(seen.covers(box) for box in pane.scene.boxes(pane.scene.nodes).values())
    driver.click(canvas.node("Free"))
    driver.key("f")
    assert pane.view.zoom == 1.0
    assert pane.view.seen(pane.size).centre == pytest.approx(pane.scene.boxes(["Free"])["Free"].centre, abs=1)


def test_a_drag_moves_what_is_selected_in_one_step(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("One"))
    with driver.hold("shift"):
        driver.click(canvas.node("Two"))
    assert canvas.picked == nodes("One", "Two")
    at = canvas.node("One")
    driver.drag(at, (at[0] - 60, at[1] + 20), (at[0] - 100, at[1] + 30))
    where = {name: place.at for name, place in places(canvas.graph).items()}
    assert (where["One"], where["Two"], where["Plate"]) == ((-100, 120), (-100, 230), (0, 0))
    assert canvas.steps() == 1
    driver.key("ctrl+z")
    assert canvas.graph.ui == start().ui
    driver.key("ctrl+shift+z")
    assert places(canvas.graph)["One"].at == (-100, 120)


def test_shift_on_what_is_selected_lets_go_of_it_by_a_click_and_moves_it_by_a_drag(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("One"))
    with driver.hold("shift"):
        driver.click(canvas.node("Two"))
        at = canvas.node("One")
        driver.drag(at, (at[0] - 100, at[1] + 30))
        assert canvas.picked == nodes("One", "Two")
        driver.click(canvas.node("One"))
    assert canvas.picked == nodes("Two")
    where = {name: place.at for name, place in places(canvas.graph).items()}
    assert (where["One"], where["Two"]) == ((-100, 120), (-100, 230))


def test_a_box_selects_and_a_click_on_nothing_lets_go(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.drag(canvas.at(-60, 60), canvas.at(170, 245))
    assert canvas.picked.nodes == {"One", "Two"}
    with driver.hold("shift"):
        driver.drag(canvas.at(250, 40), canvas.at(480, 110))
    assert canvas.picked.nodes == {"One", "Two", "Free"}
    driver.click(canvas.at(*NOWHERE))
    assert canvas.picked.empty


def test_a_wire_goes_where_it_fits_and_nowhere_else(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.drag(canvas.port("Plate", "", out=True), canvas.port("Over", "a"))
    assert canvas.graph.node("Over").inputs["a"] == Wire("Plate")
    assert canvas.steps() == 1
    driver.drag(canvas.port("Faces", "", out=True), canvas.port("Free", "image"))
    assert canvas.graph.node("Free").inputs == {}
    assert "gives Faces" in driver.app.said[0]
    assert driver.app.said[1]
    driver.drag(canvas.port("Two", "", out=True), canvas.port("One", "matte"))
    assert "close a loop" in driver.app.said[0]
    driver.drag(canvas.port("Free", "image"), canvas.port("Plate", "", out=True))
    assert canvas.graph.node("Free").inputs == {"image": Wire("Plate")}
    assert canvas.steps() == 2


def test_the_reason_is_told_while_the_wire_is_in_the_hand(canvas: Canvas) -> None:
    import dearpygui.dearpygui as dpg

    driver, overlay = canvas.driver, canvas.pane.overlay
    driver.move(canvas.port("Faces", "", out=True))
    driver.press()
    driver.move(canvas.port("Free", "image"))
    driver.turn(2)
    said, complaint = overlay._said
    assert complaint
    assert "gives Faces, but Free.image takes Image" in said
    assert dpg.is_item_shown(overlay._card)
    driver.move(canvas.at(*NOWHERE))
    driver.key("Escape")
    driver.release()
    assert canvas.graph.nodes == start().nodes
    assert not canvas.pane.adding.chooser.shown


def test_a_wire_over_a_node_takes_its_first_free_input(canvas: Canvas) -> None:
    canvas.driver.drag(canvas.port("Plate", "", out=True), canvas.node("Over"))
    assert canvas.graph.node("Over").inputs["a"] == Wire("Plate")


def test_a_wire_is_pulled_off_and_put_elsewhere(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.drag(canvas.port("Over", "b"), canvas.port("Free", "image"))
    assert canvas.graph.node("Over").inputs == {}
    assert canvas.graph.node("Free").inputs == {"image": Wire("Two")}
    driver.drag(canvas.port("Free", "image"), canvas.at(-150, 250))
    assert canvas.graph.node("Free").inputs == {}
    driver.drag(canvas.wire("Two", "image", 0.3), canvas.port("Plate", "", out=True))
    assert canvas.graph.node("Two").inputs == {"image": Wire("Plate")}
    assert canvas.steps() == 3


def test_a_wire_on_the_empty_canvas_asks_which_node(canvas: Canvas) -> None:
    driver, chooser = canvas.driver, canvas.pane.adding.chooser
    driver.drag(canvas.port("Faces", "", out=True), canvas.at(480, 170))
    driver.until(lambda: chooser.shown, "the search")
    assert {row.key for row in chooser.rows} >= {"Track", "Landmarks"}
    assert "Blur" not in {row.key for row in chooser.rows}
    driver.type("track")
    assert chooser.rows[0].key == "Track"
    driver.key("Return")
    assert canvas.graph.node("Track1").inputs == {"faces": Wire("Faces")}
    assert canvas.picked == nodes("Track1")
    assert driver.app.state.panels.names == ("Track1",)
    assert canvas.steps() == 1


def test_a_node_dropped_on_a_wire_goes_into_it(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.drag(canvas.node("Free"), canvas.at(75, 160), canvas.wire("Two", "image"))
    assert canvas.graph.node("Free").inputs == {"image": Wire("One")}
    assert canvas.graph.node("Two").inputs == {"image": Wire("Free")}
    assert canvas.steps() == 1


def test_shaken_and_with_ctrl_a_node_comes_out(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodegraph.editor.canvas.gestures.SHAKE_TIME", 60.0)  # a busy machine shakes slowly
    driver = canvas.driver
    at = canvas.node("One")
    driver.move(at)
    driver.press()
    for by in (40, -40, 40, -40, 40, 0):
        driver.move((at[0] + by, at[1]))
    driver.release()
    assert canvas.graph.node("Two").inputs == {"image": Wire("Plate")}
    assert canvas.graph.node("One").inputs == {}
    assert canvas.steps() == 1
    driver.key("ctrl+z")
    assert canvas.graph.nodes == start().nodes
    with driver.hold("ctrl"):
        driver.drag(canvas.node("One"), canvas.at(-120, 130))
    assert canvas.graph.node("Two").inputs == {"image": Wire("Plate")}
    assert canvas.steps() == 1


def test_ctrl_and_a_press_on_a_wire_makes_a_dot(canvas: Canvas) -> None:
    with canvas.driver.hold("ctrl"):
        canvas.driver.drag(canvas.wire("Two", "image"), canvas.at(-80, 160))
    assert canvas.graph.node("Dot1").inputs == {"image": Wire("One")}
    assert canvas.graph.node("Two").inputs == {"image": Wire("Dot1")}
    assert canvas.pane.scene.boxes(["Dot1"])["Dot1"].centre == pytest.approx((-80, 160), abs=3)
    assert canvas.steps() == 1


def test_a_wire_of_faces_takes_a_dot_as_any_other(canvas: Canvas) -> None:
    driver, chooser = canvas.driver, canvas.pane.adding.chooser
    driver.drag(canvas.port("Faces", "", out=True), canvas.at(480, 170))
    driver.until(lambda: chooser.shown, "the search")
    driver.type("track")
    driver.key("Return")
    with driver.hold("ctrl"):
        driver.drag(canvas.wire("Track1", "faces"), canvas.at(300, 200))
    assert canvas.graph.node("Dot1").inputs == {"image": Wire("Faces")}
    assert canvas.graph.node("Track1").inputs == {"faces": Wire("Dot1")}
    driver.drag(canvas.port("Dot1", "", out=True), canvas.port("Free", "image"))
    assert "Dot1 gives Faces, but Free.image takes Image" in driver.app.said[0]
    assert canvas.steps() == 2


def test_a_backdrop_carries_its_nodes_and_can_be_resized_and_named(canvas: Canvas) -> None:
    driver = canvas.driver
    graph = with_item(canvas.graph, "Back", Backdrop((-40, 60), (230, 200), "grades"))
    driver.app.open(Document(graph))
    driver.turn(3)
    driver.drag(canvas.at(150, 70), canvas.at(100, 80))
    assert backdrops(canvas.graph)["Back"].at == (-90, 70)
    assert places(canvas.graph)["One"].at == (-50, 100)
    assert places(canvas.graph)["Over"].at == (0, 280)
    driver.drag(canvas.at(138, 268), canvas.at(198, 288))
    assert backdrops(canvas.graph)["Back"].size == (290, 220)
    canvas.driver.double(canvas.at(-70, 82))
    driver.until(lambda: canvas.pane.names.field.shown, "the field")
    driver.type("new name")
    driver.key("Return")
    assert backdrops(canvas.graph)["Back"].label == "new name"
    assert canvas.steps() == 3


def test_notes_are_moved_and_written(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.app.open(Document(with_item(canvas.graph, "Paper", Note((300, 150), "old"))))
    driver.turn(3)
    canvas.driver.double(canvas.at(310, 160))
    driver.until(lambda: canvas.pane.names.field.shown, "the field")
    driver.active()
    driver.key("ctrl+a")
    driver.type("fresh words")
    driver.click(canvas.at(*NOWHERE))
    assert canvas.graph.ui["notes"]["Paper"]["text"] == "fresh words"
    driver.drag(canvas.at(310, 160), canvas.at(330, 180))
    assert canvas.graph.ui["notes"]["Paper"]["at"] == [320, 170]


def test_the_small_map_is_dragged(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    assert pane.map.shown
    frame = pane.map._map.frame  # type: ignore[union-attr]
    a = (frame.left + 30 + pane.origin[0], frame.top + 30 + pane.origin[1])
    driver.drag(a, (a[0] + 60, a[1] + 30))
    aim = pane.map._map.to_graph((frame.left + 90, frame.top + 60))  # type: ignore[union-attr]
    assert pane.view.seen(pane.size).centre == pytest.approx(aim, abs=2)
    assert canvas.picked.empty


def test_a_double_click_opens_the_panel(canvas: Canvas) -> None:
    canvas.driver.double(canvas.node("Two"))
    assert canvas.driver.app.state.panels.names == ("Two",)


def test_undo_all_is_the_start_and_redo_all_the_end(canvas: Canvas) -> None:
    driver, app = canvas.driver, canvas.driver.app
    first = write(app.state.document)
    driver.drag(canvas.node("Free"), canvas.wire("Two", "image"))
    driver.drag(canvas.port("Plate", "", out=True), canvas.port("Over", "a"))
    driver.key("d")
    driver.click(canvas.node("Over"))
    driver.key("Delete")
    last = write(app.state.document)
    count = canvas.steps()
    for _ in range(count):
        driver.key("ctrl+z")
    assert write(app.state.document) == first
    for _ in range(count):
        driver.key("ctrl+y")
    assert write(app.state.document) == last
    assert last != first


def test_a_key_between_two_quick_presses_makes_no_double_click_of_them(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("One"))
    driver.key("d")
    driver.seen.second()
    driver.click(canvas.node("One"))
    driver.seen.single()
    assert driver.app.state.panels.names == ()
    assert canvas.picked == nodes("One")


def test_a_double_click_selects_what_it_opens(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("One"))
    driver.app.pick(Picked())
    driver.seen.second()
    driver.click(canvas.node("One"))
    driver.seen.single()
    assert driver.app.state.panels.names == ("One",)
    assert canvas.picked == nodes("One")
