"""What the viewer looks at first."""

from __future__ import annotations

from nodegraph.editor.first_look import first_look
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library


def test_the_plate_that_most_is_made_of_and_the_result() -> None:
    graph = Graph(Library.discover()).add("Read", "Still").add("Read", "Plate").add("Grade", "Warm").add("Blur", "Soft")
    graph = graph.add("Merge", "Comp").add("Write", "Out")
    graph = graph.connect("Warm", "image", "Plate").connect("Soft", "image", "Plate")
    graph = graph.connect("Comp", "b", "Still").connect("Out", "image", "Comp")
    assert dict(first_look(graph)) == {1: "Plate", 2: "Comp"}


def test_nothing_in_an_empty_graph() -> None:
    assert dict(first_look(Graph(Library.discover()))) == {}
