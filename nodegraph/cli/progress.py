"""How a render is shown: a bar in a terminal, lines in a log, JSON for programs."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Protocol, TextIO

from nodegraph.cli.values import lasting
from nodegraph.engine.events import (
    Event,
    Finished,
    FrameDone,
    FrameFailed,
    FrameSkipped,
    Missed,
    NodeProgress,
    Started,
    Warned,
    to_json,
)


class Shown(Protocol):
    """Something that shows events."""

    def __call__(self, event: Event) -> None: ...


def shown(as_json: bool) -> Shown:
    """What suits where the output goes."""
    if as_json:
        return Lines(sys.stdout)
    return Bar(sys.stderr) if sys.stderr.isatty() else Log(sys.stderr)


def told(out: TextIO, line: str) -> None:
    """Tell a line at one go: whoever stops the render between a line and its end would have two in one."""
    out.write(line + "\n")
    out.flush()


class Lines:
    """One JSON object a line."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def __call__(self, event: Event) -> None:
        told(self.out, json.dumps(to_json(event), ensure_ascii=False))


class Log:
    """A plain line for each thing worth telling."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.sink = ""
        self.total = 0
        self.count = 0
        self.left: float | None = None
        self.tenth = 0
        self.whole = False  # one file for all frames

    def __call__(self, event: Event) -> None:
        line = self.line(event)
        if line:
            told(self.out, line)

    def line(self, event: Event) -> str:
        """The line for an event; empty for one that needs none."""
        match event:
            case Started():
                self.sink, self.total, self.whole = event.sink, len(event.frames), False
                self.count, self.left, self.tenth = 0, None, 0
                return f"{event.sink}: {self.total} frame{'s' if self.total != 1 else ''}"
            case FrameDone():
                self.count = self.total if self.whole else min(self.total, self.count + 1)
                self.left = event.left
                names = ", ".join(path.name for path in event.files[:1])
                return f"{event.sink} {event.frame}: {names or 'done'} in {lasting(event.seconds)}{self._where()}"
            case FrameSkipped():
                self.count += 1
                return ""
            case FrameFailed():
                self.count += 1
                return f"{event.sink} {event.frame}: failed: {event.error.message}"
            case Warned():
                return f"warning: {event.node}{_at(event.frame)}: {event.message}"
            case Missed():
                return f"{event.node}{_at(event.frame)}: {event.why}: the plate goes through"
            case NodeProgress():
                self.whole = self.whole or (event.frame is None and event.node == self.sink)
                return self._progress(event)
            case _:
                return ""

    def _where(self) -> str:
        left = f", {lasting(self.left)} left" if self.left is not None and self.count < self.total else ""
        return f" ({self.count} of {self.total}{left})"

    def _progress(self, event: NodeProgress) -> str:
        """A line every tenth of the way: a log is read later."""
        tenth = int(event.done * 10 + 1e-9)
        if event.frame is not None or tenth <= self.tenth:
            return ""
        self.tenth = tenth
        left = f", {lasting(event.left)} left" if event.left else ""
        return f"{event.node}: {event.done:.0%}{' ' + event.message if event.message else ''}{left}"


class Bar(Log):
    """A bar on one line, with what matters above it."""

    def __call__(self, event: Event) -> None:
        line = self.line(event)
        if line and isinstance(event, (FrameFailed, Warned)):
            self.out.write(f"\r\033[K{line}\n")
        if isinstance(event, Finished):
            self.out.write("\r\033[K")
            self.out.flush()
            return
        done, name, left = self.count / max(1, self.total), "", self.left
        if isinstance(event, NodeProgress):
            name = f"{event.node}{_at(event.frame)} {event.done:.0%} {event.message}"
            if event.frame is None and self.count == 0:
                done, left = event.done, event.left
        elif isinstance(event, (FrameDone, FrameSkipped, FrameFailed)):
            name = f"{event.sink} {event.frame}"
        remaining = f"{lasting(left)} left " if left and self.count < self.total else ""
        text = f" {self.count}/{self.total} {remaining}{name}"
        width = min(30, max(5, shutil.get_terminal_size().columns - len(text) - 4))
        full = round(width * min(1.0, done))
        room = shutil.get_terminal_size().columns - width - 3
        self.out.write(f"\r\033[K[{'#' * full}{'.' * (width - full)}]{text[:room]}")
        self.out.flush()


def _at(frame: int | None) -> str:
    return "" if frame is None else f" at {frame}"
