"""The kernel that lays a bent photograph over its crop: all that is done to a pixel, done at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from nodegraph.data.compiled import compiled


@compiled()
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

    Where the plate is brighter than white and `seen`, so much `shine` of its colour is put on that the new face is as
    bright, and no more: its broad light it has already. `where` the plate's `own` features stay; it covers the crop's
    `pixels` where it lies `below` the hair.
    """
    white, three = np.float32(1.0), np.float32(3.0)
    for y in range(first, end):
        for x in range(new.shape[1]):
            kept, cover, lit = where[y, x], below[y, x], shine * seen[y, x]
            bright = (plate[y, x, 0] + plate[y, x, 1] + plate[y, x, 2]) / three
            more = np.float32(0.0)
            if lit > 0.0 and bright > white:
                has = (new[y, x, 0] + new[y, x, 1] + new[y, x, 2]) / three
                more = lit * max(bright - max(has, white), np.float32(0.0)) / bright
            for c in range(3):
                value = new[y, x, c] + more * plate[y, x, c]
                if kept > 0.0:
                    value += kept * (own[y, x, c] - value)
                old = pixels[y, x, c]
                result[y, x, c] += share * (old + cover * (value - old))
