"""The file browser without a window."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.data.errors import DocumentError
from nodegraph.editor.panels.files import Order, Places, Sort, existence, listed, natural, readable, sort_of
from nodegraph.media.sequence import FileSequence


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"x" * len(name))


def labels(folder: Path, *words: str, **more: Any) -> list[str]:
    return [each.label for each in listed(folder, *words, **more).entries]


def test_sequences_are_folded_and_gaps_told(tmp_path: Path) -> None:
    put(
        tmp_path, *(f"plate.{n}.exr" for n in (1001, 1002, 1003, 1006, 1008)), "plate.1001.jpg", "shot.mov", "notes.txt"
    )
    (tmp_path / "renders").mkdir()
    put(tmp_path, ".hidden")
    assert labels(tmp_path) == [
        "renders/",
        "notes.txt",
        "plate.####.exr [1001-1008, 1004-1005,1007 missing]",
        "plate.1001.jpg",
        "shot.mov",
    ]
    (plate,) = (each for each in listed(tmp_path).entries if each.sort is Sort.SEQUENCE)
    sequence = FileSequence.of_pattern(plate.path)
    assert sequence.frames() == plate.frames
    assert sequence.missing() == plate.missing
    assert plate.size == 5 * len("plate.1001.exr")
    assert ".hidden" in labels(tmp_path, hidden=True)
    assert "plate.1002.exr" in labels(tmp_path, folded=False)


def test_versions_movies_and_graphs_are_no_frames(tmp_path: Path) -> None:
    put(tmp_path, "comp_v001.exr", "comp_v002.exr", "a1.mov", "a2.mov", "s.1.ngraph.json", "s.2.ngraph.json")
    assert len(labels(tmp_path)) == 6


@settings(deadline=None)
@given(
    st.sets(
        st.tuples(
            st.sampled_from(["a.", "a_", "b-", "shot_v002.", "", "x#.", "p.-"]),
            st.integers(0, 30),
            st.integers(1, 4),
            st.sampled_from([".exr", ".png", "_l.exr"]),
        ),
        max_size=15,
    )
)
def test_every_file_is_in_one_entry_and_patterns_find_just_theirs(rows: set[tuple[str, int, int, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = {f"{before}{number:0{digits}d}{after}" for before, number, digits, after in rows}
        put(folder, *names)
        covered: list[str] = []
        for entry in listed(folder).entries:
            if entry.sort is Sort.SEQUENCE:
                sequence = FileSequence.of_pattern(entry.path)
                assert sequence.is_sequence
                covered += [sequence.path(frame).name for frame in entry.frames]
                assert set(entry.frames) <= set(sequence.frames())
            else:
                covered.append(entry.name)
        assert sorted(covered) == sorted(names)


def test_frames_before_zero(tmp_path: Path) -> None:
    put(tmp_path, *(FileSequence("p.", 4, ".exr").path(n).name for n in (-2, -1, 0, 1)))
    put(tmp_path, "take-0001.exr", "take-0002.exr")
    assert labels(tmp_path) == ["p.####.exr [-2-1]", "take-####.exr [1-2]"]


def test_filter_and_order(tmp_path: Path) -> None:
    put(tmp_path, "shot2.mov", "shot10.mov", "plate.1001.exr", "plate.1002.exr", "readme_first.txt")
    (tmp_path / "shots").mkdir()
    assert labels(tmp_path, "SHOT") == ["shots/", "shot2.mov", "shot10.mov"]
    assert labels(tmp_path, "*.mov") == ["shot2.mov", "shot10.mov"]
    assert labels(tmp_path, sorts={Sort.SEQUENCE}) == ["shots/", "plate.####.exr [1001-1002]"]
    os.utime(tmp_path / "shot2.mov", (1e9, 1e9))
    assert labels(tmp_path, "shot .mov", order=Order.CHANGED) == ["shot2.mov", "shot10.mov"]
    assert labels(tmp_path, "shot .mov", order=Order.CHANGED, backwards=True) == ["shot10.mov", "shot2.mov"]
    assert labels(tmp_path, order=Order.SIZE, backwards=True)[:2] == ["shots/", "plate.####.exr [1001-1002]"]


def test_natural_order() -> None:
    assert sorted(["s10", "s2", "S1", "a"], key=natural) == ["a", "S1", "s2", "s10"]
    assert natural("²x")


def test_what_cannot_be_listed_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    assert "no folder" in listed(tmp_path / "gone").problem
    assert "is no folder" in listed(tmp_path / "a.txt").problem


def test_sorts() -> None:
    assert sort_of("A.EXR") is Sort.PICTURE
    assert sort_of("a.ngraph.json") is Sort.GRAPH
    assert sort_of("a.ngpreset.json") is Sort.PRESET
    assert sort_of("a.onnx") is Sort.MODEL
    assert sort_of("a.json") is Sort.OTHER


def test_the_mark_of_a_file_field(tmp_path: Path) -> None:
    put(tmp_path, "p.1001.exr", "p.1003.exr", "one.png")
    assert existence("p.####.exr", tmp_path) == (True, "2 frames, 1001-1003, 1002 missing")
    assert existence("q.%04d.exr", tmp_path) == (False, "no frame of it is there")
    assert existence("one.png", tmp_path) == (True, "there")
    assert existence(str(tmp_path / "two.png"), Path("/")) == (False, "not there")
    assert existence("", tmp_path)[0] is False
    assert existence("n" * 5000, tmp_path)[0] is False
    assert existence(".", tmp_path) == (True, "a folder")


def test_places_are_remembered(tmp_path: Path) -> None:
    file = tmp_path / "config" / "places.json"
    assert Places.load(file) == Places()
    places = Places().turned("/shows").turned("/plates").turned("/shows").used("/a").used("/b").used("/a")
    project = tmp_path / "shot.ngraph.json"
    put(tmp_path, project.name)
    places = places.opened(tmp_path / "gone.ngraph.json").opened(project)
    places.save(file)
    again = Places.load(file)
    assert again == places
    assert again.favourites == ("/plates",)
    assert again.recent == ("/a", "/b")
    assert again.projects_there() == (str(project),)
    file.write_text('{"favourites": 3, "recent": ["/a", 4]}')
    assert Places.load(file) == Places(recent=("/a",))
    file.write_text("{")
    with pytest.raises(DocumentError):
        Places.load(file)


def test_names_that_are_no_text_are_left_out_and_told_of(tmp_path: Path) -> None:
    put(tmp_path, "good.exr", os.fsdecode(b"plat\xe9.exr"))
    found = listed(tmp_path)
    assert [each.name for each in found.entries] == ["good.exr"]
    assert found.problem == "1 file is left out: the name is no UTF-8, rename it"
    assert readable(os.fsdecode(b"plat\xe9.exr")) == "plat?.exr"
