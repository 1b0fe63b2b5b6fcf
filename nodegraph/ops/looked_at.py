"""What is shown to those who find faces: a part of the plate with square pixels, in colour, smaller or larger."""

from __future__ import annotations

import numpy as np

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.box import Box
from nodegraph.data.image import Image, Pixels
from nodegraph.ops.black_and_white import light
from nodegraph.ops.face_sampling import laid, reach
from nodegraph.ops.resample import Filter


def looked_at(image: Image, part: Box, scale: float) -> Pixels:
    """A part of the picture, in square pixels, at a scale: rows x columns x 3; black beyond the edges.

    A squeezed plate is stretched and sized in one go, so that it is never in memory at its full width.
    """
    import cv2

    size = (max(1, round(part.width * scale)), max(1, round(part.height * scale)))
    stretch = Stretch.square(image.format)
    if stretch.by != 1:
        sized = np.diag([size[0] / part.width, size[1] / part.height, 1.0])
        matrix = sized @ np.array([[1, 0, -part.x0], [0, 1, -part.y0], [0, 0, 1]]) @ stretch.matrix
        frame = Box(0, 0, *size)
        source = reach(matrix, frame, Filter.CUBIC)
        return laid(light(image, source), source, matrix, frame, Filter.CUBIC)
    pixels = light(image, part)
    if size == (part.width, part.height):
        return pixels
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=method), np.float32)
