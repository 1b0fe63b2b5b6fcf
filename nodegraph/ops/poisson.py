"""Laplace's equation on any shape: the smoothest surface that joins given values at its rim.

Conjugate gradients, each step helped by a sweep through coarser and coarser grids (multigrid; as McAdams, Sifakis and
Teran 2010 do for liquids of any shape): a dozen steps whatever the size. Used for Poisson image editing (Perez, Gangnet
and Blake 2003): keeping a picture's gradients while its rim takes other values adds just such a surface to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows

Inside = NDArray[np.bool_]
EXACT = 1e-6  # residual against the first, at which the surface is found
STEPS = 60
SMALLEST = 8  # pixels across the coarsest grid


def membrane(values: Pixels, inside: Inside) -> Pixels:
    """The values (rows x columns x channels), and inside a shape the surface that they span.

    Every pixel inside is the mean of its four neighbours. The outermost pixels are never inside.
    """
    from nodegraph.ops.poisson_kernels import solved

    shape = _off_the_edge(inside)
    result = np.array(values, np.float32)
    rows, columns = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(shape.any(axis=0))
    if rows.size == 0:
        return result
    part = slice(rows[0] - 1, rows[-1] + 2), slice(columns[0] - 1, columns[-1] + 2)
    within = shape[part]
    grids = _grids(within)

    def solve(first: int, end: int) -> None:
        for channel in range(first, end):
            plane = result[part][..., channel].astype(np.float64)
            plane[within] = plane[~within].mean()
            surface = solved(plane, *grids, EXACT, STEPS)
            result[part][..., channel] = np.where(within, surface, result[part][..., channel])

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


def _off_the_edge(inside: Inside) -> Inside:
    shape = np.array(inside, np.bool_)
    shape[[0, -1]] = False
    shape[:, [0, -1]] = False
    return shape


def _grids(inside: Inside) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """The shape on ever coarser grids, one after the other in memory, and where each starts, its height and width.

    A coarse pixel is inside where all that it stands for is: the rim never moves into the shape's outside.
    """
    shapes = [inside]
    while min(shapes[-1].shape) > SMALLEST:
        fine = shapes[-1]
        even = np.pad(fine, [(0, size % 2) for size in fine.shape])
        blocks = even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2)
        coarse = np.pad(blocks.all(axis=(1, 3)), 1)  # a rim of its own on every grid
        if not coarse.any():
            break
        shapes.append(coarse)
    starts = np.cumsum([0, *(shape.size for shape in shapes)])[:-1]
    layout = np.array([(start, *shape.shape) for start, shape in zip(starts, shapes, strict=True)], np.int64)
    return np.concatenate([shape.ravel() for shape in shapes]), layout
