"""Blurring and sharpening, in float, on associated colour."""

from __future__ import annotations

import math

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.image import Image, Pixels, frozen
from nodegraph.data.threads import split_rows

CUT = 4.0  # a Gaussian is cut off here, in sigmas: what is beyond weighs less than 1 in 10,000


def reach(sigma: float) -> int:
    """How many pixels a blur reaches."""
    return math.ceil(CUT * sigma) if sigma > 0 else 0


def gaussian(image: Image, box: Box, sigma_x: float, sigma_y: float, *, hold: bool = False) -> Pixels:
    """The main layer within a box, blurred by a Gaussian; beyond the data window it is black, or holds its edge."""
    import cv2

    if box.empty:
        return np.zeros((box.height, box.width, len(image.main)), np.float32)
    rx, ry = reach(sigma_x), reach(sigma_y)
    around = box.grow(rx, ry)
    source = held(image, around) if hold else image.region(around, image.main)
    result = np.empty((box.height, box.width, source.shape[2]), np.float32)
    kx, ky = _weights(sigma_x, rx), _weights(sigma_y, ry)

    def rows(first: int, end: int) -> None:
        band = source[first : end + 2 * ry]
        done = cv2.sepFilter2D(band, cv2.CV_32F, kx, ky, borderType=cv2.BORDER_CONSTANT)
        inner = done[ry : done.shape[0] - ry, rx : done.shape[1] - rx]
        result[first:end] = inner.reshape(end - first, box.width, -1)

    split_rows(rows, box.height, source.nbytes)
    return frozen(result)


def _weights(sigma: float, radius: int) -> Pixels:
    if radius == 0:
        return np.ones(1, np.float32)
    at = np.arange(-radius, radius + 1, dtype=np.float64)
    weights = np.exp(-0.5 * (at / sigma) ** 2)
    result: Pixels = (weights / weights.sum()).astype(np.float32)
    return result


def held(image: Image, box: Box) -> Pixels:
    """A box of the main layer whose edge pixels go on beyond the data window."""
    inside = box.meet(image.data)
    if inside.empty:
        return image.region(box, image.main)
    pixels = image.region(inside, image.main)
    edges = ((inside.y0 - box.y0, box.y1 - inside.y1), (inside.x0 - box.x0, box.x1 - inside.x1), (0, 0))
    return frozen(np.pad(pixels, edges, mode="edge"))
