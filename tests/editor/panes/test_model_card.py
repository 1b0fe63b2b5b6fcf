"""Cards of models in the real window: a file is added, its licence entered and corrected, and the check goes by it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.data.errors import GraphError
from nodegraph.data.model import Card
from nodegraph.data.shot import Shot
from nodegraph.editor.panes.model_card import told
from nodegraph.editor.panes.model_rows import HERE, MISSING
from nodegraph.editor.panes.models import ModelsPane
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.ml import cards
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone, middle
from tests.ml.swap_models import recogniser_file


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    folder = tmp_path / "shot"
    folder.mkdir()
    graph = Graph(Library.discover(), shot=Shot(first=1001, last=1010)).add("LoadModel", "Who", file="who.onnx")
    save(Document(graph), folder / "shot.ngraph.json")
    monkeypatch.delenv("NODEGRAPH_MODELS", raising=False)
    with alone("models", folder / "shot.ngraph.json", tmp_path, monkeypatch) as found:
        pane = found.pane(ModelsPane)
        found.until(lambda: any(row.state == MISSING for row in pane.rows), "what is missing")
        yield found


def checked(driver: Driver) -> tuple[int, str]:
    """What `nodegraph check --commercial` says of the project."""
    path = driver.app.state.document.path
    words = [sys.executable, "-m", "nodegraph", "check", "--commercial", str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def typed(driver: Driver, field: str, text: str) -> None:
    driver.click(middle(driver.pane(ModelsPane).question.fields[field]))
    driver.key("ctrl+a")
    driver.type(text)


def use(driver: Driver, which: int) -> None:
    """Click one of the three ways in which it may be used; each word begins with its dot."""
    question = driver.pane(ModelsPane).question
    left, top = dpg.get_item_rect_min(question.use)
    words = ("Not cleared", "Commercial work", "No commercial work")
    x = left + sum(dpg.get_text_size(each)[0] + 34 for each in words[:which]) + 9
    driver.click((x, top + dpg.get_item_rect_size(question.use)[1] / 2))


def test_the_licence_of_a_file_that_was_added_is_entered_and_corrected(driver: Driver, tmp_path: Path) -> None:
    pane = driver.pane(ModelsPane)
    driver.window.dropped((str(recogniser_file(tmp_path / "who.onnx")),))
    home = tmp_path / "data" / "nodegraph" / "models" / "who.onnx"
    driver.until(lambda: pane.picked is not None and pane.picked.path == home, "it is here, and picked")
    assert "nobody has stated its licence" in driver.app.said[0]
    code, words = checked(driver)
    assert code != 0
    assert "nobody has cleared who.onnx" in words

    driver.turn(3)
    driver.click(middle(pane.card_button))
    driver.until(lambda: pane.question.is_open, "the card")
    driver.turn(3)
    use(driver, 1)
    driver.click(middle(pane.question.go))
    driver.turn(3)
    assert pane.question.is_open, "it does not say by which licence"
    typed(driver, "licence", "MIT")
    typed(driver, "source", "the studio")
    driver.turn(2)
    driver.click(middle(pane.question.go))
    driver.until(lambda: pane.picked is not None and pane.picked.card is not None and pane.picked.card.commercial, "ok")
    card = cards.beside_of(home)
    assert card is not None
    assert (card.licence, card.source, card.commercial, card.note) == ("MIT", "the studio", True, "")
    words = checked(driver)[1]
    assert "who.onnx" not in words
    assert "commercial" not in words
    driver.turn(3)

    driver.click(middle(pane.card_button))
    driver.until(lambda: pane.question.is_open, "again")
    driver.turn(3)
    use(driver, 2)
    typed(driver, "licence", "CC BY-NC 4.0")
    driver.key("Return")
    driver.until(lambda: not pane.question.is_open, "saved")
    driver.until(lambda: pane.picked is not None and pane.picked.card != card, "corrected")
    code, words = checked(driver)
    assert code != 0
    assert "who.onnx is not for commercial use: its licence is CC BY-NC 4.0" in words


def test_escape_leaves_the_card_as_it_was(driver: Driver, tmp_path: Path) -> None:
    pane = driver.pane(ModelsPane)
    driver.window.dropped((str(recogniser_file(tmp_path / "who.onnx")),))
    driver.until(lambda: pane.picked is not None and pane.picked.state == HERE, "added")
    driver.turn(3)
    before = pane.picked
    driver.click(middle(pane.card_button))
    driver.until(lambda: pane.question.is_open, "the card")
    driver.turn(3)
    typed(driver, "licence", "whatever")
    driver.key("Escape")
    driver.until(lambda: not pane.question.is_open, "gone")
    assert before is not None
    assert before.path is not None
    found = cards.beside_of(before.path)
    assert found is not None
    assert found.licence == ""


# -- without a window ------------------------------------------------------------------------------------


def test_what_is_told_is_of_this_content_and_the_file_may_not_be_nameless(tmp_path: Path) -> None:
    path = recogniser_file(tmp_path / "who.onnx")
    card = told(path, Card("who", "recognise", licence="MIT", commercial=True, sha256="0" * 64, size=3))
    assert cards.beside_of(path) == card
    assert card.size == path.stat().st_size
    assert cards.card_of(path, card.sha256).commercial is True
    with pytest.raises(GraphError, match="no name"):
        told(path, Card(" ", "recognise"))
    with pytest.raises(GraphError, match="allows"):
        told(path, Card("who", "recognise", commercial=True))
