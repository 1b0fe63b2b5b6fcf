"""ColorSpace."""

import numpy as np
import pytest

from nodegraph.data.box import Box
from nodegraph.data.errors import ColorspaceError
from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import Space
from nodegraph.graph.node import node_type
from nodes.colour.color_space import color_space

SHOT = Shot(config="ocio://default")


def picture(colorspace: str = "ACEScg") -> Image:
    pixels = np.random.default_rng(1).uniform(-0.1, 5, (12, 14, 3)).astype(np.float32)
    return Image.of(pixels, colorspace=colorspace)


def test_from_working_to_rec709_by_the_published_matrix_and_back():
    image = picture()
    there = color_space(image, SHOT, target=Space("lin_rec709"))
    # ACES 1.2 ACEScg to linear Rec.709, Bradford.
    matrix = np.array([[1.70505, -0.62179, -0.08326], [-0.13026, 1.14080, -0.01055], [-0.02400, -0.12897, 1.15297]])
    np.testing.assert_allclose(there.pixels, image.pixels @ matrix.T, atol=5e-4)
    assert there.colorspace == "Linear Rec.709 (sRGB)"
    back = color_space(there, SHOT)
    assert back.colorspace == "ACEScg"
    np.testing.assert_allclose(back.pixels, image.pixels, atol=1e-5)


def test_a_source_named_by_hand_goes_before_the_pictures_own():
    image = picture("ACEScg")
    named = color_space(image, SHOT, source=Space("lin_rec709"))
    own = color_space(picture("lin_rec709"), SHOT)
    np.testing.assert_array_equal(named.pixels, own.pixels)


def test_the_same_space_changes_nothing():
    image = picture()
    assert color_space(image, SHOT) is image
    kind = node_type(color_space)
    knobs = {name: knob.default for name, knob in kind.knobs.items()}
    assert kind.identity is not None
    assert kind.identity(1, knobs) is None  # the picture may say another space than the shot's
    assert kind.identity(1, knobs | {"source": Space("ACEScct"), "target": Space("ACEScct")}) == "image"


def test_within_a_matte_the_picture_keeps_its_name():
    matte = Matte.of(np.ones((4, 4), np.float32), data=Box(2, 2, 6, 6))
    result = color_space(picture(), SHOT, matte, target=Space("ACEScct"))
    assert result.colorspace == "ACEScg"
    np.testing.assert_array_equal(result.pixels[:2], picture().pixels[:2])


def test_an_edge_is_converted_as_its_colour():
    image = Image.of(np.array([[[0.09, 0.09, 0.09, 0.5]]], np.float32), colorspace="ACEScg")
    result = color_space(image, SHOT, target=Space("ACEScct")).pixels[0, 0]
    assert result == pytest.approx([0.4135884 * 0.5] * 3 + [0.5], abs=1e-5)  # ACEScct of 0.18, S-2016-001


def test_within_a_matte_edges_are_converted_as_their_colour_too():
    pixels = np.random.default_rng(8).uniform(0.1, 1, (8, 8, 4)).astype(np.float32)
    image = Image.of(pixels, colorspace="ACEScg")
    matte = Matte.of(np.ones((3, 3), np.float32), data=Box(2, 2, 5, 5))
    got = color_space(image, SHOT, matte, target=Space("ACEScct")).pixels
    whole = color_space(image, SHOT, target=Space("ACEScct")).pixels
    np.testing.assert_array_equal(got[2:5, 2:5], whole[2:5, 2:5])
    np.testing.assert_array_equal(got[5:], pixels[5:])
    np.testing.assert_array_equal(got[..., 3], pixels[..., 3])


def test_an_unknown_space_is_told():
    with pytest.raises(ColorspaceError, match="did you mean"):
        color_space(picture(), SHOT, target=Space("ACESct"))
