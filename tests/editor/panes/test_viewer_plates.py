"""The viewer in the real window, going from plate to plate while it is near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.data.box import Format
from nodegraph.data.errors import NodegraphError
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Shot
from nodegraph.editor.panes.viewer import ViewerPane
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone


@node
def anamorphic(image: Image) -> Image:
    """Pixels twice as wide as high."""
    return replace(image, format=Format(image.format.width, image.format.height, 2.0))


@node
def gap(image: Image, frame: Frame) -> Image:
    """A sequence without its second frame."""
    if frame == 1002:
        raise NodegraphError("frame 1002 is not there", "")
    return image


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    library = Library.discover().with_nodes(anamorphic, gap)
    graph = Graph(library, shot=Shot(first=1001, last=1004, format=Format(320, 180)))
    graph = graph.add("TestPlate", "Bars", size=[320, 180])
    graph = graph.add("Anamorphic", "Wide").connect("Wide", "image", "Bars")
    graph = graph.add("Gap", "Holes").connect("Holes", "image", "Bars")
    with alone("viewer", Document(graph, tmp_path / "v.ngraph.json"), tmp_path, monkeypatch) as found:
        yield found


def look(driver: Driver, name: str) -> ViewerPane:
    pane = driver.pane(ViewerPane)
    driver.app.look(name)
    driver.until(lambda: "A" in pane.view.at and pane.view.at["A"].node == name and pane.view.a, name)
    driver.turn(3)
    return pane


def nearer(driver: Driver, pane: ViewerPane) -> None:
    zoom = pane.framing.zoom
    driver.wheel(4, driver.inside(pane, 0.4, 0.4))
    driver.until(lambda: pane.framing.zoom > zoom * 1.5, "nearer")


def test_pixels_have_the_shape_of_the_plate_that_is_looked_at(driver: Driver) -> None:
    pane = look(driver, "Bars")
    nearer(driver, pane)
    before = pane.framing
    look(driver, "Wide")
    assert pane.framing == before.shaped(2.0, pane.room)
    look(driver, "Bars")
    assert (pane.framing.aspect, pane.framing.zoom) == (1.0, before.zoom)
    assert pane.framing.x == pytest.approx(before.x)


def test_a_frame_that_is_not_there_does_not_take_the_picture_away_from_where_it_lay(driver: Driver) -> None:
    pane = look(driver, "Holes")
    nearer(driver, pane)
    before = pane.framing
    driver.app.goto(1002)
    driver.until(lambda: pane.view.words is not None, "the fault")
    driver.app.goto(1003)
    driver.until(lambda: pane.view.a is not None, "the next frame")
    driver.turn(2)
    assert pane.framing == before


def test_a_node_that_is_deleted_while_it_plays_is_not_seen_any_more(driver: Driver) -> None:
    pane, app = look(driver, "Wide"), driver.app
    app.change(playing=1)
    driver.until(lambda: pane.cached(), "frames that play")
    app.edit("delete", app.state.graph.remove("Wide"))
    driver.until(lambda: pane.view.a is None, "no picture")
    assert pane.view.words is not None
    app.undo()
    driver.until(lambda: pane.view.a is not None, "the same frame, though play is still on it")
    app.change(playing=0)
    driver.turn(2)
