"""Light, grain and the thing in front of the portrait."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nodegraph.data.image import Pixels
from nodegraph.ops.portrait import Figure, Floats, normals_of
from nodegraph.ops.portrait_pose import Pose

# Places in the picture that flash: the metal of the neck ring, and the catch-lights of both eyes.
RING = ((287.0, 212.0), 1.3)
EYES = (((203.4, 101.2), 0.6), ((245.6, 103.5), 0.6))


@dataclass(frozen=True)
class Light:
    """What the artist asks of light and grain."""

    colour: float = 1.0  # how strong the warm key and the cool fill are
    highlight: float = 16.0  # the brightest spot, in the light of the plate
    grain: float = 1.0
    occluder: bool = True


def add_light(image: Pixels, figure: Figure, x: Floats, y: Floats, pose: Pose, light: Light) -> None:
    """Exposure, a key light that wanders from side to side, sheen on the skin, and highlights, into `image`."""
    import cv2

    height, width = y.shape
    side = (max(2, width // 4), max(2, height // 4))
    small_x, small_y = (np.asarray(cv2.resize(p, side, interpolation=cv2.INTER_AREA), np.float32) for p in (x, y))
    place = small_x - np.float32(0.5), small_y - np.float32(0.5)
    normal = cv2.remap(normals_of(figure.depth), *place, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    lit = cv2.remap(figure.lit, *place, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    aim = np.array([0.75 * pose.key, -0.35, 0.75], np.float32)
    aim /= np.linalg.norm(aim)
    facing = normal @ aim - aim[2]  # 0 where the head looks at the camera, as the picture was lit
    sweep = pose.key * (small_x - np.float32(228.0)) / np.float32(260.0)
    key = np.clip(0.55 * facing * lit + 0.30 * sweep, -0.7, 1.2) * light.colour
    warm = np.array([1.18, 0.97, 0.66], np.float32)
    cool = np.array([1.05, 1.00, 0.92], np.float32)
    gain = 1.0 + np.maximum(key, 0.0)[..., None] * warm + np.minimum(key, 0.0)[..., None] * cool
    gain *= np.float32(2.0**pose.stops)
    image *= cv2.resize(gain.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    half = aim + np.array([0.0, 0.0, 1.0], np.float32)
    half /= np.linalg.norm(half)
    sheen = np.clip(normal @ half, 0.0, 1.0) ** 48 * 0.010 * light.highlight * _skin(small_x, small_y)
    spots = cv2.resize(sheen.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    image += (spots * _luminance(image))[..., None] * np.array([1.0, 0.97, 0.92], np.float32)
    _flash(image, x, y, pose, light)


def _skin(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.exp(-((((x - 225) / 42) ** 2 + ((y - 128) / 48) ** 2) ** 3)), np.float32)


def _luminance(image: Pixels) -> Floats:
    return np.asarray(image @ np.array([0.27, 0.67, 0.06], np.float32), np.float32)


def _flash(image: Pixels, x: Floats, y: Floats, pose: Pose, light: Light) -> None:
    """Small hard highlights that go far above 1, each with a faint halo; they wink as the light moves."""
    if light.highlight <= 0:
        return
    wink = math.exp(-(((pose.key - 0.25) / 0.6) ** 2))
    spots = [(RING, light.highlight * wink)]
    spots += [(eye, 0.45 * light.highlight * (0.6 + 0.4 * wink) * (1.0 - pose.lids) ** 4) for eye in EYES]
    for ((spot_x, spot_y), size), peak in spots:
        reach = 14.0 * size
        near = (np.abs(x - spot_x) < reach) & (np.abs(y - spot_y) < reach)
        rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
        if not rows.size or peak <= 0:
            continue
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        square = ((x[box] - spot_x) ** 2 + (y[box] - spot_y) ** 2) / np.float32(size * size)
        edge = np.clip(1.0 - square / 196.0, 0.0, 1.0) ** 2
        shape = np.exp(-square * square) + 0.03 * edge * np.exp(-np.sqrt(square) / 2.5)
        image[box] += (np.float32(peak) * shape.astype(np.float32))[..., None]


def occluder(progress: float, width: int, height: int) -> tuple[Floats, float]:
    """The thing in front, out of focus: a microphone on its boom that swings by. Its coverage, and how bright it is."""
    unit = height / 270.0 if width >= height else width / 270.0
    x = ((np.arange(width) + 0.5) / unit).astype(np.float32)[None, :]
    y = ((np.arange(height) + 0.5) / unit).astype(np.float32)[:, None]
    wide = width / unit
    # the ball comes in at the upper right, dips before the face, and leaves as it came
    u = min(1.0, abs(progress - 0.55) / 0.45)
    ball_x = 0.45 * wide + 0.62 * wide * u * u
    ball_y = 118.0 - 90.0 * u
    along_x, along_y = 0.86, -0.51
    reach = np.maximum((x - ball_x) * along_x + (y - ball_y) * along_y, 0.0)
    pole = np.hypot(x - ball_x - reach * along_x, y - ball_y - reach * along_y) - np.float32(7.0)
    ball = np.hypot(x - ball_x, y - ball_y) - np.float32(21.0)
    soft = np.float32(5.0)  # half the width of the blurred edge
    return _covered(np.minimum(ball, pole), soft), 0.012


def _covered(distance: Floats, soft: np.float32) -> Floats:
    t = np.clip(0.5 - 0.5 * distance / soft, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def add_grain(image: Pixels, amount: float, frame: int, seed: int, width: int) -> None:
    """Film grain into `image`: its own at every frame, stronger in the lights, a little coarser than a pixel."""
    import cv2

    if amount <= 0:
        return
    height = image.shape[0]
    random = np.random.Generator(np.random.Philox(key=[seed & 0xFFFFFFFF, frame & 0xFFFFFFFF]))
    noise = random.standard_normal((height, width, 3), dtype=np.float32)
    size = max(0.35, 0.75 * width / 2048)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), size), np.float32)
    noise *= np.float32(2.0 * math.sqrt(math.pi) * size)  # the blur left so much less of it
    strength = np.maximum(image, 0.0)
    np.sqrt(strength, out=strength)
    strength *= np.float32(0.022 * amount)
    strength += np.float32(0.0025 * amount)
    strength *= noise
    image += strength
