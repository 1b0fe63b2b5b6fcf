"""Grain: a known one is measured as it was made, and made again as it was measured."""

import cv2
import numpy as np
import pytest

from nodegraph.colour.grain import CLEAN, add, field, measure
from nodegraph.data.box import Box

WEIGHTS = (0.2722, 0.6741, 0.0537)
ROWS, COLUMNS = 384, 640
CHANNELS = np.array([1.0, 0.8, 1.6])


def strength(luminance: np.ndarray) -> np.ndarray:
    return 0.01 + 0.02 * np.sqrt(luminance)


def made_grain(sigma: float) -> np.ndarray:
    white = np.random.default_rng(5).standard_normal((ROWS, COLUMNS, 3))
    soft = cv2.GaussianBlur(white, (0, 0), sigma) if sigma else white
    soft /= soft.std(axis=(0, 1))
    soft[..., 1] = 0.6 * soft[..., 0] + 0.8 * soft[..., 1]
    return soft


def clean_plate() -> np.ndarray:
    ramp = np.linspace(0.02, 2.0, COLUMNS)[None, :, None] * np.ones((ROWS, 1, 3))
    checks = np.indices((ROWS, COLUMNS)).sum(axis=0) // 5 % 2
    ramp[100:200, 100:500] *= 1 + 0.8 * checks[100:200, 100:500, None]  # picture, not grain
    return ramp


def plate(sigma: float = 1.0) -> np.ndarray:
    base = clean_plate()
    return (base + strength(base) * CHANNELS * made_grain(sigma)).astype(np.float32)


def neighbours(grain: np.ndarray) -> list[float]:
    return [float((grain[:, :-k] * grain[:, k:]).mean() / grain.var()) for k in (1, 2, 3)]


@pytest.mark.parametrize("sigma", [0.0, 1.0])
def test_strength_is_measured_at_every_brightness_and_channel(sigma):
    grain = measure(plate(sigma), WEIGHTS)
    assert len(grain.luminance) >= 6
    expected = strength(grain.luminance) * CHANNELS[:, None]
    np.testing.assert_allclose(grain.strength, expected, rtol=0.12)
    np.testing.assert_allclose((grain.strength / expected).mean(), 1, atol=0.04)


@pytest.mark.parametrize("sigma", [0.0, 0.7, 1.3])
def test_the_new_grain_is_as_large_as_the_old(sigma):
    grain = measure(plate(sigma), WEIGHTS)
    new = field(grain, Box(0, 0, COLUMNS, ROWS), frame=1001)
    np.testing.assert_allclose(neighbours(new[..., 0]), neighbours(made_grain(sigma)[..., 0]), atol=0.07)


def test_hair_is_not_taken_for_grain():
    """Where a brightness has no flat part at all, its strength is told by those that have."""
    base = clean_plate()
    between = (base[0, :, 0] > 0.5) & (base[0, :, 0] < 1.1)
    strands = np.random.default_rng(3).standard_normal((ROWS, COLUMNS, 1))
    base = base * (1 + 0.4 * cv2.GaussianBlur(strands, (0, 0), 0.8)[..., None] * between[None, :, None])
    grain = measure((base + strength(base) * CHANNELS * made_grain(1.0)).astype(np.float32), WEIGHTS)
    assert ((grain.luminance > 0.6) & (grain.luminance < 1.0)).any()
    np.testing.assert_array_less(grain.strength, 1.4 * strength(grain.luminance) * CHANNELS[:, None])
    np.testing.assert_array_less(0.8 * strength(grain.luminance) * CHANNELS[:, None], grain.strength)


def test_the_new_grain_is_as_coloured_as_the_old():
    new = field(measure(plate(), WEIGHTS), Box(0, 0, COLUMNS, ROWS), frame=1001)
    got = np.corrcoef(new.reshape(-1, 3).T)
    np.testing.assert_allclose(got, np.corrcoef(made_grain(1.0).reshape(-1, 3).T), atol=0.05)
    np.testing.assert_allclose(new.std(axis=(0, 1)), 1, atol=0.03)
    np.testing.assert_allclose(new.mean(axis=(0, 1)), 0, atol=0.03)


def test_grain_added_to_a_clean_picture_measures_as_the_plates():
    grain = measure(plate(), WEIGHTS)
    clean = clean_plate().astype(np.float32)
    noise = field(grain, Box(0, 0, COLUMNS, ROWS), frame=3)
    again = measure(add(clean, grain, noise, WEIGHTS), WEIGHTS)
    at = np.array([0.3, 1.0, 1.7])
    for c in range(3):
        np.testing.assert_allclose(
            np.interp(at, again.luminance, again.strength[c]),
            np.interp(at, grain.luminance, grain.strength[c]),
            rtol=0.15,
        )


def test_a_pixels_grain_does_not_depend_on_the_rectangle():
    grain = measure(plate(), WEIGHTS)
    whole = field(grain, Box(-20, -10, 120, 90), frame=7, seed=2)
    part = field(grain, Box(30, 20, 70, 61), frame=7, seed=2)
    np.testing.assert_allclose(part, whole[30:71, 50:90], atol=1e-5)


def test_frames_seeds_and_channels_differ_and_repeat():
    grain = measure(plate(0.0), WEIGHTS)
    box = Box(0, 0, 128, 128)
    first = field(grain, box, frame=1, seed=0)
    np.testing.assert_array_equal(first, field(grain, box, frame=1, seed=0))
    for other in (field(grain, box, frame=2, seed=0), field(grain, box, frame=1, seed=1)):
        assert abs(np.corrcoef(first[..., 0].ravel(), other[..., 0].ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(first[..., 0].ravel(), first[..., 2].ravel())[0, 1]) < 0.03


def test_the_noise_beneath_is_normal_and_white():
    from nodegraph.colour.noise import white

    noise = np.empty((400, 400), np.float32)
    white(np.uint64(12345), -200, -200, noise)
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(1, abs=0.01)
    assert np.abs(noise).max() < 3.47  # the ends of a sum of four
    assert np.mean(np.abs(noise) < 1) == pytest.approx(0.6827, abs=0.02)
    assert np.abs(neighbours(noise)).max() < 0.01
    assert np.abs(neighbours(noise.T)).max() < 0.01


def test_size_makes_grain_larger_and_keeps_its_strength():
    grain = measure(plate(), WEIGHTS)
    box = Box(0, 0, 512, 512)
    one, two = field(grain, box, frame=1), field(grain, box, frame=1, size=2.0)
    assert neighbours(two[..., 0])[1] == pytest.approx(neighbours(one[..., 0])[0], abs=0.08)
    assert two[..., 0].std() == pytest.approx(1, abs=0.06)


def test_a_clean_plate_has_no_grain():
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None, :, None] * np.ones((256, 1, 3), np.float32)
    assert measure(ramp, WEIGHTS).none
    assert measure(np.full((256, 256, 3), 0.4, np.float32), WEIGHTS).none


def test_a_plate_too_small_to_measure_has_none():
    assert measure(np.ones((20, 20, 3), np.float32), WEIGHTS) is CLEAN
    pixels = np.ones((4, 4, 3), np.float32)
    assert add(pixels, CLEAN, np.zeros((4, 4, 3), np.float32), WEIGHTS) is pixels


def test_values_that_are_no_numbers_are_left_out():
    spoilt = plate()
    spoilt[::40, ::40] = np.nan
    spoilt[5, 5] = np.inf
    whole = measure(plate(), WEIGHTS)
    spoilt_less = plate()
    spoilt_less[:64, :64] = np.nan
    assert np.isfinite(measure(spoilt_less, WEIGHTS).strength).all()
    np.testing.assert_allclose(measure(spoilt_less, WEIGHTS).strength.mean(), whole.strength.mean(), rtol=0.05)
    assert np.isfinite(measure(spoilt, WEIGHTS).strength).all()
