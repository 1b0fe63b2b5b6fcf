"""The plate's grain after something has smoothed it away: what was lost of it is put back, and no more."""

from __future__ import annotations

import numpy as np

from nodegraph.data.image import Pixels

FINE = 1.6  # sigma in pixels of the plate, below which things are grain
AROUND = 6.0  # times that: how far around a pixel it is asked how much was lost
NEAR = 2.0  # times that: how far around a pixel it is asked whether there is an edge
EDGE = 6.0  # times the usual energy of the fine part, from where on it is an edge rather than grain
LIMIT = 3.0  # deviations above which it is an edge and no grain


def lost_grain(before: Pixels, change: Pixels, pixel: float = 1.0) -> Pixels:
    """What a change took away of the grain of a picture; both on the curve of a screen.

    `pixel` is how many pixels of the picture one of the plate's is. What is lost is told by how far the fine part of
    the change is the grain's opposite, around each pixel: a change that leaves the grain alone lost nothing.
    """
    import cv2

    def smooth(plane: Pixels, sigma: float) -> Pixels:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)

    sigma = FINE * max(1.0, pixel)
    grain = before - smooth(before, sigma)
    energy = smooth((grain * grain).sum(axis=2), NEAR * sigma)
    even = 1 / (1 + (energy / np.maximum(EDGE * np.median(energy), np.float32(1e-12))) ** 2)  # little on old contours
    most = LIMIT * 1.4826 * np.median(np.abs(grain), axis=(0, 1))
    grain = np.clip(grain, -most, most)
    fine = change - smooth(change, sigma)
    shared = smooth((fine * grain).sum(axis=2), AROUND * sigma)
    power = smooth((grain * grain).sum(axis=2), AROUND * sigma)
    share = np.clip(-shared / np.maximum(power, np.float32(1e-9)), 0, 1)
    return np.asarray(grain * (share * even)[..., None], np.float32)
