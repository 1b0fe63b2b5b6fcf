"""Marks on every pixel of the screen, compiled: imported only where pixels are at hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.compiled import compiled
from nodegraph.data.image import Pixels


@compiled()
def found(pixels: Pixels, low: np.float32, high: np.float32, start: int, end: int, result: NDArray[np.uint8]) -> None:
    """The worst fault of each pixel's colours: 1 below, 2 above, 3 no number."""
    for y in range(start, end):
        for x in range(pixels.shape[1]):
            worst = 0
            for c in range(min(3, pixels.shape[2])):
                value = pixels[y, x, c]
                if not np.isfinite(value):
                    worst = 3
                elif value > high:
                    worst = max(worst, 2)
                elif value < low:
                    worst = max(worst, 1)
            result[y, x] = worst


@compiled()
def striped(
    marked: NDArray[np.uint8], colours: Pixels, phase: int, width: int, start: int, end: int, result: Pixels
) -> None:
    """Stripes of each fault's colour; what is no number has no gaps."""
    for y in range(start, end):
        for x in range(marked.shape[1]):
            fault = marked[y, x]
            if fault == 3 or (fault > 0 and ((x + y + phase) // width) % 2 == 0):
                for c in range(3):
                    result[y, x, c] = colours[fault, c]
                result[y, x, 3] = np.float32(1.0)


@compiled()
def banded(
    pixels: Pixels, weights: Pixels, edges: Pixels, colours: Pixels, start: int, end: int, result: Pixels
) -> None:
    """The colour of the band that each pixel's light lies in."""
    for y in range(start, end):
        for x in range(pixels.shape[1]):
            light = pixels[y, x, 0] * weights[0] + pixels[y, x, 1] * weights[1] + pixels[y, x, 2] * weights[2]
            band = len(edges)
            for k in range(len(edges)):
                if light < edges[k]:
                    band = k
                    break
            for c in range(3):
                result[y, x, c] = colours[band, c]
            result[y, x, 3] = np.float32(1.0)
