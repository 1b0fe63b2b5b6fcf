"""The face itself: the jaw drops, the lids close; forward for points, backward for pixels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.ops.portrait import Floats, Points
from nodegraph.ops.portrait_pose import Pose

JAW_DROP = 11.0  # portrait pixels between the lips at their widest, beyond the smile of the picture
FACE_BOX = (176.0, 84.0, 274.0, 216.0)  # x0, y0, x1, y1: nothing moves by itself outside
LOWER_LIP = (55, 56, 57, 58, 59, 65, 66, 67)  # landmarks, counted from 0
UPPER_LIDS = (37, 38, 43, 44)

# The edge between the teeth and the lower lip, corner to corner, as seen in the picture.
_CUT_X = (202.0, 205.0, 208.5, 215.0, 224.5, 233.5, 239.0, 243.0, 246.0)
_CUT_Y = (139.6, 142.4, 145.4, 148.5, 149.7, 148.2, 145.5, 142.6, 140.4)
# The eyes: middle, half width, and heights of brow, upper and lower lid there.
_EYES = ((202.5, 11.0, 92.0, 97.4, 104.6), (247.5, 12.5, 94.5, 99.4, 106.6))

Reals = NDArray[np.floating]


def lip_cut(x: Reals) -> Reals:
    """The line between upper teeth and lower lip; straight on beyond the corners of the mouth."""
    fit = np.polynomial.Polynomial.fit(_CUT_X, _CUT_Y, 4)
    inside = fit(np.clip(x, _CUT_X[0], _CUT_X[-1]))
    return np.asarray(inside)


class Across(NamedTuple):
    """What the jaw does at each x: where the lips part, and how much the jaw and the lips follow it."""

    cut: Reals
    jaw: Reals
    lips: Reals


def across_jaw(x: Reals) -> Across:
    """The jaw from side to side: all of the chin follows it, and the lips but for their corners."""
    side = np.clip(1.0 - np.abs(x - 225.0) / 47.0, 0.0, 1.0)
    lips = np.clip(1.0 - ((x - 224.2) / 21.5) ** 2, 0.0, 1.0) ** 0.6
    return Across(np.asarray(lip_cut(x), x.dtype), side * (2.0 - side), lips)


def jaw_weight(at: Across, y: Reals) -> Reals:
    """How far a place below the lips follows the jaw, 0 to 1; nothing does from the collar down."""
    down = _ease((y - at.cut) / 24.0)
    fade = _ease((214.0 - y) / 38.0)
    return np.asarray(at.jaw * (at.lips + (1.0 - at.lips) * down) * fade)


def _ease(t: Reals) -> Reals:
    t = np.clip(t, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def _lid_shape(eye: tuple[float, float, float, float, float], x: Reals) -> tuple[Reals, Reals, Reals]:
    """Brow, upper lid and lower lid above and below each x; lids meet at the corners."""
    middle, half, brow, upper, lower = eye
    bow = np.clip(1.0 - ((x - middle) / half) ** 2, 0.0, 1.0)
    slope = 0.09 * (x - middle)
    rim = 0.5 * (upper + lower) + 0.6 + slope
    top = rim + (upper - rim + slope) * bow
    bottom = rim + (lower - rim + slope) * bow
    return np.asarray(brow + slope), np.asarray(top), np.asarray(bottom)


def moved_points(points: Points, pose: Pose) -> Points:
    """The landmarks where jaw and lids have taken them, still on the unturned head."""
    result = points.copy()
    drop = JAW_DROP * pose.mouth
    for k, (x, y) in enumerate(points):
        below = k in LOWER_LIP or y > lip_cut(np.array(x)) + 3.0
        if below:
            result[k, 1] += drop * float(jaw_weight(across_jaw(np.array(x)), np.array(y)))
    for k in UPPER_LIDS:
        eye = _EYES[0] if k < 42 else _EYES[1]
        _, top, bottom = _lid_shape(eye, points[k, 0])
        result[k, 1] += pose.lids * float(bottom - top)
    return result


class Moved(NamedTuple):
    """For each place of the moved face: the height in the picture that it shows, and what lies over it, 0 to 1."""

    y: Floats
    cavity: Floats  # the open mouth
    lashes: Floats  # the edge of a closing lid


def source_of(x: Floats, y: Floats, pose: Pose) -> Moved:
    """What each place of the moved face shows; nothing moves sideways."""
    source = np.array(y, np.float32)
    cavity, lashes = np.zeros_like(source), np.zeros_like(source)
    if pose.mouth > 0:
        drop = np.float32(JAW_DROP * pose.mouth)
        at = across_jaw(x)
        cut = at.cut
        gap = drop * np.asarray(jaw_weight(at, cut), np.float32)
        below = y >= cut + gap
        low, high = y - drop, np.array(y)
        for _ in range(12):  # the jaw's way is steady but steep beside the mouth: halving finds it, iteration may not
            middle = 0.5 * (low + high)
            short = middle + drop * jaw_weight(at, middle) < y
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        found = np.maximum(0.5 * (low + high), cut)
        source = np.where(below, found, np.minimum(y, cut)).astype(np.float32)
        soft = np.float32(0.8)
        inside = np.minimum(y - cut, cut + gap - y) / soft
        cavity = np.where(gap > 0.05, np.clip(0.5 + 0.5 * inside, 0.0, 1.0) * np.clip(gap / 1.5, 0.0, 1.0), 0.0)
        cavity = cavity.astype(np.float32)
    if pose.lids > 0:
        for eye in _EYES:
            brow, top, bottom = _lid_shape(eye, x)
            shut = top + pose.lids * (bottom + 0.9 - top)
            within = (y > brow) & (y < shut) & (np.abs(x - eye[0]) < eye[1] + 1.0)
            stretched = brow + (y - brow) * (top - brow) / np.maximum(shut - brow, 1e-3)
            source = np.where(within, stretched, source).astype(np.float32)
            corner = np.clip(1.0 - ((x - eye[0]) / (eye[1] + 2.0)) ** 2, 0.0, 1.0) ** 0.5
            line = np.exp(-(((y - shut + 0.2) / 0.9) ** 2)) * corner * min(1.0, 2.0 * pose.lids)
            lashes = np.maximum(lashes, line.astype(np.float32))
    return Moved(source, cavity, lashes)
