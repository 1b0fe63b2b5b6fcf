"""From knobs to widgets."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import pytest

from nodegraph.data.corrections import Corrections
from nodegraph.data.image import Image
from nodegraph.editor.panels.keys import State
from nodegraph.editor.panels.table import Panels, Widget, grouped, rows, tip_of, value_text, widget_of
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.knob import Color, File, Knob, Space, Vec
from nodegraph.graph.library import Library
from nodegraph.graph.node import NodeType, node
from nodegraph.graph.shapes import Shapes


class Way(Enum):
    OVER = "over"
    UNDER = "under"


@node(menu="Test")
def all_kinds(
    image: Image,
    *,
    on: bool = False,
    way: Way = Way.OVER,
    file: File = File(""),
    space: Space = Space("auto"),
    tint: Annotated[Color, Knob(0, 4, soft=True)] = Color((1.0, 1.0, 1.0)),
    centre: Annotated[Vec, Knob(unit="px")] = Vec((0.0, 0.0)),
    count: int = 1,
    gain: Annotated[float, Knob(0, 4, help="what white becomes")] = 1.0,
    exposure: Annotated[float, Knob(-8, 8, unit="stops", soft=True)] = 0.0,
    shutter: float = 0.5,
    shutter_opens: float = 0.0,
    label: str = "",
    note: Annotated[str, Knob(multiline=True)] = "",
    drawn: Shapes = Shapes(),
    mended: Corrections = Corrections(),
) -> Image:
    """Have a knob of every kind."""
    return image


GRAPH = Graph(Library.of(all_kinds)).add("AllKinds", "A").add("AllKinds", "B")
KNOBS = GRAPH.known_type("A").knobs


def test_every_type_has_its_widget() -> None:
    assert {name: widget_of(kind) for name, kind in KNOBS.items()} == {
        "on": Widget.CHECKBOX,
        "way": Widget.CHOICE,
        "file": Widget.FILE,
        "space": Widget.SPACE,
        "tint": Widget.COLOUR,
        "centre": Widget.VECTOR,
        "count": Widget.NUMBER,
        "gain": Widget.SLIDER,
        "exposure": Widget.SLIDER,
        "shutter": Widget.NUMBER,
        "shutter_opens": Widget.NUMBER,
        "label": Widget.TEXT,
        "note": Widget.LONG_TEXT,
        "drawn": Widget.SHAPES,
        "mended": Widget.CORRECTIONS,
    }


@pytest.mark.parametrize("kind", Library.discover().types.values(), ids=str)
def test_every_knob_of_the_library_can_be_shown(kind: NodeType) -> None:
    graph = Graph(Library.discover()).add(kind.name, "Node")
    found = rows(graph, "Node", 1001)
    assert [row.knob for row in found] == list(graph.known_type("Node").knobs)
    for row in found:
        assert row.widget is not Widget.STORED, f"{row.knob} has no widget of its own"
        assert row.problem == ""
        assert not row.modified
        assert row.tip or row.widget in (Widget.FILE, Widget.SPACE, Widget.TEXT, Widget.LONG_TEXT)
        assert len(row.parts) == len(row.part_names)
    assert [row for group in grouped(found) for row in group.rows] == found


def test_a_row_tells_all_that_is_to_be_seen() -> None:
    graph = GRAPH.set("A", "tint", [Curve.of([(1001, 0), (1011, 1)]), 0.1, 1.0]).set("A", "way", Way.UNDER)
    graph = graph.set("A", "gain", Link("B", "gain")).set("B", "gain", 3.0)
    found = {row.knob: row for row in rows(graph, "A", 1006)}
    assert found["tint"].text == "0.5, 0.1, 1"
    assert found["tint"].parts == (State.ANIMATED, State.SET, State.DEFAULT)
    assert found["tint"].part_names == ("r", "g", "b")
    assert found["centre"].part_names == ("x", "y")
    assert (found["way"].text, found["way"].choices) == ("under", ("over", "under"))
    assert (found["gain"].text, found["gain"].link, found["gain"].state) == ("3", "B.gain", State.LINKED)
    assert found["shutter_opens"].label == "shutter opens"
    assert found["on"].text == "off"


def test_only_what_was_changed() -> None:
    graph = GRAPH.set("A", "gain", 2.0).set("A", "drawn", Shapes())
    assert [row.knob for row in rows(graph, "A", 1, modified_only=True)] == ["gain"]
    assert rows(GRAPH, "A", 1, modified_only=True) == []
    assert [row.knob for row in rows(GRAPH, "A", 1, text="Shut")] == ["shutter", "shutter_opens"]


def test_help() -> None:
    assert tip_of(KNOBS["gain"]) == "what white becomes\n0 to 4\ndefault: 1"
    assert tip_of(KNOBS["exposure"]) == "-8 to 8 stops, and beyond if typed\ndefault: 0"
    assert tip_of(KNOBS["drawn"]) == "default: nothing drawn"
    assert value_text(KNOBS["on"], True) == "on"


def test_groups() -> None:
    titles = [(group.title, [row.knob for row in group.rows]) for group in grouped(rows(GRAPH, "A", 1))]
    assert ("shutter", ["shutter", "shutter_opens"]) in titles
    assert titles[0][0] == ""
    assert len(titles) == 3


def test_files_that_are_written_ask_for_a_name() -> None:
    library = Library.discover()
    graph = Graph(library).add("Read", "R").add("Write", "W")
    assert not any(row.saves for row in rows(graph, "R", 1))
    assert all(row.saves for row in rows(graph, "W", 1) if row.knob == "file")


def test_a_placeholder_has_no_rows() -> None:
    empty = Graph(Library.of(), nodes=GRAPH.nodes)
    assert rows(empty, "A", 1) == []


def test_open_panels() -> None:
    panels = Panels(most=3)
    for name in "abc":
        panels = panels.opened(name)
    panels = panels.turned("a").opened("d")
    assert panels.names == ("d", "c", "a")
    assert panels.opened("a").names == ("a", "d", "c")
    assert panels.closed("a") == Panels(("d", "c"), frozenset(), 3)
    assert panels.cleared().names == ("a",)
    assert Panels(("A", "gone"), frozenset({"gone"})).after(GRAPH) == Panels(("A",))
