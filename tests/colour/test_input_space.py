"""The space of a file: what it says, what the config's rules say, and what its kind says."""

from pathlib import Path

import numpy as np
import pytest

from nodegraph.colour.auto import data_space, input_space
from nodegraph.colour.config import load_config
from nodegraph.colour.convert import convert
from nodegraph.colour.primaries import PRIMARIES
from nodegraph.data.errors import ColorspaceError

CG = load_config("ocio://default")
AP1 = tuple(PRIMARIES["ap1"])


def space(name: str, metadata: dict | None = None, sample: str = "", config=CG) -> str:
    found = input_space(config, Path("/plates") / name, metadata or {}, sample=sample)
    assert found.reason
    return found.space


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"colorInteropID": "lin_rec709_scene"}, "Linear Rec.709 (sRGB)"),
        ({"colorInteropID": "lin_ap1_scene", "chromaticities": tuple(PRIMARIES["ap0"])}, "ACEScg"),
        ({"exr/colorInteropID": "srgb_rec709_scene"}, "sRGB Encoded Rec.709 (sRGB)"),
        ({"colorInteropID": "ocio:acescct_ap1_scene"}, "ACEScct"),
        ({"colorInteropID": "hlg_rec2020_display"}, "hlg/rec2020"),  # the built-in config has no HLG
        ({"colorInteropID": "data"}, "Raw"),
        ({"acesImageContainerFlag": 1}, "ACES2065-1"),
        ({"acesImageContainerFlag": 0, "chromaticities": AP1}, "ACEScg"),
        ({"chromaticities": np.array(AP1, np.float32)}, "ACEScg"),
        ({"chromaticities": ((0.64, 0.33), (0.3, 0.6), (0.15, 0.06), (0.3127, 0.329))}, "Linear Rec.709 (sRGB)"),
        ({"chromaticities": tuple(PRIMARIES["rec2020"])}, "Linear Rec.2020"),
        ({"chromaticities": tuple(PRIMARIES["p3d65"])}, "Linear P3-D65"),
        ({"chromaticities": tuple(PRIMARIES["p3dci"])}, "lin/p3dci"),
        ({"colorInteropID": "somebody_s_own", "chromaticities": AP1}, "ACEScg"),
        ({"chromaticities": (0, 0, 0, 0, 0, 0, 0, 0)}, "ACES2065-1"),  # says nothing: the config's rule for EXR
        ({"chromaticities": "nonsense"}, "ACES2065-1"),
        ({}, "ACES2065-1"),
    ],
)
def test_exr(metadata, expected):
    assert space("a.1001.exr", metadata, "half") == expected


def test_unknown_chromaticities_become_a_matrix_of_their_own():
    own = (0.65, 0.33, 0.29, 0.61, 0.15, 0.05, 0.3127, 0.329)
    name = space("a.exr", {"chromaticities": own})
    light = np.array([[[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]], np.float32)
    xyz = convert(light, CG, name, "CIE XYZ-D65 - Scene-referred")[0]
    np.testing.assert_allclose(xyz[0] / xyz[0].sum(), [0.3127, 0.329, 0.3583], atol=1e-4)
    np.testing.assert_allclose(xyz[1] / xyz[1].sum(), [0.65, 0.33, 0.02], atol=1e-4)


@pytest.mark.parametrize(
    ("transfer", "primaries", "expected"),
    [
        ("bt709", "bt709", "Rec.1886 Rec.709 - Display"),
        ("1", "1", "Rec.1886 Rec.709 - Display"),
        (1, 1, "Rec.1886 Rec.709 - Display"),
        ("bt709", "unknown", "Rec.1886 Rec.709 - Display"),
        ("unknown", "bt709", "Rec.1886 Rec.709 - Display"),
        ("unknown", "smpte170m", "g24/rec601-525"),
        ("smpte2084", "bt2020", "Rec.2100-PQ - Display"),
        ("smpte2084", "smpte432", "ST2084-P3-D65 - Display"),
        ("arib-std-b67", "bt2020", "hlg/rec2020"),
        ("bt2020-10", "bt2020", "g24/rec2020"),
        ("linear", "bt709", "Linear Rec.709 (sRGB)"),
        ("log316", "bt709", "log316/rec709"),
        ("iec61966-2-1", "bt709", "sRGB Encoded Rec.709 (sRGB)"),
        ("gamma22", "bt709", "Gamma 2.2 Encoded Rec.709"),
    ],
)
def test_movies_by_their_tags(transfer, primaries, expected):
    assert space("a.mov", {"color_transfer": transfer, "color_primaries": primaries}) == expected


def test_hlg_is_a_space_of_the_studio_config():
    tags = {"color_transfer": "arib-std-b67", "color_primaries": "bt2020"}
    assert space("a.mov", tags, config=load_config("ocio://studio-config-latest")) == "Rec.2100-HLG - Display"


@pytest.mark.parametrize(
    ("name", "metadata", "sample", "expected"),
    [
        ("a.mov", {}, "", "Rec.1886 Rec.709 - Display"),
        ("a.png", {}, "uint8", "sRGB Encoded Rec.709 (sRGB)"),
        ("a.png", {}, "uint16", "sRGB Encoded Rec.709 (sRGB)"),
        ("a.tif", {}, "uint16", "sRGB Encoded Rec.709 (sRGB)"),
        ("a.tif", {}, "float32", "ACEScg"),
        ("a.jpg", {}, "uint8", "sRGB Encoded Rec.709 (sRGB)"),
        ("a.dpx", {}, "uint10", "cineon/rec709"),
        ("a.dpx", {"dpx/transfer": 3}, "uint10", "cineon/rec709"),
        ("a.dpx", {"dpx/transfer": 1}, "uint10", "cineon/rec709"),
        ("a.dpx", {"dpx/transfer": 2}, "uint10", "Linear Rec.709 (sRGB)"),
        ("a.dpx", {"dpx/transfer": 6}, "uint10", "Rec.1886 Rec.709 - Display"),
        ("a.dpx", {"dpx/transfer": 0}, "uint10", "cineon/rec709"),
    ],
)
def test_other_files(name, metadata, sample, expected):
    assert space(name, metadata, sample) == expected


def test_the_artist_goes_before_the_file():
    found = input_space(CG, Path("a.exr"), {"colorInteropID": "lin_ap0_scene"}, override="lin_rec709")
    assert found == ("Linear Rec.709 (sRGB)", "chosen by hand")


def test_an_override_that_is_unknown_is_told():
    with pytest.raises(ColorspaceError, match="Linear Rec"):
        input_space(CG, Path("a.exr"), {}, override="Linear Rec.907")


def test_the_configs_rules_go_before_the_kind(tmp_path):
    path = tmp_path / "rules.ocio"
    path.write_text(
        "ocio_profile_version: 2\nroles: {scene_linear: lin, default: lin}\n"
        "file_rules:\n"
        '  - !<Rule> {name: Camera, colorspace: cam, regex: ".*_CAMA_.*"}\n'
        "  - !<Rule> {name: Default, colorspace: default}\n"
        "displays:\n  screen:\n    - !<View> {name: plain, colorspace: lin}\n"
        "colorspaces:\n  - !<ColorSpace> {name: lin}\n  - !<ColorSpace> {name: cam}\n"
    )
    config = load_config(str(path))
    found = input_space(config, Path("sh_CAMA_01.tif"), {}, sample="uint16")
    assert found.space == "cam"
    assert "rule Camera" in found.reason
    # The rule for everything else knows nothing of the file: its kind says more.
    assert space("sh_01.tif", sample="uint16", config=config) == "srgb/rec709"
    with pytest.raises(ColorspaceError, match="no space for data"):
        data_space(config)
