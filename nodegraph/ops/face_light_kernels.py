"""The loop of face_light.py, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

from typing import Any

import numpy as np

from nodegraph.data.compiled import compiled

N = np.float32
ZERO, HALF, ONE = N(0), N(0.5), N(1)
# Logarithm: the number's bits split into a power of two and what is near 1, of which the series is short.
ROOT = np.int32(0x3F3504F3)  # the bits of the root of 1/2: numbers are taken between it and its double
FRACTION, EXPONENT_OF_ONE, DIGITS = np.int32(0x007FFFFF), np.int32(127), np.int32(23)
TWO = N(np.log(2))
THIRD, FIFTH, SEVENTH, NINTH = N(2 / 3), N(2 / 5), N(2 / 7), N(2 / 9)
# Exponential: two to a whole number, which is bits alone, times a short series.
TURNS = N(1 / np.log(2))
TWO_HIGH, TWO_LOW = N(0.693359375), N(np.log(2) - 0.693359375)
LOWEST, HIGHEST = N(-87), N(88)
POWER_2, POWER_3, POWER_4, POWER_5, POWER_6 = N(1 / 2), N(1 / 6), N(1 / 24), N(1 / 120), N(1 / 720)


_compiled = compiled("contract", "nsz")


@_compiled
def logarithm(x: Any) -> Any:
    """The natural logarithm of a normal number above 0, to the last digit but one."""
    bits = np.int32(N(x).view(np.int32) - ROOT)
    whole = np.int32(bits >> DIGITS)
    near = np.int32((bits & FRACTION) + ROOT).view(np.float32)
    part = (near - ONE) / (near + ONE)  # log((1 + t) / (1 - t)) = 2 (t + t³/3 + …)
    square = part * part
    series = part * (N(2) + square * (THIRD + square * (FIFTH + square * (SEVENTH + square * NINTH))))
    return N(whole) * TWO + series


@_compiled
def exponential(x: Any) -> Any:
    """e to a number; held where single precision ends."""
    x = min(max(x, LOWEST), HIGHEST)
    whole = np.floor(x * TURNS + HALF)
    part = x - whole * TWO_HIGH - whole * TWO_LOW
    series = POWER_4 + part * (POWER_5 + part * POWER_6)
    series = ONE + part * (ONE + part * (POWER_2 + part * (POWER_3 + part * series)))
    return series * np.int32((np.int32(whole) + EXPONENT_OF_ONE) << DIGITS).view(np.float32)


@_compiled
def lit_rows(
    new: Any, mine: Any, ratio: Any, powers: Any, shineless: Any, shine: Any, tint: Any, limits: Any, result: Any
) -> None:
    """Rows of a face whose broad light is `mine`, in a light that is `ratio` times that; by logarithms.

    `limits` are the least light, the darkest a detail may be, and the least and the most of its colour. Light below
    nothing keeps its distance from nothing.
    """
    least, darkest, low, high = limits
    width = powers.shape[1]
    broad, detail = np.empty(3 * width, np.float32), np.empty(3 * width, np.float32)
    third = N(1 / 3)
    for y in range(new.shape[0]):
        old, under, times = new[y].reshape(-1), mine[y].reshape(-1), ratio[y].reshape(-1)
        out, power, less = result[y].reshape(-1), powers[y], shineless[y]
        for k in range(3 * width):
            light = max(under[k], least)
            broad[k] = light
            detail[k] = logarithm(max(old[k], least) / light)
        for x in range(width):
            red, green, blue = detail[3 * x], detail[3 * x + 1], detail[3 * x + 2]
            grey = (red + green + blue) * third
            level = power[x] * grey
            level -= less[x] * max(max(level, darkest) - shine, ZERO)
            detail[3 * x] = min(max(red - grey, low), high) * tint + level
            detail[3 * x + 1] = min(max(green - grey, low), high) * tint + level
            detail[3 * x + 2] = min(max(blue - grey, low), high) * tint + level
        for k in range(3 * width):
            out[k] = exponential(detail[k]) * broad[k] * times[k] + min(old[k], ZERO)
