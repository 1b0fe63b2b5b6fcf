"""Keeps the OpenEXR binding from printing: it tells of a damaged block on standard output, where our JSON goes."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any


class _Deaf:
    """Standard output that does not hear some threads."""

    def __init__(self, output: Any) -> None:
        self.output = output
        self.muted: Counter[int] = Counter()

    def write(self, text: str) -> int:
        if self.muted[threading.get_ident()] > 0:
            return len(text)
        return int(self.output.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.output, name)


_lock = threading.Lock()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """What this thread prints meanwhile is lost; other threads print as ever. Errors still raise."""
    me = threading.get_ident()
    with _lock:
        if not isinstance(sys.stdout, _Deaf):
            sys.stdout = _Deaf(sys.stdout)
        deaf = sys.stdout
        deaf.muted[me] += 1
    try:
        yield
    finally:
        with _lock:
            deaf.muted[me] -= 1
            deaf.muted += Counter()  # forget who is heard again
            if not deaf.muted and sys.stdout is deaf:
                sys.stdout = deaf.output
