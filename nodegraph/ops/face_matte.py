"""Mattes between plate and crop: the same way as the face went, filtered where they are reduced."""

from __future__ import annotations

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.crop import Crop, Matrix
from nodegraph.data.image import Matte, Pixels, frozen


def into_crop(matte: Matte, crop: Crop) -> Pixels:
    """A matte of the plate as it lies in a crop."""
    box = crop.box(2).meet(matte.data)
    if box.empty:
        return frozen(np.zeros((crop.size, crop.size), np.float32))
    box = box.grow(1)  # it ends in nothing
    plane = np.clip(np.nan_to_num(matte.plane(box), nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
    return _moved(plane, crop.matrix @ _shift(box.x0, box.y0), crop.size, crop.size)


def onto_plate(matte: Pixels, crop: Crop, box: Box) -> Pixels:
    """A crop's matte as it lies in a rectangle of the plate."""
    return _moved(matte, _shift(-box.x0, -box.y0) @ np.linalg.inv(crop.matrix), box.width, box.height)


def _shift(x: float, y: float) -> Matrix:
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def _moved(plane: Pixels, matrix: Matrix, width: int, height: int) -> Pixels:
    """A plane through an affine map of places; nothing beyond its edges."""
    import cv2

    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale < 1:  # as wide as a tent over a pixel of the result, less the tent that the sampling is itself
        sigma = float(np.sqrt((1 / scale**2 - 1) / 6))
        if sigma > 0.05:
            plane = np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT), np.float32)
    centred = _shift(-0.5, -0.5) @ matrix @ _shift(0.5, 0.5)  # OpenCV counts from the middle of the first pixel
    result = cv2.warpAffine(
        plane, centred[:2], (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
    )
    return frozen(np.asarray(result, np.float32))
