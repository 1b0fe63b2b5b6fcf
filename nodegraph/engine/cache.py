"""The cache: results by key, within a budget of bytes, each computed by one asker while others wait."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from nodegraph.data.errors import Cancelled
from nodegraph.data.memory import Scales, pieces


class Missing:
    """Says that there is no value, where None is one."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


class Flight:
    """A result on its way: one thread computes it, others wait."""

    __slots__ = ("_done", "error", "value")

    def __init__(self) -> None:
        self._done: threading.Event | None = None  # most land before anyone waits
        self.value: Any = MISSING
        self.error: BaseException | None = None

    def joined(self) -> Flight:
        """Someone will wait. The cache calls this under its lock, while the flight cannot land."""
        if self._done is None:
            self._done = threading.Event()
        return self

    def land(self, value: Any) -> None:
        self.value = value
        if self._done is not None:
            self._done.set()

    def fail(self, error: BaseException) -> None:
        self.error = error
        if self._done is not None:
            self._done.set()

    def wait(self, seconds: float) -> bool:
        return self._done is None or self._done.wait(seconds)

    @property
    def cancelled(self) -> bool:
        """True if its thread was stopped: someone who still wants it must compute it anew."""
        return isinstance(self.error, (Cancelled, KeyboardInterrupt, GeneratorExit))


class _Kept:
    __slots__ = ("pieces", "value")

    def __init__(self, value: Any, held: Mapping[int, int]) -> None:
        self.value = value
        self.pieces = held  # of memory, as they were when last weighed


class Cache:
    """Results by key.

    A key that is retained stays, whatever the budget; others go when room is needed, the longest
    unused first. With `keep=False`, a result goes as soon as nobody retains it: a render knows which
    frames are still to come.
    """

    def __init__(self, budget: int, *, keep: bool = True) -> None:
        self.budget = budget
        self.keep = keep
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._flights: dict[bytes, Flight] = {}
        self._retained: Counter[bytes] = Counter()
        self._pinned: set[bytes] = set()
        self._scales = Scales()
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Memory that the results hold on to, as far as known: pictures grow as they are looked at."""
        return self._scales.nbytes

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: bytes) -> bool:
        return key in self._kept

    def ask(self, key: bytes) -> tuple[Any, Flight | None, bool]:
        """The value; or MISSING with a flight, and whether the asker is to compute it (else it waits)."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept.value, None, False
            flight = self._flights.get(key)
            if flight is not None:
                return MISSING, flight.joined(), False
            flight = self._flights[key] = Flight()
            return MISSING, flight, True

    def peek(self, key: bytes) -> Any:
        """The value if it is there, else MISSING; nobody is counted as having used it."""
        with self._lock:
            kept = self._kept.get(key)
            return MISSING if kept is None else kept.value

    def put(self, key: bytes, flight: Flight, value: Any, *, keep: bool = False) -> None:
        """The flight's result has come; it is kept if it may be of use again."""
        held = pieces(value)
        with self._lock:
            if keep or self.keep or key in self._retained or key in self._pinned:
                self._drop(key)
                self._kept[key] = _Kept(value, held)
                self._scales.add(held)
                self._shrink()
            self._flights.pop(key, None)
        flight.land(value)

    def fail(self, key: bytes, flight: Flight, error: BaseException) -> None:
        """The flight failed: those who wait get the error, and nothing is kept of it."""
        with self._lock:
            self._flights.pop(key, None)
        flight.fail(error)

    def retain(self, keys: Iterable[bytes]) -> None:
        """Someone will want these."""
        with self._lock:
            self._retained.update(keys)

    def release(self, key: bytes) -> None:
        """Someone wants this no more."""
        with self._lock:
            count = self._retained[key] - 1
            if count > 0:
                self._retained[key] = count
                return
            del self._retained[key]
            kept = self._kept.get(key)
            if kept is None or key in self._pinned:
                return
            if self.keep:
                self._measure(kept)
                self._shrink()
            else:
                self._drop(key)

    def pin(self, keys: Iterable[bytes], *, only: bool = False) -> None:
        """Hold these until told otherwise; `only` lets go of all others."""
        with self._lock:
            if only:
                self._pinned = set(keys)
            else:
                self._pinned.update(keys)

    def measure(self) -> int:
        """Weigh everything anew, and make room if it has grown too much."""
        with self._lock:
            for kept in self._kept.values():
                self._measure(kept)
            self._shrink()
            return self._scales.nbytes

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._pinned.clear()
            self._scales = Scales()

    def _measure(self, kept: _Kept) -> None:
        held = pieces(kept.value)
        if held != kept.pieces:
            self._scales.remove(kept.pieces)
            self._scales.add(held)
            kept.pieces = held

    def _drop(self, key: bytes) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._scales.remove(kept.pieces)

    def _shrink(self) -> None:
        if self._scales.nbytes <= self.budget:
            return
        for kept in self._kept.values():
            self._measure(kept)
        for key in list(self._kept):
            if self._scales.nbytes <= self.budget:
                return
            if key not in self._retained and key not in self._pinned:
                self._drop(key)


@cache
def default_budget() -> int:
    """Half of the machine's memory, or of what this process may use of it."""
    import os
    from pathlib import Path

    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text().strip()).isdigit():
        whole = min(whole, int(text))
    return whole // 2
