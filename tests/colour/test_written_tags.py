"""What a written EXR says of its colours."""

import numpy as np
import pytest

from nodegraph.colour.auto import input_space
from nodegraph.colour.config import load_config
from nodegraph.colour.primaries import PRIMARIES
from nodegraph.colour.written import exr_tags, interop_id, luminance_of, primaries_of

CG = load_config("ocio://default")
OLD = load_config("ocio://cg-config-v1.0.0_aces-v1.3_ocio-v2.1")
STUDIO = load_config("ocio://studio-config-latest")


@pytest.mark.parametrize("config", [CG, OLD])
@pytest.mark.parametrize(
    ("space", "key"),
    [
        ("ACEScg", "lin_ap1_scene"),
        ("ACES2065-1", "lin_ap0_scene"),
        ("lin_rec709", "lin_rec709_scene"),
        ("Linear P3-D65", "lin_p3d65_scene"),
        ("Linear Rec.2020", "lin_rec2020_scene"),
        ("srgb_texture", "srgb_rec709_scene"),
        ("Raw", "data"),
    ],
)
def test_a_known_space_is_told_by_its_interop_id_alone(config, space, key):
    assert exr_tags(config, space) == {"colorInteropID": key}


def test_an_aces_container_says_all_that_st_2065_4_asks_for():
    tags = exr_tags(CG, "ACES2065-1", aces=True)
    assert tags["acesImageContainerFlag"] == 1
    assert tags["colorInteropID"] == "lin_ap0_scene"
    assert tags["chromaticities"] == (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)


def test_openexrs_own_check_finds_nothing_wrong():
    OpenEXR = pytest.importorskip("OpenEXR")
    if not hasattr(OpenEXR, "checkColorMetadata"):
        pytest.skip("this OpenEXR has no check of colour metadata")
    for tags in (exr_tags(CG, "ACEScg"), exr_tags(CG, "lin/p3dci")):
        assert not OpenEXR.checkColorMetadata(dict(tags)), tags


def test_a_linear_space_without_an_id_is_told_by_chromaticities():
    assert exr_tags(CG, "lin/p3dci") == {"chromaticities": tuple(PRIMARIES["p3dci"])}


def test_a_curve_without_an_id_is_not_told_at_all():
    assert exr_tags(CG, "g24/rec2020") == {}


def test_an_encoding_that_has_an_id_is_told_by_it():
    assert interop_id(CG, "pq/rec2020") == "pq_rec2020_display"
    assert interop_id(CG, "lin/ap1") == "lin_ap1_scene"


@pytest.mark.parametrize("space", CG.spaces)
def test_what_is_written_is_read_as_the_same_space(space, tmp_path):
    assert input_space(CG, tmp_path / "a.exr", exr_tags(CG, space)).space == space


@pytest.mark.parametrize(
    ("space", "name"),
    [("ACEScg", "ap1"), ("ACES2065-1", "ap0"), ("lin_rec709", "rec709"), ("Linear AdobeRGB", "adobergb")],
)
def test_the_primaries_of_a_space_are_found_in_its_matrix(space, name):
    assert primaries_of(CG, space) == PRIMARIES[name]


def test_a_cameras_primaries_are_found_too():
    # ARRI LogC4 specification: AWG4 with D65.
    expected = (0.7347, 0.2653, 0.1424, 0.8576, 0.0991, -0.0308, 0.3127, 0.3290)
    np.testing.assert_allclose(primaries_of(STUDIO, "Linear ARRI Wide Gamut 4"), expected, atol=5e-3)


@pytest.mark.parametrize("space", ["ACEScct", "Raw", "srgb_texture", "pq/rec2020"])
def test_what_is_not_linear_has_no_primaries(space):
    assert primaries_of(CG, space) is None


def test_luminance_weights():
    np.testing.assert_allclose(luminance_of(CG, "ACEScg"), (0.2722287, 0.6740818, 0.0536895), atol=1e-6)
    np.testing.assert_allclose(luminance_of(CG, "lin_rec709"), (0.2126, 0.7152, 0.0722), atol=5e-5)
    assert luminance_of(CG, "ACEScct") == luminance_of(CG, "ACEScg")
