"""The kernel that lays a bent photograph over its crop: all that is done to a pixel, done at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def laid_in(
    new: Any,
    pixels: Any,
    plate: Any,
    seen: Any,
    shine: Any,
    own: Any,
    where: Any,
    below: Any,
    share: Any,
    result: Any,
    first: int,
    end: int,
) -> None:
    """Add a share of a new face to some rows of the result.

    `shine` of the plate's light above 1 is put on it where it is `seen`; `where` the plate's `own` features stay; it
    covers the crop's `pixels` where it lies `below` the hair.
    """
    white = np.float32(1.0)
    for y in range(first, end):
        for x in range(new.shape[1]):
            kept, cover, lit = where[y, x], below[y, x], shine * seen[y, x]
            for c in range(3):
                value = new[y, x, c]
                if lit > 0.0 and plate[y, x, c] > white:
                    value += lit * (plate[y, x, c] - white)
                if kept > 0.0:
                    value += kept * (own[y, x, c] - value)
                old = pixels[y, x, c]
                result[y, x, c] += share * (old + cover * (value - old))
