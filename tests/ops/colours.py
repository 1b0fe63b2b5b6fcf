"""Pictures and mattes of chance, for tests of how colours are moved."""

from __future__ import annotations

import numpy as np

from nodegraph.ops.colour_transfer import (
    Moments,
    moments,
    samples,
)

PUSH = np.array([[1.3, 0.2, 0.05], [0.2, 0.8, 0.1], [0.05, 0.1, 1.1]])  # symmetric, all stretches above 0


def picture(seed: int, size: int = 40) -> np.ndarray:
    """Colours about a line through grey, as skin has them, in two clouds."""
    rng = np.random.default_rng(seed)
    light = rng.normal(0, 0.18, (size, size, 1)) + np.where(rng.random((size, size, 1)) < 0.3, -0.2, 0.1)
    tint = rng.normal(0, 0.04, (size, size, 3))
    return (0.5 + light * [1.0, 0.8, 0.7] + tint).astype(np.float32)


def matte(size: int = 40) -> np.ndarray:
    y, x = np.mgrid[:size, :size]
    return np.clip(1.3 - np.hypot(x - size / 2, y - size / 2) / (size * 0.35), 0, 1).astype(np.float32)


def seen(code: np.ndarray, cover: np.ndarray | None = None) -> Moments:
    return moments(samples(code.astype(np.float32), cover))
