"""Own presets in the real window: renamed, shown with other knobs, deleted and put back; which models they lack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.data.errors import GraphError
from nodegraph.data.shot import Shot
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.panels.preset_files import changed, file_of, in_trash, put_back, trashed
from nodegraph.editor.panes.presets import PresetsPane
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed
from nodegraph.graph.library import Library
from nodegraph.graph.preset import NeededModel, Preset, load, made, save
from nodegraph.graph.shelf import own_folder
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone

MODEL = NeededModel("swapper_of_nobody.onnx", "ab" * 32, 1000)


def start() -> Graph:
    graph = Graph(Library.discover(), shot=Shot(first=1001, last=1010)).add("TestPlate", "Plate")
    graph = graph.add("Grade", "Warm", multiply=[1.2, 1.0, 0.9]).connect("Warm", "image", "Plate")
    return placed(graph, Plate=(0, 0), Warm=(0, 100))


def warm(folder: Path) -> Path:
    """A preset of one's own, with a picture, a range, and a model that nobody has."""
    preset = made(
        start(),
        ["Warm"],
        name="Warm skin",
        help="For cold plates",
        menu="Own",
        picture="warm_skin.jpg",
        expose={"Warmth": ["Warm.multiply"]},
        ranges={"Warmth": (0.5, 2.0)},
        models=[MODEL],
    )
    folder.mkdir(parents=True, exist_ok=True)
    save(preset, file_of(folder, "Warm skin"))
    (folder / "warm_skin.jpg").write_bytes(b"a picture")
    return file_of(folder, "Warm skin")


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    monkeypatch.delenv("NODEGRAPH_MODELS", raising=False)
    with alone("presets graph", Document(start()), tmp_path, monkeypatch) as found:
        warm(own_folder())
        pane = found.pane(PresetsPane)
        pane.read()
        found.until(lambda: any(row.name == "Warm skin" for row in pane.rows), "the shelf")
        pick(found, "Warm skin")
        yield found


def middle(item: int | str) -> tuple[float, float]:
    left, top = dpg.get_item_rect_min(item)
    width, height = dpg.get_item_rect_size(item)
    return left + width / 2, top + height / 2


def pick(driver: Driver, name: str) -> None:
    pane = driver.pane(PresetsPane)
    driver.turn(2)
    path = next(row.path for row in pane.rows if row.name == name)
    pane.cards.reveal(path)
    driver.turn(2)
    driver.click(pane.cards.middle(path))
    driver.until(lambda: pane.picked is not None and pane.picked.name == name, f"{name} picked")
    driver.turn(2)


def checkbox(driver: Driver, label: str) -> int:
    """A box of the question, by its word."""

    def below(item: int) -> Iterator[int]:
        for children in dpg.get_item_children(item).values():
            for child in children:
                yield child
                yield from below(child)

    question = driver.pane(PresetsPane).question
    return next(item for item in below(int(question.item)) if dpg.get_item_label(item).startswith(label))


def test_another_name_and_other_knobs(driver: Driver) -> None:
    pane = driver.pane(PresetsPane)
    driver.click(middle(pane.change_button))
    driver.until(lambda: pane.question.is_open, "the question")
    driver.turn(3)
    driver.click(middle(pane.question.field))
    driver.key("ctrl+a")
    driver.type("Warmer still")
    driver.click((dpg.get_item_rect_min(checkbox(driver, "gain"))[0] + 8, middle(checkbox(driver, "gain"))[1]))
    driver.click(middle(pane.question.go))
    driver.until(lambda: any(row.name == "Warmer still" for row in pane.rows), "on the shelf")
    assert not any(row.name == "Warm skin" for row in pane.rows)
    saved = load(own_folder() / "warmer_still.ngpreset.json", driver.app.state.graph.library)
    assert [(row.label, row.range) for row in saved.exposed] == [("Warmth", (0.5, 2.0)), ("Gain", None)]
    assert (saved.help, saved.models, saved.picture) == ("For cold plates", (MODEL,), "warmer_still.jpg")
    assert (own_folder() / "warmer_still.jpg").read_bytes() == b"a picture"
    assert not (own_folder() / "warm_skin.ngpreset.json").exists()


def test_deleted_it_is_in_the_trash_and_comes_back(driver: Driver) -> None:
    pane = driver.pane(PresetsPane)
    path = own_folder() / "warm_skin.ngpreset.json"
    before = path.read_bytes()
    driver.click(middle(pane.delete_button))
    driver.until(lambda: bool(pane.trash) and not any(row.name == "Warm skin" for row in pane.rows), "in the trash")
    assert not path.exists()
    assert not (own_folder() / "warm_skin.jpg").exists()
    driver.turn(3)
    driver.click(middle(pane.back_button))
    driver.until(lambda: any(row.name == "Warm skin" for row in pane.rows), "back")
    assert path.read_bytes() == before
    assert (own_folder() / "warm_skin.jpg").read_bytes() == b"a picture"
    assert not pane.trash


def test_the_models_that_are_missing_are_named(driver: Driver) -> None:
    pane = driver.pane(PresetsPane)
    row = pane.picked
    assert row is not None
    assert row.lacking == (MODEL.name,)
    words = [dpg.get_value(item) for item in dpg.get_item_children(pane.foot, 1)]
    assert f"not on this machine: {MODEL.name}" in words
    driver.double(pane.cards.middle(row.path))
    driver.until(lambda: len(driver.app.state.graph.nodes) == 3, "put in all the same")
    assert MODEL.name in driver.app.said[0]
    assert driver.app.said[1]


def test_a_preset_of_the_same_name_gives_way_when_it_is_asked_for_twice(driver: Driver) -> None:
    pane = driver.pane(PresetsPane)
    driver.app.edit("other", driver.app.state.graph.set("Warm", "gain", [2.0, 2.0, 2.0]))
    driver.app.pick(nodes("Warm"))
    driver.app.start("save_preset")
    driver.until(lambda: pane.question.is_open, "the question")
    driver.turn(3)
    driver.click(middle(pane.question.field))
    driver.type("Warm skin")
    driver.click(middle(pane.question.go))
    driver.turn(3)
    assert pane.question.is_open, "first it is told"
    driver.click(middle(pane.question.go))
    driver.until(lambda: not pane.question.is_open, "saved")
    saved = load(own_folder() / "warm_skin.ngpreset.json", driver.app.state.graph.library)
    assert sorted(row.label for row in saved.exposed) == ["Gain", "Multiply"]
    driver.until(lambda: [each.name for each in pane.trash] == ["warm_skin"], "the old one in the trash")


# -- without a window ------------------------------------------------------------------------------------


@pytest.fixture
def preset(tmp_path: Path) -> Preset:
    return load(warm(tmp_path), Library.discover())


def test_a_knob_that_is_left_out_goes_and_the_name_must_be_free(tmp_path: Path, preset: Preset) -> None:
    path = file_of(tmp_path, "Warm skin")
    assert changed(path, preset, name="Warm skin", menu="Look", help="", shown={}) == path
    after = load(path, Library.discover())
    assert (after.exposed, after.menu, after.help) == ((), "Look", "")
    file_of(tmp_path, "Taken").write_text("{}")
    with pytest.raises(GraphError, match="Taken"):
        changed(path, preset, name="Taken", menu="", help="", shown={})


def test_what_was_deleted_twice_is_there_twice(tmp_path: Path, preset: Preset) -> None:
    path = file_of(tmp_path, "Warm skin")
    first = trashed(path, preset)
    warm(tmp_path)
    second = trashed(path, preset)
    assert in_trash(tmp_path) == [second, first]
    put_back(first, preset)
    with pytest.raises(GraphError, match="again"):
        put_back(second, preset)
    assert in_trash(tmp_path) == [second]
