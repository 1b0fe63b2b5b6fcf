"""Giving a face the light of its plate: what is broad comes from the plate, what is fine from the new face.

Light is compared on skin alone: eyes, brows, lips and nostrils are dark or red by themselves and not by their light.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.coverage import covered
from nodegraph.data.faces import INNER_LIPS, LEFT_EYE, OUTER_LIPS, RIGHT_EYE, Points
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows
from nodegraph.ops.face_shapes import face_size, filled, hull_of

SMALL = 160  # pixels across at which broad light is worked out
LEAST = 1e-3  # light below which no ratio is taken
CONTRAST = (0.35, 1.3)  # the least and the most that fine light and shade is changed by
SHINE = 0.3  # how far skin shines above its mean at least, as a logarithm
BEYOND = 0.2  # what is left of shine beyond that of the plate: its lamp is not the photograph's
TINT = 0.5  # of the colour of details, as far as contrast is adapted
# The least light that counts, then as logarithms: the darkest level, and the least and the most colour, of a detail.
LIMITS = np.float32(LEAST / 100), np.float32(np.log(1e-6)), np.float32(np.log(0.2)), np.float32(np.log(5.0))
ENOUGH = 6.0  # pixels that show a blur of such a width as well as more would
FAR = 4.0  # sigmas beyond which OpenCV's blur does not reach
MOST = 40.0  # how much brighter or darker a place may become: dark skin under another light is that far from pale


def skin(points: Points, size: int) -> Pixels:
    """Where skin is to be seen in a crop, by its landmarks: 0 to 1."""
    face = filled(hull_of(points), size)
    for feature in (_grown(points[RIGHT_EYE], 1.5), _grown(points[LEFT_EYE], 1.5), _grown(points[OUTER_LIPS], 1.15)):
        face = face * (1 - filled(feature, size))
    for brow in (points[17:22], points[22:27]):
        thick = 0.035 * face_size(points)
        up = _up(points) * thick
        face = face * (1 - filled(np.concatenate([brow + 1.2 * up, (brow - 1.2 * up)[::-1]]), size))
    nostrils = points[31:36]
    down = -_up(points) * 0.03 * face_size(points)
    return np.asarray(face * (1 - filled(np.concatenate([nostrils - down, (nostrils + down)[::-1]]), size)), np.float32)


class PlateLight(NamedTuple):
    """The light on a face in its plate, on few pixels: `broad`, and what there is of skin, `fine`."""

    size: int  # of the crop
    sigma: float
    skin: Pixels
    soft: Pixels  # skin and lips, with soft edges
    inside: NDArray[np.int64]  # which pixels show skin
    broad: Pixels
    fine: Pixels


def light_on(plate: Pixels, points: Points, softness: float, seen: Pixels | None = None) -> PlateLight:
    """The light of a plate. `softness` is how broad, in sizes of the face.

    `seen` is where the plate shows the face and nothing in front of it: a microphone is no shadow.
    """
    import cv2

    size = plate.shape[0]
    small = max(8, round(size * min(1.0, SMALL / size)))
    inner = points * (small / size)
    where = skin(inner, small)
    sigma = max(1.0, softness * face_size(inner))
    like = _reduced(plate, small)
    plain = where if seen is None else where * _reduced(seen, small)
    broad = _broad(like, plain, sigma)
    inside = np.flatnonzero(plain > 0.5)
    lips = filled(_grown(inner[OUTER_LIPS], 1.15), small)
    edge = max(1.0, 0.02 * face_size(inner))
    soft = np.asarray(cv2.GaussianBlur(np.maximum(where, lips), (0, 0), edge), np.float32)
    return PlateLight(size, sigma, where, soft, inside, broad, _fine(like, broad, inside))


def relit(new: Pixels, plate: PlateLight, amount: float, contrast: float) -> Pixels:
    """The new face under the broad light of the plate.

    What remains, skin against its own mean, is brought towards the contrast that the plate's skin has: a face under a
    bare lamp does not go under an overcast sky with all its shine.
    """
    from nodegraph.ops.face_light_kernels import lit_rows

    little = _reduced(new, len(plate.skin))
    mine, theirs, inside = _broad(little, plate.skin, plate.sigma), plate.broad, plate.inside
    power, shine = 1.0, SHINE
    if contrast and len(inside):
        own = _fine(little, mine, inside)
        shine = max(shine, float(np.percentile(plate.fine, 99)))
        power = 1 + contrast * (float(np.clip(np.std(plate.fine) / max(float(np.std(own)), 1e-6), *CONTRAST)) - 1)
    other = np.log(_at(theirs, inside) / _at(mine, inside)) if len(inside) else np.zeros((3, 1))
    unlike = min(1.0, float(np.median(np.ptp(other, axis=0))))  # how differently the two skins are coloured
    powers: Pixels = 1 + np.float32(power - 1) * plate.soft
    ratio: Pixels = np.clip(theirs / mine, 1 / MOST, MOST) ** np.float32(amount)
    mine, ratio, powers, soft = (_enlarged(each, (plate.size,) * 2) for each in (mine, ratio, powers, plate.soft))
    # Dark skin has little blue, so that lips have, for it, very much; pale skin would make them violet.
    shineless = np.float32((1 - BEYOND) * contrast) * soft
    above, tint = np.float32(shine), np.float32(1 - TINT * contrast * unlike)
    new, result = np.ascontiguousarray(new), np.empty(new.shape, np.float32)

    def rows(first: int, end: int) -> None:
        here = slice(first, end)
        lit_rows(new[here], mine[here], ratio[here], powers[here], shineless[here], above, tint, LIMITS, result[here])

    split_rows(rows, plate.size, result.nbytes)
    return result


def _at(pixels: Pixels, places: NDArray[np.int64]) -> Pixels:
    """The colours of some pixels, by their number in the picture: channels x pixels."""
    return np.ascontiguousarray(pixels.reshape(-1, 3).take(places, axis=0).T)


def _fine(light: Pixels, broad: Pixels, places: NDArray[np.int64]) -> Pixels:
    """How much brighter some pixels are than the broad light on them, as logarithms."""
    detail = np.log(np.maximum(_at(light, places), LEAST) / _at(broad, places))
    return np.asarray((detail[0] + detail[1] + detail[2]) / np.float32(3), np.float32)


def _reduced(pixels: Pixels, size: int) -> Pixels:
    import cv2

    if pixels.shape[0] == size:
        return pixels
    return np.asarray(cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA), np.float32)


def _enlarged(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    import cv2

    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _broad(pixels: Pixels, where: Pixels, sigma: float) -> Pixels:
    """The mean light around each place, of what counts; a light that is far brighter than its like counts once."""
    import cv2

    light = np.maximum(pixels, LEAST)
    inside = np.flatnonzero(where > 0.5)
    if len(inside):
        usual = np.median(_at(light, inside), axis=1)
        light = np.minimum(light, 4 * usual).astype(np.float32)
    weight = (where + 1e-4).astype(np.float32)[..., None]
    size = len(light)
    both = np.empty((size, size, 4), np.float32)
    np.multiply(np.log(light), weight, out=both[..., :3])
    both[..., 3:] = weight
    less = max(1, round(size / max(1, int(sigma / ENOUGH))))
    factor = size / less
    # Beyond the crop nothing is known: there the weight is nothing.
    done = cv2.GaussianBlur(_reduced(both, less), (0, 0), _narrower(sigma, factor), borderType=cv2.BORDER_CONSTANT)
    soft: Pixels = np.asarray(done, np.float32)
    return np.asarray(np.exp(_enlarged(soft[..., :3] / soft[..., 3:], (size, size))), np.float32)


def _narrower(sigma: float, factor: float) -> float:
    """The width of a blur on pixels of which each is the mean of some: that is a little blur already."""
    return math.sqrt(sigma**2 - (factor**2 - 1) / 12) / factor


def broadened(matte: Pixels, sigma: float) -> Pixels:
    """A matte through a Gaussian blur; a wide one is done on fewer pixels, for it has nothing that they do not hold."""
    import cv2

    height, width = matte.shape
    factor = max(1, min(int(sigma / ENOUGH), min(height, width) // 16))
    if factor == 1:
        frame = Box(0, 0, width, height)
        part = covered(matte).grow(math.ceil(FAR * sigma) + 2).meet(frame).slices(frame)
        result = np.zeros((height, width), np.float32)
        if matte[part].size:
            result[part] = cv2.GaussianBlur(matte[part], (0, 0), sigma)
        return result
    small = cv2.resize(matte, (-(-width // factor), -(-height // factor)), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), _narrower(sigma, factor))
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


class Kept(NamedTuple):
    """How much of the plate's own features stays, 0 to 1: what lies between lids and lips, and all of lids and lips."""

    eyes: float
    mouth: float
    lids: float = 0.0
    lips: float = 0.0


def features(points: Points, size: int, kept: Kept) -> Pixels:
    """Where the plate's own features stay, with soft edges."""
    face = face_size(points)
    fine = np.zeros((size, size), np.float32)
    if kept.eyes:
        for eye in (points[RIGHT_EYE], points[LEFT_EYE]):
            fine = np.maximum(fine, kept.eyes * filled(eye, size))
    if kept.mouth:
        lips = points[INNER_LIPS]
        gap = np.linalg.norm(lips[[1, 2, 3]] - lips[[7, 6, 5]], axis=1).mean() / max(
            1e-6, np.linalg.norm(points[54] - points[48])
        )
        open_ = float(np.clip((gap - 0.04) / 0.08, 0, 1))  # a closed mouth has no inside
        fine = np.maximum(fine, kept.mouth * open_ * filled(lips, size))
    fine = broadened(fine, max(0.3, 0.008 * face))
    if not kept.lids and not kept.lips:
        return fine
    broad = np.zeros((size, size), np.float32)
    for feature, amount, grown in (
        (points[RIGHT_EYE], kept.lids, 1.5),
        (points[LEFT_EYE], kept.lids, 1.5),
        (points[OUTER_LIPS], kept.lips, 1.3),
    ):
        broad = np.maximum(broad, amount * filled(_round(_grown(feature, grown), 0.03 * face), size))
    return np.maximum(fine, broadened(broad, max(0.5, 0.022 * face)))


def _round(points: Points, more: float) -> Points:
    """An outline that stands off by so much: lids that are shut have no height of their own."""
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = more * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return hull_of((points[:, None] + ring[None]).reshape(-1, 2))


def _grown(points: Points, factor: float) -> Points:
    middle = points.mean(axis=0)
    result: Points = middle + (points - middle) * factor
    return result


def _up(points: Points) -> Points:
    way = points[27] - points[33]
    result: Points = way / max(1e-6, float(np.linalg.norm(way)))
    return result
