"""The portrait behind the face plate: the picture, what was marked on it, and a model of its depth.

Coordinates are those of the 512 x 512 picture: x right, y down, z towards the camera, all in its pixels;
the middle of the first pixel is at 0.5, 0.5. Distances in front of the ears are positive.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import MediaError
from nodegraph.data.image import Pixels, frozen

Floats = NDArray[np.float32]
Points = NDArray[np.float64]

SIDE = 512
PIVOT = (227.0, 150.0, -8.0)  # the head turns about the top of the neck
SPREAD = 46.0  # over this many pixels around the head the backdrop gives way, so that nothing tears


@dataclass(frozen=True, eq=False)
class Figure:
    """What was marked on the picture: landmarks, depth, and how far each place follows the head and the camera."""

    landmarks: Points  # 68 x 2, in the usual order of the 68-point face
    held: Floats  # 512 x 512: 1 on the head, falling to 0 around it
    near: Floats  # 512 x 512: 1 on the person, 0 on the backdrop
    lit: Floats  # 512 x 512: 1 on head and neck to their very edge: where their shape takes the light
    depth: Floats  # 512 x 512


@dataclass(frozen=True, eq=False)
class Portrait:
    """The portrait at one size, ready to be moved."""

    texture: Pixels  # scene-linear, `scale` times the size of the original
    scale: float
    figure: Figure


def picture_file() -> Path:
    """Where scikit-image keeps the NASA portrait of Eileen Collins (public domain); it is never downloaded."""
    from importlib.util import find_spec

    package = find_spec("skimage")
    if package is None or package.origin is None:
        raise MediaError("scikit-image is not installed, and the face plate is made of a picture in it", "install it")
    path = Path(package.origin).parent / "data" / "astronaut.png"
    if not path.is_file():
        raise MediaError(f"{path} is missing", "install scikit-image again: its wheel brings the picture along")
    return path


def read_picture() -> Pixels:
    """The portrait as it stands in its file: sRGB, 0 to 1, rows x columns x RGB."""
    import cv2

    stored = cv2.imread(str(picture_file()), cv2.IMREAD_COLOR)
    if stored is None or stored.shape != (SIDE, SIDE, 3):
        raise MediaError(f"{picture_file()} is not the portrait it should be", "install scikit-image again")
    return frozen(stored[..., ::-1].astype(np.float32) / 255.0)


def enlarged(picture: Pixels, scale: float) -> Pixels:
    """A picture `scale` times its size: Lanczos up, area down; done on encoded values, where Lanczos rings least."""
    import cv2

    side = max(2, round(picture.shape[0] * scale))
    method = cv2.INTER_LANCZOS4 if scale >= 1 else cv2.INTER_AREA
    larger = cv2.resize(picture, (side, side), interpolation=method)
    return frozen(np.clip(larger, 0.0, 1.0))


def make_portrait(texture: Pixels) -> Portrait:
    """Stand the portrait up: its texture at working size, with the figure that belongs to it."""
    return Portrait(texture, texture.shape[0] / SIDE, make_figure())


def make_figure() -> Figure:
    """The figure on the portrait, without its picture: all that is needed to know where things are."""
    marks = json.loads(resources.files("nodegraph.ops").joinpath("portrait.json").read_text("utf-8"))
    landmarks = np.array([point for group in marks["landmarks"].values() for point in group], np.float64)
    head = np.array(marks["head"], np.float64)
    neck = np.array(marks["neck"], np.float64)
    body = np.array(marks["body"], np.float64)
    at = np.arange(SIDE, dtype=np.float32) + 0.5
    x, y = np.meshgrid(at, at)
    return Figure(
        landmarks=landmarks,
        held=fade_around([head], 3.0, SPREAD),
        near=fade_around([head, body], 3.0, SPREAD),
        lit=fade_around([head, neck], -2.5, 5.0),
        depth=depth_at(x, y),
    )


def fade_around(outlines: list[Points], margin: float, spread: float) -> Floats:
    """1 inside the outlines, falling smoothly to 0 within `spread` pixels beyond a `margin` around them."""
    import cv2

    pad = int(abs(margin) + spread) + 2  # outlines that leave the picture keep their distance
    outside = np.full((SIDE + 2 * pad, SIDE + 2 * pad), 255, np.uint8)
    for outline in outlines:
        cv2.fillPoly(outside, [np.round(outline + pad - 0.5).astype(np.int32)], 0)
    beyond = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    within = cv2.distanceTransform(255 - outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    signed = cv2.GaussianBlur(np.subtract(beyond, within), (0, 0), 0.06 * spread + 0.5)
    distance = np.asarray(signed, np.float32)[pad:-pad, pad:-pad]
    return smooth_step(np.float32(1.0) - (distance - np.float32(margin)) / np.float32(spread))


def smooth_step(value: Floats) -> Floats:
    """0 below 0, 1 above 1, and no kink in slope or curvature between."""
    t = np.clip(value, 0.0, 1.0)
    return np.asarray(t * t * t * (t * (t * 6.0 - 15.0) + 10.0), np.float32)


def _bump(x: Floats, y: Floats, at: tuple[float, float], width: float, height: float) -> Floats:
    return np.asarray(np.exp(-(((x - at[0]) / width) ** 2) - ((y - at[1]) / height) ** 2), np.float32)


def depth_at(x: Floats, y: Floats) -> Floats:
    """How far in front of the ears each place of the picture is: a skull, a face on it, and its features.

    Fitted by eye to the portrait. It has no creases, so that a turn of the head folds nothing.
    """
    skull = np.clip(1.0 - ((x - 228) / 76) ** 2 - ((y - 92) / 82) ** 2, 0.0, None)
    across, down = (x - 225) / 46, (y - 126) / 60
    z = 30.0 * skull**1.5
    z = z + 34.0 * np.exp(-1.2 * (across**2 + down**2) ** 2)
    z = z + 11.0 * _bump(x, y, (223.8, 125.0), 7.5, 9.0)  # tip of the nose
    z = z + 5.0 * _bump(x, y, (224.0, 111.0), 6.0, 14.0)  # its bridge
    z = z - 3.0 * _bump(x, y, (202.0, 101.5), 10.0, 7.0) - 3.0 * _bump(x, y, (248.0, 104.0), 10.0, 7.0)  # eyes
    z = z + 2.5 * _bump(x, y, (224.0, 147.0), 17.0, 9.0)  # lips
    z = z + 5.0 * _bump(x, y, (224.0, 170.0), 13.0, 9.0)  # chin
    z = z + 11.0 * np.exp(-(((x - 222) / 34) ** 4) - ((y - 192) / 19) ** 4)  # neck
    return np.asarray(z, np.float32)


def normals_of(depth: Floats) -> Floats:
    """The direction that each place of a depth map faces: x right, y down, z towards the camera; length 1."""
    dy, dx = np.gradient(depth)
    normal = np.stack([-dx, -dy, np.ones_like(depth)], axis=-1)
    return np.asarray(normal / np.linalg.norm(normal, axis=-1, keepdims=True), np.float32)
