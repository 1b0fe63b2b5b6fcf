"""Detect on faces that the frame's edge cuts off: found as far as they are seen, and nothing else for it."""

from __future__ import annotations

from functools import cache

import dlib
import numpy as np
import pytest
import skimage.data

from nodegraph.data.box import Box, Format
from nodegraph.data.faces import Face, Rect
from nodegraph.data.image import Image, frozen
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodegraph.ml.dlib_models import DlibModels, Eight
from nodegraph.ml.face_search import mirrored
from nodes.face.detect import detect

SHOT = Shot(first=1, last=1, format=Format(512, 512))
CONTEXT = Context()
SIDES = {"left": (0, 1), "top": (1, 1), "right": (2, -1), "bottom": (3, -1)}


def by_dlib(picture: Eight) -> list[Rect]:
    """What dlib itself finds in a picture."""
    boxes = dlib.get_frontal_face_detector()(np.ascontiguousarray(picture), 0)
    return [Rect(box.left(), box.top(), box.right() + 1, box.bottom() + 1) for box in boxes]


@cache
def portrait() -> tuple[Eight, Rect]:
    """A photograph, and the face on it as dlib frames it where all of it is seen."""
    picture: Eight = skimage.data.astronaut()
    return picture, max(by_dlib(picture), key=lambda box: 250 < box.middle[0] + box.middle[1] < 400)


def cut(side: str, share: float) -> tuple[Eight, Rect]:
    """The photograph without what lies beyond an edge through the face, and where the whole face would be."""
    picture, face = portrait()
    box = [0, 0, picture.shape[1], picture.shape[0]]
    at, sign = SIDES[side]
    box[at] = round(face[at] + sign * share * face.size)
    kept = Box(*box)
    part = np.ascontiguousarray(picture[kept.y0 : kept.y1, kept.x0 : kept.x1])
    return part, Rect(face.x0 - kept.x0, face.y0 - kept.y0, face.x1 - kept.x0, face.y1 - kept.y0)


def image(picture: Eight) -> Image:
    light = (picture / np.float32(255)) ** np.float32(2.2)
    return Image.of(frozen(np.ascontiguousarray(light, np.float32)), colorspace="ACEScg")


def found(picture: Eight) -> tuple[Face, ...]:
    return detect(image(picture), SHOT, CONTEXT, min_size=0.1).faces


@pytest.mark.parametrize(
    ("side", "share"),
    [("left", 0.5), ("left", 0.6), ("right", 0.4), ("right", 0.5), ("bottom", 0.4)],
)
def test_a_face_that_the_frame_cuts_off_is_found(side: str, share: float) -> None:
    picture, face = cut(side, share)
    assert not by_dlib(picture)
    (seen,) = found(picture)
    assert seen.box.overlap(face) > 0.5
    assert np.linalg.norm(np.subtract(seen.box.middle, face.middle)) < 0.15 * face.size


def test_who_is_half_seen_is_less_sure() -> None:
    (whole,), (half,) = (found(cut("left", share)[0]) for share in (-0.15, 0.5))
    assert whole.score > 1.5 * half.score


@pytest.mark.parametrize("side", list(SIDES))
@pytest.mark.parametrize("share", [0.75, 0.9])
def test_a_quarter_of_a_face_is_none(side: str, share: float) -> None:
    assert not found(cut(side, share)[0])


@pytest.mark.parametrize("side", list(SIDES))
@pytest.mark.parametrize("share", [-0.3, -0.15, 0.02])
def test_a_face_beside_the_edge_has_no_twin_in_the_mirror(side: str, share: float) -> None:
    picture, face = cut(side, share)
    (seen,) = found(picture)
    assert seen.box.overlap(face) > 0.6


@pytest.mark.parametrize("name", ["brick", "camera", "chelsea", "coffee", "coins", "rocket"])
def test_the_mirror_makes_no_face_of_what_is_none(name: str) -> None:
    """Animals, things and a man from behind: nothing reaches over the edge, wherever that is."""
    picture = getattr(skimage.data, name)()
    picture = np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else picture[..., :3]
    for x in (0, 40, 90):
        part = np.ascontiguousarray(picture[x // 2 :, x:])
        inside = Rect(0, 0, part.shape[1], part.shape[0])
        for face in found(part):
            assert inside.x0 <= face.box.x0, (face.box, face.score)
            assert face.box.x1 <= inside.x1
            assert inside.y0 <= face.box.y0
            assert face.box.y1 <= inside.y1


def test_what_it_costs_where_somebody_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture once; and of the places where there may be half a face no more than a few, each small."""
    shown: list[int] = []
    plain = DlibModels.hog

    def told(self: DlibModels, picture: Eight, upsample: int, least: float) -> list[Face]:
        shown.append(picture.shape[0] * picture.shape[1])
        return plain(self, picture, upsample, least)

    monkeypatch.setattr(DlibModels, "hog", told)
    picture = np.pad(portrait()[0], ((0, 208), (0, 768), (0, 0)), mode="symmetric")
    assert detect(image(picture), SHOT, CONTEXT).faces
    assert shown[0] == 720 * 1280
    assert sum(shown[1:]) < 0.25 * shown[0]


def test_the_mirror() -> None:
    picture = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    wide = mirrored(picture, (1, 2, 5, 0))
    assert wide.shape == (4, 9, 3)
    assert np.array_equal(wide[2:, 1:4], picture)
    assert np.array_equal(wide[2:, 0], picture[:, 0])
    assert np.array_equal(wide[1], wide[2])
    assert np.array_equal(wide[2:, 4:7], picture[:, ::-1])
