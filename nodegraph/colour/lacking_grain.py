"""Grain for a picture that has some of its own: each part gets what it lacks, and what has texture enough gets none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nodegraph.colour.grain import Grain
from nodegraph.data.image import Pixels, frozen

FINE = 1.5  # sigma in pixels, below which things are as fine as grain
AROUND = 6.0  # how far around a pixel it is asked how much there is
EDGE = 2.0  # usual deviations; more at a pixel is an edge, and counts as so much
MEAN = float(np.sqrt(np.pi / 2))  # deviations to a mean of absolute values, of normal noise
FEW = 0.05  # share of a surrounding that must be known


def with_lacking(
    comp: Pixels, like: Pixels, grain: Grain, noise: Pixels, weights: Sequence[float], share: Pixels, amount: float
) -> Pixels:
    """A comp with as much of a grain as the picture in it lacks, weighed by how much of that picture it shows.

    `like` is that picture, rows x columns x 3, `share` how much of each pixel is its, `noise` the grain's field.
    """
    luma = like @ np.asarray(weights, np.float32)
    known = _eroded(share >= np.float32(0.99 * float(share.max(initial=0))))
    near = _around(known.astype(np.float32))
    result = np.array(comp, np.float32)
    for channel in range(3):
        usual = np.interp(luma, grain.luminance, grain.strength[channel]).astype(np.float32)
        plane = np.ascontiguousarray(noise[..., channel])
        passes = float(_fine(plane).std())  # of this grain, what is counted as fine
        found = np.minimum(np.abs(_fine(np.ascontiguousarray(like[..., channel]))), EDGE * passes * usual)
        has = np.float32(MEAN / max(passes, 1e-6)) * _around(found * known) / np.maximum(near, np.float32(FEW))
        lacks = np.sqrt(np.maximum(usual * usual - has * has, 0))
        result[..., channel] += np.float32(amount) * plane * lacks * share
    return frozen(result)


def _eroded(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask without the pixels from which the fine part of a picture looks beyond it."""
    import cv2

    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)), np.bool_)


def _fine(plane: Pixels) -> Pixels:
    import cv2

    return np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), FINE, borderType=cv2.BORDER_REPLICATE), np.float32)


def _around(plane: Pixels) -> Pixels:
    import cv2

    return np.asarray(cv2.GaussianBlur(plane, (0, 0), AROUND, borderType=cv2.BORDER_REPLICATE), np.float32)
