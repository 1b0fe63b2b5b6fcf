"""Number fields."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.data.errors import GraphError
from nodegraph.editor.panels.arithmetic import worked_out
from nodegraph.editor.panels.fields import (
    dragged,
    entered,
    entered_part,
    exact,
    fitted,
    for_all,
    nudged,
    number,
    shown,
    slider_place,
    slider_value,
    step,
)
from nodegraph.graph.knob import Color, Knob, KnobType, Vec

FLOAT = KnobType("gain", float, 1.0)
SLIDER = KnobType("gain", float, 1.0, Knob(0, 4))
SOFT = KnobType("gain", float, 1.0, Knob(0, 4, soft=True))
COUNT = KnobType("radius", int, 1, Knob(0, 12))
ANGLE = KnobType("rotate", float, 0.0, Knob(unit="°"))
COLOUR = KnobType("tint", Color, Color((1.0, 1.0, 1.0)))
PLACE = KnobType("centre", Vec, Vec((0.0, 0.0)), Knob(unit="px"))


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_reads_back_as_that_number(value: float) -> None:
    again = float(number(exact(value), 7.0))
    assert again == value
    assert math.copysign(1, again) == math.copysign(1, value)


@settings(deadline=None)
@given(st.integers(-(10**15), 10**15))
def test_the_text_of_a_whole_number_has_no_point(value: int) -> None:
    assert exact(value) == str(value)
    assert exact(float(value)) == str(value) or value == 0
    assert number(exact(value), 0) == value


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("+20", 30),
        ("+=20", 30),
        ("-=3", 7),
        ("-3", -3),
        ("--3", 3),
        ("*2", 20),
        ("*= 2", 20),
        ("/4", 2.5),
        ("**2", 100),
        ("1920/2", 960),
        ("sqrt(2)", math.sqrt(2)),
        (" 2 * (3 + 4) ", 14),
        ("-2**2", -4),
        ("2**-1", 0.5),
        ("*1+1", 20),
        ("0010", 10),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("min(3, 1, 2)", 1),
        ("2*pi", 2 * math.pi),
        ("+sqrt(4)", 12),
        ("0,5", 0.5),
        ("+0,5", 10.5),
        ("*1,5", 15),
        ("-=,5", 9.5),
        ("0,500", 0.5),
        ("2,", 2),
        ("1,5e1", 15),
        ("(0,5 + 1,25) * 2", 3.5),
        ("max(3,1,2)", 3),
        ("0,5 * max(3, 4)", 2),
        ("log2(8) + 0,5", 3.5),
    ],
)
def test_arithmetic_from_ten(text: str, result: float) -> None:
    assert number(text, 10) == result


@settings(deadline=None)
@given(st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(1, 1000))
def test_sums_are_those_of_arithmetic(a: int, b: int, c: int) -> None:
    assert worked_out(f"({a}+{b})*{c}-{a}/{c}") == (a + b) * c - a / c


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("abc", "'abc' is no number"),
        ("1/0", "divides by zero"),
        ("9**9**9**9", "too large"),
        ("1e999", "too large"),
        ("sqrt(-1)", "has no answer"),
        ("(-8)**0.5", "has no answer"),
        ("(1+2", "bracket"),
        ("1,500", "may be 1.500 or 1500"),
        ("1.000,5", "'1.000,5' is no number"),
        ("1,000,000", "'1,000,000' is no number"),
        (",", "no sum"),
        ("sqrt(0,5)", "takes one number"),
        ("1 2", "is no sum"),
        ("*", "empty"),
        ("__import__('os')", "cannot stand"),
        ("a.b", "cannot stand"),
        ("True", "no sum"),
        ("sqrt(1, 2)", "takes one number"),
        ("foo(2)", "there is no function foo"),
        ("0x10", "cannot stand"),
        ("1" * 300, "too long"),
        ("(" * 99 + ")" * 98, "bracket"),
        ("1\0", "cannot stand"),
        ("²", "cannot stand"),
        ("1_000", "cannot stand"),
        ("1if 2", "cannot stand"),
        ("lambda", "no sum"),
        ("min(*(1))", "no sum"),
    ],
)
def test_what_is_no_number_is_told_in_words(text: str, told: str) -> None:
    with pytest.raises(GraphError) as fault:
        number(text, 10)
    assert told in str(fault.value)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_does_anything_but_give_a_number_or_say_why(text: str) -> None:
    try:
        result = number(text, 2.0)
    except GraphError:
        return
    assert math.isfinite(result)


@pytest.mark.parametrize(("text", "value"), [("90°", 90), ("90 deg", 90), ("pi rad", 180), ("90", 90), ("+10 deg", 55)])
def test_units(text: str, value: float) -> None:
    assert entered(ANGLE, text, 45.0) == pytest.approx(value)


def test_another_unit_is_refused() -> None:
    with pytest.raises(GraphError, match="px is not the unit here"):
        entered(ANGLE, "10px", 0.0)


def test_hard_limits_clamp_and_soft_ones_do_not() -> None:
    assert entered(SLIDER, "9", 1.0) == 4
    assert entered(SLIDER, "-9", 1.0) == 0
    assert entered(SOFT, "9", 1.0) == 9
    assert entered(COUNT, "5/2", 1) == 3
    assert isinstance(entered(COUNT, "7.0", 1), int)
    assert entered(COUNT, "100", 1) == 12
    assert isinstance(entered(SLIDER, "9", 1.0), float)


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([FLOAT, SLIDER, SOFT, COUNT, ANGLE]))
def test_what_is_fitted_is_what_the_knob_takes(value: float, kind: KnobType) -> None:
    assert kind.check(fitted(kind, value)) == fitted(kind, value)


def test_colours_and_places() -> None:
    assert entered(COLOUR, "1, 2, 3/2", COLOUR.default) == Color((1, 2, 1.5))
    assert entered(COLOUR, "*2", Color((1.0, 2.0, 3.0))) == Color((2, 4, 6))
    assert entered(COLOUR, "max(1, 2)", COLOUR.default) == Color((2, 2, 2))
    assert entered(PLACE, "+10, 1920/2 px", Vec((5.0, 5.0))) == Vec((15, 960))
    assert entered_part(PLACE, "/2", Vec((3.0, 5.0)), 1) == Vec((3, 2.5))
    assert isinstance(entered(COLOUR, "1", COLOUR.default), Color)
    with pytest.raises(GraphError, match="has 3 parts, not 2"):
        entered(COLOUR, "1, 2", COLOUR.default)
    assert entered(COLOUR, "0,5", COLOUR.default) == Color((0.5, 0.5, 0.5))
    assert entered(COLOUR, "0,5; 1; 2,25", COLOUR.default) == Color((0.5, 1, 2.25))
    assert entered(PLACE, "0,5, 2,5", Vec((5.0, 5.0))) == Vec((0.5, 2.5))
    assert entered_part(COLOUR, "0,5", COLOUR.default, 1) == Color((1, 0.5, 1))
    value = Color((0.1, 1 / 3, 4.0))
    assert entered(COLOUR, shown(value), COLOUR.default) == value


def test_one_number_or_all_parts_in_the_field_of_one() -> None:
    assert [for_all(COLOUR, text) for text in ("0,5", "0.5", "max(1, 2)", "+0,5")] == [False] * 4
    assert [for_all(COLOUR, text) for text in ("1,2,3", "1, 2, 3", "0,5; 1; 2", "1, 2")] == [True] * 4
    assert for_all(PLACE, "960, 540")
    assert for_all(PLACE, "0,5; 2")
    assert not for_all(PLACE, "max(1,2)")
    with pytest.raises(GraphError, match=r"0,5 may be 0\.5, or 0 and 5"):
        for_all(PLACE, "0,5")


def test_steps() -> None:
    assert step(SLIDER, 1.0) == pytest.approx(0.02)
    assert step(SLIDER, 1.0, ctrl=True) == pytest.approx(0.002)
    assert step(SLIDER, 1.0, shift=True) == pytest.approx(0.2)
    assert step(COUNT, 3, ctrl=True) == 1
    assert step(FLOAT, 1000.0) == pytest.approx(10)


def test_a_drag_leaves_no_stray_digits() -> None:
    assert exact(dragged(SLIDER, 1.0, 15)) == "1.3"
    assert dragged(SLIDER, 1.0, 10_000) == 4
    assert dragged(SLIDER, 1.23456, 0) == 1.23456
    assert exact(dragged(SLIDER, 1.23456, 1)) == "1.25456"
    assert dragged(COUNT, 3, 2) == 5


@pytest.mark.parametrize(
    ("text", "caret", "up", "result"),
    [
        ("1.25", 1, True, "2.25"),
        ("1.25", 3, True, "1.35"),
        ("1.25", 4, False, "1.24"),
        ("19", 2, True, "20"),
        ("19", 1, True, "29"),
        ("0.5", 1, False, "-0.5"),
        ("-1", 2, True, "0"),
        ("7", 0, True, "8"),
    ],
)
def test_arrow_keys_step_the_digit_at_the_caret(text: str, caret: int, up: bool, result: str) -> None:
    assert nudged(text, caret, up) == result


@settings(deadline=None)
@given(st.floats(0, 4))
def test_a_slider_comes_back_to_where_it_was(value: float) -> None:
    assert slider_value(SLIDER, slider_place(SLIDER, value), value) == pytest.approx(value, abs=0.01)
    assert slider_value(SLIDER, 1.0, value) == 4
    assert slider_value(SLIDER, 0.0, value) == 0
