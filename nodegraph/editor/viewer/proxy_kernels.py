"""Pixels brought to the screen's size, compiled: imported only where pixels are at hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.compiled import compiled
from nodegraph.data.image import Pixels

Whole = NDArray[np.int64]


@compiled()
def averaged(
    lines: Pixels,
    depth: int,
    offset: int,
    first_row: Whole,
    rows: Pixels,
    first_column: Whole,
    columns: Pixels,
    line: Pixels,
    start: int,
    end: int,
    result: Pixels,
) -> None:
    """Each pixel of `result` the mean over its share of the source, rows first, then along the row.

    `lines` are the source's rows, pixels of `depth` channels one after the other, of which those from `offset` on
    are wanted. `rows[k]` are the weights of the source rows from `first_row[k]` on, likewise the columns;
    a weight of nought ends them.
    """
    used = result.shape[2]
    low = first_column[0] * depth
    high = min(lines.shape[1], (first_column[-1] + columns.shape[1]) * depth)
    for y in range(start, end):
        for k in range(rows.shape[1]):
            weight = rows[y, k]
            if k > 0 and weight == 0.0:
                break
            source = lines[first_row[y] + k]
            if k == 0:
                for n in range(low, high):
                    line[n] = source[n] * weight
            else:
                for n in range(low, high):
                    line[n] += source[n] * weight
        for x in range(result.shape[1]):
            at = first_column[x] * depth + offset
            if used == 4:
                r = g = b = a = np.float32(0.0)
                for k in range(columns.shape[1]):
                    weight = columns[x, k]
                    if k > 0 and weight == 0.0:
                        break
                    r += line[at] * weight
                    g += line[at + 1] * weight
                    b += line[at + 2] * weight
                    a += line[at + 3] * weight
                    at += depth
                result[y, x, 0] = r
                result[y, x, 1] = g
                result[y, x, 2] = b
                result[y, x, 3] = a
                continue
            for c in range(used):
                total = np.float32(0.0)
                for k in range(columns.shape[1]):
                    weight = columns[x, k]
                    if k > 0 and weight == 0.0:
                        break
                    total += line[at + k * depth + c] * weight
                result[y, x, c] = total


@compiled()
def picked(pixels: Pixels, offset: int, row: Whole, column: Whole, start: int, end: int, result: Pixels) -> None:
    """Each pixel of `result` the source pixel that its middle lies in."""
    for y in range(start, end):
        source = pixels[row[y]]
        for x in range(result.shape[1]):
            for c in range(result.shape[2]):
                result[y, x, c] = source[column[x], offset + c]
