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
