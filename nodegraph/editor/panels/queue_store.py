"""What the render queue remembers beyond the end of the window: jobs that were not done, to be rendered on."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nodegraph.data.errors import DocumentError, GraphError, NodegraphError
from nodegraph.data.frames import FrameRange
from nodegraph.editor.panels.queue import KEPT, Job, Order, RenderQueue, State
from nodegraph.editor.panels.recovery import is_alive
from nodegraph.editor.panels.settings import remember, remembered, settings_folder, texts

PREFIX, SUFFIX = "queue-", ".json"


class QueueStore:
    """One file of this editor: the jobs that are not done, in their order."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or settings_folder() / "queue"
        self.path = self.folder / f"{PREFIX}{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        self._written: object = ()
        self.problem = ""

    def keep(self, queue: RenderQueue) -> None:
        """Write down what there is to do, if it is other than what is written."""
        jobs = [job for job in queue.jobs if job.state in KEPT]
        now = tuple((id(job), job.child, job.begun) for job in jobs)
        if now == self._written:
            return
        self._written = now
        try:
            if jobs:
                remember(self.path, {"jobs": [_saved(job) for job in jobs]})
            else:
                self.path.unlink(missing_ok=True)
        except (NodegraphError, OSError) as fault:
            self.problem = f"the queue cannot be kept: {fault}"

    def left(self) -> list[Job]:
        """The jobs that editors left which are gone. What still runs of them is ended; their files are taken over."""
        found = []
        for path in sorted(self.folder.glob(f"{PREFIX}*{SUFFIX}")) if self.folder.is_dir() else ():
            number = path.name.removeprefix(PREFIX).partition("-")[0]
            if path == self.path or not number.isdigit() or is_alive(int(number)):
                continue
            with contextlib.suppress(DocumentError):  # a broken file holds nothing that could be rendered
                found += list(_jobs(remembered(path)))
            path.unlink(missing_ok=True)
        return found


def _saved(job: Job) -> dict[str, Any]:
    order = job.order._asdict()
    order |= {"folder": str(job.order.folder), "frames": str(job.order.frames), "nodes": sorted(job.order.nodes)}
    return {**order, "begun": job.begun, "child": job.child, "file": str(job.file or "")}


def _jobs(saved: dict[str, Any]) -> Iterator[Job]:
    rows = saved.get("jobs")
    for row in rows if isinstance(rows, list) else ():
        order = _order(row) if isinstance(row, dict) else None
        if order is None:
            continue
        file = row.get("file")
        if isinstance(file, str) and file:
            _end(row.get("child"), Path(file))
        job = Job.of(order)
        job.state, job.begun = State.LEFT, row.get("begun") is True
        yield job


def _order(row: dict[str, Any]) -> Order | None:
    text, folder, name, frames = (row.get(key) for key in ("text", "folder", "name", "frames"))
    sinks = texts(row.get("sinks"))
    if not (isinstance(text, str) and isinstance(folder, str) and isinstance(name, str) and isinstance(frames, str)):
        return None
    try:
        span = FrameRange.parse(frames)
    except (GraphError, NodegraphError):
        return None
    return Order(text, Path(folder), name, sinks, span, frozenset(texts(row.get("nodes"))), texts(row.get("options")))


def _end(child: object, file: Path) -> None:
    """End a render whose editor is gone, one that stands still above all, and take its frozen graph away."""
    if isinstance(child, int) and child > 1 and _renders(child, file):
        for number in (signal.SIGCONT, signal.SIGTERM):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child, number)
    if file.name.startswith(".") and ".job-" in file.name:
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)


def _renders(child: int, file: Path) -> bool:
    """True if this process really renders this file: its number may have gone to another since."""
    try:
        return os.fsencode(file) in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def names_of(jobs: Iterable[Job]) -> str:
    """Whose renders these are, in words."""
    return ", ".join(dict.fromkeys(job.name for job in jobs))
