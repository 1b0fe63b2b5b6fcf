"""The canvas in a real window, for tests that drive it."""

from __future__ import annotations

from nodegraph.editor.canvas.hit import spot_place
from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.canvas.scene import Key, WireItem
from nodegraph.editor.canvas.shapes import point_on, spot_at
from nodegraph.editor.canvas.view import View
from nodegraph.editor.panes.graph import GraphPane
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed
from nodegraph.graph.library import Library
from tests.editor.driver import At, Driver

NOWHERE = (-200.0, 200.0)  # a place in the graph where nothing is


def start() -> Graph:
    """A plate, graded twice and merged with itself, and two nodes that nobody is wired to."""
    graph = Graph(Library.discover())
    for kind, name in (("Read", "Plate"), ("Grade", "One"), ("Grade", "Two"), ("Merge", "Over"), ("Blur", "Free")):
        graph = graph.add(kind, name)
    graph = graph.add("Detect", "Faces")
    graph = graph.connect("One", "image", "Plate").connect("Two", "image", "One").connect("Over", "b", "Two")
    return placed(graph, Plate=(0, 0), One=(0, 90), Two=(0, 200), Over=(0, 280), Free=(300, 60), Faces=(300, 220))


class Canvas:
    """The pane, and where things of the graph are in the window."""

    def __init__(self, driver: Driver, graph: Graph | None = None) -> None:
        self.driver = driver
        self.pane = driver.pane(GraphPane)
        driver.app.open(Document(start() if graph is None else graph))
        driver.turn(2)
        unit = driver.app.scale
        self.pane.show(View(-250.0, -10.0, unit, unit))
        driver.turn(2)
        driver.move(self.at(*NOWHERE))

    @property
    def graph(self) -> Graph:
        return self.driver.app.state.graph

    @property
    def picked(self) -> Picked:
        return self.driver.app.state.picked

    def at(self, x: float, y: float) -> At:
        """A place in the graph."""
        left, top = self.pane.view.to_screen((x, y))
        return left + self.pane.origin[0], top + self.pane.origin[1]

    def node(self, name: str) -> At:
        """The middle of a node."""
        return self.at(*self.pane.scene.boxes([name])[name].centre)

    def port(self, name: str, port: str, out: bool = False) -> At:
        item = self.pane.scene.nodes[name]
        spot = spot_at(item.look.outs if out else item.look.ins, port)
        assert spot is not None
        return self.at(*spot_place(item, spot))

    def wire(self, taker: str, port: str, along: float = 0.5) -> At:
        item = self.pane.scene.items[Key("wire", taker, port)]
        assert isinstance(item, WireItem)
        return self.at(*point_on(item.place, along))

    def steps(self) -> int:
        """How many steps could be taken back."""
        app, count = self.driver.app, 0
        while app.session.undo_label:
            app.undo()
            count += 1
        for _ in range(count):
            app.redo()
        self.driver.turn(2)
        return count
