"""Half and float: the numbers of numpy's own conversion, at the speed of the machine's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.buffers import empty
from nodegraph.data.threads import split_rows


def _convert(source: NDArray[Any], result: NDArray[Any], depth: str) -> NDArray[Any]:
    import cv2

    add: Any = cv2.add  # its type stub knows no dst of another type
    flat_in = source.reshape(source.shape[0], -1)
    flat_out = result.reshape(result.shape[0], -1)
    kind = getattr(cv2, depth)

    def rows(first: int, end: int) -> None:
        # OpenCV has no plain conversion for Python; adding nothing converts, by the machine's own instruction.
        add(flat_in[first:end], 0.0, dst=flat_out[first:end], dtype=kind)

    split_rows(rows, source.shape[0], source.nbytes)
    return result


def to_half(pixels: NDArray[Any]) -> NDArray[np.float16]:
    """Round to half: to the nearest, ties to even; beyond 65504 is infinite, as the format has it."""
    if pixels.dtype == np.float16:
        return pixels
    source = np.ascontiguousarray(pixels, np.float32)
    if source.size == 0:
        return source.astype(np.float16)
    return _convert(source, empty(source.shape, np.float16), "CV_16F")


def to_float(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """The same numbers as 32-bit float."""
    if pixels.dtype != np.float16:
        return np.asarray(pixels, np.float32)
    source = np.ascontiguousarray(pixels)
    if source.size == 0:
        return source.astype(np.float32)
    return _convert(source, empty(source.shape), "CV_32F")
