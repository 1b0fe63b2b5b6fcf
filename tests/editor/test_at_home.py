"""What a compositor's hands expect of undo, of words and of sliders, in the whole window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.graph.document import Document
from tests.editor.driver import Driver, opened
from tests.editor.panes.graph_canvas import Canvas, start
from tests.editor.panes.test_properties import enter, middle, panel, row, value


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Driver]:
    with opened(Document(start()), tmp_path) as driver:
        yield driver


@pytest.fixture
def canvas(driver: Driver) -> Canvas:
    return Canvas(driver)


def test_what_was_deleted_comes_back_selected_on_its_viewer_and_with_its_panel(canvas: Canvas) -> None:
    driver, app = canvas.driver, canvas.driver.app
    driver.click(canvas.node("One"))
    driver.key("2", "Return")
    assert (app.state.inputs[2], app.state.panels.names) == ("One", ("One",))
    driver.key("Delete")
    assert 2 not in app.state.inputs
    assert not app.state.panels.names
    driver.key("ctrl+z")
    assert (app.state.inputs[2], app.state.panels.names) == ("One", ("One",))
    assert app.state.picked.nodes == {"One"}


def test_what_was_called_otherwise_keeps_its_viewer_through_undo(canvas: Canvas) -> None:
    driver, app = canvas.driver, canvas.driver.app
    driver.click(canvas.node("One"))
    driver.key("3", "Return", "n")
    driver.active()
    driver.key("ctrl+a")
    driver.type("Key")
    driver.key("Return")
    assert (app.state.inputs[3], app.state.panels.names) == ("Key", ("Key",))
    driver.move(canvas.at(-200, 200))
    driver.key("ctrl+z")
    assert (app.state.inputs[3], app.state.panels.names) == ("One", ("One",))
    driver.key("ctrl+shift+z")
    assert (app.state.inputs[3], app.state.panels.names) == ("Key", ("Key",))


def test_a_complaint_goes_with_the_next_edit(canvas: Canvas) -> None:
    driver, app = canvas.driver, canvas.driver.app
    driver.click(canvas.node("One"))
    driver.key("y")
    assert app.said[1]
    driver.turn(5)
    assert app.said[1], "it stays until something is done"
    driver.key("d")
    assert app.said == ("", False)


def test_undo_tells_that_there_is_nothing(canvas: Canvas) -> None:
    canvas.driver.key("ctrl+z")
    assert canvas.driver.app.said == ("nothing to undo", False)
    canvas.driver.key("ctrl+shift+z")
    assert canvas.driver.app.said == ("nothing to do again", False)


def test_a_slider_pressed_far_from_its_grip_is_one_step(canvas: Canvas) -> None:
    driver = canvas.driver
    panel(driver, "One")
    x, y = middle(row(driver, "One", "mix").slider)
    driver.drag((x + 30, y), (x - 30, y))
    assert value(driver, "One", "mix") != 1.0
    assert driver.app.session.undo_label == "One mix"
    driver.app.undo()
    assert value(driver, "One", "mix") == 1.0


def test_ctrl_on_a_slider_is_its_default(canvas: Canvas) -> None:
    driver = canvas.driver
    panel(driver, "One")
    enter(driver, row(driver, "One", "mix").fields[0], "0.25")
    with driver.hold("ctrl"):
        driver.click(middle(row(driver, "One", "mix").slider))
    assert value(driver, "One", "mix") == 1.0
    driver.app.undo()
    assert value(driver, "One", "mix") == 0.25


def test_a_number_beyond_its_limit_is_told(canvas: Canvas) -> None:
    driver = canvas.driver
    panel(driver, "One")
    enter(driver, row(driver, "One", "mix").fields[0], "-0.5")
    assert value(driver, "One", "mix") == 0.0
    assert driver.app.said == ("mix does not go below 0", True)
    enter(driver, row(driver, "One", "mix").fields[0], "+7")
    assert value(driver, "One", "mix") == 1.0
    assert driver.app.said == ("mix does not go above 1", True)
    enter(driver, row(driver, "One", "mix").fields[0], "0.5")
    assert driver.app.said == ("", False)


def test_a_key_that_does_nothing_says_so(canvas: Canvas) -> None:
    driver = canvas.driver
    driver.key("ctrl+g")
    assert driver.app.said == ("Ctrl+G does nothing over the graph", False)
    driver.key("d")
    assert driver.app.said[1], "nothing is selected"
    driver.click(canvas.node("One"))
    driver.key("ctrl+x")
    assert driver.app.said == ("cut 1 node as text", False)


def test_undo_of_another_range_takes_in_and_out_along(canvas: Canvas) -> None:
    app = canvas.driver.app
    app.edit("Project settings", app.state.graph.with_shot(first=1001, last=1200))
    app.change(first=1001, last=1200, frame=1150)
    canvas.driver.key("ctrl+z")
    shot = app.state.graph.shot
    assert (app.state.first, app.state.last) == (shot.first, shot.last)
    assert app.state.frame <= shot.last
