"""Room for pixels, used again: asking the system for fresh pages costs more than filling them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

LARGE = 1 << 20  # smaller arrays come and go fast enough by themselves
IDLE = 512 << 20  # bytes kept for the next one to ask
PATIENCE = 2.0  # seconds a frame waits in all: the one begun first gives something back sooner, or it is a slow one

Block = NDArray[np.uint8]


class Appetite:
    """How much more a frame takes from a node on than it has when it comes there: as the last frame did."""

    def __init__(self) -> None:
        self.more: dict[str, int] = {}

    def learn(self, eaten: list[_Course]) -> None:
        """What a whole frame took, node after node."""
        most = 0
        for course in reversed(eaten):
            most = max(most, course.most)
            self.more[course.node] = most - course.before


@dataclass
class _Course:
    """What a frame held when it came to a node, and at most while it was there."""

    node: str
    before: int
    most: int


class _Turn:
    """Where a thread's work stands among others, and what it holds."""

    def __init__(self, number: int, limit: int, appetite: Appetite) -> None:
        self.number, self.limit, self.appetite = number, limit, appetite
        self.held = 0  # what this thread asked for, less what it let go of
        self.patience = PATIENCE  # seconds that it would wait yet
        self.courses: list[_Course] = []
        self._until = 0

    def comes_to(self, node: str) -> None:
        self.courses.append(_Course(node, self.held, self.held))
        self._until = self.held + self.appetite.more.get(node, self.limit // 2)  # of the first frame nothing is known

    def holds(self, more: int) -> None:
        self.held += more
        if self.courses:
            self.courses[-1].most = max(self.courses[-1].most, self.held)

    @property
    def wants(self) -> int:
        """What it will take yet, at its worst."""
        return max(0, self._until - self.held)


class Pool:
    """Blocks of memory: lent as long as any array looks at them, then idle until somebody wants one of that size.

    Idle blocks stay as long as they take no more than was lent at its worst: so a frame finds again what the last one
    gave back, and all in all no more is taken than frames have once needed.

    Frames of a render take turns. As long as all of them together need little there is room for each; near a limit
    only the one that was begun first takes more, and the others leave it what it will want and wait for what it gives
    back. So their worst moments hardly meet, and a long render takes no more than a short one.
    """

    def __init__(self) -> None:
        self._idle: list[Block] = []
        # An array may be let go of in the middle of anything, even of this.
        self._changed = threading.Condition(threading.RLock())
        self._lent = 0
        self._most = 0
        self._turns: dict[int, _Turn] = {}  # of threads
        self._waiting: set[int] = set()  # threads
        self._urgent: set[int] = set()  # threads

    @contextmanager
    def turn(self, number: int, limit: int, appetite: Appetite) -> Iterator[None]:
        """Work of this thread that lets work with a lower number go before, where more than a limit would be lent."""
        thread = threading.get_ident()
        if thread in self._turns:  # a frame that asks for others on its way is as early as it was
            yield
            return
        mine = _Turn(number, limit, appetite)
        with self._changed:
            self._turns[thread] = mine
        try:
            yield
            appetite.learn(mine.courses)
        finally:
            with self._changed:
                del self._turns[thread]
                self._changed.notify_all()

    def comes_to(self, node: str) -> None:
        """This thread's work begins with a node."""
        mine = self._turns.get(threading.get_ident())
        if mine is not None:
            with self._changed:
                mine.comes_to(node)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """While this thread waits for others: nobody waits for its memory."""
        thread = threading.get_ident()
        with self._changed:
            self._waiting.add(thread)
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._waiting.discard(thread)

    @contextmanager
    def urgent(self, size: int) -> Iterator[None]:
        """Work that others may soon wait for, so it waits for nobody, but before it begins for about so much room."""
        thread = threading.get_ident()
        with self._changed:
            self._wait_for(size)
            outermost = thread not in self._urgent
            self._urgent.add(thread)
        try:
            yield
        finally:
            if outermost:
                with self._changed:
                    self._urgent.discard(thread)

    @contextmanager
    def beside(self, size: int) -> Iterator[None]:
        """While a library takes so much by itself: it counts as lent, and what lies idle makes room for it."""
        with self._changed:
            self._take(size)
        try:
            yield
        finally:
            with self._changed:
                self._hold(-size)
                self._changed.notify_all()

    def _take(self, size: int) -> None:
        self._hold(size)
        self._most = max(self._most, self._lent)
        self._let_go(self._most - self._lent)

    def _hold(self, more: int) -> None:
        self._lent += more
        mine = self._turns.get(threading.get_ident())
        if mine is not None:
            mine.holds(more)

    def _must_wait(self, thread: int, size: int) -> bool:
        mine = self._turns[thread]
        if thread in self._urgent:
            return False
        before = [
            turn for other, turn in self._turns.items() if turn.number < mine.number and other not in self._waiting
        ]
        return bool(before) and self._lent + size + sum(turn.wants for turn in before) > mine.limit

    def _wait_for(self, size: int) -> None:
        """Wait while those whose turn came first may give back what is wanted."""
        thread = threading.get_ident()
        mine = self._turns.get(thread)
        if mine is None:
            return
        while mine.patience > 0 and self._must_wait(thread, size):
            self._waiting.add(thread)
            since = monotonic()
            self._changed.wait(mine.patience)
            mine.patience -= monotonic() - since
            self._waiting.discard(thread)

    def lend(self, size: int) -> Block:
        """A block of so many bytes, or hardly more, with anything in it."""
        with self._changed:
            self._wait_for(size)
            block = next((each for each in reversed(self._idle) if size <= each.nbytes <= size + size // 8), None)
            # By what it is and not by its place: arrays let go of meanwhile may have moved the others.
            self._idle = [each for each in self._idle if each is not block]
            self._take(size if block is None else block.nbytes)
        return np.empty(size, np.uint8) if block is None else block

    def give_back(self, block: Block) -> None:
        """Nobody looks at a block any more."""
        with self._changed:
            self._hold(-block.nbytes)
            self._idle.append(block)
            self._let_go(IDLE)
            self._changed.notify_all()

    def _let_go(self, most: int) -> None:
        """Keep no more bytes idle than these: what nobody asked for longest goes."""
        while sum(each.nbytes for each in self._idle) > most:
            self._idle.pop(0)


POOL = Pool()


class _Loan:
    """Holds a block of memory while any array looks at it, and gives it back when the last has gone."""

    __slots__ = ("__array_interface__", "block")

    def __init__(self, block: Block, shape: tuple[int, ...], kind: np.dtype[Any]) -> None:
        self.block = block
        self.__array_interface__ = {
            "version": 3,
            "shape": shape,
            "typestr": kind.str,
            "data": (block.ctypes.data, False),
        }

    def __del__(self) -> None:
        POOL.give_back(self.block)


def empty(shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """An array with anything in it, as `numpy.empty`; large ones in memory that was used before."""
    kind = np.dtype(dtype)
    size = kind.itemsize * int(np.prod(shape, dtype=np.int64))
    if size < LARGE:
        return np.empty(shape, kind)
    return np.asarray(_Loan(POOL.lend(size), tuple(shape), kind))
