"""Merging: one picture over, under, into or out of another, by the published formulas, nothing clipped.

Porter and Duff, “Compositing Digital Images”, 1984, for the operations on coverage; the others are what
compositors know by these names. A and B are associated; a and b are their alphas.
"""

from __future__ import annotations

from enum import Enum

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


def merged(operation: Operation, above: Pixels, below: Pixels, matte: Pixels | None = None, mix: float = 1.0) -> Pixels:
    """A merged with B of the same size, RGB or RGBA each; where the matte is 0, B to the bit.

    A picture without an alpha counts as opaque.
    """
    from nodegraph.ops.merge_kernels import merging

    out: Pixels = empty(below.shape)
    rows = merging(OPERATIONS.index(operation), above.shape[2], below.shape[2], matte is not None)
    plane = matte if matte is not None else np.zeros((1, 1), np.float32)
    share = np.float32(mix)
    split_rows(
        lambda first, end: rows(above, below, plane, share, out, first, end),
        below.shape[0],
        below.nbytes,
    )
    return out
