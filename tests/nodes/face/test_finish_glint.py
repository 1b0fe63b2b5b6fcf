"""Finish tells how soft a plate is by its skin: a glint that comes for a frame makes no face sharp for a frame."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.colour.network_light import curve
from nodegraph.data.image import Pixels
from nodegraph.ops.finish import PlatePixel, blurred, softness_each_way

SIDE = 200
SHARP = blurred(np.random.default_rng(7).normal(0.4, 0.1, (SIDE, SIDE, 3)).astype(np.float32), 0.7)
SOFT = blurred(SHARP, 1.5)


def softened(plate: Pixels, pixel: PlatePixel) -> tuple[float, float]:
    whole = np.ones((SIDE, SIDE), np.float32)
    return softness_each_way(curve(SHARP), curve(plate), whole, pixel)


@pytest.mark.parametrize("light", [16.0, 200.0, -2.0])
@pytest.mark.parametrize("pixel", [PlatePixel(1.0, 1.0), PlatePixel(2.0, 1.0)], ids=["square", "squeezed"])
def test_a_glint_or_a_dark_speck_does_not_say_how_soft_a_face_is(light: float, pixel: PlatePixel) -> None:
    spotted = SOFT.copy()
    spotted[60:65, 120:125] = light
    without, beside = softened(SOFT, pixel), softened(spotted, pixel)
    assert min(without) > 0.3
    assert np.allclose(beside, without, rtol=0.15)
