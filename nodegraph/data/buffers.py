"""Room for pixels, used again: asking the system for fresh pages costs more than filling them."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

LARGE = 1 << 20  # smaller arrays come and go fast enough by themselves
IDLE = 512 << 20  # bytes kept for the next one to ask

_idle: list[NDArray[np.uint8]] = []
_lock = threading.RLock()


class _Loan:
    """Holds a block of memory while any array looks at it, and gives it back when the last has gone."""

    __slots__ = ("__array_interface__", "block")

    def __init__(self, block: NDArray[np.uint8], shape: tuple[int, ...], kind: np.dtype[Any]) -> None:
        self.block = block
        self.__array_interface__ = {
            "version": 3,
            "shape": shape,
            "typestr": kind.str,
            "data": (block.ctypes.data, False),
        }

    def __del__(self) -> None:
        _give_back(self.block)


def _give_back(block: NDArray[np.uint8]) -> None:
    with _lock:
        _idle.append(block)
        while sum(each.nbytes for each in _idle) > IDLE:
            _idle.pop(0)


def empty(shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """An array with anything in it, as `numpy.empty`; large ones in memory that was used before."""
    kind = np.dtype(dtype)
    size = kind.itemsize * int(np.prod(shape, dtype=np.int64))
    if size < LARGE:
        return np.empty(shape, kind)
    with _lock:
        fit = [k for k, block in enumerate(_idle) if size <= block.nbytes <= size + size // 8]
        block = _idle.pop(fit[-1]) if fit else None
        if block is None:
            _make_room(size)
    if block is None:
        block = np.empty(size, np.uint8)
    return np.asarray(_Loan(block, tuple(shape), kind))


def _make_room(size: int) -> None:
    """Let go of what nobody asked for longest, so that a fresh block does not come on top of it."""
    while _idle and size > 0:
        size -= _idle.pop(0).nbytes
