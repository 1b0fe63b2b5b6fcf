"""Whose face may be rendered: real files, with a face put in by a node that needs somebody's identity."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import nodegraph as ng
from nodegraph.cli.main import main
from nodegraph.data.errors import ConsentError, NodeError
from nodegraph.data.identity import Consent
from nodegraph.data.shot import Shot
from nodegraph.engine import consent as module
from nodegraph.engine.consent import leave, problems_of
from nodegraph.engine.session import Session
from nodegraph.graph.context import Context
from nodegraph.graph.document import Document, load, save, write
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from tests.engine.consenting import (
    FORMAT,
    GRANTED,
    files,
    graph_of,
    header,
    put_in,
)

# -- final renders -------------------------------------------------------------------------------------

REFUSED = {
    "nothing entered": ({}, "there is no consent record"),
    "a field missing": ({**GRANTED, "scope": ""}, "does not state scope"),
    "expired": ({**GRANTED, "expires": "2020-02-03"}, "the consent of Jane Doe ended on 2020-02-03"),
    "another film": ({**GRANTED, "production": "Other Film"}, "is for the production 'Other Film', not 'Our Film'"),
}


@pytest.mark.parametrize(("entered", "wrong"), REFUSED.values(), ids=list(REFUSED))
def test_a_final_render_without_consent_writes_nothing(entered: dict[str, str], wrong: str, tmp_path: Path) -> None:
    graph = graph_of(**entered)
    graph = replace(graph, shot=replace(graph.shot, production="Our Film"))
    with pytest.raises(ConsentError) as caught:
        ng.render(graph, "Write1", root=tmp_path)
    assert "Who: the identity 'jane'" in caught.value.message
    assert wrong in caught.value.message
    assert "--preview" in caught.value.hint
    assert list(tmp_path.iterdir()) == []
    assert any(wrong in problem for problem in problems_of(graph, tmp_path))


ALLOWED = {
    "a record": GRANTED,
    "for this film": {**GRANTED, "production": "OUR film"},
    "until today": {**GRANTED, "expires": "2026-03-01"},
    "a reason": {"reason": "digital double"},
}


@pytest.mark.parametrize("entered", ALLOWED.values(), ids=list(ALLOWED))
def test_consent_goes_into_the_files(entered: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "today", lambda: date(2026, 3, 1))
    graph = graph_of(**entered)
    graph = replace(graph, shot=replace(graph.shot, production="Our Film"))
    assert ng.render(graph, "Write1", root=tmp_path).ok
    for name in files(tmp_path):
        told = header(tmp_path / "out" / name)
        words = str(told["nodegraph/consent/jane"])
        assert ("HR-12" in words and "Jane Doe" in words) or words == "none is needed: digital double"
        assert told["nodegraph/production"] == "Our Film"
        assert "nodegraph/preview" not in told


def test_what_lies_between_does_not_lose_it(tmp_path: Path) -> None:
    """A Merge takes the metadata of its B; the face comes by its A."""
    graph = graph_of(**GRANTED).add("TestPlate", "Other").add("Merge", "Over").disconnect("Write1", "image")
    graph = graph.connect("Over", "a", "Swap").connect("Over", "b", "Other").connect("Write1", "image", "Over")
    ng.render(graph, "Write1", [1001], root=tmp_path)
    assert "HR-12" in str(header(tmp_path / "out/comp.1001.exr")["nodegraph/consent/jane"])
    with pytest.raises(ConsentError):
        ng.render(graph.set("Who", "document", ""), "Write1", [1001], root=tmp_path)


def test_a_plate_without_a_face_needs_no_consent(tmp_path: Path) -> None:
    """Neither a render that no identity goes into, nor one that a Switch or a disabled node keeps it out of."""
    graph = graph_of()
    assert ng.render(graph.connect("Write1", "image", "Plate"), "Write1", [1001], root=tmp_path).ok
    assert ng.render(graph.disable("Swap"), "Write1", [1001], root=tmp_path).ok
    switched = graph.add("Switch", "Choice").connect("Choice", "images1", "Plate").connect("Choice", "images2", "Swap")
    switched = switched.connect("Write1", "image", "Choice")
    assert ng.render(switched, "Write1", [1001], root=tmp_path).ok
    assert problems_of(switched, tmp_path) == []
    with pytest.raises(ConsentError):
        ng.render(switched.set("Choice", "which", 1), "Write1", [1001], root=tmp_path)


def test_frames_are_asked_one_by_one(tmp_path: Path) -> None:
    graph = graph_of()
    graph = graph.add("Switch", "Choice", which=ng.Curve.of([(1001, 0), (1003, 1)], "hold"))
    graph = graph.connect("Choice", "images1", "Plate").connect("Choice", "images2", "Swap")
    graph = graph.connect("Write1", "image", "Choice")
    assert ng.render(graph, "Write1", "1001-1002", root=tmp_path).ok
    with pytest.raises(ConsentError, match="frames 1003-1004"):
        ng.render(graph, "Write1", root=tmp_path)
    ng.render(graph.set("Who", "reason", "own face"), "Write1", root=tmp_path)
    told = ["nodegraph/consent/jane" in header(tmp_path / "out" / name) for name in files(tmp_path)]
    assert told == [False, False, True, True]


def test_a_face_that_only_a_measure_saw(tmp_path: Path) -> None:
    """An identity far up, through a node that takes the whole shot."""
    graph = graph_of().add("Average", "Mean").add("Lit", "Lit1").connect("Mean", "image", "Swap")
    graph = graph.connect("Lit1", "image", "Plate").connect("Lit1", "amount", "Mean").connect("Write1", "image", "Lit1")
    with pytest.raises(ConsentError):
        ng.render(graph, "Write1", [1001], root=tmp_path)


def test_two_people(tmp_path: Path) -> None:
    graph = graph_of(**GRANTED).add("Somebody", "Other", name="joe").add("PutIn", "Swap2")
    graph = graph.connect("Swap2", "image", "Swap").connect("Swap2", "identity", "Other")
    graph = graph.connect("Write1", "image", "Swap2")
    with pytest.raises(ConsentError) as caught:
        ng.render(graph, "Write1", [1001], root=tmp_path)
    assert "joe" in caught.value.message
    assert "jane" not in caught.value.message
    ng.render(graph, "Write1", [1001], root=tmp_path, preview=True)
    told = header(tmp_path / "out/comp.1001.exr")
    assert told["nodegraph/preview"] == "PREVIEW - no consent for joe"
    assert "HR-12" in str(told["nodegraph/consent/jane"])


def test_an_identity_that_cannot_be_read_stops_the_render(tmp_path: Path) -> None:
    graph = graph_of(missing=True, **GRANTED)
    with pytest.raises(NodeError, match="Who"):
        ng.render(graph, "Write1", root=tmp_path)
    assert files(tmp_path) == []
    assert "cannot be told" in problems_of(graph, tmp_path)[0]


# -- the project and the command line ------------------------------------------------------------------


def test_a_file_without_a_production_does_not_name_one(tmp_path: Path) -> None:
    plain, named = graph_of(), graph_of()
    named = replace(named, shot=replace(named.shot, production="Our Film"))
    text = write(Document(plain))
    assert "Our Film" not in text
    assert json.loads(write(Document(named)))["shot"]["production"] == "Our Film"
    assert {k: v for k, v in json.loads(write(Document(named)))["shot"].items() if k != "production"} == json.loads(
        text
    )["shot"]
    save(Document(named), tmp_path / "a.ngraph.json")
    again = load(tmp_path / "a.ngraph.json", named.library)
    assert again.graph.shot == named.shot
    assert write(again) == write(Document(named))


def test_a_node_does_not_see_the_production(tmp_path: Path) -> None:
    """So that another one does not compute a shot anew."""
    from nodegraph.engine.plan import Planner

    plain = graph_of()
    named = replace(plain, shot=replace(plain.shot, production="Our Film"))
    keys = [Planner(each, tmp_path).plan_sink("Write1", (1001,), 1001).feed.step.key for each in (plain, named)]
    assert keys[0] == keys[1]


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    graph = graph_of()
    two = graph.add("Write", "Write0", file=File("out/plate.####.exr")).connect("Write0", "image", "Plate")
    save(Document(two), tmp_path / "a.ngraph.json")
    monkeypatch.setattr(Library, "discover", lambda: two.library)
    path = str(tmp_path / "a.ngraph.json")
    assert main(["render", path]) == 1
    told = capsys.readouterr()
    assert "error: no consent for a final render: Who: the identity 'jane': there is no consent record" in told.err
    assert "enter the consent record on that node" in told.err
    assert files(tmp_path) == []  # not those of the sink that needs none either
    assert main(["check", path]) == 1
    assert "Who: the identity 'jane': there is no consent record" in capsys.readouterr().out
    assert main(["render", path, "--preview", "--frames", "1001"]) == 0
    assert "Write1: 1 done" in (said := capsys.readouterr().out)
    assert "(a preview)" in said
    assert files(tmp_path) == ["comp.1001.exr", "plate.1001.exr"]
    assert header(tmp_path / "out/plate.1001.exr")["nodegraph/preview"] == "PREVIEW"
    assert main(["render", path, "--set", "Who.reason=own face", "--frames", "1001", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["report"]["preview"] is False


def test_a_session_previews_too(tmp_path: Path) -> None:
    with Session(graph_of(), root=tmp_path) as session:
        with pytest.raises(ConsentError):
            session.render("Write1", [1001])
        assert session.render("Write1", [1001], preview=True).ok


def test_words_for_a_record() -> None:
    end = date(2027, 1, 2)
    assert leave(Consent("A", "B", "C", "D", end, "E")) == (
        "subject: A; granted by: B; scope: C; production: D; expires: 2027-01-02; document: E"
    )
    assert leave(Consent("A", reason="public domain")) == "none is needed: public domain; subject: A"


def test_a_plain_context_stamps_nothing() -> None:
    assert Context().stamp.metadata == {}
    assert Context().stamp.words == ""


# -- the node that reads photographs -------------------------------------------------------------------


def real(folder: Path, **knobs: object) -> Graph:
    """A plate with the real Identity on it; its folder holds no picture of anybody."""
    library = Library.discover().with_nodes(put_in)
    (folder / "jane").mkdir(exist_ok=True)
    graph = Graph(library, shot=Shot(first=1001, last=1002, format=FORMAT)).add("TestPlate", "Plate")
    graph = graph.add("Identity", "Jane", file=File("jane"), **knobs).add("PutIn", "Swap")
    graph = graph.connect("Swap", "image", "Plate").connect("Swap", "identity", "Jane")
    return graph.add("Write", "Write1", file=File("out/comp.####.exr")).connect("Write1", "image", "Swap")


def test_consent_is_known_before_a_photograph_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConsentError, match="Jane: the identity 'jane': there is no consent record"):
        ng.render(real(tmp_path), "Write1", root=tmp_path)
    assert problems_of(real(tmp_path), tmp_path) == ["Jane: the identity 'jane': there is no consent record"]
    assert problems_of(real(tmp_path, reason="public domain"), tmp_path) == []
    with pytest.raises(NodeError, match="no pictures"):  # allowed, but there is nobody
        ng.render(real(tmp_path, **GRANTED), "Write1", root=tmp_path)
    assert problems_of(real(tmp_path, expires="tomorrow"), tmp_path) == [
        "Write1: whether there is consent cannot be told: Jane: the consent ends on 'tomorrow', which is no day"
    ]


def test_a_record_beside_the_photographs(tmp_path: Path) -> None:
    graph = real(tmp_path)
    (tmp_path / "jane/consent.json").write_text(json.dumps({**GRANTED, "expires": "2020-05-06"}))
    assert problems_of(graph, tmp_path) == ["Jane: the identity 'jane': the consent of Jane Doe ended on 2020-05-06"]
    (tmp_path / "jane/consent.json").write_text(json.dumps(GRANTED))
    assert problems_of(graph, tmp_path) == []
    (tmp_path / "jane/consent.json").write_text("[]")
    assert "no consent record" in problems_of(graph, tmp_path)[0]


def test_the_record_that_the_manual_shows_is_a_valid_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manual = (Path(__file__).parents[2] / "docs/consent.md").read_text("utf-8")
    graph = real(tmp_path)
    (tmp_path / "jane/consent.json").write_text(manual.split("```json")[1].split("```")[0])
    monkeypatch.setattr(module, "today", lambda: date(2027, 12, 31))
    assert problems_of(replace(graph, shot=replace(graph.shot, production="our film")), tmp_path) == []
    (wrong,) = problems_of(replace(graph, shot=replace(graph.shot, production="another")), tmp_path)
    assert "for the production 'Our Film', not 'another'" in wrong
