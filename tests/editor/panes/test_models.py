"""Models and identities in the real window: what is missing, adding by file, and consent records entered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import dearpygui.dearpygui as dpg
import numpy as np
import pytest

from nodegraph.data.model import Card
from nodegraph.data.shot import Shot
from nodegraph.editor.panes.model_rows import HERE, KNOWN, MISSING, asked, rows_of, size_told
from nodegraph.editor.panes.models import ModelsPane
from nodegraph.engine.licences import ModelUse
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.models_here import Here
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone, middle
from tests.ml.swap_models import recogniser_file


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    folder = tmp_path / "shot"
    (folder / "ben").mkdir(parents=True)
    for number in range(3):
        cv2.imwrite(str(folder / "ben" / f"{number}.png"), np.full((48, 48, 3), 60 * number + 40, np.uint8))
    graph = Graph(Library.discover(), shot=Shot(first=1001, last=1010)).add("LoadModel", "Who", file="who.onnx")
    graph = graph.add("Identity", "Ben", file="ben", name="ben")
    save(Document(graph), folder / "shot.ngraph.json")
    monkeypatch.delenv("NODEGRAPH_MODELS", raising=False)
    with alone("models", folder / "shot.ngraph.json", tmp_path, monkeypatch) as found:
        pane = found.pane(ModelsPane)
        found.until(lambda: any(row.state == MISSING for row in pane.rows), "what is missing")
        yield found


def test_the_missing_model_comes_first_and_is_there_once_it_is_added(driver: Driver, tmp_path: Path) -> None:
    pane = driver.pane(ModelsPane)
    first = pane._by_key[pane.cards.keys[0]]
    assert (first.state, first.users) == (MISSING, ("Who",))
    assert "who.onnx" in first.fault
    driver.click(pane.cards.middle(pane.cards.keys[0]))
    assert pane.picked == first
    driver.window.dropped((str(recogniser_file(tmp_path / "who.onnx")),))
    driver.until(lambda: not any(row.state == MISSING for row in pane.rows), "added")
    used = pane._by_key[pane.cards.keys[0]]
    assert used.users == ("Who",) or any(row.users == ("Who",) for row in pane.rows)
    assert (tmp_path / "data" / "nodegraph" / "models" / "who.onnx").is_file()


def test_search_narrows_and_the_card_is_told(driver: Driver) -> None:
    pane = driver.pane(ModelsPane)
    driver.click(middle(pane.search))
    driver.type("inswapper")
    driver.until(lambda: pane.text == "inswapper", "the words")
    assert pane.cards.keys
    assert all("inswapper" in pane._by_key[key].name.casefold() for key in pane.cards.keys)
    driver.click(pane.cards.middle(pane.cards.keys[0]))
    texts = [
        dpg.get_value(item) for row in dpg.get_item_children(pane.foot, 1) for item in dpg.get_item_children(row, 1)
    ]
    assert "InsightFace Non-Commercial" in texts


def test_a_file_that_is_no_model_is_refused_in_words(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    driver.window.dropped((str(tmp_path / "broken.onnx"),))
    driver.until(lambda: driver.app.said[1], "a complaint")
    assert "broken.onnx" in driver.app.said[0]


def test_files_that_are_chosen_are_named_from_the_project_on(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane, chosen = driver.pane(ModelsPane), tmp_path / "shot" / "ben" / "1.png"
    monkeypatch.setattr(driver.app, "browse", lambda _title, _path, took, **_how: took(str(chosen)))
    pane._choose_pictures("Ben")
    pane.find("Who")
    knobs = {name: node.knobs["file"] for name, node in driver.app.state.graph.nodes.items()}
    assert knobs == {"Ben": "ben/1.png", "Who": "ben/1.png"}


def test_a_consent_record_is_entered_field_by_field(driver: Driver) -> None:
    pane = driver.pane(ModelsPane)
    driver.click(middle(pane.switch[True]))
    driver.until(lambda: pane.of_people, "identities")
    driver.turn(3)
    driver.click(pane.chips.middle("Ben"))
    assert pane.people["Ben"].state == "no record"
    for knob, text in {
        "subject": "Ben",
        "granted_by": "Ben himself",
        "scope": "this film",
        "document": "vault",
    }.items():
        driver.click(middle(pane.form.fields[knob]))
        driver.type(text)
        driver.key("Return")
        driver.until(lambda knob=knob: knob in driver.app.state.graph.nodes["Ben"].knobs, knob)  # type: ignore[misc]
    driver.until(lambda: pane.people["Ben"].state == "consent", "the record is whole")
    driver.until(lambda: sum(each is not None for each in pane.pictures.there.values()) >= 4, "photographs")
    driver.key("Escape")
    driver.move((300, 300))
    driver.key("ctrl+z")
    driver.until(lambda: "document" not in driver.app.state.graph.nodes["Ben"].knobs, "one field undone")
    assert driver.app.state.graph.nodes["Ben"].knobs["scope"] == "this film"


# -- without a window ------------------------------------------------------------------------------------


def test_rows_in_their_order() -> None:
    card = Card("swapper", "swap", sha256="a" * 64)
    known = [card, Card("other", "swap", sha256="b" * 64), Card("dots", "landmarks")]
    found = [Here(Path("/m/zebra.onnx"), Card("zebra", "detect", sha256="c" * 64)), Here(Path("/m/s.onnx"), card)]
    uses = [ModelUse("Load1", "s.onnx", card), ModelUse("Load2", "", None, "the model x.onnx is not here")]
    rows = rows_of(uses, found, known)
    assert [(row.name, row.state, row.users) for row in rows] == [
        ("x.onnx", MISSING, ("Load2",)),
        ("swapper", HERE, ("Load1",)),
        ("zebra", HERE, ()),
        ("dots", KNOWN, ()),
        ("other", KNOWN, ()),
    ]
    assert [row.name for row in asked(rows, "", "swap")] == ["x.onnx", "swapper", "other"]
    assert [row.name for row in asked(rows, "zeb", "")] == ["zebra"]


def test_sizes_as_read() -> None:
    assert [size_told(size) for size in (0, 4_200, 99_693_937, 1_520_000_000)] == ["", "4 kB", "99.7 MB", "1.52 GB"]
