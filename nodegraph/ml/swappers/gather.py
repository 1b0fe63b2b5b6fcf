"""Calls of several frames that wait for one network go into it together."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.ml.swappers.network import Network

Feeds = Mapping[str, NDArray[Any]]


class _Call:
    """One call, until it is answered."""

    def __init__(self, rows: Feeds, same: Feeds, wanted: Sequence[str]) -> None:
        self.rows = rows
        self.same = same
        self.wanted = tuple(wanted)
        self.count = len(next(iter(rows.values())))
        self.key = (self.wanted, *((name, array.tobytes()) for name, array in same.items()))
        self.answer: list[NDArray[Any]] | None = None
        self.fault: ModelError | None = None

    @property
    def open(self) -> bool:
        return self.answer is None and self.fault is None


class Gather:
    """A network that takes several faces at once, fed with all those that threads hand in while it runs."""

    def __init__(self, network: Network, most: int) -> None:
        self._network = network
        self._most = most
        self._waiting: deque[_Call] = deque()
        self._door = threading.Lock()
        self._running = threading.Lock()

    def run(self, rows: Feeds, same: Feeds, wanted: Sequence[str]) -> list[NDArray[Any]]:
        """Run it: `rows` have a row for each face, `same` holds for all of them; a row of each result for each face."""
        mine = _Call(rows, same, wanted)
        with self._door:
            self._waiting.append(mine)
        with self._running:  # whoever comes first runs what waits; the others mostly find their answers made
            while mine.open:
                self._answer(self._next())
        if mine.fault is not None:
            raise mine.fault
        return mine.answer or []

    def _next(self) -> list[_Call]:
        """The calls that have waited longest and go together."""
        with self._door:
            calls = [self._waiting.popleft()]
            count = calls[0].count
            while self._waiting and self._waiting[0].key == calls[0].key:
                count += self._waiting[0].count
                if count > self._most:
                    break
                calls.append(self._waiting.popleft())
        return calls

    def _answer(self, calls: list[_Call]) -> None:
        try:
            together = {name: np.concatenate([call.rows[name] for call in calls]) for name in calls[0].rows}
            results = self._network.run({**together, **calls[0].same}, calls[0].wanted)
            whole = sum(call.count for call in calls)
            if len(calls) > 1 and any(len(result) != whole for result in results):
                raise ModelError("a row of a result is missing", "run each call on its own")
        except ModelError as fault:
            if len(calls) == 1:
                calls[0].fault = fault
                return
            for call in calls:  # the fault of one is not to be that of the others
                self._answer([call])
            return
        first = 0
        for call in calls:
            call.answer = [result[first : first + call.count] for result in results]
            first += call.count
