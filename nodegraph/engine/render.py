"""The render: frames of a sink, in order, with receipts; stoppable at any moment, and resumable after any end."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, NamedTuple

from nodegraph.data.errors import GraphError, MediaError, NodeError, NodegraphError
from nodegraph.data.threads import cores
from nodegraph.engine.cache import Cache, default_budget
from nodegraph.engine.consent import Consents, consents, preview_key
from nodegraph.engine.disk import Disk
from nodegraph.engine.evaluate import checked_by_default
from nodegraph.engine.events import (
    Event,
    Finished,
    FrameDone,
    FrameFailed,
    FrameSkipped,
    Missed,
    NodeProgress,
    Report,
    Started,
    Warned,
)
from nodegraph.engine.flow import Failed, ordered_map
from nodegraph.engine.over import refuse_over
from nodegraph.engine.plan import Plan, Planner
from nodegraph.engine.receipts import Receipt, Receipts, Word, Written
from nodegraph.engine.run import Job, Runner
from nodegraph.engine.step import Feed, Step
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.node import NodeType
from nodegraph.media.atomic import settle

OnError = Literal["stop", "skip"]
OnEvent = Callable[[Event], None]


class _Outcome(NamedTuple):
    frame: int
    key: str
    written: tuple[Written, ...]
    seconds: float
    skipped: bool
    words: tuple[Word, ...] = ()


def render(
    graph: Graph,
    sink: str,
    frames: Iterable[int] | None = None,
    *,
    root: Path | None = None,
    on_event: OnEvent | None = None,
    resume: bool = False,
    on_error: OnError = "stop",
    memory: int | None = None,
    workers: int | None = None,
    checked: bool | None = None,
    cancel: threading.Event | None = None,
    preview: bool = False,
) -> Report:
    """Render frames of a sink: those of the shot if none are given.

    `resume` leaves out the frames that are there just as this graph makes them. An error stops the
    render and is raised; with `on_error="skip"` it is listed in the report and the other frames go on.
    `on_event` is called by one thread at a time. Set `cancel` to stop: Cancelled is raised, and what
    was written stays good. An error that stops the render sets it as well.

    A frame that shows somebody's face needs their consent, else ConsentError is raised before anything is
    written. A `preview` is rendered all the same; every frame of it is marked as one, for the eye and in its metadata.
    """
    return _Render(
        graph, sink, frames, root, on_event, resume, on_error, memory, workers, checked, cancel, preview
    ).run()


class _Render:
    def __init__(
        self,
        graph: Graph,
        sink: str,
        frames: Iterable[int] | None,
        root: Path | None,
        on_event: OnEvent | None,
        resume: bool,
        on_error: OnError,
        memory: int | None,
        workers: int | None,
        checked: bool | None,
        cancel: threading.Event | None,
        preview: bool,
    ) -> None:
        self.sink = sink
        self.kind = _sink_type(graph, sink)
        self.frames = tuple(graph.shot.frames if frames is None else frames)
        if not self.frames:
            raise GraphError(f"there are no frames of {sink} to render", "ask for one at least")
        self.on_event = on_event
        self.resume = resume
        self.on_error = on_error
        self.cancel = cancel or threading.Event()
        checked = checked_by_default() if checked is None else checked
        self.preview = preview
        self.consents = Consents({})
        self.report = Report(sink, preview=preview)
        self.planner = Planner(graph, root)
        self.receipts = Receipts(self.planner.folder, sink)
        self.runner = Runner(
            self.planner,
            Cache(memory or default_budget(), keep=checked),
            disk=Disk.of(self.planner.folder),
            checked=checked,
            workers=workers or cores(),
            frame_guess=graph.shot.format.width * graph.shot.format.height * 64,
        )
        self.pace = Pace(len(self.frames), self.runner.workers)
        self._telling = threading.RLock()
        self._wrote: dict[Path, int] = {}

    def run(self) -> Report:
        start = perf_counter()
        self.tell(Started(self.sink, self.frames))
        try:
            self.consents = consents(self.planner, self.sink, self.frames, self._known)
            if not self.preview:
                self.consents.demand()
            refuse_over(self.planner, self.sink, self.frames)
            self.receipts.ready()
            if self.planner.once(self.sink, self.frames):
                self._whole()
            else:
                self._frames()
        finally:
            settle(sorted({path.parent for path in self._wrote if path.parent.is_dir()}))
            self.runner.loads.close()
            self.report.timings = self.runner.timings.table()
            self.report.seconds = perf_counter() - start
            self.tell(Finished(self.sink, self.report))
        return self.report

    def _known(self, step: Step) -> Any:
        """The result of a Step, ahead of the frames that will want it."""
        return self.runner.result(Plan(step.node, step.frame or self.frames[0], Feed(step)), self._job())

    # -- frame by frame ----------------------------------------------------------------------------

    def _frames(self) -> None:
        outcomes = ordered_map(
            self._frame,
            self.runner.ahead(self._plans(), self._job()),
            self.runner.workers,
            cancel=self.cancel,
            errors=True,
            admit=self.runner.admit,
        )
        with contextlib.closing(outcomes):
            try:
                for outcome in outcomes:
                    if isinstance(outcome, Failed):
                        self._failed(outcome.item.frame, outcome.error)
                    else:
                        self._done(outcome)
            except BaseException:
                self.cancel.set()
                raise

    def _plans(self) -> Iterator[Plan | Failed[int]]:
        for frame in self.frames:
            try:
                yield self.planner.plan_sink(self.sink, self.frames, frame)
            except NodeError as error:
                yield Failed(frame, error)

    def _frame(self, job: Job) -> _Outcome:
        try:
            plan = job.planned()
            return self._write(plan, plan.frame, job)
        finally:
            self.runner.done(job)

    def _write(self, plan: Plan, frame: int | None, job: Job) -> _Outcome:
        job.stamp = self.consents.stamp(self.frames if frame is None else (frame,), self.preview)
        key = preview_key(plan.feed.step.key.hex(), job.stamp)
        start = perf_counter()
        if self.resume and (receipt := self.receipts.done(frame, key)):
            self._alone(receipt.files, plan.frame)
            for word in receipt.words:
                self._told(word)
            return _Outcome(plan.frame, key, receipt.files, 0.0, True)
        written: list[Written] = []

        def guarded(step: Step, call: Callable[[], Any]) -> Any:
            with self.receipts.alone(_target(step, frame), self.cancel):
                value = call()
                written.extend(Written.of(path) for path in _paths(value, step))
                return value

        words: dict[Word, None] = {}

        def told(node: str, at: int | None, message: str, missed: bool = False) -> None:
            word = Word(node, at, message, missed)
            words[word] = None
            self._told(word)

        job.sink = guarded
        job.warn = told
        job.miss = partial(told, missed=True)
        self.runner.value(plan, job)
        self._alone(written, plan.frame)
        return _Outcome(plan.frame, key, tuple(written), perf_counter() - start, False, tuple(words))

    def _alone(self, files: Iterable[Written], frame: int) -> None:
        """See to it that no frame replaces another of this render."""
        for path in (each.path for each in files):
            other = self._wrote.setdefault(path, frame)
            if other != frame:
                raise GraphError(
                    f"{self.sink} writes frame {other} and frame {frame} into one file, {path}",
                    f"give its name a place for the frame number, {path.stem}.####{path.suffix}, or render one frame",
                )

    def _done(self, outcome: _Outcome) -> None:
        files = tuple(each.path for each in outcome.written)
        self.report.files.extend(files)
        if outcome.skipped:
            self.report.skipped.append(outcome.frame)
            self.pace.skip()
            self.tell(FrameSkipped(self.sink, outcome.frame))
            return
        self._receive(outcome, outcome.frame)
        self.report.done.append(outcome.frame)
        self.tell(FrameDone(self.sink, outcome.frame, files, outcome.seconds, self.pace.step()))

    def _receive(self, outcome: _Outcome, frame: int | None) -> None:
        if outcome.written:
            made = versions(self.kind)
            self.receipts.add(Receipt(frame, outcome.key, outcome.written, outcome.seconds, made, outcome.words))

    def _failed(self, frame: int, error: Exception) -> None:
        if not isinstance(error, NodegraphError) or type(error) is GraphError:
            raise error
        self.report.failed.append((frame, error))
        self.pace.skip()
        self.tell(FrameFailed(self.sink, frame, error))
        if self.on_error == "stop":
            raise error

    # -- the whole shot at once --------------------------------------------------------------------

    def _whole(self) -> None:
        job = self._job()

        def streamed(count: int, total: int) -> None:
            left = self.pace.step()
            self.tell(NodeProgress(self.sink, None, count / total, f"frame {count} of {total}", left))

        job.on_clip = streamed
        try:
            outcome = self._write(self.planner.plan_sink(self.sink, self.frames), None, job)
        except NodeError as error:
            for frame in self.frames if error.frame is None else [error.frame]:
                self.report.failed.append((frame, error))
                self.tell(FrameFailed(self.sink, frame, error))
            if self.on_error == "stop":
                raise
            return
        self.report.files.extend(each.path for each in outcome.written)
        if outcome.skipped:
            self.report.skipped.extend(self.frames)
            for frame in self.frames:
                self.tell(FrameSkipped(self.sink, frame))
            return
        self._receive(outcome, None)
        self.report.done.extend(self.frames)
        files = tuple(self.report.files)
        self.tell(FrameDone(self.sink, self.frames[-1], files, outcome.seconds, 0.0))

    # -- telling -----------------------------------------------------------------------------------

    def _job(self) -> Job:
        job = Job(self.cancel)
        job.progress = lambda node, frame, done, message: self.tell(NodeProgress(node, frame, done, message))
        job.warn = lambda node, frame, message: self._told(Word(node, frame, message, False))
        return job

    def _told(self, word: Word) -> None:
        """A node told something: warnings are passed on once, and what was missed for each frame."""
        node, frame, message, missed = word
        with self._telling:
            if missed:
                self.report.missed.add(node, message, frame)
                self.tell(Missed(node, frame, message))
            elif self.report.warnings.add(node, message, frame):
                self.tell(Warned(node, frame, message))

    def tell(self, event: Event) -> None:
        if self.on_event is not None:
            with self._telling:
                self.on_event(event)


class Pace:
    """How long the rest will take, by the frames of late: the first ones load models, and some are heavy."""

    def __init__(self, total: int, workers: int) -> None:
        self.left = total
        self._ends: deque[float] = deque([perf_counter()], maxlen=max(9, 4 * workers + 1))

    def step(self) -> float | None:
        """A frame is done; the seconds that the others will take, or None while there is nothing to go by."""
        self.left -= 1
        self._ends.append(perf_counter())
        if len(self._ends) < 3:
            return None
        return (self._ends[-1] - self._ends[0]) / (len(self._ends) - 1) * self.left

    def skip(self) -> None:
        """A frame took no time."""
        self.left -= 1
        self._ends[-1] = perf_counter()


def _sink_type(graph: Graph, sink: str) -> NodeType:
    kind = graph.known_type(sink)
    if not kind.sink:
        sinks = ", ".join(graph.sinks())
        raise GraphError(
            f"{sink} is a {kind.name}, which writes nothing",
            f"render {sinks}" if sinks else "add a Write node after it",
        )
    return kind


def _target(step: Step, frame: int | None) -> str:
    """What names the files of a sink at a frame: its paths, or itself."""
    files = [str(value) for value in step.knobs.values() if isinstance(value, File) and value]
    return "\n".join([*(files or [step.node]), str(frame)])


def _paths(value: Any, step: Step) -> Iterator[Path]:
    """The files that a sink says it wrote."""
    if value is None:
        return
    for path in value if isinstance(value, (tuple, list)) else [value]:
        if not isinstance(path, (str, Path)):
            continue
        if not Path(path).is_file():
            fault = MediaError(f"{path} was written, but is not there", "something else removed it: render it again")
            raise NodeError(step.node, step.frame, fault)
        yield Path(path)


@cache
def versions(kind: NodeType) -> dict[str, Any]:
    """Who made a frame: the program's version and that of the sink's node type."""
    from importlib.metadata import version

    return {"nodegraph": version("nodegraph"), kind.name: kind.version}
