"""From what a detector's network puts out to boxes: one function for each way of saying it, without any file.

`size` is width and height of what the network was fed; boxes are in its pixels. Every function takes the arrays of
one picture, in any order, and tells them apart by their shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.ml.sights import Reals, Sights

Arrays = Sequence[NDArray[np.float32]]
Size = tuple[int, int]

VARIANCES = (0.1, 0.2)  # of SSD: shifts and sizes are told in these shares
LIMIT = 10.0  # of exponents: a size of e^10 strides is none, whatever a broken file says
SSD_SIZES = {8: (16, 32), 16: (64, 128), 32: (256, 512)}  # RetinaFace's anchors at each stride


def yunet(arrays: Arrays, size: Size) -> Sights:
    """YuNet 2023mar: class and object scores, boxes and points for every cell at strides 8, 16 and 32."""
    flat = [_rows(array) for array in arrays]
    parts = []
    for stride in (8, 16, 32):
        cells = _cells(size, stride, 0.0)
        here = [array for array in flat if len(array) == len(cells)]
        scores = [array[:, 0] for array in here if array.shape[1] == 1]
        box, points = _of(here, 4), _of(here, 10)
        if len(scores) != 2 or box is None or points is None:
            raise _broken(f"two scores, a box and points for each of {len(cells)} cells at stride {stride}")
        middle = (cells + box[:, :2]) * stride
        half = np.exp(np.clip(box[:, 2:], -LIMIT, LIMIT)) * stride / 2
        score = np.sqrt(np.clip(scores[0], 0, 1) * np.clip(scores[1], 0, 1))
        five = (points.reshape(-1, 5, 2) + cells[:, None]) * stride
        parts.append(Sights(np.hstack([middle - half, middle + half]), score, five))
    return Sights.together(parts)


def distances(arrays: Arrays, size: Size) -> Sights:
    """SCRFD and insightface's RetinaFace: from each anchor, how far it is to the box's four sides, in strides.

    Scores, boxes and perhaps points, each at 3 or 5 strides or all strides in one array, with or without a batch.
    """
    flat = [_rows(array) for array in arrays]
    kinds = {wide: sorted((each for each in flat if each.shape[1] == wide), key=len)[::-1] for wide in (1, 4, 10)}
    scores, boxes, points = kinds[1], kinds[4], kinds[10]
    if not scores or len(scores) != len(boxes) or (points and len(points) != len(scores)):
        raise _broken("as many arrays of scores as of boxes, and of points if any")
    strides = (8, 16, 32, 64, 128) if len(scores) == 5 else (8, 16, 32)
    if len(scores) == 1:
        scores, boxes, points = (_split(each, size, strides) for each in (scores, boxes, points))
    if len(scores) != len(strides):
        raise _broken(f"{len(strides)} strides")
    parts = []
    for k, stride in enumerate(strides):
        cells = _cells(size, stride, 0.0) * stride
        each, over = divmod(len(scores[k]), len(cells))
        if over or not each or len(boxes[k]) != len(scores[k]) or (points and len(points[k]) != len(scores[k])):
            raise _broken(f"the same number of anchors for each of {len(cells)} cells at stride {stride}")
        anchors = np.repeat(cells, each, axis=0)
        far = boxes[k] * stride
        five = anchors[:, None] + points[k].reshape(-1, 5, 2) * stride if points else None
        parts.append(Sights(np.hstack([anchors - far[:, :2], anchors + far[:, 2:]]), scores[k][:, 0], five))
    return Sights.together(parts)


def _split(arrays: Sequence[Reals], size: Size, strides: Sequence[int]) -> list[Reals]:
    """One array for all strides, cut into one for each."""
    if not arrays:
        return []
    counts = np.array([len(_cells(size, stride, 0.0)) for stride in strides])
    each, over = divmod(len(arrays[0]), int(counts.sum()))
    if over or not each:
        raise _broken(f"anchors for {counts.sum()} cells")
    return np.split(arrays[0], np.cumsum(counts * each)[:-1])


def anchors(arrays: Arrays, size: Size) -> Sights:
    """RetinaFace as it is trained on PyTorch: SSD's anchors of two sizes at strides 8, 16 and 32, softmax scores."""
    flat = [_rows(array) for array in arrays]
    told, boxes, points = _of(flat, 2), _of(flat, 4), _of(flat, 10)
    places = []
    for stride, sizes in SSD_SIZES.items():
        cells = np.repeat(_cells(size, stride, 0.5) * stride, len(sizes), axis=0)
        places.append(np.column_stack([cells, np.tile(sizes, len(cells) // len(sizes))]))
    place = np.concatenate(places)
    if told is None or boxes is None or not len(told) == len(boxes) == len(place):
        raise _broken(f"scores and boxes for {len(place)} anchors")
    middle, wide = place[:, :2], place[:, 2:]
    five = None
    if points is not None and len(points) == len(place):
        five = middle[:, None] + points.reshape(-1, 5, 2) * VARIANCES[0] * wide[:, None]
    return Sights(_ssd(middle, wide, boxes), _second(told), five)


def s3fd(arrays: Arrays, size: Size) -> Sights:
    """S3FD: at strides 4 to 128 one anchor of four strides in each cell; maps of two scores and of four shifts."""
    maps = [np.asarray(array[0] if array.ndim == 4 else array, np.float64) for array in arrays]
    if not all(each.shape[0] in (2, 4) for each in maps):
        maps = [np.moveaxis(each, -1, 0) for each in maps]
    scores = sorted((each for each in maps if each.shape[0] == 2), key=lambda each: -each[0].size)
    shifts = sorted((each for each in maps if each.shape[0] == 4), key=lambda each: -each[0].size)
    parts = []
    for k, (score, shift) in enumerate(zip(scores, shifts, strict=True)):
        stride = 4 << k
        high, wide = score.shape[1:]
        if shift.shape[1:] != (high, wide) or abs(wide * stride - size[0]) >= 2 * stride:
            raise _broken(f"maps of {size[0] // stride} columns at stride {stride}")
        middle = (_grid(wide, high) + 0.5) * stride
        told, far = score.reshape(2, -1).T, shift.reshape(4, -1).T
        parts.append(Sights(_ssd(middle, np.full((len(middle), 1), 4.0 * stride), far), _second(told)))
    return Sights.together(parts)


def yolo(arrays: Arrays, size: Size) -> Sights:
    """YOLO-face: a row for each cell, boxes by their middle. 5 or 20 (with points) wide as YOLOv8, 16 as YOLOv5."""
    del size  # its boxes are in pixels already
    (table,) = (np.asarray(array, np.float64) for array in arrays)
    table = table[0] if table.ndim == 3 else table
    if table.ndim != 2:
        raise _broken("one table of boxes")
    if table.shape[1] not in YOLO_ROWS or (table.shape[0] in YOLO_ROWS and table.shape[0] < table.shape[1]):
        table = table.T
    wide = table.shape[1]
    if wide not in YOLO_ROWS:
        raise _broken("rows of 5, 15, 16 or 20 numbers")
    half = table[:, 2:4] / 2
    score = table[:, 4] * table[:, 15] if wide == 16 else table[:, 4]
    five = None
    if wide == 20:
        five = table[:, 5:].reshape(-1, 5, 3)[..., :2]
    elif wide in (15, 16):
        five = table[:, 5:15].reshape(-1, 5, 2)
    boxes = np.hstack([table[:, :2] - half, table[:, :2] + half])
    return Sights(boxes, score, five)


YOLO_ROWS = (5, 15, 16, 20)


def _ssd(middle: Reals, wide: Reals, told: Reals) -> Reals:
    """Boxes of anchors that are shifted and sized as SSD does it."""
    x = middle + told[:, :2] * VARIANCES[0] * wide
    half = wide * np.exp(np.clip(told[:, 2:] * VARIANCES[1], -LIMIT, LIMIT)) / 2
    return np.hstack([x - half, x + half])


def _second(told: Reals) -> Reals:
    """How sure it is of a face, of the two classes nothing and face; what is no probability yet is made one."""
    if told.size and (told.min() < 0 or np.abs(told.sum(axis=1) - 1).max() > 1e-2):
        return np.asarray(1 / (1 + np.exp(np.clip(told[:, 0] - told[:, 1], -60, 60))), np.float64)
    return told[:, 1]


def _grid(wide: int, high: int) -> Reals:
    y, x = np.mgrid[:high, :wide]
    return np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float64)


def _cells(size: Size, stride: int, shift: float) -> Reals:
    """Each cell's place, x and y, row by row; a picture that ends within a cell has that cell."""
    return _grid(-(-size[0] // stride), -(-size[1] // stride)) + shift


def _rows(array: NDArray[np.float32]) -> Reals:
    """An array of one picture as rows, without its batch."""
    flat = np.asarray(array, np.float64)
    if flat.ndim == 3 and flat.shape[0] == 1:
        flat = flat[0]
    if flat.ndim != 2:
        raise _broken("arrays of rows, of one picture")
    return flat


def _of(arrays: Iterable[Reals], wide: int) -> Reals | None:
    """The one array of so many columns."""
    found = [array for array in arrays if array.shape[1] == wide]
    return found[0] if len(found) == 1 else None


def _broken(wanted: str) -> ModelError:
    return ModelError(
        f"the detector's network does not put out {wanted}", "the file does not keep to its contract; try another copy"
    )
