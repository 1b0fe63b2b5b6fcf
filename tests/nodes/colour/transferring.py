"""Faces of another colour than their plate, for tests of ColorTransfer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nodegraph.colour.coding import Coding
from nodegraph.data.box import Format
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import Face, Rect
from nodegraph.data.image import frozen
from nodegraph.data.shot import Shot, Window
from nodegraph.ops.colour_match import Method
from nodegraph.ops.colour_transfer import moments, samples
from nodes.colour.color_transfer import Light, color_transfer

SHOT = Shot(name="sh010", first=1001, last=1020, space="ACEScg")
FORMAT = Format(640, 360)
MATCHING = [method for method in Method if method is not Method.MANUAL]
EVERY = pytest.mark.parametrize("method", MATCHING, ids=lambda method: method.value)
EVERY_LIGHT = pytest.mark.parametrize("light", list(Light), ids=lambda light: light.value)
SIZE = 64


def face_light(seed: int = 1, size: int = SIZE) -> np.ndarray:
    """Skin-like light: a shaded ball with speckles."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size] / size - 0.5
    shade = 0.4 + 0.5 * x - 0.3 * y - 0.6 * (x**2 + y**2)
    speckle = rng.normal(0, 0.03, (size, size, 1)) + rng.normal(0, 0.01, (size, size, 3))
    return np.maximum(shade[..., None] * [1.0, 0.72, 0.55] + speckle, 0.02).astype(np.float32)


def disc(size: int = SIZE) -> np.ndarray:
    y, x = np.mgrid[:size, :size] / size - 0.5
    return np.clip((0.42 - np.hypot(x, y)) * 12, 0, 1).astype(np.float32)


def crop(plate: np.ndarray, pixels: np.ndarray, matte: np.ndarray | None, **changes: Any) -> Crop:
    made = Crop("face1", Face(Rect(100, 80, 180, 160)), np.eye(3), frozen(plate), frozen(pixels))
    return replace(made, matte=None if matte is None else frozen(matte), **changes)


def frames(crops: Mapping[int, Any], now: int) -> Window[Crops]:
    many = {at: each if isinstance(each, tuple) else (each,) for at, each in crops.items()}
    return Window(now, {at: Crops(FORMAT, "ACEScg", each) for at, each in many.items()})


def cast(light: np.ndarray) -> np.ndarray:
    return (light**1.1 * np.array([0.6, 0.8, 1.2])).astype(np.float32)


def one(method: Method, matte: np.ndarray | None = None, **knobs: Any) -> tuple[Crop, Crop]:
    """A crop, and what becomes of it."""
    before = crop(face_light(1), cast(face_light(2)), matte)
    (after,) = color_transfer(frames({1001: before}, 1001), SHOT, method=method, **knobs)
    return before, after


def within(light: np.ndarray, matte: np.ndarray | None = None) -> np.ndarray:
    """The mean colour, coded for the screen."""
    return moments(samples(Coding.screen(SHOT).encode(frozen(light)), matte)).mean
