"""Memory that results hold on to: each piece counts once, however many pictures look at it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

LARGE = 4 << 20  # bytes of what is not left to heaps; smaller pieces, as bands of rows are, come and go too often
KEPT = 32 << 20  # bytes at the end of a heap that are kept for what comes next
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # their numbers in malloc.h


def pieces(value: Any) -> Mapping[int, int]:
    """The pieces of memory that a result holds on to: bytes, by which piece it is.

    A picture with a patch holds its base too, and another patch over the same base holds the same piece. What holds
    others says so by `holds()`; what knows no more than its size, by `nbytes`.
    """
    found: dict[int, int] = {}
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, np.ndarray):
            while isinstance(each.base, np.ndarray):
                each = each.base  # a view keeps all of what it looks at
            found[id(each)] = each.nbytes
        elif isinstance(each, (tuple, list)):
            todo += each
        else:
            holds = getattr(each, "holds", None)
            if callable(holds):
                held: Iterable[Any] = holds()
                todo += held
            else:
                nbytes = getattr(each, "nbytes", None)
                found[id(each)] = nbytes if isinstance(nbytes, int) else sys.getsizeof(each)
    return found


def size_of(value: Any) -> int:
    """About how many bytes a result holds on to."""
    return sum(pieces(value).values())


class Scales:
    """The bytes that several results hold on to between them."""

    def __init__(self) -> None:
        self.nbytes = 0
        self._pieces: dict[int, list[int]] = {}  # its bytes, and how many results hold it

    def add(self, held: Mapping[int, int]) -> None:
        """One more result."""
        for piece, nbytes in held.items():
            known = self._pieces.setdefault(piece, [0, 0])
            self.nbytes += nbytes - known[0]
            known[0] = nbytes
            known[1] += 1

    def remove(self, held: Mapping[int, int]) -> None:
        """One result less, as it was when it was added."""
        for piece in held:
            known = self._pieces[piece]
            known[1] -= 1
            if not known[1]:
                self.nbytes -= known[0]
                del self._pieces[piece]


def give_back_at_once() -> None:
    """Have the system get large pieces back as soon as they are let go of, where the C library can be told so.

    glibc learns from each piece that is let go of to keep the next ones, of up to 32 MB, in heaps that never shrink
    (mallopt(3), M_MMAP_THRESHOLD): a long render would take more than a short one. It concerns the whole process, so
    only a program of our own asks for it.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none, and does not need it
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE)
        mallopt(_M_TRIM_THRESHOLD, KEPT)
