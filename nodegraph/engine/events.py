"""What a render tells while it goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from nodegraph.data.errors import NodegraphError
from nodegraph.data.frames import FrameRange
from nodegraph.engine.timing import Timing

NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Started:
    """The render of a sink begins."""

    sink: str
    frames: tuple[int, ...]


@dataclass(frozen=True)
class FrameDone:
    """A frame is written and safe on the disk. `left` is a guess at the seconds to go, once there is one."""

    sink: str
    frame: int
    files: tuple[Path, ...]
    seconds: float
    left: float | None = None


@dataclass(frozen=True)
class FrameSkipped:
    """A frame was there already, just as this graph makes it."""

    sink: str
    frame: int


@dataclass(frozen=True)
class FrameFailed:
    """A frame could not be made."""

    sink: str
    frame: int
    error: NodegraphError


@dataclass(frozen=True)
class NodeProgress:
    """How far a slow node is, 0 to 1; `frame` is None for one that works on the whole shot."""

    node: str
    frame: int | None
    done: float
    message: str = ""
    left: float | None = None


@dataclass(frozen=True)
class Warned:
    """Something doubtful that the artist should know; the render goes on."""

    node: str
    frame: int | None
    message: str


@dataclass(frozen=True)
class Missed:
    """There was nothing for a node to do on a frame, as where no face is to be seen: what came in went through."""

    node: str
    frame: int | None
    why: str


@dataclass
class Told:
    """What one node told alike on some frames."""

    node: str
    message: str
    frames: set[int] = field(default_factory=set)

    @property
    def ranges(self) -> str:
        """The frames, as `1003-1007,1040`; empty for what is not about frames."""
        return str(FrameRange.of(self.frames)) if self.frames else ""

    def to_json(self) -> dict[str, str]:
        return {"node": self.node, "message": self.message, "frames": self.ranges}


class Gathered(list[Told]):
    """Who told what on which frames; what is told again adds its frame."""

    def add(self, node: str, message: str, frame: int | None) -> bool:
        """Take a word in; True if it is new."""
        told = next((each for each in self if each.node == node and each.message == message), None)
        new = told is None
        if told is None:
            told = Told(node, message)
            self.append(told)
        if frame is not None:
            told.frames.add(frame)
        return new


@dataclass
class Report:
    """What came of a render."""

    sink: str
    done: list[int] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    failed: list[tuple[int, NodegraphError]] = field(default_factory=list)
    warnings: Gathered = field(default_factory=Gathered)
    missed: Gathered = field(default_factory=Gathered)  # frames that went through as they were, and why
    files: list[Path] = field(default_factory=list)
    timings: dict[str, Timing] = field(default_factory=dict)
    seconds: float = 0.0
    preview: bool = False  # every frame is marked as one

    @property
    def ok(self) -> bool:
        """True if every frame is there."""
        return not self.failed

    def notices(self) -> list[str]:
        """What there is to know of the frames that are there: a line for each thing, with its frames in ranges."""
        lines = [f"{each.node}: {each.message}" + _on(each) for each in _alike(self.warnings)]
        for each in self.missed:
            lines.append(f"{each.node}: {each.message}{_on(each) or ' on any frame'}: the plate went through")
        return lines


def _alike(all: Gathered) -> Gathered:
    """Those that differ in numbers only as one: `comp.1001.exr: 3 NaN` and `comp.1002.exr: 17 NaN`."""
    groups: dict[tuple[str, str], list[Told]] = {}
    for each in all:
        groups.setdefault((each.node, NUMBER.sub("#", each.message)), []).append(each)
    return Gathered(
        Told(node, _common([each.message for each in alike]), set().union(*(each.frames for each in alike)))
        for (node, _), alike in groups.items()
    )


def _common(messages: list[str]) -> str:
    """What messages have in common; a number that differs is `####`, or … where it has no fixed length."""
    words = NUMBER.split(messages[0])
    for k, numbers in enumerate(zip(*(NUMBER.findall(each) for each in messages), strict=True)):
        same, widths = len(set(numbers)) == 1, {len(number) for number in numbers}
        words[k] += numbers[0] if same else "#" * len(numbers[0]) if len(widths) == 1 and len(numbers[0]) > 2 else "…"
    return "".join(words)


def _on(told: Told) -> str:
    return f" on {told.ranges.replace(',', ', ')}" if told.frames else ""


@dataclass(frozen=True)
class Finished:
    """The render of a sink is over, whether whole, stopped or failed."""

    sink: str
    report: Report


Event = Started | FrameDone | FrameSkipped | FrameFailed | NodeProgress | Warned | Missed | Finished


def to_json(event: Event) -> dict[str, Any]:
    """An event as one line of JSON has it: its name in small letters, and its fields."""
    name = "".join("_" + letter.lower() if letter.isupper() else letter for letter in type(event).__name__)
    return {"event": name.strip("_"), **_fields(event)}


def _fields(value: Any) -> dict[str, Any]:
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, NodegraphError):
        return {"kind": type(value).__name__, "message": value.message, "hint": value.hint}
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Timing):
        return value._asdict()
    if isinstance(value, Report):
        return _fields(value)
    if isinstance(value, Told):
        return value.to_json()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return round(value, 3) if isinstance(value, float) else value
