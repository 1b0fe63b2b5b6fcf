"""Splitting the rows of one picture over the machine's cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

# Below this many rows x bytes a second thread costs more than it brings.
SMALL = 1 << 20
BAND = 2 << 20  # bytes of a picture that a thread works on at a time, where it makes something on its way


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="rows")


@cache
def _beside() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="beside")


def side_by_side(one: Callable[[], A], other: Callable[[], B]) -> tuple[A, B]:
    """What two pieces of work give that do not need each other. They may split rows, but not call this themselves."""
    second = _beside().submit(other)
    try:
        first = one()
    finally:
        wait([second])
    return first, second.result()


def split_rows(work: Callable[[int, int], None], rows: int, nbytes: int) -> None:
    """Call `work(first, end)` for shares of the rows, side by side where the picture is large enough.

    `work` must let go of the interpreter lock (numpy, OpenCV and our kernels do) and must not call
    `split_rows` itself.
    """
    shares = min(cores(), rows)
    if shares < 2 or nbytes < SMALL:
        work(0, rows)
        return
    cuts = [rows * k // shares for k in range(shares + 1)]
    futures = [_pool().submit(work, cuts[k], cuts[k + 1]) for k in range(1, shares)]
    try:
        work(cuts[0], cuts[1])
    finally:
        for future in futures:
            future.exception()  # waits: whoever is told of a fault may let go of what the others worked on
    for future in futures:
        future.result()


def split_bands(work: Callable[[int, int], None], rows: int, nbytes: int) -> None:
    """As `split_rows`, but a band after the other, so that what `work` makes on its way is as small as a band."""
    step = max(1, rows * BAND // max(nbytes, 1))

    def share(first: int, end: int) -> None:
        for top in range(first, end, step):
            work(top, min(top + step, end))

    split_rows(share, rows, nbytes)
