"""A digital double: somebody who does not exist, made of the demo's portrait by moving its features and its colour."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nodegraph.data.errors import MediaError
from nodegraph.data.image import Pixels, frozen
from nodegraph.ops.portrait import Points, fade_around, make_figure, read_picture

AROUND = (130, 30, 320, 250)  # x0, y0, x1, y1 of the picture that move
FOREHEAD = 22.0  # pixels above the brows to which the other skin reaches
SKIN = (0.90, 0.80, 0.72)
DEEPER = 1.25  # the power of the skin's tone


class Move(NamedTuple):
    """Some landmarks, shifted and enlarged about their own middle."""

    points: Sequence[int]
    right: float
    down: float
    wide: float = 1.0
    high: float = 1.0


MOVES = (
    Move(range(17), 0.0, 2.0, 0.90, 0.98),
    Move(range(4, 13), 0.0, 5.0),
    Move(range(36, 42), -2.2, 2.0, 1.12, 0.75),
    Move(range(42, 48), 2.2, 2.0, 1.12, 0.75),
    Move(range(17, 22), -1.0, 3.0, 1.0, 0.7),
    Move(range(22, 27), 1.0, 3.0, 1.0, 0.7),
    Move(range(27, 36), 0.0, 3.0, 1.35, 1.15),
    Move(range(48, 68), 0.0, 4.0, 0.88, 1.25),
)


def landmarks() -> Points:
    """The landmarks of the double, in pixels of its picture."""
    points = make_figure().landmarks.copy()
    for move in MOVES:
        chosen = list(move.points)
        middle = points[chosen].mean(axis=0)
        points[chosen] = (points[chosen] - middle) * (move.wide, move.high) + middle + (move.right, move.down)
    return points


def picture() -> Pixels:
    """The double as it would stand in a file: sRGB, 0 to 1."""
    import cv2
    from scipy.interpolate import RBFInterpolator

    old, new = make_figure().landmarks, landmarks()
    x0, y0, x1, y1 = AROUND
    sides = [(x, y) for x in np.linspace(x0, x1, 7) for y in np.linspace(y0, y1, 7) if x in (x0, x1) or y in (y0, y1)]
    here, there = np.concatenate([new, sides]), np.concatenate([old, sides])
    back = RBFInterpolator(here, there - here, smoothing=0.5, kernel="thin_plate_spline")
    x, y = np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5)
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    source = (places + back(places) - 0.5).astype(np.float32).reshape(y1 - y0, x1 - x0, 2)
    result = np.array(read_picture())
    result[y0:y1, x0:x1] = cv2.remap(np.asarray(read_picture()), source, np.empty(0), cv2.INTER_CUBIC)
    result = np.clip(result, 0.0, 1.0)
    skin = fade_around([np.concatenate([new[:17], new[26:16:-1] - (0.0, FOREHEAD)])], 2.0, 10.0)[..., None]
    other = result**DEEPER * np.array(SKIN, np.float32)
    return frozen(np.asarray(result + skin * (other - result), np.float32))


def write(path: Path) -> None:
    """Save the picture of the double as PNG."""
    import cv2

    if not cv2.imwrite(str(path), (picture()[..., ::-1] * 255.0 + 0.5).astype(np.uint8)):
        raise MediaError(f"{path} cannot be written", "check the folder")
