"""Detect on small faces: alone they are looked for, beside a large one where that is asked for."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.faces import Face
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.ml.dlib_models import DlibModels
from nodes.face.detect import detect
from nodes.image.face_plate import face_plate

SHOT = Shot(first=1001, last=1024, format=Format(960, 506))


@cache
def plate(frame: int) -> Image:
    return face_plate(Frame(frame), SHOT, Context(), occluder=False).image


def with_a_small_one(large: bool) -> Image:
    """A face of 6 % of the frame's height in a corner, beside a large one or alone on grey."""
    whole = plate(1001).region(Box(0, 0, 960, 506), ("R", "G", "B"))
    pixels = np.full((720, 1280, 3), 0.18, np.float32)
    if large:
        pixels[:506, :960] = whole
    small = cv2.resize(np.ascontiguousarray(whole[40:440, 200:600]), (104, 104), interpolation=cv2.INTER_AREA)
    pixels[560:664, 1120:1224] = small
    return Image.of(pixels, colorspace="ACEScg")


def test_a_small_face_alone_is_found_and_beside_a_large_one_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a large face is seen, nothing is enlarged: that is what costs."""
    seen: list[int] = []
    plain = DlibModels.hog

    def told(self: DlibModels, picture: np.ndarray, *rest: object) -> list[Face]:
        if picture.shape[1] >= 1280:  # the whole picture, not a part where there may be half a face
            seen.append(picture.shape[1])
        return plain(self, picture, *rest)

    monkeypatch.setattr(DlibModels, "hog", told)
    (alone,) = detect(with_a_small_one(False), SHOT, Context())
    assert alone.box.middle[0] > 1120
    assert alone.box.size < 0.1 * 720
    assert seen[0] == 1280
    assert seen[1] == 1280 + 2 * 180  # nobody is seen: with its mirror beyond the frame, where half a face may be
    assert seen[2] > 1.6 * 1280
    seen.clear()
    (large,) = detect(with_a_small_one(True), SHOT, Context())
    assert large.box.size > 0.2 * 720
    assert seen == [1280]
    both = detect(with_a_small_one(True), SHOT, Context(), beside=0.0)
    assert {round(face.box.middle[0]) // 960 for face in both} == {0, 1}
    again = min(both, key=lambda face: face.box.size)
    assert again.box.overlap(alone.box) > 0.5
