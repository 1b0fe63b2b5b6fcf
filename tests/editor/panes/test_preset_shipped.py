"""Presets that came with the program, with a checkout of it as the project: they stay; a copy is the artist's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dearpygui.dearpygui as dpg
import pytest

import presets
from nodegraph.data.shot import Shot
from nodegraph.editor.panes.preset_shelf import writable
from nodegraph.editor.panes.presets import PresetsPane
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.preset import load
from nodegraph.graph.shelf import own_folder
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone, middle

SHIPPED = Path(presets.__file__).resolve().parent
NAME = "contrast.ngpreset.json"


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    monkeypatch.chdir(SHIPPED.parent)  # a project without a name lies where one works
    graph = Graph(Library.discover(), shot=Shot(first=1001, last=1010)).add("TestPlate", "Plate")
    with alone("presets graph", Document(graph), tmp_path, monkeypatch) as found:
        pane = found.pane(PresetsPane)
        found.until(lambda: len(pane.rows) > 20, "the shelf")
        yield found


def pick(driver: Driver, path: Path) -> None:
    pane = driver.pane(PresetsPane)
    driver.until(lambda: path in pane.cards.keys, f"{path.name} on the shelf")
    driver.turn(2)
    pane.cards.reveal(path)
    driver.turn(2)
    driver.click(pane.cards.middle(path))
    driver.until(lambda: pane.picked is not None and pane.picked.path == path, f"{path.name} picked")
    driver.turn(2)


def labels(pane: PresetsPane) -> list[str]:
    """What is written on the buttons below."""

    def below(item: int | str) -> Iterator[str]:
        for children in dpg.get_item_children(item).values():
            for child in children:
                if dpg.get_item_type(child).endswith("mvButton"):
                    yield str(dpg.get_item_label(child))
                yield from below(child)

    return list(below(pane.foot))


def test_what_came_with_the_program_stays_and_a_copy_is_changed(driver: Driver) -> None:
    pane = driver.pane(PresetsPane)
    path = next(row.path for row in pane.rows if row.path.name == NAME)
    assert path.resolve() == SHIPPED / NAME
    before = {each.name: each.read_bytes() for each in (path, path.with_name("contrast.jpg"))}
    assert not any(row.is_own for row in pane.rows)
    assert SHIPPED not in [folder.resolve() for _, folder in writable(driver.app.state.document.folder)]
    pick(driver, path)
    assert labels(pane) == ["Insert", "Change a copy…"]
    driver.app.guarded(pane.delete)
    assert "stays" in driver.app.said[0]
    driver.click(middle(int(pane.change_button)))
    driver.until(lambda: pane.question.is_open, "the question")
    driver.turn(3)
    driver.click(middle(int(pane.question.field)))
    driver.key("ctrl+a")
    driver.type("Mine")
    driver.click(middle(int(pane.question.go)))
    driver.until(lambda: any(row.is_own for row in pane.rows), "a copy")
    copy = own_folder() / "mine.ngpreset.json"
    library = driver.app.state.graph.library
    assert (load(copy, library).name, load(copy, library).picture) == ("Mine", "mine.jpg")
    assert load(copy, library).graph == load(path, library).graph
    assert load(copy, library).help == load(path, library).help
    assert "\n" in load(copy, library).help, "its lines, too, though the field has but one"
    assert (own_folder() / "mine.jpg").read_bytes() == before["contrast.jpg"]
    assert {each.name: each.read_bytes() for each in (path, path.with_name("contrast.jpg"))} == before
    pick(driver, copy)
    assert labels(pane) == ["Insert", "Change…", "Delete"]


def test_a_copy_of_the_same_name_is_used_before_the_one_that_came(driver: Driver) -> None:
    pane = driver.pane(PresetsPane)
    path = next(row.path for row in pane.rows if row.path.name == NAME)
    pick(driver, path)
    driver.click(middle(int(pane.change_button)))
    driver.until(lambda: pane.question.is_open, "the question")
    driver.turn(3)
    driver.click(middle(int(pane.question.go)))
    driver.until(lambda: [row.origin for row in pane.rows if row.path.name == NAME] == ["own"], "it alone is shown")
    pick(driver, own_folder() / NAME)
    driver.click(middle(int(pane.delete_button)))
    driver.until(lambda: [row.path for row in pane.rows if row.path.name == NAME] == [path], "the one that came")
