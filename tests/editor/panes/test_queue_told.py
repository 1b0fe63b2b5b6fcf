"""What the render queue tells of a render that is at work, and that it is seen: in the real window, and without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.data.box import Format
from nodegraph.data.frames import FrameRange
from nodegraph.data.shot import Shot
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.panels.progress import Progress
from nodegraph.editor.panels.queue import Job
from nodegraph.editor.panels.queue import State as JobState
from nodegraph.editor.panes.graph import GraphPane
from nodegraph.editor.panes.properties import PropertiesPane
from nodegraph.editor.panes.queue import QueuePane
from nodegraph.editor.panes.queue_row import clock, stands
from nodegraph.editor.panes.timeline import TimelinePane
from nodegraph.engine.events import Event, FrameDone, to_json
from nodegraph.engine.render import render
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed
from nodegraph.graph.library import Library
from tests.editor.driver import Driver
from tests.editor.panes.alone import alone


def start(last: int) -> Graph:
    """A plate and its writer."""
    shot = Shot(first=1001, last=last, format=Format(64, 36))
    graph = Graph(Library.discover(), shot=shot).add("TestPlate", "Plate", size=[64, 36])
    graph = graph.add("Write", "Out", file="out/a.####.exr").connect("Out", "image", "Plate")
    return placed(graph, Plate=(0, 0), Out=(0, 100))


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    path = tmp_path / "shot" / "shot.ngraph.json"
    path.parent.mkdir()
    save(Document(start(1400)), path)
    with alone("queue timeline graph properties", path, tmp_path, monkeypatch) as found:
        yield found


def words(item: int) -> list[str]:
    """All that is written on a sheet."""
    found = []
    for children in dpg.get_item_children(item).values():
        for child in children:
            if dpg.get_item_type(child).endswith("mvDrawText"):
                found.append(str(dpg.get_item_configuration(child)["text"]))
            found += words(child)
    return found


def test_a_render_that_is_asked_for_is_seen_and_the_keys_stay_where_the_hands_are(driver: Driver) -> None:
    queue, graph = driver.pane(QueuePane), driver.pane(GraphPane)
    driver.front(PropertiesPane)
    there = {each.pane: each for each in driver.window.placed}
    assert not there[queue].is_seen
    driver.app.pick(nodes("Plate"))
    driver.move(driver.inside(graph, 0.1, 0.9))
    driver.key("F5")
    driver.until(lambda: queue.question.is_open, "the question")
    assert not there[queue].is_seen, "nothing is rendered yet"
    driver.key("Return")
    driver.until(lambda: there[queue].is_seen, "the queue in front")
    driver.until(lambda: dpg.get_active_window() == there[graph].docked, "the focus where the mouse is")
    driver.key("d")
    driver.until(lambda: driver.app.state.graph.nodes["Plate"].disabled, "a key of the node graph")
    assert queue.queue.jobs


def test_the_time_left_in_its_row_is_what_the_render_itself_tells(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    taken = Progress.line

    def line(self: Progress, text: str) -> None:
        row = json.loads(text)
        if row["event"] == "frame_done":
            told.append(row)
        taken(self, text)

    monkeypatch.setattr(Progress, "line", line)
    queue, timeline = driver.pane(QueuePane), driver.pane(TimelinePane)
    driver.move(driver.inside(driver.pane(GraphPane)))
    driver.key("F5")
    driver.until(lambda: queue.question.is_open, "the question")
    driver.key("Return")
    shown: set[str] = set()

    def both() -> bool:
        """A small render is soon over: what is shown is one of the things that it has told."""
        for number, row in enumerate(told, 1):
            left = f"{clock(row['left'])} left" if row["left"] is not None else "no guess"
            if left in words(queue.rows.item):
                shown.add("in its row")
            if f"{number} / 400   {left}" in words(timeline.work):
                shown.add("on the timeline")
        return len(shown) == 2

    driver.until(both, "the time left in its row and on the timeline", seconds=90)
    job = queue.queue.jobs[0]
    job.cancel()
    driver.until(lambda: job.gone, "gone", seconds=60)


def test_a_shot_of_absurd_length_is_asked_for_as_written_and_refused_in_words(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walked(_frames: object) -> None:
        raise AssertionError("frame by frame")

    monkeypatch.setattr(FrameRange, "of", walked)
    queue, timeline = driver.pane(QueuePane), driver.pane(TimelinePane)
    driver.app.edit("absurd", driver.app.state.graph.with_shot(last=12_411_012))
    driver.until(lambda: timeline.ruler.scale.last == 12_411_012, "all of it on the ruler")
    assert 2 < len(dpg.get_item_children(timeline.ruler._ticks, 2)) < 1000
    driver.move(driver.inside(driver.pane(GraphPane)))
    driver.key("F5")
    driver.until(lambda: queue.question.is_open, "the question")
    driver.turn(2)
    assert dpg.get_value(queue.question.field) == "1001-12411012"
    driver.key("Return")
    driver.until(lambda: dpg.is_item_shown(queue.question._wrong), "what is wrong")
    assert "longer than any shot" in dpg.get_value(queue.question._wrong)
    driver.key("Escape")
    driver.until(lambda: not queue.question.is_open, "gone")


# -- without a window ------------------------------------------------------------------------------------


def test_a_job_tells_what_the_engine_guesses(tmp_path: Path) -> None:
    document = Document(start(1012), tmp_path / "shot.ngraph.json")
    job = Job(document)
    job.state = JobState.RUNNING
    guessed: list[float | None] = []
    shown: list[str] = []

    def heard(event: Event) -> None:
        job.progress.line(json.dumps(to_json(event)))
        if isinstance(event, FrameDone):
            guessed.append(event.left)
            shown.append(stands(job))

    render(document.graph, "Out", root=tmp_path, on_event=heard, workers=1)
    assert len(guessed) == 12
    told = [(text, f"{clock(left)} left") for text, left in zip(shown, guessed, strict=True) if left is not None]
    assert len(told) >= 10, "the engine guesses"
    assert all(text == wanted for text, wanted in told)


def test_another_project_has_no_failed_frames_of_this_one(driver: Driver, tmp_path: Path) -> None:
    pane, document = driver.pane(QueuePane), driver.app.state.document
    job = pane.queue.add(Job(document, ("Out",)))
    job.cancel()
    error = {"message": "Out: the disk is full", "hint": ""}
    job.progress.add({"event": "frame_failed", "sink": "Out", "frame": 1003, "error": error})
    pane.repaint()
    assert pane.failed_frames() == {1003}
    driver.app.open(Document(start(1400), path=tmp_path / "other.ngraph.json"))
    driver.turn(3)
    assert pane.failed_frames() == frozenset()
    driver.app.open(document)
    driver.turn(3)
    assert pane.failed_frames() == {1003}
