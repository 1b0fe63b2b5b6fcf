"""Blurring and sharpening, in float, on associated colour."""

from __future__ import annotations

import math

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.buffers import empty
from nodegraph.data.image import Image, Pixels, frozen
from nodegraph.data.threads import split_rows
from nodegraph.ops.wide_blur import grown, halved, halvings, left_over

CUT = 4.0  # a Gaussian is cut off here, in sigmas: what is beyond weighs less than 1 in 10,000


def reach(sigma: float) -> int:
    """How many pixels a blur reaches."""
    return math.ceil(CUT * sigma) if sigma > 0 else 0


def gaussian(image: Image, box: Box, sigma_x: float, sigma_y: float, *, hold: bool = False) -> Pixels:
    """The main layer within a box, blurred by a Gaussian; beyond the data window it is black, or holds its edge."""
    if box.empty:
        return np.zeros((box.height, box.width, len(image.main)), np.float32)
    rx, ry = reach(sigma_x), reach(sigma_y)
    around = box.grow(rx, ry)
    small = held(image, around) if hold else image.region(around, image.main)
    nx, ny = halvings(sigma_x), halvings(sigma_y)
    if nx == 0 and ny == 0:
        return frozen(_narrow(small, sigma_x, sigma_y)[ry : ry + box.height, rx : rx + box.width])
    for axis, times in ((0, ny), (1, nx)):
        for _ in range(times):
            small = halved(small, axis)
    small = _narrow(small, left_over(sigma_x, nx), left_over(sigma_y, ny))
    wide = grown(grown(small, 1, nx, around.width), 0, ny, around.height)
    return frozen(wide[ry : ry + box.height, rx : rx + box.width])


def _narrow(source: Pixels, sigma_x: float, sigma_y: float) -> Pixels:
    """All of a picture blurred, black beyond its edges."""
    import cv2

    kx, ky = _weights(sigma_x, reach(sigma_x)), _weights(sigma_y, reach(sigma_y))
    ry = reach(sigma_y)
    height = source.shape[0]
    result: Pixels = empty(source.shape)

    def rows(first: int, end: int) -> None:
        top, bottom = max(0, first - ry), min(height, end + ry)
        room = empty((bottom - top, *source.shape[1:]))
        done = cv2.sepFilter2D(source[top:bottom], cv2.CV_32F, kx, ky, room, borderType=cv2.BORDER_CONSTANT)
        result[first:end] = done.reshape(bottom - top, source.shape[1], -1)[first - top : end - top]

    split_rows(rows, height, source.nbytes)
    return result


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
