"""The graph as a value: edits, and what they refuse."""

import pytest

from nodegraph.data.errors import GraphError
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph, Link, Wire
from nodegraph.graph.library import Library


@pytest.fixture
def graph(library: Library) -> Graph:
    chain = Graph(library).add("Plate").add("Gain").add("Gain", amount=2.0)
    return chain.connect("Gain1", "image", "Plate1").connect("Gain2", "image", "Gain1")


def test_an_edit_leaves_the_old_graph_alone(graph: Graph) -> None:
    before = dict(graph.nodes)
    for edited in (
        graph.set("Gain1", "amount", 3.0),
        graph.add("Split"),
        graph.remove("Gain1"),
        graph.rename("Gain1", "bright"),
        graph.disable("Gain2"),
        graph.disconnect("Gain2", "image"),
        graph.with_shot(first=5, last=9),
    ):
        assert edited != graph
        assert dict(graph.nodes) == before


def test_a_loop_is_refused_and_told(graph: Graph) -> None:
    with pytest.raises(GraphError, match="loop: Gain1 → Gain2 → Gain1"):
        graph.connect("Gain1", "matte", "Gain2")
    with pytest.raises(GraphError, match="loop"):
        graph.connect("Gain1", "matte", "Gain1")


@pytest.mark.parametrize(
    ("node", "port", "source", "says"),
    [
        ("Gain1", "picture", "Plate1", "no input picture"),
        ("Gain1", "image", "Nobody", "no node Nobody"),
        ("Gain1", "image", "Plate1.matte", "no output matte"),
        ("Number1", "value", "Plate1", "gives Image, but Number1.value takes float"),
        ("Gain1", "image", "Split1.second", "gives float"),
    ],
)
def test_a_wrong_wire_is_refused(graph: Graph, node: str, port: str, source: str, says: str) -> None:
    with pytest.raises(GraphError, match=says):
        graph.add("Number").add("Split").connect(node, port, source)


def test_a_picture_gives_its_matte_and_outputs_go_by_name(graph: Graph) -> None:
    wired = graph.add("Split").connect("Split1", "image", "Plate1").connect("Gain1", "matte", "Split1.first")
    assert wired.node("Gain1").inputs["matte"] == Wire("Split1", "first")
    assert wired.consumers("Plate1") == [("Gain1", "image"), ("Split1", "image")]
    assert wired.upstream("Gain1")[-1] == "Gain1"
    assert set(wired.upstream("Gain1")) == {"Plate1", "Split1", "Gain1"}


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("amount", 5.0),
        ("amount", -0.1),
        ("amount", float("nan")),
        ("amount", float("inf")),
        ("amount", "1"),
        ("amount", True),
        ("steps", 1.5),
        ("tint", (1, 2)),
        ("tint", (1, 2, "x")),
        ("on", 1),
        ("note", 3),
        ("on", Curve.of([(1, 1.0)])),
        ("amount", Curve.of([(1, 9.0)])),
        ("tint", (1, Curve.of([(1, float(2))]))),
        ("missing", 1),
    ],
)
def test_a_knob_refuses_what_it_cannot_be(graph: Graph, knob: str, value: object) -> None:
    with pytest.raises(GraphError):
        graph.set("Gain1", knob, value)


def test_only_knobs_that_were_turned_are_kept(graph: Graph) -> None:
    assert "amount" in graph.node("Gain2").knobs
    assert "amount" not in graph.set("Gain2", "amount", 1.0).node("Gain2").knobs


def test_curves_of_numbers_and_of_parts(graph: Graph) -> None:
    moving = graph.set("Gain1", "amount", Curve.of([(0, 0.0), (10, 4.0)]))
    moving = moving.set("Gain1", "tint", (0.5, Curve.of([(0, 1.0), (10, 2.0)]), 3.0))
    moving = moving.set("Gain1", "steps", Curve.of([(0, 0.0), (10, 5.0)]))
    assert moving.value("Gain1", "amount", 5) == 2.0
    assert moving.value("Gain1", "tint", 5) == (0.5, 1.5, 3.0)
    assert moving.value("Gain1", "steps", 5) == 2
    assert moving.animated("Gain1", "amount")
    assert moving.animated("Gain1", "tint")
    assert not moving.animated("Gain2", "amount")


def test_a_knob_follows_another(graph: Graph) -> None:
    linked = graph.set("Gain1", "amount", Link("Gain2", "amount"))
    assert linked.value("Gain1", "amount", 1) == 2.0
    assert linked.set("Gain2", "amount", Curve.of([(0, 0.0), (2, 1.0)])).value("Gain1", "amount", 1) == 0.5
    with pytest.raises(GraphError, match="go round"):
        linked.set("Gain2", "amount", Link("Gain1", "amount"))
    with pytest.raises(GraphError, match="different types"):
        linked.set("Gain2", "note", Link("Gain1", "amount"))
    renamed = linked.rename("Gain2", "key")
    assert renamed.value("Gain1", "amount", 1) == 2.0
    assert renamed.remove("key").value("Gain1", "amount", 1) == 2.0


def test_renaming_keeps_wires(graph: Graph) -> None:
    renamed = graph.rename("Gain1", "bright")
    assert renamed.node("Gain2").inputs["image"] == Wire("bright")
    with pytest.raises(GraphError):
        graph.rename("Gain1", "Gain2")
    with pytest.raises(GraphError):
        graph.rename("Gain1", "not a name")


def test_removing_leaves_its_consumers_unwired(graph: Graph) -> None:
    assert dict(graph.remove("Gain1").node("Gain2").inputs) == {}


def test_an_unknown_type_names_the_nearest(graph: Graph) -> None:
    with pytest.raises(GraphError) as fault:
        graph.add("Gian")
    assert "Gain" in fault.value.hint
