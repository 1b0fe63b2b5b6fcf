"""Loops over pixels, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

import numpy as np

from nodegraph.data.compiled import compiled
from nodegraph.data.image import Pixels


@compiled()
def straighten(pixels: Pixels) -> None:
    """Divide colour by alpha in place, where there is alpha."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            alpha = pixels[y, x, 3]
            if alpha not in (0.0, 1.0):
                for c in range(3):
                    pixels[y, x, c] /= alpha


@compiled()
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


@compiled()
def blend(before: Pixels, matte: Pixels, mix: np.float32, pixels: Pixels) -> None:
    """Between `before` and `pixels`, by matte and mix, into `pixels`; exact where nothing or everything is taken."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            share = matte[y, x] * mix
            if share == 0.0:
                for c in range(pixels.shape[2]):
                    pixels[y, x, c] = before[y, x, c]
            elif share != 1.0:
                for c in range(pixels.shape[2]):
                    pixels[y, x, c] = before[y, x, c] + (pixels[y, x, c] - before[y, x, c]) * share


@compiled()
def ramp(before: Pixels, slope: Pixels, offset: Pixels, low: np.float32, high: np.float32, pixels: Pixels) -> None:
    """Per channel a straight ramp, held between `low` and `high`; alpha is carried over."""
    a0, a1, a2 = slope[0], slope[1], slope[2]
    b0, b1, b2 = offset[0], offset[1], offset[2]
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            pixels[y, x, 0] = min(max(before[y, x, 0] * a0 + b0, low), high)
            pixels[y, x, 1] = min(max(before[y, x, 1] * a1 + b1, low), high)
            pixels[y, x, 2] = min(max(before[y, x, 2] * a2 + b2, low), high)
            if pixels.shape[2] == 4:
                pixels[y, x, 3] = before[y, x, 3]


@compiled()
def bend(pixels: Pixels, curved: Pixels, power: Pixels, low: np.float32, high: np.float32) -> None:
    """Take what was curved between 0 and 1, go on straight above 1 and leave what is below 0, in place."""
    one = np.float32(1.0)
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            for c in range(3):
                value = pixels[y, x, c]
                if value > 0.0:
                    value = curved[y, x, c] if value < one else one + (value - one) * power[c]
                pixels[y, x, c] = min(max(value, low), high)


@compiled()
def saturate(before: Pixels, weights: Pixels, amount: np.float32, pixels: Pixels) -> None:
    """Colour pulled away from its own luminance, or towards it; alpha is carried over."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            red, green, blue = before[y, x, 0], before[y, x, 1], before[y, x, 2]
            luma = red * weights[0] + green * weights[1] + blue * weights[2]
            pixels[y, x, 0] = luma + (red - luma) * amount
            pixels[y, x, 1] = luma + (green - luma) * amount
            pixels[y, x, 2] = luma + (blue - luma) * amount
            if pixels.shape[2] == 4:
                pixels[y, x, 3] = before[y, x, 3]
