"""MatchGrain."""

import numpy as np
import pytest

from nodegraph.data.box import Box
from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Frame, Shot
from nodes.colour.match_grain import match_grain

SHOT = Shot(config="ocio://default")
STRENGTH = np.array([0.02, 0.015, 0.04])
CLEAN = Image.of(np.full((256, 320, 3), 0.4, np.float32), colorspace="ACEScg")


def grainy() -> Image:
    noise = np.random.default_rng(9).standard_normal((256, 320, 3)) * STRENGTH
    return CLEAN.with_pixels((CLEAN.pixels + noise).astype(np.float32))


def added(**knobs) -> np.ndarray:
    frame = Frame(knobs.pop("frame", 1001))
    return match_grain(CLEAN, grainy(), frame, SHOT, **knobs).pixels - CLEAN.pixels


@pytest.mark.parametrize("amount", [1.0, 0.5, 2.0])
def test_as_strong_as_the_plates_in_each_channel(amount):
    np.testing.assert_allclose(added(amount=amount).std(axis=(0, 1)), STRENGTH * amount, rtol=0.06)


def test_the_same_frame_and_seed_give_the_same_and_others_other():
    first = added()
    np.testing.assert_array_equal(first, added())
    for other in (added(frame=1002), added(seed=5)):
        assert abs(np.corrcoef(first[..., 0].ravel(), other[..., 0].ravel())[0, 1]) < 0.02


def test_within_a_matte_only_and_there_the_same_grain():
    box = Box(40, 30, 140, 110)
    matte = Matte.of(np.ones((80, 100), np.float32), data=box)
    result = match_grain(CLEAN, grainy(), Frame(1001), SHOT, matte)
    whole = match_grain(CLEAN, grainy(), Frame(1001), SHOT)
    np.testing.assert_allclose(result.region(box), whole.region(box), atol=1e-6)
    outside = result.pixels.copy()
    outside[30:110, 40:140] = 0.4
    np.testing.assert_array_equal(outside, CLEAN.pixels)


def test_a_clean_plate_and_no_amount_leave_the_picture():
    assert match_grain(CLEAN, CLEAN, Frame(1), SHOT) is CLEAN
    assert match_grain(CLEAN, grainy(), Frame(1), SHOT, amount=0.0) is CLEAN


def test_alpha_and_other_layers_pass_through():
    pixels = np.dstack([CLEAN.pixels, np.full((256, 320, 2), 0.5, np.float32)])
    image = Image.of(pixels, channels=("R", "G", "B", "A", "depth.Z"))
    result = match_grain(image, grainy(), Frame(1), SHOT)
    np.testing.assert_array_equal(result.region(image.data, ("A", "depth.Z")), 0.5)
    assert np.abs(result.region(image.data, ("R",)) - 0.4).max() > 0.01
