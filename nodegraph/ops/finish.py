"""Making a new face as sharp, or as soft, as its plate: focus, motion, and what a cheap camera does."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.crop import Crop, moved
from nodegraph.data.image import Pixels

BANDS = (1.0, 2.0)  # sigmas between which sharpness is compared, in pixels of the plate
SOFTEST = 6.0  # the widest blur that is looked for, in pixels of the plate
USUAL = 0.99  # share of the face whose detail counts in full: a glint does not say how sharp the skin is
LEAST_MOTION = 0.5  # pixels of the plate below which nothing is blurred
# In sizes of the face: by how much it may gather speed in a frame, and how far it may go in one that has one neighbour.
MOST_HASTE, MOST_MOTION = 0.25, 1.0


LEAST_BLUR = 0.2  # of a blur that is broader one way than the other: the narrower way, in pixels of the crop
ROUNDS = 3  # of looking how soft the plate is one way, and the other
UPRIGHT = 0.01  # sine of the turn below which a face stands as the plate does
ALIKE = 1e-3  # sides of a pixel that differ by no more than so much are square


class PlatePixel(NamedTuple):
    """A pixel of the plate as it lies in a crop: how wide and how high, in its pixels, and how turned, in radians."""

    across: float
    down: float
    turn: float = 0.0

    @classmethod
    def of(cls, crop: Crop) -> PlatePixel:
        (across, down), way = np.linalg.norm(crop.matrix[:2, :2], axis=0), crop.matrix[:2, 0]
        if abs(across - down) < ALIKE * down:
            return cls(crop.scale, crop.scale)
        return cls(float(across), float(down), float(np.arctan2(way[1], way[0])))

    @property
    def square(self) -> bool:
        return self.across == self.down


SQUARE = PlatePixel(1.0, 1.0)


class Sharpen(Enum):
    """How detail is raised."""

    NONE = "none"
    BOX = "box"
    GAUSSIAN = "Gaussian"
    UNSHARP = "unsharp mask"


def sharpened(
    pixels: Pixels, kind: Sharpen, amount: float, radius: float, threshold: float, plate: PlatePixel = SQUARE
) -> Pixels:
    """Detail raised by an amount: what differs from a blur of some radius, by `threshold` at least (unsharp mask).

    The radius is in pixels of the plate.
    """
    import cv2

    if kind is Sharpen.NONE or amount == 0 or radius <= 0:
        return pixels
    if kind is Sharpen.BOX:
        wide, high = (2 * max(1, round(radius * side)) + 1 for side in plate[:2])
        soft = np.asarray(cv2.blur(pixels, (wide, high), borderType=cv2.BORDER_REPLICATE), np.float32)
    else:
        soft = blurred_as(pixels, radius, radius, plate)
    fine = pixels - soft
    if kind is Sharpen.UNSHARP and threshold > 0:
        fine = fine * np.clip(np.abs(fine) / np.float32(threshold) - 1, 0, 1)
    return np.asarray(pixels + np.float32(amount) * fine, np.float32)


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    """Out of focus."""
    import cv2

    if sigma < 0.05:
        return pixels
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)


def blurred_as(pixels: Pixels, across: float, down: float, plate: PlatePixel) -> Pixels:
    """Out of focus by so many pixels of the plate, across it and down."""
    import cv2

    wide, high = across * plate.across, down * plate.down
    if abs(wide - high) <= 1e-3 * max(wide, high):
        return blurred(pixels, (wide + high) / 2)
    if max(wide, high) < 0.05:
        return pixels
    wide, high = max(wide, LEAST_BLUR), max(high, LEAST_BLUR)
    cos, sin = np.cos(plate.turn), np.sin(plate.turn)
    if abs(sin) < UPRIGHT:
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), wide, None, high, cv2.BORDER_REPLICATE), np.float32)
    reach = int(np.ceil(4 * max(wide, high)))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.exp(-0.5 * (((cos * x + sin * y) / wide) ** 2 + ((cos * y - sin * x) / high) ** 2))
    return np.asarray(cv2.filter2D(pixels, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), np.float32)


def degraded(pixels: Pixels, amount: float) -> Pixels:
    """As if it had been smaller once: 1 leaves a tenth of its pixels' number across."""
    import cv2

    if amount <= 0:
        return pixels
    height, width = pixels.shape[:2]
    scale = 1 / (1 + 9 * amount)
    small = cv2.resize(
        pixels, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def denoised(pixels: Pixels, amount: float) -> Pixels:
    """Grain taken out, edges kept; the picture is on the curve of a screen."""
    import cv2

    if amount <= 0:
        return pixels
    soft = cv2.bilateralFilter(np.ascontiguousarray(pixels), 7, 0.12, 2.0, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(pixels + np.float32(amount) * (soft - pixels), np.float32)


def softness(new: Pixels, like: Pixels, where: Pixels, pixel: float) -> float:
    """The sigma, in pixels, of the blur that leaves a picture as little fine detail as another has.

    `pixel` is how many pixels one of the plate's is; no finer than that is looked. 0 if it is no sharper.
    """
    scale = 1 / max(1.0, pixel)
    grey, other, inside = (_small(each, scale) for each in (new.mean(axis=2), like.mean(axis=2), where))
    like_it = _band(other, pixel * scale)
    most = _usual(like_it, inside)
    wanted = _much(like_it, inside, most)
    if _fine(grey, inside, pixel * scale, most) <= wanted:
        return 0.0
    low, high = 0.0, SOFTEST * pixel * scale
    for _ in range(7):
        middle = (low + high) / 2
        if _fine(blurred(grey, middle), inside, pixel * scale, most) > wanted:
            low = middle
        else:
            high = middle
    return high / scale


def softness_each_way(new: Pixels, like: Pixels, where: Pixels, plate: PlatePixel) -> tuple[float, float]:
    """The same across the plate and down, in pixels of the plate: those of anamorphic plates show less across."""
    if plate.square:
        sigma = softness(new, like, where, plate.across) / plate.across
        return sigma, sigma
    scale = 1 / max(1.0, min(plate.across, plate.down))
    planes = [_upright(each, plate.turn) for each in (new.mean(axis=2), like.mean(axis=2), where)]
    grey, other, inside = (_small(each, scale) for each in planes)
    sides = plate.across * scale, plate.down * scale
    found = [0.0, 0.0]
    for way in (0, 1) * ROUNDS:  # what is blurred one way shows less that is fine the other way, too
        across = 1 - way
        one = _along(grey, found[across] * sides[across], across)
        # Only what is fine this way is looked at, however fine it is the other.
        one, two = (_along(each, BANDS[1] * sides[across], across) for each in (one, other))
        like_it = _band_along(two, sides[way], way)
        most = _usual(like_it, inside)
        wanted = _much(like_it, inside, most)
        low, high = 0.0, SOFTEST
        if _fine_along(one, inside, sides[way], way, most) <= wanted:
            high = 0.0
        for _ in range(7 if high else 0):
            middle = (low + high) / 2
            if _fine_along(_along(one, middle * sides[way], way), inside, sides[way], way, most) > wanted:
                low = middle
            else:
                high = middle
        found[way] = high
    return found[0], found[1]


def _upright(plane: NDArray[Any], turn: float) -> Pixels:
    """A plane turned back about its middle, so that its rows are the plate's."""
    import cv2

    plane = np.asarray(plane, np.float32)
    if abs(np.sin(turn)) < UPRIGHT:
        return plane
    height, width = plane.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), float(np.degrees(turn)), 1.0)
    return np.asarray(
        cv2.warpAffine(plane, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def _along(plane: Pixels, sigma: float, way: int) -> Pixels:
    """Blurred along rows (0) or columns (1)."""
    import cv2

    if sigma < 0.05:
        return plane
    line: Any = cv2.getGaussianKernel(2 * int(np.ceil(4 * sigma)) + 1, sigma)
    one: Any = np.ones(1)
    across, down = (line, one) if way == 0 else (one, line)
    return np.asarray(cv2.sepFilter2D(plane, -1, across, down, borderType=cv2.BORDER_REPLICATE), np.float32)


def _fine_along(grey: Pixels, where: Pixels, pixel: float, way: int, most: float) -> float:
    """How much detail there is between two sizes along rows or columns."""
    return _much(_band_along(grey, pixel, way), where, most)


def _band_along(grey: Pixels, pixel: float, way: int) -> Pixels:
    return _along(grey, BANDS[0] * pixel, way) - _along(grey, BANDS[1] * pixel, way)


def _small(plane: NDArray[Any], scale: float) -> Pixels:
    import cv2

    plane = np.asarray(plane, np.float32)
    if scale > 0.8:
        return plane
    return np.asarray(cv2.resize(plane, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)


def _fine(grey: Pixels, where: Pixels, pixel: float, most: float) -> float:
    """How much detail there is between two sizes, coarser than grain and finer than features."""
    return _much(_band(grey, pixel), where, most)


def _band(grey: Pixels, pixel: float) -> Pixels:
    return blurred(grey, BANDS[0] * pixel) - blurred(grey, BANDS[1] * pixel)


def _usual(band: Pixels, where: Pixels) -> float:
    """The strongest detail there is, but for the few places that are far stronger than all others."""
    inside = np.abs(band[where > 0.5])
    if not len(inside):
        return np.inf
    rank = int(USUAL * (len(inside) - 1))
    return float(np.partition(inside, rank)[rank])


def _much(band: Pixels, where: Pixels, most: float) -> float:
    """The root of the mean square of detail, none of which counts for more than so much."""
    square = band * band
    np.minimum(square, np.float32(most * most), out=square)
    square *= where
    return float(np.sqrt(square.sum() / max(1e-6, float(where.sum()))))


def motion(crop: Crop, before: Crop | None, after: Crop | None) -> tuple[float, float]:
    """How far the face goes in a frame, right and down, in pixels of its crop.

    A cut is no motion: where it came from and where it goes to must agree, or the slower of the two is believed.
    """
    middle = np.full((1, 2), crop.size / 2)
    here = moved(middle, np.linalg.inv(crop.matrix))[0]
    ways = [
        crop.matrix[:2, :2] @ (sign * (moved(middle, np.linalg.inv(other.matrix))[0] - here))
        for other, sign in ((before, -1.0), (after, 1.0))
        if other is not None
    ]
    if not ways:
        return 0.0, 0.0
    size = crop.face_size
    if len(ways) == 2 and np.linalg.norm(ways[1] - ways[0]) > MOST_HASTE * size:
        ways = [min(ways, key=lambda way: float(np.linalg.norm(way)))]
    way = np.mean(ways, axis=0)
    if len(ways) == 1 and np.linalg.norm(way) > MOST_MOTION * size:
        return 0.0, 0.0
    return float(way[0]), float(way[1])


def smeared(pixels: Pixels, way: tuple[float, float], pixel: float) -> Pixels:
    """Blurred along a way of so many pixels, as an open shutter does."""
    import cv2

    length = float(np.hypot(*way))
    if length < LEAST_MOTION * pixel:
        return pixels
    steps = max(2, int(np.ceil(length * 2)))
    side = 2 * int(np.ceil(length / 2)) + 3
    kernel = np.zeros((side, side), np.float32)
    for share in np.linspace(-0.5, 0.5, steps):
        x, y = side // 2 + share * way[0], side // 2 + share * way[1]
        left, top = int(np.floor(x)), int(np.floor(y))
        across, down = x - left, y - top
        kernel[top, left] += (1 - across) * (1 - down)
        kernel[top, left + 1] += across * (1 - down)
        kernel[top + 1, left] += (1 - across) * down
        kernel[top + 1, left + 1] += across * down
    kernel /= kernel.sum()
    return np.asarray(cv2.filter2D(pixels, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)
