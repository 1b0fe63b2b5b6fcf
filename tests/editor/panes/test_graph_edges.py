"""What is dragged to the edge of the canvas takes the canvas along, under real hands."""

from __future__ import annotations

import pytest

from nodegraph.editor.canvas import edge
from nodegraph.editor.canvas.picked import nodes
from nodegraph.graph.layout import places
from tests.editor.driver import At
from tests.editor.panes.graph_canvas import Canvas, start


def right(canvas: Canvas, inside: float) -> At:
    """A place so many pixels inside the right edge of the canvas."""
    (x, y), (width, height) = canvas.pane.origin, canvas.pane.size
    return x + width - inside, y + height * 0.4


def test_nothing_scrolls_in_the_middle_and_the_faster_the_further_out() -> None:
    size = (800.0, 300.0)
    assert edge.speed((400, 150), size) == (0, 0)
    assert edge.speed((edge.MARGIN, 300 - edge.MARGIN), size) == (0, 0)
    slow, fast = edge.speed((795, 150), size), edge.speed((820, 150), size)
    assert 0 < slow[0] < fast[0] <= edge.FASTEST
    assert edge.speed((-4000, 4000), size) == (-edge.FASTEST, edge.FASTEST)
    assert edge.speed((1590, 300), (1600, 600), 2.0) == (2 * slow[0] + 0, 0)


def test_a_node_dragged_to_the_edge_scrolls_the_canvas_and_stays_under_the_hand(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    before, place = pane.view, places(canvas.graph)["Free"].at
    at = canvas.node("Free")
    driver.move(at)
    driver.press()
    driver.move((at[0] + 40, at[1]))
    driver.move(right(canvas, 6))
    driver.until(lambda: pane.view.x > before.x + 150, "the canvas scrolled")
    driver.move((driver.at[0] - 200, driver.at[1]))
    view = pane.view
    driver.turn(4)
    assert pane.view == view
    driver.release()
    assert (view.y, view.zoom) == (before.y, before.zoom)
    middle = pane.scene.boxes(["Free"])["Free"].centre
    assert middle == pytest.approx(view.to_graph(pane.local(driver.at)), abs=8)  # it snaps to others
    assert places(canvas.graph)["Free"].at != place
    assert canvas.steps() == 1
    driver.app.undo()
    assert places(canvas.graph)["Free"].at == place


def test_a_press_near_the_edge_scrolls_only_once_the_hand_came_from_further_in(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    box = pane.scene.boxes(["Free"])["Free"]
    pane.show(pane.view._replace(x=box.centre[0] - pane.size[0] + 10))
    driver.turn(2)
    view = pane.view
    driver.move(canvas.node("Free"))
    driver.press()
    driver.move((driver.at[0], driver.at[1] + 12))
    driver.turn(4)
    assert pane.view == view
    driver.release()


def test_a_box_and_a_wire_scroll_too(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    before = pane.view
    driver.move(canvas.at(250, 40))
    driver.press()
    driver.move(canvas.at(270, 60))
    driver.move(right(canvas, 4))
    driver.until(lambda: pane.view.x > before.x + 100, "the canvas scrolled")
    driver.release()
    assert canvas.picked == nodes("Free", "Faces") or canvas.picked == nodes("Free")
    driver.key("Escape")
    before = pane.view
    driver.move(canvas.port("Free", "", out=True))
    driver.press()
    driver.move((driver.at[0] + 30, driver.at[1] + 20))
    driver.move((driver.at[0], pane.origin[1] + pane.size[1] - 5))
    driver.until(lambda: pane.view.y > before.y + 80, "the canvas scrolled")
    driver.key("Escape")
    driver.release()
    assert canvas.graph.nodes == start().nodes
