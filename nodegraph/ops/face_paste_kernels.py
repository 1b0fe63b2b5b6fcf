"""The kernel that lays a face over its plate."""

from __future__ import annotations

from numba import njit

from nodegraph.data.image import Pixels


@njit(nogil=True, cache=True)
def blended(
    below: Pixels, face: Pixels, plate: Pixels, mix: float, detail: float, result: Pixels, first: int, end: int
) -> None:
    """Where the matte is nothing the plate keeps its very bits."""
    for y in range(first, end):
        for x in range(below.shape[1]):
            cover = min(max(face[y, x, 3], 0.0), 1.0) * mix
            for c in range(3):
                old = below[y, x, c]
                if cover <= 0.0:
                    result[y, x, c] = old
                else:
                    new = face[y, x, c]
                    if detail > 0.0:
                        new = (1.0 - detail) * new + detail * (old + (new - plate[y, x, c]))
                    result[y, x, c] = new if cover >= 1.0 else old + cover * (new - old)
