"""What a node may ask about time: this frame, the frames near it, the whole shot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Generic, TypeVar

from nodegraph.data.box import Format

T = TypeVar("T")


class Frame(int):
    """The frame number. Naming it as a parameter is the only way for a node to see it."""


@dataclass(frozen=True)
class Shot:
    """The shot that is worked on: its name, range, rate, format, version and colour management."""

    name: str = "shot"
    first: int = 1001
    last: int = 1001
    fps: Fraction = Fraction(24)
    format: Format = Format(2048, 1080)
    space: str = "ACEScg"  # the working space that pixels on wires are in
    config: str = ""  # an OCIO config: a path from the project, or ocio://name; empty: $OCIO, else the built-in default
    version: int = 1
    # The film that the shot is of: consent is given for one. Nodes do not see it, and it is in no key.
    production: str = field(default="", repr=False)

    @property
    def frames(self) -> range:
        return range(self.first, self.last + 1)


class Moves(tuple[Mapping[str, Any], ...]):
    """The knobs at moments while the shutter is open, for a node that blurs what moves; empty if none moves."""

    __slots__ = ()


@dataclass(frozen=True, eq=False)
class Window(Generic[T]):
    """The frames near this one: `window[frame]`, or `window.now`."""

    frame: int
    values: Mapping[int, T]

    def __getitem__(self, frame: int) -> T:
        return self.values[frame]

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self.values))

    def __len__(self) -> int:
        return len(self.values)

    @property
    def now(self) -> T:
        return self.values[self.frame]


@dataclass(frozen=True, eq=False)
class Clip(Generic[T]):
    """The whole shot, frame after frame; it streams, and never holds more than a few."""

    frames: range | tuple[int, ...]
    stream: Callable[[], Iterator[T]]

    def __iter__(self) -> Iterator[tuple[int, T]]:
        return zip(self.frames, self.stream(), strict=True)

    def __len__(self) -> int:
        return len(self.frames)

    @classmethod
    def of(cls, values: Mapping[int, T]) -> Clip[T]:
        """A clip of values at hand, for tests and small things."""
        frames = tuple(sorted(values))
        return cls(frames, lambda: (values[frame] for frame in frames))
