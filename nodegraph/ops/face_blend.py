"""Ways of joining a face and its plate where their light differs: band by band, or along the rim.

Burt and Adelson 1983 (multi-band); Perez, Gangnet and Blake 2003 (Poisson). Both work on a curve like that of a
screen, cut nowhere: in linear light one lamp at the rim would light up the whole face.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nodegraph.data.image import Pixels
from nodegraph.ops.poisson import Ends, membrane

Encode = Callable[[Pixels], Pixels]
SMALLEST = 8  # pixels across the broadest band


def poisson(face: Pixels, below: Pixels, matte: Pixels, ends: Ends, encode: Encode, decode: Encode) -> Pixels:
    """The face, its light shifted smoothly so that it meets the plate all along the rim of its matte.

    Where the matte is cut off by the frame it has no rim: the plate goes on there, and nobody knows how.
    """
    coded = encode(face)
    gap = encode(below) - coded
    return decode(coded + membrane(gap, matte > 0.5, ends))


def multiband(face: Pixels, below: Pixels, matte: Pixels, bands: int, encode: Encode, decode: Encode) -> Pixels:
    """Face and plate mixed by the matte in each band of detail: the broader the band, the softer the matte."""
    import cv2

    one, other, share = encode(face), encode(below), matte[..., None].astype(np.float32)
    steps = 0
    while steps < bands and min(one.shape[:2]) >> (steps + 1) >= SMALLEST:
        steps += 1
    layers: list[Pixels] = []
    for _ in range(steps):
        size = one.shape[1], one.shape[0]
        small = [np.asarray(cv2.pyrDown(each), np.float32) for each in (one, other, share[..., 0])]
        fine = [each - cv2.pyrUp(little, dstsize=size) for each, little in zip((one, other), small, strict=False)]
        layers.append(np.asarray(fine[1] + share * (fine[0] - fine[1]), np.float32))
        one, other, share = small[0], small[1], small[2][..., None]
    mixed = other + share * (one - other)
    for layer in reversed(layers):
        mixed = cv2.pyrUp(mixed, dstsize=(layer.shape[1], layer.shape[0])) + layer
    return decode(np.asarray(mixed, np.float32))


def reached(matte: Pixels, bands: int, ends: Ends) -> Pixels:
    """Where a multi-band mix may change the plate: as far beside the matte as its broadest band, faded to nothing.

    It fades towards the sides of the box as well, but for those at which the frame ends.
    """
    import cv2

    far = 1 << max(1, bands)
    apart = cv2.distanceTransform((matte <= 0).astype(np.uint8), cv2.DIST_L2, 5)
    rows, columns = (np.arange(size, dtype=np.float32) for size in matte.shape)
    sides = rows[:, None], rows[::-1, None], columns[None], columns[None, ::-1]
    edge = np.full(matte.shape, 4, np.float32)
    for side, end in zip(sides, ends, strict=True):
        if not end:
            edge = np.minimum(edge, side)
    near = np.clip(1 - apart / far, 0, 1) * np.clip(edge / 4, 0, 1)
    return np.asarray(near * near * (3 - 2 * near), np.float32)
