"""Mattes between plate and crop, the same way and through the same filters as the faces go."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.crop import Crop
from nodegraph.data.image import Matte, Pixels, frozen
from nodegraph.ops.face_paste import box_of, matte_of
from nodegraph.ops.face_sampling import laid, reach
from nodegraph.ops.resample import Filter


def into_crop(matte: Matte, crop: Crop) -> Pixels:
    """A matte of the plate as it lies in a crop."""
    frame = Box(0, 0, crop.size, crop.size)
    box = reach(crop.matrix, frame, Filter.LINEAR).meet(matte.data)
    if box.empty:
        return frozen(np.zeros((crop.size, crop.size), np.float32))
    plane = np.clip(np.nan_to_num(matte.plane(box), nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
    return frozen(laid(plane[..., None], box, crop.matrix, frame, Filter.LINEAR)[..., 0])


def clear_of(crops: Iterable[Crop], box: Box, filter: Filter) -> Pixels:
    """How much of each pixel of a rectangle of the plate no face covers, when they are pasted through a filter."""
    clear = np.ones((box.height, box.width), np.float32)
    for crop in crops:
        matte = matte_of(crop)
        part = box_of(crop, matte, box)
        if not part.empty:
            frame = Box(0, 0, crop.size, crop.size)
            there = laid(matte[..., None], frame, np.linalg.inv(crop.matrix), part, filter)[..., 0]
            clear[part.slices(box)] *= 1 - np.clip(there, 0, 1)
    return clear
