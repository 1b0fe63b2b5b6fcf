"""Lut: files written here, of which it is known what they do."""

import os
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.errors import ColorspaceError
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import File, Space
from nodegraph.graph.node import node_type
from nodes.colour.color_space import color_space
from nodes.colour.lut import Direction, Interpolation, lut

SHOT = Shot(config="ocio://default")


def picture(low: float = 0.0, high: float = 1.0, depth: int = 3) -> Image:
    pixels = np.random.default_rng(4).uniform(low, high, (16, 16, depth)).astype(np.float32)
    return Image.of(pixels, colorspace="ACEScg")


def rows(values: np.ndarray) -> str:
    return "".join(f"{r:.7f} {g:.7f} {b:.7f}\n" for r, g, b in values)


def curve_cube(path: Path, gain: float = 0.5, low: float = 0.0, high: float = 1.0) -> File:
    values = np.repeat(np.linspace(low, high, 33)[:, None] * gain, 3, axis=1)
    path.write_text(f"LUT_1D_SIZE 33\nDOMAIN_MIN {low} {low} {low}\nDOMAIN_MAX {high} {high} {high}\n{rows(values)}")
    return File(str(path))


def swapping_cube(path: Path, size: int = 5) -> File:
    steps = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")  # red runs fastest in a .cube
    path.write_text(f"LUT_3D_SIZE {size}\n" + rows(np.stack([blue, red, green], -1).reshape(-1, 3)))
    return File(str(path))


def test_a_curve(tmp_path):
    got = lut(picture(), SHOT, file=curve_cube(tmp_path / "half.cube"))
    np.testing.assert_allclose(got.pixels, picture().pixels / 2, atol=1e-6)
    assert got.colorspace == "ACEScg"


@pytest.mark.parametrize("interpolation", [Interpolation.TETRAHEDRAL, Interpolation.LINEAR])
def test_a_cube_and_alpha(tmp_path, interpolation):
    image = picture(depth=4).with_pixels(np.dstack([picture().pixels, np.ones((16, 16), np.float32)]), channels="RGBA")
    got = lut(image, SHOT, file=swapping_cube(tmp_path / "swap.cube"), interpolation=interpolation).pixels
    np.testing.assert_allclose(got[..., :3], image.pixels[..., [2, 0, 1]], atol=1e-5)
    np.testing.assert_array_equal(got[..., 3], 1)


@pytest.mark.parametrize("interpolation", list(Interpolation))
def test_a_curve_is_linear_whatever_is_asked_for_cubes(tmp_path, capfd, interpolation):
    got = lut(picture(), SHOT, file=curve_cube(tmp_path / "half.cube"), interpolation=interpolation)
    np.testing.assert_allclose(got.pixels, picture().pixels / 2, atol=1e-6)
    assert capfd.readouterr().err == ""


def test_its_inverse(tmp_path):
    file = curve_cube(tmp_path / "half.cube")
    back = lut(lut(picture(), SHOT, file=file), SHOT, file=file, direction=Direction.INVERSE)
    np.testing.assert_allclose(back.pixels, picture().pixels, atol=1e-5)


def test_a_domain_beyond_0_to_1_keeps_negative_and_bright_values(tmp_path):
    file = curve_cube(tmp_path / "wide.cube", low=-1.0, high=6.0)
    image = picture(-0.5, 5.0)
    np.testing.assert_allclose(lut(image, SHOT, file=file).pixels, image.pixels / 2, atol=1e-5)


def test_clf_spi1d_and_csp(tmp_path):
    clf = tmp_path / "gain.clf"
    clf.write_text(
        '<?xml version="1.0"?><ProcessList id="a" compCLFversion="3"><Matrix inBitDepth="32f" outBitDepth="32f">'
        '<Array dim="3 3">0.5 0 0 0 0.5 0 0 0 0.5</Array></Matrix></ProcessList>'
    )
    spi = tmp_path / "gain.spi1d"
    spi.write_text("Version 1\nFrom 0.0 1.0\nLength 2\nComponents 1\n{\n0.0\n0.5\n}\n")
    csp = tmp_path / "gain.csp"
    csp.write_text("CSPLUTV100\n1D\n\n2\n0 1\n0 1\n2\n0 1\n0 1\n2\n0 1\n0 1\n\n2\n0 0 0\n0.5 0.5 0.5\n")
    for path in (clf, spi, csp):
        np.testing.assert_allclose(lut(picture(), SHOT, file=File(str(path))).pixels, picture().pixels / 2, atol=1e-5)


def test_it_works_in_the_space_it_was_made_for(tmp_path):
    file = curve_cube(tmp_path / "half.cube")
    log = color_space(picture(), SHOT, target=Space("ACEScct"))
    by_steps = color_space(lut(log, SHOT, file=file), SHOT, target=Space("ACEScg"))
    np.testing.assert_allclose(
        lut(picture(), SHOT, file=file, space=Space("ACEScct")).pixels, by_steps.pixels, atol=1e-5
    )


def test_without_a_file_it_passes():
    image = picture()
    assert lut(image, SHOT) is image
    kind = node_type(lut)
    assert kind.identity is not None
    assert kind.identity(1, {name: knob.default for name, knob in kind.knobs.items()}) == "image"


def test_a_file_that_changes_is_read_again(tmp_path):
    file = curve_cube(tmp_path / "a.cube", 0.5)
    kind = node_type(lut)
    assert kind.fingerprint is not None
    stamp = kind.fingerprint(1, {"file": file})
    lut(picture(), SHOT, file=file)
    curve_cube(tmp_path / "a.cube", 0.25)
    os.utime(file.path, ns=(1, 1))
    assert kind.fingerprint(1, {"file": file}) != stamp
    np.testing.assert_allclose(lut(picture(), SHOT, file=file).pixels, picture().pixels / 4, atol=1e-6)


def test_what_is_wrong_is_told(tmp_path):
    with pytest.raises(ColorspaceError, match=r"nowhere\.cube is missing"):
        lut(picture(), SHOT, file=File(str(tmp_path / "nowhere.cube")))
    with pytest.raises(ColorspaceError, match="is a folder"):
        lut(picture(), SHOT, file=File(str(tmp_path)))
    cut = tmp_path / "cut.cube"
    cut.write_text("LUT_3D_SIZE 5\n0 0 0\n0.1")
    with pytest.raises(ColorspaceError, match=r"cut\.cube cannot be used"):
        lut(picture(), SHOT, file=File(str(cut)))
    with pytest.raises(ColorspaceError, match="no colour space called 'LogX'"):
        lut(picture(), SHOT, file=curve_cube(tmp_path / "a.cube"), space=Space("LogX"))
