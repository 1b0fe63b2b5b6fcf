"""Colour transfer as the papers have it, in plain numpy: what ours is compared with.

Pictures are rows x columns x 3 in the numbers that the method works in, 0 to 1; a matte weighs each pixel. Reinhard,
Ashikhmin, Gooch and Shirley 2001, with CIE L*a*b* as face tools have it; Gatys, Bethge, Hertzmann and Shechtman 2016;
Pitie and Kokaram 2007; Pitie, Kokaram and Dahyot 2005; Rabin, Peyre, Delon and Bernot 2011; Sharma, Wu and Dalal 2005.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# CIE XYZ of Rec. 709's primaries, and of its white: the whole light of all three.
TO_XYZ = np.array(
    [
        [0.41239079926595934, 0.357584339383878, 0.1804807884018343],
        [0.21263900587151027, 0.715168678767756, 0.07219231536073371],
        [0.01933081871559182, 0.11919477979462598, 0.9505321522496607],
    ]
)
WHITE = TO_XYZ.sum(axis=1)
DELTA = 6 / 29
FLOOR = 0.01  # share of a histogram that is spread evenly, so that none of its steps is empty


def to_lab(light: Array) -> Array:
    """Rec. 709 light to CIE L*a*b*."""
    t = light @ (TO_XYZ / WHITE[:, None]).T
    size = np.abs(t)
    f = np.where(size > DELTA**3, np.cbrt(size) - 4 / 29, size / (3 * DELTA**2))
    f = np.copysign(f, t) + 4 / 29  # the same below black as above it
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def from_lab(lab: Array) -> Array:
    """CIE L*a*b* to Rec. 709 light."""
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1) - 4 / 29
    size = np.abs(f) + 4 / 29
    t = np.where(size > DELTA, size**3, 3 * DELTA**2 * np.abs(f))
    result: Array = np.copysign(t, f) @ np.linalg.inv(TO_XYZ / WHITE[:, None]).T
    return result


def rct(source: Array, target: Array, matte: Array) -> Array:
    """Light with the means and standard deviations of other light in L*a*b*."""
    shares = matte[..., None] / matte.sum()
    moved, wanted = to_lab(source), to_lab(target)
    mean, mean_wanted = (np.sum(each * shares, axis=(0, 1)) for each in (moved, wanted))
    spread = np.sqrt(np.sum((moved - mean) ** 2 * shares, axis=(0, 1)))
    spread_wanted = np.sqrt(np.sum((wanted - mean_wanted) ** 2 * shares, axis=(0, 1)))
    return from_lab((moved - mean) * (spread_wanted / spread) + mean_wanted)


def lct(source: Array, target: Array, matte: Array, root: str = "PCA") -> Array:
    """The mean and covariance of another picture, by roots of the covariances."""
    colours = source.reshape(-1, 3).astype(np.float64)
    mean_s, cov_s = stats(source, matte)
    mean_t, cov_t = stats(target, matte)
    if root == "Cholesky":
        matrix = np.linalg.cholesky(cov_t) @ np.linalg.inv(np.linalg.cholesky(cov_s))
    else:
        values_s, vectors_s = np.linalg.eigh(cov_s)
        values_t, vectors_t = np.linalg.eigh(cov_t)
        root_s = vectors_s @ np.diag(np.sqrt(values_s)) @ vectors_s.T
        root_t = vectors_t @ np.diag(np.sqrt(values_t)) @ vectors_t.T
        matrix = root_t @ np.linalg.inv(root_s)
    result: Array = ((colours - mean_s) @ matrix.T + mean_t).reshape(source.shape)
    return result


def mkl(source: Array, target: Array, matte: Array) -> Array:
    """The Monge-Kantorovich map between two Gaussians."""
    colours = source.reshape(-1, 3).astype(np.float64)
    mean_s, cov_s = stats(source, matte)
    mean_t, cov_t = stats(target, matte)
    values, vectors = np.linalg.eigh(cov_s)
    spread = np.diag(np.sqrt(values))
    inner = spread @ vectors.T @ cov_t @ vectors @ spread
    inner_values, inner_vectors = np.linalg.eigh(inner)
    middle = inner_vectors @ np.diag(np.sqrt(inner_values)) @ inner_vectors.T
    inverse = np.diag(1 / np.diag(spread))
    matrix = vectors @ inverse @ middle @ inverse @ vectors.T
    result: Array = ((colours - mean_s) @ matrix.T + mean_t).reshape(source.shape)
    return result


def stats(picture: Array, matte: Array) -> tuple[Array, Array]:
    """Mean and covariance of a picture's colours."""
    colours, shares = picture.reshape(-1, 3).astype(np.float64), matte.reshape(-1).astype(np.float64)
    shares = shares / shares.sum()
    mean = shares @ colours
    away = colours - mean
    covariance: Array = (away * shares[:, None]).T @ away
    return mean, covariance


def idt(source: Array, target: Array, matte: Array, rotations: Array, bins: int = 256) -> Array:
    """Iterated distribution transfer: three axes at a time matched by histograms, turned anew each time."""
    inside = matte > 0
    weights = matte[inside].astype(np.float64)
    x, y = source[inside].astype(np.float64), target[inside].astype(np.float64)
    for rotation in rotations.astype(np.float64):
        here, there = x @ rotation.T, y @ rotation.T
        moved = np.empty_like(here)
        for axis in range(3):
            low = min(here[:, axis].min(), there[:, axis].min())
            high = max(here[:, axis].max(), there[:, axis].max())
            edges = np.linspace(low, high, bins + 1)
            shares = []
            for places in (here[:, axis], there[:, axis]):
                count, _ = np.histogram(places, bins=bins, range=(low, high), weights=weights)
                count = count + FLOOR / bins * count.sum()
                shares.append(np.concatenate([[0.0], np.cumsum(count)]) / count.sum())
            level = np.interp(here[:, axis], edges, np.interp(shares[0], shares[1], edges))
            moved[:, axis] = level
        x = x + (moved - here) @ rotation
    result = source.astype(np.float64).copy()
    result[inside] = x
    return result


def sot(source: Array, target: Array, matte: Array, directions: Array) -> Array:
    """Sliced optimal transport: along each direction the sorted colours of one go to the sorted ones of the other."""
    inside = matte > 0
    x, y = source[inside].astype(np.float64), target[inside].astype(np.float64)
    for bundle in directions.astype(np.float64):
        advance = np.zeros_like(x)
        for direction in bundle:
            here, there = x @ direction, y @ direction
            order = np.argsort(here)
            way = np.empty_like(here)
            way[order] = np.sort(there) - here[order]
            advance += way[:, None] * direction
        x = x + advance / len(bundle)
    result = source.astype(np.float64).copy()
    result[inside] = x
    return result
