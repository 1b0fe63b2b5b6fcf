"""The canvas on a screen that is twice as fine: all is twice as large, and is hit where it is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import dearpygui.dearpygui as dpg
import pytest

from nodegraph.editor.canvas.picked import Picked, nodes
from nodegraph.editor.canvas.scene import Key
from nodegraph.editor.canvas.view import Detail
from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph import GraphPane
from nodegraph.editor.panes.graph_node import TITLE, WIRE
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Wire
from nodegraph.graph.layout import places
from tests.editor.driver import At, Driver, opened
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


def seen_colour(driver: Driver, path: Path, at: At) -> tuple[int, int, int]:
    """What colour a pixel of the window has."""
    picture = cv2.imread(str(driver.photograph(path)))
    assert picture is not None
    b, g, r = picture[round(at[1]), round(at[0])]
    return int(r), int(g), int(b)


def test_the_search_is_as_much_larger_and_its_rows_are_taken_where_they_are_seen(
    canvas: Canvas, tmp_path: Path
) -> None:
    driver, chooser, scale = canvas.driver, canvas.pane.adding.chooser, canvas.driver.app.scale
    driver.key("Tab")
    driver.type("gr")
    driver.until(lambda: chooser.text == "gr" and len(chooser.rows) > 2, "the rows")
    driver.key("Down", "Down")
    driver.until(lambda: chooser.at == 2, "the third row")
    driver.turn(2)
    assert chooser.size[0] == 400 * scale
    left, top = dpg.get_item_rect_min(chooser._list)
    third = left + 200 * scale, top + 2.5 * 26 * scale
    assert seen_colour(driver, tmp_path / "third.png", third) == inks.ACCENT_DIM[:3]
    second = third[0], third[1] - 26 * scale
    assert seen_colour(driver, tmp_path / "second.png", second) == inks.RAISED[:3]
    wanted = chooser.rows[1].key
    driver.click(second)
    driver.until(lambda: f"{wanted}1" in canvas.graph.nodes, "the node of the second row")


def test_a_name_is_typed_into_a_field_as_high_as_the_letters_in_it(canvas: Canvas) -> None:
    driver, field = canvas.driver, canvas.pane.names.field
    driver.click(canvas.node("Free"))
    driver.key("n")
    driver.until(lambda: field.shown, "the field")
    driver.turn(2)
    inner = dpg.get_item_rect_size(field._line)
    assert field.size[1] == pytest.approx(inner[1] + 4 * driver.app.scale, abs=1.5)
    middle = field.place[1] + field.size[1] / 2
    assert middle == pytest.approx(canvas.node("Free")[1], abs=1.5)
    driver.type("Soft")
    driver.key("Return")
    driver.until(lambda: "Soft" in canvas.graph.nodes, "the name")


def test_a_colour_is_taken_where_it_is_seen(canvas: Canvas, tmp_path: Path) -> None:
    driver, pane, scale = canvas.driver, canvas.pane, canvas.driver.app.scale
    driver.click(canvas.node("Free"))
    driver.app.start("colour", pane.place)
    driver.until(lambda: pane.swatches.shown, "the colours")
    driver.turn(2)
    left, top = dpg.get_item_rect_min(pane.swatches._list)
    at = left + 3.5 * 30 * scale, top + 1.5 * 30 * scale  # the fourth of the second row
    seen = seen_colour(driver, tmp_path / "colours.png", at)
    driver.click(at)
    driver.until(lambda: places(canvas.graph)["Free"].colour, "the colour")
    assert places(canvas.graph)["Free"].colour == "#{:02x}{:02x}{:02x}".format(*seen)
