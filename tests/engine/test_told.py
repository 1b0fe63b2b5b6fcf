"""What nodes tell while frames are made: gathered by the render, in ranges, and told again by one that resumes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nodegraph.cli.main import main
from nodegraph.cli.progress import Log
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame
from nodegraph.engine.events import Event, Missed, Report, Warned, to_json
from nodegraph.engine.receipts import Receipts
from nodegraph.engine.render import render
from nodegraph.graph.context import Context
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from tests.engine.toys import LIBRARY, empty, wired

FACELESS = (3, 4, 5, 9)


@node
def seek(image: Image, frame: Frame, ctx: Context, *, by: int = 0) -> Image:
    """Finds no face on some frames, and is doubtful on others."""
    if frame in FACELESS:
        ctx.missed("no face")
    if frame % 2:
        ctx.warn("this looks odd")
    return image


@pytest.fixture
def graph() -> Graph:
    graph = Graph(LIBRARY.with_nodes(seek), shot=empty(1, 10).shot).add("Plate", "p").add("Seek", "x")
    return wired(graph.add("Save", "w", file="out/a.####.raw"), x__image="p", w__image="x")


def said(report: Report) -> list[str]:
    return sorted(report.notices())


TOLD = ["x: no face on 3-5, 9: the plate went through", "x: this looks odd on 1-9x2"]


def test_what_was_missed_is_listed_in_ranges(graph: Graph, tmp_path: Path) -> None:
    events: list[Event] = []
    report = render(graph, "w", root=tmp_path, on_event=events.append)
    assert report.ok
    assert said(report) == TOLD
    assert {event.frame for event in events if isinstance(event, Missed)} == set(FACELESS)
    assert len([event for event in events if isinstance(event, Warned)]) == 1
    rows = json.loads(json.dumps(to_json(events[-1])))["report"]
    assert rows["missed"] == [{"node": "x", "message": "no face", "frames": "3-5,9"}]
    assert rows["warnings"] == [{"node": "x", "message": "this looks odd", "frames": "1-9x2"}]


def test_frames_that_are_there_tell_it_again(graph: Graph, tmp_path: Path) -> None:
    render(graph, "w", range(1, 7), root=tmp_path)
    assert said(render(graph, "w", range(1, 7), root=tmp_path, resume=True)) == [
        "x: no face on 3-5: the plate went through",
        "x: this looks odd on 1-5x2",
    ]
    report = render(graph, "w", root=tmp_path, resume=True)
    assert (report.skipped, report.done) == ([1, 2, 3, 4, 5, 6], [7, 8, 9, 10])
    assert said(report) == TOLD


def test_receipts_without_words_are_read(graph: Graph, tmp_path: Path) -> None:
    render(graph, "w", [2, 3], root=tmp_path)
    path = Receipts(tmp_path, "w").path
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert ["words" in row for row in rows] == [False, True]
    path.write_text("".join(json.dumps({k: v for k, v in row.items() if k != "words"}) + "\n" for row in rows))
    report = render(graph, "w", [2, 3], root=tmp_path, resume=True)
    assert (report.skipped, said(report)) == ([2, 3], [])


def test_a_movie_of_all_frames_tells_it_too(graph: Graph, tmp_path: Path) -> None:
    graph = wired(graph.add("Film", "f", file="all.raw"), f__clip="x")
    assert said(render(graph, "f", root=tmp_path)) == TOLD
    again = render(graph, "f", root=tmp_path, resume=True)
    assert again.skipped == list(range(1, 11))
    assert said(again) == TOLD


def test_a_held_frame_is_told_once(graph: Graph, tmp_path: Path) -> None:
    graph = wired(graph.add("Hold", "h", at=4), h__image="x", w__image="h")
    assert said(render(graph, "w", root=tmp_path)) == ["x: no face on 4: the plate went through"]


def test_what_is_about_no_frame(tmp_path: Path) -> None:
    @node
    def blind(image: Image, ctx: Context) -> Image:
        """Finds nothing on a picture that is the same throughout."""
        ctx.missed("no face")
        return image

    graph = Graph(LIBRARY.with_nodes(blind), shot=empty(1, 3).shot).add("Solid", "s").add("Blind", "x")
    graph = wired(graph.add("Save", "w", file="a.####.raw"), x__image="s", w__image="x")
    assert said(render(graph, "w", root=tmp_path)) == ["x: no face on any frame: the plate went through"]


def test_a_plain_context_gathers() -> None:
    context = Context()
    context.missed("no face")
    context.missed("no face")
    assert context.misses == ["no face"]


def test_the_command_line_lists_it(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "shot.ngraph.json"
    save(Document(graph), path)
    monkeypatch.setattr(Library, "discover", lambda: graph.library)
    assert main(["render", str(path)]) == 0
    told = capsys.readouterr()
    assert [line[6:] for line in told.err.splitlines() if line.startswith("note: ")] == TOLD[::-1]
    assert main(["render", str(path), "--json", "--resume"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["report"]["missed"] == [{"node": "x", "message": "no face", "frames": "3-5,9"}]


def test_a_log_has_a_line_for_each_frame(capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    Log(sys.stderr)(Missed("Paste", 1004, "no face"))
    assert capsys.readouterr().err == "Paste at 1004: no face: the plate goes through\n"


def test_warnings_that_differ_in_numbers_only_are_one_line() -> None:
    report = Report("w")
    for frame in range(1001, 1013):
        report.warnings.add("w", f"comp.{frame}.exr: {frame - 1000} NaN in 4K", frame)
    report.warnings.add("w", "comp.1001.exr: another thing", 1001)
    report.warnings.add("p", "it ends earlier: frame 1010 is held", 1011)
    report.warnings.add("p", "it ends earlier: frame 1010 is held", 1012)
    assert report.notices() == [
        "w: comp.####.exr: … NaN in 4K on 1001-1012",
        "w: comp.1001.exr: another thing on 1001",
        "p: it ends earlier: frame 1010 is held on 1011-1012",
    ]
