"""Loops over pixels, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit

from nodegraph.data.image import Pixels

F = TypeVar("F", bound=Callable[..., None])


def _compiled(function: F) -> F:
    return cast(F, njit(nogil=True, cache=True, error_model="numpy")(function))


@_compiled
def straighten(pixels: Pixels) -> None:
    """Divide colour by alpha in place, where there is alpha."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            alpha = pixels[y, x, 3]
            if alpha not in (0.0, 1.0):
                for c in range(3):
                    pixels[y, x, c] /= alpha


@_compiled
def associate(pixels: Pixels, before: Pixels) -> None:
    """Multiply colour by alpha in place; nothing stays nothing where there was neither light nor alpha."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            alpha = pixels[y, x, 3]
            if alpha == 0.0:
                if before[y, x, 0] == 0.0 and before[y, x, 1] == 0.0 and before[y, x, 2] == 0.0:
                    for c in range(3):
                        pixels[y, x, c] = 0.0
            elif alpha != 1.0:
                for c in range(3):
                    pixels[y, x, c] *= alpha


@_compiled
def blend(before: Pixels, matte: Pixels, mix: float, pixels: Pixels) -> None:
    """Between `before` and `pixels`, by matte and mix, into `pixels`; exact where nothing or everything is taken."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            share = np.float32(matte[y, x] * mix)
            if share == 0.0:
                for c in range(pixels.shape[2]):
                    pixels[y, x, c] = before[y, x, c]
            elif share != 1.0:
                for c in range(pixels.shape[2]):
                    pixels[y, x, c] = before[y, x, c] + (pixels[y, x, c] - before[y, x, c]) * share


@_compiled
def ramp_and_gamma(
    before: Pixels, slope: Pixels, offset: Pixels, power: Pixels, low: float, high: float, pixels: Pixels
) -> None:
    """Per channel: a straight ramp, then a power below 1 that goes on straight above 1 and leaves negatives be."""
    for c in range(3):
        a, b, p = slope[c], offset[c], power[c]
        for y in range(pixels.shape[0]):
            for x in range(pixels.shape[1]):
                value = before[y, x, c] * a + b
                if p != 1.0 and value > 0.0:
                    value = value**p if value < 1.0 else np.float32(1.0) + (value - np.float32(1.0)) * p
                pixels[y, x, c] = min(max(value, low), high)


@_compiled
def gamma_and_ramp(
    before: Pixels, slope: Pixels, offset: Pixels, power: Pixels, low: float, high: float, pixels: Pixels
) -> None:
    """Per channel: a power first, then a ramp; undoes `ramp_and_gamma` when given the inverse numbers."""
    for c in range(3):
        a, b, p = slope[c], offset[c], power[c]
        for y in range(pixels.shape[0]):
            for x in range(pixels.shape[1]):
                value = before[y, x, c]
                if p != 1.0 and value > 0.0:
                    value = value**p if value < 1.0 else np.float32(1.0) + (value - np.float32(1.0)) * p
                pixels[y, x, c] = min(max(value * a + b, low), high)


@_compiled
def saturate(before: Pixels, weights: Pixels, amount: float, pixels: Pixels) -> None:
    """Colour pulled away from its own luminance, or towards it."""
    part = np.float32(amount)
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            red, green, blue = before[y, x, 0], before[y, x, 1], before[y, x, 2]
            luma = red * weights[0] + green * weights[1] + blue * weights[2]
            pixels[y, x, 0] = luma + (red - luma) * part
            pixels[y, x, 1] = luma + (green - luma) * part
            pixels[y, x, 2] = luma + (blue - luma) * part
