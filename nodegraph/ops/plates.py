"""Test patterns in closed form: every pixel can be worked out on paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.image import Pixels, frozen

DISPLAY_GAMMA = 2.4  # ITU-R BT.1886: what bars at 75 % of the signal are in light

# White, yellow, cyan, green, magenta, red, blue, black: by falling luminance.
BARS = ((1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1), (0, 0, 0))
# Under each of the seven SMPTE bars the one that a blue-only monitor shows alike (SMPTE EG 1).
UNDER = ((0, 0, 1), (0, 0, 0), (1, 0, 1), (0, 0, 0), (0, 1, 1), (0, 0, 0), (1, 1, 1))
PLUGE = 0.04  # signal steps below and above black


def light(signal: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """The light of a video signal; a signal below black gives the same light below zero."""
    value = np.asarray(signal, np.float64)
    return np.asarray(np.copysign(np.abs(value) ** DISPLAY_GAMMA, value))


def ebu_bars(width: int, height: int, level: float) -> Pixels:
    """Eight bars from white to black; the white at full signal, the colours at `level` of it."""
    colours = np.array(BARS, np.float64) * level
    colours[0] = 1.0
    return _columns(light(colours), width, height)


def smpte_bars(width: int, height: int, level: float) -> Pixels:
    """Seven bars; under them their blue-only partners; at the bottom white, and steps just below and above black."""
    first, second = height * 2 // 3, height * 3 // 4
    below, above = (-PLUGE,) * 3, (PLUGE,) * 3
    white, black = (1.0,) * 3, (0.0,) * 3
    bottom = (black, white, black, below, black, above, black)
    rows = (
        _columns(light(np.array(BARS[:7]) * level), width, first),
        _columns(light(np.array(UNDER) * level), width, second - first),
        _columns(light(np.array(bottom)), width, height - second),
    )
    return frozen(np.concatenate(rows))


def _columns(colours: NDArray[np.float64], width: int, height: int) -> Pixels:
    index = (np.arange(width) * len(colours)) // width
    return frozen(np.broadcast_to(colours[index].astype(np.float32), (height, width, 3)))


def ramp(width: int, height: int, low: float, high: float) -> Pixels:
    """Four bands, grey, red, green, blue, each from `low` at the left to `high` at the right in even steps."""
    values = np.linspace(low, high, width).astype(np.float32)
    band = (np.arange(height) * 4) // height
    mask = np.array(((1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1)), np.float32)[band]
    return frozen(values[None, :, None] * mask[:, None, :])


def zone_plate(width: int, height: int, phase: float) -> Pixels:
    """Rings that get finer outwards, up to what pixels can hold at the longer side's edge, moved by `phase` turns."""
    x = np.arange(width) + 0.5 - 0.5 * width
    y = np.arange(height) + 0.5 - 0.5 * height
    square = x[None, :] ** 2 + y[:, None] ** 2
    reach = 0.5 * max(width, height)  # there the phase turns by half a wave each pixel
    grey = 0.5 + 0.5 * np.cos(np.pi * square / (2.0 * reach) - 2.0 * np.pi * phase)
    return frozen(np.repeat(grey.astype(np.float32)[..., None], 3, axis=2))


def checker(width: int, height: int, cell: float, shift: tuple[float, float], low: float, high: float) -> Pixels:
    """Squares of two greys, moved by any part of a pixel: each pixel is exactly the light that falls on it."""
    across = _share(np.arange(width, dtype=np.float64) - shift[0], cell)
    down = _share(np.arange(height, dtype=np.float64) - shift[1], cell)
    grey = 0.5 * (low + high) + 0.5 * (high - low) * down[:, None] * across[None, :]
    return frozen(np.repeat(grey.astype(np.float32)[..., None], 3, axis=2))


def _share(left: NDArray[np.float64], cell: float) -> NDArray[np.float64]:
    """The mean over each pixel of a wave that is 1 for a cell, then -1 for a cell."""

    def integral(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(cell - np.abs(x % (2.0 * cell) - cell))

    return integral(left + 1.0) - integral(left)
