"""Light to what the screen shows, compiled: imported only where pixels are at hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.compiled import compiled
from nodegraph.data.image import Pixels

# The table of a curve: 128 steps to each octave from 2^-40 to 1, straight lines between them.
OCTAVES, STEPS = 40, 128
ENTRIES = OCTAVES * STEPS + 2
SHIFT = 23 - 7  # of a float's bits, to leave its exponent and 7 binary digits
BASE = (127 - OCTAVES) * STEPS  # the number of the first entry
SMALLEST = np.float32(2.0**-OCTAVES)
REST = np.float32(1.0 / (1 << SHIFT))
MASK = (1 << SHIFT) - 1


@compiled()
def lit(pixels: Pixels, gain: np.float32, luma: Pixels, mode: int, start: int, end: int, result: Pixels) -> None:
    """Light times a gain into the first three of `result`, chosen by `mode`: -1 colour, -2 luminance, else a channel.

    The fourth becomes 1. A picture of one or two channels shows its first in all three.
    """
    depth = pixels.shape[2]
    for y in range(start, end):
        for x in range(pixels.shape[1]):
            if mode == -1 and depth >= 3:
                for c in range(3):
                    result[y, x, c] = pixels[y, x, c] * gain
            elif mode == -2 and depth >= 3:
                total = pixels[y, x, 0] * luma[0] + pixels[y, x, 1] * luma[1] + pixels[y, x, 2] * luma[2]
                for c in range(3):
                    result[y, x, c] = total * gain
            else:
                one = pixels[y, x, max(0, min(mode, depth - 1))] * gain
                for c in range(3):
                    result[y, x, c] = one
            result[y, x, 3] = np.float32(1.0)


@compiled()
def curved(
    pixels: Pixels,
    matrix: Pixels,
    table: Pixels,
    luma: Pixels,
    mode: int,
    start: int,
    end: int,
    result: Pixels,
    bits: NDArray[np.int32],
) -> None:
    """Light through a matrix (exposure and primaries) and a curve's table into 0 to 1, in one go.

    `bits` is `result` itself, its floats seen as whole numbers: exponent and first digits find the table's entry.
    """
    depth = pixels.shape[2]
    width = pixels.shape[1]
    m00, m01, m02 = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    m10, m11, m12 = matrix[1, 0], matrix[1, 1], matrix[1, 2]
    m20, m21, m22 = matrix[2, 0], matrix[2, 1], matrix[2, 2]
    for y in range(start, end):
        for x in range(width):
            if depth >= 3 and mode == -1:
                r, g, b = pixels[y, x, 0], pixels[y, x, 1], pixels[y, x, 2]
            elif depth >= 3 and mode == -2:
                r = pixels[y, x, 0] * luma[0] + pixels[y, x, 1] * luma[1] + pixels[y, x, 2] * luma[2]
                g = b = r
            else:
                r = pixels[y, x, max(0, min(mode, depth - 1))]
                g = b = r
            result[y, x, 0] = m00 * r + m01 * g + m02 * b
            result[y, x, 1] = m10 * r + m11 * g + m12 * b
            result[y, x, 2] = m20 * r + m21 * g + m22 * b
            result[y, x, 3] = np.float32(1.0)
        for x in range(width):
            for c in range(3):
                value = result[y, x, c]
                if not value > SMALLEST:  # dark, negative, or no number
                    result[y, x, c] = table[0] * (value / SMALLEST) if value > 0 else np.float32(0.0)
                elif value >= np.float32(1.0):
                    result[y, x, c] = np.float32(1.0)
                else:
                    digits = bits[y, x, c]
                    k = (digits >> SHIFT) - BASE
                    low = table[k]
                    result[y, x, c] = low + (table[k + 1] - low) * (np.float32(digits & MASK) * REST)


@compiled()
def kept(power: np.float32, start: int, end: int, result: Pixels) -> None:
    """Code values within 0 to 1, with the viewer's gamma; what is no number is black."""
    for y in range(start, end):
        for x in range(result.shape[1]):
            for c in range(3):
                value = result[y, x, c]
                if not value > 0:
                    result[y, x, c] = np.float32(0.0)
                elif value >= 1:
                    result[y, x, c] = np.float32(1.0)
                elif power != 1:
                    result[y, x, c] = value**power


@compiled()
def tinted(alpha: Pixels, colour: Pixels, share: np.float32, start: int, end: int, result: Pixels) -> None:
    """A colour laid over `result` where the matte is."""
    for y in range(start, end):
        for x in range(result.shape[1]):
            cover = alpha[y, x]
            cover = share * min(cover, np.float32(1.0)) if cover > 0 else np.float32(0.0)
            for c in range(3):
                result[y, x, c] += (colour[c] - result[y, x, c]) * cover


@compiled()
def in_bytes(codes: Pixels, start: int, end: int, result: NDArray[np.uint8]) -> None:
    """Code values from 0 to 1 as bytes, the nearest; rows of numbers, whatever they are of."""
    for y in range(start, end):
        for x in range(codes.shape[1]):
            value = codes[y, x] * np.float32(255.0) + np.float32(0.5)
            value = value if value > 0 else np.float32(0.0)  # no number is black
            result[y, x] = np.uint8(min(value, np.float32(255.0)))
