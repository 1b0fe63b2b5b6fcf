"""Detect."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import Annotated

import numpy as np

from nodegraph.colour.eight_bit import eight_bit
from nodegraph.data.faces import Face, Faces, Rect
from nodegraph.data.image import RGB, Image, Pixels
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob, Vec
from nodegraph.graph.node import node
from nodegraph.ml.dlib_models import DlibModels, Eight
from nodegraph.ops.turned import QUARTERS, turned, turned_back


class Detector(Enum):
    """Who looks for faces."""

    HOG = "dlib HOG"
    CNN = "dlib CNN"
    BOTH = "both"


SAME = 0.4  # overlap from which two boxes are one face


@node(costly=True)
def detect(
    image: Image,
    shot: Shot,
    ctx: Context,
    *,
    detector: Annotated[
        Detector, Knob(help="HOG is fast and looks into faces; CNN finds profiles, slowly")
    ] = Detector.HOG,
    proxy: Annotated[int, Knob(320, 4096, unit="px", help="width of the picture that is searched")] = 1280,
    min_score: Annotated[float, Knob(-1, 4, help="how sure it must be")] = 0.0,
    min_size: Annotated[float, Knob(0, 1, help="smallest face, as a share of the frame's height")] = 0.06,
    turns: Annotated[bool, Knob(help="look for faces that lie on their side or upside down, too")] = False,
    exposure: Annotated[float, Knob(-8, 8, unit="stops", help="brighten what the detector sees")] = 0.0,
    box: Annotated[
        Vec, Knob(-100, 100000, unit="px", soft=True, help="left, top, right, bottom: a face by hand")
    ] = Vec((0.0, 0.0, 0.0, 0.0)),
) -> Faces:
    """Find faces: where they are and how sure it is; landmarks come after.

    The search is on a smaller picture; faces that would be too small there are searched at a higher size. A box by
    hand, keyframed if need be, is taken instead of any search.
    """
    if box[2] > box[0] and box[3] > box[1]:
        return Faces(image.format, (Face(Rect(*box), 1.0),))
    models = ctx.load("dlib", DlibModels)
    smallest = min_size * image.format.height
    picture, scale = shown(image, shot, proxy, 2.0**exposure)
    upsample = 1 if smallest * scale < SMALLEST else 0  # dlib's detectors know faces of some 80 pixels and more
    found: list[Face] = []
    for quarter in QUARTERS if turns else QUARTERS[:1]:
        seen = turned(picture, quarter)
        faces = []
        if detector is not Detector.CNN:
            faces += models.hog(seen, upsample, min_score)
        if detector is not Detector.HOG:
            faces += models.cnn(seen, upsample, max(min_score, 0.0))
        for face in faces:
            upright = turned_back(face.box, quarter, picture.shape[1], picture.shape[0])
            found.append(replace(face, box=upright, angle=float(quarter)))
        ctx.check_cancel()
    data = image.data
    whole = (
        replace(
            face,
            box=Rect(*(value / scale + origin for value, origin in zip(face.box, (data.x0, data.y0) * 2, strict=True))),
        )
        for face in found
    )
    large = [face for face in whole if face.box.size >= smallest]
    return Faces(image.format, tuple(once(large)))


SMALLEST = 80.0


def shown(image: Image, shot: Shot, width: int, gain: float) -> tuple[Eight, float]:
    """The picture as the detector sees it, and how much smaller it is."""
    import cv2

    if image.rgb != RGB or image.data.empty:
        return np.zeros((1, 1, 3), np.uint8), 1.0
    light: Pixels = image.region(image.data, RGB)
    scale = min(1.0, width / image.data.width)
    if scale < 1.0:
        size = (max(1, round(image.data.width * scale)), max(1, round(image.data.height * scale)))
        light = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.float32)
    return eight_bit(light, shot, gain), scale


def once(faces: list[Face]) -> list[Face]:
    """Each face once, the surest sight of it first."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda each: -each.score):
        if all(face.box.overlap(other.box) < SAME for other in kept):
            kept.append(face)
    return kept
