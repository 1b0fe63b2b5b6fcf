"""Names of files that Dear PyGui takes otherwise: those that are no UTF-8, and those with ## in them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nodegraph.editor.app import faults_of
from nodegraph.editor.asking import FileWanted
from nodegraph.editor.panes.models import ModelsPane
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from tests.editor.driver import Driver, asked, opened

ODD = os.fsdecode(b"plat\xe9.onnx")


def shows(driver: Driver, text: str) -> bool:
    import dearpygui.dearpygui as dpg

    return text in str(dpg.get_value(asked(driver)._told))


def test_names_that_are_no_text_do_not_end_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    models = tmp_path / "data" / "nodegraph" / "models"
    models.mkdir(parents=True)
    (models / ODD).write_bytes(b"none")
    (models / "some.onnx").write_bytes(b"none")
    graph = Graph(Library.discover()).add("Constant", "Grey")
    with opened(Document(graph, path=tmp_path / "shot.ngraph.json"), tmp_path / "settings") as driver:
        pane = driver.front(ModelsPane)
        driver.until(lambda: "some.onnx" in {each.path.name for each in pane._found}, "the models that are here")
        driver.turn(4)
        driver.app.ask(FileWanted("A file", lambda _: None, models))
        driver.until(lambda: asked(driver).rows, "the folder's rows")
        driver.turn(4)
        assert [each.name for each in asked(driver).listing.entries] == ["some.onnx"]
        assert shows(driver, "1 file is left out")
        driver.key("Escape")
        driver.window.dropped((str(models / ODD),))
        driver.turn(4)
        assert driver.app.said == (f"the name of {models}/plat?.onnx is no UTF-8: rename it", True)
        driver.app.change(faults=faults_of({"Grey": f"{ODD} cannot be read"}))
        driver.turn(4)
        assert driver.app.state.faults["Grey"] == "plat?.onnx cannot be read"


def test_a_sequence_is_shown_with_its_frames_and_gaps(tmp_path: Path) -> None:
    import dearpygui.dearpygui as dpg

    folder = tmp_path / "plates"
    folder.mkdir()
    for frame in (1001, 1002, 1004):
        (folder / f"a.{frame}.exr").touch()
    with opened(Document(Graph(Library.discover())), tmp_path / "settings") as driver:
        driver.app.ask(FileWanted("A file", lambda _: None, folder))
        driver.until(lambda: asked(driver).rows, "the folder's rows")
        (row,) = asked(driver).rows
        beside = dpg.get_item_children(dpg.get_item_parent(row), 1)
        # Of a label all from ## on is not drawn; of a text all is.
        drawn = [str(dpg.get_item_label(each) or "").partition("##")[0] for each in beside]
        drawn += [str(dpg.get_value(each)) for each in beside if dpg.get_item_type(each) == "mvAppItemType::mvText"]
        assert "a.####.exr [1001-1004, 1003 missing]" in drawn


def test_the_arrow_keys_keep_the_row_in_view(tmp_path: Path) -> None:
    import dearpygui.dearpygui as dpg

    folder = tmp_path / "texts"
    folder.mkdir()
    for one in "abcdef":
        for other in "abcdefghij":
            (folder / f"{one}{other}.txt").touch()
    with opened(Document(Graph(Library.discover())), tmp_path / "settings") as driver:
        driver.app.ask(FileWanted("A file", lambda _: None, folder))
        driver.until(lambda: len(asked(driver).rows) == 60, "the folder's rows")
        sheet = asked(driver)
        driver.turn(4)
        for key, at in (("Down", 40), ("Up", 2)):
            for _ in range(60):
                if sheet.picked == at:
                    break
                driver.key(key)
            driver.turn(2)
            assert sheet.picked == at
            assert dpg.is_item_visible(sheet.rows[at])
