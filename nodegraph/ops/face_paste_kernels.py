"""The kernels that lay a face over its plate."""

from __future__ import annotations

from typing import Any

import numpy as np

from nodegraph.data.compiled import compiled
from nodegraph.data.image import Pixels
from nodegraph.ops.resample_kernels import aimed
from nodegraph.ops.vectors import blend_weights, copied, weighed, weighed_sixteen

_compiled = compiled("contract")

# From here on a face hides its plate. A filter's weights make a whole matte a little less than 1 by rounding, and the
# plate's dead pixels would come through as if by chance.
WHOLE = np.float32(1 - 1e-5)


@_compiled
def laid_over(
    source: Any,
    near: Any,
    below: Any,
    inverse: Any,
    across: Any,
    down: Any,
    taps: Any,
    reach: Any,
    mix: Any,
    result: Any,
    first: int,
    step: int,
) -> None:
    """Rows of the plate, each `step` from the last, with a face over them: sampled and laid over in one go.

    The sampling is that of `resample_kernels.moved_rows`.

    `source` is RGBA with as much around it as the filter has taps, `near` says where the filter sees any of its matte.
    Rows of `below` and of `result` lie in memory without gaps.
    """
    height, width = near.shape
    flat, seen = source.reshape(-1), near.reshape(-1)
    line = width * 4
    tx, ty = taps
    last_x, last_y, middle = width - tx, height - ty, ty // 2 * width + tx // 2
    four = tx == 4 and ty == 4
    steps = across.shape[0] - 2
    wx, wy = np.empty(across.shape[1], np.float32), np.empty(down.shape[1], np.float32)
    wide = result.shape[1]
    lefts, rows_x, parts_x = np.empty(wide, np.int64), np.empty(wide, np.int32), np.empty(wide, np.float32)
    tops, rows_y, parts_y = np.empty(wide, np.int64), np.empty(wide, np.int32), np.empty(wide, np.float32)
    for i in range(first, result.shape[0], step):
        under, over = below[i], result[i]
        start_x = inverse[0, 1] * (i + 0.5) + inverse[0, 2] - 0.5 - reach[0]
        start_y = inverse[1, 1] * (i + 0.5) + inverse[1, 2] - 0.5 - reach[1]
        aimed(start_x, inverse[0, 0], steps, lefts, rows_x, parts_x)
        aimed(start_y, inverse[1, 0], steps, tops, rows_y, parts_y)
        copied(under, over, over.size)
        for j in range(wide):
            x0, y0 = lefts[j], tops[j]
            if not (0 <= x0 <= last_x and 0 <= y0 <= last_y and seen[np.uint64(y0 * width + x0 + middle)] != 0):
                continue
            row_x, row_y, part_x, part_y = rows_x[j], rows_y[j], parts_x[j], parts_y[j]
            begin = y0 * line + x0 * 4
            if four:
                r, g, b, a = weighed_sixteen(flat, begin, line, across, row_x, part_x, down, row_y, part_y)
            else:
                blend_weights(across, row_x, part_x, wx)
                blend_weights(down, row_y, part_y, wy)
                r, g, b, a = weighed(flat, begin, line, 4, wx, wy, tx, ty)
            cover = min(max(a, np.float32(0)), np.float32(1)) * mix
            if cover >= WHOLE:
                over[j, 0], over[j, 1], over[j, 2] = r, g, b
            elif cover > 0:
                over[j, 0] = under[j, 0] + cover * (r - under[j, 0])
                over[j, 1] = under[j, 1] + cover * (g - under[j, 1])
                over[j, 2] = under[j, 2] + cover * (b - under[j, 2])


@compiled()
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
                    result[y, x, c] = new if cover >= WHOLE else old + cover * (new - old)
