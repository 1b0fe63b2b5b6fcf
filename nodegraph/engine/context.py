"""The engine's Context: live things made once and closed at the end, progress, cancel, warnings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from nodegraph.graph.context import UNSTAMPED, Context, Stamp

T = TypeVar("T")

Progress = Callable[[str, int | None, float, str], None]
Warn = Callable[[str, int | None, str], None]


class _Live:
    __slots__ = ("lock", "made", "value")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made = False
        self.value: Any = None


class Loads:
    """Live things by key: each is made once, by one thread while others wait for it."""

    def __init__(self) -> None:
        self._live: dict[Hashable, _Live] = {}
        self._lock = threading.Lock()

    def load(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            live = self._live.setdefault(key, _Live())
        with live.lock:
            if not live.made:
                live.value = make()
                live.made = True
            return cast(T, live.value)

    def close(self) -> None:
        """Let go of everything, the latest first; what can be closed is closed."""
        with self._lock:
            live, self._live = list(self._live.values()), {}
        for each in reversed(live):
            with each.lock:
                close = getattr(each.value, "close", None) if each.made else None
                if callable(close):
                    close()


class RunContext(Context):
    """What a node gets that names its Context: it knows which node and frame it speaks for."""

    def __init__(
        self,
        node: str,
        frame: int | None,
        loads: Loads,
        cancel: threading.Event,
        progress: Progress,
        warn: Warn,
        miss: Warn,
        stamp: Stamp = UNSTAMPED,
    ) -> None:
        self._node = node
        self._frame = frame
        self._loads = loads
        self._cancel = cancel
        self._progress = progress
        self._warn = warn
        self._miss = miss
        self.stamp = stamp
        self.warnings = []
        self.misses = []

    def load(self, key: Hashable, make: Callable[[], T]) -> T:
        return self._loads.load(key, make)

    def progress(self, done: float, message: str = "") -> None:
        self.check_cancel()
        self._progress(self._node, self._frame, done, message)

    def warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)
        self._warn(self._node, self._frame, message)

    def missed(self, why: str) -> None:
        if why not in self.misses:
            self.misses.append(why)
        self._miss(self._node, self._frame, why)
