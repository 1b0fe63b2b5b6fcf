"""White noise that belongs to a pixel: the same for a frame and seed whatever part of the picture is asked for."""

from __future__ import annotations

import numpy as np

from nodegraph.data.compiled import compiled
from nodegraph.data.image import Pixels


@compiled()
def mix_channels(red: Pixels, green: Pixels, blue: Pixels, mixing: Pixels, noise: Pixels) -> None:
    """Three independent planes into one picture, each channel taking its share of those before it."""
    for y in range(noise.shape[0]):
        for x in range(noise.shape[1]):
            first, second, third = red[y, x], green[y, x], blue[y, x]
            noise[y, x, 0] = mixing[0, 0] * first
            noise[y, x, 1] = mixing[1, 0] * first + mixing[1, 1] * second
            noise[y, x, 2] = mixing[2, 0] * first + mixing[2, 1] * second + mixing[2, 2] * third


@compiled()
def add_grain(
    pixels: Pixels, noise: Pixels, weights: Pixels, luminance: Pixels, strength: Pixels, amount: np.float32
) -> None:
    """Add noise in place, as strong as the pixel's luminance asks for; the ends of the table are held."""
    last = luminance.size - 1
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            luma = pixels[y, x, 0] * weights[0] + pixels[y, x, 1] * weights[1] + pixels[y, x, 2] * weights[2]
            k = 0
            while k < last - 1 and luma > luminance[k + 1]:
                k += 1
            above = min(k + 1, last)
            at = np.float32(0.0)
            if above > k:
                at = (luma - luminance[k]) / (luminance[above] - luminance[k])
                at = min(max(at, np.float32(0.0)), np.float32(1.0))
            for c in range(3):
                size = strength[c, k] + (strength[c, above] - strength[c, k]) * at
                pixels[y, x, c] += noise[y, x, c] * size * amount


@compiled()
def white(key: np.uint64, x0: int, y0: int, noise: Pixels) -> None:
    """Fill rows x columns with nearly normal noise of mean 0 and deviation 1, by the place of each pixel.

    The bits are those of splitmix64 (Steele, Lea, Flood 2014) over the place; four 16-bit parts of them are
    added, which is close enough to normal for something that a filter is to mix further.
    """
    # The sum of four even draws of 0..65535 has the mean 131070 and the variance 4 (65536^2 - 1) / 12.
    mean = np.float32(131070.0)
    scale = np.float32(1.0 / np.sqrt(4.0 * (65536.0**2 - 1.0) / 12.0))
    for row in range(noise.shape[0]):
        for column in range(noise.shape[1]):
            place = (np.uint64(np.int64(y0 + row)) << np.uint64(32)) ^ (
                np.uint64(np.int64(x0 + column)) & np.uint64(0xFFFFFFFF)
            )
            z = key + place * np.uint64(0x9E3779B97F4A7C15)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z = z ^ (z >> np.uint64(31))
            total = (z & np.uint64(0xFFFF)) + ((z >> np.uint64(16)) & np.uint64(0xFFFF))
            total += ((z >> np.uint64(32)) & np.uint64(0xFFFF)) + (z >> np.uint64(48))
            noise[row, column] = (np.float32(total) - mean) * scale
