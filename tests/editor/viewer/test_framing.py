"""Framing: what lies where in the pane, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.data.box import Box, Format
from nodegraph.editor.viewer.framing import (
    LEAST,
    MOST,
    Framing,
    Pane,
    coarseness,
    fitted,
    fitted_format,
    stepped,
)

places = st.floats(-5000, 5000)
framings = st.builds(Framing, places, places, st.floats(LEAST, MOST), st.sampled_from([1.0, 2.0, 0.9]))


@given(framings, places, places)
def test_to_the_pane_and_back_is_where_it_was(framing: Framing, x: float, y: float) -> None:
    assert framing.to_picture(*framing.to_pane(x, y)) == pytest.approx((x, y), abs=1e-6)
    many = np.array([[x, y], [y, x]])
    assert np.allclose(framing.many_to_picture(framing.many_to_pane(many)), many, atol=1e-6)
    assert np.allclose(framing.many_to_pane(many)[0], framing.to_pane(x, y), rtol=1e-9)


@given(framings, st.floats(0.1, 10), st.floats(0, 2000), st.floats(0, 2000))
def test_zooming_keeps_what_is_under_the_cursor(framing: Framing, factor: float, x: float, y: float) -> None:
    after = framing.zoomed(factor, x, y)
    assert LEAST <= after.zoom <= MOST
    assert after.to_picture(x, y) == pytest.approx(framing.to_picture(x, y), abs=1e-5)


@given(framings, st.floats(-500, 500), st.floats(-500, 500))
def test_panning_moves_everything_by_as_much(framing: Framing, x: float, y: float) -> None:
    before, after = framing.to_pane(12, 34), framing.panned(x, y).to_pane(12, 34)
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((x, y), abs=1e-4)


@given(framings, st.sampled_from([1.0, 2.0, 0.9]))
def test_pixels_of_another_shape_leave_the_middle_where_it_is(framing: Framing, aspect: float) -> None:
    pane = Pane(640, 360)
    after = framing.shaped(aspect, pane)
    assert (after.aspect, after.zoom) == (aspect, framing.zoom)
    assert after.to_picture(320, 180) == pytest.approx(framing.to_picture(320, 180), abs=1e-6)


@pytest.mark.parametrize("aspect", [1.0, 2.0])
@pytest.mark.parametrize("pane", [Pane(1280, 720), Pane(300, 900)])
def test_a_fitted_frame_lies_in_the_middle_and_touches_neither_side(aspect: float, pane: Pane) -> None:
    format = Format(4096, 2160, aspect)
    framing = fitted_format(format, pane)
    left, top, right, bottom = framing.on_screen(format.box)
    assert left == pytest.approx(pane.width - right)
    assert top == pytest.approx(pane.height - bottom)
    assert left > 0
    assert top > 0
    assert min(left / pane.width, top / pane.height) == pytest.approx(0.02)
    assert (right - left) / (bottom - top) == pytest.approx(4096 * aspect / 2160)


def test_one_to_one_lays_pixels_on_the_screens_own() -> None:
    pane = Pane(640, 360)
    framing = fitted(Box(0, 0, 1919, 1081), pane).one_to_one(pane)
    assert framing.zoom == 1
    assert (framing.x, framing.y) == (round(framing.x), round(framing.y))
    assert framing.to_picture(320, 180) == pytest.approx((959.5, 540.5), abs=1)


def test_the_pixel_under_the_cursor_is_the_one_whose_square_it_is_in() -> None:
    framing = Framing(10, 20, 8)
    assert framing.pixel(0, 0) == (10, 20)
    assert framing.pixel(7.9, 7.9) == (10, 20)
    assert framing.pixel(8.1, 8.1) == (11, 21)
    assert framing.pixel(-0.1, -0.1) == (9, 19)


def test_what_is_seen_and_what_is_shown_fit_each_other() -> None:
    pane, framing = Pane(100, 50), Framing(10, 20, 0.5)
    assert framing.seen(pane) == Box(10, 20, 210, 120)
    assert framing.shown(Box(0, 0, 20, 30), pane) == Box(0, 0, 5, 5)
    assert framing.shown(Box(500, 0, 900, 30), pane).empty


def test_a_pane_with_too_many_pixels_is_drawn_coarser() -> None:
    assert coarseness(Pane(1280, 720), 1280 * 720) == 1
    assert coarseness(Pane(2560, 1440), 1280 * 720) == 2
    assert coarseness(Pane(9999, 9999), 1) == 8
    framing = Framing(3, 4, 0.5)
    assert framing.coarser(2).to_pane(13, 24) == tuple(v / 2 for v in framing.to_pane(13, 24))


def test_the_wheel_always_meets_one_to_one() -> None:
    zoom = 0.3137
    seen = [zoom := stepped(zoom, 1) for _ in range(12)]
    assert 1.0 in seen
    assert seen == sorted(seen)
    assert stepped(1.0, 4) == 2.0
    assert stepped(0.9, 1) == 1.0
    assert stepped(1.1, -1) == 1.0
    assert stepped(0.3, 0) == 0.3
