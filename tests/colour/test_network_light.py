"""What networks look at, and the way back that loses nothing."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from nodegraph.colour.network_light import NetworkLight, curve, seen, uncurve
from nodegraph.data.shot import Shot


def by_definition(light: np.ndarray) -> np.ndarray:
    """sRGB's curve in double precision, a logarithm of its slope above 1, mirrored below 0."""
    size = np.abs(light.astype(np.float64))
    below = np.where(size <= 0.0031308, 12.92 * size, 1.055 * np.maximum(size, 1e-9) ** (1 / 2.4) - 0.055)
    return np.copysign(np.where(size <= 1, below, 1 + 1.055 / 2.4 * np.log(np.maximum(size, 1))), light)


def test_the_curve_is_that_of_srgb_and_goes_on() -> None:
    light = np.concatenate([np.linspace(-20, 70000, 5001), np.linspace(-0.01, 1.01, 5001)]).astype(np.float32)
    assert np.allclose(curve(light), by_definition(light), rtol=1e-6, atol=1e-6)
    assert curve(np.float32([1.0, 0.0, 0.2140411])) == pytest.approx([1.0, 0.0, 0.5], abs=1e-6)
    step = np.diff(curve(np.float32([0.999, 1.0, 1.001])))  # no bend where the logarithm begins
    assert step[0] == pytest.approx(step[1], rel=0.01)
    assert step[0] / 0.001 == pytest.approx(1.055 / 2.4, rel=0.01)


def test_the_way_back_loses_nothing() -> None:
    light = np.random.default_rng(1).normal(0, 20, (300, 400, 3)).astype(np.float32)
    assert np.allclose(uncurve(curve(light)), light, rtol=1e-5, atol=1e-7)
    assert np.array_equal(curve(-light), -curve(light))
    extremes = np.float32([0.0, 1e-30, 65504.0, 1e30, -1e30])
    assert np.allclose(uncurve(curve(extremes)), extremes, rtol=1e-4)


def test_numbers_that_are_none_stay_where_they_are() -> None:
    odd = np.float32([np.nan, 0.5, np.inf, -np.inf])
    assert np.array_equal(np.isnan(curve(odd)), [True, False, False, False])
    assert np.isinf(curve(odd)[2:]).all()
    assert np.isfinite(uncurve(np.float32([500.0, -500.0]))).all()
    assert np.isnan(uncurve(odd)[0])


@pytest.mark.parametrize("size", [(0, 3), (1, 3), (7, 5, 3), (700, 500, 3)])
def test_any_size_and_layout(size: tuple[int, ...]) -> None:
    light = np.random.default_rng(2).uniform(0, 2, size).astype(np.float32)
    assert curve(light).shape == size
    turned = np.swapaxes(light, 0, 1)
    assert np.array_equal(curve(turned), np.swapaxes(curve(light), 0, 1))


def test_what_did_not_change_is_the_very_same_light() -> None:
    light = np.random.default_rng(3).normal(0.5, 2, (50, 50, 3)).astype(np.float32)
    network = NetworkLight.of(Shot(), stops=1.0)
    change = np.zeros_like(light)
    change[10:20, 10:20] = 0.1
    after = network.changed(light, change)
    assert np.array_equal(after[20:], light[20:])
    assert np.allclose(network.encode(after) - network.encode(light), change, atol=1e-5)
    assert seen(network.encode(light)).min() >= 0
    assert seen(network.encode(light)).max() <= 1


def test_grey_is_grey_for_the_network() -> None:
    """The working space's white is the network's; a colour keeps its hue."""
    network = NetworkLight.of(Shot())
    grey = network.encode(np.full((1, 1, 3), 0.18, np.float32))[0, 0]
    assert np.allclose(grey, by_definition(np.float64([0.18])), atol=1e-4)
    red = network.encode(np.float32([[[0.5, 0.2, 0.2]]]))[0, 0]
    assert colorsys.rgb_to_hsv(*map(float, red))[0] in (pytest.approx(0, abs=0.05), pytest.approx(1, abs=0.05))
