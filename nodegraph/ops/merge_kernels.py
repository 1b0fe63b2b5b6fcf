"""The loops of merge.py, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from nodegraph.data.compiled import compiled


@compiled()
def one(op: int, x: Any, y: Any, a: Any, b: Any) -> Any:
    """One number of the result, of x of A and y of B; operations as merge.py counts them."""
    if op == 0:
        return x + y * (np.float32(1) - a)
    if op == 1:
        return x * (np.float32(1) - b) + y
    if op == 2:
        return x * b + y * (np.float32(1) - a)
    if op == 3:
        return x * b
    if op == 4:
        return x * (np.float32(1) - b)
    if op == 5:
        return y * a
    if op == 6:
        return y * (np.float32(1) - a)
    if op == 7:
        return x * (np.float32(1) - b) + y * (np.float32(1) - a)
    if op == 8:
        return x * a + y * (np.float32(1) - a)
    if op == 9:
        return x + y
    if op == 10:
        return x - y
    if op == 11:
        return y - x
    if op == 12:
        return x * y
    if op == 13:
        return x / y if y != 0 else np.float32(0)
    if op == 14:
        # Above 1 a screen would darken; there the brighter of the two stays.
        return x + y - x * y if x <= 1 and y <= 1 else max(x, y)
    if op == 15:
        return max(x, y)
    if op == 16:
        return min(x, y)
    if op == 17:
        return (x + y) * np.float32(0.5)
    if op == 18:
        return abs(x - y)
    if op == 19:
        return x + y - np.float32(2) * x * y
    if op == 20:
        return np.sqrt(x * x + y * y)
    return x


@cache
def merging(op: int, deep: int, depth: int, has_matte: bool) -> Callable[..., None]:
    """Rows of an A of so many channels merged with a B of so many: a loop of its own for each such case.

    What never changes within a picture is decided before its loop is compiled, so the loop itself has no choice to
    make and takes several pixels at a time.
    """

    @compiled()
    def rows(above: Any, below: Any, matte: Any, mix: Any, out: Any, first: int, end: int) -> None:
        whole = np.float32(1)
        for i in range(first, end):
            for j in range(below.shape[1]):
                k = mix * matte[i, j] if has_matte else mix
                a = above[i, j, 3] if deep == 4 else whole
                b = below[i, j, 3] if depth == 4 else whole
                for c in range(depth):
                    x = above[i, j, c] if c < deep else whole
                    y = below[i, j, c]
                    r = one(op, x, y, a, b)
                    out[i, j, c] = y if k == 0 else r if k == 1 else y + (r - y) * k

    return rows
