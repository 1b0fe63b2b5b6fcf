"""Room for pixels, used again: asking the system for fresh pages costs more than filling them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

LARGE = 1 << 20  # smaller arrays come and go fast enough by themselves
IDLE = 512 << 20  # bytes kept for the next one to ask
CALM = 100  # loans, some frames' worth: a pool that has not grown for so many is as large as frames need
PATIENCE = 0.1  # seconds: other work gives something back sooner, unless it waits for us

Block = NDArray[np.uint8]


class Pool:
    """Blocks of memory: lent as long as any array looks at them, then idle until somebody wants one of that size.

    Idle blocks stay as long as they take no more than was lent at its worst: so a frame finds again what the last one
    gave back, and all in all no more is taken than frames have once needed.

    Once it has not grown for a while, sparing work that would take more than was ever lent waits a moment for what
    other sparing work gives back. So the worst moments of two frames hardly meet, and a long render takes no more than
    a short one.
    """

    def __init__(self) -> None:
        self._idle: list[Block] = []
        # An array may be let go of in the middle of anything, even of this.
        self._changed = threading.Condition(threading.RLock())
        self._lent = 0
        self._most = 0
        self._calm = 0  # loans since it grew
        self._sparing: set[int] = set()  # threads
        self._waiting = 0

    @contextmanager
    def sparing(self) -> Iterator[None]:
        """Work of this thread that rather waits a moment than takes more than was ever lent."""
        thread = threading.get_ident()
        with self._changed:
            outermost = thread not in self._sparing
            self._sparing.add(thread)
        try:
            yield
        finally:
            if outermost:
                with self._changed:
                    self._sparing.discard(thread)
                    self._changed.notify_all()

    def _wait_for(self, size: int) -> None:
        """Wait while others may give back what is wanted."""
        if self._calm < CALM or threading.get_ident() not in self._sparing:
            return
        end = monotonic() + PATIENCE
        while self._lent + size > self._most and len(self._sparing) - 1 > self._waiting:
            self._waiting += 1
            came = self._changed.wait(end - monotonic())
            self._waiting -= 1
            if not came:
                return

    def lend(self, size: int) -> Block:
        """A block of so many bytes, or hardly more, with anything in it."""
        with self._changed:
            self._wait_for(size)
            block = next((each for each in reversed(self._idle) if size <= each.nbytes <= size + size // 8), None)
            # By what it is and not by its place: arrays let go of meanwhile may have moved the others.
            self._idle = [each for each in self._idle if each is not block]
            self._lent += size if block is None else block.nbytes
            self._calm = self._calm + 1 if self._lent <= self._most else 0
            self._most = max(self._most, self._lent)
            self._let_go(self._most - self._lent)
        return np.empty(size, np.uint8) if block is None else block

    def give_back(self, block: Block) -> None:
        """Nobody looks at a block any more."""
        with self._changed:
            self._lent -= block.nbytes
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
