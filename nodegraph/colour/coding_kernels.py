"""The loops of codings and of network light, compiled: imported where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nodegraph.data.compiled import compiled

N = np.float32


_compiled = compiled("contract")


ZERO, ONE = N(0), N(1)
# The curve of network light: sRGB's (IEC 61966-2-1), beyond 1 a logarithm as steep as it ends.
TOE, SLOPE = N(0.0031308), N(12.92)
SCALE, BEHIND, STEEP = N(1.055), N(0.055), N(1.055 / 2.4)
FOOT = N(0.0031308 * 12.92)
FAR = N(80)  # e to this is as large as a float32 may be
# ACEScct, S-2016-001.
BREAK, RISE, BLACK = N(0.0078125), N(10.5402377416545), N(0.0729055341958355)
STOPS, MIDDLE = N(17.52), N(9.72)
BREAK_CODE = N(0.155251141552511)
MOST = N(120)  # two to this is as large as a float32 may be
# CIE 15: t to the third above (6/29)^3, a straight line below.
CORNER, CORNER_ROOT = N((6 / 29) ** 3), N(6 / 29)
STRETCH, START = N((29 / 6) ** 2 / 3), N(4 / 29)
# First guesses of roots, as integers: the bits of a float are nearly its logarithm.
GUESS_3, GUESS_5 = np.int32(709921077), np.int32(852280000)


@_compiled
def third_root(x: Any) -> Any:
    """The cube root of a normal number above 0: a guess from its bits, made exact by Halley's method."""
    root = np.int32(np.float32(x).view(np.int32) // 3 + GUESS_3).view(np.float32)
    for _ in range(2):
        cube = root * root * root
        root *= (cube + x + x) / (cube + cube + x)
    return root


@_compiled
def fifth_root(x: Any) -> Any:
    """The fifth root, likewise."""
    root = np.int32(np.float32(x).view(np.int32) // 5 + GUESS_5).view(np.float32)
    for _ in range(2):
        square = root * root
        power = square * square * root
        root *= (N(4) * power + N(6) * x) / (N(6) * power + N(4) * x)
    return root


@_compiled
def bent(x: Any, curve: int) -> Any:
    """An amount of light on a curve; mirrored below black."""
    size = abs(x)
    if curve == 1:
        if size <= TOE:
            y = SLOPE * size
        elif size <= ONE:
            root = third_root(size)
            y = SCALE * root * math.sqrt(math.sqrt(root)) - BEHIND  # to the power of 1 / 2.4 = 1 / 3 + 1 / 12
        else:
            y = ONE + STEEP * math.log(size)
        return y if x >= ZERO else -y
    if curve == 2:
        if size <= BREAK:
            return RISE * x + BLACK
        y = (math.log2(size) + MIDDLE) / STOPS
        return y if x >= ZERO else BLACK + BLACK - y
    if curve == 3:
        if size <= CORNER:
            return STRETCH * x + START
        y = third_root(size)
        return y if x >= ZERO else START + START - y
    return x


@_compiled
def straight(y: Any, curve: int) -> Any:
    """The light that a curve bent."""
    if curve == 1:
        size = abs(y)
        if size <= FOOT:
            x = size / SLOPE
        elif size <= ONE:
            base = (size + BEHIND) / SCALE
            root = fifth_root(base)
            x = base * base * root * root  # to the power of 2.4
        else:
            x = math.exp(min((size - ONE) / STEEP, FAR))
        return x if y >= ZERO else -x
    if curve == 2:
        size = BLACK + abs(y - BLACK)
        if size <= BREAK_CODE:
            return (y - BLACK) / RISE
        x = N(2) ** min(size * STOPS - MIDDLE, MOST)
        return x if y >= BLACK else -x
    if curve == 3:
        size = START + abs(y - START)
        if size <= CORNER_ROOT:
            return (y - START) / STRETCH
        x = size * size * size
        return x if y >= START else -x
    return y


@_compiled
def bend_values(light: Any, curve: int, out: Any, first: int, end: int) -> None:
    """Light on a curve, number by number."""
    for k in range(first, end):
        out[k] = bent(N(light[k]), curve)


@_compiled
def straighten_values(code: Any, curve: int, out: Any, first: int, end: int) -> None:
    """And back."""
    for k in range(first, end):
        out[k] = straight(N(code[k]), curve)


@_compiled
def encode_rows(light: Any, mixed: Any, curve: int, axes: Any, out: Any, first: int, end: int) -> None:
    """Light to code."""
    for i in range(first, end):
        for j in range(light.shape[1]):
            r, g, b = light[i, j, 0], light[i, j, 1], light[i, j, 2]
            x = bent(mixed[0, 0] * r + mixed[0, 1] * g + mixed[0, 2] * b, curve)
            y = bent(mixed[1, 0] * r + mixed[1, 1] * g + mixed[1, 2] * b, curve)
            z = bent(mixed[2, 0] * r + mixed[2, 1] * g + mixed[2, 2] * b, curve)
            for c in range(3):
                out[i, j, c] = axes[c, 0] * x + axes[c, 1] * y + axes[c, 2] * z


@_compiled
def decode_rows(code: Any, axes: Any, curve: int, back: Any, out: Any, first: int, end: int) -> None:
    """Code to light. `axes` and `back` are the inverses of what encoded."""
    for i in range(first, end):
        for j in range(code.shape[1]):
            p, q, s = code[i, j, 0], code[i, j, 1], code[i, j, 2]
            r = straight(axes[0, 0] * p + axes[0, 1] * q + axes[0, 2] * s, curve)
            g = straight(axes[1, 0] * p + axes[1, 1] * q + axes[1, 2] * s, curve)
            b = straight(axes[2, 0] * p + axes[2, 1] * q + axes[2, 2] * s, curve)
            for c in range(3):
                out[i, j, c] = back[c, 0] * r + back[c, 1] * g + back[c, 2] * b


@_compiled
def through_rows(
    light: Any, matte: Any, mixed: Any, curve: int, moved: Any, shift: Any, back: Any, out: Any, first: int, end: int
) -> None:
    """Light to the curve, through a matrix and an offset, and back, where the matte is above 0."""
    everywhere = matte.shape[0] == 0
    for i in range(first, end):
        for j in range(light.shape[1]):
            r, g, b = light[i, j, 0], light[i, j, 1], light[i, j, 2]
            if not (everywhere or matte[i, j] > ZERO):
                out[i, j, 0], out[i, j, 1], out[i, j, 2] = r, g, b
                continue
            x = bent(mixed[0, 0] * r + mixed[0, 1] * g + mixed[0, 2] * b, curve)
            y = bent(mixed[1, 0] * r + mixed[1, 1] * g + mixed[1, 2] * b, curve)
            z = bent(mixed[2, 0] * r + mixed[2, 1] * g + mixed[2, 2] * b, curve)
            r = straight(moved[0, 0] * x + moved[0, 1] * y + moved[0, 2] * z + shift[0], curve)
            g = straight(moved[1, 0] * x + moved[1, 1] * y + moved[1, 2] * z + shift[1], curve)
            b = straight(moved[2, 0] * x + moved[2, 1] * y + moved[2, 2] * z + shift[2], curve)
            for c in range(3):
                out[i, j, c] = back[c, 0] * r + back[c, 1] * g + back[c, 2] * b
