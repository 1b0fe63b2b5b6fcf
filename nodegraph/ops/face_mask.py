"""Mattes of crops: shaped from what is seen, trimmed, and put together with the matte that is there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.crop import Crop
from nodegraph.data.image import Pixels
from nodegraph.ops.face_shapes import face_size
from nodegraph.ops.mask_edges import faded, feathered, trimmed

SPECKLE = 0.006  # of the face's size: differences are averaged this far around, so that grain makes no holes


class Combine(Enum):
    """What a new matte does with the one that is there."""

    REPLACE = "replace"
    UNION = "union"
    INTERSECTION = "intersection"
    PRODUCT = "product"
    SUBTRACT = "subtract"


@dataclass(frozen=True)
class Edges:
    """How the edge of a matte is moved and softened: per cent of the face's size, negative to grow."""

    erode: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    left: float = 0.0
    right: float = 0.0
    feather: float = 0.0

    def on(self, matte: Pixels, size: float) -> Pixels:
        """The matte with its edges done, for a face of some size in pixels."""
        pixel = size / 100
        matte = trimmed(matte, self.top * pixel, self.bottom * pixel, self.left * pixel, self.right * pixel)
        return feathered(matte, self.feather * pixel, self.erode * pixel)


def size_in(crop: Crop) -> float:
    """The size of the face in its crop, in pixels."""
    return crop.face_size if crop.face.points is None else face_size(crop.points)


def put(crop: Crop, matte: Pixels, combine: Combine, edges: Edges, invert: bool = False) -> Crop:
    """The crop with a new matte, its edges done, put together with its own, and faded at the border."""
    new = edges.on(np.clip(matte, 0, 1), size_in(crop))
    new = 1 - new if invert else new
    return crop.with_matte(faded(combined(crop.matte, new, combine)))


def combined(old: Pixels | None, new: Pixels, combine: Combine) -> Pixels:
    """Two mattes made one. Where there was none a face reaches everywhere, but a union begins with the new one."""
    if combine is Combine.REPLACE or (old is None and combine is not Combine.SUBTRACT):
        return new
    if old is None:
        return 1 - new
    match combine:
        case Combine.UNION:
            return np.maximum(old, new)
        case Combine.INTERSECTION:
            return np.minimum(old, new)
        case Combine.PRODUCT:
            return old * new
        case _:
            return old * (1 - new)


def differing(one: Pixels, other: Pixels, threshold: float, size: float) -> Pixels:
    """Where two pictures differ: half at the threshold, wholly at one and a half of it."""
    import cv2

    apart = np.abs(np.nan_to_num(one) - np.nan_to_num(other)).max(axis=-1)
    smooth = cv2.GaussianBlur(apart, (0, 0), max(0.5, SPECKLE * size), borderType=cv2.BORDER_REPLICATE)
    share = np.asarray(smooth, np.float32) / np.float32(max(threshold, 1e-6))
    result: Pixels = np.clip(share - np.float32(0.5), 0, 1)
    return result


def above_zero(field: NDArray[np.float32]) -> Pixels:
    """Where a smooth field is above 0, with an edge one pixel wide."""
    down, across = np.gradient(field)
    steep = np.maximum(np.hypot(down, across), 1e-12)
    edge: Pixels = np.clip(0.5 + field / steep, 0, 1).astype(np.float32)
    return edge
