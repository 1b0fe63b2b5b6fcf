"""The loops of half.py, compiled: imported only where pixels are at hand, for numba is slow to load.

Both work on the bits, without a branch, so that the machine does many numbers at once; every bit comes out as
numpy's own conversion has it, those of NaN included.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from nodegraph.data.compiled import compiled

U = np.uint32


def _seen_as(kind: Any, given: Any) -> Any:
    """A function that takes the bits of one type for those of another."""

    def body(_typing: Any, _bits: Any) -> Any:
        def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], context.get_value_type(kind))

        return kind(given), build

    return intrinsic(body)


as_float = _seen_as(types.float32, types.uint32)
as_bits = _seen_as(types.uint32, types.float32)


@compiled()
def half_bits(source: NDArray[np.uint32], result: NDArray[np.uint16]) -> None:
    """Round the bits of floats to those of halfs: to the nearest, ties to even."""
    for i in range(source.size):
        bits = source[i]
        sign = U((bits >> U(16)) & U(0x8000))
        size = U(bits & U(0x7FFFFFFF))
        # Other exponent, and half of the last bit more (less a bit, where the half it falls to is even).
        rounded = U(size + U(0xC8000FFF) + ((size >> U(13)) & U(1))) >> U(13)
        # Below the smallest normal half the sum with 0.5 leaves exactly its bits, rounded by the machine.
        small = U(as_bits(as_float(size) + np.float32(0.5)) - U(0x3F000000))
        payload = U(size >> U(13)) & U(0x3FF)
        nan = U(0x7C00) | (payload if payload != U(0) else U(1))
        found = rounded if size >= U(0x38800000) else small
        found = U(0x7C00) if size >= U(0x477FF000) else found
        found = nan if size > U(0x7F800000) else found
        result[i] = np.uint16(found | sign)


@compiled()
def float_bits(source: NDArray[np.uint16], result: NDArray[np.uint32]) -> None:
    """The bits of the floats that have the values of halfs."""
    shift = as_float(U(0x77800000))  # 2 to the 112: from the exponent of a half to that of a float
    for i in range(source.size):
        bits = U(source[i])
        sign = U((bits & U(0x8000)) << U(16))
        size = U((bits & U(0x7FFF)) << U(13))
        scaled = as_bits(as_float(size) * shift)
        found = U(size | U(0x7F800000)) if size >= U(0x0F800000) else scaled
        result[i] = found | sign


@compiled()
def half_rows(source: NDArray[np.uint32], step: int, result: NDArray[np.uint16], stride: int, width: int) -> None:
    """`half_bits` for rows of numbers that begin every `step` in the source, every `stride` in the result."""
    for y in range((source.size - width) // step + 1):
        half_bits(source[y * step : y * step + width], result[y * stride : y * stride + width])


@compiled()
def float_rows(source: NDArray[np.uint16], step: int, result: NDArray[np.uint32], stride: int, width: int) -> None:
    """`float_bits` for rows of numbers that begin every `step` in the source, every `stride` in the result."""
    for y in range((source.size - width) // step + 1):
        float_bits(source[y * step : y * step + width], result[y * stride : y * stride + width])


@compiled()
def largest_bits(bits: NDArray[np.uint16]) -> int:
    """The bits of the largest half, sign aside: from 0x7C00 on it is infinite or no number."""
    most = np.uint16(0)
    for i in range(bits.size):
        size = np.uint16(bits[i] & np.uint16(0x7FFF))
        most = max(most, size)
    return int(most)
