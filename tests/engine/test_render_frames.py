"""Renders: what is written, what a receipt says, what happens when things go wrong."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.data.errors import Cancelled, GraphError, NodeError
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame
from nodegraph.engine.events import (
    Event,
    Finished,
    FrameDone,
    FrameFailed,
    FrameSkipped,
    NodeProgress,
    Started,
    to_json,
)
from nodegraph.engine.receipts import Receipts
from nodegraph.engine.render import Pace, render
from nodegraph.graph.context import Context
from nodegraph.graph.graph import Graph
from nodegraph.graph.node import node
from tests.engine.toys import LIBRARY, RECORD, empty, wired


def project(first: int = 1, last: int = 6, by: float = 2.0) -> Graph:
    graph = empty(first, last).add("Plate", "p").add("Gain", "g", by=by).add("Save", "w", file="out/a.####.raw")
    return wired(graph, g__image="p", w__image="g")


def written(folder: Path) -> dict[str, float]:
    return {path.name: float(np.frombuffer(path.read_bytes(), np.float32)[0]) for path in sorted(folder.glob("out/*"))}


def test_frames_are_written_and_told_in_order(tmp_path: Path) -> None:
    events: list[Event] = []
    report = render(project(), "w", root=tmp_path, on_event=events.append, workers=3)
    assert written(tmp_path) == {f"a.{frame:04d}.raw": 2.0 * frame for frame in range(1, 7)}
    assert report.done == [1, 2, 3, 4, 5, 6]
    assert report.ok
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert [event.frame for event in events if isinstance(event, FrameDone)] == report.done
    assert report.files == [tmp_path / "out" / f"a.{frame:04d}.raw" for frame in range(1, 7)]
    assert {name: timing.calls for name, timing in report.timings.items()} == {"p": 6, "g": 6, "w": 6}
    for event in events:
        json.dumps(to_json(event))


def test_only_the_frames_asked_for(tmp_path: Path) -> None:
    assert render(project(), "w", [4, 2, 30], root=tmp_path).done == [4, 2, 30]
    assert set(written(tmp_path)) == {"a.0002.raw", "a.0004.raw", "a.0030.raw"}


def test_resume_leaves_out_what_is_there(tmp_path: Path) -> None:
    render(project(), "w", [1, 2, 3], root=tmp_path)
    RECORD.take()
    events: list[Event] = []
    report = render(project(), "w", root=tmp_path, resume=True, on_event=events.append)
    assert (report.skipped, report.done) == ([1, 2, 3], [4, 5, 6])
    assert [event.frame for event in events if isinstance(event, FrameSkipped)] == [1, 2, 3]
    assert RECORD.take() == {"plate": 3, "gain": 3, "save": 3}


def test_without_resume_all_is_made_anew(tmp_path: Path) -> None:
    render(project(), "w", root=tmp_path)
    assert render(project(), "w", root=tmp_path).done == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("harm", ["cut", "changed", "removed", "knob", "no receipt"])
def test_resume_makes_anew_what_is_not_as_it_should_be(tmp_path: Path, harm: str) -> None:
    render(project(), "w", root=tmp_path)
    graph, file, expected = project(), tmp_path / "out" / "a.0003.raw", [3]
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    elif harm == "changed":
        data = file.read_bytes()
        file.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    elif harm == "removed":
        file.unlink()
    elif harm == "knob":
        graph, expected = project(by=3.0), [1, 2, 3, 4, 5, 6]
    else:
        receipts = Receipts(tmp_path, "w").path
        lines = receipts.read_text().splitlines()
        receipts.write_text("\n".join(line for line in lines if '"frame": 3' not in line))
    assert render(graph, "w", root=tmp_path, resume=True).done == expected
    factor = 3.0 if harm == "knob" else 2.0
    assert written(tmp_path) == {f"a.{frame:04d}.raw": factor * frame for frame in range(1, 7)}
    assert render(graph, "w", root=tmp_path, resume=True).done == []


def test_a_torn_receipt_costs_one_frame(tmp_path: Path) -> None:
    render(project(), "w", root=tmp_path, workers=1)
    path = Receipts(tmp_path, "w").path
    path.write_bytes(path.read_bytes()[:-20])
    assert render(project(), "w", root=tmp_path, resume=True).done == [6]
    assert render(project(), "w", root=tmp_path, resume=True).done == []


def test_receipts_of_something_else_cost_their_frames(tmp_path: Path) -> None:
    render(project(), "w", root=tmp_path, workers=1)
    path = Receipts(tmp_path, "w").path
    first, _, *rest = path.read_text().splitlines()
    odd = [
        "\x00\xff",
        "[]",
        "7",
        "null",
        '{"frame": 2, "key": 4, "files": [["a", 1, "x"]], "seconds": 1, "versions": {}}',
    ]
    odd += ['{"frame": [2], "key": {}, "files": [["a", 1, "x"]], "seconds": 1, "versions": {}}']
    path.write_text("\n".join([first, *odd, *rest]) + "\n")
    assert render(project(), "w", root=tmp_path, resume=True).done == [2]


def test_a_project_that_moved_still_resumes(tmp_path: Path) -> None:
    render(project(), "w", root=tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    assert render(project(), "w", root=tmp_path / "b", resume=True).done == []


def failing(at: int) -> Graph:
    graph = empty(1, 6).add("Plate", "p").add("FailAt", "f", at=at).add("Save", "w", file="out/a.####.raw")
    return wired(graph, f__image="p", w__image="f")


def test_an_error_stops(tmp_path: Path) -> None:
    events: list[Event] = []
    with pytest.raises(NodeError, match="f at frame 3"):
        render(failing(3), "w", root=tmp_path, on_event=events.append, workers=1)
    report = events[-1].report if isinstance(events[-1], Finished) else None
    assert report is not None
    assert (report.done, [frame for frame, _ in report.failed]) == ([1, 2], [3])


def test_an_error_is_skipped_and_listed(tmp_path: Path) -> None:
    events: list[Event] = []
    report = render(failing(3), "w", root=tmp_path, on_error="skip", on_event=events.append)
    assert report.done == [1, 2, 4, 5, 6]
    assert [frame for frame, _ in report.failed] == [3]
    assert "no such luck" in str(report.failed[0][1])
    assert [event.frame for event in events if isinstance(event, FrameFailed)] == [3]
    assert render(failing(0), "w", root=tmp_path, resume=True).skipped == []  # the knob is in the key


def test_a_frame_that_cannot_be_planned_fails_alone(tmp_path: Path) -> None:
    def stamp(frame: int, knobs: Any) -> str:
        if frame == 2:
            raise FileNotFoundError("frame 2 is missing")
        return "there"

    @node(fingerprint=stamp)
    def reads(frame: Frame) -> Image:
        """Reads a file."""
        return Image.of(np.full((2, 2, 3), frame, np.float32))

    graph = (
        Graph(LIBRARY.with_nodes(reads), shot=empty(1, 3).shot)
        .add("Reads", "r")
        .add("Save", "w", file="out/a.####.raw")
    )
    report = render(wired(graph, w__image="r"), "w", root=tmp_path, on_error="skip")
    assert (report.done, [frame for frame, _ in report.failed]) == ([1, 3], [2])


def test_what_is_no_sink_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="p is a Plate"):
        render(project(), "p", root=tmp_path)


def test_a_whole_shot_into_one_file(tmp_path: Path) -> None:
    events: list[Event] = []
    graph = wired(empty(1, 5).add("Plate", "p").add("Film", "w", file="film.raw"), w__clip="p")
    report = render(graph, "w", range(2, 5), root=tmp_path, on_event=events.append)
    assert np.frombuffer((tmp_path / "film.raw").read_bytes(), np.float32)[::12].tolist() == [2.0, 3.0, 4.0]
    assert report.done == [2, 3, 4]
    assert [event.done for event in events if isinstance(event, NodeProgress)] == [1 / 3, 2 / 3, 1.0]
    assert render(graph, "w", range(2, 5), root=tmp_path, resume=True).skipped == [2, 3, 4]
    assert render(graph, "w", range(2, 6), root=tmp_path, resume=True).done == [2, 3, 4, 5]


def test_a_whole_shot_with_an_error_leaves_no_file(tmp_path: Path) -> None:
    graph = empty(1, 5).add("Plate", "p").add("FailAt", "f", at=4).add("Film", "w", file="film.raw")
    graph = wired(graph, f__image="p", w__clip="f")
    with pytest.raises(NodeError, match="f at frame 4"):
        render(graph, "w", root=tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.name != ".nodegraph"]


def test_cancel_stops_and_leaves_no_half_files(tmp_path: Path) -> None:
    cancel = threading.Event()

    def on_event(event: Event) -> None:
        if isinstance(event, FrameDone) and event.frame == 3:
            cancel.set()

    with pytest.raises(Cancelled):
        render(project(1, 500), "w", root=tmp_path, cancel=cancel, on_event=on_event)
    names = [path.name for path in (tmp_path / "out").iterdir()]
    assert 3 <= len(names) < 100
    assert all(name.startswith("a.") for name in names)
    assert render(project(1, 500), "w", range(1, 20), root=tmp_path, resume=True).skipped[:3] == [1, 2, 3]


def test_small_results_of_the_shot_are_kept_on_disk(tmp_path: Path, unchecked: None) -> None:
    graph = empty(1, 4).add("Plate", "p").add("Measure", "m").add("Lift", "l").add("Save", "w", file="out/a.####.raw")
    graph = wired(graph, m__clip="p", l__image="p", l__amount="m", w__image="l")
    render(graph, "w", root=tmp_path)
    assert RECORD.take()["measure"] == 1
    render(graph, "w", root=tmp_path)
    assert RECORD.take()["measure"] == 0
    assert written(tmp_path) == {f"a.{frame:04d}.raw": frame + 10.0 for frame in range(1, 5)}
    (stored,) = (tmp_path / ".nodegraph" / "cache").glob("*/*")
    for harm in (stored.read_bytes()[:-1], b"", b"\0" * 40):
        stored.write_bytes(harm)
        render(graph, "w", root=tmp_path)
        assert RECORD.take()["measure"] == 1


def test_warnings_are_told_once_a_node(tmp_path: Path) -> None:
    @node
    def worries(image: Image, frame: Frame, ctx: Context) -> Image:
        """Warns at every frame."""
        ctx.warn("this looks odd")
        return image

    graph = Graph(LIBRARY.with_nodes(worries), shot=empty(1, 5).shot).add("Plate", "p").add("Worries", "x")
    graph = wired(graph.add("Save", "w", file="out/a.####.raw"), x__image="p", w__image="x")
    report = render(graph, "w", root=tmp_path)
    assert [(each.node, each.message) for each in report.warnings] == [("x", "this looks odd")]


def test_two_renders_at_once_do_each_other_no_harm(tmp_path: Path) -> None:
    graphs = [project(1, 40, by=2.0), project(1, 40, by=3.0)]
    threads = [threading.Thread(target=render, args=(graph, "w"), kwargs={"root": tmp_path}) for graph in graphs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    before = written(tmp_path)
    assert all(before[f"a.{frame:04d}.raw"] in (2.0 * frame, 3.0 * frame) for frame in range(1, 41))
    for graph, by in ((graphs[0], 2.0), (graphs[1], 3.0)):
        theirs = [frame for frame in range(1, 41) if before[f"a.{frame:04d}.raw"] != by * frame]
        if by == 2.0:  # what the other has made since counts as not done; nothing stale is taken for ours
            assert render(graph, "w", root=tmp_path, resume=True).done == theirs
            assert written(tmp_path) == {f"a.{frame:04d}.raw": by * frame for frame in range(1, 41)}


def test_a_receipt_vouches_only_for_what_its_own_render_wrote(tmp_path: Path) -> None:
    """One render is held between writing and receipt, while another writes the same file."""
    wrote, go = threading.Event(), threading.Event()

    @node(sink=True, name="Save")
    def slow_save(image: Image, frame: Frame, *, file: str = "") -> Path:
        """Writes, then waits."""
        path = tmp_path / "shared.raw"
        path.write_bytes(image.pixels.tobytes())
        if image.pixels[0, 0, 0] == 2.0:
            wrote.set()
            go.wait(0.3)
        return path

    def graph(by: float) -> Graph:
        return wired(
            Graph(LIBRARY.with_nodes(slow_save)).add("Solid", "p", value=by).add("Save", "w", file="x"), w__image="p"
        )

    first = threading.Thread(target=render, args=(graph(2.0), "w", [1]), kwargs={"root": tmp_path})
    first.start()
    assert wrote.wait(10)
    render(graph(3.0), "w", [1], root=tmp_path)
    go.set()
    first.join(10)
    last = np.frombuffer((tmp_path / "shared.raw").read_bytes(), np.float32)[0]
    for by in (2.0, 3.0):
        report = render(graph(by), "w", [1], root=tmp_path, resume=True)
        assert bool(report.skipped) == bool(by == last)
        if not report.skipped:
            break


def test_a_read_only_project_still_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / ".nodegraph").write_text("in the way")
    with pytest.raises(Exception, match="receipts"):
        render(project(), "w", root=tmp_path)


def test_the_pace_forgets_a_slow_start(monkeypatch: pytest.MonkeyPatch) -> None:
    now = {"t": 0.0}
    monkeypatch.setattr("nodegraph.engine.render.perf_counter", lambda: now["t"])
    pace = Pace(100, 1)
    assert pace.step() is None
    left: float | None = None
    now["t"] = 60.0  # loads a model
    pace.step()
    for _ in range(20):
        now["t"] += 2.0
        left = pace.step()
    assert left == pytest.approx(2.0 * 78)
