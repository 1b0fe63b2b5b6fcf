"""Blocks that were decoded just now: a splice needs the same ones that the edit has read."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box

Planes = dict[str, NDArray[Any]]


class Place(NamedTuple):
    """A part of a file, as it was at one time; a file of the same name that replaced it is another."""

    device: int
    inode: int
    size: int
    written: int
    part: int

    @classmethod
    def of(cls, handle: int, part: int) -> Place:
        """The place of a part of an open file."""
        facts = os.fstat(handle)
        return cls(facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, part)


class _Held:
    """A decoded rectangle, and how many look at it now."""

    __slots__ = ("box", "place", "planes", "readers")

    def __init__(self, place: Place, box: Box, planes: Planes) -> None:
        self.place, self.box, self.planes = place, box, planes
        self.readers = 0

    def part(self, box: Box) -> Planes:
        here = box.slices(self.box)
        return {name: plane[here] for name, plane in self.planes.items()}


class Recent:
    """The newest decoded rectangles, up to a limit in bytes. Nobody may write to what is lent."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._held: list[_Held] = []
        self._lock = threading.Lock()

    def add(self, place: Place, box: Box, planes: Planes) -> None:
        with self._lock:
            self._held = [held for held in self._held if not (held.place == place and box.covers(held.box))]
            self._held.append(_Held(place, box, planes))
            while self._held and self.nbytes > self.limit:
                self._held.pop(0)

    @contextlib.contextmanager
    def lent(self, place: Place, box: Box) -> Iterator[Planes | None]:
        """The planes of a box, if one that covers it is held."""
        with self._lock:
            held = self._find(place, box)
            if held is not None:
                held.readers += 1
        try:
            yield None if held is None else held.part(box)
        finally:
            if held is not None:
                with self._lock:
                    held.readers -= 1

    def take(self, place: Place, box: Box) -> Planes | None:
        """The planes of a box, to be written to: it is not held any more. A copy, where somebody looks at it."""
        with self._lock:
            held = self._find(place, box)
            if held is None:
                return None
            # Values that are floats already may stand behind a picture as they are.
            alone = not held.readers and all(plane.dtype == np.float16 for plane in held.planes.values())
            if alone:
                self._held.remove(held)
                return held.part(box)
            return {name: plane.copy() for name, plane in held.part(box).items()}

    def _find(self, place: Place, box: Box) -> _Held | None:
        return next((held for held in reversed(self._held) if held.place == place and held.box.covers(box)), None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held = []

    @property
    def nbytes(self) -> int:
        return sum(plane.nbytes for held in self._held for plane in held.planes.values())


RECENT = Recent(64 << 20)
