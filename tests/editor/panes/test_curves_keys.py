"""Keys of several curves edited at once, without a window."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.data.errors import GraphError
from nodegraph.editor.panels.curve_view import Ruler
from nodegraph.editor.panes.curve_edit import Bounds, Keys, framed, id_of, span, steps
from nodegraph.editor.panes.curve_paint import box_grips, listed, shortened
from nodegraph.graph.curve import Curve, Kind
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library

MIX, TURN, RED = ("Grade1", "mix", None), ("Transform1", "rotate", None), ("Grade1", "gain", 0)


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = Graph(Library.discover()).add("Grade").add("Transform")
    graph = graph.set("Grade1", "mix", Curve.of([(1001, 0.2), (1011, 0.8)]))
    graph = graph.set("Grade1", "gain", [Curve.of([(1001, 1.0), (1021, 2.0)]), 1.0, 1.0])
    return graph.set("Transform1", "rotate", Curve.of([(1001, 0.0), (1021, 90.0), (1031, 10.0)]))


@pytest.fixture
def keys(graph: Graph) -> Keys:
    return Keys.of(graph, ["Grade1", "Transform1"])


def curve(keys: Keys, key: tuple[str, str, int | None]) -> Curve:
    row = keys.row(key)
    assert row is not None
    return row.curve


def test_every_curve_is_a_row(keys: Keys) -> None:
    assert {id_of(row) for row in keys.rows} == {MIX, TURN, RED}


def test_keys_of_several_curves_move_together(keys: Keys) -> None:
    after = keys.holding({MIX: frozenset({1}), TURN: frozenset({0, 2})}).moved(1001, 3, 0.1)
    assert [key.frame for key in curve(after, MIX).keys] == [1001, 1014]
    assert curve(after, MIX).keys[1].value == pytest.approx(0.9)
    assert [key.frame for key in curve(after, TURN).keys] == [1004, 1021, 1034]
    assert curve(after, RED) == curve(keys, RED)
    assert after.total == 3


def test_hard_limits_hold(keys: Keys) -> None:
    after = keys.holding({MIX: frozenset({1})}).moved(1001, 0, 5.0)
    assert curve(after, MIX).keys[1].value == 1.0


def test_scaling_about_a_point(keys: Keys) -> None:
    after = keys.all([TURN]).scaled(1001, (1001.0, 0.0), 2.0, 0.5)
    assert [key[:2] for key in curve(after, TURN).keys] == [(1001, 0.0), (1041, 45.0), (1061, 5.0)]


def test_deleting_all_leaves_the_value(keys: Keys) -> None:
    after = keys.all([TURN]).deleted(1011)
    assert after.row(TURN) is None
    assert after.graph.setting("Transform1", "rotate") == 45.0
    assert after.held == {}


def test_sums_go_from_each_keys_own_value(keys: Keys) -> None:
    after = keys.all([TURN]).typed_value(1001, "+10")
    assert [key.value for key in curve(after, TURN).keys] == [10.0, 100.0, 20.0]
    after = keys.all([TURN]).typed_value(1001, "7")
    assert [key.value for key in curve(after, TURN).keys] == [7.0, 7.0, 7.0]


def test_two_keys_cannot_be_at_one_frame(keys: Keys) -> None:
    with pytest.raises(GraphError, match="two keys"):
        keys.all([TURN]).typed_frame(1001, "1050")
    after = keys.holding({TURN: frozenset({1})}).typed_frame(1001, "1050")
    assert [key.frame for key in curve(after, TURN).keys] == [1001, 1031, 1050]
    assert after.held == {TURN: frozenset({2})}


def test_a_key_on_the_curve_keeps_its_shape(keys: Keys) -> None:
    after = keys.inserted(TURN, 1010.7, 1001)
    assert [key.frame for key in curve(after, TURN).keys] == [1001, 1011, 1021, 1031]
    assert curve(after, TURN).at(1006) == pytest.approx(curve(keys, TURN).at(1006))
    assert after.held == {TURN: frozenset({1})}


def test_keys_are_pasted_into_another_curve(keys: Keys) -> None:
    text = keys.all([MIX]).copied()
    after = keys.pasted([TURN], text, 1040)
    assert [key[:2] for key in curve(after, TURN).keys][-2:] == [(1040, 0.2), (1050, 0.8)]
    assert after.held == {TURN: frozenset({3, 4})}
    with pytest.raises(GraphError):
        keys.copied()


def test_kinds_of_all_held_keys(keys: Keys) -> None:
    after = keys.all([MIX, TURN]).with_kind(1001, Kind.SMOOTH)
    assert {key.kind for row in after.rows for key in row.curve.keys if id_of(row) != RED} == {Kind.SMOOTH}


def test_what_is_gone_is_no_longer_held(keys: Keys) -> None:
    held: dict[tuple[str, str, int | None], frozenset[int]]
    held = {TURN: frozenset({0, 2}), ("Gone1", "x", None): frozenset({0})}
    short = keys.graph.set("Transform1", "rotate", Curve.of([(1001, 0.0), (1021, 90.0)]))
    assert Keys.of(short, ["Transform1", "Gone1"], held).held == {TURN: frozenset({0})}


def test_the_box_about_keys_has_grips_where_it_can_grow(keys: Keys) -> None:
    ruler = Ruler(1001, 100.0, 10.0, 2.0)
    assert not keys.holding({TURN: frozenset({1})}).bounds()
    assert keys.all([TURN]).bounds() == Bounds(1001, 0.0, 1031, 90.0)
    assert len(box_grips(Bounds(1001, 0.0, 1031, 90.0), ruler)) == 8
    assert {grip[2] for grip in box_grips(Bounds(1001, 5.0, 1031, 5.0), ruler)} == {(-1, 0), (1, 0)}


def test_fitting_shows_all_with_room(keys: Keys) -> None:
    area = span(keys.rows, {})
    assert area == (1001, 1031, 0.0, 90.0)
    ruler = framed(area, 400.0, 300.0)
    for frame, value in ((1001, 0.0), (1031, 90.0)):
        x, y = ruler.to_screen(frame, value)
        assert 20 < x < 380
        assert 20 < y < 280
    assert span(keys.rows, {MIX: frozenset({1})}) == (1011, 1011, 0.8, 0.8)


@given(st.floats(1e-7, 1e7))
def test_steps_of_the_grid_are_round(least: float) -> None:
    by = steps(least)
    assert by >= least * 0.99
    assert by <= least * 2.6
    assert f"{by:e}"[0] in "125"


def test_the_list_has_a_line_for_every_node(keys: Keys) -> None:
    lines = listed(keys.rows, 1.0)
    assert [kind for kind, _, _ in lines] == ["node", "curve", "curve", "node", "curve"]
    assert all(after > before for (_, before, _), (_, after, _) in pairwise(lines))


def test_long_names_are_cut() -> None:
    assert shortened("mix", 60, 6) == "mix"
    assert shortened("center of format", 60, 6) == "center of…"
