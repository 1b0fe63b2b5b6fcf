"""Motion blur: the average of a picture at the places where it is while the shutter is open."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nodegraph.data.box import Box, joined
from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows
from nodegraph.ops.resample import Filter, Matrix, affine, moved_box


def averaged(source: Pixels, data: Box, matrices: Sequence[Matrix], filter: Filter, content: Box) -> tuple[Pixels, Box]:
    """The picture under each of the matrices, averaged in light, and the window of all that its content reaches.

    One moment at a time is in memory beside the sum, however many there are.
    """
    whole = joined([moved_box(content, matrix, filter) for matrix in matrices])
    total: Pixels = empty((whole.height, whole.width, source.shape[2]))
    total[:] = 0
    share = np.float32(1.0 / len(matrices))
    for matrix in matrices:
        moved, box = affine(source, data, matrix, filter, moved_box(content, matrix, filter))
        rows, columns = box.slices(whole)
        below = total[rows, columns]

        def add(first: int, end: int, below: Pixels = below, moved: Pixels = moved) -> None:
            below[first:end] += moved[first:end] * share

        split_rows(add, box.height, moved.nbytes)
    return total, whole
