"""Blocks that were decoded just now: a splice needs the same ones that the edit has read."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from nodegraph.data.box import Box
from nodegraph.media.exr_bands import Bands, cut, whole


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

    __slots__ = ("bands", "box", "place", "readers")

    def __init__(self, place: Place, bands: Bands) -> None:
        self.place, self.box, self.bands = place, whole(bands), bands
        self.readers = 0


class Recent:
    """The newest decoded rectangles, up to a limit in bytes. Nobody may write to what is lent."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._held: list[_Held] = []
        self._lock = threading.Lock()

    def add(self, place: Place, bands: Bands) -> None:
        new = _Held(place, bands)
        with self._lock:
            self._held = [held for held in self._held if not (held.place == place and new.box.covers(held.box))]
            self._held.append(new)
            while self._held and self.nbytes > self.limit:
                self._held.pop(0)

    @contextlib.contextmanager
    def lent(self, place: Place, box: Box) -> Iterator[Bands | None]:
        """The bands of a box, if one that covers it is held."""
        with self._lock:
            held = self._find(place, box)
            if held is not None:
                held.readers += 1
        try:
            yield None if held is None else cut(held.bands, box)
        finally:
            if held is not None:
                with self._lock:
                    held.readers -= 1

    def take(self, place: Place, box: Box) -> Bands | None:
        """The bands of a box, to be written to: it is not held any more. A copy, where somebody looks at it."""
        with self._lock:
            held = self._find(place, box)
            if held is None:
                return None
            # Values that are floats already may stand behind a picture as they are.
            kinds = {plane.dtype for band in held.bands for plane in band.planes.values()}
            if not held.readers and kinds == {np.dtype(np.float16)}:
                self._held.remove(held)
                return cut(held.bands, box)
            return tuple(band.copy() for band in cut(held.bands, box))

    def _find(self, place: Place, box: Box) -> _Held | None:
        return next((held for held in reversed(self._held) if held.place == place and held.box.covers(box)), None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held = []

    @property
    def nbytes(self) -> int:
        return sum(band.nbytes for held in self._held for band in held.bands)


RECENT = Recent(64 << 20)
