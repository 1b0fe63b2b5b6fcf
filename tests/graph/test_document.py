"""The file: the same bytes back, nothing lost, nothing run, and clear words for what is broken."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.data.errors import DocumentError
from nodegraph.graph.curve import Curve, Kind
from nodegraph.graph.document import BACKUPS, Document, load, read, save, write
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.library import Library
from nodegraph.graph.node import node, upgrades
from nodegraph.graph.text import dumps
from tests.graph.conftest import gain, plate


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    graph = Graph(Library.of(plate, gain)).add("Plate")
    for index in range(draw(st.integers(0, 8))):
        name = f"n{index}"
        graph = graph.add("Gain", name)
        graph = graph.connect(name, "image", draw(st.sampled_from([n for n in graph.nodes if n != name])))
        amount: Any = draw(st.floats(0, 4))
        if draw(st.booleans()):
            amount = Curve.of([(1001, amount), (1010, 0.5)], draw(st.sampled_from(Kind)))
        if index and draw(st.booleans()):
            amount = Link("n0", "amount")
        graph = graph.set(name, "amount", amount).set(name, "note", draw(st.text(max_size=8)))
        if draw(st.booleans()):
            graph = graph.set(name, "tint", (0.1, Curve.of([(1, 1.0), (2, 2.5)]), 1))
        graph = graph.disable(name, draw(st.booleans()))
    return graph.with_shot(first=draw(st.integers(0, 900)), name=draw(st.sampled_from(["shot", "sh010"])))


@given(graphs())
@settings(deadline=None, max_examples=60)
def test_save_load_save_is_byte_identical(graph: Graph) -> None:
    text = write(Document(graph))
    again = read(text, graph.library)
    assert again.problems == ()
    assert again.graph == graph
    assert write(again) == text


def test_a_turned_knob_is_a_diff_of_one_line(library: Library) -> None:
    graph = Graph(library).add("Gain", amount=2.0, note="x")
    old = write(Document(graph)).splitlines()
    new = write(Document(graph.set("Gain1", "amount", 3.0))).splitlines()
    assert [(a, b) for a, b in zip(old, new, strict=True) if a != b] == [
        ('        "amount": 2.0,', '        "amount": 3.0,')
    ]


UNKNOWN = """{
  "author": "ann",
  "format": "nodegraph",
  "nodes": {
    "Gain1": {
      "colour": [0.2, 0.4, 1.0],
      "inputs": {
        "image": "Magic1.face"
      },
      "type": "Gain"
    },
    "Magic1": {
      "disabled": true,
      "inputs": {
        "image": "Plate1"
      },
      "knobs": {
        "depth": {
          "anything": [1, 2]
        }
      },
      "type": "Magic",
      "v": 3
    },
    "Plate1": {
      "type": "Plate"
    }
  },
  "version": 1
}
"""


def test_what_is_unknown_is_kept(library: Library) -> None:
    document = read(UNKNOWN, library)
    assert document.graph.type_of("Magic1") is None
    assert write(document) == UNKNOWN
    renamed = Document(document.graph.rename("Magic1", "M"), extra=document.extra)
    assert '"image": "M.face"' in write(renamed)
    assert '"anything": [1, 2]' in write(renamed)


def test_a_newer_file_opens_read_only(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "new.ngraph.json"
    path.write_text(UNKNOWN.replace('"version": 1', '"version": 99'))
    document = load(path, library)
    assert document.read_only
    text = path.read_text()
    assert write(document) == text
    (tmp_path / "more").mkdir()
    for other, target in (
        (document, None),
        (document, tmp_path / "more" / ".." / path.name),
        (read(UNKNOWN, library), path),
    ):
        with pytest.raises(DocumentError, match="newer program"):
            save(other, target)
    assert path.read_text() == text


def test_a_layout_that_is_none_is_refused(library: Library) -> None:
    with pytest.raises(DocumentError, match="“nodes” of “ui”"):
        read('{"format": "nodegraph", "version": 1, "ui": {"nodes": null}}', library)


def test_a_newer_node_becomes_a_placeholder(library: Library) -> None:
    text = UNKNOWN.replace('"type": "Gain"', '"type": "Gain",\n      "v": 7')
    document = read(text, library)
    assert document.graph.type_of("Gain1") is None
    assert write(document) == text


def test_old_nodes_are_upgraded() -> None:
    @node(name="Gain")
    def newer(*, exposure: float = 0.0) -> float:
        """A gain that was renamed twice."""
        return exposure

    @upgrades(newer, to=2)
    def _called_multiply(saved: dict[str, Any]) -> dict[str, Any]:
        knobs = dict(saved.get("knobs", {}))
        if "amount" in knobs:
            knobs["multiply"] = knobs.pop("amount")
        return {**saved, "knobs": knobs}

    @upgrades(newer, to=3)
    def _in_stops(saved: dict[str, Any]) -> dict[str, Any]:
        knobs = dict(saved.get("knobs", {}))
        if "multiply" in knobs:
            knobs["exposure"] = knobs.pop("multiply") - 1
        return {**saved, "knobs": knobs}

    old = '{"format": "nodegraph", "version": 1, "nodes": {"g": {"type": "Gain", "knobs": {"amount": 3.0}}}}'
    document = read(old, Library.of(newer))
    assert document.graph.value("g", "exposure", 1) == 2.0
    assert document.graph.node("g").version == 3
    assert '"v": 3' in write(document)
    with pytest.raises(TypeError, match="cannot follow"):
        upgrades(newer, to=9)


def whole(**nodes: Any) -> str:
    return json.dumps({"format": "nodegraph", "version": 1, "nodes": nodes})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1"),
        ("{", "line 1"),
        ("[]", "no graph"),
        ('{"format": "nodegraph"}', "version"),
        ('{"format": "nodegraph", "version": 1, "nodes": []}', "no table"),
        ('{"format": "nodegraph", "version": 1, "version": 1}', "twice"),
        ('{"format": "nodegraph", "version": NaN}', "NaN"),
        ("[" * 5000, "nested too deep"),
        (whole(a={"knobs": {}}), "type"),
        (whole(**{"a b": {"type": "Gain"}}), "cannot be called"),
        (whole(a={"type": "Gain", "inputs": {"image": 3}}), "no text"),
        ('{"format": "nodegraph", "version": 1, "shot": {"first": 9, "last": 1}}', "range"),
        ('{"format": "nodegraph", "version": 1, "shot": {"fps": "0/0"}}', "shot"),
    ],
)
def test_a_broken_file_is_refused_in_words(library: Library, text: str, says: str) -> None:
    with pytest.raises(DocumentError, match=says):
        read(text, library, "shot.ngraph.json")


@pytest.mark.parametrize(
    ("nodes", "says"),
    [
        ({"a": {"type": "Gain", "knobs": {"amount": 9}}}, "a: knob amount is 9, outside"),
        ({"a": {"type": "Gain", "knobs": {"amout": 1}}}, "no knob amout"),
        ({"a": {"type": "Gain", "knobs": {"amount": {"curve": [[2, 1], [1, 1]]}}}}, "sort its keys"),
        ({"a": {"type": "Gain", "inputs": {"image": "b"}}}, "wired to b, which is not there"),
        (
            {"a": {"type": "Gain", "inputs": {"image": "b"}}, "b": {"type": "Gain", "inputs": {"image": "a"}}},
            "go round",
        ),
        ({"a": {"type": "Gain", "knobs": {"amount": {"link": "a.amount"}}}}, "go round"),
        ({"p": {"type": "Plate"}, "n": {"type": "Number", "inputs": {"value": "p"}}}, "gives Image"),
    ],
)
def test_faults_of_nodes_are_problems(library: Library, nodes: dict[str, Any], says: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ngraph.json"
    path.write_text(whole(**nodes))
    assert any(says in problem for problem in load(path, library, strict=False).problems)
    with pytest.raises(DocumentError, match=says):
        load(path, library)


def test_backups_rotate_and_a_failed_save_loses_nothing(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "shot.ngraph.json"
    document = save(Document(Graph(library).add("Gain")), path)
    for step in range(BACKUPS + 4):
        document = save(Document(document.graph.set("Gain1", "amount", step / 10)), path)
    kept = sorted((tmp_path / ".nodegraph" / "backups").iterdir())
    assert len(kept) == BACKUPS
    assert read(kept[-1].read_text(), library).graph.value("Gain1", "amount", 1) == (BACKUPS + 2) / 10
    before = path.read_bytes()
    assert save(load(path, library)) is not None
    assert len(list((tmp_path / ".nodegraph" / "backups").iterdir())) == BACKUPS
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if "part" in each.name] == []


@pytest.mark.skipif(os.name != "posix", reason="needs a folder in place of a file")
def test_saving_onto_a_folder_is_told(library: Library, tmp_path: Path) -> None:
    from nodegraph.data.errors import NodegraphError

    with pytest.raises(NodegraphError):
        save(Document(Graph(library)), tmp_path)
    with pytest.raises(DocumentError, match="folder"):
        load(tmp_path, library)
    with pytest.raises(DocumentError, match="no file"):
        load(tmp_path / "nothing.ngraph.json", library)


def test_text_is_sorted_and_ends_with_a_newline() -> None:
    assert dumps({"b": [1, 2.5, "x"], "a": {}, "c": [[1, 2], [3, 4]]}) == (
        '{\n  "a": {},\n  "b": [1, 2.5, "x"],\n  "c": [\n    [1, 2],\n    [3, 4]\n  ]\n}\n'
    )


def test_asking_upstream_of_a_loop_ends(library: Library) -> None:
    text = whole(
        a={"type": "Gain", "inputs": {"image": "b"}}, b={"type": "Gain", "inputs": {"image": "a"}}, c={"type": "Plate"}
    )
    assert set(read(text, library).graph.upstream("a")) == {"a", "b"}
