"""Landmarks."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, NamedTuple

import numpy as np

from nodegraph.colour.eight_bit import eight_bit
from nodegraph.data.anamorphic import Stretch
from nodegraph.data.box import Box
from nodegraph.data.faces import Face, Faces, Points, Rect
from nodegraph.data.image import Image
from nodegraph.data.model import Model
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Knobs, node
from nodegraph.ml.dlib_models import DlibModels, Eight
from nodegraph.ml.landmark_models import LandmarkModel, View, mean_and_spread, shaken
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ops.black_and_white import refuse_unless_shown
from nodegraph.ops.head_pose import head_pose
from nodegraph.ops.looked_at import looked_at

AROUND = 0.6  # how much of the face's size is looked at beside its box
SEEN = 256.0  # size at which a face is shown to dlib, in pixels
SHIFT, ZOOM = 0.04, 0.06  # how far the box is shaken for dlib, as a share of its size
STEADY = 0.02  # looks that differ by so much of a face's size leave a third of the confidence
FIRST = 5  # looks that settle how it stands
NEAR = 0.9  # overlap of boxes that are as good as one
STRAYED = 0.5  # overlap with the box that was found, at which looks have lost a face that the frame cuts off
SOFT, FAR = 0.08, 0.1  # beyond the frame: how far out of focus, from where on, as shares of the face's size
UP = 0.1  # dlib's box is as large as the landmarks are high, and its middle so much above theirs
LARGEST = 8.0  # a face is enlarged no more than so much


class Plate(NamedTuple):
    """The picture, and how it is shown to models. Places on it are in square pixels, whatever its own are like."""

    image: Image
    shot: Shot
    gain: float


def _brings(knobs: Knobs, wired: frozenset[str]) -> tuple[str, ...]:
    """dlib's landmarks, unless a model is wired, and its descriptor."""
    marks = () if "model" in wired else ("dlib 68 landmarks",)
    return (*marks, "dlib face descriptor") if knobs["identify"] else marks


@node(costly=True, models=_brings, revision=1)
def landmarks(
    image: Image,
    faces: Faces,
    shot: Shot,
    ctx: Context,
    model: Model | None = None,
    *,
    refeed: Annotated[int, Knob(1, 32, help="looks at each face, the box shaken a little; their mean is finer")] = 8,
    identify: Annotated[bool, Knob(help="also find out who it is, for Track and for assigning identities")] = True,
    exposure: Annotated[float, Knob(-8, 8, unit="stops", help="brighten what the model sees")] = 0.0,
) -> Faces:
    """Find 68 landmarks of each face to a fraction of a pixel, how its head is turned, and who it is.

    dlib finds them, or the model that is wired: FaceMesh, 2DFAN and other files of 98, 106 or 68 points, whose points
    become the same 68. The first looks tell how the face stands, the others are at the upright face and their mean is
    taken. The confidence is the model's own, if it tells one, less how far its looks differ.
    """
    if len(faces):
        refuse_unless_shown(image, "Landmarks")
    plate, stretch = Plate(image, shot, 2.0**exposure), Stretch.square(image.format)
    dlib = ctx.load("dlib", DlibModels) if model is None or identify else None
    network = _network(ctx, model) if model is not None else None
    found = []
    for face in stretch.faces(faces):
        ctx.check_cancel()
        if network is not None:
            points, spread, sure = by_network(plate, face, network, refeed)
        elif dlib is not None:
            points, spread = by_dlib(plate, face, dlib, refeed)
            sure = 1.0
        found.append(
            replace(
                face,
                points=points,
                confidence=sure * float(np.exp(-spread / STEADY)),
                pose=head_pose(points, stretch.form),
                descriptor=who(plate, face, points, dlib) if dlib is not None and identify else None,
            )
        )
    return Stretch.squeezed(image.format).faces(Faces(faces.format, tuple(found)))


def _network(ctx: Context, model: Model) -> LandmarkModel:
    path = model.path
    file = ctx.load(("onnx", path), lambda: OnnxFile(path))
    return ctx.load(("landmarks", path), lambda: LandmarkModel(file))


def by_network(plate: Plate, face: Face, network: LandmarkModel, refeed: int) -> tuple[Points, float, float]:
    """Landmarks by a network: 68 points on the plate, how far the looks differ, and how sure it is."""
    there, side = Stretch.square(plate.image.format).box(plate.image.data), face.box.size

    def around(view: View) -> Part:
        part = part_of(plate, view, network.size)
        return part if there.covers(part.box) else part.mirrored(there, side)

    view = network.first(face.box, face.angle)
    part = around(view)
    for _ in range(SETTLES):  # where the detector's box was is forgotten
        before, view = view, network.again(_look(part, view, network)[0])
        if view.near(before):
            break
        part = part if part.shows(view) else around(view)
    part = around(view)
    looks = [_look(part, each, network) for each in shaken(view, refeed)]
    points, spread = mean_and_spread([network.to_68(points) for points, _ in looks])
    return points, spread, float(np.mean([sure for _, sure in looks]))


def _look(part: Part, view: View, network: LandmarkModel) -> tuple[Points, float]:
    marks = network.look(part.square(view, network.size))
    return view.back(marks.points, network.size), marks.sure


SETTLES = 3


def by_dlib(plate: Plate, face: Face, models: DlibModels, refeed: int) -> tuple[Points, float]:
    """Landmarks by dlib: 68 points on the plate, and how far the looks differ.

    A detector's box jumps in steps. So the first looks say where the face is, the median of them since one may be
    astray, and the others are at a box around what they saw. Of a face that the frame cuts off half is guessed.
    """
    size = max(1.0, face.box.size)
    side = (1 + 2 * AROUND) * size
    pixels = max(1, round(side * min(SEEN / size, LARGEST)))
    view = View(*face.box.middle, side, face.angle)
    there = Stretch.square(plate.image.format).box(plate.image.data)
    part = part_of(plate, view, pixels)
    cut = not there.covers(part.box)
    picture = (part.mirrored(there, size) if cut else part).square(view, pixels)
    half = pixels / (1 + 2 * AROUND) / 2
    found = box = Rect(pixels / 2 - half, pixels / 2 - half, pixels / 2 + half, pixels / 2 + half)
    for _ in range(SETTLES):
        before, first = box, [models.landmarks(picture, each) for each in shakes(box, FIRST)]
        box = _framed(np.median(first, axis=0))
        if cut and box.overlap(found) < STRAYED:
            box = found
            break
        if box.overlap(before) > NEAR:
            break
    looks = [view.back(models.landmarks(picture, each), pixels) for each in shakes(box, refeed)]
    return mean_and_spread(looks)


def _framed(points: Points) -> Rect:
    """The box that dlib's detector would give to these landmarks, measured on 15 pictures of three people."""
    low, high = points.min(axis=0), points.max(axis=0)
    half = (high[1] - low[1]) / 2
    x, y = (low + high) / 2 - (0, 2 * UP * half)
    return Rect(x - half, y - half, x + half, y + half)


def who(plate: Plate, face: Face, points: Points, models: DlibModels) -> Points:
    """dlib's description of whose face it is: its landmarks say how it stands."""
    around = _around(face.box)
    picture, scale = seen(plate, around, SEEN / max(1.0, face.box.size))
    return models.descriptor(picture, (points - (around.x0, around.y0)) * scale, _within(face.box, around, scale))


def shakes(box: Rect, count: int) -> list[Rect]:
    """The box, and so many less one that are shifted and sized a little, evenly and always the same."""
    boxes = [box]
    for k in range(1, count):
        turn = 2 * np.pi * k * 0.618033988749895  # the golden section spreads any number of them evenly
        far = np.sqrt(k / count)
        dx, dy = SHIFT * box.size * far * np.cos(turn), SHIFT * box.size * far * np.sin(turn)
        grow = ZOOM * box.size / 2 * (1 if k % 2 else -1) * far
        boxes.append(Rect(box.x0 + dx - grow, box.y0 + dy - grow, box.x1 + dx + grow, box.y1 + dy + grow))
    return boxes


def _around(box: Rect) -> Box:
    x0, y0, x1, y1 = box.grown(AROUND)
    return Box(math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1))


def _within(box: Rect, around: Box, scale: float) -> Rect:
    return Rect(*((value - start) * scale for value, start in zip(box, (around.x0, around.y0) * 2, strict=True)))


def seen(plate: Plate, box: Box, scale: float) -> tuple[Eight, float]:
    """A part of the picture as a model sees it, enlarged or reduced by a scale; black beyond the edges."""
    light = looked_at(plate.image, box, scale)
    return eight_bit(light, plate.shot, plate.gain), light.shape[1] / box.width


class Part(NamedTuple):
    """A part of the plate as a model sees it."""

    picture: Eight
    box: Box

    def shows(self, view: View) -> bool:
        """True if all of a view lies in it."""
        return self.box.covers(_bounds(view))

    def mirrored(self, there: Box, side: float) -> Part:
        """With the plate mirrored where it ends, out of focus further off: models lose a face that blackness cuts.

        The face is so large, in pixels of the plate.
        """
        import cv2

        height, width = self.picture.shape[:2]
        sizes = width / self.box.width, height / self.box.height
        inside = there.meet(self.box).move(-self.box.x0, -self.box.y0)
        x0, y0 = (math.ceil(at * by) for at, by in zip(inside[:2], sizes, strict=True))
        x1, y1 = (math.floor(at * by) for at, by in zip(inside[2:], sizes, strict=True))
        if x1 <= x0 or y1 <= y0:
            return self
        sides = (y0, height - y1), (x0, width - x1)
        known = np.pad(np.ones((y1 - y0, x1 - x0), np.uint8), sides)
        sharp = np.pad(self.picture[y0:y1, x0:x1], (*sides, (0, 0)), mode="symmetric")
        face = max(1.0, side * sizes[1])
        soft = cv2.GaussianBlur(sharp, (0, 0), SOFT * face)
        off = np.clip(cv2.distanceTransform(1 - known, cv2.DIST_L2, 5) / (FAR * face), 0, 1)[..., None]
        return self._replace(picture=np.asarray(sharp + off * (soft.astype(np.float32) - sharp), np.uint8))

    def square(self, view: View, size: int) -> Eight:
        """A square of it, turned upright, so many pixels large."""
        import cv2

        x, y = self.picture.shape[1] / self.box.width, self.picture.shape[0] / self.box.height
        back = np.linalg.inv(np.vstack([view.matrix(size), (0, 0, 1)]))  # from the square to the plate, between pixels
        place = np.array([[x, 0, -self.box.x0 * x - 0.5], [0, y, -self.box.y0 * y - 0.5], [0, 0, 1]])
        middle = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # cv2 counts from the middle of the first pixel
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        return np.asarray(
            cv2.warpAffine(self.picture, (place @ back @ middle)[:2], (size, size), flags=flags), np.uint8
        )


def part_of(plate: Plate, view: View, size: int) -> Part:
    """What lies around a view, as large as it is shown in so many pixels; black beyond the edges."""
    box = _bounds(view.moved(0, 0, 1 + SPARE))
    return Part(seen(plate, box, min(1.0, size / max(1.0, view.side)))[0], box)


SPARE = 0.15  # more than a view is shaken


def _bounds(view: View) -> Box:
    reach = view.side / 2 * (abs(np.cos(np.radians(view.roll))) + abs(np.sin(np.radians(view.roll)))) + 2
    low, high = (view.x - reach, view.y - reach), (view.x + reach, view.y + reach)
    return Box(*(int(np.floor(value)) for value in low), *(int(np.ceil(value)) for value in high))
