"""Mattes from the plate into crops and back, against closed forms, Paste, and the face plate, whose matte is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from nodegraph.data.box import Box
from nodegraph.data.crop import Crop, moved
from nodegraph.data.image import Matte, frozen
from nodegraph.data.shot import Frame
from nodegraph.graph.context import Context
from nodegraph.ops.face_mask import Combine
from nodegraph.ops.outline import coverage
from nodegraph.ops.resample import Filter
from nodes.face.face_matte import face_matte
from nodes.face.mask import Shape, mask
from nodes.face.paste import paste
from nodes.image.face_plate import face_plate
from tests.nodes.face.masks import (
    FACE,
    HARD,
    PLATE,
    SHOT,
    crop_of,
    crops_of,
    one,
    portrait_crop,
)
from tests.nodes.face.shapes import FORMAT, face_points


def turned(size: int, scale: float) -> Crop:
    """A crop that is turned and sized against the plate."""
    c, s = scale * np.cos(0.3), scale * np.sin(0.3)
    turn = np.array([[c, s], [-s, c]])
    matrix = np.eye(3)
    matrix[:2, :2] = turn
    matrix[:2, 2] = size / 2 - turn @ FACE.mean(axis=0)
    return replace(crop_of(FACE, size), matrix=matrix)


@pytest.mark.parametrize(("size", "scale"), [(256, 1.3), (96, 0.4), (512, 2.5)])
def test_a_matte_of_the_plate_lies_where_it_was(size: int, scale: float) -> None:
    """A square drawn in the plate, against the same square drawn in the crop."""
    crop = turned(size, scale)
    corners = np.array([(250.0, 140.0), (330.0, 140.0), (330.0, 210.0), (250.0, 210.0)])
    plate = Matte.of(coverage(corners, FORMAT.box), format=FORMAT, colorspace="ACEScg")
    done = one(mask(crops_of(crop), SHOT, Context(), plate, shape=Shape.MATTE, feather=0.0))
    expected = coverage(moved(corners, crop.matrix), Box(0, 0, size, size))
    assert done.sum() == pytest.approx(expected.sum(), rel=0.01)
    soft = 0.6 if scale < 2 else 0.75  # an edge is as wide as a pixel of the plate
    assert np.abs(done - expected).max() < soft
    at = np.argwhere(done > 0.5).mean(axis=0)
    np.testing.assert_allclose(at, np.argwhere(expected > 0.5).mean(axis=0), atol=0.15)
    window = Matte.of(
        coverage(corners, Box(240, 130, 340, 220)), data=Box(240, 130, 340, 220), format=FORMAT, colorspace="ACEScg"
    )
    again = one(mask(crops_of(crop), SHOT, Context(), window, shape=Shape.MATTE, feather=0.0))
    np.testing.assert_allclose(again, done, atol=1e-4)


def test_a_broken_matte_does_no_harm() -> None:
    plane = np.full((FORMAT.height, FORMAT.width), 2.0, np.float32)
    plane[::7, ::5] = np.nan
    plane[::11, ::3] = -np.inf
    plate = Matte.of(plane, format=FORMAT, colorspace="ACEScg")
    assert one(mask(crops_of(crop_of(FACE)), SHOT, Context(), plate, shape=Shape.MATTE)).max() > 0.2
    away = Matte.of(np.ones((4, 4), np.float32), data=Box(0, 0, 4, 4), format=FORMAT, colorspace="ACEScg")
    assert not one(mask(crops_of(crop_of(FACE)), SHOT, Context(), away, shape=Shape.MATTE)).any()


@pytest.mark.parametrize(("size", "scale"), [(256, 1.3), (96, 0.4), (512, 2.5)])
def test_a_matte_goes_back_to_the_plate(size: int, scale: float) -> None:
    crops = mask(crops_of(turned(size, scale)), SHOT, Context(), shape=Shape.HULL, **HARD)
    done = face_matte(PLATE, crops)
    area = ConvexHull(FACE).volume
    plane = done.plane(FORMAT.box)
    assert plane.sum() == pytest.approx(area, rel=0.01)
    expected = coverage(FACE[ConvexHull(FACE).vertices], FORMAT.box)
    assert np.abs(plane - expected).sum() < 0.03 * area * max(1, 1 / scale)
    assert done.data.area < FORMAT.box.area / 2
    inverted = face_matte(PLATE, crops, invert=True)
    np.testing.assert_allclose(inverted.plane(FORMAT.box), 1 - plane, atol=1e-6)


@pytest.mark.parametrize("filter", [Filter.LINEAR, Filter.CUBIC, Filter.LANCZOS6], ids=lambda each: each.value)
def test_it_is_the_matte_that_paste_uses(filter: Filter) -> None:
    """White faces pasted over black are their matte."""
    crop = replace(turned(256, 1.3), pixels=frozen(np.ones((256, 256, 3), np.float32)))
    shaped = mask(crops_of(crop), SHOT, Context(), feather=20.0)
    # A crop without a matte is seen to its border, where filters reach beyond it.
    for crops, close in ((shaped, 1e-5), (crops_of(crop), 0.02)):
        pasted = paste(PLATE, crops, Frame(1001), SHOT, Context(), filter=filter).region(FORMAT.box)[..., 0]
        np.testing.assert_allclose(face_matte(PLATE, crops, filter=filter).plane(FORMAT.box), pasted, atol=close)


def test_all_faces_and_one_of_them() -> None:
    left, right = (crop_of(face_points(x, 180, 100), 200, name=name) for name, x in (("a", 200), ("b", 440)))
    crops = mask(crops_of(left, right), SHOT, Context())
    both, alone = face_matte(PLATE, crops), face_matte(PLATE, crops, track="b")
    assert both.plane(FORMAT.box).sum() == pytest.approx(2 * alone.plane(FORMAT.box).sum(), rel=1e-3)
    assert not alone.plane(Box(100, 100, 300, 260)).any()
    assert not face_matte(PLATE, crops_of()).plane(FORMAT.box).any()
    over = mask(crops_of(left, replace(left, track="c")), SHOT, Context())
    once, twice = (face_matte(PLATE, each).plane(FORMAT.box) for each in (mask(crops_of(left), SHOT, Context()), over))
    np.testing.assert_allclose(twice, 1 - (1 - once) ** 2, atol=1e-6)


@pytest.mark.parametrize("frame", [1001, 1013, 1024])
@pytest.mark.parametrize("size", [256, 512])
def test_a_hull_is_the_true_matte(frame: int, size: int) -> None:
    """From true landmarks through a crop and back: off by less than half a per cent of the face, and in no place."""
    plate = face_plate(Frame(frame), SHOT, Context(), occluder=False)
    crops = crops_of(portrait_crop(frame, size))
    found = face_matte(plate.image, mask(crops, SHOT, Context(), **HARD)).plane(FORMAT.box)
    true = plate.matte.plane(FORMAT.box)
    assert np.abs(found - true).sum() < 0.005 * true.sum()
    assert found.sum() == pytest.approx(true.sum(), rel=5e-4)
    assert np.abs(found - true).max() < 0.25


def test_what_passes_in_front_is_cut_out() -> None:
    """The plate's microphone, by its own matte, subtracted from the hull: the face that can be seen."""
    plate = face_plate(Frame(1013), SHOT, Context())
    assert plate.occluder.plane(FORMAT.box).sum() > 500
    crops = mask(crops_of(portrait_crop(1013, 512)), SHOT, Context(), **HARD)
    crops = mask(crops, SHOT, Context(), plate.occluder, shape=Shape.MATTE, combine=Combine.SUBTRACT, feather=0.0)
    found, true = face_matte(plate.image, crops).plane(FORMAT.box), plate.matte.plane(FORMAT.box)
    assert np.abs(found - true).sum() < 0.005 * true.sum()
    hull = face_matte(plate.image, mask(crops, SHOT, Context(), **HARD)).plane(FORMAT.box)
    assert np.abs(hull - true).sum() > 0.05 * true.sum()
