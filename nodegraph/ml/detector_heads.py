"""YOLO-face networks that were exported without their last step: maps of each stride, still to be decoded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.ml.sights import Reals, Sights

Arrays = Sequence[NDArray[np.float32]]
Size = tuple[int, int]

# Widths and heights of YOLOv5-face's anchors at strides 8, 16 and 32 (deepcam-cn/yolov5-face, models/yolov5s.yaml).
ANCHORS = {
    8: ((4, 5), (8, 10), (13, 16)),
    16: ((23, 29), (43, 55), (73, 105)),
    32: ((146, 217), (231, 300), (335, 433)),
}
BINS = 16  # YOLOv8 tells each side of a box as a distribution over so many distances, in strides


def yolo5(arrays: Arrays, size: Size) -> Sights:
    """YOLOv5-face as DeepFaceLive ships it: for three anchors in each cell a box, a score, five points and a class."""
    parts = []
    for stride, cells, table in _tables(arrays, size, 48):
        rows = table.reshape(len(cells), 3, 16)
        wide = np.array(ANCHORS[stride], np.float64)
        told = _sigmoid(rows[..., [0, 1, 2, 3, 4, 15]])
        middle = (told[..., :2] * 2 - 0.5 + cells[:, None]) * stride
        half = (told[..., 2:4] * 2) ** 2 * wide / 2
        five = rows[..., 5:15].reshape(len(cells), 3, 5, 2) * wide[:, None] + cells[:, None, None] * stride
        boxes = np.concatenate([middle - half, middle + half], axis=-1)
        score = told[..., 4] * told[..., 5]
        parts.append(Sights(boxes.reshape(-1, 4), score.ravel(), five.reshape(-1, 5, 2)))
    return Sights.together(parts)


def yolo8(arrays: Arrays, size: Size) -> Sights:
    """YOLOv8-face: in each cell distributions of four distances, a score, and five points with how visible they are."""
    parts = []
    for stride, cells, table in _tables(arrays, size, 4 * BINS + 16):
        bins = table[:, : 4 * BINS].reshape(-1, 4, BINS)
        share = np.exp(bins - bins.max(axis=2, keepdims=True))
        far = (share * np.arange(BINS)).sum(axis=2) / share.sum(axis=2)
        boxes = np.hstack([cells + 0.5 - far[:, :2], cells + 0.5 + far[:, 2:]]) * stride
        five = (table[:, 4 * BINS + 1 :].reshape(-1, 5, 3)[..., :2] * 2 + cells[:, None]) * stride
        parts.append(Sights(boxes, _sigmoid(table[:, 4 * BINS]), five))
    return Sights.together(parts)


def _tables(arrays: Arrays, size: Size, planes: int) -> list[tuple[int, Reals, Reals]]:
    """For each stride the cells' places, and what is told of each, a row a cell."""
    found = []
    for stride, array in zip((8, 16, 32), sorted(arrays, key=lambda each: -each.size), strict=True):
        high, wide = -(-size[1] // stride), -(-size[0] // stride)
        if array.shape != (1, planes, high, wide):
            raise ModelError(
                f"the detector's network does not put out maps of {wide} x {high} cells at stride {stride}",
                "the file does not keep to its contract; try another copy",
            )
        y, x = np.mgrid[:high, :wide]
        cells = np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float64)
        found.append((stride, cells, np.asarray(array[0], np.float64).reshape(planes, -1).T))
    return found


def _sigmoid(values: Reals) -> Reals:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -60, 60))), np.float64)
