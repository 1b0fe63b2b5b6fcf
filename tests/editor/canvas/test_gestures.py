"""Every gesture leaves the graph legal and its old value alone, and does what a compositor's hand means."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.data.errors import GraphError
from nodegraph.editor.canvas import gestures, wiring
from nodegraph.editor.canvas.arrange import Edge, aligned, arranged, settled, snapped, spread, standing, to_grid
from nodegraph.editor.canvas.picked import Picked, nodes
from nodegraph.editor.canvas.scene import scene_of
from nodegraph.editor.canvas.view import Rect, at_corner
from nodegraph.graph.graph import Graph, Wire
from nodegraph.graph.layout import Backdrop, Note, Point, backdrops, notes, placed, places, with_item
from tests.editor.canvas.graphs import KINDS, LIBRARY, POINTS, check, graphs, picks, text

DEEDS = (
    "move", "delete", "extract", "disable", "duplicate", "branch", "copy", "arrange", "align", "spread", "grid",
    "insert", "dot", "create after", "wire", "pull", "swap", "unwire", "backdrop", "note", "colour", "resize",
)  # fmt: skip


def done(graph: Graph, deed: str, picked: Picked, at: Point, draw: st.DataObject) -> Graph:
    boxes = scene_of(graph).boxes(sorted(picked.nodes))
    ends = [(taker, port) for taker, port, _ in graph.wires()]
    end = draw.draw(st.sampled_from(ends)) if ends else ("Nobody", "image")
    name = draw.draw(st.sampled_from(list(graph.nodes)))
    kind = draw.draw(st.sampled_from(KINDS))
    lit = sorted(wiring.targets(graph, Wire(name)).lit) or [("Nobody", "image")]
    goal = draw.draw(st.sampled_from(lit))
    deeds = {
        "move": lambda: gestures.moved(graph, picked, at),
        "delete": lambda: gestures.deleted(graph, picked._replace(wires=frozenset(ends[:1]))),
        "extract": lambda: wiring.extracted(graph, picked.nodes),
        "disable": lambda: gestures.disabled(graph, picked.nodes),
        "duplicate": lambda: gestures.duplicated(graph, picked).graph,
        "branch": lambda: gestures.duplicated(graph, picked, keep_inputs=True).graph,
        "copy": lambda: gestures.pasted(graph, gestures.copied(graph, picked), at).graph,
        "arrange": lambda: arranged(graph, picked.nodes),
        "align": lambda: aligned(graph, boxes, Edge.CENTRE),
        "spread": lambda: spread(graph, boxes, down=True),
        "grid": lambda: to_grid(graph, boxes),
        "insert": lambda: wiring.inserted(graph, name, *end),
        "dot": lambda: wiring.dotted(graph, *end, at).graph,
        "create after": lambda: wiring.created_after(graph, kind, name).graph,
        "wire": lambda: graph.connect(*goal, Wire(name)),
        "pull": lambda: wiring.moved_end(graph, *end, goal),
        "swap": lambda: wiring.swapped(graph, name),
        "unwire": lambda: wiring.unwired(graph, picked.nodes),
        "backdrop": lambda: gestures.backed(graph, boxes.values(), at, "a label").graph,
        "note": lambda: gestures.noted(graph, at, "words").graph,
        "colour": lambda: gestures.coloured(graph, picked, "#102030"),
        "resize": lambda: gestures.resized(graph, "Back0", "top left", at),
    }
    return deeds[deed]()


@settings(max_examples=150, deadline=None)
@given(graphs(most=8), st.sets(st.integers(0, 7)), POINTS, st.sampled_from(DEEDS), st.data())
def test_every_gesture_keeps_the_graph_legal_and_the_old_one_as_it_was(
    graph: Graph, chosen: set[int], at: Point, deed: str, data: st.DataObject
) -> None:
    before = text(graph)
    picked = Picked(*map(frozenset, picks(graph, chosen)))
    try:
        after = done(graph, deed, picked, at, data)
    except GraphError:  # refused, with its reason: the old graph is what stays
        after = graph
    check(after)
    assert places(after).keys() <= after.nodes.keys()
    assert text(graph) == before


# -- wires ------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(graphs(papers=False), st.data())
def test_the_ports_that_light_up_are_those_that_the_graph_takes(graph: Graph, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(graph.nodes)))
    output = "matte" if name.startswith("Key") else ""
    found = wiring.targets(graph, Wire(name, output))
    assert not found.lit & found.refused
    for taker, port in found.lit | found.refused:
        assert ((taker, port) in found.lit) == (wiring.why_not(graph, taker, port, Wire(name, output)) == "")
    for spot in scene_of(graph).nodes[name].look.ins:
        back = wiring.sources(graph, name, spot.port)
        for giver, out in back.lit | back.refused:
            reason = wiring.why_not(graph, name, spot.port, Wire(giver, out))
            assert ((giver, out) in back.lit) == (reason == "")


def test_the_reason_why_not_is_told() -> None:
    graph = Graph(LIBRARY).add("Gain").add("Detect").add("Gain").connect("Gain2", "image", "Gain1")
    assert "close a loop" in wiring.why_not(graph, "Gain1", "image", Wire("Gain2"))
    assert "gives Faces" in wiring.why_not(graph, "Gain1", "image", Wire("Detect1"))
    assert wiring.why_not(graph, "Detect1", "image", Wire("Gain2")) == ""


def chain() -> Graph:
    graph = Graph(LIBRARY).add("Plate").add("Gain").add("Merge").add("Save").add("Plate", "Over")
    graph = graph.connect("Gain1", "image", "Plate1").connect("Merge1", "b", "Gain1").connect("Merge1", "a", "Over")
    graph = graph.connect("Save1", "image", "Merge1")
    return placed(graph, Plate1=(0, 0), Gain1=(0, 100), Merge1=(0, 200), Save1=(0, 300), Over=(200, 100))


def test_deleting_and_extracting_close_the_stream() -> None:
    graph = chain()
    for name, taker, port, giver in (
        ("Gain1", "Merge1", "b", "Plate1"),
        ("Merge1", "Save1", "image", "Gain1"),
    ):
        assert gestures.deleted(graph, nodes(name)).node(taker).inputs[port] == Wire(giver)
        out = wiring.extracted(graph, [name])
        assert out.node(taker).inputs[port] == Wire(giver)
        assert out.node(name).inputs == {}
        assert out.consumers(name) == []
    both = gestures.deleted(graph, nodes("Gain1", "Merge1"))
    assert both.node("Save1").inputs == {"image": Wire("Plate1")}
    pair = wiring.extracted(graph, ["Gain1", "Merge1"])
    assert pair.node("Merge1").inputs == {"b": Wire("Gain1")}
    assert gestures.deleted(graph, nodes("Plate1")).node("Gain1").inputs == {}


@settings(max_examples=60, deadline=None)
@given(graphs(papers=False), st.sets(st.integers(0, 11), min_size=1))
def test_a_gone_node_passes_on_what_it_passed_on_while_it_was_off(graph: Graph, chosen: set[int]) -> None:
    """Told by walking up the wires one at a time, as a switched-off node is walked through."""
    names = set(picks(graph, chosen)[0])
    whole = gestures.deleted(graph, Picked(frozenset(names)))
    assert whole.nodes.keys() == graph.nodes.keys() - names
    for taker, port, wire in graph.wires():
        if taker in names:
            continue
        at: Wire | None = wire
        while at is not None and at.node in names:
            inputs = graph.node(at.node).inputs
            if at.node.startswith("Detect") or at.output == "matte":
                at = None
            else:
                main = {"Merge": "b", "Stack": min(inputs, default=""), "Soften": "matte"}
                at = inputs.get(main.get(at.node.rstrip("0123456789"), "image"))
        assert whole.node(taker).inputs.get(port) == at


def test_a_node_goes_into_a_wire_and_out_again() -> None:
    graph = chain().add("Gain", "New")
    inside = wiring.inserted(graph, "New", "Merge1", "b")
    assert inside.node("New").inputs == {"image": Wire("Gain1")}
    assert inside.node("Merge1").inputs["b"] == Wire("New")
    assert wiring.extracted(inside, ["New"]).nodes == graph.nodes
    with pytest.raises(GraphError, match="at an end"):
        wiring.inserted(graph, "Gain1", "Merge1", "b")
    with pytest.raises(GraphError, match="nothing is wired"):
        wiring.inserted(graph, "New", "Merge1", "matte")
    with pytest.raises(GraphError, match="does not go into"):
        wiring.inserted(graph.add("Save", "Other"), "Other", "Merge1", "b")
    with pytest.raises(GraphError, match="does not go into"):
        wiring.inserted(graph.add("Detect"), "Detect1", "Merge1", "b")


def test_a_dot_bends_a_wire_where_the_hand_is() -> None:
    graph, name = wiring.dotted(chain(), "Merge1", "b", (40, 170))
    item = scene_of(graph).nodes[name]
    assert item.look.dot
    assert at_corner(item.place, item.look.size).centre == (40, 170)
    assert graph.node("Merge1").inputs["b"] == Wire(name)
    assert graph.node(name).inputs == {"image": Wire("Gain1")}


def test_a_dot_carries_every_wire_in_its_colour_and_the_whole_row_follows_its_first() -> None:
    graph = chain().add("Detect", "Who").add("Frame", "Box").connect("Box", "faces", "Who")
    graph, low = wiring.dotted(graph, "Box", "faces", (40, 170))
    graph, high = wiring.dotted(graph, low, "image", (40, 140))
    scene = scene_of(graph)
    assert [spot.type for name in (high, low) for spot in scene.nodes[name].look.ins] == ["Faces", "Faces"]
    loose = graph.disconnect("Box", "faces")
    assert ("Box", "faces") in wiring.targets(loose, Wire(low)).lit
    assert ("Box", "image") in wiring.targets(loose, Wire(low)).refused
    assert (high, "image") in wiring.targets(loose, Wire("Plate1")).lit
    assert (high, "image") in wiring.targets(graph, Wire("Plate1")).refused
    assert ("Plate1", "") in wiring.sources(graph, high, "image").refused
    other = loose.connect(high, "image", "Plate1")
    taken = scene_of(other, before=scene_of(loose))  # the lower dot itself was not touched
    assert taken.nodes[low].look.ins[0].type == "Image"
    assert taken.items == scene_of(other).items


def test_a_new_node_goes_under_the_selected_one_and_into_its_stream() -> None:
    graph, name = wiring.created_after(chain(), "Gain", "Gain1")
    assert graph.node(name).inputs == {"image": Wire("Gain1")}
    assert graph.node("Merge1").inputs["b"] == Wire(name)
    boxes = scene_of(graph).boxes([name, "Gain1"])
    assert boxes[name].centre[0] == boxes["Gain1"].centre[0]
    assert boxes[name].top > boxes["Gain1"].bottom
    apart, name = wiring.created_after(chain(), "Plate", "Gain1")
    assert apart.consumers(name) == []


def test_a_new_node_moves_down_what_it_would_lie_on_and_nothing_else() -> None:
    graph = chain()
    before = scene_of(graph).boxes(graph.nodes)
    for made in (
        wiring.created_after(graph, "Gain", "Gain1"),
        wiring.created_on(graph, "Gain", "Merge1", "b", (40, 190)),
    ):
        boxes = scene_of(made.graph).boxes(made.graph.nodes)
        assert boxes["Merge1"].top > boxes[made.name].bottom
        assert boxes["Merge1"].left == before["Merge1"].left
        assert [name for name in before if boxes[name] != before[name]] == ["Merge1"]
    narrow = placed(graph, Save1=(0, 240))
    boxes = scene_of(wiring.created_after(narrow, "Gain", "Gain1").graph).boxes(graph.nodes)
    assert boxes["Save1"].top > boxes["Merge1"].bottom


def test_swap_and_pull() -> None:
    graph = chain()
    inputs = wiring.swapped(graph, "Merge1").node("Merge1").inputs
    assert inputs == {"a": Wire("Gain1"), "b": Wire("Over")}
    pulled = wiring.moved_end(graph, "Merge1", "a", ("Gain1", "image"))
    assert pulled.node("Gain1").inputs == {"image": Wire("Over")}
    assert "a" not in pulled.node("Merge1").inputs
    with pytest.raises(GraphError, match="no two inputs"):
        wiring.swapped(graph, "Gain1")


def test_what_a_loose_wire_may_go_to() -> None:
    faces, matte = LIBRARY.types["Detect"].outputs[0].type, LIBRARY.types["Soften"].outputs[0].type
    assert wiring.kinds_taking(LIBRARY, faces) == ["Dot", "Frame"]
    assert wiring.kinds_giving(LIBRARY, faces) == ["Dot", "Detect"]
    assert {"Gain", "Merge", "Soften"} <= set(wiring.kinds_taking(LIBRARY, matte))
    assert "Plate" not in wiring.kinds_taking(LIBRARY, matte)


# -- moving and copying -----------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sets(st.integers(0, 11)), POINTS)
def test_what_is_picked_moves_and_nothing_else(graph: Graph, chosen: set[int], by: Point) -> None:
    picked = Picked(frozenset(picks(graph, chosen)[0]))
    before, after = standing(graph), standing(gestures.moved(graph, picked, by))
    known = places(graph)
    for name in graph.nodes:
        if name in picked.nodes:
            assert after[name] == (before[name][0] + by[0], before[name][1] + by[1])
        elif name in known:
            assert after[name] == before[name]


def test_a_backdrop_carries_what_lies_on_it() -> None:
    graph = with_item(chain(), "Back", Backdrop((-10, -10), (180, 250), "plates", "#203040"))
    graph = with_item(graph, "Inner", Backdrop((0, 0), (100, 100)))
    graph = with_item(with_item(graph, "On", Note((10, 10), "on")), "Off", Note((900, 10), "off"))
    other = gestures.moved(graph, Picked(backdrops=frozenset(("Back",))), (10.4, -5))
    assert backdrops(other)["Back"] == Backdrop((0, -15), (180, 250), "plates", "#203040")
    assert backdrops(other)["Inner"].at == (10, -5)
    assert [notes(other)[name].at for name in ("On", "Off")] == [(20, 5), (900, 10)]
    assert {name for name, place in places(other).items() if place != places(graph)[name]} == {
        "Plate1",
        "Gain1",
        "Merge1",
    }
    alone = gestures.moved(graph, Picked(backdrops=frozenset(("Back",))), (10, 0), carry=False)
    assert places(alone) == places(graph)


def test_a_backdrop_is_resized_by_its_corners() -> None:
    graph = with_item(Graph(LIBRARY), "Back", Backdrop((0, 0), (200, 200), "kept"))
    other = gestures.resized(graph, "Back", "top left", (-20, 30))
    assert backdrops(other)["Back"] == Backdrop((-20, 30), (220, 170), "kept")
    small = gestures.resized(graph, "Back", "bottom right", (-900, 10))
    assert backdrops(small)["Back"].size == (60, 210)


@settings(max_examples=50, deadline=None)
@given(graphs(), st.sets(st.integers(0, 11), min_size=1))
def test_a_copy_is_wired_as_the_original_was_within_itself(graph: Graph, chosen: set[int]) -> None:
    names = picks(graph, chosen)[0]
    if not names:
        return
    for made, order in (
        (gestures.pasted(graph, gestures.copied(graph, nodes(*names)), (5000, 5000)), sorted(names)),
        (gestures.duplicated(graph, nodes(*names)), names),
    ):
        new = [name for name in made.graph.nodes if name in made.picked.nodes]
        assert len(new) == len(names)
        twin = dict(zip(new, order, strict=True))
        for name in new:
            assert made.graph.node(name).kind == graph.node(twin[name]).kind
            inside = {port: wire for port, wire in graph.node(twin[name]).inputs.items() if wire.node in names}
            found = made.graph.node(name).inputs
            assert {port: (twin[wire.node], wire.output) for port, wire in found.items()} == inside
        assert {name: made.graph.node(name) for name in graph.nodes} == dict(graph.nodes)
    pasted = gestures.pasted(graph, gestures.copied(graph, nodes(*names)), (5000, 5000))
    where = [standing(pasted.graph)[name] for name in pasted.picked.nodes]
    assert (min(x for x, _ in where), min(y for _, y in where)) == (5000, 5000)


def test_a_duplicate_may_keep_what_comes_in() -> None:
    made = gestures.duplicated(chain(), nodes("Merge1"), keep_inputs=True)
    (name,) = made.picked.nodes
    assert made.graph.node(name).inputs == chain().node("Merge1").inputs
    assert gestures.duplicated(chain(), nodes("Merge1")).graph.node(name).inputs == {}


def test_notes_and_backdrops_are_copied_with_what_is_on_them() -> None:
    graph = with_item(chain(), "Back", Backdrop((-10, -10), (180, 250), "plates"))
    graph = with_item(graph, "On", Note((10, 10), "on"))
    made = gestures.pasted(graph, gestures.copied(graph, Picked(backdrops=frozenset(("Back",)))), (1000, 0))
    assert (len(made.picked.nodes), len(made.picked.backdrops), len(made.picked.notes)) == (3, 1, 1)
    (panel,) = (backdrops(made.graph)[name] for name in made.picked.backdrops)
    assert panel == Backdrop((990, -10), (180, 250), "plates")
    wire = Picked(wires=frozenset((("Gain1", "image"),)))
    for one in (Picked(), wire):
        with pytest.raises(GraphError, match="nothing to copy"):
            gestures.copied(graph, one)
        with pytest.raises(GraphError, match="nothing to duplicate"):
            gestures.duplicated(graph, one)


def test_disable_turns_all_off_or_all_on() -> None:
    graph = gestures.disabled(chain().disable("Gain1"), ["Gain1", "Merge1"])
    assert [graph.node(name).disabled for name in ("Gain1", "Merge1")] == [True, True]
    assert not any(node.disabled for node in gestures.disabled(graph, ["Gain1", "Merge1"]).nodes.values())


def test_a_shake_is_told_from_a_drag() -> None:
    def path(*across: float, step: float = 0.05) -> list[tuple[float, Point]]:
        return [(index * step, (x, 0.0)) for index, x in enumerate(across)]

    assert gestures.is_shake(path(0, 30, 0, 30, 0))
    assert not gestures.is_shake(path(*range(0, 400, 20)))
    assert not gestures.is_shake(path(0, 4, 0, 4, 0, 4, 0))
    assert not gestures.is_shake(path(0, 30, 0, 30, 0, step=0.5))
    assert not gestures.is_shake([])


# -- lining up --------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from(Edge))
def test_what_is_aligned_has_that_edge_in_common(graph: Graph, edge: Edge) -> None:
    after = scene_of(aligned(graph, scene_of(graph).boxes(graph.nodes), edge)).boxes(graph.nodes).values()
    values = {
        Edge.LEFT: [box.left for box in after],
        Edge.CENTRE: [box.centre[0] for box in after],
        Edge.RIGHT: [box.right for box in after],
        Edge.TOP: [box.top for box in after],
        Edge.MIDDLE: [box.centre[1] for box in after],
        Edge.BOTTOM: [box.bottom for box in after],
    }
    assert len(set(values[edge])) == 1


def test_a_spread_has_equal_gaps() -> None:
    graph = spread(chain(), scene_of(chain()).boxes(["Plate1", "Merge1", "Save1"]), down=True)
    rows = sorted(scene_of(graph).boxes(["Plate1", "Merge1", "Save1"]).values(), key=lambda box: box.top)
    assert rows[1].top - rows[0].bottom == rows[2].top - rows[1].bottom
    assert (rows[0].top, rows[2].top) == (0, 300)


def test_the_grid_holds_the_middles() -> None:
    graph = to_grid(placed(chain(), Gain1=(13, 107)), scene_of(placed(chain(), Gain1=(13, 107))).boxes(["Gain1"]))
    assert [part % 20 for part in scene_of(graph).boxes(["Gain1"])["Gain1"].centre] == [0, 0]


def test_a_drag_snaps_to_the_nearest_middle_in_reach() -> None:
    held = Rect(0, 0, 100, 30)
    others = [Rect(203, 200, 303, 230), Rect(206, 500, 306, 530)]
    snap = snapped(held, others, (200, 96), reach=5)
    assert snap == ((203, 96), 253, None)
    assert snapped(held, others, (260, 96), reach=5) == ((260, 96), None, None)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_a_layout_goes_down_and_covers_nothing(graph: Graph) -> None:
    after = arranged(graph)
    assert (after.nodes, backdrops(after)) == (graph.nodes, backdrops(graph))
    boxes = scene_of(after).boxes(graph.nodes)
    for taker, _, wire in graph.wires():
        assert boxes[wire.node].bottom < boxes[taker].top
    rows = list(boxes.values())
    assert not any(one.meets(other) for index, one in enumerate(rows) for other in rows[:index])
    before = standing(graph).values()
    for axis in (0, 1):
        corner = min(at[axis] for at in before)
        assert math.isclose(min(place.at[axis] for place in places(after).values()), corner, abs_tol=1)
    assert arranged(after) == after


def test_a_trunk_stands_straight_and_what_comes_in_beside_it() -> None:
    boxes = scene_of(arranged(chain())).boxes(chain().nodes)
    trunk = {boxes[name].centre[0] for name in ("Plate1", "Gain1", "Merge1", "Save1")}
    assert len(trunk) == 1
    assert boxes["Over"].left > boxes["Gain1"].right
    assert boxes["Over"].top == boxes["Gain1"].top


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_nodes_get_places_and_those_that_have_one_keep_it(graph: Graph) -> None:
    after = places(settled(graph))
    assert after.keys() == graph.nodes.keys()
    assert all(after[name] == place for name, place in places(graph).items())
    assert settled(settled(graph)) == settled(graph)


def test_a_new_backdrop_lies_behind_what_is_picked() -> None:
    boxes = scene_of(chain()).boxes(["Plate1", "Gain1"])
    graph, picked = gestures.backed(chain(), boxes.values(), (0, 0), "both")
    (name,) = picked.backdrops
    area = at_corner(backdrops(graph)[name].at, backdrops(graph)[name].size)
    assert all(area.covers(box) for box in boxes.values())
    assert backdrops(gestures.backed(graph, (), (5, 6)).graph)["Backdrop2"].at == (5, 6)
