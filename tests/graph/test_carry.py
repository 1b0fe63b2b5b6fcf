"""Dots in wires of every type: what they carry, what they refuse, and that nothing comes out otherwise for them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nodegraph as ng
from nodegraph.data.errors import ConsentError, GraphError
from nodegraph.data.faces import Faces
from nodegraph.data.image import Image
from nodegraph.data.tracks import Tracks
from nodegraph.engine.evaluate import evaluate
from nodegraph.engine.plan import Planner
from nodegraph.graph.document import Document, read, write
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import Anything
from nodegraph.graph.preset import copied, pasted
from tests.engine.consenting import GRANTED, graph_of


def dotted(graph: Graph) -> Graph:
    """The graph with two dots in every wire that there is."""
    for number, (taker, port, wire) in enumerate(list(graph.wires())):
        graph = graph.add("Dot", f"High{number}").connect(f"High{number}", "image", wire)
        graph = graph.add("Dot", f"Low{number}").connect(f"Low{number}", "image", f"High{number}")
        graph = graph.connect(taker, port, f"Low{number}")
    return graph


def told_of(graph: Graph, taker: str, giver: str) -> tuple[str, ...]:
    """What is told of the graph's file after somebody has wired a dot otherwise in it, with a text editor."""
    saved = json.loads(write(Document(graph)))
    saved["nodes"][taker]["inputs"] = {"image": giver}
    document = read(json.dumps(saved), graph.library)
    for name in document.graph.nodes:  # it opens all the same, so every node is looked at
        assert document.graph.type_of(name) is not None
    return document.problems


@pytest.fixture
def faces() -> Graph:
    graph = Graph(Library.discover()).add("TestPlate", "Plate").add("Detect", "Detect").add("Track", "Track")
    graph = graph.add("Landmarks", "Landmarks").connect("Detect", "image", "Plate")
    graph = graph.connect("Landmarks", "image", "Plate").connect("Landmarks", "faces", "Detect")
    return graph.connect("Track", "faces", "Landmarks")


def carried(graph: Graph, name: str) -> type:
    kind = graph.type_of(name)
    assert kind is not None
    (output,), (port,) = kind.outputs, kind.inputs
    assert output.type is port.type
    return output.type


def test_a_dot_carries_what_its_wire_does(faces: Graph) -> None:
    graph = faces.add("Dot", "A").add("Dot", "B").connect("B", "image", "A")
    assert carried(graph, "B") is Anything
    for giver, what in (("Plate", Image), ("Landmarks", Faces), ("Track", Tracks)):
        assert carried(graph.connect("A", "image", giver), "B") is what


def test_a_dot_without_a_wire_is_what_is_wanted_of_it(faces: Graph) -> None:
    graph = faces.add("Dot", "A").add("Dot", "B").connect("B", "image", "A").connect("Landmarks", "faces", "B")
    assert carried(graph, "A") is carried(graph, "B") is Faces
    with pytest.raises(GraphError, match=r"A gives Faces, but Detect.image takes Image"):
        graph.connect("Detect", "image", "A")


def test_a_dot_takes_nothing_that_it_could_not_hand_on(faces: Graph) -> None:
    graph = faces.add("Dot", "A").add("Dot", "B").connect("B", "image", "A").connect("Landmarks", "faces", "B")
    with pytest.raises(
        GraphError, match=r"Plate gives Image, but Landmarks.faces takes Faces, to which A would carry it"
    ):
        graph.connect("A", "image", "Plate")
    assert graph.connect("A", "image", "Detect").node("A").inputs
    with pytest.raises(GraphError, match=r"B gives Faces, but Detect.image takes Image"):
        graph.connect("Detect", "image", "B")
    with pytest.raises(GraphError, match="loop"):
        graph.connect("A", "image", "B")


def test_a_file_with_dots_in_all_wires_reads_back_and_one_that_cannot_be_is_told(faces: Graph) -> None:
    graph = dotted(faces)
    again = read(write(Document(graph)), graph.library)
    assert again.problems == ()
    assert again.graph == graph
    high = next(name for name, _, wire in graph.wires() if wire.node == "Landmarks")
    assert any("but Track.faces takes Faces" in each for each in told_of(graph, high, "Plate"))


def test_a_ring_of_dots_in_a_faulty_file_is_told_and_no_more(faces: Graph) -> None:
    graph = faces.add("Dot", "A").add("Dot", "B").connect("B", "image", "A")
    assert any("go round" in each for each in told_of(graph, "A", "B"))


def test_dots_in_all_wires_change_nothing_of_a_shot(tmp_path: Path) -> None:
    """Identities, numbers measured over a whole shot, pictures and mattes, each through two dots."""
    graph = graph_of(**GRANTED).add("Average", "Average").connect("Average", "image", "Swap")
    graph = graph.add("Lit", "Lit").connect("Lit", "image", "Swap").connect("Lit", "amount", "Average")
    graph = graph.add("Grade", "Grade", multiply=(2.0, 2.0, 2.0)).connect("Grade", "image", "Lit")
    graph = graph.connect("Grade", "matte", "Plate").connect("Write1", "image", "Grade")
    wanted = evaluate(graph, "Grade", 1002, root=tmp_path)
    found = evaluate(dotted(graph), "Grade", 1002, root=tmp_path)
    assert isinstance(found, Image)
    assert np.array_equal(found.pixels, wanted.pixels)


def test_a_dot_does_not_hide_whose_face_it_is(tmp_path: Path) -> None:
    with pytest.raises(ConsentError, match="Who: the identity 'jane'"):
        ng.render(dotted(graph_of()), "Write1", root=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_dot_that_is_off_passes_on_what_it_carries(faces: Graph, tmp_path: Path) -> None:
    graph = faces.add("Dot", "A").connect("A", "image", "Landmarks").connect("Track", "faces", "A").disable("A")
    planned, plain = (Planner(each, tmp_path).plan("Track", 1001).feed for each in (graph, faces))
    assert planned is not None
    assert plain is not None
    assert planned.step.key == plain.step.key  # made of the very same


def test_a_piece_that_begins_with_a_dot_is_wired_to_what_fits(faces: Graph) -> None:
    graph = faces.add("Dot", "A").connect("A", "image", "Detect").connect("Landmarks", "faces", "A")
    text = copied(graph, ["A", "Landmarks", "Track"])
    there = pasted(graph, text, source="Plate").graph
    (dot,) = set(there.nodes) - set(graph.nodes) - {name for name in there.nodes if there.nodes[name].kind != "Dot"}
    assert there.node(dot).inputs == {}  # the plate went to the input that takes pictures
    there = pasted(graph, text, source="Detect").graph
    assert [each for each in there.consumers("Detect") if each[0] not in graph.nodes] == [(dot, "image")]
