"""The swap that needs no model: the photograph that looks most the same way, bent onto the plate and lit by it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.buffers import empty
from nodegraph.data.coverage import covered
from nodegraph.data.crop import Crop
from nodegraph.data.faces import BROWS, JAW, Points
from nodegraph.data.identity import Identity, Photo
from nodegraph.data.image import Pixels, frozen
from nodegraph.data.threads import side_by_side, split_rows
from nodegraph.ops.face_light import Kept, PlateLight, broadened, features, light_on, relit
from nodegraph.ops.face_shapes import face_size, filled, hull_of, raised
from nodegraph.ops.face_warp import alike, bent, carried, wanted

# How much farther open, of their width, eyes and mouth are that can hardly be shut by bending, and surely not.
EYES_SHUT, MOUTH_SHUT = (0.05, 0.13), (0.02, 0.08)
EDGE = 3  # pixels beside the matte that filters reach
CLOSE = 8.0  # degrees by which one photograph must look more the same way to be all that is seen


@dataclass(frozen=True)
class Warp:
    """How a photograph is put in."""

    likeness: float = 0.6
    light: float = 1.0
    softness: float = 0.18
    contrast: float = 0.8
    eyes: float = 1.0
    mouth: float = 1.0
    highlights: float = 1.0
    forehead: float = 1.0

    @property
    def lit(self) -> bool:
        """True if anything is taken from the plate's light."""
        return bool(self.light or self.contrast)


def warped(crop: Crop, identity: Identity, settings: Warp, mix: float = 1.0) -> Crop:
    """A crop with somebody's face in it."""
    around = _worked_on(crop)
    part = _part(crop, around)
    new: Pixels = empty(part.plate.shape)
    new[:] = np.float32(1 - mix) * part.pixels if mix != 1 else 0
    for photo, weight in weighed(identity.photos, crop):
        _add(photo, part, settings, weight * mix, new)
    if part is crop:
        return crop.with_pixels(new, identity=identity.name)
    whole = np.array(crop.pixels)
    whole[around.slices(Box(0, 0, crop.size, crop.size))] = new
    return crop.with_pixels(whole, identity=identity.name)


def _worked_on(crop: Crop) -> Box:
    """The square of a crop in which a new face can be seen: all that its matte and the face's hull cover."""
    whole = Box(0, 0, crop.size, crop.size)
    if crop.matte is None:
        return whole
    low, high = np.floor(crop.points.min(axis=0)), np.ceil(crop.points.max(axis=0))
    face = Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).meet(whole)
    box = covered(crop.matte).join(face).grow(EDGE).meet(whole)
    side = max(box.width, box.height)
    x, y = min(box.x0, crop.size - side), min(box.y0, crop.size - side)
    return Box(x, y, x + side, y + side)


def _part(crop: Crop, box: Box) -> Crop:
    """A square of a crop, as a crop of its own."""
    if box == Box(0, 0, crop.size, crop.size):
        return crop
    here = box.slices(Box(0, 0, crop.size, crop.size))
    matrix = np.array([[1.0, 0.0, -box.x0], [0.0, 1.0, -box.y0], [0.0, 0.0, 1.0]]) @ crop.matrix
    matte = None if crop.matte is None else frozen(np.ascontiguousarray(crop.matte[here]))
    plate, pixels = (np.ascontiguousarray(each[here]) for each in (crop.plate, crop.pixels))
    return replace(crop, matrix=matrix, plate=frozen(plate), pixels=frozen(pixels), matte=matte)


def _add(photo: Photo, crop: Crop, settings: Warp, share: float, result: Pixels) -> None:
    """Add a share of one photograph, bent and lit, with those of the plate's features that it cannot act."""
    from nodegraph.ops.warp_swap_kernels import laid_in

    target, plate = crop.points, crop.upright
    kept = Kept(
        settings.eyes,
        settings.mouth,
        # Open eyes cannot be shut, nor teeth hidden, by bending them: then the plate's own are better.
        lids=settings.eyes * _rising(photo.face.eyes - plate.eyes, *EYES_SHUT),
        lips=settings.mouth * _rising(photo.face.mouth - plate.mouth, *MOUTH_SHUT),
    )
    onto = wanted(target, photo.points, settings.likeness * alike(photo.face.pose, crop.face.pose))

    def by_the_plate() -> tuple[PlateLight | None, Pixels, Pixels]:
        """The plate's light, where its own features stay, and where the new face is seen."""
        light = light_on(crop.plate, target, settings.softness, crop.matte) if settings.lit else None
        return light, features(onto, crop.size, kept), below_hair(target, crop.size, settings.forehead)

    face, (light, where, below) = side_by_side(lambda: bent(photo.pixels, photo.points, onto, crop.size), by_the_plate)
    moves = settings.likeness and where.any()
    new, own = side_by_side(
        lambda: face if light is None else relit(face, light, settings.light, settings.contrast),
        lambda: carried(crop.pixels, target, onto, where) if moves else crop.pixels,
    )
    seen = np.ones_like(where) if crop.matte is None else crop.matte
    shine, part = np.float32(settings.highlights), np.float32(share)

    def rows(first: int, end: int) -> None:
        laid_in(new, crop.pixels, crop.plate, seen, shine, own, where, below, part, result, first, end)

    split_rows(rows, crop.size, result.nbytes)


def below_hair(points: Points, size: int, forehead: float) -> Pixels:
    """Where the new face is seen: not above so much of a forehead, for hair begins elsewhere on everybody."""
    top = raised(points, forehead)[BROWS]
    middle = points.mean(axis=0)
    around = middle + 1.6 * (points[JAW] - middle)
    soft = 0.035 * face_size(points)
    return broadened(filled(hull_of(np.concatenate([around[2:-2], top])), size), soft)


def _rising(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))


def weighed(photos: tuple[Photo, ...], crop: Crop) -> list[tuple[Photo, float]]:
    """The photograph that looks most like the plate, and the next one while they are nearly as good."""
    apart = np.array([_apart(photo, crop) for photo in photos])
    order = np.argsort(apart, kind="stable")
    best = int(order[0])
    if len(photos) == 1:
        return [(photos[best], 1.0)]
    second = int(order[1])
    share = 0.5 * max(0.0, 1 - (apart[second] - apart[best]) / CLOSE)
    weights = [(photos[best], 1 - share), (photos[second], share)]
    return [(photo, weight) for photo, weight in weights if weight > 1e-3]


def _apart(photo: Photo, crop: Crop) -> float:
    """How differently two heads look, in degrees; mouth and eyes count as well."""
    one, other = photo.face.pose, crop.face.pose
    turned = np.hypot(one.yaw - other.yaw, one.pitch - other.pitch)
    plate = crop.upright
    mouth = abs(photo.face.mouth - plate.mouth)
    shut = max(0.0, plate.eyes - photo.face.eyes)
    return float(turned + 40 * mouth + 60 * shut)
