"""Faces whose true colours are known: crops of the demo's portrait, and as another film stock would have them."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from nodegraph.bench.exhibits import Shown
from nodegraph.colour.config import load_config
from nodegraph.colour.convert import convert
from nodegraph.data.image import Pixels, frozen
from nodegraph.data.shot import Shot
from nodegraph.ops.portrait import Portrait, enlarged, make_portrait, read_picture
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import convex_matte, landmarks_at, picture_at
from nodegraph.ops.portrait_pose import Moves, pose_at, view

SHOT = Shot(name="bench")
WIDTH, HEIGHT = 1920, 1080
MOVES = Moves()
SATURATION = 0.75
# Red, green and blue of the cast: slope, power. A colder stock with more contrast, and less colour in it.
SLOPE, POWER = (0.62, 0.8, 1.15), (1.15, 1.08, 0.95)


class Aligned(NamedTuple):
    """A face of the plate, upright, and its matte."""

    light: Pixels
    matte: Pixels


@cache
def _portrait() -> Portrait:
    larger = enlarged(read_picture(), float(view(WIDTH, HEIGHT)[0, 0]))
    light = convert(larger, load_config(SHOT.config), "srgb_rec709_scene", SHOT.space)
    return make_portrait(frozen(light * np.float32(1.6)))


@cache
def aligned(frame: int, size: int = 512, grain: float = 1.0, grain_seed: int = 0) -> Aligned:
    """The portrait's face at a frame, by its true landmarks."""
    import cv2

    lamp = Light(occluder=False, grain=grain)
    portrait = _portrait()
    plate = picture_at(portrait, frame, WIDTH, HEIGHT, MOVES, lamp, grain_seed)
    points = landmarks_at(portrait.figure, pose_at(frame, MOVES), WIDTH, HEIGHT)
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max()) * 1.25
    scale = size / side
    x, y = (low + high) / 2 - side / 2
    matrix = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
    centred = matrix.copy()
    centred[:, 2] += (scale - 1) / 2  # OpenCV counts from the middle of the first pixel
    light = cv2.warpAffine(plate, centred, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    hull = convex_matte((points - (x, y)) * scale, size, size)
    matte = cv2.GaussianBlur(hull, (0, 0), size / 64) * (hull > 0)
    return Aligned(frozen(light), frozen(matte))


def cast(light: Pixels) -> Pixels:
    """The same face as another stock would have it: each channel bent and scaled, and less saturated."""
    bent = np.copysign(np.abs(light) ** np.array(POWER, np.float32), light) * np.array(SLOPE, np.float32)
    grey = bent.mean(axis=-1, keepdims=True)
    return frozen(grey + (bent - grey) * np.float32(SATURATION))


def shown(light: Pixels) -> Pixels:
    """What a screen shows of it: sRGB, 0 to 1."""
    encoded = convert(light / np.float32(1.6), load_config(SHOT.config), SHOT.space, "srgb_rec709_scene")
    return frozen(np.clip(encoded, 0.0, 1.0))


def shown_light(light: Pixels) -> Shown:
    """The same, in eight bits."""
    return np.asarray(np.rint(shown(light) * 255), np.uint8)


def difference(one: Pixels, other: Pixels, matte: Pixels) -> tuple[float, float]:
    """How far two faces' colours are apart within the matte: CIEDE2000, mean and 95th percentile."""
    from skimage import color

    compare: Any = color.deltaE_ciede2000
    apart = compare(*(color.rgb2lab(shown(each).astype(np.float64)) for each in (one, other)))[matte > 0.5]
    return float(apart.mean()), float(np.percentile(apart, 95))
