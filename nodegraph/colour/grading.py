"""The arithmetic of grades: a ramp with gamma, and saturation, on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nodegraph.data.buffers import empty
from nodegraph.data.errors import NodegraphError
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows

BAND = 1 << 16  # numbers that fit into a core's cache twice over


class Ramp(NamedTuple):
    """A grade boiled down, per channel: slope * x + offset, then gamma."""

    slope: tuple[float, ...]
    offset: tuple[float, ...]
    gamma: tuple[float, ...]

    @property
    def neutral(self) -> bool:
        return all(a == 1 for a in self.slope) and all(b == 0 for b in self.offset) and all(g == 1 for g in self.gamma)


def ramp(
    blackpoint: Sequence[float],
    whitepoint: Sequence[float],
    lift: Sequence[float],
    gain: Sequence[float],
    multiply: Sequence[float],
    offset: Sequence[float],
    gamma: Sequence[float],
) -> Ramp:
    """The ramp of a grade's knobs: black and white point go to lift and gain, then multiply, offset, gamma."""
    slopes: list[float] = []
    offsets: list[float] = []
    for c, name in enumerate(("red", "green", "blue")):
        if whitepoint[c] == blackpoint[c]:
            raise NodegraphError(
                f"whitepoint and blackpoint are both {whitepoint[c]:g} in {name}", "set them apart from each other"
            )
        if gamma[c] <= 0:
            raise NodegraphError(f"gamma is {gamma[c]:g} in {name}", "set it above 0")
        slope = multiply[c] * (gain[c] - lift[c]) / (whitepoint[c] - blackpoint[c])
        slopes.append(slope)
        offsets.append(offset[c] + lift[c] - slope * blackpoint[c])
    return Ramp(tuple(slopes), tuple(offsets), tuple(gamma))


def graded(
    pixels: Pixels, grade: Ramp, *, reverse: bool = False, black_clamp: bool = False, white_clamp: bool = False
) -> Pixels:
    """Pixels (rows x columns x 3 or 4) through a ramp and gamma; alpha as it was.

    Gamma bends 0 to 1 only: it goes on straight above 1 and leaves values below 0 where the ramp put them,
    so nothing is lost and `reverse` gives back what there was.
    """
    from nodegraph.colour.kernels import ramp as straight

    slope, offset = np.array(grade.slope), np.array(grade.offset)
    power = np.array(grade.gamma, np.float32) if reverse else (1 / np.array(grade.gamma)).astype(np.float32)
    if reverse:
        if not slope.all():
            raise NodegraphError("this grade sends everything to one value: it cannot be reversed", "set gain off lift")
        slope, offset = 1 / slope, -offset / slope
    low, high = np.float32(0.0 if black_clamp else -np.inf), np.float32(1.0 if white_clamp else np.inf)
    free = np.float32(-np.inf), np.float32(np.inf)
    a, b = slope.astype(np.float32), offset.astype(np.float32)
    bends = any(value != 1 for value in grade.gamma)
    result = empty(pixels.shape)

    def share(first: int, end: int) -> None:
        part = result[first:end]
        if reverse and bends:
            part[:] = pixels[first:end]
            _bent(part, power, *free)
            straight(part, a, b, low, high, part)
        else:
            straight(pixels[first:end], a, b, *(free if bends else (low, high)), part)
            if bends:
                _bent(part, power, low, high)

    split_rows(share, pixels.shape[0], pixels.nbytes)
    return result


def _bent(pixels: Pixels, power: Pixels, low: np.float32, high: np.float32) -> None:
    """Bend 0 to 1 by a power per channel, in place; a few rows at a time, for numpy's power is fast in the cache."""
    from nodegraph.colour.kernels import bend

    rows = max(1, BAND // max(1, pixels[:1].size))
    with np.errstate(all="ignore"):  # what is not between 0 and 1 is not taken from the curve
        for first in range(0, pixels.shape[0], rows):
            band = pixels[first : first + rows]
            if (power == power[0]).all():
                curved = np.power(np.abs(band), power[0])
            else:
                curved = np.empty_like(band)
                for c in range(3):
                    curved[..., c] = np.power(np.abs(np.ascontiguousarray(band[..., c])), power[c])
            bend(band, curved, power, low, high)


def saturated(pixels: Pixels, amount: float, weights: Sequence[float]) -> Pixels:
    """Pixels with colour drawn `amount` times as far from their luminance; alpha as it was."""
    from nodegraph.colour.kernels import saturate

    result = empty(pixels.shape)
    luma, share_of = np.array(weights, np.float32), np.float32(amount)

    def share(first: int, end: int) -> None:
        saturate(pixels[first:end], luma, share_of, result[first:end])

    split_rows(share, pixels.shape[0], pixels.nbytes)
    return result
