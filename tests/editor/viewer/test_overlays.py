"""Overlays lie on what they are of."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.data.box import Box, Format
from nodegraph.data.faces import Face, Rect
from nodegraph.data.tracks import Track
from nodegraph.editor.viewer.framing import Framing, Pane, fitted_format
from nodegraph.editor.viewer.overlays import (
    ASPECTS,
    Dots,
    Fill,
    Line,
    Role,
    Words,
    dragged_out,
    face,
    faces,
    guides,
    left_of,
    mask,
    masked,
    path,
    region,
    smoothed,
    window,
)

FORMAT = Format(2048, 858)
FRAMING = Framing(30, 20, 0.5)
POINTS = np.random.default_rng(4).uniform(300, 600, (68, 2))
FACE = Face(Rect(280, 290, 610, 620), 0.9, POINTS)


def test_a_face_is_drawn_where_it_is() -> None:
    drawn = face(FACE, FRAMING, name="Anna")
    box, words, dots = drawn[0], drawn[1], drawn[-1]
    assert isinstance(box, Line)
    assert isinstance(words, Words)
    assert isinstance(dots, Dots)
    assert np.allclose(FRAMING.many_to_picture(box.places), [(280, 290), (610, 290), (610, 620), (280, 620)])
    assert (words.x, words.y, words.text) == ((280 - 30) / 2, (290 - 20) / 2, "Anna")
    assert np.allclose(FRAMING.many_to_picture(dots.places), POINTS)
    joined = [each for each in drawn if isinstance(each, Line) and each.role is Role.LANDMARKS]
    assert sum(len(each.places) for each in joined) == 68
    assert [len(each.places) for each in joined if each.closed] == [6, 6, 12, 8]


def test_a_small_face_is_its_box_and_one_off_screen_is_not_drawn() -> None:
    assert len(face(FACE, Framing(zoom=0.02))) == 1
    track = Track("A", {1: FACE})
    assert faces([(track, FACE)], FRAMING, Pane(400, 400), {"A": "Anna"})
    assert faces([(track, FACE)], Framing(5000, 0, 1), Pane(400, 400)) == []


def test_smoothing_shows_before_and_after() -> None:
    after = Face(FACE.box, 1, POINTS + np.array([3, -2]))
    drawn = smoothed(FACE, after, FRAMING)
    moved = [each for each in drawn if isinstance(each, Line) and each.role is Role.PATH]
    assert len(moved) == 68
    assert all(np.allclose(each.places[1] - each.places[0], (1.5, -1)) for each in moved)
    assert smoothed(FACE, Face(FACE.box), FRAMING) == []


def test_a_tracks_path_is_broken_where_the_track_is() -> None:
    found = {frame: Face(Rect(frame * 10, 0, frame * 10 + 10, 10)) for frame in (1, 2, 3, 6, 7, 90)}
    drawn = path(Track("A", found, frozenset({2})), 3, FRAMING)
    assert [len(each.places) for each in drawn if isinstance(each, Line)] == [3, 2]
    keyed = next(each for each in drawn if isinstance(each, Dots))
    assert np.allclose(FRAMING.many_to_picture(keyed.places), [(25, 5)])


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("format", [FORMAT, Format(1080, 1920), Format(2048, 1716, 2.0)])
def test_a_mask_has_its_shape_and_touches_two_sides(aspect: tuple[str, float], format: Format) -> None:
    inner = masked(format, aspect[1])
    assert inner.width * format.pixel_aspect / inner.height == pytest.approx(aspect[1])
    assert inner.width == pytest.approx(format.width) or inner.height == pytest.approx(format.height)
    assert inner.middle == pytest.approx((format.width / 2, format.height / 2))
    framing = fitted_format(format, Pane(800, 600))
    hidden = sum(
        each.box.width * each.box.height for each in mask(format, aspect[1], framing) if isinstance(each, Fill)
    )
    left, top, right, bottom = framing.on_screen(format.box)
    share = 1 - inner.width * inner.height / (format.width * format.height)
    assert hidden == pytest.approx((right - left) * (bottom - top) * share, abs=1e-3)


def test_guides_lie_in_thirds_and_safe_areas() -> None:
    drawn = guides(FORMAT, Framing(), thirds=True, safe=True, cross=True)
    assert len(drawn) == 8
    assert all(isinstance(each, Line) for each in drawn)
    xs = {round(float(x), 3) for each in drawn[:4] if isinstance(each, Line) for x in each.places[:, 0]}
    assert {round(2048 / 3, 3), round(4096 / 3, 3)} <= xs
    safe = drawn[4]
    assert isinstance(safe, Line)
    assert np.ptp(safe.places[:, 0]) == pytest.approx(0.93 * 2048)
    assert guides(FORMAT, Framing()) == []


def test_the_data_window_is_shown_where_it_is_another() -> None:
    assert [each.role for each in window(FORMAT, FORMAT.box, FRAMING)] == [Role.FORMAT, Role.FORMAT]
    assert window(FORMAT, Box(-5, -5, 9, 9), FRAMING)[-1].role is Role.WINDOW


def test_a_region_is_dragged_out_in_whole_pixels_from_any_corner() -> None:
    framing = Framing(10, 20, 4)
    for start, end in (((1, 1), (9, 14)), ((9, 14), (1, 1)), ((9, 1), (1, 14))):
        assert dragged_out(framing, start, end, Box(0, 0, 100, 100)) == Box(10, 20, 13, 24)
    assert dragged_out(framing, (1, 1), (1, 1), Box(0, 0, 100, 100)).area == 1
    edge, dots = region(Box(10, 20, 13, 24), framing)
    assert isinstance(edge, Line)
    assert isinstance(dots, Dots)
    assert edge.places[2].tolist() == [12, 16]


PLACE = st.tuples(st.integers(-50, 150), st.integers(-50, 150)).map(lambda place: [float(each) for each in place])


@given(st.lists(PLACE, min_size=2, max_size=9), st.booleans(), st.integers(-60, 160))
def test_a_line_is_cut_off_at_the_edge_and_nothing_else_of_it_is_lost(
    places: list[list[float]], closed: bool, edge: int
) -> None:
    def long(line: list[list[float]], ring: bool) -> float:
        return sum(math.dist(one, other) for one, other in pairwise([*line, line[0]] if ring else line))

    def share(one: list[float], other: list[float]) -> float:
        """How much of a straight piece lies to the left of the edge: as the share of its width that does."""
        low, high = sorted((one[0], other[0]))
        return float(low <= edge) if low == high else min(1.0, max(0.0, (edge - low) / (high - low)))

    pieces = left_of(float(edge), places, closed)
    assert all(x <= edge for piece, _ in pieces for x, _ in piece)
    every = pairwise([*places, places[0]] if closed else places)
    wanted = sum(math.dist(one, other) * share(one, other) for one, other in every)
    assert sum(long(piece, ring) for piece, ring in pieces) == pytest.approx(wanted, abs=1e-6)


def test_a_square_over_the_edge_stays_open_there() -> None:
    square = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]]
    assert left_of(10.0, square, True) == [(square, True)]
    assert left_of(4.0, square, True) == [
        ([[0.0, 0.0], [4.0, 0.0]], False),
        ([[4.0, 10.0], [0.0, 10.0], [0.0, 0.0]], False),
    ]
    assert left_of(-1.0, square, True) == []
    assert left_of(4.0, [[0.0, 0.0], [4.0, 0.0], [9.0, 0.0]]) == [([[0.0, 0.0], [4.0, 0.0]], False)], "no place twice"
