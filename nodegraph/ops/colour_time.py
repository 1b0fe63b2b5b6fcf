"""Which frames' colours count together, and how much each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from nodegraph.ops.colour_transfer import Moments, Samples

T = TypeVar("T")
FLASH = 1.5  # times its own spread that a face's brightness may change from one frame to the next


def weight(distance: int, window: float) -> float:
    """What a frame so far away counts: a Gaussian, as wide as the window at a tenth of its height."""
    return math.exp(-0.5 * (distance / (max(window, 1e-6) / 4.3)) ** 2)


def centred(near: Mapping[int, T], frame: int) -> dict[int, T]:
    """As many frames before as after: what drifts is then where it is, even at the ends of a track."""
    reach = min(frame - min(near), max(near) - frame)
    return {at: value for at, value in near.items() if abs(at - frame) <= reach}


def same_light(one: Moments, other: Moments) -> bool:
    """True unless the light jumped between two frames: a flash, or a cut that nobody marked."""
    spread = math.sqrt(max(1e-8, (one.covariance.sum() + other.covariance.sum()) / 2))
    return abs(float(other.mean.sum() - one.mean.sum())) < FLASH * spread


def pooled(many: Mapping[int, tuple[Samples, Moments]], mean: Moments, weights: Mapping[int, float]) -> Samples:
    """The colours of several frames as if they were of one, with this mean: as many as one frame has.

    Each frame gives every n-th of its colours, always the same ones whichever frame asks.
    """
    count = len(many)
    if count == 1:
        (only,) = many.values()
        return only[0]
    colours, heavy = [], []
    for frame, (given, own) in many.items():
        shift = (mean.mean - own.mean).astype(np.float32)
        part = slice(frame % count if len(given.colours) > count else 0, None, count)
        colours.append(given.colours[part] + shift)
        heavy.append(given.weights[part] * np.float32(weights[frame]))
    return Samples(np.concatenate(colours), np.concatenate(heavy))
