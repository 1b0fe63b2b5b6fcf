"""The render queue in the real window: asked for, rendered by a child process, looked at, and what fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.data.box import Format
from nodegraph.data.shot import Shot
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.panels.queue import State
from nodegraph.editor.panes.queue import QueuePane
from nodegraph.editor.panes.queue_row import clock
from nodegraph.editor.panes.rendered import pattern_of, reading
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed
from nodegraph.graph.library import Library
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone, middle


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    shot = Shot(first=1001, last=1004, format=Format(64, 36))
    graph = Graph(Library.discover(), shot=shot).add("TestPlate", "Plate", size=[64, 36])
    graph = graph.add("Write", "Out", file="out/a.####.exr").connect("Out", "image", "Plate")
    graph = graph.add("Write", "Other", file="out/b.####.exr").connect("Other", "image", "Plate")
    path = tmp_path / "shot" / "shot.ngraph.json"
    path.parent.mkdir()
    save(Document(placed(graph, Plate=(0, 0), Out=(0, 100), Other=(200, 100))), path)
    with alone("queue timeline", path, tmp_path, monkeypatch) as found:
        yield found


def test_f5_asks_and_return_renders(driver: Driver) -> None:
    pane = driver.pane(QueuePane)
    driver.move((600, 400))
    driver.key("F5")
    driver.until(lambda: pane.question.is_open, "the question")
    driver.turn(3)
    driver.click(middle(int(pane.question.field)))
    driver.key("ctrl+a")
    driver.type("1001-1003")
    driver.click(middle(int(pane.question.go)))
    driver.until(lambda: len(pane.queue.jobs) == 1, "a job")
    assert not pane.question.is_open
    job = pane.queue.jobs[0]
    driver.until(lambda: job.state is State.DONE, "done", seconds=90)
    folder = driver.app.state.document.folder
    assert sorted(path.name for path in (folder / "out").glob("*.exr")) == [
        f"{name}.{frame}.exr" for name in "ab" for frame in (1001, 1002, 1003)
    ]
    assert pane.at_work() is None
    driver.until(lambda: bool(pane.pictures.there) and all(pane.pictures.there.values()), "a thumbnail")

    # The result is opened in the viewer, as one edit.
    driver.click(pane.rows.middle(job))
    driver.key("Return")
    driver.until(lambda: driver.app.state.inputs.get(driver.app.state.shown) == "Read1", "the result in the viewer")
    assert driver.app.state.graph.value("Read1", "file", 1001) == "out/a.####.exr"
    driver.key("ctrl+z")
    driver.until(lambda: "Read1" not in driver.app.state.graph.nodes, "undone")


def test_what_is_wrong_with_the_frames_is_said_before_anything_is_rendered(driver: Driver) -> None:
    pane = driver.pane(QueuePane)
    driver.move((600, 400))
    driver.key("F5")
    driver.until(lambda: pane.question.is_open, "the question")
    driver.turn(3)
    driver.click(middle(int(pane.question.field)))
    driver.key("ctrl+a")
    driver.type("what")
    driver.key("Return")
    driver.turn(3)
    assert pane.question.is_open
    assert not pane.queue.jobs
    driver.key("Escape")
    driver.until(lambda: not pane.question.is_open, "gone")


def test_the_selected_writer_alone_on_the_graph_as_it_was(driver: Driver) -> None:
    pane = driver.pane(QueuePane)
    driver.move((600, 400))
    driver.key("F7")
    assert "no writer is selected" in driver.app.said[0]
    driver.app.pick(nodes("Other"))
    driver.key("F7")
    driver.until(lambda: pane.question.is_open, "the question")
    driver.key("Return")
    driver.until(lambda: bool(pane.queue.jobs), "a job")
    job = pane.queue.jobs[0]
    assert job.sinks == ("Other",)
    driver.app.edit("elsewhere", driver.app.state.graph.set("Other", "file", "late/b.####.exr"))
    driver.until(lambda: job.state is State.DONE, "done", seconds=90)
    folder = driver.app.state.document.folder
    assert len(list((folder / "out").glob("b.*.exr"))) == 4
    assert not (folder / "late").exists()


def test_a_frame_that_fails_is_marked_and_jumped_to(driver: Driver) -> None:
    pane = driver.pane(QueuePane)
    folder = driver.app.state.document.folder
    graph = driver.app.state.graph.add("Read", "Gone", file="nothing.####.exr").connect("Out", "image", "Gone")
    driver.app.edit("a plate that is not there", graph)
    from nodegraph.data.frames import FrameRange

    job = pane.render(("Out",), FrameRange.parse("1002-1003"))
    driver.until(lambda: job.state is State.FAILED, "failed", seconds=90)
    driver.turn(4)
    assert not list(folder.glob("out/a.*"))
    if job.progress.failed:
        assert pane.failed_frames() == {1002, 1003}
        driver.move(pane.rows.middle(job))
        driver.key("e")
        driver.until(lambda: driver.app.state.frame == 1002, "the frame that failed")
        assert driver.app.state.picked.nodes == {"Gone"}
    else:
        assert "nothing" in job.error
    driver.move(pane.rows.middle(job))
    driver.key("x")
    driver.until(lambda: not pane.queue.jobs, "taken out")


def test_pause_go_on_and_cancel(driver: Driver) -> None:
    from nodegraph.data.frames import FrameRange

    pane = driver.pane(QueuePane)
    job = pane.render(("Out",), FrameRange.parse("1001-4000"))
    driver.until(lambda: len(job.progress.done) > 2, "some frames", seconds=90)
    driver.move(pane.rows.middle(job))
    driver.key("p")
    driver.until(lambda: job.state is State.PAUSED, "paused")
    assert pane.at_work() is not None
    driver.key("p")
    driver.until(lambda: job.state is State.RUNNING, "going on")
    driver.key("c")
    driver.until(lambda: job.state is State.CANCELLED and job.gone, "cancelled", seconds=60)
    done = len(job.progress.done)
    assert done < 3000
    driver.key("r")
    driver.until(lambda: len(job.progress.skipped) >= min(done, 3), "what was there is kept", seconds=90)
    driver.key("Delete")
    assert "no job is picked" in driver.app.said[0]
    assert pane.queue.jobs == [job]
    driver.click(pane.rows.middle(job))
    driver.key("Delete")
    driver.until(lambda: not pane.queue.jobs and job.gone, "taken out while it ran", seconds=60)


# -- without a window ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "frame", "pattern"),
    [
        ("a.1001.exr", 1001, "a.####.exr"),
        ("a_v001.0007.exr", 7, "a_v001.####.exr"),
        ("a.12.exr", 12, "a.##.exr"),
        ("a.11001.exr", 1001, "a.11001.exr"),
        ("a1001.mp4", 1001, "a1001.mp4"),
    ],
)
def test_the_sequence_of_a_frame(name: str, frame: int, pattern: str) -> None:
    assert pattern_of(Path("/x") / name, frame) == Path("/x") / pattern


def test_a_read_that_is_there_is_taken_again() -> None:
    graph = Graph(Library.discover()).add("Read", "Old", file="out/a.####.exr")
    same, name = reading(graph, "Out", Path("/shot/out/a.####.exr"), Path("/shot"))
    assert (same, name) == (graph, "Old")
    other, name = reading(graph, "Out", Path("/else/b.####.exr"), Path("/shot"))
    assert other.value(name, "file", 1) == "/else/b.####.exr"


def test_seconds_as_a_clock() -> None:
    assert [clock(seconds) for seconds in (0, 0.2, 41, 61, 3723)] == ["0:00", "0:01", "0:41", "1:01", "1:02:03"]
