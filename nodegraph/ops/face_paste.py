"""Putting a crop back into its plate: only the box that its matte covers is touched, and nothing outside the matte."""

from __future__ import annotations

from enum import Enum

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.buffers import empty
from nodegraph.data.crop import Crop, Matrix, moved
from nodegraph.data.image import RGB, Image, Pixels, frozen
from nodegraph.data.threads import split_rows
from nodegraph.ops.face_sampling import laid
from nodegraph.ops.mask_edges import faded
from nodegraph.ops.resample import Filter


class Blend(Enum):
    """How the face goes into the plate."""

    OVER = "over"
    MULTIBAND = "multi-band"
    POISSON = "Poisson"


def covered(matte: Pixels) -> Box:
    """The part of a crop that its matte covers."""
    rows, columns = np.flatnonzero(matte.any(axis=1)), np.flatnonzero(matte.any(axis=0))
    if not len(rows):
        return Box(0, 0, 0, 0)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def matte_of(crop: Crop) -> Pixels:
    """The crop's matte, or all of it, faded at the edges: never a hard rim."""
    return crop.matte if crop.matte is not None else faded(np.ones((crop.size, crop.size), np.float32))


def box_of(crop: Crop, matte: Pixels, data: Box) -> Box:
    """The rectangle of the plate that the matte reaches."""
    part = covered(matte)
    if part.empty:
        return part
    corners = np.array([[part.x0, part.y0], [part.x1, part.y0], [part.x0, part.y1], [part.x1, part.y1]], np.float64)
    there = moved(corners, np.linalg.inv(crop.matrix))
    low, high = np.floor(there.min(axis=0)) - 1, np.ceil(there.max(axis=0)) + 1
    return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).meet(data)


def placed(crop: Crop, pixels: Pixels, matte: Pixels, box: Box, filter: Filter) -> Pixels:
    """Colour and matte of a crop as they lie in a box of the plate: rows x columns x RGBA, not premultiplied."""
    part = covered(matte).grow(4).meet(Box(0, 0, crop.size, crop.size))
    rows, columns = part.slices(Box(0, 0, crop.size, crop.size))
    source = empty((part.height, part.width, 4))
    source[..., :3] = pixels[rows, columns]
    source[..., 3] = matte[rows, columns]
    back: Matrix = np.linalg.inv(crop.matrix)
    return laid(source, part, back, box, filter)


def over(image: Image, crop: Crop, filter: Filter, mix: float = 1.0, detail: float = 0.0) -> Image:
    """The face over the plate; `detail` of what the plate holds more finely than the crop is put back."""
    from nodegraph.ops.face_paste_kernels import blended

    matte = matte_of(crop)
    box = box_of(crop, matte, image.data)
    if box.empty or mix == 0:
        return image
    face = placed(crop, crop.pixels, matte, box, filter)
    plate = placed(crop, crop.plate, matte, box, filter) if detail else face
    below = image.region(box, RGB)
    result = empty(below.shape)
    split_rows(
        lambda first, end: blended(below, face, plate, mix, detail, result, first, end), box.height, result.nbytes
    )
    return image.patched(box, frozen(result), RGB)
