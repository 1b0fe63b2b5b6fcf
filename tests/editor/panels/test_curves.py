"""The curve editor without a window."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.editor.panels.curve_view import Grip, Ruler, drawn, extent, fit, grip_at, handles, in_box, on_curve
from nodegraph.editor.panels.curves import deleted, inserted, levelled, moved, scaled, with_handle, with_kind
from nodegraph.graph.curve import Curve, Handle, Key, Kind
from tests.editor.panels.curve_shapes import curves

FRAMES = np.linspace(995, 1066, 400)
BEZIER = Curve(
    (
        Key(1001.0, 0.0, Kind.BEZIER, Handle(0, 0), Handle(3, 5)),
        Key(1011.0, 10.0, Kind.BEZIER, Handle(-3, 2), Handle(4, -2)),
        Key(1021.0, 0.0, Kind.LINEAR, Handle(-4, 0), Handle(0, 0)),
    )
)
RULER = Ruler(1000, 12, 10, 10)


def same(one: Curve, other: Curve, frames: np.ndarray = FRAMES) -> None:
    scale = max(abs(value) for curve in (one, other) for value in extent(curve)) + 1
    for frame in frames:
        assert other.at(frame) == pytest.approx(one.at(frame), abs=2e-6 * scale), frame


@settings(deadline=None)
@given(curves(), st.one_of(st.integers(996, 1065), st.floats(996, 1065)))
def test_a_key_put_in_does_not_change_the_shape(curve: Curve, frame: float) -> None:
    new, held = inserted(curve, frame)
    (index,) = held
    assert new.keys[index].frame == frame
    assert len(new.keys) == len(curve.keys) + (frame not in [key.frame for key in curve.keys])
    same(curve, new)


@settings(deadline=None)
@given(curves(), st.data())
def test_keys_that_are_deleted_are_gone(curve: Curve, data: st.DataObject) -> None:
    held = data.draw(st.sets(st.integers(0, len(curve.keys) - 1)))
    left = deleted(curve, held)
    rest = [key for index, key in enumerate(curve.keys) if index not in held]
    assert (list(left.keys) if left else []) == rest


@settings(deadline=None)
@given(curves(), st.integers(-80, 80), st.floats(-50, 50), st.data())
def test_moved_keys(curve: Curve, frames: int, value: float, data: st.DataObject) -> None:
    held = data.draw(st.sets(st.integers(0, len(curve.keys) - 1), min_size=1))
    new, now = moved(curve, held, frames, value)
    wanted = {curve.keys[index].frame + frames: curve.keys[index].value + value for index in held}
    assert {new.keys[index].frame: new.keys[index].value for index in now} == wanted
    others = {key.frame for index, key in enumerate(curve.keys) if index not in held}
    assert {key.frame for index, key in enumerate(new.keys) if index not in now} == others - set(wanted)


@settings(deadline=None)
@given(curves(), st.floats(-30, 30))
def test_all_keys_moved_are_the_curve_later(curve: Curve, frames: float) -> None:
    everything = range(len(curve.keys))
    new, _ = moved(curve, everything, frames, 0.0, whole=False)
    assert new == curve.moved(frames)
    aligned, _ = moved(curve, everything, frames, 0.0)
    assert all(key.frame == int(key.frame) for key in aligned.keys)


@settings(deadline=None)
@given(curves(kinds=(Kind.LINEAR, Kind.SMOOTH, Kind.BEZIER)))
def test_a_curve_turned_over_runs_backwards(curve: Curve) -> None:
    new, held = scaled(curve, range(len(curve.keys)), (1030, 0), -1, 2)
    assert held == frozenset(range(len(curve.keys)))
    for frame in FRAMES:
        assert new.at(2060 - frame) == pytest.approx(2 * curve.at(frame), abs=1e-4)
    back, _ = scaled(new, held, (1030, 0), -1, 0.5)
    assert [key.frame for key in back.keys] == [key.frame for key in curve.keys]


def test_scaling_in_a_box() -> None:
    curve = Curve.of([(1001, 0), (1011, 10), (1021, 4)])
    new, held = scaled(curve, {1, 2}, (1011, 0), 2, 0.5)
    assert [(key.frame, key.value) for key in new.keys] == [(1001, 0), (1011, 5), (1031, 2)]
    assert held == {1, 2}


@settings(deadline=None)
@given(curves(), st.data())
def test_to_bezier_the_shape_stays(curve: Curve, data: st.DataObject) -> None:
    held = data.draw(st.sets(st.integers(0, len(curve.keys) - 1)))
    smooth = [i for i in held if curve.keys[i].kind is not Kind.CONSTANT]
    new = with_kind(curve, smooth, Kind.BEZIER)
    assert all(new.keys[index].kind is Kind.BEZIER for index in smooth)
    same(curve, new)


@settings(deadline=None)
@given(curves(), st.sampled_from(Kind))
def test_kinds(curve: Curve, kind: Kind) -> None:
    new = with_kind(curve, {0}, kind)
    assert new.keys[0].kind is kind
    assert [(key.frame, key.value) for key in new.keys] == [(key.frame, key.value) for key in curve.keys]


def test_the_other_handle_turns_along_unless_broken() -> None:
    turned = with_handle(BEZIER, 1, True, (1013.0, 14.0))
    key = turned.keys[1]
    assert key.after == Handle(2, 4)
    assert key.before == Handle(-3, -6)
    broken = with_handle(BEZIER, 1, True, (1013.0, 14.0), broken=True)
    assert broken.keys[1].before == BEZIER.keys[1].before
    past = with_handle(BEZIER, 1, True, (1000.0, 14.0))
    assert past.keys[1].after.frame == 0


@settings(deadline=None)
@given(curves(kinds=(Kind.LINEAR, Kind.SMOOTH)))
def test_pulling_a_handle_changes_only_the_stretches_beside_it(curve: Curve) -> None:
    if len(curve.keys) < 5:
        return
    new = with_handle(curve, 2, True, (curve.keys[2].frame + 0.5, 3.0))
    a, b = curve.keys[1].frame, curve.keys[3].frame
    same(curve, new, np.array([frame for frame in FRAMES if not a < frame < b]))


def test_level_handles_keep_a_peak_at_its_key() -> None:
    curve = levelled(Curve.of([(1001, 0), (1011, 10), (1031, 2)]), {1})
    assert extent(curve) == (0, 10)
    assert curve.keys[1].after.frame == pytest.approx(20 / 3)
    assert curve.at(1011.01) == pytest.approx(10, abs=1e-3)


# -- the picture ---------------------------------------------------------------------------------------


def test_there_and_back() -> None:
    assert RULER.to_curve(*RULER.to_screen(1012, 3)) == (1012, 3)
    near = RULER.zoomed(40, 30, 2, 3)
    assert near.to_curve(40, 30) == pytest.approx(RULER.to_curve(40, 30))
    assert RULER.panned(10, 20).to_screen(*RULER.to_curve(5, 5)) == pytest.approx((15, 25))


def test_what_is_under_the_cursor() -> None:
    x, y = RULER.to_screen(1011, 10)
    assert grip_at(BEZIER, RULER, x + 3, y - 3) == Grip(1, "key")
    assert grip_at(BEZIER, RULER, x + 30, y) is None
    hx, hy = RULER.to_screen(1015, 8)
    assert grip_at(BEZIER, RULER, hx, hy) is None
    assert grip_at(BEZIER, RULER, hx, hy, {1}) == Grip(1, "after")
    assert handles(BEZIER, 1) == {"before": (1008, 12), "after": (1015, 8)}
    short = with_handle(BEZIER, 1, True, (1011.0, 10.0))
    assert grip_at(short, RULER, x, y, {1}) == Grip(1, "key")


@settings(deadline=None)
@given(curves(), st.floats(996, 1065))
def test_the_cursor_on_the_curve(curve: Curve, frame: float) -> None:
    ruler = fit([curve], 600, 300)
    assert ruler is not None
    x, y = ruler.to_screen(frame, curve.at(frame))
    if all(abs(key.frame - frame) > 0.01 for key in curve.keys):
        found = on_curve(curve, ruler, x, y)
        assert found is not None
        assert abs(found - frame) * ruler.across <= 7
    high = extent(curve)[1]
    assert on_curve(curve, ruler, x, ruler.to_screen(0, high)[1] - 20) is None


def test_keys_in_a_box() -> None:
    assert in_box(BEZIER, RULER, RULER.to_screen(1030, 5), RULER.to_screen(1005, 20)) == {1}
    assert in_box(BEZIER, RULER, (-1000, -1000), (1000, 1000)) == {0, 1, 2}


@settings(deadline=None)
@given(curves(), st.floats(2, 60), st.floats(0.5, 30))
def test_the_drawn_line_is_within_a_pixel(curve: Curve, across: float, up: float) -> None:
    ruler = Ruler(990, 0, across, up)
    left, right = ruler.to_screen(998.5, 0)[0], ruler.to_screen(1055.5, 0)[0]
    line = np.array(drawn(curve, ruler, left, right))
    assert line[0, 0] == pytest.approx(left)
    assert line[-1, 0] == pytest.approx(right)
    assert (np.diff(line[:, 0]) >= -1e-6).all()
    starts, along = line[:-1], np.diff(line, axis=0)
    for frame in np.linspace(998.5, 1055.5, 173):
        if any(abs(key.frame - frame) < 1e-6 for key in curve.keys):
            continue
        place = np.array(ruler.to_screen(frame, curve.at(frame)))
        part = np.clip(((place - starts) * along).sum(1) / np.maximum((along**2).sum(1), 1e-12), 0, 1)
        assert np.hypot(*(starts + along * part[:, None] - place).T).min() < 0.6


@settings(deadline=None)
@given(curves())
def test_the_extent_is_what_the_curve_takes(curve: Curve) -> None:
    low, high = extent(curve)
    taken = [curve.at(frame) for frame in FRAMES]
    assert low - 1e-6 <= min(taken)
    assert max(taken) <= high + 1e-6
    dense = [curve.at(frame) for frame in np.linspace(1001, 1060, 1500)]
    assert math.isclose(min(dense), low, abs_tol=2.0 + 0.05 * (high - low))


@settings(deadline=None)
@given(curves())
def test_fit_shows_all_keys(curve: Curve) -> None:
    ruler = fit([curve], 640, 200)
    assert ruler is not None
    for key in curve.keys:
        x, y = ruler.to_screen(key.frame, key.value)
        assert 0 <= x <= 640
        assert 0 <= y <= 200
    assert fit([], 640, 200) is None
