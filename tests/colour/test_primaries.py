"""Matrices from chromaticities, against the figures that standards print."""

import numpy as np
import pytest

from nodegraph.colour.primaries import (
    D65,
    PRIMARIES,
    Primaries,
    adaptation,
    from_matrix,
    luma_weights,
    named,
    rgb_to_rgb,
    sensible,
    to_xyz,
)

# AMPAS S-2014-004, annex: ACES2065-1 to ACEScg.
AP0_TO_AP1 = [
    [1.4514393161, -0.2365107469, -0.2149285693],
    [-0.0765537734, 1.1762296998, -0.0996759264],
    [0.0083161484, -0.0060324498, 0.9977163014],
]
# IEC 61966-2-1 / ITU-R BT.709 with the white 0.3127 0.3290.
REC709_TO_XYZ = [
    [0.4123908, 0.3575843, 0.1804808],
    [0.2126390, 0.7151687, 0.0721923],
    [0.0193308, 0.1191948, 0.9505322],
]


def test_ap0_to_ap1_is_the_published_matrix():
    np.testing.assert_allclose(rgb_to_rgb(PRIMARIES["ap0"], PRIMARIES["ap1"]), AP0_TO_AP1, atol=1e-9)


def test_rec709_to_xyz_is_the_published_matrix():
    np.testing.assert_allclose(to_xyz(PRIMARIES["rec709"]), REC709_TO_XYZ, atol=1e-6)


def test_rec2020_luminance_is_that_of_the_recommendation():
    np.testing.assert_allclose(luma_weights(PRIMARIES["rec2020"]), (0.2627, 0.6780, 0.0593), atol=5e-5)


def test_adaptation_brings_white_to_white():
    d50 = (0.3457, 0.3585)
    white = adaptation(D65, d50) @ np.array([D65[0] / D65[1], 1, (1 - sum(D65)) / D65[1]])
    np.testing.assert_allclose(white, [d50[0] / d50[1], 1, (1 - sum(d50)) / d50[1]], atol=1e-12)


def test_white_stays_white_between_spaces_of_other_whites():
    np.testing.assert_allclose(rgb_to_rgb(PRIMARIES["rec709"], PRIMARIES["ap0"]) @ np.ones(3), np.ones(3), atol=1e-12)


@pytest.mark.parametrize("name", sorted(PRIMARIES))
def test_primaries_come_back_out_of_their_matrix(name):
    values = PRIMARIES[name]
    back = from_matrix(rgb_to_rgb(values, PRIMARIES["ap0"]), (values.wx, values.wy))
    np.testing.assert_allclose(back, values, atol=1e-9)


def test_known_primaries_are_known_within_a_ten_thousandth():
    near = Primaries(*(value + 0.9e-4 for value in PRIMARIES["p3d65"]))
    far = Primaries(*(value + 3e-4 for value in PRIMARIES["p3d65"]))
    assert named(near) == "p3d65"
    assert named(far) is None


@pytest.mark.parametrize(
    "values",
    [
        Primaries(0.3, 0.3, 0.3, 0.3, 0.3, 0.3, *D65),
        Primaries(0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.0),
        Primaries(float("nan"), 0.33, 0.3, 0.6, 0.15, 0.06, *D65),
    ],
)
def test_primaries_that_span_nothing_are_refused(values):
    assert not sensible(values)
