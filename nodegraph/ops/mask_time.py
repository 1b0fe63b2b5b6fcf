"""Mattes over time: neighbouring frames of one face averaged, without lag, and never across what truly changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from nodegraph.data.anamorphic import Stretch
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import Rect
from nodegraph.data.image import Pixels, frozen

NEAR = (
    0.05  # of the crop's size: a change is judged by its share of so much around a pixel; a trembling edge has little
)


def neighbours(
    frames: Mapping[int, Crops], now: int, track: str, max_jump: float, cut: Callable[[int, int], bool]
) -> dict[int, Crop]:
    """The crops of a track around a frame, as far as it goes on without gap, cut or jump on either side."""
    here = _of(frames[now], track)
    if here is None:
        return {}
    result, stretch = {now: here}, Stretch.square(frames[now].format)
    for step in (-1, 1):
        frame, before = now + step, here
        while frame in frames:
            crop = _of(frames[frame], track)
            if crop is None or crop.size != before.size or cut(frame, frame - step):
                break
            if jumped(stretch.rect(before.face.box), stretch.rect(crop.face.box), max_jump):
                break
            result[frame] = before = crop
            frame += step
    return dict(sorted(result.items()))


def _of(crops: Crops, track: str) -> Crop | None:
    return next((crop for crop in crops if crop.track == track), None)


def jumped(one: Rect, other: Rect, most: float) -> bool:
    """True if the box of a face moved by more than so many of its sizes."""
    (x, y), (at_x, at_y) = one.middle, other.middle
    size = max(1.0, one.size, other.size)
    grown = size / max(1.0, min(one.size, other.size))
    return bool(np.hypot(at_x - x, at_y - y) > most * size or grown > 1 + most)


def smoothed(mattes: Sequence[Pixels], times: Sequence[int], window: int, motion: float) -> Pixels:
    """The matte at time 0: at each pixel a straight line in time through its neighbours, the near ones counting more.

    A line, and not a mean, so that what moves evenly is where it is, even at the end of a track. A neighbour counts
    less where the matte truly moved: where, averaged around a pixel, it differs by more than `motion`.
    """
    import cv2

    present = mattes[list(times).index(0)]
    sigma = max(0.5, window / 5)
    reach = 2 * max(1, round(NEAR * present.shape[0])) + 1
    shape = present.shape
    s0, s1, s2, v0, v1 = (np.zeros(shape, np.float32) for _ in range(5))
    for matte, time in zip(mattes, times, strict=True):
        weight = np.full(shape, np.exp(-0.5 * (time / sigma) ** 2), np.float32)
        if time:
            apart = cv2.blur(np.abs(matte - present), (reach, reach), borderType=cv2.BORDER_REPLICATE)
            weight *= np.exp(-(np.asarray(apart, np.float32) ** 4) * np.float32(1 / max(motion, 1e-3) ** 4))
        t = np.float32(time)
        s0 += weight
        s1 += weight * t
        s2 += weight * (t * t)
        v0 += weight * matte
        v1 += weight * t * matte
    # Least squares; a little is added to the spread in time so that one frame alone gives itself.
    spread = s0 * s2 - s1 * s1
    mean, slope = v0 / s0, (s0 * v1 - s1 * v0) / (spread + np.float32(1e-4) * s0 * s0)
    return frozen(np.clip(mean - slope * s1 / s0, 0, 1))
