"""Pixels brought to the screen's size, compiled: imported only where pixels are at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nodegraph.data.image import Pixels

F = TypeVar("F", bound=Callable[..., None])
Whole = NDArray[np.int64]


def _compiled(function: F) -> F:
    return cast(F, njit(nogil=True, cache=True, error_model="numpy")(function))


@_compiled
def averaged(
    pixels: Pixels,
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

    `rows[k]` are the weights of the source rows from `first_row[k]` on, likewise the columns; weights of
    nought end them.
    """
    depth = pixels.shape[2]
    width = pixels.shape[1]
    for y in range(start, end):
        for k in range(rows.shape[1]):
            weight = rows[y, k]
            if k > 0 and weight == 0.0:
                break
            source = pixels[first_row[y] + k]
            if k == 0:
                for x in range(width):
                    for c in range(depth):
                        line[x, c] = source[x, c] * weight
            else:
                for x in range(width):
                    for c in range(depth):
                        line[x, c] += source[x, c] * weight
        for x in range(result.shape[1]):
            for c in range(depth):
                total = np.float32(0.0)
                for k in range(columns.shape[1]):
                    weight = columns[x, k]
                    if k > 0 and weight == 0.0:
                        break
                    total += line[first_column[x] + k, c] * weight
                result[y, x, c] = total


@_compiled
def picked(pixels: Pixels, row: Whole, column: Whole, start: int, end: int, result: Pixels) -> None:
    """Each pixel of `result` the source pixel that its middle lies in."""
    for y in range(start, end):
        source = pixels[row[y]]
        for x in range(result.shape[1]):
            for c in range(result.shape[2]):
                result[y, x, c] = source[column[x], c]
