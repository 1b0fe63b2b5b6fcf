"""Saturation."""

import numpy as np
import pytest

from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodes.colour.saturation import saturation

SHOT = Shot(config="ocio://default")
AP1 = np.array([0.2722287, 0.6740818, 0.0536895])
REC709 = np.array([0.2126390, 0.7151687, 0.0721923])


def picture(colorspace: str = "") -> Image:
    pixels = np.random.default_rng(1).uniform(-0.2, 6, (20, 20, 4)).astype(np.float32)
    return Image.of(pixels, colorspace=colorspace)


@pytest.mark.parametrize(("space", "weights"), [("", AP1), ("ACEScg", AP1), ("lin_rec709", REC709)])
@pytest.mark.parametrize("amount", [0.0, 0.4, 2.5])
def test_luminance_of_the_pictures_own_space_stays(space, weights, amount):
    image = picture(space)
    before, after = image.pixels[..., :3], saturation(image, SHOT, saturation=amount).pixels[..., :3]
    luma = (before @ weights)[..., None]
    np.testing.assert_allclose(after, luma + (before - luma) * amount, atol=2e-5)


def test_none_is_grey_and_alpha_stays():
    image = picture()
    after = saturation(image, SHOT, saturation=0.0).pixels
    np.testing.assert_allclose(after[..., 0], after[..., 2], atol=1e-6)
    np.testing.assert_array_equal(after[..., 3], image.pixels[..., 3])
