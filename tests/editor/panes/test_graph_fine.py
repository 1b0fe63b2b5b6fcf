"""The canvas on a screen that is twice as fine: all is twice as large, and is hit where it is seen."""

from __future__ import annotations

from collections.abc import Iterator

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.editor.canvas.picked import Picked, nodes
from nodegraph.editor.canvas.scene import Key
from nodegraph.editor.canvas.view import Detail
from nodegraph.editor.panes.graph import GraphPane
from nodegraph.editor.panes.graph_node import TITLE, WIRE
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Wire
from nodegraph.graph.layout import places
from tests.editor.driver import Driver, opened
from tests.editor.panes.graph_canvas import Canvas, start

SCALES = (1.5, 2.0)


@pytest.fixture(scope="module", params=SCALES, ids=lambda scale: f"scale {scale}")
def graph_window(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    settings = tmp_path_factory.mktemp("settings")
    with opened(Document(start()), settings, scale=request.param) as found:
        pane = found.pane(GraphPane)
        found.move(found.inside(pane))
        found.key("space")
        found.until(lambda: min(pane.size) > 700, "the graph alone")
        yield found


def test_nodes_letters_and_wires_are_as_much_larger(canvas: Canvas) -> None:
    pane, scale = canvas.pane, canvas.driver.app.scale
    assert (pane.view.share, pane.view.zoom) == (1.0, scale)
    assert pane.view.detail is Detail.FULL
    box = pane.scene.boxes(["One"])["One"]
    left, right = canvas.at(box.left, box.top)[0], canvas.at(box.right, box.top)[0]
    assert right - left == pytest.approx(box.width * scale)
    drawn = pane.painter._node_drawings[Key("node", "One")]
    sizes = {dpg.get_item_configuration(item)["size"] for item, field, _ in drawn._scaled if field == "size"}
    assert sizes == {TITLE * scale}
    wire = pane.painter._wire_drawings[Key("wire", "Two", "image")]
    assert dpg.get_item_configuration(wire.root)["thickness"] == WIRE[Detail.FULL] * scale


def test_it_opens_at_100_percent_at_most_and_the_keys_know_it(canvas: Canvas) -> None:
    driver, pane = canvas.driver, canvas.pane
    driver.key("f")
    assert pane.view.unit == driver.app.scale
    assert pane.view.share <= 1.0
    seen = pane.view.seen(pane.size)
    assert all(seen.covers(box) for box in pane.scene.boxes(pane.scene.nodes).values())
    driver.app.start("actual_size")
    driver.turn(2)
    assert pane.view.share == pytest.approx(1.0)


def test_ports_nodes_and_wires_are_hit_as_far_from_them_as_their_size_says(canvas: Canvas) -> None:
    driver, pane, scale = canvas.driver, canvas.pane, canvas.driver.app.scale
    x, y = canvas.port("Free", "image")
    hit = pane.hit(pane.local((x, y - 7 * scale)))
    assert hit is not None
    assert (hit.name, hit.port) == ("Free", "image")
    assert pane.hit(pane.local((x, y - 10 * scale))) is None
    x, y = canvas.wire("Two", "image")
    driver.click((x + 5 * scale, y))
    assert canvas.picked == Picked(wires=frozenset({("Two", "image")}))
    driver.click(canvas.node("Free"))
    assert canvas.picked == nodes("Free")


def test_a_drag_goes_as_far_in_the_graph_as_its_pixels_are(canvas: Canvas) -> None:
    driver, scale = canvas.driver, canvas.driver.app.scale
    at = canvas.node("Faces")
    with driver.hold("shift"):  # nothing snaps
        driver.drag(at, (at[0] + 60 * scale, at[1] + 30 * scale))
    assert places(canvas.graph)["Faces"].at == pytest.approx((360, 250), abs=1)  # the mouse is at whole pixels
    driver.drag(canvas.port("Free", "", out=True), canvas.port("Over", "a"))
    assert canvas.graph.node("Over").inputs["a"] == Wire("Free")


def test_the_small_map_is_as_much_larger(canvas: Canvas) -> None:
    driver, pane, scale = canvas.driver, canvas.pane, canvas.driver.app.scale
    driver.turn(4)
    assert pane.map._map is not None
    frame = pane.map._map.frame
    assert (frame.width, frame.height) == (180 * scale, 116 * scale)
