"""Hit-testing, against looking at every item, and every wire as a curve of a thousand points."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.editor.canvas.hit import CELL, PORT_REACH, WIRE_REACH, Grid, HitMap, Part, hit_map
from nodegraph.editor.canvas.scene import Scene, WireItem, box_of, diff, scene_of
from nodegraph.editor.canvas.shapes import DOT_RADIUS, FLATNESS, Bend, bend, flattened
from nodegraph.editor.canvas.view import Rect, View, at_corner, between
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import Backdrop, Note, Point, moved, placed, places, with_item
from nodegraph.graph.layout import Place as Standing
from tests.editor.canvas.graphs import LIBRARY, POINTS, graphs

ENDS = st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000))


def on_curve(curve: Bend) -> np.ndarray:
    t = np.linspace(0, 1, 1001)[:, None]
    a, b, c, d = (np.array(point, float) for point in curve)
    return a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3


def distances(scene: Scene, point: Point) -> dict[tuple[str, str], float]:
    return {
        (key.name, key.port): float(np.hypot(*(on_curve(item.place) - point).T).min())
        for key, item in scene.items.items()
        if isinstance(item, WireItem)
    }


def by_hand(scene: Scene, point: Point, view: View) -> tuple[Part, str] | None:
    """What lies there, found by looking at all; wires and backdrops left out."""
    order = [("dot", item) for item in scene.nodes.values() if item.look.dot]
    order += [("node", item) for item in scene.nodes.values() if not item.look.dot]
    for name, item in reversed(scene.nodes.items()):
        if item.look.dot and math.dist(point, box_of(item).centre) <= 0.75 * DOT_RADIUS:
            return Part.NODE, name
    ports = [
        (math.dist(point, (item.place[0] + spot.at[0], item.place[1] + spot.at[1])), part, name)
        for name, item in scene.nodes.items()
        for part, spots in ((Part.INPUT, item.look.ins), (Part.OUTPUT, item.look.outs))
        for spot in spots
    ]
    nearest = min(ports, key=lambda row: row[0], default=None)
    if nearest and view.zoom >= 0.45 and nearest[0] <= PORT_REACH / view.zoom:
        return nearest[1], nearest[2]
    names = {id(item): name for name, item in scene.nodes.items()}
    dots = [item for kind, item in order if kind == "dot"]
    plain = [item for kind, item in order if kind == "node"]
    for item in [*reversed(dots), *reversed(plain)]:
        if box_of(item).holds(point):
            return Part.NODE, names[id(item)]
    for key, note in reversed(list(scene.layer("note"))):
        if box_of(note).holds(point):
            return Part.NOTE, key.name
    return None


@settings(max_examples=60, deadline=None)
@given(graphs(), POINTS, st.sampled_from((0.1, 0.5, 1.0, 3.0)), st.data())
def test_what_is_hit_is_what_lies_there(graph: Graph, point: Point, zoom: float, data: st.DataObject) -> None:
    scene, view = scene_of(graph), View(zoom=zoom)
    spots = [
        (item.place[0] + spot.at[0], item.place[1] + spot.at[1])
        for item in scene.nodes.values()
        for spot in (*item.look.ins, *item.look.outs)
    ]
    start = data.draw(st.sampled_from([point, *spots, *(box_of(item).centre for item in scene.nodes.values())]))
    offset = data.draw(st.tuples(st.floats(-12, 12), st.floats(-12, 12)))
    point = (start[0] + offset[0], start[1] + offset[1])
    hit = hit_map(scene.items).at(point, view)
    wanted = by_hand(scene, point, view)
    if wanted is not None:
        assert hit is not None
        ends = {hit.part, wanted[0]} <= {Part.INPUT, Part.OUTPUT}
        assert (hit.part, hit.name) == wanted or (ends and _as_near(scene, point, hit.name, wanted[1]))
    else:
        assert hit is None or hit.part not in (Part.INPUT, Part.OUTPUT, Part.NODE, Part.NOTE)
        reach, far = WIRE_REACH / zoom, distances(scene, point)
        nearest = min(far.values(), default=math.inf)
        if nearest < reach - FLATNESS - 0.1:
            assert hit is not None
            assert hit.part is Part.WIRE
        if hit is not None and hit.part is Part.WIRE:
            assert far[hit.name, hit.port] <= min(nearest + 2 * FLATNESS, reach + FLATNESS) + 0.2
            curve = scene.items[next(key for key in scene.items if key[1:] == (hit.name, hit.port))].place
            fine = on_curve(curve)
            run = np.concatenate([[0], np.hypot(*np.diff(fine, axis=0).T).cumsum()])
            there = fine[int(np.abs(run - hit.along * run[-1]).argmin())]
            assert math.dist(there, point) <= reach + FLATNESS + 0.005 * run[-1] + 0.5


def _as_near(scene: Scene, point: Point, one: str, other: str) -> bool:
    """Two ports may be equally near."""

    def far(name: str) -> float:
        item = scene.nodes[name]
        spots = (*item.look.ins, *item.look.outs)
        return min(math.dist(point, (item.place[0] + spot.at[0], item.place[1] + spot.at[1])) for spot in spots)

    return math.isclose(far(one), far(other), abs_tol=1e-9)


@settings(max_examples=60, deadline=None)
@given(graphs(), POINTS, POINTS)
def test_a_box_selects_what_it_touches(graph: Graph, one: Point, other: Point) -> None:
    scene, box = scene_of(graph), between(one, other)
    picked = hit_map(scene.items).inside(box)
    assert picked.nodes == {name for name, item in scene.nodes.items() if box.meets(box_of(item))}
    assert picked.notes == {key.name for key, item in scene.layer("note") if box.meets(box_of(item))}
    assert picked.backdrops == {key.name for key, item in scene.layer("backdrop") if box.covers(box_of(item))}
    seen = hit_map(scene.items).seen(box)
    inside = {key for key, item in scene.items.items() if box.meets(box_of(item)) and key.layer != "wire"}
    assert {key for key in seen if key.layer != "wire"} == inside
    for key, item in scene.layer("wire"):
        if isinstance(item, WireItem) and any(box.holds((x, y)) for x, y in on_curve(item.place)[::25]):
            assert key in seen


@settings(max_examples=40, deadline=None)
@given(graphs(), graphs(), POINTS, st.sampled_from((0.1, 1.0)))
def test_a_map_that_kept_up_finds_what_a_new_one_does(old: Graph, new: Graph, point: Point, zoom: float) -> None:
    first, second = scene_of(old), scene_of(new)
    kept = HitMap()
    kept.sync(diff(None, first))
    kept.sync(diff(first, second))
    box = at_corner(point, (400, 300))
    fresh = hit_map(second.items)
    assert kept.inside(box) == fresh.inside(box)
    assert kept.seen(box) == fresh.seen(box)
    one, other = kept.at(point, View(zoom=zoom)), fresh.at(point, View(zoom=zoom))
    assert (one and one.part) == (other and other.part)


@given(ENDS, ENDS, st.booleans(), st.booleans())
def test_a_flattened_wire_keeps_to_its_curve(start: Point, end: Point, from_dot: bool, to_dot: bool) -> None:
    curve = bend(start, end, from_dot, to_dot)
    line = np.array(flattened(curve))
    assert (curve[0], curve[3]) == (start, end)
    assert len(line) <= 100
    fine = on_curve(curve)
    begin, run = line[:-1], np.diff(line, axis=0)
    square = np.maximum((run**2).sum(1), 1e-12)
    along = np.clip(((fine[:, None] - begin) * run).sum(2) / square, 0, 1)
    far = np.linalg.norm(begin + along[..., None] * run - fine[:, None], axis=2).min(1)
    assert far.max() <= FLATNESS + 1e-6
    if from_dot and to_dot:  # straight, though not at an even pace
        across = (np.array(end) - start) @ np.array([[0, -1], [1, 0]])
        assert np.abs((fine - start) @ across).max() <= 1e-6 * max(1.0, float(across @ across))


def test_a_wire_leaves_a_node_downwards_and_enters_from_above() -> None:
    for end in ((300.0, 200.0), (300.0, -200.0)):
        curve = bend((0.0, 0.0), end)
        assert curve[1][0] == 0
        assert curve[1][1] > 0
        assert curve[2][0] == 300
        assert curve[2][1] < end[1]


def test_what_of_a_backdrop_is_hit() -> None:
    graph = with_item(Graph(LIBRARY), "Back", Backdrop((0, 0), (400, 300)))
    graph = with_item(graph, "Small", Backdrop((100, 100), (100, 100)))
    found = hit_map(scene_of(graph).items)

    def hit(*point: float) -> tuple[Part, str, str] | None:
        at = found.at((point[0], point[1]), View())
        return at and at[:3]

    assert hit(200, 5) == (Part.TITLE, "Back", "")
    assert hit(30, 250) == (Part.BACKDROP, "Back", "")
    assert hit(398, 298) == (Part.CORNER, "Back", "bottom right")
    assert hit(-2, 301) == (Part.CORNER, "Back", "bottom left")
    assert hit(401, 2) == (Part.CORNER, "Back", "top right")
    assert hit(150, 160) == (Part.BACKDROP, "Small", "")
    assert hit(101, 101) == (Part.CORNER, "Small", "top left")
    assert hit(450, 150) is None


def test_dots_are_moved_by_their_middle_and_wired_by_their_ends() -> None:
    graph = placed(Graph(LIBRARY).add("Dot"), Dot1=(0, 0))
    found = hit_map(scene_of(graph).items)
    for y, part in ((8, Part.NODE), (0, Part.INPUT), (16, Part.OUTPUT), (-5, Part.INPUT), (21, Part.OUTPUT)):
        hit = found.at((8, y), View())
        assert hit is not None
        assert hit.part is part


def test_a_node_may_be_dropped_on_the_wires_under_it() -> None:
    graph = Graph(LIBRARY).add("Plate").add("Gain").connect("Gain1", "image", "Plate1").add("Save")
    graph = placed(graph.connect("Save1", "image", "Gain1"), Plate1=(0, 0), Gain1=(0, 300), Save1=(0, 900))
    found = hit_map(scene_of(graph).items)
    assert [hit[1:3] for hit in found.wire_under(Rect(0, 150, 120, 180))] == [("Gain1", "image")]
    assert [hit[1:3] for hit in found.wire_under(Rect(20, 560, 120, 590))] == [("Save1", "image")]
    assert found.wire_under(Rect(400, 150, 520, 180)) == []


def test_what_is_far_away_or_enormous_is_found_and_costs_no_cells() -> None:
    graph = Graph(LIBRARY).add("Plate").add("Gain").connect("Gain1", "image", "Plate1")
    graph = placed(graph, Plate1=(0, 0), Gain1=(0, 1e9))
    graph = with_item(graph, "Back", Backdrop((-1e9, -1e9), (3e9, 3e9)))
    found = hit_map(scene_of(graph).items)
    wire = found.at((50, 5e8), View())
    assert wire is not None
    assert wire.part is Part.WIRE
    hit = found.at((5e8, 5e8), View())
    assert hit is not None
    assert hit.part is Part.BACKDROP


def test_a_grid_forgets_what_is_dropped() -> None:
    grid: Grid[str, int] = Grid()
    grid.put("a", [(Rect(0, 0, CELL * 3, 5), 1), (Rect(0, 0, 1e9, 1e9), 2)])
    grid.put("b", [(Rect(0, 0, 5, 5), 3)])
    assert {value for _, value in grid.near(Rect(0, 0, 1, 1))} == {1, 2, 3}
    grid.drop("a")
    assert [value for _, value in grid.near(Rect(0, 0, CELL * 3, 1))] == [3]


def test_a_note_is_hit_and_a_moved_node_is_found_where_it_is() -> None:
    graph = with_item(placed(Graph(LIBRARY).add("Gain"), Gain1=(0, 0)), "Paper", Note((500, 0), "a text"))
    old = scene_of(graph)
    found = hit_map(old.items)
    hit = found.at((510, 8), View())
    assert hit is not None
    assert hit.part is Part.NOTE
    other = moved(graph, Standing, {"Gain1": (2000, 0)})
    found.sync(diff(old, scene_of(other, before=old)))
    assert places(other)["Gain1"].at == (2000, 0)
    assert found.at((60, 15), View()) is None
    hit = found.at((2060, 15), View())
    assert hit is not None
    assert hit.name == "Gain1"


def test_of_two_wires_in_reach_the_nearer_is_hit() -> None:
    graph = Graph(LIBRARY).add("Plate").add("Plate").add("Save").add("Save")
    graph = graph.connect("Save1", "image", "Plate1").connect("Save2", "image", "Plate2")
    found = hit_map(scene_of(placed(graph, Plate1=(0, 0), Save1=(0, 300), Plate2=(8, 0), Save2=(8, 300))).items)
    for x, name in ((61, "Save1"), (63, "Save1"), (65, "Save2"), (67, "Save2")):
        hit = found.at((x, 150), View())
        assert hit is not None
        assert (hit.part, hit.name) == (Part.WIRE, name)
        assert 0.4 < hit.along < 0.5
