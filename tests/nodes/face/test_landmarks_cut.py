"""Landmarks of faces that the frame cuts off: what is seen of them is found where it is."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.faces import Face, Faces, Rect
from nodegraph.data.image import RGB, Image, frozen
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import truth_at
from nodegraph.ops.portrait_pose import Moves
from nodes.face.landmarks import landmarks
from nodes.image.face_plate import face_plate

SHOT = Shot(first=1001, last=1024, format=Format(960, 540))
FRAME = 1001
CONTEXT = Context()


@pytest.mark.parametrize("cut", [(0, 0, 0, 0.25), (0, 0, 0, 0.4), (0.4, 0, 0, 0), (0, 0, 0.15, 0.15), (0, 0, 0.4, 0)])
def test_a_face_cut_off_is_found_where_it_is(cut: tuple[float, float, float, float]) -> None:
    """Left, top, right and bottom of the face are beyond the frame, by so much of its size; the truth is known."""
    whole = face_plate(Frame(FRAME), SHOT, CONTEXT, occluder=False).image
    true = truth_at(make_figure(), FRAME, 960, 540, Moves(), Light(occluder=False)).landmarks
    low, high = true.min(axis=0), true.max(axis=0)
    wide, tall = high - low
    data = SHOT.format.box
    x0 = int(low[0] + cut[0] * wide) if cut[0] else data.x0
    x1 = int(high[0] - cut[2] * wide) if cut[2] else data.x1
    y1 = int(high[1] - cut[3] * tall) if cut[3] else data.y1
    kept = Box(x0, data.y0, x1, y1)
    pixels = frozen(np.ascontiguousarray(whole.region(kept, RGB)))
    image = Image.of(pixels, format=Format(kept.width, kept.height), colorspace=whole.colorspace)
    middle, half = (low + high) / 2 - (x0, 0.1 * tall), tall / 2
    box = Rect(middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)
    (face,) = landmarks(image, Faces(image.format, (Face(box, 1.0),)), SHOT, CONTEXT, identify=False)
    seen = ((true >= (x0, 0)) & (true < (x1, y1))).all(axis=1)
    seen[:17] = False  # the jaw's points slide along the jaw
    error = np.linalg.norm(face.points - (true - (x0, 0)), axis=1)[seen] / tall
    assert seen.sum() > 15
    assert error.mean() < 0.05
    assert error.max() < 0.14
