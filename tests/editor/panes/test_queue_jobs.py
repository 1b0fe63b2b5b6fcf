"""Jobs of the queue in the real window: their order, logs, frames that really fail, and an editor that was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.data.box import Format
from nodegraph.data.frames import FrameRange
from nodegraph.data.shot import Shot
from nodegraph.editor.panels.culprit import at_fault
from nodegraph.editor.panels.progress import Failure
from nodegraph.editor.panels.queue import Job, RenderQueue, State
from nodegraph.editor.panels.queue_store import QueueStore
from nodegraph.editor.panes.queue import QueuePane
from nodegraph.editor.panes.queue_log import What
from nodegraph.graph.document import Document, load, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed
from nodegraph.graph.library import Library
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone, middle

# An editor that has half a render behind it, stands still, and is killed.
KILLED = """
import sys, time
from pathlib import Path
from nodegraph.data.frames import FrameRange
from nodegraph.editor.panels.culprit import at_fault
from nodegraph.editor.panels.progress import Failure
from nodegraph.editor.panels.queue import Job, RenderQueue
from nodegraph.editor.panels.queue_store import QueueStore
from nodegraph.graph.document import load

queue, store = RenderQueue(), QueueStore()
document = load(sys.argv[1])
job = queue.add(Job(document, ["Out"], FrameRange.parse("1001-1200")))
queue.add(Job(document, ["Other"], FrameRange.parse("1001-1002")))
while len(job.progress.done) < 3:
    queue.poll()
    store.keep(queue)
    time.sleep(0.02)
job.pause()
print(job.child, flush=True)
time.sleep(600)
"""


def project(tmp_path: Path) -> Path:
    shot = Shot(first=1001, last=1004, format=Format(64, 36))
    graph = Graph(Library.discover(), shot=shot).add("TestPlate", "Plate", size=[64, 36])
    graph = graph.add("Write", "Out", file="out/a.####.exr").connect("Out", "image", "Plate")
    graph = graph.add("Write", "Other", file="out/b.####.exr").connect("Other", "image", "Plate")
    path = tmp_path / "shot" / "shot.ngraph.json"
    path.parent.mkdir()
    save(Document(placed(graph, Plate=(0, 0), Out=(0, 100), Other=(200, 100))), path)
    return path


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    with alone("queue timeline", project(tmp_path), tmp_path, monkeypatch) as found:
        yield found


def waiting(driver: Driver) -> list[Job]:
    """One job that is not done for long, and three behind it."""
    pane = driver.pane(QueuePane)
    first = pane.render(("Out",), FrameRange.parse("1001-9000"))
    jobs = [first, *(pane.render(("Other",), FrameRange.parse(f"100{k}")) for k in (1, 2, 3))]
    driver.until(lambda: first.state is State.RUNNING, "the first at work", seconds=90)
    driver.turn(3)
    return jobs


def test_waiting_jobs_are_put_elsewhere_by_drag_and_by_keys(driver: Driver) -> None:
    pane = driver.pane(QueuePane)
    first, one, two, three = waiting(driver)
    place = pane.rows.middle(two)
    driver.drag(pane.rows.middle(three), (place[0], place[1]), (place[0], place[1] - 30))
    driver.until(lambda: pane.queue.jobs == [first, one, three, two], "dragged before the second")
    assert pane.rows.keys == pane.queue.jobs
    driver.key("ctrl+Up")
    driver.until(lambda: pane.queue.jobs == [first, three, one, two], "sooner")
    driver.key("ctrl+Up")
    driver.turn(2)
    assert pane.queue.jobs == [first, three, one, two], "never before the one at work"
    driver.key("ctrl+Down")
    driver.until(lambda: pane.queue.jobs == [first, one, three, two], "later")
    driver.drag(pane.rows.middle(first), pane.rows.middle(three))
    assert pane.queue.jobs == [first, one, three, two]
    assert driver.app.said[1], "the one at work stays where it is"
    first.cancel()
    begun: list[Job] = []

    def all_done() -> bool:
        begun.extend(job for job in pane.queue.jobs if job.begun and job not in begun)
        return all(job.state is State.DONE for job in (one, two, three))

    driver.until(all_done, "the others", seconds=120)
    assert [job for job in begun if job is not first] == [one, three, two], "rendered in that order"


def broken_plate(driver: Driver) -> None:
    """A sequence whose last frame is cut in half; it is held where there are no more."""
    pane = driver.pane(QueuePane)
    folder = driver.app.state.document.folder
    job = pane.render(("Out",), FrameRange.parse("1001-1003"))
    driver.until(lambda: job.state is State.DONE, "the plate", seconds=90)
    (folder / "out").rename(folder / "plate")
    third = folder / "plate" / "a.1003.exr"
    third.write_bytes(third.read_bytes()[: third.stat().st_size // 2])
    graph = driver.app.state.graph.add("Read", "Scan", file="plate/a.####.exr").connect("Out", "image", "Scan")
    driver.app.edit("a plate with faults", placed(graph, Scan=(0, 50)))
    pane.queue.remove(job)
    pane.repaint()


def test_frames_that_really_fail_are_jumped_to_one_after_the_other(driver: Driver) -> None:
    pane = driver.pane(QueuePane)
    broken_plate(driver)
    job = pane.render(("Out",), FrameRange.parse("1001-1004"))
    driver.until(lambda: job.state is State.FAILED, "failed", seconds=90)
    driver.turn(4)
    assert {frame for _, frame in job.progress.done} == {1001, 1002}, "the good ones are made"
    assert pane.failed_frames() == {1003, 1004}
    assert {each.node for each in job.progress.failed.values()} == {"Out"}, "the writer tells of the reader's file"
    driver.move(pane.rows.middle(job))
    driver.key("e")
    driver.until(lambda: driver.app.state.frame == 1003, "the first that failed")
    assert driver.app.state.picked.nodes == {"Scan"}
    assert "1003" in driver.app.said[0]
    driver.key("e")
    driver.until(lambda: driver.app.state.frame == 1004, "the next")
    driver.key("e")
    driver.until(lambda: driver.app.state.frame == 1003, "round again")


def test_the_log_is_read_frame_by_frame(driver: Driver) -> None:
    pane = driver.pane(QueuePane)
    broken_plate(driver)
    job = pane.render(("Out",), FrameRange.parse("1001-1004"))
    driver.until(lambda: job.state is State.FAILED, "failed", seconds=90)
    driver.turn(4)
    frames = [line.frame for line in pane.log.rows.values() if line.frame is not None]
    assert set(frames) == {1001, 1002, 1003, 1004}
    driver.click(middle(pane.log.buttons[What.WRONG]))
    driver.until(lambda: pane.log.what is What.WRONG, "errors only")
    driver.turn(2)
    assert {line.frame for line in pane.log.rows.values()} - {None} == {1003, 1004}
    line = next(index for index, each in pane.log.rows.items() if each.frame == 1004)
    driver.click(pane.log.cards.middle(line))
    driver.until(lambda: driver.app.state.frame == 1004, "its frame")
    assert driver.app.state.picked.nodes == {"Scan"}
    told = dpg.get_value(pane.log.words)
    failure = next(each for each in job.progress.failed.values() if each.frame == 1004)
    assert told == f"{failure.message}\n{failure.hint}", "the whole of it, and what to do"
    driver.key("Up")
    driver.until(lambda: driver.app.state.frame == 1003, "the line before")
    driver.click(middle(pane.log.buttons[What.FRAME]))
    driver.until(lambda: pane.log.what is What.FRAME, "this frame")
    driver.turn(2)
    assert {line.frame for line in pane.log.rows.values()} == {1003}
    driver.app.goto(1002)
    driver.until(lambda: {line.frame for line in pane.log.rows.values()} == {1002}, "it goes along")


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_render_of_an_editor_that_was_killed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    editor = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    assert editor.stdout is not None
    with editor.stdout:
        child = int(editor.stdout.readline())
    editor.kill()
    editor.wait()
    assert alive(child), "the render stands still, and nobody is there to wake it"
    done = {each.name: each.stat().st_mtime_ns for each in (path.parent / "out").glob("a.*.exr")}
    assert 3 <= len(done) < 200
    with alone("queue", path, tmp_path, monkeypatch) as driver:
        pane = driver.pane(QueuePane)
        driver.until(lambda: not alive(child), "the old render is ended")
        assert "2 renders were left unfinished (shot)" in driver.app.said[0]
        half, other = pane.queue.jobs
        assert (half.state, other.state) == (State.LEFT, State.LEFT)
        assert not list(path.parent.glob(".shot.job-*")), "no frozen graph is left behind"
        driver.click(pane.rows.middle(half))
        driver.key("r")
        driver.until(lambda: half.state is State.DONE, "what was missing", seconds=120)
        # One that was at work when it was woken to be ended may be whole besides.
        kept = {f"a.{frame}.exr" for _, frame in half.progress.skipped} & set(done)
        assert len(kept) >= 3
        assert {each: (path.parent / "out" / each).stat().st_mtime_ns for each in kept} == {
            each: done[each] for each in kept
        }, "frames that were whole are not made again"
        assert len(list((path.parent / "out").glob("a.*.exr"))) == 200
        assert other.state is State.LEFT, "nothing starts that was not asked for"
    assert not list(path.parent.glob(".shot.job-*"))


# -- without a window ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "node"),
    [
        ("Out at frame 1003: /shot/plate/a.1003.exr is damaged: cut off", "Scan"),
        ("Out at frame 1003: /shot/out/a.1003.exr cannot be written: the disk is full", "Out"),
        ("Out at frame 1003: /shot/other/plate.exr is damaged", "Out"),
        ("Blur at frame 1003: no numbers", "Blur"),
        ("nobody at frame 1003", ""),
    ],
)
def test_the_node_at_fault_is_the_one_whose_file_is_named(message: str, node: str) -> None:
    graph = Graph(Library.discover()).add("Read", "Scan", file="plate/a.####.exr").add("Blur", "Blur")
    graph = graph.add("Write", "Out", file="/shot/out/a.%04d.exr")
    told = message.partition(" ")[0]
    assert at_fault(graph, Failure("Out", 1003, told if told in graph.nodes else "", message, "")) == node


def test_what_is_done_or_taken_out_is_not_kept(tmp_path: Path) -> None:
    queue, store = RenderQueue(), QueueStore(tmp_path / "queue")
    document = load(project(tmp_path))
    one, two = (queue.add(Job(document, [name])) for name in ("Out", "Other"))
    store.keep(queue)
    assert store.path.is_file()
    one.state = State.DONE
    queue.jobs.remove(two)
    store.keep(queue)
    assert not store.path.exists()


def test_jobs_of_an_editor_that_lives_are_its_own(tmp_path: Path) -> None:
    queue, store = RenderQueue(), QueueStore(tmp_path / "queue")
    job = queue.add(Job(load(project(tmp_path)), ["Out"], FrameRange.parse("1001-1010x3")))
    store.keep(queue)
    assert QueueStore(tmp_path / "queue").left() == []
    gone = store.path.with_name(store.path.name.replace(f"-{os.getpid()}-", "-999999999-"))
    store.path.rename(gone)
    (found,) = QueueStore(tmp_path / "queue").left()
    assert (found.order, found.state, found.begun) == (job.order, State.LEFT, False)
    assert not gone.exists()


def test_a_broken_file_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / "queue-999999999-aa.json").write_text("{")
    (tmp_path / "queue" / "queue-999999998-aa.json").write_text('{"jobs": [{"text": 3}, 5]}')
    assert QueueStore(tmp_path / "queue").left() == []


def test_only_waiting_jobs_change_places(tmp_path: Path) -> None:
    queue = RenderQueue()
    document = load(project(tmp_path))
    jobs = [queue.add(Job(document, ["Out"])) for _ in range(4)]
    jobs[1].state = State.DONE
    assert queue.step(jobs[0], 1)
    assert queue.jobs == [jobs[1], jobs[2], jobs[0], jobs[3]]
    assert not queue.step(jobs[1], 1)
    assert not queue.step(jobs[2], -1)
