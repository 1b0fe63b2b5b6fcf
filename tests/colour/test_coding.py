"""Codings against OCIO, scikit-image and the networks' own light; nothing is clipped, and everything comes back."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from nodegraph.colour.coding import LAB, REC709, ROOTS, Coding, Curve, matrix_to
from nodegraph.colour.config import load_config
from nodegraph.colour.convert import convert
from nodegraph.colour.network_light import NetworkLight
from nodegraph.data.shot import Shot

SHOT = Shot(space="ACEScg")
CODINGS = {
    "screen": Coding.screen(SHOT),
    "log": Coding.log(SHOT),
    "linear": Coding.linear(),
    "lab": Coding.lab(SHOT),
}
EVERY = pytest.mark.parametrize("coding", CODINGS.values(), ids=list(CODINGS))


def light(seed: int = 1) -> np.ndarray:
    """Noise about grey, with highlights, black, and values below it."""
    pixels = np.random.default_rng(seed).normal(0.3, 0.4, (40, 30, 3)).astype(np.float32)
    pixels[0, 0], pixels[0, 1], pixels[0, 2], pixels[0, 3] = 16, 0, -3, (400, -0.001, 1e-4)
    return pixels


@EVERY
def test_what_is_encoded_comes_back(coding: Coding) -> None:
    before = light()
    after = coding.decode(coding.encode(before))
    assert after.dtype == np.float32
    assert np.abs(after - before).max() <= 2e-5 * np.abs(before).max()
    assert np.abs(after - before)[1:].max() < 5e-6


@EVERY
def test_more_light_is_a_larger_code(coding: Coding) -> None:
    grey = np.linspace(-20, 20, 4001, dtype=np.float32)[:, None, None].repeat(3, axis=2)
    code = coding.encode(grey)[:, 0, 0]
    assert (np.diff(code) > 0).all()
    assert np.isfinite(code).all()


@EVERY
def test_below_black_is_the_mirror_of_above(coding: Coding) -> None:
    grey = np.array([0.001, 0.05, 0.5, 4, 60], np.float32)[:, None, None].repeat(3, axis=2)
    black = coding.encode(np.zeros((1, 1, 3), np.float32))
    assert np.allclose(coding.encode(-grey) - black, black - coding.encode(grey), atol=2e-6)


def test_screen_is_what_networks_are_shown() -> None:
    assert np.abs(CODINGS["screen"].encode(light()) - NetworkLight.of(SHOT).encode(light())).max() < 2e-6


def test_log_is_acescct() -> None:
    pixels = np.abs(light())
    wanted = convert(pixels, load_config(), SHOT.space, "acescct/ap1")
    assert np.abs(CODINGS["log"].encode(pixels) - wanted).max() < 2e-6


def test_lab_is_cie_lab() -> None:
    shown = np.random.default_rng(2).uniform(0, 1, (20, 20, 3))
    linear = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4).astype(np.float32)
    code = Coding(Curve.ROOT, ROOTS, LAB).encode(linear)
    assert np.abs(code * 100 - [16, 0, 0] - rgb2lab(shown)).max() < 0.02  # scikit-image rounds the primaries


def test_white_has_no_colour() -> None:
    white = np.ones((1, 1, 3), np.float32)
    assert np.allclose(CODINGS["lab"].encode(white), [1.16, 0, 0], atol=1e-5)


@EVERY
def test_through_is_there_and_back(coding: Coding) -> None:
    matrix = np.array([[1.1, 0.05, -0.02], [0.03, 0.9, 0.01], [-0.04, 0.02, 1.05]])
    offset = np.array([0.02, -0.01, 0.03])
    before = light()[1:]
    wanted = coding.decode((coding.encode(before) @ matrix.T + offset).astype(np.float32))
    assert np.abs(coding.through(before, matrix, offset) - wanted).max() < 2e-5 * np.abs(wanted).max()


@EVERY
def test_through_leaves_what_no_matte_covers(coding: Coding) -> None:
    before = light()
    matte = np.zeros((40, 30), np.float32)
    matte[10:20, 5:25] = 0.01
    after = coding.through(before, np.eye(3) * 1.2, np.full(3, 0.1), matte)
    assert np.array_equal(after[matte == 0], before[matte == 0])
    assert (after[matte > 0] != before[matte > 0]).any(axis=1).all()


@EVERY
def test_a_broken_pixel_stays_one(coding: Coding) -> None:
    before = light()
    before[5, 5, 1] = np.nan
    after = coding.through(before, np.eye(3), np.zeros(3))
    broken = ~np.isfinite(after).all(axis=-1)
    assert np.argwhere(broken).tolist() == [[5, 5]]


def test_the_matrix_is_of_the_shots_own_space() -> None:
    assert np.allclose(matrix_to("", "ACEScg", REC709) @ matrix_to("", REC709, "ACEScg"), np.eye(3), atol=1e-5)
    other = Shot(space="lin_rec709_scene")
    assert np.allclose(Coding.screen(other).mixed, np.eye(3), atol=1e-6)
