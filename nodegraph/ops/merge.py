"""Merging: one picture over, under, into or out of another, by the published formulas, nothing clipped.

Porter and Duff, “Compositing Digital Images”, 1984, for the operations on coverage; the others are what
compositors know by these names. A and B are associated; a and b are their alphas.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import Any

import numpy as np

from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows


class Operation(Enum):
    """What becomes of A and B."""

    OVER = "over"
    UNDER = "under"
    ATOP = "atop"
    IN = "in"
    OUT = "out"
    MASK = "mask"
    STENCIL = "stencil"
    XOR = "xor"
    MATTE = "matte"
    PLUS = "plus"
    MINUS = "minus"
    FROM = "from"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    SCREEN = "screen"
    MAX = "max"
    MIN = "min"
    AVERAGE = "average"
    DIFFERENCE = "difference"
    EXCLUSION = "exclusion"
    HYPOT = "hypot"
    COPY = "copy"


OPERATIONS = tuple(Operation)
# Where A is empty these leave B as it is, to the bit.
KEEPS_B = frozenset(
    {Operation.OVER, Operation.UNDER, Operation.ATOP, Operation.XOR, Operation.MATTE, Operation.PLUS}
    | {Operation.FROM, Operation.SCREEN, Operation.EXCLUSION}
)


@cache
def _kernel() -> Any:
    from numba import njit

    @njit(nogil=True, cache=True)
    def one(op: int, x: Any, y: Any, a: Any, b: Any) -> Any:  # x of A, y of B
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

    @njit(nogil=True, cache=True)
    def rows(
        op: int, above: Any, below: Any, matte: Any, has_matte: bool, mix: Any, out: Any, first: int, end: int
    ) -> None:
        deep, depth = above.shape[2], below.shape[2]
        for i in range(first, end):
            for j in range(below.shape[1]):
                k = mix * matte[i, j] if has_matte else mix
                if k == 0:
                    for c in range(depth):
                        out[i, j, c] = below[i, j, c]
                    continue
                a = above[i, j, 3] if deep == 4 else np.float32(1)
                b = below[i, j, 3] if depth == 4 else np.float32(1)
                for c in range(depth):
                    x = above[i, j, c] if c < deep else np.float32(1)
                    y = below[i, j, c]
                    r = one(op, x, y, a, b)
                    out[i, j, c] = r if k == 1 else y + (r - y) * k

    return rows


def merged(operation: Operation, above: Pixels, below: Pixels, matte: Pixels | None = None, mix: float = 1.0) -> Pixels:
    """A merged with B of the same size, RGB or RGBA each; where the matte is 0, B to the bit.

    A picture without an alpha counts as opaque.
    """
    out: Pixels = empty(below.shape)
    has_matte = matte is not None
    plane = matte if matte is not None else np.zeros((1, 1), np.float32)
    kernel = _kernel()
    code, share = OPERATIONS.index(operation), np.float32(mix)
    split_rows(
        lambda first, end: kernel(code, above, below, plane, has_matte, share, out, first, end),
        below.shape[0],
        below.nbytes,
    )
    return out
