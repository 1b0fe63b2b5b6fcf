"""Knobs: what an artist turns on a node; its type, its limits, and its form in a file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

from nodegraph.data.errors import GraphError


class File(str):
    """A path knob. In a graph file it is relative to the project; a node receives it absolute."""

    __slots__ = ()

    @property
    def path(self) -> Path:
        return Path(self)


class Space(str):
    """The name of a colour space, display space or role of the OCIO config; `auto` to go by the file."""

    __slots__ = ()


class Color(tuple[float, ...]):
    """Three or four numbers that the editor shows as a colour; not limited to 0..1."""

    __slots__ = ()


class Vec(tuple[float, ...]):
    """Two or more numbers that belong together: a position, a size."""

    __slots__ = ()


@runtime_checkable
class Stored(Protocol):
    """A knob value of its own class (roto shapes, say) that knows its form in a file."""

    def to_json(self) -> Any: ...

    @classmethod
    def from_json(cls, saved: Any) -> Any: ...


@runtime_checkable
class Animated(Protocol):
    """A stored value that itself changes over time (shapes keyed per point)."""

    @property
    def animated(self) -> bool: ...

    def at(self, frame: float) -> Any: ...


@dataclass(frozen=True)
class Knob:
    """How a knob is shown and what it allows: a slider from `low` to `high`, in `unit`.

    `soft` limits guide the slider only; hard ones are enforced. `help` is shown on hover. `multiline` is for texts of
    several lines.
    """

    low: float | None = None
    high: float | None = None
    unit: str = ""
    help: str = ""
    soft: bool = False
    multiline: bool = False


PLAIN = Knob()


@dataclass(frozen=True)
class KnobType:
    """One knob of a node type, as its signature says it."""

    name: str
    type: type
    default: Any
    knob: Knob = PLAIN

    @property
    def is_number(self) -> bool:
        """True if it can carry a curve: a number (not a switch), or each part of a colour or position."""
        return issubclass(self.type, (int, float, Color, Vec)) and not issubclass(self.type, bool)

    @property
    def parts(self) -> int:
        """How many curves it takes: 1, or the number of parts of a colour or position."""
        return len(self.default) if issubclass(self.type, (Color, Vec)) else 1

    def check(self, value: Any) -> Any:
        """The value as this knob's type; a GraphError in the artist's words if it cannot be."""
        try:
            result = self._converted(value)
        except (TypeError, ValueError, OverflowError) as fault:
            takes = f"{self.parts} numbers" if issubclass(self.type, (Color, Vec)) else describe(self.type)
            raise GraphError(f"knob {self.name} cannot be {value!r}", f"it takes {takes}") from fault
        for number in self._numbers(result):
            if not math.isfinite(number):
                raise GraphError(f"knob {self.name} cannot be {value!r}", "give a finite number")
            low, high = self.knob.low, self.knob.high
            if not self.knob.soft and ((low is not None and number < low) or (high is not None and number > high)):
                raise GraphError(
                    f"knob {self.name} is {number:g}, outside its limits",
                    f"keep it from {'any' if low is None else f'{low:g}'} to {'any' if high is None else f'{high:g}'}",
                )
        return result

    def _numbers(self, value: Any) -> tuple[float, ...]:
        if not self.is_number:
            return ()
        return tuple(value) if isinstance(value, tuple) else (value,)

    def _converted(self, value: Any) -> Any:
        kind = self.type
        if issubclass(kind, bool):
            if not isinstance(value, bool):
                raise TypeError(value)
            return value
        if issubclass(kind, Enum):
            return value if isinstance(value, kind) else kind(value)
        if issubclass(kind, (int, float)):
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise TypeError(value)
            if issubclass(kind, int) and value != int(value):
                raise ValueError(value)
            return kind(value)
        if issubclass(kind, (Color, Vec)):
            if not isinstance(value, (tuple, list)) or len(value) != self.parts:
                raise ValueError(value)
            if any(isinstance(part, bool) or not isinstance(part, (int, float)) for part in value):
                raise TypeError(value)
            return kind(float(part) for part in value)
        if issubclass(kind, str):
            if not isinstance(value, str):
                raise TypeError(value)
            return kind(value)
        if isinstance(value, kind):
            return value
        return cast(type[Stored], kind).from_json(value)  # it has that: checked when the node is declared

    def to_json(self, value: Any) -> Any:
        """The value as it stands in a file."""
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, tuple):
            return list(value)
        if isinstance(value, str):
            return str(value)
        return value.to_json() if isinstance(value, Stored) else value


def describe(kind: type) -> str:
    """A knob type in words: `a number`, `one of over, under, plus`."""
    if issubclass(kind, Enum):
        return "one of " + ", ".join(str(member.value) for member in kind)
    words = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        File: "a path",
        Space: "a colour space",
    }
    if kind in words:
        return words[kind]
    if issubclass(kind, (Color, Vec)):
        return "a list of numbers"
    return "a text" if issubclass(kind, str) else kind.__name__


STORABLE: tuple[type, ...] = (bool, int, float, str, Enum, Color, Vec)


def is_storable(kind: Any) -> bool:
    """True if a knob can be of this type."""
    return isinstance(kind, type) and (issubclass(kind, STORABLE) or hasattr(kind, "from_json"))
