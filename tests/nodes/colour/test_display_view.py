"""DisplayView."""

import numpy as np
import pytest

from nodegraph.data.errors import ColorspaceError
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodes.colour.display_view import display_view

SHOT = Shot(config="ocio://default")


def test_middle_grey_untoned_is_the_srgb_curve():
    image = Image.of(np.full((2, 2, 3), 0.18, np.float32), colorspace="ACEScg")
    result = display_view(image, SHOT, display="sRGB - Display", view="Un-tone-mapped")
    np.testing.assert_allclose(result.pixels, 1.055 * 0.18 ** (1 / 2.4) - 0.055, atol=1e-4)
    assert result.colorspace == "sRGB - Display"


def test_exposure_is_in_stops_of_light():
    image = Image.of(np.random.default_rng(1).uniform(0, 2, (8, 8, 3)).astype(np.float32), colorspace="ACEScg")
    brighter = image.with_pixels(image.pixels * 4)
    np.testing.assert_allclose(
        display_view(image, SHOT, exposure=2.0).pixels, display_view(brighter, SHOT).pixels, atol=2e-5
    )


def test_an_unknown_display_is_told():
    with pytest.raises(ColorspaceError, match="no display called 'Projector'"):
        display_view(Image.of(np.zeros((2, 2, 3), np.float32)), SHOT, display="Projector")
