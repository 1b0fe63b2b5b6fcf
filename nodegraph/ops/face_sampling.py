"""Between plate and crop: a face is taken out once, through a filter that fits, and what has changed is put back."""

from __future__ import annotations

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.crop import Matrix
from nodegraph.data.image import Image, Pixels, frozen
from nodegraph.ops.black_and_white import light
from nodegraph.ops.resample import Filter, affine, moved_box

BESIDE = 2  # pixels more than a moved frame covers that the taps of a filter reach, at most
AROUND = 7  # pixels around a broken one that tell what it might have been; more where all of them are broken


def sampled(image: Image, matrix: Matrix, size: int, filter: Filter) -> Pixels:
    """The colour of a picture as a square crop shows it; beyond the plate its edge goes on."""
    frame = Box(0, 0, size, size)
    source = reach(matrix, frame, filter)
    inside = source.meet(image.data)
    part = source if inside.empty else inside
    edges = ((part.y0 - source.y0, source.y1 - part.y1), (part.x0 - source.x0, source.x1 - part.x1), (0, 0))
    pixels = light(image, part)
    if part != source:
        pixels = np.pad(pixels, edges, mode="edge")
    result = laid(pixels, source, matrix, frame, filter)
    return result if _all_numbers(result) else laid(mended(pixels), source, matrix, frame, filter)


def _all_numbers(pixels: Pixels) -> bool:
    """True if every value is a number: the sum of all is one."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(pixels.sum()))


def mended(pixels: Pixels) -> Pixels:
    """Pixels that are no numbers become the mean of those around: one dead pixel shall not take a whole face along."""
    import cv2

    if _all_numbers(pixels):
        return pixels
    broken = np.asarray(~np.isfinite(pixels).all(axis=2))
    if not broken.any():
        return pixels
    result = np.where(broken[..., None], np.float32(0), pixels)
    if broken.all():
        return result
    known = np.where(broken, np.float32(0), np.float32(1))
    light, around = result.copy(), AROUND
    while broken.any():  # a hole wider than the window, filled with black, would darken the face
        total = cv2.blur(light, (around, around), borderType=cv2.BORDER_CONSTANT)
        share = cv2.blur(known, (around, around), borderType=cv2.BORDER_CONSTANT)
        told = broken & (share > np.float32(0.5 / around**2))
        result[told] = total[told] / share[told][:, None]
        broken, around = broken & ~told, 2 * around + 1
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
    return moved_box(frame, np.linalg.inv(matrix), filter).grow(BESIDE)
