"""Curves against their closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.data.errors import GraphError
from nodegraph.graph.curve import Curve, Handle, Key, Kind


def test_a_curve_holds_before_its_first_key_and_after_its_last() -> None:
    curve = Curve.of([(10, 2.0), (20, 6.0)])
    assert (curve.at(-100), curve.at(10), curve.at(20), curve.at(1e6)) == (2, 2, 6, 6)


def test_linear_and_constant() -> None:
    curve = Curve((Key(0, 1.0), Key(10, 3.0, Kind.CONSTANT), Key(20, 0.0)))
    assert curve.at(2.5) == 1.5
    assert (curve.at(10), curve.at(19.99), curve.at(20)) == (3, 3, 0)


def test_smooth_is_the_cubic_through_its_keys() -> None:
    keys = [(0, 0.0), (10, 5.0), (20, 5.0), (40, 1.0)]
    curve = Curve.of(keys, Kind.SMOOTH)
    # Between 10 and 20: the cubic that meets both values with the slopes of the lines between neighbours.
    left, right = (5.0 - 0.0) / 20, (1.0 - 5.0) / 30
    cubic = np.linalg.solve(
        [[1, 10, 100, 1000], [1, 20, 400, 8000], [0, 1, 20, 300], [0, 1, 40, 1200]], [5.0, 5.0, left, right]
    )
    for frame in (10.5, 13.0, 17.25, 19.0):
        assert curve.at(frame) == pytest.approx(np.polyval(cubic[::-1], frame), abs=1e-9)


def test_a_bezier_is_the_parametric_curve_of_its_handles() -> None:
    a = Key(100, 1.0, Kind.BEZIER, after=Handle(6, 3.0))
    b = Key(120, -2.0, Kind.BEZIER, before=Handle(-15, 0.5))
    curve = Curve((a, b))
    points = np.array([[100, 1.0], [106, 4.0], [105, -1.5], [120, -2.0]])
    for t in np.linspace(0, 1, 23):
        s = 1 - t
        x, y = s**3 * points[0] + 3 * s * s * t * points[1] + 3 * s * t * t * points[2] + t**3 * points[3]
        assert curve.at(float(x)) == pytest.approx(y, abs=1e-6)


def test_handles_that_overlap_are_cut_so_that_time_goes_on() -> None:
    curve = Curve(
        (Key(0, 0.0, Kind.BEZIER, after=Handle(500, 5.0)), Key(10, 1.0, Kind.BEZIER, before=Handle(-500, 5.0)))
    )
    assert all(math.isfinite(curve.at(frame / 10)) for frame in range(101))
    assert curve.at(0) == 0
    assert curve.at(10) == 1


@pytest.mark.parametrize(
    "saved",
    [
        {},
        {"curve": []},
        {"curve": [[1]]},
        {"curve": [[1, 2], [1, 3]]},
        {"curve": [[5, 2], [1, 3]]},
        {"curve": [[1, float("nan")]]},
        {"curve": [[1, "x"]]},
        {"curve": [[1, True]]},
        {"curve": [[1, 2, "wavy"]]},
        {"curve": [[1, 2, "bezier", [1, 0], [0, 0]]]},
        {"curve": [[1, 2, "bezier", [0, 0]]]},
        {"curve": 7},
        [1, 2],
    ],
)
def test_a_bad_curve_is_refused(saved: object) -> None:
    with pytest.raises(GraphError):
        Curve.from_json(saved)


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.floats(-10, 10), st.sampled_from(Kind)),
        min_size=1,
        max_size=12,
        unique_by=lambda key: key[0],
    )
)
def test_what_is_saved_is_read_back(rows: list[tuple[int, float, Kind]]) -> None:
    curve = Curve(tuple(Key(*row) for row in sorted(rows)))
    again = Curve.from_json(curve.to_json())
    assert again == curve
    assert [again.at(frame) for frame in range(0, 500, 7)] == [curve.at(frame) for frame in range(0, 500, 7)]


def test_editing_returns_a_new_curve() -> None:
    curve = Curve.of([(1, 1.0), (5, 2.0)])
    other = curve.with_key(Key(3, 9.0)).with_key(Key(5, 4.0))
    assert [key.value for key in other.keys] == [1, 9, 4]
    assert [key.value for key in curve.keys] == [1, 2]
    assert other.without_key(3).moved(10).at(11) == 1
