"""The render queue: real child processes, and their lines folded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import nodegraph as ng
from nodegraph.data.errors import GraphError
from nodegraph.data.frames import FrameRange
from nodegraph.editor.panels.progress import Progress
from nodegraph.editor.panels.queue import Job, RenderQueue, State, failed_frames
from nodegraph.graph.document import Document, load


@pytest.fixture
def document(tmp_path: Path) -> Document:
    graph = ng.new(first=1001, last=1003, format=ng.Format(32, 18))
    graph = (
        graph.add("TestPlate", "Plate1").add("Exposure", "Exposure1").add("Write", "Write1", file="out/comp.####.exr")
    )
    graph = graph.connect("Exposure1", "image", "Plate1").connect("Write1", "image", "Exposure1")
    ng.save(graph, tmp_path / "shot.ngraph.json")
    return load(tmp_path / "shot.ngraph.json")


def until(queue: RenderQueue, true: Callable[[], bool]) -> None:
    """Poll as the window does, until a state is reached."""
    for _ in range(6000):
        queue.poll()
        if true():
            return
        time.sleep(0.01)
    raise AssertionError([(job.state, job.error, job.progress) for job in queue.jobs])


def test_three_frames_by_a_child_process(document: Document, tmp_path: Path) -> None:
    queue = RenderQueue()
    job = queue.add(Job(document, workers=1))
    assert job.state is State.WAITING
    queue.poll()
    assert job.state is State.RUNNING
    (tmp_path / "shot.ngraph.json").write_text("edited meanwhile")
    until(queue, lambda: job.state is not State.RUNNING)
    assert job.state is State.DONE, job.error
    assert job.progress.done == {("Write1", frame) for frame in (1001, 1002, 1003)}
    assert job.progress.part == 1.0
    assert all(path.is_file() for path in job.progress.pictures.values())
    assert sorted(path.name for path in (tmp_path / "out").glob("*.exr")) == [
        f"comp.{n}.exr" for n in (1001, 1002, 1003)
    ]
    assert not list(tmp_path.glob(".*job*"))
    assert job.elapsed > 0

    queue.again(job)
    until(queue, lambda: job.state in (State.DONE, State.FAILED))
    assert job.progress.skipped == {("Write1", frame) for frame in (1001, 1002, 1003)}
    queue.clear_done()
    assert queue.jobs == []


def test_pause_go_on_cancel_and_the_next_in_the_row(document: Document, tmp_path: Path) -> None:
    queue = RenderQueue()
    long = queue.add(Job(document, frames=FrameRange.parse("1-20000"), workers=1))
    short = queue.add(Job(document, frames=FrameRange.parse("1001"), workers=1))
    try:
        until(queue, lambda: len(long.progress.done) >= 2)
        assert short.state is State.WAITING
        long.pause()
        assert long.state is State.PAUSED
        elapsed = long.elapsed
        until(queue, lambda: short.state is State.DONE)
        count = len(long.progress.done)
        assert long.elapsed == elapsed
        long.go_on()
        until(queue, lambda: len(long.progress.done) > count + 20)
        long.cancel()
        assert long.state is State.CANCELLED
    finally:
        queue.close()
    assert not list(tmp_path.glob(".*job*"))
    assert all(path.name.startswith("comp.") for path in (tmp_path / "out").glob("*.exr"))


def test_a_job_that_is_taken_out_leaves_nothing_behind(document: Document, tmp_path: Path) -> None:
    queue = RenderQueue()
    job = queue.add(Job(document, frames=FrameRange.parse("1-20000"), workers=1))
    try:
        until(queue, lambda: len(job.progress.done) >= 1)
        queue.remove(job)
        assert queue.jobs == []
        until(queue, lambda: job.gone)
        assert not list(tmp_path.glob(".*job*"))
    finally:
        job.close()


def test_a_render_that_cannot_be_says_why(document: Document) -> None:
    graph = document.graph.disconnect("Write1", "image")
    queue = RenderQueue()
    job = queue.add(Job(Document(graph, document.path), frames=FrameRange.parse("1001-1002"), workers=1))
    until(queue, lambda: job.state is not State.RUNNING and job.state is not State.WAITING)
    assert job.state is State.FAILED
    assert "Write1" in job.error
    with pytest.raises(GraphError, match="nothing in this graph writes"):
        Job(Document(graph.remove("Write1")))


def test_a_folder_that_is_gone_is_told(document: Document) -> None:
    queue = RenderQueue()
    gone = Document(document.graph, document.folder / "gone" / "shot.ngraph.json")
    job = queue.add(Job(gone))
    queue.poll()
    assert job.state is State.FAILED
    assert "cannot start" in job.error


# -- folding -------------------------------------------------------------------------------------------


def fold(*rows: dict[str, object], total: int = 4) -> Progress:
    progress = Progress(total, frozenset({"Read1", "Write1"}))
    for row in rows:
        progress.line(json.dumps(row))
    return progress


def test_failures_jump_to_node_and_frame() -> None:
    error = {"kind": "NodeError", "message": "Read1 at 1002: no such frame", "hint": "copy it"}
    progress = fold(
        {"event": "started", "sink": "Write1", "frames": [1001, 1002, 1003, 1004]},
        {
            "event": "frame_done",
            "sink": "Write1",
            "frame": 1001,
            "files": ["/a/x.1001.exr"],
            "seconds": 2.0,
            "left": 6.0,
        },
        {"event": "frame_failed", "sink": "Write1", "frame": 1002, "error": error},
        {"event": "node_progress", "node": "Read1", "frame": 1003, "done": 0.25, "message": "reading"},
    )
    (failure,) = progress.failed.values()
    assert (failure.node, failure.frame, failure.hint) == ("Read1", 1002, "copy it")
    assert progress.part == 0.5
    assert progress.left == 6.0
    assert progress.time_left(99.0) == 6.0
    assert progress.working == "Read1 25% reading"
    assert progress.pictures["Write1", 1001] == Path("/a/x.1001.exr")
    assert [line.frame for line in progress.log] == [1001, 1002]


def test_the_pace_of_several_sinks() -> None:
    progress = fold(
        {"event": "started", "sink": "Write1", "frames": [1, 2]},
        {"event": "frame_done", "sink": "Write1", "frame": 1, "files": [], "seconds": 2.0, "left": 2.0},
    )
    assert progress.time_left(3.0) == 9.0
    assert Progress(2).time_left(3.0) is None


def test_lines_that_are_no_events_stay_in_the_log() -> None:
    progress = Progress(1)
    for text in ("hello\n", "[1, 2]", '{"event": "new_kind", "x": 1}', "\n", '{"event": "frame_done"}'):
        progress.line(text)
    assert len(progress.log) == 4
    assert progress.count == 0


def test_frames_are_failed_in_their_own_project_and_until_a_later_job_makes_them(
    document: Document, tmp_path: Path
) -> None:
    def failed(job: Job, frame: int) -> None:
        error = {"message": "Write1: the disk is full", "hint": ""}
        job.progress.add({"event": "frame_failed", "sink": "Write1", "frame": frame, "error": error})

    first, second = Job(document), Job(document)
    for frame in (1001, 1002):
        failed(first, frame)
    assert failed_frames([first, second], document) == {1001, 1002}
    second.progress.add({"event": "frame_done", "sink": "Write1", "frame": 1001, "files": []})
    failed(second, 1003)
    assert failed_frames([first, second], document) == {1002, 1003}
    assert failed_frames([first, second], replace(document, path=tmp_path / "other.ngraph.json")) == frozenset()
