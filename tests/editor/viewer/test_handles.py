"""Handles: dragging one somewhere puts it there, and the picture goes where the node itself would put it."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nodegraph.data.box import Format
from nodegraph.editor.viewer.framing import Framing
from nodegraph.editor.viewer.handles import (
    ACROSS,
    CENTER,
    DOWN,
    EDGES,
    SHIFT,
    SIZE,
    SKEW,
    TURN,
    Move,
    box_handles,
    dragged_box,
    dragged_roto,
    dragged_transform,
    hit,
    roto_drawing,
    roto_handles,
    transform_drawing,
    transform_handles,
)
from nodegraph.editor.viewer.overlays import Line, Role
from nodegraph.graph.curve import Curve
from nodegraph.graph.knob import Vec
from nodegraph.graph.shapes import Point, Shape, Shapes
from nodes.image.transform import placed

FORMAT = Format(1920, 1080)
FRAMING = Framing(100, -50, 0.7)
far = st.floats(-500, 500)
sizes = st.floats(0.2, 3)
pairs = st.tuples(far, far).map(Vec)
moves = st.builds(
    Move, pairs, st.floats(-400, 400), st.tuples(sizes, sizes).map(Vec), st.floats(-0.8, 0.8), pairs, st.booleans()
)


def at(move: Move, part: object) -> tuple[float, float]:
    handle = next(each for each in transform_handles(move, FORMAT, FRAMING) if each.part == part)
    return FRAMING.to_picture(handle.x, handle.y)


@given(moves, far, far)
def test_a_place_goes_where_the_transform_node_puts_it(move: Move, x: float, y: float) -> None:
    matrix = placed(move.translate, move.rotate, move.scale, move.skew, move.about(FORMAT))
    assert move.moved((x, y), FORMAT) == pytest.approx((matrix @ (x, y, 1))[:2], abs=1e-6)


@given(moves, far, far)
def test_the_middle_follows_the_hand(move: Move, x: float, y: float) -> None:
    after = move._replace(**dragged_transform(move, FORMAT, SHIFT, (x, y)))
    assert at(after, SHIFT) == pytest.approx((x, y), abs=1e-6)


@given(moves, far, far)
def test_the_ring_points_at_the_hand_and_never_jumps_a_turn(move: Move, x: float, y: float) -> None:
    middle = np.array(at(move, SHIFT))
    assume(np.hypot(*((x, y) - middle)) > 1)
    after = move._replace(**dragged_transform(move, FORMAT, TURN, (x, y)))
    one, two = np.array(at(after, TURN)) - middle, (x, y) - middle
    assert one @ two == pytest.approx(np.hypot(*one) * np.hypot(*two), rel=1e-6)
    assert abs(after.rotate - move.rotate) <= 180.001


@given(moves, st.sampled_from([ACROSS, DOWN, SKEW, SIZE, TURN, SHIFT]))
def test_a_handle_dragged_to_where_it_is_changes_nothing(move: Move, part: tuple[str, ...]) -> None:
    after = move._replace(**dragged_transform(move, FORMAT, part, at(move, part)))
    for one, two in zip(move, after, strict=True):
        assert two == pytest.approx(one, abs=1e-6)


@given(moves, st.floats(0.3, 2), st.sampled_from([ACROSS, DOWN, SKEW, SIZE]))
def test_a_handle_dragged_to_where_other_knobs_would_put_it_gives_those(
    move: Move, factor: float, part: tuple[str, ...]
) -> None:
    wide, tall = move.scale
    wanted = {
        ACROSS: move._replace(scale=Vec((wide * factor, tall))),
        DOWN: move._replace(scale=Vec((wide, tall * factor))),
        SIZE: move._replace(scale=Vec((wide * factor, tall * factor))),
        SKEW: move._replace(skew=factor - 1),
    }[part]
    found = move._replace(**dragged_transform(move, FORMAT, part, at(wanted, part)))
    assert found.scale == pytest.approx(wanted.scale, rel=1e-6)
    assert found.skew == pytest.approx(wanted.skew, abs=1e-6)


@given(moves, far, far, far, far)
def test_another_centre_leaves_the_picture_where_it_is(move: Move, x: float, y: float, px: float, py: float) -> None:
    after = move._replace(**dragged_transform(move, FORMAT, CENTER, (x, y)))
    assert after.moved((px, py), FORMAT) == pytest.approx(move.moved((px, py), FORMAT), abs=1e-4)
    assert at(after, SHIFT) == pytest.approx((x, y), abs=1e-4)


def test_an_arm_drawn_ends_in_its_handle() -> None:
    move = Move(Vec((30.0, 10.0)), 20.0, Vec((1.5, 0.7)))
    ends = [
        tuple(each.places[1])
        for each in transform_drawing(move, FORMAT, FRAMING)
        if isinstance(each, Line) and len(each.places) == 2
    ]
    assert {(each.x, each.y) for each in transform_handles(move, FORMAT, FRAMING) if each.part == ACROSS} <= set(ends)


@pytest.mark.parametrize("name", [*EDGES, "middle"])
def test_a_crops_handle_goes_to_the_hand_and_no_other_side_moves(name: str) -> None:
    box = Vec((100.0, 50.0, 300.0, 200.0))
    after = dragged_box(
        box, ("box", name), (120.4, 61.6) if "right" not in name and "bottom" not in name else (400.4, 261.6)
    )
    if name == "middle":
        assert (after[2] - after[0], after[3] - after[1]) == (200, 150)
        assert ((after[0] + after[2]) / 2, (after[1] + after[3]) / 2) == pytest.approx((120.4, 61.6), abs=0.5)
        return
    moved = {side for side in range(4) if after[side] != box[side]}
    assert moved <= set(EDGES[name])
    assert moved
    handle = next(each for each in box_handles(box, FRAMING) if each.part == ("box", name))
    assert dragged_box(box, handle.part, FRAMING.to_picture(handle.x, handle.y)) == box


def test_a_crops_sides_never_pass_each_other() -> None:
    assert dragged_box((10, 10, 20, 20), ("box", "left top"), (99, 99)) == (19, 19, 20, 20)
    assert dragged_box((10, 10, 20, 20), ("box", "right bottom"), (0, 0)) == (10, 10, 11, 11)


def shapes() -> Shapes:
    keyed = Curve.of([(1, 10.0), (11, 20.0)])
    points = (Point(keyed, 5.0, -3.0, 0.0, 6.0, 0.0), Point(50.0, 5.0), Point(50.0, 40.0, feather_x=4.0, feather_y=3.0))
    return Shapes((Shape(points), Shape(points[1:], subtract=True)))


@pytest.mark.parametrize("name", ["point", "before", "after", "feather"])
def test_a_roto_handle_goes_to_the_hand(name: str) -> None:
    before = shapes()
    after = dragged_roto(before, 6, (0, 0, name), (33.0, 44.0))
    handle = next(each for each in roto_handles(after, 6, FRAMING, [(0, 0)]) if each.part == (0, 0, name))
    assert FRAMING.to_picture(handle.x, handle.y) == pytest.approx((33, 44))
    assert after.shapes[1] == before.shapes[1]
    assert after.shapes[0].points[1:] == before.shapes[0].points[1:]


def test_a_keyed_number_gets_a_key_and_others_only_if_asked() -> None:
    after = dragged_roto(shapes(), 6, (0, 0, "point"), (33.0, 44.0)).shapes[0].points[0]
    assert isinstance(after.x, Curve)
    assert [(key.frame, key.value) for key in after.x.keys] == [(1, 10), (6, 33), (11, 20)]
    assert after.y == 44.0
    auto = dragged_roto(shapes(), 6, (0, 1, "point"), (50.0, 44.0), auto_key=True).shapes[0].points[1]
    assert auto.x == 50.0
    assert isinstance(auto.y, Curve)


def test_a_tangent_takes_its_opposite_along_unless_broken() -> None:
    still = shapes().at(1)
    smooth = dragged_roto(still, 1, (0, 0, "after"), (10.0, 15.0)).shapes[0].points[0]
    assert (smooth.after_x, smooth.after_y) == pytest.approx((0, 10))
    assert (smooth.before_x, smooth.before_y) == pytest.approx((0, -3))
    broken = dragged_roto(still, 1, (0, 0, "after"), (10.0, 15.0), broken=True).shapes[0].points[0]
    assert (broken.before_x, broken.before_y) == (-3, 0)


def test_shapes_are_drawn_through_their_points_with_feather_and_arms() -> None:
    drawn = [each for each in roto_drawing(shapes(), 1, FRAMING, [(0, 0)]) if isinstance(each, Line)]
    assert [each.role for each in drawn] == [Role.FEATHER, Role.OUTLINE, Role.FEATHER, Role.OUTLINE, Role.ARM]
    for point in shapes().at(1).shapes[0].points:
        place = FRAMING.to_pane(point.x, point.y)  # type: ignore[arg-type]
        assert np.abs(drawn[1].places - place).sum(axis=1).min() < 1e-9
    assert len(roto_handles(shapes(), 1, FRAMING)) == 5
    assert len(roto_handles(shapes(), 1, FRAMING, [(0, 0)])) == 8


def test_the_nearest_handle_is_taken_and_none_that_is_far() -> None:
    handles = transform_handles(Move(), FORMAT, FRAMING)
    for handle in handles:
        assert hit(handles, handle.x + 2, handle.y - 2) == handle
    assert hit(handles, -500, -500) is None
