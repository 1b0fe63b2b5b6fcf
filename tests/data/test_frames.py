"""Frame ranges, by the table of how compositors write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.data.errors import GraphError
from nodegraph.data.frames import FrameRange


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("1001", [1001]),
        ("1001-1004", [1001, 1002, 1003, 1004]),
        ("1-10x2", [1, 3, 5, 7, 9]),
        ("1-5,8 12", [1, 2, 3, 4, 5, 8, 12]),
        ("1-10x2 20-22", [1, 3, 5, 7, 9, 20, 21, 22]),
        ("-3-2", [-3, -2, -1, 0, 1, 2]),
        ("-5--3", [-5, -4, -3]),
        ("10-7", [7, 8, 9, 10]),
        ("1-5,3-8", [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_ranges_as_compositors_write_them(text: str, frames: list[int]) -> None:
    assert list(FrameRange.parse(text)) == frames


def test_a_colon_is_refused_with_the_reason() -> None:
    with pytest.raises(GraphError, match="colon") as fault:
        FrameRange.parse("1-10:2")
    assert "stagger" in fault.value.hint
    assert "1-10x2" in fault.value.hint


@pytest.mark.parametrize("text", ["", " , ", "a", "1-", "1-2-3", "1-10x0", "1x2", "1.5", "1-99999999999", "1-2000001"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(GraphError):
        FrameRange.parse(text)


@given(st.sets(st.integers(-500, 5000), min_size=1, max_size=60))
def test_what_is_written_is_read_back(frames: set[int]) -> None:
    whole = FrameRange.of(frames)
    assert set(FrameRange.parse(str(whole))) == frames


def test_a_range_is_written_short() -> None:
    assert str(FrameRange.of([1, 2, 3, 7, 10, 12, 14, 16])) == "1-3,7,10-16x2"


def test_a_long_way_in_large_steps_is_a_range() -> None:
    assert len(FrameRange.parse("1-2000001x100")) == 20_001
