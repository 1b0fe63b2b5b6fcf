"""Numbers as wide as their field, the caret that is followed, and colours on swatches; no window."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.panes.property_caret import Caret
from nodegraph.editor.panes.property_files import inside
from nodegraph.editor.panes.property_look import bent, number_text, pure, seen, straight


@pytest.mark.parametrize(
    ("value", "most", "unit", "text"),
    [
        (1.0, 7, "", "1"),
        (0.1 + 0.2, 7, "", "0.3"),
        (17.0550801, 7, "°", "17.055°"),
        (18.5, 7, "px", "18.5 px"),
        (123456.0, 7, "px", "123456"),
        (-0.123456789, 6, "", "-0.123"),
        (1e12, 6, "", "1e12"),
        (5, 7, "frames", "5 frames"),
        (12345, 7, "frames", "12345"),
        (30.0, 7, "% of the face", "30%"),
    ],
)
def test_numbers_are_cut_to_their_field(value: float, most: int, unit: str, text: str) -> None:
    assert number_text(value, most, unit) == text


@given(st.floats(-1e7, 1e7), st.integers(6, 12))
def test_a_cut_number_is_still_near(value: float, most: int) -> None:
    text = number_text(value, most)
    assert float(text) == pytest.approx(value, rel=0.1, abs=1e-3)


def test_a_field_without_its_unit() -> None:
    assert pure("18.5 px", "px") == "18.5"
    assert pure("30%", "% of the face") == "30"
    assert pure("18.5", "") == "18.5"


def test_the_caret_follows_keys_and_typing() -> None:
    caret = Caret("12.5")
    assert caret.at == 4
    caret.arrow("Left")
    assert caret.at == 0  # all was selected
    caret.arrow("Right")
    caret.edited("192.5")
    assert caret.at == 2
    caret.stepped("202.5")
    assert caret.at == 2
    caret.arrow("End")
    caret.arrow("Right")
    assert caret.at == 5


def test_typing_into_a_selected_field_replaces_its_text() -> None:
    caret = Caret("12.5")
    caret.edited("5")
    assert caret.at == 1


def test_a_longer_number_keeps_the_caret_at_its_digit() -> None:
    caret = Caret("9")
    caret.stepped("10")
    assert caret.at == 2


def test_the_mouse_puts_the_caret_between_letters() -> None:
    caret = Caret("1234")
    caret.pressed(17.0, [8.0] * 4)
    assert caret.at == 2
    caret.pressed(99.0, [8.0] * 4)
    assert caret.at == 4


@given(st.integers(0, 255))
def test_swatches_and_the_wheel_agree(part: int) -> None:
    assert round(255 * bent(straight(part / 255))) == part


def test_a_swatch_shows_white_for_what_is_brighter() -> None:
    assert seen((4.0, 0.0, -1.0)) == (255, 0, 0, 255)
    assert seen((0.18, 0.18, 0.18))[0] == 118  # middle grey in sRGB


def test_a_path_in_the_project_is_kept_short() -> None:
    folder = Path("/shows/one")
    assert inside("/shows/one/plates/a.####.exr", folder) == "plates/a.####.exr"
    assert inside("/elsewhere/a.exr", folder) == "/elsewhere/a.exr"
