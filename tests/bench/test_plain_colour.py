"""The plain transcriptions that colour transfer is measured against say what the papers say, by other libraries."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
from skimage.color import lab2rgb, rgb2lab

from nodegraph.bench import plain_colour as plain
from nodegraph.bench.colour_faces import cast, difference, shown


def light(seed: int, size: int = 24) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(0.05, 0.6, (size, size, 1)) * rng.uniform(0.7, 1.0, (size, size, 3))


def encoded(linear: np.ndarray) -> np.ndarray:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def test_lab_is_scikit_images() -> None:
    assert np.abs(plain.to_lab(light(1)) - rgb2lab(encoded(light(1)))).max() < 0.02
    assert np.abs(encoded(plain.from_lab(plain.to_lab(light(1)))) - lab2rgb(rgb2lab(encoded(light(1))))).max() < 2e-4


def test_lab_comes_back_beyond_white_and_black() -> None:
    wide = np.array([[[16.0, 12, 20], [-0.5, 0.1, 3], [0, 0, 0], [1e-5, -1e-5, 1e-3]]])
    assert np.allclose(plain.from_lab(plain.to_lab(wide)), wide, atol=1e-12)


def test_rct_has_the_other_ones_mean_and_spread() -> None:
    matte = np.random.default_rng(3).uniform(0, 1, (24, 24))
    after, wanted = (plain.to_lab(each) for each in (plain.rct(light(1), light(2), matte), light(2)))
    weights = matte.ravel()
    means = [np.average(lab.reshape(-1, 3), axis=0, weights=weights) for lab in (after, wanted)]
    assert np.allclose(means[0], means[1], atol=1e-9)
    spreads = [
        np.average((lab.reshape(-1, 3) - mean) ** 2, axis=0, weights=weights)
        for lab, mean in zip((after, wanted), means, strict=True)
    ]
    assert np.allclose(spreads[0], spreads[1])


@pytest.mark.parametrize("root", ["PCA", "Cholesky"])
def test_lct_has_the_other_ones_covariance(root: str) -> None:
    ones = np.ones((24, 24))
    after = plain.lct(light(1), light(2) * [1.2, 0.8, 1], ones, root).reshape(-1, 3)
    assert np.allclose(np.cov(after.T), np.cov((light(2) * [1.2, 0.8, 1]).reshape(-1, 3).T))


def test_mkl_is_the_closed_form() -> None:
    source, target = light(1), light(2) * [1.2, 0.8, 1]
    one, other = (np.cov(each.reshape(-1, 3).T, bias=True) for each in (source, target))
    root = scipy.linalg.sqrtm(one)
    inverse = np.linalg.inv(root)
    matrix = inverse @ scipy.linalg.sqrtm(root @ other @ root) @ inverse
    wanted = (source - source.mean(axis=(0, 1))) @ matrix.T + target.mean(axis=(0, 1))
    assert np.allclose(plain.mkl(source, target, np.ones((24, 24))), wanted, atol=1e-9)


def test_along_one_direction_sot_sorts() -> None:
    source, target, ones = light(1), light(2), np.ones((24, 24))
    axis = np.array([[[0.6, 0.0, 0.8]]])
    after = plain.sot(source, target, ones, axis)
    assert np.allclose(np.sort((after @ axis[0, 0]).ravel()), np.sort((target @ axis[0, 0]).ravel()))
    flat = np.cross(axis[0, 0], [0, 1, 0])
    assert np.allclose(after @ flat, source @ flat)


def test_idt_brings_the_distribution_nearer() -> None:
    source, target, ones = light(1), light(2) + 0.3, np.ones((24, 24))
    after = plain.idt(source, target, ones, np.eye(3)[None])
    for channel in range(3):
        apart = np.abs(np.sort(after[..., channel].ravel()) - np.sort(target[..., channel].ravel()))
        assert apart.mean() < 0.01


def test_a_cast_is_seen_and_itself_is_not_far_from_itself() -> None:
    face = light(1).astype(np.float32)
    inside = np.ones((24, 24), np.float32)
    assert difference(face, face, inside) == (0.0, 0.0)
    mean, most = difference(cast(face), face, inside)
    assert 5 < mean < most
    assert shown(face).max() <= 1
