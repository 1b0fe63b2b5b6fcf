"""What the canvas looks like: words stay readable where wires run through them, corners are round."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.editor.canvas.scene import Key, WireItem
from nodegraph.editor.canvas.shapes import point_on
from nodegraph.editor.canvas.view import Rect, View
from nodegraph.graph.graph import Graph, Wire
from nodegraph.graph.layout import Backdrop, placed, with_item
from tests.editor.panes.graph_canvas import NOWHERE, Canvas

FAR = 40.0  # from a wire's colour: another


def along(canvas: Canvas, taker: str, port: str) -> NDArray[np.float64]:
    """Places on a wire, close to one another."""
    item = canvas.pane.scene.items[Key("wire", taker, port)]
    assert isinstance(item, WireItem)
    return np.array([point_on(item.place, t) for t in np.linspace(0, 1, 200)])


def colours(canvas: Canvas, picture: Path, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is seen at places in the graph."""
    seen = cv2.imread(str(canvas.driver.photograph(picture)))
    assert seen is not None
    at = np.array([canvas.at(x, y) for x, y in points]).astype(int)
    return np.asarray(seen[at[:, 1], at[:, 0]], np.float64)


def shown(canvas: Canvas, graph: Graph, picture: Path, taker: str, words: Rect) -> tuple[float, float]:
    """How near to the wire's colour it is on it: at most within some words, and half of it beside them."""
    driver = canvas.driver
    driver.app.edit("words", graph)
    driver.move(canvas.at(*NOWHERE))
    driver.turn(3)
    points = along(canvas, taker, "image")
    within = np.array([words.holds((x, y)) for x, y in points])
    near = np.array([words.grown(8).holds((x, y)) for x, y in points])
    assert within.sum() > 5
    found = colours(canvas, picture, points)
    own = np.median(found[~near], axis=0)
    distance = np.abs(found - own).max(axis=1)
    return float(distance[within].min()), float(np.median(distance[~near]))


def test_a_wire_goes_behind_the_title_of_a_backdrop(canvas: Canvas, tmp_path: Path) -> None:
    panel = Backdrop((-60, 46), (320, 160), "what the wire goes through", "#3d4a5c")
    graph = with_item(canvas.graph, "Grades", panel)
    within, beside = shown(canvas, graph, tmp_path / "title.png", "One", Rect(-51, 50, 140, 68))
    assert within > FAR > beside


def test_a_wire_goes_behind_what_is_written_beside_a_node(canvas: Canvas, tmp_path: Path) -> None:
    graph = placed(canvas.graph, Free=(300, -14)).connect("Free", "image", Wire("Plate"))
    within, beside = shown(canvas, graph, tmp_path / "beside.png", "Free", Rect(130, 3, 194, 14))
    assert within > FAR > beside
    drawn = canvas.pane.painter._node_drawings[Key("node", "Plate")]
    assert drawn._plated is not None
    canvas.driver.app.undo()
    canvas.driver.turn(2)
    assert drawn._plated is None


@pytest.mark.parametrize("share", [0.5, 1.0, 1.2, 1.5, 3.0])
def test_the_corners_of_a_node_are_round_at_every_zoom(canvas: Canvas, tmp_path: Path, share: float) -> None:
    pane = canvas.pane
    pane.show(View(-250.0, -10.0, share, 1.0))
    canvas.driver.turn(3)
    name = "Free" if share < 2 else "Plate"
    box = pane.scene.boxes([name])[name]
    pixel = 0.5 / share
    left, top, right, bottom = box.grown(-pixel)
    corners = np.array([(left, top), (right, top), (left, bottom), (right, bottom)])
    middle = np.array([(left + 12, (top + bottom) / 2)])
    found, own = colours(canvas, tmp_path / "corners.png", corners), colours(canvas, tmp_path / "own.png", middle)
    assert (np.abs(found - own).max(axis=1) > FAR).all()
    inner = corners + np.array([(1, 1), (-1, 1), (1, -1), (-1, -1)]) * 5.0
    assert (np.abs(colours(canvas, tmp_path / "inner.png", inner) - own).max(axis=1) < FAR / 2).all()
