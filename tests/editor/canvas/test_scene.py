"""The scene and its differences: applied to the old they give the new, and they hold no more than what changed."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nodegraph.editor.canvas import gestures
from nodegraph.editor.canvas.picked import Picked, nodes
from nodegraph.editor.canvas.scene import Key, applied, diff, scene_of
from nodegraph.editor.canvas.shapes import Marks
from nodegraph.graph.graph import Graph, Node, Wire
from nodegraph.graph.layout import Backdrop, Point, placed, with_item
from tests.editor.canvas.graphs import LIBRARY, POINTS, graphs, picks


def chain() -> Graph:
    graph = Graph(LIBRARY).add("Plate").add("Gain").add("Save").add("Plate", "Apart")
    graph = graph.connect("Gain1", "image", "Plate1").connect("Save1", "image", "Gain1")
    graph = placed(graph, Plate1=(0, 0), Gain1=(0, 100), Save1=(0, 200), Apart=(500, 0))
    return with_item(graph, "Back", Backdrop((-20, -20), (200, 180)))


@settings(max_examples=60, deadline=None)
@given(graphs(), graphs())
def test_the_difference_turns_the_old_into_the_new(old: Graph, new: Graph) -> None:
    first, second = scene_of(old), scene_of(new)
    changes = diff(first, second)
    assert applied(first.items, changes) == dict(second.items)
    assert applied({}, diff(None, second)) == dict(second.items)
    keys = [*changes.added, *changes.removed, *changes.moved, *changes.restyled]
    assert len(keys) == len(set(keys))
    assert all(first.items[key].look == item.look for key, item in changes.moved.items())


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sets(st.integers(0, 11)), POINTS, st.sampled_from(("move", "delete", "disable", "duplicate")))
def test_a_scene_that_takes_over_is_the_same_as_a_new_one(graph: Graph, chosen: set[int], by: Point, deed: str) -> None:
    picked = Picked(*map(frozenset, picks(graph, chosen)))
    assume(deed != "duplicate" or not picked.empty)  # nothing is refused
    deeds = {
        "move": lambda: gestures.moved(graph, picked, by),
        "delete": lambda: gestures.deleted(graph, picked),
        "disable": lambda: gestures.disabled(graph, picked.nodes),
        "duplicate": lambda: gestures.duplicated(graph, picked).graph,
    }
    other = deeds[deed]()
    before = scene_of(graph, picked=picked)
    marks = {name: Marks(cached=True) for name in list(other.nodes)[:2]}
    assert scene_of(other, marks, before=before).items == scene_of(other, marks).items


def test_nothing_changed_is_nothing_to_draw() -> None:
    graph = chain()
    scene = scene_of(graph)
    again = scene_of(graph, before=scene)
    assert diff(scene, again).empty
    assert all(again.items[key] is item for key, item in scene.items.items() if key.layer in ("node", "wire"))


def test_an_edit_touches_what_changed() -> None:
    graph = chain()
    scene = scene_of(graph)

    def of(other: Graph, **more: Picked) -> tuple[set[str], set[str], set[str], set[str]]:
        changes = diff(scene, scene_of(other, before=scene, **more))
        return (
            {f"{key.layer} {key.name}" for key in changes.added},
            {f"{key.layer} {key.name}" for key in changes.removed},
            {f"{key.layer} {key.name}" for key in changes.moved},
            {f"{key.layer} {key.name}" for key in changes.restyled},
        )

    none: set[str] = set()
    assert of(graph.set("Gain1", "amount", 2.0)) == (none, none, none, none)
    assert of(gestures.moved(graph, nodes("Gain1"), (5, 5))) == (
        none,
        none,
        {"node Gain1", "wire Gain1", "wire Save1"},
        none,
    )
    assert of(graph.disable("Gain1")) == (none, none, none, {"node Gain1"})
    assert of(graph.remove("Apart")) == (none, {"node Apart"}, none, none)
    assert of(graph.disconnect("Save1", "image")) == (none, {"wire Save1"}, none, {"node Save1"})
    assert of(graph, picked=nodes("Apart")) == (none, none, none, {"node Apart"})
    assert of(gestures.moved(graph, Picked(backdrops=frozenset(("Back",))), (7, 0)))[2] == {
        "backdrop Back",
        "node Plate1",
        "node Gain1",
        "wire Gain1",
        "wire Save1",
    }


def test_a_wire_goes_from_port_to_port_in_the_colour_of_what_it_carries() -> None:
    graph = Graph(LIBRARY).add("Key").add("Soften").connect("Soften1", "matte", "Key1.matte")
    graph = placed(graph, Key1=(0, 0), Soften1=(300, 200))
    item = scene_of(graph).items[Key("wire", "Soften1", "matte")]
    assert item.place[0] == (80, 30)
    assert item.place[3] == (360, 200)
    assert item.look[:3] == ("Key1", "matte", "Matte")


def test_a_row_of_inputs_has_one_more_than_is_wired() -> None:
    graph = Graph(LIBRARY).add("Plate").add("Stack")
    assert [spot.port for spot in scene_of(graph).nodes["Stack1"].look.ins] == ["images1"]
    graph = graph.connect("Stack1", "images2", "Plate1")
    ins = scene_of(graph).nodes["Stack1"].look.ins
    assert [(spot.port, spot.wired) for spot in ins] == [("images2", True), ("images1", False)]


def test_placeholders_and_faulty_wires_are_drawn_as_far_as_they_are_there() -> None:
    lost = Node("Gone", inputs={"image": Wire("Plate1"), "x": Wire("Nobody")}, saved={"type": "Gone"})
    graph = Graph(LIBRARY).add("Plate").add("Gain")
    graph = Graph(LIBRARY, {**graph.nodes, "Lost": lost}).connect("Gain1", "image", "Lost")
    scene = scene_of(graph)
    assert scene.nodes["Lost"].look.missing
    assert {key for key in scene.items if key.layer == "wire"} == {
        Key("wire", "Lost", "image"),
        Key("wire", "Gain1", "image"),
    }


@settings(max_examples=30, deadline=None)
@given(graphs(places=False, papers=False))
def test_nodes_without_a_place_do_not_cover_one_another(graph: Graph) -> None:
    scene = scene_of(graph)
    boxes = list(scene.boxes(graph.nodes).values())
    assert len(boxes) == len(graph.nodes)
    assert not any(one.meets(other) for index, one in enumerate(boxes) for other in boxes[:index])


def test_a_place_that_is_no_number_is_none() -> None:
    graph = Graph(LIBRARY, ui={"nodes": {"Gain1": {"at": [float("nan"), 0]}}}).add("Gain")
    assert scene_of(graph).nodes["Gain1"].place == (0, 0)
