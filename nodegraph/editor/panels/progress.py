"""How far a render is, folded from the lines of JSON that it tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple


class Failure(NamedTuple):
    """A frame that could not be made: the node to jump to (empty if it is not known), and what to do."""

    sink: str
    frame: int
    node: str
    message: str
    hint: str


class Line(NamedTuple):
    """One line of a job's log; `frame` is None for what is about the whole shot."""

    frame: int | None
    node: str
    text: str


@dataclass
class Progress:
    """What a render has told so far. `total` counts the frames of all its sinks."""

    total: int = 0
    nodes: frozenset[str] = frozenset()
    sink: str = ""
    done: set[tuple[str, int]] = field(default_factory=set)
    skipped: set[tuple[str, int]] = field(default_factory=set)
    failed: dict[tuple[str, int], Failure] = field(default_factory=dict)
    pictures: dict[tuple[str, int], Path] = field(default_factory=dict)  # for thumbnails, and to look at
    log: list[Line] = field(default_factory=list)
    working: str = ""  # the node that is at work, and how far it is
    left: float | None = None  # seconds, as the render guesses for its sink
    seconds: float = 0.0  # that the frames took
    preview: bool = False
    finished: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        """How many frames are over, whichever way."""
        return len(self.done) + len(self.skipped) + len(self.failed)

    @property
    def part(self) -> float:
        """0 to 1."""
        return min(1.0, self.count / self.total) if self.total else 0.0

    def time_left(self, elapsed: float) -> float | None:
        """Seconds to go: the sink's own guess, or for several sinks, by the pace of the frames so far."""
        made, rest = len(self.done) + len(self.failed), self.total - self.count
        if rest <= 0:
            return 0.0
        if self.left is not None and self.total == self._sink_total:
            return self.left
        return elapsed / made * rest if made else self.left

    _sink_total: int = 0

    def line(self, text: str) -> None:
        """Take in one line; what is no event of ours is kept in the log as it is."""
        try:
            row = json.loads(text)
        except ValueError:
            row = None
        if isinstance(row, dict) and isinstance(row.get("event"), str):
            self.add(row)
        elif text.strip():
            self.log.append(Line(None, "", text.strip()))

    def add(self, row: Mapping[str, Any]) -> None:
        """Take in one event."""
        match row:
            case {"event": "started", "sink": str(sink), "frames": list(frames)}:
                self.sink, self._sink_total, self.left = sink, len(frames), None
            case {"event": "frame_done", "sink": str(sink), "frame": int(frame), "files": list(files)}:
                self._frame_done(sink, frame, [Path(each) for each in files], row)
            case {"event": "frame_skipped", "sink": str(sink), "frame": int(frame)}:
                self.skipped.add((sink, frame))
                self.failed.pop((sink, frame), None)
                self.log.append(Line(frame, sink, "was there already"))
            case {"event": "frame_failed", "sink": str(sink), "frame": int(frame), "error": dict(error)}:
                self._frame_failed(sink, frame, error)
            case {"event": "node_progress", "node": str(node), "done": int() | float() as done}:
                self.working = f"{node} {done:.0%} {row.get('message') or ''}".rstrip()
            case {"event": "warned", "node": str(node), "message": str(message)}:
                self.log.append(Line(row.get("frame"), node, message))
            case {"event": "missed", "node": str(node), "why": str(why)}:
                self.log.append(Line(row.get("frame"), node, f"{why}: the plate goes through"))
            case {"event": "finished", "sink": str(sink), "report": dict(report)}:
                self.finished.add(sink)
                self.preview = self.preview or report.get("preview") is True
                self.working, self.left = "", None
            case _:
                self.log.append(Line(None, "", json.dumps(dict(row), ensure_ascii=False)))

    def _frame_done(self, sink: str, frame: int, files: list[Path], row: Mapping[str, Any]) -> None:
        self.done.add((sink, frame))
        self.failed.pop((sink, frame), None)
        if files:
            self.pictures[sink, frame] = files[0]
        seconds, left = row.get("seconds"), row.get("left")
        self.seconds += seconds if isinstance(seconds, (int, float)) else 0.0
        self.left = float(left) if isinstance(left, (int, float)) else None
        self.working = ""
        took = f"   {seconds:.2f} s" if isinstance(seconds, (int, float)) else ""
        self.log.append(Line(frame, sink, (", ".join(path.name for path in files) or "done") + took))

    def _frame_failed(self, sink: str, frame: int, error: Mapping[str, Any]) -> None:
        message, hint = str(error.get("message", "")), str(error.get("hint", ""))
        first = message.partition(" ")[0].rstrip(":")
        node = first if first in self.nodes else ""
        self.failed[sink, frame] = Failure(sink, frame, node, message, hint)
        self.log.append(Line(frame, node or sink, message))
