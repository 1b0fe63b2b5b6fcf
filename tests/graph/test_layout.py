"""Places, backdrops and notes: kept in the file, gone along with nodes, and never in a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodegraph.data.errors import GraphError
from nodegraph.engine.plan import Planner
from nodegraph.graph.document import Document, read, write
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import (
    Backdrop,
    Note,
    Place,
    backdrops,
    beside,
    notes,
    on_backdrop,
    placed,
    places,
    with_item,
    without_item,
)
from nodegraph.graph.library import Library
from nodegraph.graph.piece import cut, joined
from nodegraph.graph.preset import copied, pasted


@pytest.fixture
def graph() -> Graph:
    plain = Graph(Library.discover()).add("TestPlate", "Plate").add("Grade", "Warm").connect("Warm", "image", "Plate")
    laid_out = placed(plain, Plate=(10, 20), Warm=(10.5, 120))
    laid_out = with_item(laid_out, "Plates", Backdrop((0, 0), (200, 80), "all plates", "#203040"))
    return with_item(laid_out, "Todo", Note((300, 0), "ask for a clean plate"))


@pytest.mark.parametrize("number", [1e300, -1e300, 10**400])
def test_what_lies_beyond_all_canvases_has_no_place_and_is_kept(graph: Graph, number: float) -> None:
    text = write(Document(graph)).replace("[10, 20]", f"[10, {number}]").replace("[200, 80]", f"[{number}, 80]")
    far = read(text, graph.library).graph
    assert places(far).keys() == {"Warm"}
    assert backdrops(far) == {}
    assert far.ui["nodes"]["Plate"]["at"] == [10, number]


def test_what_is_laid_out_is_read_back(graph: Graph) -> None:
    text = write(Document(graph))
    again = read(text, graph.library).graph
    assert write(Document(again)) == text
    assert places(again) == {"Plate": Place((10, 20)), "Warm": Place((10.5, 120))}
    assert backdrops(again) == {"Plates": Backdrop((0, 0), (200, 80), "all plates", "#203040")}
    assert notes(again) == {"Todo": Note((300, 0), "ask for a clean plate")}


def test_nothing_of_it_is_in_a_key(graph: Graph, tmp_path: Path) -> None:
    def key(of: Graph) -> bytes:
        return Planner(of, tmp_path).plan("Warm", 1001).feed.step.key

    other = with_item(placed(graph, Warm=(900, 900)), "Warm", Place((1, 1), "#ff0000"))
    other = without_item(without_item(other, Backdrop, "Plates"), Note, "Todo")
    assert key(other) == key(graph)
    assert backdrops(other) == {} == notes(other)


def test_places_go_along_with_names(graph: Graph) -> None:
    assert places(graph.rename("Warm", "Cold"))["Cold"] == Place((10.5, 120))
    assert "Warm" not in places(graph.remove("Warm"))


def test_who_stands_on_a_backdrop(graph: Graph) -> None:
    assert on_backdrop(graph, "Plates") == ["Plate"]


def test_what_others_put_there_is_kept_and_what_is_none_is_passed_over(graph: Graph) -> None:
    saved = {**graph.ui, "zoom": 0.5, "nodes": {**graph.ui["nodes"], "Plate": {"at": [1, 2], "pinned": True}, "X": 7}}
    other = placed(Graph(graph.library, graph.nodes, ui=saved), Plate=(3, 4))
    assert other.ui["zoom"] == 0.5
    assert other.ui["nodes"]["Plate"] == {"at": [3, 4], "pinned": True}
    assert other.ui["nodes"]["X"] == 7
    assert set(places(other)) == {"Plate", "Warm"}
    assert notes(Graph(graph.library, ui={"notes": {"a": {"at": [1], "text": "x"}, "b": {"at": [1, 2]}}})) == {}


def test_what_cannot_be_is_refused(graph: Graph) -> None:
    with pytest.raises(GraphError, match="no colour"):
        with_item(graph, "A", Note((0, 0), "x", "red"))
    with pytest.raises(GraphError, match="no size"):
        with_item(graph, "A", Backdrop((0, 0), (0, 5)))
    with pytest.raises(GraphError, match="no node Gone"):
        placed(graph, Gone=(0, 0))
    with pytest.raises(GraphError, match="no note A"):
        without_item(graph, Note, "A")


def test_a_backdrop_goes_along_when_all_on_it_is_copied(graph: Graph) -> None:
    whole = pasted(graph, copied(graph, ["Plate"]), at=(500, 20)).graph
    assert backdrops(whole)["Plates2"] == Backdrop((490, 0), (200, 80), "all plates", "#203040")
    assert backdrops(whole)["Plates"] == backdrops(graph)["Plates"]
    assert places(whole)["Plate1"].at == (500, 20)
    assert set(backdrops(pasted(graph, copied(graph, ["Warm"])).graph)) == {"Plates"}


def test_what_comes_in_stands_beside_everything(graph: Graph) -> None:
    corner = beside(graph)
    assert corner is not None
    piece, inputs, _ = cut(graph, ["Plate", "Warm"])
    whole, names = joined(graph, piece, corner)
    assert not inputs
    old = [place.at for name, place in places(whole).items() if name not in names.values()]
    old += [row.at for row in notes(graph).values()]
    for name in names.values():
        x, y = places(whole)[name].at
        assert y >= 0
        assert all(x > left + 200 for left, _ in old)
        assert all(x > row.at[0] + row.size[0] for row in backdrops(graph).values())


def test_nothing_stands_beside_nothing() -> None:
    assert beside(Graph(Library.discover()).add("TestPlate", "Plate")) is None
