"""The full-frame baseline: four blurred, transformed overs with mattes and a grade, as a plain script."""

from __future__ import annotations

import math
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nodegraph.bench import plain

GAIN, GAMMA = 1.2, 1.1
BLUR = 6.0


class Layer(NamedTuple):
    """Where one element goes: turned about the middle, scaled and shifted; its matte softened by BLUR."""

    x: float
    y: float
    turn: float
    scale: float


LAYERS = (
    Layer(40.5, -12.25, 3.0, 1.0),
    Layer(-160.0, 60.0, -5.0, 0.9),
    Layer(220.75, 140.5, 8.0, 0.8),
    Layer(-90.25, -180.0, -2.0, 1.1),
)


def affine(layer: Layer, width: int, height: int) -> plain.Array:
    """The 2x3 matrix that takes the element to its place, pixel centres at half."""
    turn = math.radians(layer.turn)
    c, s = math.cos(turn) * layer.scale, math.sin(turn) * layer.scale
    cx, cy = width / 2 - 0.5, height / 2 - 0.5
    return np.array([[c, -s, cx - c * cx + s * cy + layer.x], [s, c, cy - s * cx - c * cy + layer.y]], np.float32)


def composite(plate: Path, element: Path, target: Path) -> None:
    """Read, four overs, grade, write: numpy and OpenCV as one would write it in an afternoon."""
    import cv2

    below = plain.read(plate).astype(np.float32)
    above = plain.read(element).astype(np.float32)
    height, width = below.shape[:2]
    for layer in LAYERS:
        matrix = affine(layer, width, height)
        moved = cv2.warpAffine(above, matrix, (width, height), flags=cv2.INTER_CUBIC)
        matte = cv2.GaussianBlur(moved[..., 3], (0, 0), BLUR)[..., None]
        below = moved[..., :3] * matte + below * (1.0 - moved[..., 3:] * matte)
    graded = below * GAIN
    graded = np.where(graded > 0.0, np.power(np.maximum(graded, 0.0), 1.0 / GAMMA), graded)
    plain.write(target, graded.astype(np.float16), "zip")


def oiiotool(plate: Path, element: Path, target: Path) -> bool:
    """The same chain by oiiotool; False where it is not installed."""
    if shutil.which("oiiotool") is None:
        return False
    height, width = plain.read(plate).shape[:2]
    # Its Gaussian has its sigma at a quarter of the width. Across, then down, is the same picture in half the time.
    soft = ["--blur", f"{BLUR * 4:g}x1", "--blur", f"1x{BLUR * 4:g}"]
    command = ["oiiotool", "--threads", "0", str(plate), "--ch", "R,G,B,A=1.0"]
    for layer in LAYERS:
        (a, b, x), (c, d, y) = affine(layer, width, height).tolist()
        x, y = x + 0.5 - 0.5 * (a + b), y + 0.5 - 0.5 * (c + d)  # from middles of pixels to their corners
        command += [str(element), "--warp:filter=cubic", f"{a},{c},0,{b},{d},0,{x},{y},1"]
        command += ["--dup", "--ch", "R=A,G=A,B=A,A", *soft, "--mul", "--swap", "--over"]
    command += ["--ch", "R,G,B", "--mulc", str(GAIN), "--powc", str(1.0 / GAMMA)]
    command += ["-d", "half", "--compression", "zip", "-o", str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return True
