"""Questions that come of the answer to another one are seen, with real mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nodegraph.editor.asking import Answer, FileWanted, Question, TextWanted
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from tests.editor.driver import Driver, opened


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Driver]:
    path = tmp_path / "shot_v001.ngraph.json"
    save(Document(Graph(Library.discover()).add("Constant", "Grey")), path)
    with opened(path, tmp_path / "settings") as driver:
        driver.move((600, 640))  # over the graph
        yield driver


def seen(driver: Driver, title: str) -> Any:
    """The sheet with a title, once it is there to look at."""
    import dearpygui.dearpygui as dpg

    def there() -> bool:
        sheet = driver.window.dialogs.sheet
        if sheet is None or not sheet.window or not dpg.is_item_visible(sheet.window):
            return False
        return str(dpg.get_value(dpg.get_item_children(sheet.window, 1)[0])) == title

    driver.until(there, f"{title}, seen")
    driver.turn(3)
    return driver.window.dialogs.sheet


def test_what_is_asked_after_an_answer_is_seen(driver: Driver) -> None:
    driver.app.edit("Blur", driver.app.state.graph.add("Blur"))
    driver.turn(3)
    driver.key("ctrl+o")
    question = seen(driver, "Save first?")
    question._give(question.question.answers[1])  # do not save
    seen(driver, "Open a project")
    driver.key("Escape")
    driver.until(lambda: driver.window.dialogs.sheet is None, "nothing asked")


@pytest.mark.parametrize("second", ["text", "question", "file"])
@pytest.mark.parametrize("first", ["text", "question", "file"])
def test_every_kind_is_seen_after_every_kind(driver: Driver, tmp_path: Path, first: str, second: str) -> None:
    took: list[str] = []

    def wanted(kind: str, title: str, then: Any) -> Any:
        if kind == "text":
            return TextWanted(title, "", lambda _: then(), "some")
        if kind == "question":
            return Question(title, "?", (Answer("Yes", then), Answer("No")))
        return FileWanted(title, lambda _: then(), tmp_path, saving=True, name="some")

    last = wanted(second, "Second", lambda: took.append("second"))
    driver.app.ask(wanted(first, "First", lambda: driver.app.ask(last)))
    seen(driver, "First").take()
    seen(driver, "Second")
    driver.key("Return")
    driver.until(lambda: took == ["second"], "the second answer")
    assert driver.window.dialogs.sheet is None


def test_keys_pressed_between_two_questions_are_for_nobody(driver: Driver) -> None:
    driver.app.ask(Question("First", "?", (Answer("Yes"), Answer("No"))))
    driver.app.ask(Question("Second", "?", (Answer("Yes"), Answer("No"))))
    seen(driver, "First").take()
    driver.app.edit("Blur", driver.app.state.graph.add("Blur"))
    driver.key("ctrl+z")
    assert "Blur1" in driver.app.state.graph.nodes
    seen(driver, "Second")


def buttons(item: int) -> list[int]:
    """All buttons of a sheet."""
    import dearpygui.dearpygui as dpg

    found = []
    for each in dpg.get_item_children(item, 1):
        if dpg.get_item_type(each) == "mvAppItemType::mvButton":
            found.append(each)
        found += buttons(each)
    return found


@pytest.mark.parametrize("asks", ["render", "preset", "card", "file"])
def test_on_a_fine_screen_every_button_of_a_sheet_is_in_it(tmp_path: Path, asks: str) -> None:
    import dearpygui.dearpygui as dpg

    from nodegraph.data.model import Card
    from nodegraph.editor.canvas.picked import nodes
    from nodegraph.editor.panes.models import ModelsPane
    from nodegraph.editor.panes.presets import PresetsPane
    from nodegraph.editor.panes.queue import QueuePane

    graph = Graph(Library.discover()).add("Grade").add("Write", "Out", file="out/a.####.exr")
    with opened(Document(graph), tmp_path / "settings", scale=2.0) as driver:
        driver.app.pick(nodes("Grade1"))
        if asks == "render":
            driver.app.start("render_all")
            window = driver.pane(QueuePane).question.item
        elif asks == "preset":
            driver.app.start("save_preset")
            window = driver.pane(PresetsPane).question.item
        elif asks == "card":
            driver.pane(ModelsPane).question.ask(tmp_path / "some.onnx", Card("some", "swap"))
            window = driver.pane(ModelsPane).question.item
        else:
            driver.app.ask(FileWanted("A file", lambda _: None, tmp_path))
            window = driver.window.dialogs.sheet.window
        driver.turn(8)
        left, top = dpg.get_item_pos(window)
        width, height = dpg.get_item_rect_size(window)
        assert left >= 0
        assert left + width <= dpg.get_viewport_client_width()
        assert top + height <= dpg.get_viewport_client_height()
        assert len(buttons(window)) > 1
        for each in buttons(window):
            (x, y), (wide, high) = dpg.get_item_rect_min(each), dpg.get_item_rect_size(each)
            assert left <= x
            assert x + wide <= left + width
            assert y + high <= top + height
