"""Gestures on the canvas that are broken off, or that a key or the wheel comes into."""

from __future__ import annotations

import pytest

from nodegraph.editor.canvas.picked import nodes
from nodegraph.graph.document import Document, write
from nodegraph.graph.graph import Wire
from nodegraph.graph.layout import Backdrop, places, with_item
from tests.editor.driver import MIDDLE, At
from tests.editor.panes.graph_canvas import NOWHERE, Canvas, start


def pulled(canvas: Canvas, at: At, x: float = -60.0, y: float = 30.0) -> None:
    """Press somewhere and drag so far; the button stays down."""
    canvas.driver.move(at)
    canvas.driver.press()
    for part in (0.5, 1.0):
        canvas.driver.move((at[0] + x * part, at[1] + y * part))


def test_escape_leaves_no_step_and_what_was_undone_can_be_done_again(canvas: Canvas) -> None:
    driver, app = canvas.driver, canvas.driver.app
    driver.app.open(Document(with_item(canvas.graph, "Back", Backdrop((-40, 60), (230, 200), "grades"))))
    driver.turn(3)
    first = write(app.state.document)
    driver.click(canvas.node("Free"))
    driver.key("d", "ctrl+z")
    for at in (canvas.node("One"), canvas.at(188, 258), canvas.at(150, 70)):  # a node, a corner, a backdrop
        pulled(canvas, at)
        assert write(app.state.document) != first
        driver.key("Escape")
        driver.release()
        assert write(app.state.document) == first
        assert not app.state.changed
        assert (app.session.undo_label, app.session.redo_label) == ("", "disable")


@pytest.mark.parametrize("what", ["extract", "dot"])
def test_escape_takes_back_what_a_drag_with_ctrl_did(canvas: Canvas, what: str) -> None:
    driver = canvas.driver
    with driver.hold("ctrl"):
        pulled(canvas, canvas.node("One") if what == "extract" else canvas.wire("Two", "image"))
        assert canvas.graph.nodes != start().nodes
        driver.key("Escape")
        driver.release()
    assert canvas.graph == start()
    assert canvas.steps() == 0


def test_undo_in_the_middle_of_a_drag_ends_it(canvas: Canvas) -> None:
    driver, app = canvas.driver, canvas.driver.app
    driver.click(canvas.node("Free"))
    driver.key("d")
    pulled(canvas, canvas.node("One"))
    driver.key("ctrl+z")
    driver.move((driver.at[0] - 40, driver.at[1]))
    driver.release()
    assert places(canvas.graph)["One"].at == (0, 90)
    assert canvas.graph.node("Free").disabled
    assert (app.session.undo_label, app.session.redo_label) == ("disable", "move")


def test_a_key_in_the_middle_of_a_drag_is_a_step_that_stays(canvas: Canvas) -> None:
    driver = canvas.driver
    pulled(canvas, canvas.node("One"))
    place = places(canvas.graph)["One"].at
    driver.key("d")
    driver.move((driver.at[0] - 40, driver.at[1]))
    driver.release()
    assert canvas.graph.node("One").disabled
    assert places(canvas.graph)["One"].at == place
    assert canvas.steps() == 2


def test_what_is_deleted_while_a_wire_is_in_the_hand_stays_deleted(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.click(canvas.node("Plate"))
    pulled(canvas, canvas.port("Plate", "", out=True))
    driver.key("Delete")
    driver.move(canvas.port("Free", "image"))
    driver.release()
    assert "Plate" not in canvas.graph.nodes
    assert canvas.steps() == 1


def test_the_wheel_zooms_while_nodes_are_dragged_and_they_stay_under_the_hand(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    driver.click(canvas.node("One"))
    with driver.hold("shift"):
        driver.click(canvas.node("Two"))
    before = places(canvas.graph)
    pulled(canvas, canvas.node("One"))
    driver.wheel(-4)
    assert pane.view.share == pytest.approx(1.15**-4)
    driver.move((driver.at[0] + 100, driver.at[1] + 10))
    driver.turn(2)
    assert canvas.node("One") == pytest.approx(driver.at, abs=1)
    driver.release()
    after = places(canvas.graph)
    ways = {(after[name].at[0] - before[name].at[0], after[name].at[1] - before[name].at[1]) for name in ("One", "Two")}
    assert len(ways) == 1
    assert canvas.steps() == 1


def test_the_wheel_zooms_under_a_box_a_wire_and_a_pan(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    pulled(canvas, canvas.at(-60, 60), 120, 100)
    driver.wheel(-3)
    driver.move(canvas.at(170, 245))
    driver.release()
    assert canvas.picked == nodes("One", "Two")
    pulled(canvas, canvas.port("Plate", "", out=True))
    driver.wheel(2)
    driver.move(canvas.port("Free", "image"))
    driver.release()
    assert canvas.graph.node("Free").inputs == {"image": Wire("Plate")}
    driver.move(canvas.at(*NOWHERE))
    under = pane.view.to_graph(pane.local(driver.at))
    share = pane.view.share
    driver.press(MIDDLE)
    driver.move((driver.at[0] + 30, driver.at[1]))
    driver.wheel(2)
    driver.move((driver.at[0] + 30, driver.at[1]))
    driver.release(MIDDLE)
    assert pane.view.share == pytest.approx(share * 1.15**2)
    assert pane.view.to_graph(pane.local(driver.at)) == pytest.approx(under, abs=0.01)
