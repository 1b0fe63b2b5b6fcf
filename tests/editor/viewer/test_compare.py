"""Two pictures in one pane, against geometry written out pixel by pixel."""

import math

import numpy as np
import pytest

from nodegraph.data.box import Box
from nodegraph.editor.viewer.compare import Wipe, beside, cut, differing, largest, onion, wiped
from nodegraph.editor.viewer.framing import Framing, Pane

FIRST = np.zeros((30, 40, 4), np.float32)
SECOND = np.ones((30, 40, 4), np.float32)


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 135.0, 180.0, -45.0, 270.0])
def test_each_side_of_a_wipe_is_one_picture(angle: float) -> None:
    framing = Framing(5, 3, 2)
    line = cut(Wipe(14.6, 11.3, angle), framing)
    out = FIRST.copy()
    wiped(out, SECOND, line)
    x, y = (14.6 - 5) * 2, (11.3 - 3) * 2
    way = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    for row in range(30):
        for column in range(40):
            far = (column + 0.5 - x) * way[0] + (row + 0.5 - y) * way[1]
            if abs(far) > 0.5:
                assert out[row, column, 0] == (1 if far > 0 else 0)
            else:
                assert out[row, column, 0] == pytest.approx(far + 0.5, abs=1e-4)


@pytest.mark.parametrize("angle", [0.0, 10.0, 90.0, 200.0])
def test_what_a_side_does_not_need_is_not_seen(angle: float) -> None:
    line = cut(Wipe(18, 13, angle), Framing())
    first, second = line.sides(Box(0, 0, 40, 30))
    a, b = FIRST + 9, SECOND + 9
    a[first.slices(Box(0, 0, 40, 30))] = 0
    b[second.slices(Box(0, 0, 40, 30))] = 1
    wiped(a, b, line)
    assert a.max() <= 1
    assert a.min() >= 0


def test_a_straight_wipe_costs_one_picture() -> None:
    place = Box(0, 0, 1280, 720)
    first, second = cut(Wipe(500, 100), Framing()).sides(place)
    assert first.area + second.area < 1.01 * place.area
    assert cut(Wipe(-50, 0), Framing()).sides(place)[0].empty


def test_the_line_stays_on_the_picture_and_turns_to_the_hand() -> None:
    framing = Framing(0, 0, 2)
    wipe = Wipe(10, 10).moved_to(framing, 30, 50)
    assert (wipe.x, wipe.y) == (15, 25)
    assert wipe.turned_to(framing, 30, 90).angle == pytest.approx(90)
    line = cut(wipe.turned_to(framing, 50, 70), framing)
    for x, y in line.line(Pane(100, 100)):
        assert line.beyond(x, y) == pytest.approx(0, abs=1e-9)
    moved = framing.panned(7, 8)
    assert cut(wipe, moved).beyond(37, 58) == pytest.approx(0)


def test_a_faded_wipe_lets_the_first_picture_through() -> None:
    out = FIRST.copy()
    wiped(out, SECOND, cut(Wipe(20, 15), Framing()), 0.25)
    assert out[0, 0, 0] == 0
    assert out[0, 39, 0] == 0.25


def test_difference_and_onion_are_their_formulas() -> None:
    random = np.random.default_rng(0)
    a, b = (random.normal(0, 3, (5, 6, 4)).astype(np.float32) for _ in range(2))
    apart = differing(a, b, 2)
    assert np.allclose(apart[..., :3], 2 * np.abs(a - b)[..., :3])
    assert np.array_equal(apart[..., 3], a[..., 3])
    assert largest(a, b) == np.abs(a - b)[..., :3].max()
    assert largest(a * np.nan, b) == 0
    endless = np.full((1, 1, 3), np.inf, np.float32)
    assert np.isnan(differing(endless, endless)).all()
    mixed = a.copy()
    onion(mixed, b, 0.3)
    assert np.allclose(mixed, a * 0.7 + b * 0.3, atol=1e-5)


def test_halves_of_the_pane_meet_and_leave_nothing() -> None:
    for above in (False, True):
        first, second = beside(Pane(101, 51), above=above)
        assert first.area + second.area == 101 * 51
        assert first.meet(second).empty
