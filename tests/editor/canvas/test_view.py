"""Pan, zoom and fit, by closed forms; the minimap likewise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.canvas.minimap import minimap
from nodegraph.editor.canvas.view import LEAST, MOST, Detail, Rect, View, at_corner, fitted
from nodegraph.graph.layout import Point

PLACES = st.floats(-5000, 5000)
PAIRS = st.tuples(PLACES, PLACES)
UNITS = st.sampled_from([1.0, 1.5, 2.0])


def _view(x: float, y: float, share: float, unit: float) -> View:
    return View(x, y, share * unit, unit)


VIEWS = st.builds(_view, PLACES, PLACES, st.floats(LEAST, MOST), UNITS)
SIZES = st.tuples(st.floats(200, 4000), st.floats(200, 4000))
BOXES = st.lists(st.builds(at_corner, PAIRS, st.tuples(st.floats(1, 900), st.floats(1, 900))), min_size=1, max_size=20)


def near(point: Point) -> object:
    return pytest.approx(point, abs=1e-5, rel=1e-9)


@given(VIEWS, PAIRS)
def test_the_screen_and_the_graph_are_each_others_inverse(view: View, point: Point) -> None:
    assert view.to_screen((view.x, view.y)) == (0, 0)
    assert view.to_graph(view.to_screen(point)) == near(point)


@given(VIEWS, PAIRS, st.floats(-20, 20))
def test_zoom_keeps_what_is_under_the_cursor(view: View, cursor: Point, clicks: float) -> None:
    larger = view.wheeled(clicks, cursor)
    assert larger.to_graph(cursor) == near(view.to_graph(cursor))
    assert LEAST * view.unit <= larger.zoom <= MOST * view.unit
    assert larger.unit == view.unit
    assert (larger.zoom >= view.zoom) if clicks >= 0 else (larger.zoom <= view.zoom)


@given(VIEWS, PAIRS, PAIRS)
def test_a_pan_takes_the_graph_along_with_the_hand(view: View, start: Point, by: Point) -> None:
    end = (start[0] + by[0], start[1] + by[1])
    assert view.panned(by).to_graph(end) == near(view.to_graph(start))


@given(BOXES, SIZES)
def test_fit_shows_all(boxes: list[Rect], size: Point) -> None:
    view = fitted(boxes, size)
    if view.zoom > LEAST:
        assert all(view.seen(size).grown(1e-6).covers(box) for box in boxes)
    assert LEAST <= view.zoom <= 1


def test_fit_is_as_large_as_it_can_be() -> None:
    view = fitted([Rect(0, 0, 1000, 100)], (580, 400), margin=40)
    assert view.zoom == 0.5
    assert view.to_screen((0, 50)) == (40, 200)
    assert fitted([Rect(0, 0, 10, 10)], (580, 400)).zoom == 1
    assert fitted([Rect(0, 0, 10, 10)], (580, 400), most=4).zoom == 4
    assert fitted([], (200, 100)).to_screen((0, 0)) == (100, 50)


def test_on_a_finer_screen_the_same_is_fitted_larger() -> None:
    """Twice as fine: the same part of the graph, with twice as many pixels."""
    boxes = [Rect(0, 0, 1000, 100)]
    plain, fine = fitted(boxes, (580, 400)), fitted(boxes, (1160, 800), unit=2.0)
    assert (fine.zoom, fine.share) == (2 * plain.zoom, plain.zoom)
    assert fine.seen((1160, 800)) == pytest.approx(plain.seen((580, 400)))
    assert fine.detail is plain.detail
    assert fitted([], (200, 100), unit=2.0).share == 1


def test_the_smaller_the_less_is_drawn() -> None:
    details = [View(zoom=zoom).detail for zoom in (LEAST, 0.25, 0.5, 1, MOST)]
    assert details == [Detail.BLOCKS, Detail.NAMES, Detail.PORTS, Detail.FULL, Detail.FULL]


@given(BOXES, VIEWS, SIZES, st.tuples(st.floats(0, 200), st.floats(0, 120)))
def test_the_minimap_shows_all_and_leads_there(boxes: list[Rect], view: View, size: Point, click: Point) -> None:
    frame = Rect(100, 50, 300, 170)
    small = minimap(boxes, frame)
    assert all(frame.grown(1e-6).covers(small.place(box)) for box in boxes)
    assert frame.covers(small.window(view, size))
    pixel = (100 + click[0], 50 + click[1])
    middle = (size[0] / 2, size[1] / 2)
    assert small.went_to(view, size, pixel).to_graph(middle) == near(small.to_graph(pixel))
    assert small.to_screen(small.to_graph(pixel)) == near(pixel)


def test_the_window_of_the_minimap_is_what_is_seen() -> None:
    small = minimap([Rect(0, 0, 1880, 1080)], Rect(0, 0, 200, 120))
    assert small.scale == 0.1
    assert small.window(View(0, 0, 1), (940, 540)) == pytest.approx((6, 6, 100, 60))
