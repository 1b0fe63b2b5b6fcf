"""Two pictures made one, compiled: imported only where pixels are at hand."""

from __future__ import annotations

import numpy as np

from nodegraph.data.compiled import compiled
from nodegraph.data.image import Pixels


@compiled()
def laid(
    first: Pixels, second: Pixels, across: float, down: float, reach: float, fade: float, start: int, end: int
) -> None:
    """Lay `second` over `first` where across * x + down * y > reach."""
    for y in range(start, end):
        base = down * (y + 0.5) - reach + 0.5
        for x in range(first.shape[1]):
            share = across * (x + 0.5) + base
            if share <= 0.0:
                continue
            if share >= 1.0 and fade == 1.0:
                for c in range(4):
                    first[y, x, c] = second[y, x, c]
                continue
            part = np.float32(min(share, 1.0) * fade)
            for c in range(4):
                first[y, x, c] += (second[y, x, c] - first[y, x, c]) * part


@compiled()
def apart(first: Pixels, second: Pixels, gain: np.float32, start: int, end: int, result: Pixels) -> None:
    """How far the colours are apart, times a gain; the first picture's other channels as they are."""
    colours = min(3, first.shape[2], second.shape[2])
    for y in range(start, end):
        for x in range(first.shape[1]):
            for c in range(result.shape[2]):
                if c < colours:
                    result[y, x, c] = abs(first[y, x, c] - second[y, x, c]) * gain
                else:
                    result[y, x, c] = first[y, x, c]
