"""A beside B in the real window: what lies over A's picture ends where B's begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.box import Format
from nodegraph.data.faces import Face, Rect
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.data.tracks import Track, Tracks
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.panes.viewer import ViewerPane
from nodegraph.editor.panes.viewer_painter import Pen
from nodegraph.editor.viewer.compare import Compare
from nodegraph.editor.viewer.framing import Framing
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from nodegraph.graph.shapes import Point, Shape, Shapes
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone

TURN = np.linspace(0, 2 * np.pi, 68, endpoint=False)


@node
def two_faces(image: Image, shot: Shot) -> Tracks:
    """One on the left of the picture, one on the right."""

    def track(name: str, x: float) -> Track:
        points = np.stack([x + 30 * np.cos(TURN), 90 + 40 * np.sin(TURN)], axis=1)
        return Track(name, dict.fromkeys(shot.frames, Face(Rect(x - 35, 40, x + 35, 140), 1.0, points, 1.0)))

    return Tracks(image.format, (track("anna", 70.0), track("ben", 250.0)))


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    shot = Shot(first=1001, last=1004, format=Format(320, 180))
    graph = Graph(Library.discover().with_nodes(two_faces), shot=shot).add("TestPlate", "Bars", size=[320, 180])
    graph = graph.add("Constant", "Grey", color=[0.18, 0.18, 0.18, 1.0], size=[320, 180])
    graph = graph.add("TwoFaces", "Faces").connect("Faces", "image", "Bars")
    square = tuple(Point(float(x), float(y)) for x, y in ((60, 40), (300, 40), (300, 120), (60, 120)))
    graph = graph.add("Roto", "Shape", shapes=Shapes((Shape(square),)))
    with alone("viewer", Document(graph, tmp_path / "v.ngraph.json"), tmp_path, monkeypatch) as found:
        yield found


def reach(pen: Pen) -> list[float]:
    """How far right each thing goes that a pen shows; dots and handles by their middle, words by where they begin."""
    found: list[float] = []
    for kind, items in pen.items.items():
        for what in filter(None, (pen.shown[item] for item in items)):
            match kind:
                case "line":
                    found.append(max(x for x, _ in what[0]))
                case "dot":
                    found.append(what[0])
                case "square":
                    found.append((what[0][0] + what[1][0]) / 2)
                case "fill":
                    found.append(what[1][0])
                case "words":
                    found.append(what[0][0])
    return found


def test_what_lies_over_a_ends_where_b_begins(driver: Driver) -> None:
    pane = driver.pane(ViewerPane)
    driver.app.pick(nodes("Shape"))
    driver.app.change(inputs={1: "Faces", 2: "Grey"}, shown=1, against=2)
    driver.move(driver.inside(pane))
    driver.key("shift+n")
    driver.until(lambda: pane.settings.compare is Compare.SIDES and pane.half != pane.room, "side by side")
    driver.until(lambda: any(each.value is not None for each in pane.view.over.values()), "the faces")
    edge = float(pane.half.width)
    near = Framing(0.0, 0.0, edge / 180)  # the right face lies beyond A's half
    pane.frame_to(near)
    driver.until(lambda: not pane.stale and not pane.marks, "drawn")
    beyond = pane.framing.to_pane(250, 90)[0]
    assert edge < beyond < pane.room.width, "it would lie over B"
    for pen in (pane.paint.pen, pane.paint.front):
        places = reach(pen)
        assert places
        assert max(places) <= edge
    assert edge in reach(pane.paint.front), "the shape goes up to the edge"
    driver.key("shift+n")
    driver.until(lambda: pane.half == pane.room and not pane.marks, "one picture")
    pane.frame_to(near)
    driver.until(lambda: not pane.stale and not pane.marks, "drawn")
    assert max(reach(pane.paint.pen)) > edge, "alone it has all the room"
