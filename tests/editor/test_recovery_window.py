"""What an autosave holds is not lost in the window's hands, and one that fails says so once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nodegraph.editor.panels import recovery
from nodegraph.editor.panels.recovery import autosave_of, found
from nodegraph.editor.panes.status import StatusPane
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from tests.editor.driver import opened


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "shot_v001.ngraph.json"
    save(Document(Graph(Library.discover()).add("Constant", "Saved")), path)
    return path


def test_an_autosave_can_be_had_after_all(project: Path, tmp_path: Path) -> None:
    autosave = autosave_of(project)
    autosave.parent.mkdir(parents=True)
    save(Document(Graph(Library.discover()).add("Constant", "Precious")), autosave)
    os.utime(project, (1, 1))
    with opened(project, tmp_path / "settings") as driver:
        driver.until(lambda: driver.window.dialogs.sheet, "the question")
        driver.key("Escape")  # open as saved
        driver.until(lambda: driver.window.dialogs.sheet is None, "the project")
        assert list(driver.app.state.graph.nodes) == ["Saved"]
        driver.app.start("recover")
        driver.until(lambda: driver.window.dialogs.sheet, "which one")
        driver.key("Return")
        driver.until(lambda: list(driver.app.state.graph.nodes) == ["Precious"], "the recovered work")
        assert driver.app.state.changed
    row = found(project)
    assert row is not None  # until it is saved
    assert list(recovery.recovered(row).graph.nodes) == ["Precious"]


def test_an_autosave_that_fails_leaves_the_status_line_to_others(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dearpygui.dearpygui as dpg

    monkeypatch.setattr(recovery, "IDLE", 0.0)
    with opened(project, tmp_path / "settings") as driver:
        (tmp_path / ".nodegraph").write_text("in the way")
        driver.app.edit("Blur", driver.app.state.graph.add("Blur"))
        driver.until(lambda: driver.app.said[1], "the complaint")
        assert driver.app.said[0].startswith("the autosave failed")
        driver.app.undo()
        driver.turn(4)
        assert driver.app.said[0] == "undone: Blur"
        assert dpg.get_value(driver.pane(StatusPane)._safe) == "not autosaved"
        driver.app.redo()
        (tmp_path / ".nodegraph").unlink()
        driver.until(lambda: autosave_of(project).is_file(), "an autosave")
        driver.until(lambda: str(dpg.get_value(driver.pane(StatusPane)._safe)).startswith("autosaved"), "the word")
