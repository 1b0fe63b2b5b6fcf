"""Colours matched place by place: the broad light of another picture, or its colours all along a rim.

Both add a smooth field to a picture and keep its detail. Broad light: Burt and Adelson's low-pass bands, averaged only
where a matte covers (Knutsson and Westin 1993, normalised convolution). Rim: Perez, Gangnet and Blake 2003.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from nodegraph.data.image import Pixels, frozen
from nodegraph.ops.poisson import membrane, rim

LEAST = 1e-4  # coverage below which a place takes what the wider band says
BANDS = 3  # each twice as narrow as the one before


class Gap(NamedTuple):
    """What is missing from a picture to another one, rows x columns x 3, and how far to trust it, 0 to 1."""

    difference: Pixels
    cover: Pixels


def gap(code: Pixels, wanted: Pixels, matte: Pixels | None = None) -> Gap:
    """What a picture lacks to another where a matte covers; broken pixels are not trusted."""
    difference = wanted - code
    cover: Pixels = np.ones(code.shape[:2], np.float32) if matte is None else np.asarray(matte, np.float32)
    broken = ~np.isfinite(difference.sum(axis=-1))
    if broken.any():
        difference[broken] = 0
        cover = np.where(broken, np.float32(0), cover)
    return Gap(difference, cover)


def rim_gap(face: Pixels, plate: Pixels, inside: Pixels, encode: Callable[[Pixels], Pixels]) -> Gap:
    """What light lacks to other light, encoded, on the rim of a shape (where `inside` is above 0) and nowhere else."""
    rows, columns = rim(inside > 0)
    there = gap(encode(face[rows, columns][None]), encode(plate[rows, columns][None]))
    difference, cover = np.zeros_like(face), np.zeros(face.shape[:2], np.float32)
    difference[rows, columns], cover[rows, columns] = there.difference[0], there.cover[0]
    return Gap(difference, cover)


def averaged_gap(many: Sequence[Gap], weights: Sequence[float]) -> Gap:
    """The mean over time, each frame as far as it is to be trusted."""
    if len(many) == 1:
        return many[0]
    total = np.float32(sum(weights))
    cover = np.zeros_like(many[0].cover)
    difference = np.zeros_like(many[0].difference)
    for each, weight in zip(many, weights, strict=True):
        share = each.cover * np.float32(weight)
        cover += share
        difference += each.difference * share[..., None]
    return Gap(frozen(difference / np.maximum(cover, np.float32(1e-12))[..., None]), frozen(cover / total))


def broad(given: Gap, width: float, bands: int = BANDS) -> Pixels:
    """The gap without its detail: band by band from the widest to one `width` (a share of the picture) wide."""
    import cv2

    side = max(given.cover.shape)
    cover = np.ascontiguousarray(given.cover)
    field = np.zeros_like(given.difference)
    for band in reversed(range(bands)):
        sigma = max(0.3, width * side * 2**band)
        near = cv2.GaussianBlur(cover, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        left = (given.difference - field) * cover[..., None]
        mean = cv2.GaussianBlur(np.ascontiguousarray(left), (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        trust = near / (near + np.float32(LEAST))
        field += mean / np.maximum(near, np.float32(1e-12))[..., None] * trust[..., None]
    return field


def along_rim(given: Gap, inside: Pixels) -> Pixels:
    """The smoothest field that closes the gap all along the rim of a shape (where `inside` is above 0)."""
    field = membrane(given.difference, inside > 0)
    return np.asarray(field, np.float32)


def enlarged(field: Pixels, height: int, width: int) -> Pixels:
    """A smooth field at another size."""
    import cv2

    if field.shape[:2] == (height, width):
        return field
    return np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def shrunk(picture: Pixels, side: int) -> Pixels:
    """A picture no more than `side` across, each pixel the mean of what it stands for."""
    import cv2

    height, width = picture.shape[:2]
    if max(height, width) <= side:
        return picture
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
