"""What detectors look at: a plate as a screen would show it, in eight bits. Nothing of it ever goes back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph.colour.config import load_config
from nodegraph.colour.convert import convert
from nodegraph.data.image import Pixels
from nodegraph.data.shot import Shot

SHOULDER = 0.7  # display value from which highlights are rolled off rather than cut


def eight_bit(light: Pixels, shot: Shot, gain: float = 1.0) -> NDArray[np.uint8]:
    """Scene light as sRGB, highlights rolled off."""
    shown = convert(light * np.float32(gain), load_config(shot.config), shot.space, "srgb_rec709_scene")
    shown = np.nan_to_num(shown, nan=0.0, posinf=8.0, neginf=0.0)
    over = np.maximum(shown - SHOULDER, 0.0)
    rolled = np.where(shown > SHOULDER, SHOULDER + (1 - SHOULDER) * over / (over + (1 - SHOULDER)), shown)
    return np.asarray(np.rint(np.clip(rolled, 0.0, 1.0) * 255), np.uint8)
