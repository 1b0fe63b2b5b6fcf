"""The render queue without a window: each job a child process on its own frozen copy of the graph."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import IO, NamedTuple

from nodegraph.data.errors import DocumentError, GraphError
from nodegraph.data.frames import FrameRange
from nodegraph.editor.panels.progress import Progress
from nodegraph.graph.document import Document, write

FROZEN = ".ngraph.json"
TOLD = 40  # so many lines of what a render says of its end are kept
BEHIND = 10  # how far a render stands back, as `nice` counts
PATIENCE = 10.0  # seconds that a render may take to put its things away


class State(Enum):
    """How a job stands."""

    WAITING = "waiting"
    RUNNING = "rendering"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LEFT = "left unfinished"  # by an editor that is gone


OVER = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.LEFT})
KEPT = frozenset({State.WAITING, State.RUNNING, State.PAUSED, State.LEFT})  # beyond the end of the window


class Order(NamedTuple):
    """What is to be rendered: the frozen graph, where its paths start, and which frames of which sinks."""

    text: str
    folder: Path
    name: str
    sinks: tuple[str, ...]
    frames: FrameRange
    nodes: frozenset[str]
    options: tuple[str, ...] = ()


def name_of(document: Document) -> str:
    """How the jobs of a project call it."""
    return document.path.name.removesuffix(FROZEN) if document.path else "untitled"


def failed_frames(jobs: Iterable[Job], document: Document) -> frozenset[int]:
    """The frames of this project that could not be made, and were not by a later job: the jobs as they were run."""
    failed: set[tuple[str, int]] = set()
    for job in jobs:
        if (job.folder, job.name) == (document.folder, name_of(document)):
            failed -= job.progress.done | job.progress.skipped
            failed |= job.progress.failed.keys()
    return frozenset(frame for _, frame in failed)


class Job:
    """One render. It keeps the graph as it was when it was queued; what is edited since does not touch it."""

    def __init__(
        self,
        document: Document,
        sinks: Sequence[str] = (),
        frames: FrameRange | None = None,
        *,
        workers: int | None = None,
        memory: str = "",
        preview: bool = False,
        keep_going: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        graph = document.graph
        writers = tuple(sinks) or tuple(graph.sinks())
        if not writers:
            raise GraphError("nothing in this graph writes", "add a Write node, or enable it")
        for sink in writers:
            graph.node(sink)
        order = Order(
            write(replace(document, path=None)),
            document.folder,
            name_of(document),
            writers,
            frames or FrameRange.of(graph.shot.frames),
            frozenset(graph.nodes),
            tuple(_options(workers, memory, preview, keep_going)),
        )
        self._begin(order, clock)

    @classmethod
    def of(cls, order: Order, clock: Callable[[], float] = time.monotonic) -> Job:
        """A job by its order, as it was written down."""
        job = cls.__new__(cls)
        job._begin(order, clock)
        return job

    def _begin(self, order: Order, clock: Callable[[], float]) -> None:
        self.order = order
        self.sinks, self.frames, self.folder, self.name = order.sinks, order.frames, order.folder, order.name
        self.named = str(self.frames)  # told in every frame of the window
        self.total = len(self.sinks) * len(self.frames)
        self.state = State.WAITING
        self.progress = Progress(self.total, order.nodes)
        self.error = ""
        self.begun = False  # from then on, what is done and unchanged stays
        self.file: Path | None = None  # the frozen graph of the render at work
        self._clock = clock
        self._elapsed = 0.0
        self._since: float | None = None
        self._child: subprocess.Popen[str] | None = None
        self._readers: list[threading.Thread] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._told: deque[str] = deque(maxlen=TOLD)

    @property
    def child(self) -> int | None:
        """The number of the process that renders; None if none does."""
        return self._child.pid if self._child is not None else None

    @property
    def elapsed(self) -> float:
        """Seconds at work, pauses not counted."""
        return self._elapsed + (self._clock() - self._since if self._since is not None else 0.0)

    @property
    def left(self) -> float | None:
        """Seconds to go; None until there is something to go by."""
        return self.progress.time_left(self.elapsed) if self.state in (State.RUNNING, State.PAUSED) else None

    @property
    def gone(self) -> bool:
        """True if no process of it is left; one that was cancelled may still put its things away."""
        return self._child is None

    def command(self, file: Path) -> list[str]:
        """The command line of this job on a file, as it could be typed."""
        words = [sys.executable, "-m", "nodegraph", "render", str(file), "--json", "--frames", self.named]
        for sink in self.sinks:
            words += ["--node", sink]
        return [*words, *self.order.options, *(["--resume"] if self.begun else [])]

    def start(self) -> None:
        """Begin, or begin again where it was left: frames that are done and unchanged stay."""
        if self.state is State.RUNNING:
            return
        self.progress = Progress(self.total, self.order.nodes)
        self.error, self._lines, self._told = "", queue.SimpleQueue(), deque(maxlen=TOLD)
        # Beside the project, since its relative paths start from where the file lies.
        self.file = self.folder / f".{self.name}.job-{secrets.token_hex(6)}{FROZEN}"
        try:
            self.file.write_text(self.order.text, encoding="utf-8")
            self._child = subprocess.Popen(
                self.command(self.file),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # a pause stops the encoder it runs, too; Ctrl-C in the terminal does not
            )
        except OSError as fault:
            self._put_away()
            raise DocumentError(
                f"the render cannot start: {fault}", "the graph is put beside the project: make room"
            ) from fault
        if hasattr(os, "setpriority"):  # the hands that go on editing come first
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PGRP, self._child.pid, BEHIND)
        self._readers = [
            self._reader(self._child.stdout, self._lines.put),
            self._reader(self._child.stderr, self._told.append),
        ]
        self.state, self._elapsed, self._since = State.RUNNING, 0.0, self._clock()
        self.begun = True

    def _reader(self, stream: IO[str] | None, take: Callable[[str], None]) -> threading.Thread:
        def read() -> None:
            if stream is not None:
                with stream:
                    for line in stream:
                        take(line)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def poll(self, most: int = 200) -> bool:
        """Take in what the render told since; True if there was something. Never waits."""
        changed = False
        for _ in range(most):
            try:
                self.progress.line(self._lines.get_nowait())
            except queue.Empty:
                break
            changed = True
        child = self._child
        if child is None or child.poll() is None or any(each.is_alive() for each in self._readers):
            return changed
        if not self._lines.empty():
            return True
        self._child = None
        self._stop_clock()
        self._put_away()
        if self.state in (State.RUNNING, State.PAUSED):
            self.state = State.DONE if child.returncode == 0 and not self.progress.failed else State.FAILED
            if self.state is State.FAILED:
                self.error = self._why(child.returncode)
        return True

    def _why(self, code: int) -> str:
        failed = len(self.progress.failed)
        if failed:
            first = next(iter(self.progress.failed.values()))
            return f"{failed} frame{'s' if failed > 1 else ''} failed: {first.message}"
        told = "".join(self._told).strip()
        return told.removeprefix("error: ") or (
            f"the render was ended by signal {-code}" if code < 0 else f"the render ended with {code}"
        )

    def pause(self) -> None:
        """Stand still where it is, with all it has in memory, until `go_on`."""
        if self.state is State.RUNNING and self._signal("SIGSTOP"):
            self.state = State.PAUSED
            self._stop_clock()

    def go_on(self) -> None:
        """Leave the pause."""
        if self.state is State.PAUSED and self._signal("SIGCONT"):
            self.state = State.RUNNING
            self._since = self._clock()

    def cancel(self) -> None:
        """End it; frames that are whole stay, half ones do not."""
        if self.state in OVER:
            return
        if self._child is not None:
            self._signal("SIGCONT")
            self._child.terminate()
        self._stop_clock()
        self.state = State.CANCELLED

    def close(self) -> None:
        """End it and wait till it is gone."""
        self.cancel()
        if self._child is not None:
            try:
                self._child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
            for reader in self._readers:
                reader.join(PATIENCE)
            self._child = None
        self._put_away()

    def _signal(self, name: str) -> bool:
        """Send a signal to the render and its own children; False where the system has none such."""
        number = getattr(signal, name, None)
        if self._child is None or self._child.poll() is not None or number is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, number)
            return True
        return False

    def _stop_clock(self) -> None:
        self._elapsed, self._since = self.elapsed, None

    def _put_away(self) -> None:
        if self.file is not None:
            self.file.unlink(missing_ok=True)
            self.file = None


def _options(workers: int | None, memory: str, preview: bool, keep_going: bool) -> list[str]:
    options = ["--on-error", "skip" if keep_going else "stop"]
    options += ["--workers", str(workers)] if workers else []
    options += ["--memory", memory] if memory else []
    return [*options, *(["--preview"] if preview else [])]


class RenderQueue:
    """Jobs in their order, some of them at work."""

    def __init__(self, at_once: int = 1) -> None:
        self.at_once = at_once
        self.jobs: list[Job] = []
        self._leaving: list[Job] = []  # taken out, but still ending

    def add(self, job: Job) -> Job:
        """Put a job at the end; it starts with the next `poll` that finds room."""
        self.jobs.append(job)
        return job

    def poll(self) -> bool:
        """Take in what all jobs told, and start the next; True if anything changed. For each turn of a window."""
        changed = sum(job.poll() for job in self.jobs) > 0
        for job in self._leaving:
            job.poll()
        self._leaving = [job for job in self._leaving if not job.gone]
        busy = sum(job.state is State.RUNNING for job in self.jobs)
        for job in self.jobs:
            if busy < self.at_once and job.state is State.WAITING and job.gone:
                self._start(job)
                busy += 1
                changed = True
        return changed

    def _start(self, job: Job) -> None:
        try:
            job.start()
        except DocumentError as fault:
            job.state, job.error = State.FAILED, str(fault)

    def again(self, job: Job) -> None:
        """Queue a job that is over once more: only what is not there yet is rendered."""
        if job.state in OVER:
            job.state = State.WAITING

    def move(self, job: Job, to: int) -> None:
        """Put a job at another place of the row, counted before it is taken from its own."""
        at = self.jobs.index(job)
        self.jobs.remove(job)
        self.jobs.insert(max(0, to - (to > at)), job)

    def step(self, job: Job, way: int) -> bool:
        """Have a waiting job rendered before the one that waits before it (-1), or after the next; False at the end."""
        waiting = [index for index, each in enumerate(self.jobs) if each.state is State.WAITING]
        at = self.jobs.index(job)
        if at not in waiting or not 0 <= waiting.index(at) + way < len(waiting):
            return False
        other = waiting[waiting.index(at) + way]
        self.move(job, other + (way > 0))
        return True

    def remove(self, job: Job) -> None:
        """End a job and take it out; it puts its things away while the window goes on."""
        job.cancel()
        self.jobs.remove(job)
        self._leaving.append(job)

    def clear_done(self) -> None:
        """Take out the jobs that are done."""
        self.jobs = [job for job in self.jobs if job.state is not State.DONE]

    def close(self) -> None:
        """End every job: the window closes."""
        for job in self.jobs:
            job.cancel()
        for job in [*self.jobs, *self._leaving]:
            job.close()
