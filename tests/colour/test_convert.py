"""Conversion, against closed forms, PyOpenColorIO itself and OpenImageIO."""

import numpy as np
import PyOpenColorIO as ocio
import pytest

from nodegraph.colour.config import load_config
from nodegraph.colour.convert import convert, processor
from nodegraph.colour.encoding import CURVES, Encoding
from nodegraph.colour.primaries import PRIMARIES
from nodegraph.data.errors import ColorspaceError

CG = load_config("ocio://default")
STUDIO = load_config("ocio://studio-config-latest")
RANDOM = np.random.default_rng(7)


def picture(depth: int = 3, low: float = -0.1, high: float = 5.0, rows: int = 24, columns: int = 32) -> np.ndarray:
    return RANDOM.uniform(low, high, (rows, columns, depth)).astype(np.float32)


def grey(*codes: float) -> np.ndarray:
    return np.repeat(np.array(codes, np.float32)[None, :, None], 3, axis=2)


def test_srgb_is_the_curve_of_the_standard():
    codes = np.linspace(0, 1, 256, dtype=np.float32)
    expected = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    got = convert(grey(*codes), CG, "srgb_texture", "lin_rec709")
    np.testing.assert_allclose(got, grey(*expected), atol=4e-5)


def test_pq_is_the_curve_of_st_2084_with_1_for_100_nits():
    codes = np.linspace(0, 1, 64)
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = codes ** (1 / m2)
    nits = 10000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    got = convert(grey(*codes), CG, "pq/rec2020", "lin/rec2020")
    np.testing.assert_allclose(got, grey(*nits / 100), rtol=2e-3, atol=1e-5)


def test_hlg_reference_white_is_203_nits():
    # ITU-R BT.2408: 75 % HLG is 203 nits on the 1000 nit display, and 1 is its peak.
    got = convert(grey(0.75, 1.0), CG, "hlg/rec2020", "lin/rec2020")
    np.testing.assert_allclose(got[0, :, 0], [2.03, 10.0], rtol=5e-3)


def test_cineon_codes_of_black_white_and_a_density_step():
    got = convert(grey(95 / 1023, 685 / 1023, (685 + 150) / 1023), CG, "cineon/rec709", "lin/rec709")[0, :, 0]
    # 150 codes of 0.002 density over a film gamma of 0.6 is half a decade of light.
    assert got[:2] == pytest.approx([0, 1], abs=1e-5)
    assert got[2] == pytest.approx(10**0.5, rel=0.01)


def test_camera_rec709_curve():
    got = convert(grey(0.04, 0.5), CG, "itu709/rec709", "lin/rec709")[0, :, 0]
    assert got == pytest.approx([0.04 / 4.5, ((0.5 + 0.099) / 1.099) ** (1 / 0.45)], abs=1e-4)


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_every_curve_comes_back(curve):
    codes = picture(low=0.05, high=1.0)
    light = convert(codes, CG, f"{curve}/rec2020", "ACEScg")
    np.testing.assert_allclose(convert(light, CG, "ACEScg", f"{curve}/rec2020"), codes, atol=2e-4)


@pytest.mark.parametrize(
    ("encoding", "space"),
    [
        ("g24/rec709", "Rec.1886 Rec.709 - Display"),
        ("pq/rec2020", "Rec.2100-PQ - Display"),
        ("hlg/rec2020", "Rec.2100-HLG - Display"),
        ("itu709/rec709", "Camera Rec.709"),
        ("acescct/ap1", "ACEScct"),
        ("lin/ap0", "ACES2065-1"),
        ("srgb/p3d65", "sRGB Encoded P3-D65"),
        ("g22/adobergb", "Gamma 2.2 Encoded AdobeRGB"),
    ],
)
def test_an_encoding_spelt_out_is_the_same_as_the_space_of_the_studio_config(encoding, space):
    codes = picture(low=0.0, high=1.0)
    np.testing.assert_allclose(
        convert(codes, STUDIO, encoding, "ACEScg"), convert(codes, STUDIO, space, "ACEScg"), rtol=1e-4, atol=1e-4
    )


def test_legal_range_super_whites_and_sub_blacks_come_back():
    codes = grey(-0.05, 1.09)
    light = convert(codes, CG, "g24/rec709", "ACEScg")
    assert light[0, 0, 0] < 0
    assert light[0, 1, 0] > 1
    np.testing.assert_allclose(convert(light, CG, "ACEScg", "g24/rec709"), codes, atol=1e-5)


@pytest.mark.parametrize("space", ["srgb_texture", "lin_rec709", "ACES2065-1", "sRGB - Display", "Linear Rec.2020"])
def test_negative_and_bright_values_survive(space):
    light = picture(low=-0.5, high=50.0)
    there = convert(light, CG, "ACEScg", space)
    assert there.min() < -0.1
    assert there.max() > 2
    np.testing.assert_allclose(convert(there, CG, space, "ACEScg"), light, atol=2e-3)


def test_half_floats_whole_range_passes_a_matrix():
    light = grey(-0.5, 0.0, 6e-8, 65504.0)
    back = convert(convert(light, CG, "ACEScg", "lin_rec709"), CG, "lin_rec709", "ACEScg")
    np.testing.assert_allclose(back, light, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("rows", [3, 700])
def test_the_result_is_ocios_own(rows):
    pixels = picture(rows=rows, columns=500)
    expected = pixels.copy()
    cpu = CG.raw.getProcessor("ACEScg", "ACEScct").getDefaultCPUProcessor()
    cpu.apply(ocio.PackedImageDesc(expected, 500, rows, 3))
    np.testing.assert_array_equal(convert(pixels, CG, "ACEScg", "ACEScct"), expected)


def test_the_result_is_openimageios():
    oiio = pytest.importorskip("OpenImageIO")
    pixels = picture(low=0, high=1)
    buffer = oiio.ImageBuf(oiio.ImageSpec(32, 24, 3, oiio.FLOAT))
    buffer.set_pixels(oiio.ROI(0, 32, 0, 24, 0, 1, 0, 3), pixels)
    done = oiio.ImageBufAlgo.colorconvert(buffer, "sRGB Encoded Rec.709 (sRGB)", "ACEScg", colorconfig="ocio://default")
    assert not done.has_error, done.geterror()
    expected = done.get_pixels(oiio.FLOAT)
    np.testing.assert_allclose(convert(pixels, CG, "srgb_texture", "ACEScg"), expected, atol=1e-5)


def test_the_input_is_not_written_to_and_the_result_is_read_only():
    pixels = picture()
    before = pixels.copy()
    result = convert(pixels, CG, "ACEScg", "lin_rec709")
    np.testing.assert_array_equal(pixels, before)
    assert not result.flags.writeable


def test_a_view_with_gaps_is_converted():
    wide = picture(depth=5)
    np.testing.assert_array_equal(
        convert(wide[..., :3], CG, "ACEScg", "ACEScct"),
        convert(np.ascontiguousarray(wide[..., :3]), CG, "ACEScg", "ACEScct"),
    )


@pytest.mark.parametrize(("src", "dst"), [("ACEScg", "ACEScg"), ("ACEScg", "scene_linear"), ("lin_ap1", "ACEScg")])
def test_the_same_space_gives_the_input_itself(src, dst):
    pixels = picture()
    assert convert(pixels, CG, src, dst) is pixels


@pytest.mark.parametrize("space", ["ACEScct", "srgb_texture", "g24/rec709", "hlg/rec2020"])
def test_alpha_is_untouched_and_taken_out_of_a_curve(space):
    straight = picture(low=0.0, high=1.0)
    alpha = RANDOM.uniform(0.1, 1, (24, 32, 1)).astype(np.float32)
    alpha[:2] = 1.0
    result = convert(np.dstack([straight * alpha, alpha]), CG, "ACEScg", space)
    np.testing.assert_array_equal(result[..., 3:], alpha)
    np.testing.assert_allclose(result[..., :3], convert(straight, CG, "ACEScg", space) * alpha, atol=2e-5)


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_alpha_stays_where_a_colour_is_no_number(broken):
    pixels = picture(4, low=0.0)
    pixels[3, 4, 0] = broken
    result = convert(pixels, CG, "ACES2065-1", "ACEScg")
    assert processor(CG, "ACES2065-1", "ACEScg").linear
    np.testing.assert_array_equal(result[..., 3], pixels[..., 3])


def test_alpha_that_is_not_associated_is_left_out_of_it():
    pixels = picture(depth=4, low=0.0, high=1.0)
    result = convert(pixels, CG, "srgb_texture", "ACEScg", unpremult=False)
    np.testing.assert_allclose(result[..., :3], convert(pixels[..., :3], CG, "srgb_texture", "ACEScg"), atol=1e-6)


def test_where_alpha_is_nothing_light_is_kept_and_black_stays_black():
    pixels = np.array([[[0.0, 0.0, 0.0, 0.0], [2.0, 1.0, 0.5, 0.0]]], np.float32)
    result = convert(pixels, CG, "ACEScg", "ACEScct")
    np.testing.assert_array_equal(result[0, 0], [0, 0, 0, 0])
    np.testing.assert_allclose(
        result[0, 1, :3], convert(pixels[:, 1:, :3].copy(), CG, "ACEScg", "ACEScct")[0, 0], atol=1e-6
    )
    assert result[0, 1, 3] == 0


def test_premultiplied_light_passes_a_matrix_as_it_is():
    pixels = picture(depth=4, low=0.0)
    np.testing.assert_allclose(
        convert(pixels, CG, "ACEScg", "lin_rec709")[..., :3],
        convert(np.ascontiguousarray(pixels[..., :3]), CG, "ACEScg", "lin_rec709"),
        atol=1e-5,
    )


def test_linear_is_told_from_curved():
    assert processor(CG, "ACEScg", "lin_rec709").linear
    assert processor(CG, "lin/p3dci", "ACEScg").linear
    assert not processor(CG, "ACEScg", "ACEScct").linear


def test_data_is_no_colour():
    pixels = picture()
    np.testing.assert_array_equal(convert(pixels, CG, "Raw", "ACEScg"), pixels)


def test_an_unknown_space_is_told():
    with pytest.raises(ColorspaceError, match="no colour space called 'nonsense'"):
        convert(picture(), CG, "nonsense", "ACEScg")


def test_a_processor_is_made_once():
    assert processor(CG, "ACEScg", "ACEScct") is processor(CG, "ACEScg", "ACEScct")


def test_a_config_without_aces_says_so(tmp_path):
    path = tmp_path / "lonely.ocio"
    path.write_text(
        "ocio_profile_version: 2\nroles: {scene_linear: house, default: house}\n"
        "file_rules:\n  - !<Rule> {name: Default, colorspace: default}\n"
        "displays:\n  screen:\n    - !<View> {name: plain, colorspace: house}\n"
        "colorspaces:\n  - !<ColorSpace> {name: house}\n"
    )
    with pytest.raises(ColorspaceError, match="ACES2065-1") as fault:
        convert(picture(), load_config(str(path)), "pq/rec2020", "house")
    assert "aces_interchange" in fault.value.hint


@pytest.mark.parametrize("text", ["", "lin", "lin/nowhere", "lin/1,2,3", "cubic/rec709", "lin/0,0,0,0,0,0,0,0"])
def test_what_is_no_encoding(text):
    assert Encoding.parse(text) is None


@pytest.mark.parametrize("text", ["pq/rec2020", "lin/0.65,0.33,0.3,0.6,0.15,0.06,0.31,0.33"])
def test_an_encoding_is_read_back_from_its_text(text):
    encoding = Encoding.parse(text)
    assert encoding is not None
    assert str(encoding) == text
    assert Encoding.parse(str(encoding)) == encoding


def test_an_encoding_names_its_primaries():
    assert str(Encoding("lin", PRIMARIES["ap1"])) == "lin/ap1"


def test_many_threads_at_once_get_what_one_gets():
    from concurrent.futures import ThreadPoolExecutor

    config = load_config("ocio://cg-config-v2.1.0_aces-v1.3_ocio-v2.3")
    pixels = picture(rows=300, columns=300)
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda _: convert(pixels, config, "ACEScg", "ACEScct"), range(12)))
    for result in results:
        np.testing.assert_array_equal(result, results[0])
    np.testing.assert_allclose(convert(results[0], config, "ACEScct", "ACEScg"), pixels, atol=1e-4)
