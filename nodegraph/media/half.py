"""Half and float: the numbers of numpy's own conversion, at the speed of the machine's memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.buffers import empty
from nodegraph.data.threads import split_rows

SMALL = 1 << 16  # numbers: below this numpy is done before the compiled loop is loaded
SHARES = 64


def to_half(pixels: NDArray[Any]) -> NDArray[np.float16]:
    """Round to half: to the nearest, ties to even; beyond 65504 is infinite, as the format has it."""
    if pixels.dtype == np.float16:
        return pixels
    source = np.ascontiguousarray(pixels, np.float32)
    if source.size < SMALL:
        with np.errstate(all="ignore"):
            return source.astype(np.float16)
    from nodegraph.media.half_kernels import half_bits

    result: NDArray[np.float16] = empty(source.shape, np.float16)
    _split(half_bits, source.reshape(-1).view(np.uint32), result.reshape(-1).view(np.uint16))
    return result


def to_float(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """The same numbers as 32-bit float."""
    if pixels.dtype != np.float16:
        return np.asarray(pixels, np.float32)
    source = np.ascontiguousarray(pixels)
    if source.size < SMALL:
        with np.errstate(all="ignore"):
            return source.astype(np.float32)
    from nodegraph.media.half_kernels import float_bits

    result: NDArray[np.float32] = empty(source.shape)
    _split(float_bits, source.reshape(-1).view(np.uint16), result.reshape(-1).view(np.uint32))
    return result


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


def _split(loop: Callable[..., None], source: NDArray[Any], result: NDArray[Any]) -> None:
    def share(first: int, end: int) -> None:
        here = slice(source.size * first // SHARES, source.size * end // SHARES)
        loop(source[here], result[here])

    split_rows(share, SHARES, source.nbytes)
