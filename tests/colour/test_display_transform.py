"""Display and view: exact as OCIO's own, baked close to it."""

import numpy as np
import PyOpenColorIO as ocio
import pytest

from nodegraph.colour.config import load_config
from nodegraph.colour.display import baked_error, display_transform
from nodegraph.data.errors import ColorspaceError

CG = load_config("ocio://default")
RANDOM = np.random.default_rng(3)


def light(depth: int = 3) -> np.ndarray:
    return (2.0 ** RANDOM.uniform(-8, 4, (16, 24, depth))).astype(np.float32)


def test_the_exact_view_is_ocios_own():
    pixels = light()
    expected = pixels.copy()
    view = ocio.DisplayViewTransform(src="ACEScg", display="sRGB - Display", view=CG.view("sRGB - Display"))
    cpu = CG.raw.getProcessor(view).getDefaultCPUProcessor()
    cpu.apply(ocio.PackedImageDesc(expected, 24, 16, 3))
    np.testing.assert_array_equal(display_transform(pixels, CG, "sRGB - Display"), expected)


def test_an_untoned_view_is_the_srgb_curve():
    pixels = np.repeat(np.array([[0.18, 0.5, 1.0]], np.float32)[..., None], 3, axis=2)
    codes = display_transform(pixels, CG, "sRGB - Display", "Un-tone-mapped")
    np.testing.assert_allclose(codes[0, :, 0], 1.055 * np.array([0.18, 0.5, 1.0]) ** (1 / 2.4) - 0.055, atol=1e-4)


def test_exposure_doubles_the_light_whatever_the_space():
    pixels = light()
    one_up = display_transform(pixels, CG, exposure=1)
    np.testing.assert_allclose(one_up, display_transform(2 * pixels, CG), atol=2e-5)
    from nodegraph.colour.convert import convert

    log = convert(pixels, CG, "ACEScg", "ACEScct")
    np.testing.assert_allclose(display_transform(log, CG, src="ACEScct", exposure=1), one_up, atol=2e-4)


def test_an_encoding_can_be_shown():
    pixels = RANDOM.uniform(0, 1, (4, 4, 3)).astype(np.float32)
    shown = display_transform(pixels, CG, "sRGB - Display", "Un-tone-mapped", "srgb/rec709")
    np.testing.assert_allclose(shown, pixels, atol=1e-4)


def test_gamma_bends_the_code_values():
    pixels = light()
    np.testing.assert_allclose(
        display_transform(pixels, CG, gamma=2.0), np.sqrt(np.maximum(display_transform(pixels, CG), 0)), atol=1e-4
    )


@pytest.mark.parametrize("display", ["sRGB - Display", "Rec.1886 Rec.709 - Display", "Display P3 - Display"])
def test_the_baked_view_is_within_what_it_promises(display):
    mean, worst = baked_error(CG, display, samples=4000)
    assert 0 < mean < 0.15
    assert worst < 30


def test_the_baked_view_takes_exposure_and_gamma():
    pixels = light(1) * RANDOM.uniform(0.7, 1.3, (16, 24, 3)).astype(np.float32)
    exact = display_transform(pixels, CG, exposure=-1, gamma=1.2)
    baked = display_transform(pixels, CG, exposure=-1, gamma=1.2, baked=True)
    assert np.abs(exact - baked).mean() * 255 < 0.3
    assert np.abs(exact - display_transform(pixels, CG)).mean() * 255 > 5


def test_a_view_that_costs_little_is_not_baked():
    assert baked_error(CG, "sRGB - Display", "Un-tone-mapped", samples=500) == (0, 0)


@pytest.mark.parametrize("baked", [False, True])
def test_alpha_is_untouched(baked):
    pixels = light(4)
    pixels[..., 3] = RANDOM.uniform(0, 1, (16, 24))
    np.testing.assert_array_equal(display_transform(pixels, CG, baked=baked)[..., 3], pixels[..., 3])


def test_an_unknown_view_is_told():
    with pytest.raises(ColorspaceError, match="no view of"):
        display_transform(light(), CG, view="Cinema")
