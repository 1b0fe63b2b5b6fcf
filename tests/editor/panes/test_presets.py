"""The preset browser in the real window: search, putting in, carrying into the graph, and saving one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.data.shot import Shot
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.panes.preset_shelf import asked, missing, put_in, shelved
from nodegraph.editor.panes.presets import PresetsPane
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed, places
from nodegraph.graph.library import Library
from nodegraph.graph.preset import load
from nodegraph.graph.shelf import own_folder
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone, middle


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    graph = Graph(Library.discover(), shot=Shot(first=1001, last=1010)).add("TestPlate", "Plate")
    graph = graph.add("Grade", "Warm", multiply=[1.2, 1.0, 0.9]).connect("Warm", "image", "Plate")
    with alone("presets graph", Document(placed(graph, Plate=(0, 0), Warm=(0, 100))), tmp_path, monkeypatch) as found:
        pane = found.pane(PresetsPane)
        found.until(lambda: len(pane.rows) > 20, "the shelf")
        yield found


def find(driver: Driver, text: str) -> Path:
    """Type into the search, and return the first that is shown."""
    pane = driver.pane(PresetsPane)
    driver.click(middle(pane.search))
    driver.key("ctrl+a")
    driver.type(text)
    driver.until(lambda: pane.text == text, "the words")
    return pane.cards.keys[0]


def test_search_and_insert_put_it_in_wired_to_the_selection(driver: Driver) -> None:
    pane = driver.pane(PresetsPane)
    path = find(driver, "contrast grey")
    assert path.name == "contrast.ngpreset.json"
    driver.until(lambda: any(pane.pictures.there.values()), "its picture")
    driver.app.pick(nodes("Warm"))
    driver.click(pane.cards.middle(path))
    driver.turn(3)
    (head, *_) = dpg.get_item_children(pane.foot, 1)
    driver.click(middle(dpg.get_item_children(head, 1)[0]))
    driver.until(lambda: "Contrast" in driver.app.state.graph.nodes, "its nodes")
    graph = driver.app.state.graph
    assert graph.nodes["ToLog"].inputs["image"].node == "Warm"
    assert driver.app.state.picked.nodes == {"Contrast", "ToLog", "ToLight"}
    driver.move((300, 300))
    driver.key("ctrl+z")
    driver.until(lambda: "Contrast" not in driver.app.state.graph.nodes, "one step of undo")


def test_carried_into_the_graph_it_stands_where_it_was_let_go(driver: Driver) -> None:
    from nodegraph.editor.panes.graph import GraphPane

    pane, graph_pane = driver.pane(PresetsPane), driver.pane(GraphPane)
    path = find(driver, "regrain")
    at = driver.inside(graph_pane, 0.3, 0.7)
    driver.drag(pane.cards.middle(path), at)
    driver.until(lambda: len(driver.app.state.graph.nodes) > 2, "its nodes")
    new = driver.app.state.picked.nodes
    x, y = graph_pane.view.to_graph(graph_pane.local(at))
    corners = [places(driver.app.state.graph)[name].at for name in new]
    assert abs(sum(corner[0] for corner in corners) / len(corners) - x) < 200
    assert abs(sum(corner[1] for corner in corners) / len(corners) - y) < 200


def test_let_go_elsewhere_nothing_happens(driver: Driver) -> None:
    pane = driver.pane(PresetsPane)
    before = driver.app.state.graph
    path = find(driver, "regrain")
    driver.drag(pane.cards.middle(path), (pane.origin[0] + 200, pane.origin[1] + pane.size[1] - 20))
    assert driver.app.state.graph is before


def test_the_selection_is_saved_with_the_knobs_that_were_chosen(driver: Driver) -> None:
    pane = driver.pane(PresetsPane)
    driver.app.pick(nodes("Warm"))
    driver.app.start("save_preset")
    driver.until(lambda: pane.question.is_open, "the question")
    driver.turn(3)
    driver.key("Return")
    driver.turn(2)
    assert pane.question.is_open, "it has no name yet"
    driver.click(middle(int(pane.question.field)))
    driver.type("Warmer skin")
    driver.click(middle(int(pane.question.go)))
    driver.until(lambda: not pane.question.is_open, "saved")
    saved = load(own_folder() / "warmer_skin.ngpreset.json", driver.app.state.graph.library)
    assert [row.label for row in saved.exposed] == ["Multiply"]
    assert list(saved.inputs) == ["image"]
    driver.until(lambda: any(row.name == "Warmer skin" and row.is_own for row in pane.rows), "on the shelf")
    driver.until(lambda: (own_folder() / "warmer_skin.jpg").is_file(), "its picture")


# -- without a window ------------------------------------------------------------------------------------


def test_every_shipped_preset_is_shown_without_fault() -> None:
    rows = shelved(Library.discover(), None)
    assert len(rows) > 20
    assert not [row for row in rows if row.fault and not row.is_own]
    assert all(row.picture is None or row.picture.is_file() for row in rows)


def test_names_are_found_before_words_of_the_help() -> None:
    rows = shelved(Library.discover(), None)
    found = asked(rows, "film")
    names = [("film" in row.name.casefold()) for row in found]
    assert names == sorted(names, reverse=True)
    assert asked(rows, "no such words") == []
    assert {row.menu for row in asked(rows, "", "Look")} == {"Look"}


def test_missing_models_are_told() -> None:
    rows = shelved(Library.discover(), None)
    wanting = [row for row in rows if row.preset is not None and row.preset.models]
    for row in wanting:
        assert row.preset is not None
        assert set(missing(row.preset, Path("/nowhere"))) <= {model.name for model in row.preset.models}


def test_put_in_about_a_place() -> None:
    row = next(row for row in shelved(Library.discover(), None) if row.path.name == "contrast.ngpreset.json")
    assert row.preset is not None
    found = put_in(Graph(Library.discover()), row.preset, (500.0, 300.0))
    corners = [places(found.graph)[name].at for name in found.names.values()]
    assert (min(c[0] for c in corners) + max(c[0] for c in corners)) / 2 == 500
    assert (min(c[1] for c in corners) + max(c[1] for c in corners)) / 2 == 300


def test_put_in_under_what_it_is_wired_to_or_beside_the_others() -> None:
    library = Library.discover()
    row = next(each for each in shelved(library, None) if each.name == "Film, from photographs")
    assert row.preset is not None
    graph = placed(Graph(library).add("Read", "Plate"), Plate=(300.0, 50.0))
    found = put_in(graph, row.preset, (0.0, 0.0), "Plate", under=True)
    at = {name: place.at for name, place in places(found.graph).items()}
    assert at[found.names["Detect"]] == (300.0, 140.0)
    assert min(y for name, (_, y) in at.items() if name != "Plate") == 140.0
    again = put_in(found.graph, row.preset, (0.0, 0.0), "Plate", under=True)
    at = {name: place.at for name, place in places(again.graph).items()}
    left = min(at[name][0] for name in again.names.values())
    assert left > max(at[name][0] for name in found.names.values()) + 100
    assert again.graph.nodes[again.names["Detect"]].inputs["image"].node == "Plate"
