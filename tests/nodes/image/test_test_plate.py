"""Test patterns against what can be worked out on paper."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.data.box import Format
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.knob import Vec
from nodegraph.graph.node import node_type
from nodes.image.test_plate import Pattern, plate

SHOT = Shot(first=1001, last=1010, format=Format(64, 36))


def test_is_called_test_plate() -> None:
    kind = node_type(plate)
    assert (kind.name, kind.menu, kind.sees_frame) == ("TestPlate", "Image", True)


def test_takes_the_size_of_the_shot_or_its_own() -> None:
    assert plate(Frame(1001), SHOT).format == Format(64, 36)
    assert plate(Frame(1001), SHOT, size=Vec((40, 30))).format == Format(40, 30)


def test_ebu_bars_are_the_light_of_their_signal() -> None:
    pixels = plate(Frame(1001), SHOT, pattern=Pattern.EBU_BARS, level=0.75).pixels
    three_quarters = 0.75**2.4  # ITU-R BT.1886
    middles = pixels[18, 4::8]
    np.testing.assert_allclose(middles[0], [1, 1, 1])
    np.testing.assert_allclose(middles[1], [three_quarters, three_quarters, 0], rtol=1e-6)
    np.testing.assert_allclose(middles[6], [0, 0, three_quarters], rtol=1e-6)
    np.testing.assert_array_equal(middles[7], 0)


def test_smpte_bars_have_a_step_below_black() -> None:
    pixels = plate(Frame(1001), SHOT, pattern=Pattern.SMPTE_BARS, size=Vec((70, 36))).pixels
    bottom = pixels[-1, 5::10, 0]
    assert bottom[1] == 1.0
    assert bottom[3] == pytest.approx(-(0.04**2.4))
    assert bottom[5] == pytest.approx(0.04**2.4)
    # under each bar the blue is either that of the bar or nothing (SMPTE EG 1: they match on a blue-only monitor)
    top, under = pixels[0, 5::10, 2], pixels[25, 5::10, 2]
    np.testing.assert_array_equal(top, under)


def test_ramp_reaches_from_below_zero_to_above_one() -> None:
    pixels = plate(Frame(1001), SHOT, pattern=Pattern.RAMP, low=-0.5, high=8.0).pixels
    assert (pixels.min(), pixels.max()) == (-0.5, 8.0)
    np.testing.assert_allclose(np.diff(pixels[0, :, 0]), 8.5 / 63, rtol=1e-4)
    np.testing.assert_array_equal(pixels[9 + 4, :, 1:], 0)  # the second band is red alone


def test_zone_plate_is_a_chirp_that_flows() -> None:
    still = plate(Frame(1001), SHOT, pattern=Pattern.ZONE_PLATE).pixels
    x, y = 7 + 0.5 - 32, 20 + 0.5 - 18
    assert still[20, 7, 0] == pytest.approx(0.5 + 0.5 * np.cos(np.pi * (x * x + y * y) / 64), abs=1e-6)
    moved = plate(Frame(1006), SHOT, pattern=Pattern.ZONE_PLATE, turn=0.1).pixels  # half a turn: light and dark swap
    np.testing.assert_allclose(moved, 1.0 - still, atol=1e-6)
    whole = plate(Frame(1011), SHOT, pattern=Pattern.ZONE_PLATE, turn=0.1).pixels
    np.testing.assert_allclose(whole, still, atol=1e-6)


def test_checker_moves_by_parts_of_a_pixel() -> None:
    def at(frame: int) -> np.ndarray:
        return plate(
            Frame(frame), SHOT, pattern=Pattern.CHECKER, cell=8, move=Vec((2.25, 0.5)), low=0.0, high=1.0
        ).pixels

    first = at(1001)
    np.testing.assert_array_equal(np.unique(first), [0, 1])
    np.testing.assert_array_equal(first[0, :8, 0], 1)
    np.testing.assert_array_equal(first[0, 8:16, 0], 0)
    # against many samples a pixel: x moved by 2.25, y by 0.5
    fine = (np.arange(64 * 16) + 0.5) / 16
    across = np.where((fine - 2.25) % 16 < 8, 1.0, -1.0).reshape(64, 16).mean(axis=1)
    down = np.where((fine[: 36 * 16] - 0.5) % 16 < 8, 1.0, -1.0).reshape(36, 16).mean(axis=1)
    np.testing.assert_allclose(at(1002)[..., 0], 0.5 + 0.5 * down[:, None] * across, atol=1e-6)
    # after four frames the way is whole pixels: the first picture, moved
    np.testing.assert_allclose(at(1005)[2:, 9:], first[:-2, :-9], atol=1e-6)
