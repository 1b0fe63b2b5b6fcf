"""The render queue: jobs that go on while the graph is edited, each on the graph as it was."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError
from nodegraph.data.frames import FrameRange
from nodegraph.editor.app import App
from nodegraph.editor.canvas.picked import nodes
from nodegraph.editor.pane import Button, Held, Pane, Point, Start
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.progress import Failure, Line
from nodegraph.editor.panels.queue import OVER, Job, RenderQueue
from nodegraph.editor.panels.queue import State as JobState
from nodegraph.editor.panes import queue_row, small
from nodegraph.editor.panes.bar import Bar
from nodegraph.editor.panes.cards import Cards, Look
from nodegraph.editor.panes.pictures import Pictures
from nodegraph.editor.panes.queue_ask import Question
from nodegraph.editor.panes.rendered import MOVIES, pattern_of, reading
from nodegraph.editor.shell import icons, theme
from nodegraph.editor.state import State

BEAT = 0.25  # seconds between looks at a render while the window would sleep
PACE = 1.5  # seconds between two thumbnails of a job
LINES = 200  # of a log that are shown
ABOVE = 78.0  # the bar of buttons, and the word over the log


class QueuePane(Pane):
    """Jobs, how far they are, and their logs."""

    place = Place.QUEUE
    title = "Queue"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.queue = RenderQueue()
        self._failures: frozenset[int] = frozenset()
        self._drawn = 0.0
        self._news = False  # something was told that is not drawn yet
        self._logged: tuple[object, int] = (None, -1)
        self._thumbed: dict[Job, tuple[Path, float]] = {}
        self._closing = threading.Event()
        self._beating: threading.Thread | None = None
        self._line_rows: dict[int, Line] = {}

    # -- the widgets -----------------------------------------------------------------------------------------

    def build(self, window: int) -> None:
        self.pictures = Pictures(self.app, self._repaint)
        self.question = Question(self.app, self.render)
        self.bar = Bar(self.app, window)
        self.bar.words("render_all", "Render…", "Render all writers", self._ask_all)
        self.bar.space()
        self.bar.sign("job_pause", icons.PAUSE, "Pause, or go on", self._pause)
        self.bar.sign("job_cancel", icons.STOP, "Cancel", self._cancel)
        self.bar.sign("job_again", icons.RESET, "Render what is missing", self._again)
        self.bar.sign("job_show", icons.EYE, "Open the result in the viewer", self._show)
        self.bar.sign("job_error", icons.WARNING, "Go to the error", self._error)
        self.bar.sign("job_clear", icons.TRASH, "Take out what is done", self._clear)
        dpg.add_spacer(height=2, parent=window)
        self.rows: Cards[Job] = Cards(window, self._paint, height=queue_row.HIGH, gap=6)
        self.empty = int(
            dpg.add_text("Nothing is being rendered. F5 renders all writers.", parent=window, color=theme.FAINT)
        )
        self.heading = int(dpg.add_text("", parent=window, color=theme.FAINT))
        self.log: Cards[int] = Cards(window, self._paint_line, height=queue_row.LINE, gap=0)
        self.resized()

    def resized(self) -> None:
        if not hasattr(self, "log"):
            return
        width, height = self.size
        jobs = len(self.queue.jobs)
        free = max(60.0, height - ABOVE)
        wanted = jobs * (queue_row.HIGH + 6) + 4
        high = min(wanted, free * (0.5 if jobs else 0)) if free > 200 else wanted
        dpg.configure_item(self.rows.room, show=jobs > 0)
        self.rows.resized(width, max(1.0, high))
        self.log.resized(width, max(1.0, free - high - 12))
        for item in (self.heading, self.log.room):
            dpg.configure_item(item, show=jobs > 0)
        dpg.configure_item(self.empty, show=jobs == 0)

    def _paint(self, parent: int, job: Job, look: Look) -> None:
        path = self._thumbed.get(job)
        texture = (
            self.pictures.get(path[0], partial(small.of_file, path[0], self.app.state.graph.shot, queue_row.PICTURE))
            if path
            else None
        )
        queue_row.paint(parent, job, look, texture)

    def _paint_line(self, parent: int, index: int, look: Look) -> None:
        job, line = self.job, self._line_rows[index]
        failed = job is not None and any(
            each.frame == line.frame and each.message == line.text for each in job.progress.failed.values()
        )
        queue_row.paint_line(parent, line, failed, look)

    # -- what is picked --------------------------------------------------------------------------------------

    @property
    def job(self) -> Job | None:
        """The job that is picked, else the one at work, else the last."""
        if self.rows.picked:
            return self.rows.picked[0]
        jobs = self.queue.jobs
        return next(
            (job for job in jobs if job.state in (JobState.RUNNING, JobState.PAUSED)), jobs[-1] if jobs else None
        )

    def failed_frames(self) -> frozenset[int]:
        """The frames that could not be made, for the timeline."""
        return self._failures

    def at_work(self) -> tuple[str, float, str] | None:
        """The job at work, how far it is, and how long it takes yet; None if none is."""
        job = next((each for each in self.queue.jobs if each.state in (JobState.RUNNING, JobState.PAUSED)), None)
        if job is None:
            return None
        name = f"{', '.join(job.sinks)}  {job.frames}"
        return name, job.progress.part, f"{job.progress.count} / {job.total}   {queue_row.stands(job)}"

    # -- the turn of the window ------------------------------------------------------------------------------

    def sync(self, old: State | None, new: State) -> None:
        if old is None:
            self._repaint()

    def tick(self, now: float) -> bool:
        changed = self.queue.poll()
        self._news = self._news or changed
        late = now - self._drawn > BEAT
        if (self._news and (late or not self._busy)) or (self._busy and late):
            self._drawn, self._news = now, False
            self._thumbs(now)
            self._repaint()
            return True
        return False

    def _repaint(self) -> None:
        if self.rows.keys != self.queue.jobs:
            self.rows.show(self.queue.jobs)
            self.resized()
        else:
            self.rows.redraw()
        self._failures = frozenset(frame for job in self.queue.jobs for _, frame in job.progress.failed)
        self._write_log()
        job = self.job
        over = job is not None and job.state in OVER
        self.bar.enable("job_pause", job is not None and job.state in (JobState.RUNNING, JobState.PAUSED))
        self.bar.enable("job_cancel", job is not None and not over)
        self.bar.enable("job_again", over)
        self.bar.enable("job_show", job is not None and bool(job.progress.pictures))
        self.bar.enable("job_error", job is not None and bool(job.progress.failed or job.error))
        self.bar.enable("job_clear", any(each.state in OVER for each in self.queue.jobs))

    def _write_log(self) -> None:
        job = self.job
        told = (job and job.progress, len(job.progress.log) if job is not None else 0)
        if told == self._logged:
            return
        self._logged = told
        if job is None:
            self.log.show([])
            return
        lines = list(job.progress.log)
        if job.error and not job.progress.failed:
            lines += [Line(None, "", text) for text in job.error.splitlines()]
        first = max(0, len(lines) - LINES)
        self._line_rows = dict(enumerate(lines[first:], first))
        dpg.set_value(self.heading, f"Log of {', '.join(job.sinks)}")
        self.log.show(list(self._line_rows))
        self.log.to_end()

    def _thumbs(self, now: float) -> None:
        """The last frame of each job, not more often than it can be seen."""
        for job in self.queue.jobs:
            done = job.progress.pictures
            path = done[next(reversed(done))] if done else None
            known = self._thumbed.get(job)
            if path is None or (path.suffix.lower() in MOVIES and job.state is not JobState.DONE):
                continue
            late = known is None or (now - known[1] > PACE and known[0] in self.pictures.there)
            if (known is None or path != known[0]) and (late or job.state in OVER):
                self._thumbed[job] = (path, now)
        self._thumbed = {job: row for job, row in self._thumbed.items() if job in self.queue.jobs}

    @property
    def _busy(self) -> bool:
        return any(job.state in (JobState.RUNNING, JobState.WAITING) or not job.gone for job in self.queue.jobs)

    def _beat(self) -> None:
        """While something renders, the sleeping window is woken now and then to look at it."""
        while not self._closing.wait(BEAT) and self._busy:
            self.app.wake()

    # -- rendering -------------------------------------------------------------------------------------------

    def render(self, sinks: tuple[str, ...], frames: FrameRange, preview: bool = False) -> Job:
        """Queue a job on the graph as it is now."""
        if not sinks:
            raise GraphError("no writer is chosen", "choose at least one")
        job = self.queue.add(Job(self.app.state.document, sinks, frames, preview=preview))
        self.rows.pick()
        self._wake_up()
        self.app.say(f"{', '.join(sinks)}: in the queue")
        self._repaint()
        return job

    def _wake_up(self) -> None:
        self.queue.poll()
        if self._beating is None or not self._beating.is_alive():
            self._beating = threading.Thread(target=self._beat, daemon=True, name="render queue")
            self._beating.start()

    def _ask_all(self) -> None:
        self._ask(tuple(self.app.state.graph.sinks()))

    def _ask_selected(self) -> None:
        graph, picked = self.app.state.graph, self.app.state.picked.nodes
        sinks = tuple(name for name in graph.sinks() if name in picked)
        if not sinks:
            raise GraphError("no writer is selected", "select a Write node, or render all with F5")
        self._ask(sinks)

    def _ask(self, chosen: tuple[str, ...]) -> None:
        state = self.app.state
        writers = state.graph.sinks()
        if not writers:
            raise GraphError("nothing in this graph writes", "add a Write node, or enable it")
        self.question.ask(writers, chosen, FrameRange.of(range(state.first, state.last + 1)))

    # -- jobs ------------------------------------------------------------------------------------------------

    def _picked(self) -> Job:
        job = self.job
        if job is None:
            raise GraphError("there is no job", "render something: F5")
        return job

    def _pause(self) -> None:
        job = self._picked()
        if job.state is JobState.PAUSED:
            job.go_on()
            self._wake_up()
        else:
            job.pause()
        self._repaint()

    def _cancel(self) -> None:
        self._picked().cancel()
        self._repaint()

    def _again(self) -> None:
        self.queue.again(self._picked())
        self._wake_up()
        self._repaint()

    def _show(self) -> None:
        job = self._picked()
        done = job.progress.pictures
        if not done:
            raise GraphError("nothing is rendered yet", "wait for the first frame")
        (sink, frame), path = next(reversed(done.items()))
        graph, name = reading(self.app.state.graph, sink, pattern_of(path, frame), job.folder)
        self.app.edit(f"read what {sink} wrote", graph)
        self.app.look(name)
        self.app.goto(frame)
        self.app.pick(nodes(name))

    def _error(self) -> None:
        job = self._picked()
        if job.progress.failed:
            self.jump(next(iter(job.progress.failed.values())))
        elif job.error:
            named = (word for word in re.findall(r"(\w+):", job.error) if word in self.app.state.graph.nodes)
            node = next(named, "")
            if node:
                self.app.pick(nodes(node))
                self.app.start("fit", Place.GRAPH)
            self.app.say(job.error, True)

    def jump(self, failure: Failure) -> None:
        """Go to the node and the frame that failed."""
        self.app.goto(failure.frame)
        if failure.node in self.app.state.graph.nodes:
            self.app.pick(nodes(failure.node))
            self.app.start("fit", Place.GRAPH)
        self.app.say(failure.message, True)

    def _clear(self) -> None:
        for job in [each for each in self.queue.jobs if each.state in OVER]:
            self.queue.remove(job)
        self._repaint()
        self.pictures.keep_only({path for path, _ in self._thumbed.values()})

    def _delete(self) -> None:
        for job in list(self.rows.picked):
            self.queue.remove(job)
        self._repaint()

    def actions(self) -> Mapping[str, Start]:
        return {
            "render_all": self._ask_all,
            "render_selected": self._ask_selected,
            "job_pause": self._pause,
            "job_cancel": self._cancel,
            "job_again": self._again,
            "job_show": self._show,
            "job_error": self._error,
            "job_clear": self._clear,
            "delete": self._delete,
            "select_all": lambda: self.rows.pick(*self.queue.jobs),
        }

    # -- mouse and keys --------------------------------------------------------------------------------------

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        line = self.log.at(at)
        if line is not None:
            self.log.pick(line)
            self._to_line(self._line_rows[line])
            return True
        if self.rows.at(at) is None:
            return False
        self.rows.click(self.rows.at(at), held.ctrl)
        self._repaint()
        if double:
            self.app.guarded(self._show)
        return True

    def _to_line(self, line: Line) -> None:
        job = self.job
        if job is None or line.frame is None:
            return
        failure = next((each for each in job.progress.failed.values() if each.frame == line.frame), None)
        if failure is not None:
            self.jump(failure)
        else:
            self.app.goto(line.frame)

    def hovered(self, at: Point, held: Held) -> None:
        self.rows.hover(at)
        self.log.hover(at)

    def left(self) -> None:
        self.rows.hover(None)
        self.log.hover(None)

    def close(self) -> None:
        self._closing.set()
        self.queue.close()
        self.pictures.close()
