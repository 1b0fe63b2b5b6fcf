"""The timeline without a window: which frame is where, which ticks have a number, and what the hand takes hold of."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum
from itertools import count
from typing import NamedTuple

CLOSEST = 5.0  # pixels between small ticks
LEAST = 4.0  # frames that are shown at most zoom
REACH = 7.0  # pixels around a handle in which it is taken


class Tick(NamedTuple):
    """A mark on the ruler; small ones have no number."""

    frame: int
    x: float
    label: str = ""


class Hold(Enum):
    """What of the timeline is dragged."""

    PLAYHEAD = "playhead"
    IN = "in"
    OUT = "out"
    VIEW = "view"


class Scale(NamedTuple):
    """Frames `first` to `last` lie between two edges in pixels. A frame's own place is its middle."""

    first: float
    last: float
    left: float
    right: float

    @property
    def step(self) -> float:
        """Pixels from one frame to the next."""
        return (self.right - self.left) / max(1e-9, self.last - self.first)

    def x(self, frame: float) -> float:
        """Where a frame is."""
        return self.left + (frame - self.first) * self.step

    def frame(self, x: float) -> float:
        """Which frame is at a place, with its fraction."""
        return self.first + (x - self.left) / self.step

    def zoomed(self, factor: float, x: float, whole: tuple[int, int]) -> Scale:
        """Seen closer by a factor, the frame under the cursor staying where it is."""
        pivot = self.frame(x)
        length = (self.last - self.first) / factor
        longest = max(1.0, float(whole[1] - whole[0]))
        length = min(longest, max(min(LEAST, longest), length))
        part = (pivot - self.first) / max(1e-9, self.last - self.first)
        first = pivot - part * length
        return self._replace(first=first, last=first + length).within(whole)

    def panned(self, by: float, whole: tuple[int, int]) -> Scale:
        """Moved along by pixels."""
        frames = by / self.step
        return self._replace(first=self.first - frames, last=self.last - frames).within(whole)

    def within(self, whole: tuple[int, int]) -> Scale:
        """The same length, but nowhere beyond the shot."""
        longest = max(1.0, float(whole[1] - whole[0]))
        length = min(longest, self.last - self.first)
        first = min(max(self.first, whole[0]), whole[0] + longest - length)
        return self._replace(first=first, last=first + length)


def whole(first: int, last: int, left: float, right: float) -> Scale:
    """All of a shot between two edges."""
    return Scale(float(first), float(max(last, first + 1)), left, max(right, left + 1.0))


def stride(least: float) -> int:
    """The first of 1, 2, 5, 10, 20, 50 … frames that is no less."""
    return next(int(lead * 10**power) for power in count() for lead in (1, 2, 5) if lead * 10**power >= least)


def ticks(scale: Scale, ends: tuple[int, int], label_width: float) -> list[Tick]:
    """The marks that are seen. Numbers stand at round frames and at both ends, and none touches another."""
    small = stride(CLOSEST / scale.step)
    large = stride(max(small, label_width / scale.step))
    low = max(ends[0], math.ceil(scale.first - 1e-9))
    high = min(ends[1], math.floor(scale.last + 1e-9))
    # As many as there is room for, however long the shot is: only round frames and the ends are looked at.
    there = {frame for frame in ends if low <= frame <= high}
    fixed = [scale.x(frame) for frame in sorted(there)]
    for each in (small, large):
        there.update(range(-(-low // each) * each, high + 1, each))
    found: list[Tick] = []
    for frame in sorted(there):
        x = scale.x(frame)
        if frame in ends:
            found.append(Tick(frame, x, str(frame)))
        elif frame % large == 0:
            free = all(abs(x - other) >= label_width for other in fixed)
            found.append(Tick(frame, x, str(frame) if free else ""))
        else:
            found.append(Tick(frame, x))
    if len(fixed) == 2 and abs(fixed[1] - fixed[0]) < label_width:
        found[-1] = found[-1]._replace(label="")
    return found


def grabbed(scale: Scale, x: float, frame: int, marks: tuple[int, int]) -> Hold:
    """What a press takes hold of: a handle of in or out that is near, but the playhead before both."""
    if abs(x - scale.x(frame)) <= REACH / 2:
        return Hold.PLAYHEAD
    near = {Hold.IN: abs(x - scale.x(marks[0])), Hold.OUT: abs(x - scale.x(marks[1]))}
    if near[Hold.IN] == near[Hold.OUT] and marks[0] == marks[1]:
        return Hold.IN if x < scale.x(marks[0]) else Hold.OUT
    hold = min(near, key=lambda each: near[each])
    return hold if near[hold] <= REACH else Hold.PLAYHEAD


def dragged(scale: Scale, x: float, ends: tuple[int, int]) -> int:
    """The frame under the cursor, within the shot."""
    return min(max(round(scale.frame(x)), ends[0]), ends[1])


def seen(scale: Scale, spans: Iterable[tuple[int, int]]) -> list[tuple[float, float]]:
    """Stretches of frames as pixels, each frame as wide as a step, cut off at the edges."""
    found = []
    half = scale.step / 2
    for first, last in spans:
        left, right = scale.x(first) - half, scale.x(last) + half
        if right > scale.left - half and left < scale.right + half:
            found.append((max(left, scale.left - half), min(max(right, left + 1.0), scale.right + half)))
    return found


def followed(marks: tuple[int, int], before: tuple[int, int], now: tuple[int, int]) -> tuple[int, int]:
    """In and out on a shot of another length: at its ends if they were there, and never beyond them."""
    first = now[0] if marks[0] == before[0] else min(max(marks[0], now[0]), now[1])
    last = now[1] if marks[1] == before[1] else min(max(marks[1], now[0]), now[1])
    return first, max(first, last)
