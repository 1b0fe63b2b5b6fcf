"""Autosave, recovery and versions."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nodegraph as ng
from nodegraph.data.errors import GraphError
from nodegraph.editor.panels.recovery import (
    IDLE,
    LATEST,
    Autosaver,
    autosave_of,
    discard,
    found,
    is_changed,
    recovered,
    untitled,
)
from nodegraph.editor.panels.versions import (
    latest,
    next_free,
    not_versioned,
    version_of,
    version_up,
    with_version,
)
from nodegraph.graph.document import BACKUPS, Document, load, save, write


@pytest.fixture
def document(tmp_path: Path) -> Document:
    graph = ng.new(first=1001, last=1003).add("Read", "Read1", file="plates_v002/p_v002.####.exr")
    graph = graph.add("Write", "Write1", file="out/v001/comp_v001.####.exr").connect("Write1", "image", "Read1")
    ng.save(graph, tmp_path / "shot_v001.ngraph.json")
    return load(tmp_path / "shot_v001.ngraph.json")


def edited(document: Document, gain: float = 2.0) -> Document:
    return replace(document, graph=document.graph.add("Grade", f"Grade{round(gain * 10)}", gain=(gain, gain, gain)))


def older(path: Path, seconds: float) -> None:
    facts = path.stat()
    os.utime(path, (facts.st_atime - seconds, facts.st_mtime - seconds))


def test_it_waits_for_the_hands_to_rest_but_not_for_ever(document: Document) -> None:
    saver = Autosaver(document)
    assert not saver.due(1000.0)
    saver.edited(0.0)
    assert not saver.due(IDLE - 0.1)
    assert saver.due(IDLE)
    for second in range(int(LATEST)):
        saver.edited(float(second))
        assert not saver.due(second + 0.5)
    assert saver.due(LATEST)


def test_a_crash_loses_nothing(document: Document) -> None:
    assert document.path is not None
    saver = Autosaver(document)
    older(document.path, 60)
    work = edited(document)
    saver.edited(0.0)
    assert saver.poll(work, IDLE)
    assert not saver.poll(work, IDLE + 1)
    row = found(document.path)
    assert row is not None
    again = recovered(row)
    assert again.path == document.path
    assert write(again) == write(work)
    assert is_changed(again)
    discard(row)
    assert found(document.path) is None


def test_after_saving_there_is_nothing_to_recover(document: Document) -> None:
    assert document.path is not None
    saver = Autosaver(document)
    work = edited(document)
    saver.edited(0.0)
    saver.poll(work, IDLE)
    saver.saved(save(work))
    assert found(document.path) is None
    assert not autosave_of(document.path).exists()
    assert not is_changed(work)
    saver.edited(10.0)
    assert not saver.poll(work, 10.0 + IDLE)
    assert not autosave_of(document.path).exists()


def test_a_file_saved_since_wins(document: Document) -> None:
    assert document.path is not None
    saver = Autosaver(document)
    saver.edited(0.0)
    saver.poll(edited(document), IDLE)
    older(autosave_of(document.path), 60)
    assert found(document.path) is None


def test_autosaves_rotate(document: Document) -> None:
    assert document.path is not None
    saver = Autosaver(document)
    for turn in range(BACKUPS + 5):
        saver.edited(turn * 100.0)
        assert saver.poll(edited(document, 1 + turn), turn * 100.0 + IDLE)
    folder = autosave_of(document.path).parent
    assert len(list((folder / ".nodegraph" / "backups").iterdir())) == BACKUPS
    assert len([path for path in folder.iterdir() if path.is_file()]) == 1


def test_an_autosave_that_fails_is_told_and_tried_again(document: Document, tmp_path: Path) -> None:
    (tmp_path / ".nodegraph").write_text("in the way")
    saver = Autosaver(document)
    saver.edited(0.0)
    assert not saver.poll(edited(document), IDLE)
    assert "autosave failed" in saver.problem
    (tmp_path / ".nodegraph").unlink()
    assert not saver.poll(edited(document), IDLE + 1)
    assert saver.poll(edited(document), 2 * IDLE)
    assert saver.problem == ""


def test_work_without_a_file(document: Document, tmp_path: Path) -> None:
    folder = tmp_path / "autosave"
    nameless = replace(edited(document), path=None)
    saver = Autosaver(replace(document, path=None), folder)
    saver.edited(0.0)
    assert saver.poll(nameless, IDLE)
    assert untitled(folder) == ()  # ours is alive
    (mine,) = folder.glob("untitled-*.ngraph.json")
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    mine.rename(folder / f"untitled-{child.pid}-x.ngraph.json")
    (row,) = untitled(folder)
    assert write(recovered(row)) == write(nameless)
    assert recovered(row).path is None
    assert is_changed(nameless)


# -- versions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "version", "result"),
    [
        ("shot_v001.ngraph.json", 2, "shot_v002.ngraph.json"),
        ("out/v009/comp_v009.####.exr", 10, "out/v010/comp_v010.####.exr"),
        ("lib_v003/comp_v001.exr", 2, "lib_v003/comp_v002.exr"),
        ("comp.V07.exr", 8, "comp.V08.exr"),
        ("v1/a.exr", 12, "v12/a.exr"),
    ],
)
def test_versions_in_paths(text: str, version: int, result: str) -> None:
    assert with_version(text, version) == result


@pytest.mark.parametrize("text", ["comp.exr", "mov1.exr", "rev2.exr", "v2x.exr", "vfx_010.exr"])
def test_what_is_no_version(text: str) -> None:
    assert version_of(text) is None
    with pytest.raises(GraphError, match="says no version"):
        with_version(text, 2)


@settings(deadline=None)
@given(st.integers(0, 999), st.integers(0, 999))
def test_there_and_back(one: int, other: int) -> None:
    text = f"a/v{one:03d}/b_v{one:03d}.####.exr"
    assert version_of(with_version(text, other)) == other
    assert with_version(with_version(text, other), one) == text


def test_version_up_of_project_and_writers(document: Document) -> None:
    assert document.path is not None
    new = version_up(document)
    assert new.path == document.path.with_name("shot_v002.ngraph.json")
    assert new.graph.setting("Write1", "file") == "out/v002/comp_v002.####.exr"
    assert new.graph.setting("Read1", "file") == "plates_v002/p_v002.####.exr"
    assert new.graph.shot.version == 2
    save(new)
    assert latest(document.path) == new.path
    third = version_up(document)
    assert third.path == document.path.with_name("shot_v003.ngraph.json")
    assert third.graph.setting("Write1", "file") == "out/v003/comp_v003.####.exr"


def test_names_without_a_version(document: Document, tmp_path: Path) -> None:
    assert next_free(tmp_path / "a.ngraph.json") == tmp_path / "a_v001.ngraph.json"
    (tmp_path / "a_v001.ngraph.json").touch()
    assert next_free(tmp_path / "a.ngraph.json") == tmp_path / "a_v002.ngraph.json"
    assert latest(tmp_path / "a.ngraph.json") == tmp_path / "a.ngraph.json"
    graph = document.graph.add("Write", "Write2", file="out/x.####.exr")
    assert not_versioned(graph) == ["Write2"]
    assert version_up(replace(document, graph=graph)).graph.setting("Write2", "file") == "out/x.####.exr"
    with pytest.raises(GraphError, match="no file yet"):
        version_up(replace(document, path=None))
