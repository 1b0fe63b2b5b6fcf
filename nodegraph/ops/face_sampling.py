"""Between plate and crop: a face is taken out once, through a filter that fits, and what has changed is put back."""

from __future__ import annotations

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.crop import Matrix
from nodegraph.data.image import RGB, Image, Pixels, frozen
from nodegraph.ops.filters import held
from nodegraph.ops.resample import Filter, affine, footprint, moved_box

AROUND = 7  # pixels around a broken one that tell what it might have been


def sampled(image: Image, matrix: Matrix, size: int, filter: Filter) -> Pixels:
    """The colour of a picture as a square crop shows it; beyond the plate its edge goes on."""
    frame = Box(0, 0, size, size)
    source = reach(matrix, frame, filter)
    if image.rgb == RGB:
        pixels = held(image.with_channels(RGB), source)
    else:  # grey, or a matte
        name = image.main[0] if image.main else image.channels[0]
        pixels = np.repeat(held(image.with_channels((name,)), source)[..., :1], 3, axis=2)
    return laid(mended(pixels), source, matrix, frame, filter)


def mended(pixels: Pixels) -> Pixels:
    """Pixels that are no numbers become the mean of those around: one dead pixel shall not take a whole face along."""
    import cv2

    broken = np.asarray(~np.isfinite(pixels).all(axis=2))
    if not broken.any():
        return pixels
    result = np.where(broken[..., None], np.float32(0), pixels)
    known = np.where(broken, np.float32(0), np.float32(1))
    total = cv2.blur(result, (AROUND, AROUND), borderType=cv2.BORDER_CONSTANT)
    share = cv2.blur(known, (AROUND, AROUND), borderType=cv2.BORDER_CONSTANT)
    result[broken] = total[broken] / np.maximum(share[broken], np.float32(1e-3))[:, None]
    return result


def laid(pixels: Pixels, data: Box, matrix: Matrix, frame: Box, filter: Filter) -> Pixels:
    """Pixels of a window, moved by a matrix into a frame; black where they do not reach."""
    result, box = affine(np.ascontiguousarray(pixels), data, matrix, filter, within=frame)
    if box == frame:
        return frozen(result)
    whole = np.zeros((frame.height, frame.width, pixels.shape[2]), np.float32)
    whole[box.slices(frame)] = result
    return frozen(whole)


def reach(matrix: Matrix, frame: Box, filter: Filter) -> Box:
    """What of the source a frame is made of."""
    inverse = np.linalg.inv(matrix)
    box = moved_box(frame, inverse, filter)
    across, down = footprint(inverse)
    return box.grow(int(np.ceil(4 * across)), int(np.ceil(4 * down)))
