"""The OCIO config: where it comes from, what its spaces are called, and what is said when it is not there."""

import os
from pathlib import Path

import pytest

from nodegraph.colour.config import load_config
from nodegraph.data.errors import ColorspaceError

OLD_STYLE = """ocio_profile_version: 1
search_path: luts
strictparsing: true
roles:
  default: raw
  scene_linear: linear
displays:
  sRGB:
    - !<View> {name: Film, colorspace: raw}
colorspaces:
  - !<ColorSpace>
    name: raw
    isdata: true
  - !<ColorSpace>
    name: linear
  - !<ColorSpace>
    name: half
    to_reference: !<MatrixTransform> {matrix: [0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 1]}
"""


@pytest.fixture
def old_config(tmp_path: Path) -> Path:
    path = tmp_path / "config.ocio"
    path.write_text(OLD_STYLE)
    return path


def test_without_a_name_it_is_the_built_in_aces_config(monkeypatch):
    monkeypatch.delenv("OCIO", raising=False)
    config = load_config()
    assert config.working == "ACEScg"
    assert "ACES2065-1" in config.spaces
    assert config.roles["compositing_log"] == "ACEScct"


def test_the_environment_names_the_config_but_a_name_goes_before_it(monkeypatch, old_config):
    monkeypatch.setenv("OCIO", str(old_config))
    assert load_config().working == "linear"
    assert load_config("ocio://default").working == "ACEScg"


def test_the_studio_config_has_cameras():
    assert load_config("ocio://studio-config-latest").find("ARRI LogC4") == "ARRI LogC4"


def test_a_space_goes_by_name_alias_role_interop_id_and_old_name():
    config = load_config("ocio://default")
    for name in ("ACEScg", "acescg", "lin_ap1", "scene_linear", "lin_ap1_scene", "ACES - ACEScg"):
        assert config.space(name) == "ACEScg"
    assert config.space("ocio:acescct_ap1_scene") == "ACEScct"


def test_a_name_of_one_config_is_understood_by_another():
    first = load_config("ocio://cg-config-v1.0.0_aces-v1.3_ocio-v2.1")
    assert first.space("sRGB Encoded Rec.709 (sRGB)") == "sRGB - Texture"
    assert first.space("lin_p3d65_scene") == "Linear P3-D65"


def test_an_encoding_spelt_out_is_a_space_of_any_config(old_config):
    assert load_config(str(old_config)).space("PQ/Rec2020") == "pq/rec2020"


def test_an_unknown_space_names_the_nearest():
    with pytest.raises(ColorspaceError) as fault:
        load_config("ocio://default").space("ACESgc")
    assert "'ACESgc'" in fault.value.message
    assert "ACEScg" in fault.value.hint


def test_an_unknown_display_and_view_name_the_nearest():
    config = load_config("ocio://default")
    with pytest.raises(ColorspaceError, match="no display called") as fault:
        config.display("sRGB Display")
    assert "sRGB - Display" in fault.value.hint
    with pytest.raises(ColorspaceError, match="no view of sRGB - Display") as fault:
        config.view("sRGB - Display", "raww")
    assert "Raw" in fault.value.hint


def test_displays_and_views_are_listed():
    config = load_config("ocio://default")
    assert config.default_display in config.displays
    assert "Raw" in config.views("sRGB - Display")
    assert config.view("srgb - display", "raw") == "Raw"


@pytest.mark.parametrize("name", ["/nowhere/config.ocio", "ocio://nowhere"])
def test_a_config_that_is_not_there_is_told_by_name(name):
    with pytest.raises(ColorspaceError, match=name) as fault:
        load_config(name)
    assert fault.value.hint


def test_a_folder_and_a_broken_file_are_no_configs(tmp_path):
    with pytest.raises(ColorspaceError, match="is a folder"):
        load_config(str(tmp_path))
    broken = tmp_path / "broken.ocio"
    broken.write_text("ocio_profile_version: 2\ncolorspaces: [")
    with pytest.raises(ColorspaceError, match=r"broken\.ocio cannot be read"):
        load_config(str(broken))


def test_a_role_that_points_nowhere_is_refused(old_config):
    old_config.write_text(OLD_STYLE.replace("scene_linear: linear", "scene_linear: nowhere"))
    with pytest.raises(ColorspaceError, match="nowhere"):
        load_config(str(old_config))


def test_a_config_is_kept_and_read_again_when_its_file_changes(old_config):
    first = load_config(str(old_config))
    assert load_config(str(old_config)) is first
    old_config.write_text(OLD_STYLE.replace("name: half", "name: halved"))
    os.utime(old_config, ns=(1, 1))
    assert "halved" in load_config(str(old_config)).spaces
