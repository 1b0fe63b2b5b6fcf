"""Sequences by pattern or picked file, and what stands in for frames that are not there."""

from pathlib import Path

import pytest

from nodegraph.data.errors import MediaError
from nodegraph.media.sequence import FileSequence, Missing, Outside, outside, stamp_of, stand_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for frame in (998, 999, 1001, 1002):
        (tmp_path / f"sh10_v02.{frame:04d}.exr").write_bytes(b"x")
    (tmp_path / "sh10_v02.beauty.exr").write_bytes(b"x")
    (tmp_path / "sh10_v02.12.exr").write_bytes(b"x")
    return tmp_path


@pytest.mark.parametrize("name", ["sh10_v02.####.exr", "sh10_v02.%04d.exr", "sh10_v02.0999.exr"])
def test_three_ways_to_name_a_sequence(folder: Path, name: str) -> None:
    found = FileSequence.of(folder / name)
    assert found.is_sequence
    assert found.frames() == (998, 999, 1001, 1002)
    assert found.missing() == (1000,)
    assert found.path(7) == folder / "sh10_v02.0007.exr"
    assert found.path(12345) == folder / "sh10_v02.12345.exr"


def test_a_lone_file_is_a_still(folder: Path) -> None:
    (folder / "still2.png").write_bytes(b"x")
    found = FileSequence.of(folder / "still2.png")
    assert not found.is_sequence
    assert found.path(5) == found.path(1000) == folder / "still2.png"


def test_a_movie_with_a_number_is_a_movie(folder: Path) -> None:
    assert not FileSequence.of(folder / "take2.mov").is_sequence


@pytest.mark.parametrize(
    ("way", "frames"),
    [
        (Outside.HOLD, [1, 1, 1, 2, 3, 3, 3, 3]),
        (Outside.LOOP, [2, 3, 1, 2, 3, 1, 2, 3]),
        (Outside.BOUNCE, [3, 2, 1, 2, 3, 2, 1, 2]),
        (Outside.BLACK, [None, None, 1, 2, 3, None, None, None]),
    ],
)
def test_before_and_after_the_range(way: Outside, frames: list[int | None]) -> None:
    assert [outside(frame, 1, 3, way, way) for frame in range(-1, 7)] == frames


def test_outside_can_be_an_error() -> None:
    with pytest.raises(MediaError, match="frame 9 is after the last, 3"):
        outside(9, 1, 3, Outside.HOLD, Outside.ERROR)


def test_stand_ins_for_missing_frames() -> None:
    there = (1, 2, 6)
    assert stand_in(4, there, Missing.HOLD, "x") == 2
    assert stand_in(5, there, Missing.NEAREST, "x") == 6
    assert stand_in(3, there, Missing.NEAREST, "x") == 2
    assert stand_in(3, there, Missing.BLACK, "x") is None
    with pytest.raises(MediaError, match="frame 4 of plate is not there"):
        stand_in(4, there, Missing.ERROR, "plate")


def test_a_stamp_changes_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    assert stamp_of(path) == "missing"
    path.write_bytes(b"1")
    first = stamp_of(path)
    path.write_bytes(b"22")
    assert stamp_of(path) != first
