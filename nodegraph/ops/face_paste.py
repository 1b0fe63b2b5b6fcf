"""Putting a crop back into its plate: only the box that its matte covers is touched, and nothing outside the matte."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.buffers import empty
from nodegraph.data.coverage import covered
from nodegraph.data.crop import Crop, Matrix, moved
from nodegraph.data.image import RGB, Image, Pixels, frozen
from nodegraph.data.threads import cores, split_rows
from nodegraph.ops.black_and_white import grey_of, light, luminance
from nodegraph.ops.face_blend import Encode, multiband, poisson, reached
from nodegraph.ops.face_sampling import laid, mended, reach
from nodegraph.ops.mask_edges import faded
from nodegraph.ops.poisson import Ends
from nodegraph.ops.resample import RADIUS, Filter, footprint, phases

# The comp with grain on what is pasted, given the plate, the comp, how much of each pixel is pasted, and their box.
Grain = Callable[[Pixels, Pixels, Pixels, Box], Pixels]


class Blend(Enum):
    """How the face goes into the plate."""

    OVER = "over"
    MULTIBAND = "multi-band"
    POISSON = "Poisson"


def matte_of(crop: Crop) -> Pixels:
    """The crop's matte, or all of it, faded at the edges: never a hard rim."""
    return crop.matte if crop.matte is not None else faded(np.ones((crop.size, crop.size), np.float32))


def box_of(crop: Crop, matte: Pixels, data: Box) -> Box:
    """The rectangle of the plate that the matte reaches."""
    part = covered(matte)
    if part.empty:
        return part
    corners = np.array([[part.x0, part.y0], [part.x1, part.y0], [part.x0, part.y1], [part.x1, part.y1]], np.float64)
    there = moved(corners, np.linalg.inv(crop.matrix))
    low, high = np.floor(there.min(axis=0)) - 1, np.ceil(there.max(axis=0)) + 1
    return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).meet(data)


def placed(crop: Crop, pixels: Pixels, matte: Pixels, box: Box, filter: Filter) -> Pixels:
    """Colour and matte of a crop as they lie in a box of the plate: rows x columns x RGBA, not premultiplied."""
    import cv2

    whole = Box(0, 0, crop.size, crop.size)
    part = reach(np.linalg.inv(crop.matrix), box, filter).meet(whole)
    rows, columns = part.slices(whole)
    source = empty((part.height, part.width, 4))
    if not part.empty:
        cv2.mixChannels([pixels[rows, columns], matte[rows, columns]], [source], [0, 0, 1, 1, 2, 2, 3, 3])
    back: Matrix = np.linalg.inv(crop.matrix)
    return laid(source, part, back, box, filter)


@dataclass(frozen=True)
class Joint:
    """How a face goes into its plate: the filter it goes through, the way it is blended, and what of it stays."""

    filter: Filter = Filter.CUBIC
    blend: Blend = Blend.OVER
    bands: int = 5
    detail: float = 0.0
    mix: float = 1.0
    weights: tuple[float, ...] = ()  # how red, green and blue count on a black and white plate

    @property
    def plain(self) -> bool:
        """True if the face is laid over as it is."""
        return self.blend is Blend.OVER and not self.detail and self.filter is not Filter.IMPULSE


def within(crop: Crop, box: Box) -> NDArray[np.bool_]:
    """Which pixels of a box of the plate the crop shows."""
    x, y = np.meshgrid(np.arange(box.x0, box.x1) + 0.5, np.arange(box.y0, box.y1) + 0.5)
    there = moved(np.stack([x, y], axis=-1), crop.matrix)
    return np.asarray(((there > 2) & (there < crop.size - 2)).all(axis=-1))


def joined(image: Image, crop: Crop, joint: Joint, encode: Encode, decode: Encode, grain: Grain | None = None) -> Image:
    """The face in the plate. Where nothing of it shows the plate keeps its very bits."""
    from nodegraph.ops.face_paste_kernels import blended

    matte = matte_of(crop)
    box = box_of(crop, matte, image.data)
    if box.empty or joint.mix == 0:
        return image
    if joint.blend is Blend.MULTIBAND:
        far = 1 << joint.bands
        box = box.grow(math.ceil(far / image.format.pixel_aspect), far).meet(crop.box()).meet(image.data)
    below = light(image, box)
    if joint.plain and grain is None:
        return _patched(image, box, _over(crop, matte, below, box, joint), joint)
    face = placed(crop, crop.pixels, matte, box, joint.filter)
    pasted = np.clip(face[..., 3], 0, 1) * np.float32(joint.mix)  # a blend reaches farther, but with the plate's grain
    if joint.blend is not Blend.OVER:
        whole = mended(below)
        shown = np.where(within(crop, box)[..., None], face[..., :3], whole)
        face = np.concatenate([shown, face[..., 3:]], axis=2)
        ends, aspect = ends_of(box, image.data), image.format.pixel_aspect
        face = _blended(face, whole, joint, ends, aspect, encode, decode)
    plate = placed(crop, crop.plate, matte, box, joint.filter) if joint.detail else face
    result = empty(below.shape)
    split_rows(
        lambda first, end: blended(below, face, plate, joint.mix, joint.detail, result, first, end),
        box.height,
        result.nbytes,
    )
    if grain is not None:
        result = np.where(pasted[..., None] > 0, grain(below, result, pasted, box), result)
    return _patched(image, box, result, joint)


def _patched(image: Image, box: Box, pixels: Pixels, joint: Joint) -> Image:
    """The plate with a box of it replaced, in its own channels."""
    name = grey_of(image)
    if name:
        return image.patched(box, luminance(pixels, joint.weights), (name,))
    return image.patched(box, frozen(pixels), RGB)


def _over(crop: Crop, matte: Pixels, below: Pixels, box: Box, joint: Joint) -> Pixels:
    """A box of the plate with the face over it, looked for only where the filter sees any of its matte."""
    import cv2

    from nodegraph.ops.face_paste_kernels import laid_over

    spans = footprint(crop.matrix)
    (across, tx), (down, ty) = (phases(joint.filter, span) for span in spans)
    radius = RADIUS[joint.filter]
    more = max(tx, ty) + 1
    whole, window = Box(0, 0, crop.size, crop.size), covered(matte).grow(more)
    part = window.meet(whole)
    rows, columns = part.slices(whole)
    pixels, shown = crop.pixels[rows, columns], matte[rows, columns]
    source = empty((part.height, part.width, 4))

    def beside(first: int, end: int) -> None:
        here = slice(first, end)
        cv2.mixChannels([pixels[here], shown[here]], [source[here]], [0, 0, 1, 1, 2, 2, 3, 3])

    split_rows(beside, part.height, source.nbytes)
    seen = (shown > 0).view(np.uint8)
    sides = part.y0 - window.y0, window.y1 - part.y1, part.x0 - window.x0, window.x1 - part.x1
    if any(sides):
        black = (0.0, 0.0, 0.0, 0.0)
        source = np.asarray(cv2.copyMakeBorder(source, *sides, cv2.BORDER_CONSTANT, value=black), np.float32)
        seen = np.asarray(cv2.copyMakeBorder(seen, *sides, cv2.BORDER_CONSTANT, value=black), np.uint8)
    near = cv2.dilate(seen, np.ones((2 * (more // 2) + 1,) * 2, np.uint8))
    to_crop = crop.matrix @ np.array([[1, 0, box.x0], [0, 1, box.y0], [0, 0, 1]], np.float64)
    inverse = np.array([[1, 0, -window.x0], [0, 1, -window.y0], [0, 0, 1]], np.float64) @ to_crop
    taps, far = (tx, ty), (radius * spans[0], radius * spans[1])
    result, mix = empty(below.shape), np.float32(joint.mix)
    if below.strides[1:] != result.strides[1:]:
        below = np.ascontiguousarray(below)
    every = cores()  # rows in turns: a forehead is wider than a chin

    def share(first: int, end: int) -> None:
        for row in range(first, end):
            laid_over(source, near, below, inverse, across, down, taps, far, mix, result, row, every)

    split_rows(share, every, result.nbytes)
    return result


def ends_of(box: Box, data: Box) -> Ends:
    """At which sides of a box the plate ends."""
    return Ends(box.y0 <= data.y0, box.y1 >= data.y1, box.x0 <= data.x0, box.x1 >= data.x1)


def _blended(
    face: Pixels, below: Pixels, joint: Joint, ends: Ends, aspect: float, encode: Encode, decode: Encode
) -> Pixels:
    """The face as a blend wants it, with the matte that it is then laid over with."""
    colour, matte = np.ascontiguousarray(face[..., :3]), np.clip(face[..., 3], 0, 1)
    if joint.blend is Blend.POISSON:
        shifted = poisson(colour, below, matte, ends, encode, decode, aspect)
        return np.concatenate([shifted, face[..., 3:]], axis=2)
    mixed = multiband(colour, below, matte, joint.bands, encode, decode, aspect)
    return np.concatenate([mixed, reached(matte, joint.bands, ends, aspect)[..., None]], axis=2)
