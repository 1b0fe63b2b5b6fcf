"""Blocks that were decoded just now: a splice needs the same ones that the edit has read."""

from __future__ import annotations

import os
import threading
from typing import Any, NamedTuple

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


class Recent:
    """The newest decoded rectangles, up to a limit in bytes. The arrays are shared: nobody may write to them."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._held: list[tuple[Place, Box, Planes]] = []
        self._lock = threading.Lock()

    def add(self, place: Place, box: Box, planes: Planes) -> None:
        with self._lock:
            self._held = [held for held in self._held if not (held[0] == place and box.covers(held[1]))]
            self._held.append((place, box, planes))
            while self._held and self.nbytes > self.limit:
                self._held.pop(0)

    def find(self, place: Place, box: Box) -> Planes | None:
        """The planes of a box, if one that covers it is held."""
        with self._lock:
            for held, around, planes in reversed(self._held):
                if held == place and around.covers(box):
                    here = box.slices(around)
                    return {name: plane[here] for name, plane in planes.items()}
        return None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held = []

    @property
    def nbytes(self) -> int:
        return sum(plane.nbytes for _, _, planes in self._held for plane in planes.values())


RECENT = Recent(64 << 20)
