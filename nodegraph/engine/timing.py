"""How long nodes take."""

from __future__ import annotations

import threading
from typing import NamedTuple


class Timing(NamedTuple):
    """The time spent in a node's function. Pictures are lazy: decoding a file counts where its pixels are used."""

    seconds: float
    calls: int


class Timings:
    """Seconds and calls by node, summed over threads."""

    def __init__(self) -> None:
        self._spent: dict[str, Timing] = {}
        self._lock = threading.Lock()

    def add(self, node: str, seconds: float) -> None:
        with self._lock:
            spent = self._spent.get(node)
            self._spent[node] = Timing(seconds, 1) if spent is None else Timing(spent[0] + seconds, spent[1] + 1)

    def table(self) -> dict[str, Timing]:
        """By node, the slowest first."""
        with self._lock:
            return dict(sorted(self._spent.items(), key=lambda each: -each[1].seconds))
