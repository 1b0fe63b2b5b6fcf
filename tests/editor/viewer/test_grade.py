"""The viewer's grade against closed forms and OCIO's own processors."""

import numpy as np
import PyOpenColorIO as ocio
import pytest

from nodegraph.colour.config import load_config
from nodegraph.colour.display import exact_view
from nodegraph.data.box import Box
from nodegraph.data.image import Pixels
from nodegraph.editor.viewer.grade import Channel, Look, clear, grade, in_bytes

LEVEL = 1 / 255


def light(depth: int = 4) -> Pixels:
    random = np.random.default_rng(1)
    pixels = (2.0 ** random.uniform(-14, 5, (24, 40, depth))).astype(np.float32)
    pixels[:2] *= -1
    pixels[2] = 0
    if depth == 4:
        pixels[..., 3] = random.uniform(0, 1, pixels.shape[:2])
    return pixels


def shown(pixels: Pixels, look: Look, **more: object) -> Pixels:
    out = np.full((*pixels.shape[:2], 4), 7, np.float32)
    grade(pixels, out, look, **more)  # type: ignore[arg-type]
    return out


def srgb(value: Pixels) -> Pixels:
    value = np.clip(value.astype(np.float64), 0, 1)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("exposure", [-3.0, 0.0, 2.5])
@pytest.mark.parametrize("gamma", [0.6, 1.0, 2.2, 4.0])
def test_exposure_gamma_and_srgb_are_their_formulas(exposure: float, gamma: float) -> None:
    pixels = light()
    found = shown(pixels, Look(exposure, gamma), space="lin_rec709")
    wanted = srgb(pixels[..., :3] * 2.0**exposure) ** (1 / gamma)
    assert np.abs(found[..., :3] - wanted).max() < LEVEL / 50
    assert (found[..., 3] == 1).all()


def test_the_quick_way_is_the_configs_raw_srgb() -> None:
    config = load_config("ocio://default")
    display = next(each for each in config.displays if each.startswith("sRGB"))
    view = next(each for each in config.views(display) if "un-tone" in each.lower())
    pixels = light(3)
    wanted = np.clip(exact_view(config, display, view).run(pixels), 0, 1)
    assert np.abs(shown(pixels, Look(), config=config)[..., :3] - wanted).max() < LEVEL / 10


@pytest.mark.parametrize("exposure", [0.0, 1.5])
def test_a_view_is_what_ocio_makes_of_it(exposure: float) -> None:
    config = load_config("ocio://default")
    display = config.default_display
    view = config.view(display)
    pixels = np.abs(light(3)) + np.float32(0.001)
    pixels = np.repeat(pixels[..., :1], 3, axis=2) * np.array([1.0, 0.9, 1.1], np.float32)  # near grey
    transform = ocio.DisplayViewTransform(src=config.working, display=display, view=view)
    wanted = np.ascontiguousarray(pixels * np.float32(2.0**exposure))
    config.raw.getProcessor(transform).getDefaultCPUProcessor().applyRGB(wanted)
    found = shown(pixels, Look(exposure, display=display, view=view), config=config)[..., :3]
    assert np.abs(found - np.clip(wanted, 0, 1)).mean() < LEVEL / 4
    assert np.abs(found - np.clip(wanted, 0, 1)).max() < 3 * LEVEL


@pytest.mark.parametrize(("channel", "number"), [(Channel.RED, 0), (Channel.GREEN, 1), (Channel.BLUE, 2)])
def test_one_channel_is_shown_grey(channel: Channel, number: int) -> None:
    pixels = light()
    found = shown(pixels, Look(channel=channel), space="lin_rec709")
    assert np.abs(found[..., :3] - srgb(pixels[..., number])[..., None]).max() < LEVEL / 50


def test_alpha_goes_round_the_curve_but_not_round_gain_and_gamma() -> None:
    pixels = light()
    found = shown(pixels, Look(-1, 2.0, channel=Channel.ALPHA))
    assert np.allclose(found[..., :3], np.sqrt(pixels[..., 3:] / 2), atol=1e-6)


def test_a_depth_layer_is_no_light() -> None:
    depth = np.linspace(-1, 30, 50, dtype=np.float32).reshape(5, 10, 1)
    found = shown(depth, Look(-4), light=False)
    assert np.allclose(found[..., :3], np.clip(depth / 16, 0, 1))


def test_luma_and_no_saturation_weigh_as_the_working_space_says() -> None:
    pixels = light(3)
    config = load_config("ocio://default")
    weights = np.array([0.2722287168, 0.6740817658, 0.0536895174])  # ACES S-2014-004, AP1 to XYZ, second row
    grey = pixels.astype(np.float64) @ weights
    for look in (Look(channel=Channel.LUMA), Look(saturation=False)):
        found = shown(pixels, look, config=config)
        assert np.abs(found[..., :3] - srgb(grey)[..., None]).max() < LEVEL / 20


def test_a_matte_is_laid_over_in_red() -> None:
    pixels = light()
    pixels[:12, :, 3], pixels[12:, :, 3] = 0, 1
    plain, matte = shown(pixels, Look()), shown(pixels, Look(channel=Channel.MATTE))
    assert np.array_equal(plain[:12], matte[:12])
    assert np.allclose(matte[12:, :, :3], plain[12:, :, :3] / 2 + np.array([0.5, 0.025, 0.025]), atol=1e-6)


@pytest.mark.parametrize("look", [Look(), Look(gamma=2), Look(view="the first")])
def test_what_is_no_number_or_without_end_stays_within_the_screen(look: Look) -> None:
    pixels = np.array([[[np.nan] * 3, [np.inf] * 3, [-np.inf] * 3, [3e38] * 3, [1e-45] * 3, [-0.0] * 3]], np.float32)
    config = load_config("ocio://default")
    if look.view:
        look = Look(display=config.default_display, view=config.view(config.default_display))
    found = shown(pixels, look, config=config)
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert found.max() <= 1


def test_pixels_go_to_their_place_in_the_buffer_and_nowhere_else() -> None:
    out = np.full((20, 30, 4), 7, np.float32)
    pixels = light()[:6, :8]
    place = grade(pixels, out, Look(), at=(25, 17))
    assert place == Box(25, 17, 30, 20)
    assert (out[:17] == 7).all()
    assert (out[:, :25] == 7).all()
    assert np.array_equal(out[17:, 25:], shown(pixels, Look())[:3, :5])
    clear(out, place)
    assert out[:17].max() == 0
    assert out[17:, :25].max() == 0
    assert (out[17:, 25:, 3] == 1).all()


def test_a_view_in_a_part_of_a_buffer_is_the_view_alone() -> None:
    config = load_config("ocio://default")
    look = Look(0.5, 1.2, display=config.default_display, view=config.view(config.default_display))
    pixels, out = light(), np.zeros((40, 60, 4), np.float32)
    grade(pixels, out, look, config, at=(10, 5))
    assert np.allclose(out[5:29, 10:50], shown(pixels, look, config=config), atol=1e-6)


def test_a_buffer_that_is_no_texture_is_refused() -> None:
    for bad in (np.zeros((4, 4, 3), np.float32), np.zeros((4, 4, 4)), np.zeros((4, 8, 4), np.float32)[:, ::2]):
        with pytest.raises(ValueError, match="buffer"):
            grade(light()[:4, :4], bad, Look())  # type: ignore[arg-type]


def test_bytes_are_the_nearest_and_no_number_is_black() -> None:
    codes = np.random.default_rng(3).uniform(-0.2, 1.2, (9, 7, 4)).astype(np.float32)
    codes[0, 0] = (np.nan, np.inf, -np.inf, 1.0)
    out = np.full(codes.shape, 9, np.uint8)
    in_bytes(codes, out)
    assert np.array_equal(out, np.rint(np.clip(np.nan_to_num(codes, posinf=1, neginf=0), 0, 1) * 255))
