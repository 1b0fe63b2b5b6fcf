"""Grain for a picture that has some of its own: each part gets what it lacks, and what has texture enough gets none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.colour.grain import Grain
from nodegraph.data.image import Pixels, frozen

FINE = 1.5  # sigma in pixels, below which things are as fine as grain
AROUND = 6.0  # how far around a pixel it is asked how much there is
EDGE = 2.0  # usual deviations; more at a pixel is an edge, and counts as so much
MEAN = float(np.sqrt(np.pi / 2))  # deviations to a mean of absolute values, of normal noise
FEW = 0.05  # share of a surrounding that must be known
QUIET = 0.1  # share of a face that is quiet enough to tell its grain


class Under(NamedTuple):
    """A picture over a plate, rows x columns x 3 each, and how much of each pixel is the picture's."""

    plate: Pixels
    picture: Pixels
    share: Pixels


def with_lacking(
    comp: Pixels, of: Under, grain: Grain, noise: Pixels, weights: Sequence[float], amount: float
) -> Pixels:
    """A comp with as much of a grain as the picture in it lacks, weighed by how much of that picture it shows.

    `noise` is the grain's field. There is no more of it than the plate itself has in the quiet parts beneath: what
    was measured may have been leaves, and compression smooths faces.
    """
    luma, below = (each @ np.asarray(weights, np.float32) for each in (of.picture, of.plate))
    known = _eroded(of.share >= np.float32(0.99 * float(of.share.max(initial=0))))
    near = np.maximum(_around(known.astype(np.float32)), np.float32(FEW))
    result = np.array(comp, np.float32)
    for channel in range(3):
        strength = grain.strength[channel]
        usual, there = (np.interp(each, grain.luminance, strength).astype(np.float32) for each in (luma, below))
        plane = np.ascontiguousarray(noise[..., channel])
        passes = max(float(_fine(plane).std()), 1e-6)  # of this grain, what is counted as fine
        if known.any():
            seen = _has(of.plate[..., channel], there, passes, known, near)[known]
            usual *= min(1.0, float(np.quantile(seen / np.maximum(there[known], 1e-12), QUIET)))
        has = _has(of.picture[..., channel], usual, passes, known, near)
        lacks = np.sqrt(np.maximum(usual * usual - has * has, 0))
        result[..., channel] += np.float32(amount) * plane * lacks * of.share
    return frozen(result)


def _has(plane: Pixels, usual: Pixels, passes: float, known: NDArray[np.bool_], near: Pixels) -> Pixels:
    """How grainy a picture is around each pixel, as a deviation: edges count as no more than strong grain."""
    found = np.minimum(np.abs(_fine(np.ascontiguousarray(plane))), EDGE * passes * usual)
    return np.asarray(np.float32(MEAN / passes) * _around(found * known) / near, np.float32)


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
