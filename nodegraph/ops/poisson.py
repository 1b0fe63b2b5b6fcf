"""Laplace's equation on any shape: the smoothest surface that joins given values at its rim.

Conjugate gradients, each step helped by a sweep through coarser and coarser grids (multigrid; as McAdams, Sifakis and
Teran 2010 do for liquids of any shape): a dozen steps whatever the size. Used for Poisson image editing (Perez, Gangnet
and Blake 2003): keeping a picture's gradients while its rim takes other values adds just such a surface to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows

Inside = NDArray[np.bool_]
EXACT = 1e-6  # residual against the first, at which the surface is found
STEPS = 60
SMALLEST = 8  # pixels across the coarsest grid


class Ends(NamedTuple):
    """The sides of an array at which the picture itself ends: what is beyond is not known, and pulls at nothing."""

    top: bool = False
    bottom: bool = False
    left: bool = False
    right: bool = False


NOWHERE = Ends()


def membrane(values: Pixels, inside: Inside, ends: Ends = NOWHERE, aspect: float = 1.0) -> Pixels:
    """The values (rows x columns x channels), and inside a shape the surface that they span.

    Every pixel inside is the mean of its four neighbours; those above and below count more where pixels are `aspect`
    times as wide as high, so that squeezed or not it is the same surface. The outermost pixels are never inside, but
    where the picture ends: there a pixel is the mean of those that are in the picture. A shape without any rim spans
    nothing: 0.
    """
    from nodegraph.ops.poisson_kernels import pulls, solved

    shape = _off_the_edge(inside, ends)
    result = np.array(values, np.float32)
    rows, columns = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(shape.any(axis=0))
    if rows.size == 0:
        return result
    height, width = shape.shape
    # A ring around the shape: its rim or, where it reaches an end, one that lies beyond the picture.
    low, high = (rows[0] - 1, columns[0] - 1), (rows[-1] + 2, columns[-1] + 2)
    part = tuple(slice(max(0, first), last) for first, last in zip(low, high, strict=True))
    beyond = Ends(low[0] < 0, high[0] > height, low[1] < 0, high[1] > width)
    ring = (int(beyond.top), int(beyond.bottom)), (int(beyond.left), int(beyond.right))
    within = np.pad(shape[part], ring)
    void = np.pad(np.zeros_like(shape[part]), ring, constant_values=True)
    edge = ~within & ~void
    if not edge.any():
        result[shape] = 0
        return result
    grids, pull = _grids(within, void, beyond), pulls(aspect)
    inner = tuple(slice(before, size - after) for (before, after), size in zip(ring, within.shape, strict=True))

    def solve(first: int, end: int) -> None:
        for channel in range(first, end):
            plane = np.pad(result[part][..., channel].astype(np.float64), ring)
            plane[within] = plane[edge].mean()
            surface = solved(plane, *grids, pull, beyond, EXACT, STEPS)
            result[part][..., channel] = np.where(within, surface, plane)[inner]

    split_rows(solve, values.shape[2], result.nbytes)
    return result


def rim(inside: Inside) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pixels whose values a membrane is spanned by: those next to its inside."""
    shape = _off_the_edge(inside)
    near = np.zeros_like(shape)
    near[:-1] |= shape[1:]
    near[1:] |= shape[:-1]
    near[:, :-1] |= shape[:, 1:]
    near[:, 1:] |= shape[:, :-1]
    rows, columns = np.nonzero(near & ~shape)
    return rows, columns


def _off_the_edge(inside: Inside, ends: Ends = NOWHERE) -> Inside:
    shape = np.array(inside, np.bool_)
    for row, end in zip((0, -1), ends[:2], strict=True):
        shape[row] &= end
    for column, end in zip((0, -1), ends[2:], strict=True):
        shape[:, column] &= end
    return shape


def _grids(inside: Inside, void: Inside, ends: Ends) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The shape on ever coarser grids, one after the other in memory, and where each starts, its height and width.

    For each pixel inside it says which neighbours it has, void ones not counted. A coarse pixel is inside where all
    that it stands for is: the rim never moves into the shape's outside.
    """
    shapes, near = [inside], [_neighbours(inside, void)]
    while min(shapes[-1].shape) > SMALLEST:
        shape, nothing = _blocks(shapes[-1]), _blocks(void, ends)
        coarse = np.asarray((shape | nothing).all(axis=(1, 3)) & shape.any(axis=(1, 3)))
        void = np.asarray(nothing.all(axis=(1, 3)))
        # A rim of its own on every grid; beyond an end, a void one, unless its last pixels are that already.
        sides = (1, not (ends.bottom and void[-1].all())), (1, not (ends.right and void[:, -1].all()))
        coarse, void = np.pad(coarse, sides), np.pad(void, sides)
        for row, end in zip((0, -1), ends[:2], strict=True):
            void[row] |= end
        for column, end in zip((0, -1), ends[2:], strict=True):
            void[:, column] |= end
        if not coarse.any():
            break
        shapes.append(coarse)
        near.append(_neighbours(coarse, void))
    starts = np.cumsum([0, *(shape.size for shape in shapes)])[:-1]
    layout = np.array([(start, *shape.shape) for start, shape in zip(starts, shapes, strict=True)], np.int64)
    return np.concatenate([each.ravel() for each in near]), layout


def _blocks(fine: Inside, ends: Ends = NOWHERE) -> Inside:
    """Two by two pixels each, at the second and fourth axis; beyond an end goes on what is there."""
    even = np.pad(fine, ((0, fine.shape[0] % 2), (0, 0)), constant_values=ends.bottom)
    even = np.pad(even, ((0, 0), (0, fine.shape[1] % 2)), constant_values=ends.right)
    return even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2)


def _neighbours(inside: Inside, void: Inside) -> NDArray[np.uint8]:
    """How many neighbours each pixel of a shape has across, and 3 times those above and below; 0 outside it."""
    there = np.pad((~void).view(np.uint8), 1)
    beside, above = there[1:-1, :-2] + there[1:-1, 2:], there[:-2, 1:-1] + there[2:, 1:-1]
    return np.where(inside, beside + np.uint8(3) * above, np.uint8(0))
