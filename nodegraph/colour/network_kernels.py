"""The curve of network light, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., None])
Values = NDArray[np.floating[Any]]

# The curve of sRGB (IEC 61966-2-1); beyond 1 a logarithm goes on where it ends, as steep as it ends.
ONE = np.float32(1.0)
SCALE, OFFSET = np.float32(1.055), np.float32(0.055)
TOE, SLOPE = np.float32(0.0031308), np.float32(12.92)
KNEE = np.float32(0.0031308 * 12.92)
TO, BACK = np.float32(1 / 2.4), np.float32(2.4)
STEEP = np.float32(1.055 / 2.4)
MOST = np.float32(80.0)  # beyond it a float32 ends


def _compiled(function: F) -> F:
    return cast(F, njit(nogil=True, cache=True, error_model="numpy")(function))


@_compiled
def curve_rows(light: Values, shown: Values, first: int, end: int) -> None:
    """Light to what a screen shows, mirrored below 0, a logarithm above 1."""
    for k in range(first, end):
        value = np.float32(light[k])
        size = abs(value)
        if size <= TOE:
            result = SLOPE * size
        elif size <= ONE:
            result = SCALE * size**TO - OFFSET
        else:
            result = ONE + STEEP * np.float32(math.log(size))
        shown[k] = math.copysign(result, value)


@_compiled
def uncurve_rows(shown: Values, light: Values, first: int, end: int) -> None:
    """And back."""
    for k in range(first, end):
        value = np.float32(shown[k])
        size = abs(value)
        if size <= KNEE:
            result = size / SLOPE
        elif size <= ONE:
            result = ((size + OFFSET) / SCALE) ** BACK
        else:
            over = (size - ONE) / STEEP
            result = np.float32(math.exp(MOST if over > MOST else over))
        light[k] = math.copysign(result, value)
