"""Half and float: the numbers of numpy's own conversion, at the speed of the machine's memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.buffers import empty
from nodegraph.data.threads import split_rows

SMALL = 1 << 16  # numbers: below this numpy is done before the compiled loop is loaded
SHARES = 64


def to_half(pixels: NDArray[Any], into: NDArray[np.float16] | None = None) -> NDArray[np.float16]:
    """Round to half, into an array where one is given: to the nearest, ties to even; beyond 65504 is infinite."""
    if pixels.dtype == np.float16 or pixels.size < SMALL:
        return _by_numpy(pixels, np.float16, into)
    from nodegraph.media.half_kernels import half_bits, half_rows

    source = np.asarray(pixels, np.float32)
    result: NDArray[np.float16] = empty(source.shape, np.float16) if into is None else into
    _split(half_bits, half_rows, source.view(np.uint32), result.view(np.uint16))
    return result


def to_float(pixels: NDArray[Any], into: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """The same numbers as 32-bit float, put into an array where one is given."""
    if pixels.dtype != np.float16 or pixels.size < SMALL:
        return _by_numpy(pixels, np.float32, into)
    from nodegraph.media.half_kernels import float_bits, float_rows

    result: NDArray[np.float32] = empty(pixels.shape) if into is None else into
    _split(float_bits, float_rows, pixels.view(np.uint16), result.view(np.uint32))
    return result


def _by_numpy(pixels: NDArray[Any], kind: Any, into: NDArray[Any] | None) -> NDArray[Any]:
    with np.errstate(all="ignore"):
        if into is None:
            return np.asarray(pixels, kind)
        into[:] = pixels
        return into


def all_finite(halves: NDArray[np.float16]) -> bool:
    """True if none of them is infinite or no number."""
    if halves.size < SMALL or not halves.flags.c_contiguous:
        return bool(np.isfinite(halves).all())
    from nodegraph.media.half_kernels import largest_bits

    bits = halves.reshape(-1).view(np.uint16)
    found: list[int] = []

    def look(first: int, end: int) -> None:
        found.append(largest_bits(bits[bits.size * first // SHARES : bits.size * end // SHARES]))

    split_rows(look, SHARES, bits.nbytes)
    return max(found) < 0x7C00


class _Rows(NamedTuple):
    """Rows of numbers that stand in a larger array: their memory from the first number to the last."""

    numbers: NDArray[Any]
    step: int  # from where a row begins to where the next does
    width: int

    @classmethod
    def of(cls, array: NDArray[Any]) -> _Rows | None:
        """The rows of an array; None where numbers of a row do not lie side by side."""
        width = array[:1].size
        if array.ndim < 2 or array.strides[0] < width * array.itemsize or not array[0].flags.c_contiguous:
            return None
        step = array.strides[0] // array.itemsize
        size = (array.shape[0] - 1) * step + width
        return cls(np.lib.stride_tricks.as_strided(array, (size,), (array.itemsize,)), step, width)

    def part(self, first: int, end: int) -> NDArray[Any]:
        return self.numbers[first * self.step : (end - 1) * self.step + self.width]


def _split(loop: Callable[..., None], by_row: Callable[..., None], source: NDArray[Any], result: NDArray[Any]) -> None:
    """Run a loop over numbers by all cores: over all at once, or over the rows where they stand in a larger array."""
    if source.flags.c_contiguous and result.flags.c_contiguous:
        all_of, all_into = source.reshape(-1), result.reshape(-1)

        def share(first: int, end: int) -> None:
            here = slice(source.size * first // SHARES, source.size * end // SHARES)
            loop(all_of[here], all_into[here])

        split_rows(share, SHARES, source.nbytes)
        return
    given, into = _Rows.of(source), _Rows.of(result)
    if given is None or into is None:
        done = np.empty(result.shape, result.dtype)
        _split(loop, by_row, np.ascontiguousarray(source), done)
        result[:] = done
        return

    def rows(first: int, end: int) -> None:
        by_row(given.part(first, end), given.step, into.part(first, end), into.step, given.width)

    split_rows(rows, source.shape[0], source.nbytes)
