"""RAM playback: frames kept within a budget of bytes, and which stretches of the timeline they make."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

P = TypeVar("P")


@dataclass(frozen=True)
class Kept(Generic[P]):
    """A frame's picture, and the key of what made it."""

    key: Hashable
    picture: P
    nbytes: int


@dataclass
class Reel(Generic[P]):
    """Pictures by frame. A picture whose key is no longer the frame's is never shown again.

    When room is wanted, frames go that play reaches last: in a loop, the one just passed is the furthest ahead.
    """

    budget: int
    kept: dict[int, Kept[P]] = field(default_factory=dict)
    used: int = 0

    def get(self, frame: int, key: Hashable) -> P | None:
        """The picture of a frame, if it is there and still what the graph would make."""
        found = self.kept.get(frame)
        return found.picture if found is not None and found.key == key else None

    def put(
        self, frame: int, key: Hashable, picture: P, nbytes: int, playhead: int, span: tuple[int, int], way: int = 1
    ) -> bool:
        """Keep a picture, if there is room or less urgent ones can make it; False if it was not kept."""
        self.drop(frame)
        if nbytes > self.budget:
            return False
        far = _ahead(frame, playhead, span, way)
        leave: list[int] = []
        free = self.budget - self.used
        for other in sorted(self.kept, key=lambda each: -_ahead(each, playhead, span, way)):
            if free >= nbytes:
                break
            if _ahead(other, playhead, span, way) <= far:
                return False
            leave.append(other)
            free += self.kept[other].nbytes
        for other in leave:
            self.drop(other)
        self.kept[frame] = Kept(key, picture, nbytes)
        self.used += nbytes
        return True

    def drop(self, frame: int) -> None:
        """Let go of a frame."""
        gone = self.kept.pop(frame, None)
        if gone is not None:
            self.used -= gone.nbytes

    def keep_only(self, keys: dict[int, Hashable]) -> None:
        """Let go of what the graph would no longer make: `keys` are the frames' keys now."""
        for frame in [each for each, kept in self.kept.items() if keys.get(each) != kept.key]:
            self.drop(frame)

    def clear(self) -> None:
        """Let go of everything."""
        self.kept.clear()
        self.used = 0

    def bar(self) -> list[tuple[int, int]]:
        """The cached-frame bar: stretches of frames, first and last."""
        return ranges(self.kept)


def ranges(frames: Iterable[int]) -> list[tuple[int, int]]:
    """Frames as stretches without a gap: first and last of each."""
    found: list[tuple[int, int]] = []
    for frame in sorted(set(frames)):
        if found and frame == found[-1][1] + 1:
            found[-1] = (found[-1][0], frame)
        else:
            found.append((frame, frame))
    return found


def without(frames: Iterable[int], span: tuple[int, int]) -> list[tuple[int, int]]:
    """The stretches of a range that hold none of these frames; as quick for a range that has no end in sight."""
    first, last = span
    found: list[tuple[int, int]] = []
    for low, high in [*ranges(each for each in frames if first <= each <= last), (last + 1, last + 1)]:
        if low > first:
            found.append((first, low - 1))
        first = high + 1
    return found


def order(playhead: int, span: tuple[int, int], way: int = 1) -> Iterator[int]:
    """The frames of a range in the order in which play will ask for them."""
    first, last = span
    count = last - first + 1
    return (first + (playhead - first + way * k) % count for k in range(count))


def room(budget: int, nbytes: int) -> int:
    """How many frames of a size the budget holds."""
    return budget // max(1, nbytes)


def _ahead(frame: int, playhead: int, span: tuple[int, int], way: int) -> int:
    """How many frames from now play asks for a frame; frames outside the range come after all others."""
    first, last = span
    if not first <= frame <= last:
        return last - first + 1 + min(abs(frame - first), abs(frame - last))
    return way * (frame - playhead) % (last - first + 1)
