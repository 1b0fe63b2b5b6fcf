"""The render queue: jobs that go on while the graph is edited, each on the graph as it was."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError
from nodegraph.data.frames import FrameRange
from nodegraph.data.kinds import is_movie
from nodegraph.editor.app import App
from nodegraph.editor.pane import Button, Held, Pane, Point, Start
from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.progress import Line
from nodegraph.editor.panels.queue import OVER, Job, RenderQueue, failed_frames
from nodegraph.editor.panels.queue import State as JobState
from nodegraph.editor.panels.queue_store import QueueStore, names_of
from nodegraph.editor.panes import queue_row, small
from nodegraph.editor.panes.bar import Bar
from nodegraph.editor.panes.cards import Cards, Look
from nodegraph.editor.panes.pictures import Pictures
from nodegraph.editor.panes.queue_actions import actions_of, jump
from nodegraph.editor.panes.queue_ask import Question
from nodegraph.editor.panes.queue_log import QueueLog
from nodegraph.editor.shell import icons, theme
from nodegraph.editor.state import State

BEAT = 0.25  # seconds between looks at a render while the window would sleep
PACE = 1.5  # seconds between two thumbnails of a job
ABOVE = 50.0  # the bar of buttons
STILL = 5.0  # pixels: a drag begins


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
        self.store = QueueStore()
        self._carried: Job | None = None
        self._carrying = False
        self._grip: Point = (0.0, 0.0)
        self.thumbed: dict[Job, tuple[Path, float]] = {}
        self._closing = threading.Event()
        self._beating: threading.Thread | None = None

    # -- the widgets -----------------------------------------------------------------------------------------

    def build(self, window: int) -> None:
        self.pictures = Pictures(self.app, self.repaint)
        self.question = Question(self.app, self.render)
        self.bar = Bar(self.app, window)
        self.bar.words("render_all", "Render…", "Render all writers", self._ask_all)
        self.bar.space()
        self.bar.sign("job_pause", icons.PAUSE, "Pause, or go on", self._starts("job_pause"))
        self.bar.sign("job_cancel", icons.STOP, "Cancel", self._starts("job_cancel"))
        self.bar.sign("job_again", icons.RESET, "Render what is missing", self._starts("job_again"))
        self.bar.sign("job_show", icons.EYE, "Open the result in the viewer", self._starts("job_show"))
        self.bar.sign("job_error", icons.WARNING, "Go to the error", self._starts("job_error"))
        self.bar.sign("job_clear", icons.TRASH, "Take out what is done", self._starts("job_clear"))
        dpg.add_spacer(height=2, parent=window)
        self.rows: Cards[Job] = Cards(window, self._paint, height=queue_row.HIGH, gap=6)
        self.empty = int(
            dpg.add_text("Nothing is being rendered. F5 renders all writers.", parent=window, color=theme.FAINT)
        )
        self.log = QueueLog(window, self._to_line)
        self.resized()
        self._take_up()

    def _take_up(self) -> None:
        """Jobs that an editor left which is gone: they are here again, and wait to be asked for."""
        left = self.store.left()
        for job in left:
            self.queue.add(job)
        if left:
            count = "a render was" if len(left) == 1 else f"{len(left)} renders were"
            key = self.app.bindings.shown("job_again")
            words = f"{count} left unfinished ({names_of(left)}): {key} in the queue renders what is missing"
            self.app.post(lambda: self.app.say(words))  # once the window is up
            self.store.keep(self.queue)

    def resized(self) -> None:
        if not hasattr(self, "log"):
            return
        width, height = self.size
        jobs = len(self.queue.jobs)
        free = max(60.0, height - ABOVE * self.app.scale)
        wanted = (jobs * (queue_row.HIGH + 6) + 4) * self.app.scale
        high = min(wanted, free * (0.5 if jobs else 0)) if free > 200 else wanted
        dpg.configure_item(self.rows.room, show=jobs > 0)
        self.rows.resized(width, max(1.0, high))
        self.log.resized(width, max(1.0, free - high - 12))
        self.log.show_all(jobs > 0)
        dpg.configure_item(self.empty, show=jobs == 0)

    def _paint(self, parent: int, job: Job, look: Look) -> None:
        path = self.thumbed.get(job)
        texture = (
            self.pictures.get(path[0], partial(small.of_file, path[0], self.app.state.graph.shot, queue_row.PICTURE))
            if path
            else None
        )
        queue_row.paint(parent, job, look, texture)

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
        name = f"{', '.join(job.sinks)}  {job.named}"
        return name, job.progress.part, f"{job.progress.count} / {job.total}   {queue_row.stands(job)}"

    # -- the turn of the window ------------------------------------------------------------------------------

    def sync(self, old: State | None, new: State) -> None:
        if old is None or old.document.path != new.document.path:
            self.repaint()
        elif old.frame != new.frame:
            self.log.show(self.job, new.frame)

    def tick(self, now: float) -> bool:
        changed = self.queue.poll()
        self._keep()
        self._news = self._news or changed
        late = now - self._drawn > BEAT
        if (self._news and (late or not self._busy)) or (self._busy and late):
            self._drawn, self._news = now, False
            self._thumbs(now)
            self.repaint()
            return True
        return False

    def repaint(self) -> None:
        """Show all as it is now."""
        if self.rows.keys != self.queue.jobs:
            self.rows.show(self.queue.jobs)
            self.resized()
        else:
            self.rows.redraw()
        self._failures = failed_frames(self.queue.jobs, self.app.state.document)
        job = self.job
        self.log.show(job, self.app.state.frame)
        over = job is not None and job.state in OVER
        self.bar.enable("job_pause", job is not None and job.state in (JobState.RUNNING, JobState.PAUSED))
        self.bar.enable("job_cancel", job is not None and not over)
        self.bar.enable("job_again", over)
        self.bar.enable("job_show", job is not None and bool(job.progress.pictures))
        self.bar.enable("job_error", job is not None and bool(job.progress.failed or job.error))
        self.bar.enable("job_clear", any(each.state in OVER for each in self.queue.jobs))

    def _keep(self) -> None:
        """Write down what is not done."""
        self.store.keep(self.queue)
        if self.store.problem:
            self.app.say(self.store.problem, True)
            self.store.problem = ""

    def _thumbs(self, now: float) -> None:
        """The last frame of each job, not more often than it can be seen."""
        for job in self.queue.jobs:
            done = job.progress.pictures
            path = done[next(reversed(done))] if done else None
            known = self.thumbed.get(job)
            if path is None or (is_movie(path) and job.state is not JobState.DONE):
                continue
            late = known is None or (now - known[1] > PACE and known[0] in self.pictures.there)
            if (known is None or path != known[0]) and (late or job.state in OVER):
                self.thumbed[job] = (path, now)
        self.thumbed = {job: row for job, row in self.thumbed.items() if job in self.queue.jobs}

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
        self.wake_up()
        self.app.say(f"{', '.join(sinks)}: in the queue")
        self.app.bring(self)
        self.repaint()
        return job

    def wake_up(self) -> None:
        """Look at the jobs again and again, for as long as one is at work."""
        self.queue.poll()
        if self._beating is None or not self._beating.is_alive():
            self._beating = threading.Thread(target=self._beat, daemon=True, name="render queue")
            self._beating.start()

    def _starts(self, action: str) -> Start:
        def start() -> None:
            self.app.guarded(self.actions()[action])

        return start

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
        first, last = str(state.first), str(state.last)
        self.question.ask(writers, chosen, first if first == last else f"{first}-{last}")

    def actions(self) -> Mapping[str, Start]:
        return {
            "render_all": self._ask_all,
            "render_selected": self._ask_selected,
            **actions_of(self),
            "select_all": lambda: self.rows.pick(*self.queue.jobs),
        }

    # -- mouse and keys --------------------------------------------------------------------------------------

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        if self.log.press(at):
            return True
        job = self.rows.at(at)
        if job is None:
            return False
        self.rows.click(job, held.ctrl, through=held.shift)
        self.repaint()
        if double:
            self._starts("job_show")()
        elif button is Button.LEFT:
            self._carried, self._carrying, self._grip = job, False, at
        return True

    def dragged(self, at: Point, held: Held) -> None:
        if self._carried is None:
            return
        self._carrying = self._carrying or abs(at[1] - self._grip[1]) > STILL
        if self._carrying:
            self.rows.mark(self.rows.gap(at) if self._carried.state is JobState.WAITING else None)

    def released(self, at: Point, held: Held) -> None:
        job, self._carried = self._carried, None
        self.rows.mark(None)
        if job is None or not self._carrying or job not in self.queue.jobs:
            return
        if job.state is JobState.WAITING:
            self.queue.move(job, self.rows.gap(at))
            self.repaint()
        else:
            self.app.say("only a job that waits can be put elsewhere", True)

    def key(self, chord: Chord) -> bool:
        way = {Chord("Up"): -1, Chord("Down"): 1}.get(chord)
        return way is not None and self.log.step(way)

    def _to_line(self, line: Line) -> None:
        job = self.job
        if job is None or line.frame is None:
            return
        failure = self.log.failure(line)
        if failure is not None:
            jump(self.app, failure)
        else:
            self.app.goto(line.frame)

    def hovered(self, at: Point, held: Held) -> None:
        self.rows.hover(at)
        self.log.cards.hover(at)

    def left(self) -> None:
        self.rows.hover(None)
        self.log.cards.hover(None)

    def close(self) -> None:
        self._closing.set()
        self._keep()  # as it is: what is ended now is rendered on another day
        self.queue.close()
        self.pictures.close()
