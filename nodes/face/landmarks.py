"""Landmarks."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np

from nodegraph.colour.eight_bit import eight_bit
from nodegraph.data.box import Box
from nodegraph.data.faces import Faces, Points, Rect
from nodegraph.data.image import RGB, Image, Pixels
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Knobs, node
from nodegraph.ml.dlib_models import DlibModels, Eight
from nodegraph.ops.head_pose import head_pose

AROUND = 0.6  # how much of the face's size is looked at beside its box
SEEN = 256.0  # size at which a face is shown to the model, in pixels
SHIFT, ZOOM = 0.04, 0.06  # how far the box is shaken, as a share of its size


def _brings(knobs: Knobs) -> tuple[str, ...]:
    return ("dlib 68 landmarks", "dlib face descriptor") if knobs["identify"] else ("dlib 68 landmarks",)


@node(costly=True, models=_brings)
def landmarks(
    image: Image,
    faces: Faces,
    shot: Shot,
    ctx: Context,
    *,
    refeed: Annotated[int, Knob(1, 32, help="looks at each face, the box shaken a little; their mean is finer")] = 8,
    identify: Annotated[bool, Knob(help="also find out who it is, for Track and for assigning identities")] = True,
    exposure: Annotated[float, Knob(-8, 8, unit="stops", help="brighten what the model sees")] = 0.0,
) -> Faces:
    """Find 68 landmarks of each face to a fraction of a pixel, how its head is turned, and who it is."""
    models = ctx.load("dlib", DlibModels)
    found = []
    for face in faces:
        ctx.check_cancel()
        around = _around(face.box)
        picture, scale = seen(image, shot, around, SEEN / max(1.0, face.box.size), 2.0**exposure)
        box = Rect(
            *((value - start) * scale for value, start in zip(face.box, (around.x0, around.y0) * 2, strict=True))
        )
        looks = np.stack([models.landmarks(picture, shaken) for shaken in shakes(box, refeed)])
        points = looks.mean(axis=0)
        spread = float(np.linalg.norm(looks - points, axis=2).mean() / max(1.0, box.size)) if refeed > 1 else 0.0
        who = models.descriptor(picture, points, box) if identify else None
        placed: Points = points / scale + (around.x0, around.y0)
        found.append(
            replace(
                face,
                points=placed,
                confidence=float(np.exp(-spread / STEADY)),
                pose=head_pose(placed, image.format),
                descriptor=who,
            )
        )
    return Faces(faces.format, tuple(found))


STEADY = 0.02  # looks that differ by so much of a face's size leave a third of the confidence


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
    more = AROUND * box.size
    return Box(
        int(np.floor(box.x0 - more)),
        int(np.floor(box.y0 - more)),
        int(np.ceil(box.x1 + more)),
        int(np.ceil(box.y1 + more)),
    )


def seen(image: Image, shot: Shot, box: Box, scale: float, gain: float) -> tuple[Eight, float]:
    """A part of the picture as the model sees it, enlarged or reduced by a scale; black beyond the edges."""
    import cv2

    names = image.rgb if image.rgb == RGB else (image.main[0],) * 3 if image.main else RGB
    light: Pixels = image.region(box, names)
    size = (max(1, round(box.width * scale)), max(1, round(box.height * scale)))
    light = np.asarray(
        cv2.resize(light, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.float32
    )
    return eight_bit(light, shot, gain), size[0] / box.width
