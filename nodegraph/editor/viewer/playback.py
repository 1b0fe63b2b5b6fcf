"""Which frame is shown when: the rate, frames dropped, loop and bounce, and that the newest request wins."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Ends(Enum):
    """What happens at the end of the range."""

    LOOP = "loop"
    BOUNCE = "bounce"
    STOP = "stop"


@dataclass(frozen=True)
class Playing:
    """Play from a frame at a moment on. `way` is 1 forward, -1 backward; moments are seconds of any steady clock."""

    first: int
    last: int
    rate: Fraction
    start: int
    since: float
    way: int = 1
    ends: Ends = Ends.LOOP

    def step(self, now: float) -> int:
        """How many frames have gone by."""
        # A clock that ticks on the very edge of a frame is on it: a millionth of a frame decides nothing.
        return max(0, math.floor((now - self.since) * float(self.rate) + 1e-6))

    def frame(self, now: float) -> int:
        """The frame that is due."""
        return self.after(self.step(now))

    def after(self, steps: int) -> int:
        """The frame so many steps from the start, by way of the ends of the range."""
        count = self.last - self.first + 1
        place = self.start - self.first
        if count <= 1:
            return self.first
        if self.ends is Ends.LOOP:
            return self.first + (place + self.way * steps) % count
        if self.ends is Ends.STOP:
            return self.first + min(count - 1, max(0, place + self.way * steps))
        turn = 2 * (count - 1)
        lap = (place if self.way > 0 else turn - place) + steps
        return self.first + (count - 1) - abs(lap % turn - (count - 1))

    def over(self, now: float) -> bool:
        """True if it has come to an end."""
        return self.ends is Ends.STOP and self.step(now) > (
            self.last - self.start if self.way > 0 else self.start - self.first
        )

    def next_due(self, now: float) -> float:
        """The moment at which the next frame is due; until then there is nothing to do."""
        return self.since + (self.step(now) + 1) / float(self.rate)

    def from_here(self, now: float, rate: Fraction | None = None, way: int | None = None) -> Playing:
        """The same, begun anew at the frame that is due: for a change of rate or direction on the way."""
        steps = self.step(now)
        same = way is None
        found = self._way(steps) if same else way
        return replace(self, start=self.after(steps), since=now, rate=rate or self.rate, way=found or self.way)

    def _way(self, steps: int) -> int:
        if self.ends is not Ends.BOUNCE or self.last <= self.first:
            return self.way
        turn = 2 * (self.last - self.first)
        place = self.start - self.first
        lap = ((place if self.way > 0 else turn - place) + steps) % turn
        return 1 if lap < self.last - self.first else -1


@dataclass
class Tally:
    """Counts, while it plays, the frames that were due and never shown, and the rate that was reached."""

    playing: Playing
    shown: int = 0
    dropped: int = 0
    _step: int = -1
    _moments: list[float] = field(default_factory=list)

    def show(self, now: float) -> int | None:
        """The frame to show now, or None if it is on the screen already."""
        step = self.playing.step(now)
        if step <= self._step:
            return None
        self.dropped += step - self._step - 1
        self._step = step
        self.shown += 1
        self._moments = [*self._moments[-23:], now]
        return self.playing.after(step)

    def every(self, now: float) -> int | None:
        """As `show`, but no frame is left out: play slows down instead."""
        if self._moments and now - self._moments[-1] < 1 / float(self.playing.rate) - 1e-6:
            return None
        self._step += 1
        self.shown += 1
        self._moments = [*self._moments[-23:], now]
        return self.playing.after(self._step)

    @property
    def reached(self) -> float:
        """Frames a second, over the last second or so; 0 before there are two."""
        if len(self._moments) < 2 or self._moments[-1] <= self._moments[0]:
            return 0.0
        return (len(self._moments) - 1) / (self._moments[-1] - self._moments[0])


@dataclass
class Newest(Generic[T]):
    """One thing is worked on at a time; of all that was asked for meanwhile, only the newest is next.

    Scrubbing thus never queues: a hundred frames passed over cost one evaluation, not a hundred.
    """

    running: T | None = None
    waiting: T | None = None

    def ask(self, wanted: T) -> T | None:
        """Ask for something; returns what to start now, if anything."""
        if wanted == self.running:
            self.waiting = None
            return None
        if self.running is not None:
            self.waiting = wanted
            return None
        self.running = wanted
        return wanted

    def done(self, what: T) -> tuple[bool, T | None]:
        """Something is finished: whether it is to be shown, and what to start next.

        It is shown even if something newer waits, so that the picture follows the hand; not if it was
        given up.
        """
        if what != self.running:
            return False, None
        self.running, self.waiting = self.waiting, None
        return True, self.running

    def give_up(self) -> T | None:
        """Forget everything; returns what was being worked on, to be cancelled."""
        running, self.running, self.waiting = self.running, None, None
        return running
