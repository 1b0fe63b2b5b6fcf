"""Looks at a crop for a network, and its answers woven together."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from nodegraph.ops.boost import change_of, kept_detail, looks, woven
from nodegraph.ops.reframe import brought_back, framing, sized
from nodegraph.ops.templates import Template, five_points

SIZE = 256
SMALL = np.diag([0.25, 0.25, 1.0])  # the network's picture is 64 pixels wide


def plane(value: np.ndarray) -> np.ndarray:
    return np.repeat(np.asarray(value, np.float32)[..., None], 3, axis=2)


def places() -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    return rows, columns


@pytest.mark.parametrize("boost", [1, 2, 3, 4])
def test_each_look_sees_where_it_is(boost: int) -> None:
    """A ramp through looks and back is the ramp."""
    rows, columns = places()
    ramp = plane(0.2 + 0.6 * columns / SIZE + 0.1 * rows / SIZE)
    seen = looks(ramp, SMALL, 64, boost)
    assert seen.shape == (boost * boost, 64, 64, 3)
    back = brought_back(woven(seen, boost), sized(boost) @ SMALL, SIZE)
    np.testing.assert_allclose(back[24:-24, 24:-24], ramp[24:-24, 24:-24], atol=1e-4)


@pytest.mark.parametrize("boost", [2, 4])
def test_no_look_is_aliased(boost: int) -> None:
    """Stripes finer than the network's pixels are grey in each look; every k-th pixel as it is shows false stripes."""
    _, columns = places()
    stripes = plane(0.5 + 0.4 * np.sin(2 * np.pi * columns / 3))
    assert np.abs(looks(stripes, SMALL, 64, boost)[:, 4:-4, 4:-4] - 0.5).max() < 0.02
    large = cv2.resize(stripes, (64 * boost, 64 * boost), interpolation=cv2.INTER_LINEAR)
    usual = np.stack([large[y::boost, x::boost] for y in range(boost) for x in range(boost)])
    assert np.abs(usual[:, 4:-4, 4:-4] - 0.5).max() > (0.1 if boost == 4 else 0.04)


def test_a_boost_is_finer() -> None:
    """A network that darkens what is bright: the edge of its answer comes nearer to where it is."""
    rows, columns = places()
    crop = plane(np.clip((120 - np.hypot(rows - 130, columns - 126)) / 40 + 0.5, 0, 1))
    true = -0.3 * crop**2
    error = []
    for boost in (1, 4):
        fed = looks(crop, SMALL, 64, boost)
        change = change_of(crop, fed, fed - 0.3 * fed**2, SMALL, boost, 1.0)
        error.append(np.abs(change - true)[30:-30, 30:-30].mean())
    assert error[1] < error[0]


def test_what_is_left_alone_stays_as_it_is() -> None:
    crop = np.random.default_rng(1).uniform(0, 1, (SIZE, SIZE, 3)).astype(np.float32)
    fed = looks(crop, SMALL, 64)
    assert not change_of(crop, fed, fed, SMALL, 1, 1.0).any()


def test_a_new_tint_keeps_fine_detail_and_a_new_contour_does_not() -> None:
    tint = np.full((SIZE, SIZE, 3), -0.2, np.float32)
    assert kept_detail(tint, 4).min() > 0.99
    contour = tint.copy()
    contour[:, 120:136] = 0.2
    kept = kept_detail(contour, 4)
    assert kept[:, 118:138].max() < 0.3
    assert kept[:, :60].min() > 0.95


def test_without_detail_the_answer_stands_alone() -> None:
    rng = np.random.default_rng(2)
    crop = rng.uniform(0.2, 0.8, (SIZE, SIZE, 3)).astype(np.float32)
    fed = looks(crop, SMALL, 64)
    new = crop + change_of(crop, fed, np.full_like(fed, 0.4), SMALL, 1, 0.0)
    np.testing.assert_allclose(new[32:-32, 32:-32], 0.4, atol=1e-3)


def test_beyond_the_networks_picture_nothing_changes() -> None:
    five = five_points(Template.HEAD) * SIZE
    matrix = framing(five, Template.ARCFACE_112_V2, 112)  # much tighter than the crop
    crop = np.random.default_rng(3).uniform(0, 1, (SIZE, SIZE, 3)).astype(np.float32)
    fed = looks(crop, matrix, 112)
    change = change_of(crop, fed, fed * 0, matrix, 1, 0.0)
    corners = np.array([[0, 0, 1], [112, 112, 1]]) @ np.linalg.inv(matrix).T
    (x0, y0), (x1, y1) = np.floor(corners[0, :2]).astype(int), np.ceil(corners[1, :2]).astype(int)
    outside = np.ones((SIZE, SIZE), bool)
    outside[y0 - 2 : y1 + 2, x0 - 2 : x1 + 2] = False
    assert outside.any()
    assert not change[outside].any()
    middle = change[(y0 + y1) // 2 - 9 : (y0 + y1) // 2 + 9, (x0 + x1) // 2 - 9 : (x0 + x1) // 2 + 9]
    np.testing.assert_allclose(
        crop[(y0 + y1) // 2 - 9 : (y0 + y1) // 2 + 9, (x0 + x1) // 2 - 9 : (x0 + x1) // 2 + 9] + middle, 0, atol=1e-4
    )
