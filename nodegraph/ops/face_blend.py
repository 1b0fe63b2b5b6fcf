"""Ways of joining a face and its plate where their light differs: band by band, or along the rim.

Burt and Adelson 1983 (multi-band); Perez, Gangnet and Blake 2003 (Poisson). Both work on a curve like that of a
screen, cut nowhere: in linear light one lamp at the rim would light up the whole face.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nodegraph.data.image import Pixels
from nodegraph.ops.poisson import Ends, membrane

Encode = Callable[[Pixels], Pixels]
SMALLEST = 8  # pixels across the broadest band
TAPS = np.array([1, 4, 6, 4, 1], np.float32) / 16  # of pyrDown and pyrUp


class Halving(NamedTuple):
    """Which sides of a picture one band halves."""

    rows: bool = True
    columns: bool = True

    @property
    def both(self) -> bool:
        return self.rows and self.columns

    def smaller(self, pixels: Pixels) -> Pixels:
        import cv2

        if self.both:
            return np.asarray(cv2.pyrDown(pixels), np.float32)
        soft: Any = cv2.sepFilter2D(pixels, -1, *self._taps(1), borderType=cv2.BORDER_REFLECT_101)
        return np.ascontiguousarray(soft[::2] if self.rows else soft[:, ::2], np.float32)

    def larger(self, pixels: Pixels, size: tuple[int, int]) -> Pixels:
        """Twice as many, of a width and height that are told."""
        import cv2

        if self.both:
            return np.asarray(cv2.pyrUp(pixels, dstsize=size), np.float32)
        wide = np.zeros((size[1], size[0], *pixels.shape[2:]), np.float32)
        wide[:: 1 + self.rows, :: 1 + self.columns] = pixels
        return np.asarray(cv2.sepFilter2D(wide, -1, *self._taps(2), borderType=cv2.BORDER_REFLECT_101), np.float32)

    def _taps(self, gain: int) -> tuple[Any, Any]:
        """Across and down."""
        one = np.ones(1, np.float32)
        return TAPS * gain if self.columns else one, TAPS * gain if self.rows else one


def halvings(bands: int, aspect: float) -> list[Halving]:
    """What each band halves. Squeezed pixels are brought to squares first: bands are as broad across as down."""
    ahead = round(math.log2(aspect))
    first = Halving(columns=False) if ahead > 0 else Halving(rows=False)
    return ([first] * abs(ahead) + [Halving()] * bands)[: bands + max(0, -ahead)]


def poisson(
    face: Pixels, below: Pixels, matte: Pixels, ends: Ends, encode: Encode, decode: Encode, aspect: float = 1.0
) -> Pixels:
    """The face, its light shifted smoothly so that it meets the plate all along the rim of its matte.

    Where the matte is cut off by the frame it has no rim: the plate goes on there, and nobody knows how.
    """
    coded = encode(face)
    gap = encode(below) - coded
    return decode(coded + membrane(gap, matte > 0.5, ends, aspect))


def multiband(
    face: Pixels, below: Pixels, matte: Pixels, bands: int, encode: Encode, decode: Encode, aspect: float = 1.0
) -> Pixels:
    """Face and plate mixed by the matte in each band of detail: the broader the band, the softer the matte."""
    one, other, share = encode(face), encode(below), matte[..., None].astype(np.float32)
    layers: list[tuple[Halving, Pixels]] = []
    rows, columns = one.shape[:2]
    for halving in halvings(bands, aspect):
        rows, columns = rows >> halving.rows, columns >> halving.columns
        if min(rows, columns) < SMALLEST:
            break
        size = one.shape[1], one.shape[0]
        small = [halving.smaller(each) for each in (one, other, share[..., 0])]
        fine = [each - halving.larger(little, size) for each, little in zip((one, other), small, strict=False)]
        layers.append((halving, np.asarray(fine[1] + share * (fine[0] - fine[1]), np.float32)))
        one, other, share = small[0], small[1], small[2][..., None]
    mixed = other + share * (one - other)
    for halving, layer in reversed(layers):
        mixed = halving.larger(mixed, (layer.shape[1], layer.shape[0])) + layer
    return decode(np.asarray(mixed, np.float32))


def reached(matte: Pixels, bands: int, ends: Ends, aspect: float = 1.0) -> Pixels:
    """Where a multi-band mix may change the plate: as far beside the matte as its broadest band, faded to nothing.

    It fades towards the sides of the box as well, but for those at which the frame ends.
    """
    import cv2

    far = 1 << max(1, bands)
    empty = (matte <= 0).astype(np.uint8)
    if aspect != 1:
        empty = np.asarray(cv2.resize(empty, None, fx=aspect, fy=1, interpolation=cv2.INTER_NEAREST), np.uint8)
    apart = np.asarray(cv2.distanceTransform(empty, cv2.DIST_L2, 5), np.float32)
    if aspect != 1:
        apart = np.asarray(cv2.resize(apart, matte.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    rows, columns = (np.arange(size, dtype=np.float32) for size in matte.shape)
    sides = rows[:, None], rows[::-1, None], columns[None], columns[None, ::-1]
    edge = np.full(matte.shape, 4, np.float32)
    for side, end in zip(sides, ends, strict=True):
        if not end:
            edge = np.minimum(edge, side)
    near = np.clip(1 - apart / far, 0, 1) * np.clip(edge / 4, 0, 1)
    return np.asarray(near * near * (3 - 2 * near), np.float32)
