"""What a render tells while it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from nodegraph.data.errors import NodegraphError
from nodegraph.engine.timing import Timing


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


@dataclass
class Report:
    """What came of a render."""

    sink: str
    done: list[int] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    failed: list[tuple[int, NodegraphError]] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    timings: dict[str, Timing] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """True if every frame is there."""
        return not self.failed


@dataclass(frozen=True)
class Finished:
    """The render of a sink is over, whether whole, stopped or failed."""

    sink: str
    report: Report


Event = Started | FrameDone | FrameSkipped | FrameFailed | NodeProgress | Warned | Finished


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
    if isinstance(value, (Report, Warned)):
        return _fields(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return round(value, 3) if isinstance(value, float) else value
