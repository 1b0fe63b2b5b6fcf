"""From a movie's planes to red, green and blue: exact white, nothing clipped, all the bits.

Matrices and ranges are those of ITU-T H.273. Chroma is sited as MPEG-2 and its heirs have it: on the left
pixel of a pair, and half way between two lines.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows

# Kr and Kb of the matrix coefficients, by their number in H.273.
WEIGHTS = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}


class Coding(NamedTuple):
    """How code values stand for light: bits, range and matrix."""

    bits: int
    full: bool
    matrix: int  # of H.273; 0 is RGB

    @property
    def luma(self) -> tuple[float, float]:
        """What is taken off a code value, and what it is then divided by: no factor brings white to just 1.0."""
        step = 1 << (self.bits - 8)
        return (0.0, float((1 << self.bits) - 1)) if self.full else (16.0 * step, 219.0 * step)

    @property
    def chroma(self) -> tuple[float, float]:
        """What is taken off a chroma code, and what it is then multiplied by."""
        step = 1 << (self.bits - 8)
        return 128.0 * step, 1 / ((1 << self.bits) - 1) if self.full else 1 / (224.0 * step)


@cache
def _kernel() -> Any:
    from nodegraph.data.compiled import compiled

    @compiled()
    def rows(
        luma: Any, blue: Any, red: Any, across: int, down: int, numbers: Any, out: Any, first: int, end: int
    ) -> None:
        width = out.shape[1]
        lines, columns = blue.shape
        y_off, y_span = numbers[0], numbers[1]
        c_off, c_mul = numbers[2], numbers[3]
        to_r, to_gb, to_gr, to_b = numbers[4], numbers[5], numbers[6], numbers[7]
        u = np.empty(columns + 1, np.float32)
        v = np.empty(columns + 1, np.float32)
        for i in range(first, end):
            if down == 2:
                near = i // 2
                far = near - 1 if i % 2 == 0 else near + 1
                far = min(max(far, 0), lines - 1)
                for k in range(columns):
                    u[k] = (np.float32(0.75) * blue[near, k] + np.float32(0.25) * blue[far, k] - c_off) * c_mul
                    v[k] = (np.float32(0.75) * red[near, k] + np.float32(0.25) * red[far, k] - c_off) * c_mul
            else:
                for k in range(columns):
                    u[k] = (blue[i, k] - c_off) * c_mul
                    v[k] = (red[i, k] - c_off) * c_mul
            u[columns] = u[columns - 1]
            v[columns] = v[columns - 1]
            if across == 2:
                for k in range(width // 2):
                    y = (luma[i, 2 * k] - y_off) / y_span
                    out[i, 2 * k, 0] = y + to_r * v[k]
                    out[i, 2 * k, 1] = y + to_gb * u[k] + to_gr * v[k]
                    out[i, 2 * k, 2] = y + to_b * u[k]
                    y = (luma[i, 2 * k + 1] - y_off) / y_span
                    p = np.float32(0.5) * (u[k] + u[k + 1])
                    q = np.float32(0.5) * (v[k] + v[k + 1])
                    out[i, 2 * k + 1, 0] = y + to_r * q
                    out[i, 2 * k + 1, 1] = y + to_gb * p + to_gr * q
                    out[i, 2 * k + 1, 2] = y + to_b * p
                if width % 2:
                    k = width // 2
                    y = (luma[i, width - 1] - y_off) / y_span
                    out[i, width - 1, 0] = y + to_r * v[k]
                    out[i, width - 1, 1] = y + to_gb * u[k] + to_gr * v[k]
                    out[i, width - 1, 2] = y + to_b * u[k]
            else:
                for j in range(width):
                    y = (luma[i, j] - y_off) / y_span
                    out[i, j, 0] = y + to_r * v[j]
                    out[i, j, 1] = y + to_gb * u[j] + to_gr * v[j]
                    out[i, j, 2] = y + to_b * u[j]

    return rows


def rgb_of_planes(planes: list[NDArray[Any]], coding: Coding, across: int, down: int) -> Pixels:
    """Red, green and blue as the movie encodes them, white 1.0, of luma and chroma planes of whole numbers.

    `across` and `down` are how many pixels share a chroma sample: 2 and 2 for 4:2:0.
    """
    luma, blue, red = planes
    kr, kb = WEIGHTS[coding.matrix]
    kg = 1 - kr - kb
    y_off, y_span = coding.luma
    c_off, c_mul = coding.chroma
    to_r, to_b = 2 * (1 - kr), 2 * (1 - kb)
    numbers = np.array([y_off, y_span, c_off, c_mul, to_r, -to_b * kb / kg, -to_r * kr / kg, to_b], np.float32)
    out: Pixels = empty((*luma.shape, 3))
    kernel = _kernel()
    split_rows(
        lambda first, end: kernel(luma, blue, red, across, down, numbers, out, first, end), luma.shape[0], out.nbytes
    )
    return out


def doubled(chroma: NDArray[Any]) -> Pixels:
    """Chroma with a sample between each two, half way: sites are on the left pixel of those that share one."""
    lines, columns = chroma.shape
    out: Pixels = empty((lines, 2 * columns))
    out[:, ::2] = chroma
    out[:, 1:-1:2] = (out[:, :-2:2] + out[:, 2::2]) / 2
    out[:, -1] = chroma[:, -1]
    return out


def rgb_of_gbr(planes: list[NDArray[Any]], coding: Coding) -> Pixels:
    """Red, green and blue of green, blue and red planes."""
    offset, span = coding.luma
    out: Pixels = empty((*planes[0].shape, 3))
    for k, plane in ((1, planes[0]), (2, planes[1]), (0, planes[2])):
        out[..., k] = (plane.astype(np.float32) - np.float32(offset)) / np.float32(span)
    return out
