"""Mattes by shape, together and by parts, against closed forms and other libraries."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.spatial import ConvexHull

from nodegraph.data.errors import GraphError
from nodegraph.data.faces import INNER_LIPS
from nodegraph.graph.context import Context
from nodegraph.ops.face_mask import Combine
from nodegraph.ops.face_shapes import PIECES, raised
from nodes.face.mask import DRAWN, Shape, mask
from tests.nodes.face.masks import (
    FACE,
    HARD,
    SHOT,
    Mask,
    crop_of,
    crops_of,
    disc,
    made,
    one,
    parted,
    portrait_crop,
)
from tests.nodes.face.shapes import face_points

# -- shapes --------------------------------------------------------------------------------------------


def test_a_hull_has_the_area_of_the_hull() -> None:
    assert made(crop_of(FACE), **HARD).sum() == pytest.approx(ConvexHull(FACE).volume, rel=1e-5)
    lifted = made(crop_of(FACE), forehead=1.0, feather=0.0)
    assert lifted.sum() == pytest.approx(ConvexHull(raised(FACE, 1.0)).volume, rel=1e-5)


def test_an_ellipse_has_the_area_of_an_ellipse() -> None:
    width, height = np.ptp(FACE, axis=0)
    assert made(crop_of(FACE), shape=Shape.ELLIPSE, **HARD).sum() == pytest.approx(np.pi * width * height / 4, rel=1e-4)
    assert made(crop_of(FACE), shape=Shape.BOX, **HARD).sum() == pytest.approx(width * height, rel=1e-5)


def test_pieces_join_without_a_seam() -> None:
    """Against OpenCV's filling of the eight hulls on a grid eight times as fine."""
    crop = portrait_crop(1013, 256)
    points = crop.face.points.copy()  # type: ignore[union-attr]
    points[[17, 26]] = points[[36, 45]]  # hollow temples, which a hull bridges
    crop = replace(crop, face=replace(crop.face, points=points))
    fine = np.zeros((256 * 8, 256 * 8), np.uint8)
    for piece in PIECES:
        corners = cv2.convexHull(crop.points[list(piece)].astype(np.float32))
        cv2.fillConvexPoly(fine, np.rint((corners * 8 - 0.5) * 16).astype(np.int32), 1, shift=4)
    expected = fine.reshape(256, 8, 256, 8).mean(axis=(1, 3))
    found = made(crop, shape=Shape.COMPONENTS, **HARD)
    # OpenCV also fills the pixels that its outline runs through: half a fine pixel all around.
    assert np.abs(found - expected).max() < 0.2
    assert np.all(found[cv2.erode(expected, np.ones((3, 3))) == 1] == 1)
    assert found.sum() == pytest.approx(expected.sum(), rel=0.01)
    hull = made(crop, **HARD)
    assert np.all(found <= hull + 0.04)  # lines of a sixteenth against exact areas
    assert found.sum() < 0.995 * hull.sum()


def test_the_forehead_is_raised_and_nothing_else() -> None:
    crop = crop_of(FACE)
    low, high = (made(crop, forehead=amount, feather=0.0) for amount in (0.0, 1.5))
    assert high.sum() > 1.02 * low.sum()
    nose = int(crop.points[33, 1])
    assert np.array_equal(low[nose:], high[nose:])
    low, high = (made(crop, shape=Shape.EXTENDED, forehead=amount, feather=0.0) for amount in (0.0, 1.5))
    assert np.array_equal(low, made(crop, shape=Shape.COMPONENTS, forehead=1.5, feather=0.0))
    assert high.sum() > low.sum()


def test_upper_and_lower_face_meet_at_the_nose() -> None:
    crop = crop_of(FACE)
    upper, lower, hull = (made(crop, shape=shape, **HARD) for shape in (Shape.UPPER, Shape.LOWER, Shape.HULL))
    both = np.minimum(upper, lower).sum()
    assert both < 0.03 * hull.sum()
    assert upper.sum() + lower.sum() == pytest.approx(hull.sum(), rel=0.1)


@pytest.mark.parametrize("shape", [*DRAWN, Shape.CROP, Shape.LEARNED])
def test_no_matte_touches_the_border(shape: Shape) -> None:
    """Not even of a face that is larger than its crop; and it fades, so that a paste shows no edge."""
    crop = crop_of(FACE, 96)
    for matte in (made(crop, shape=shape), made(crop, shape=shape, feather=0.0, erode=-30.0, invert=False)):
        assert not matte[[0, -1]].any()
        assert not matte[:, [0, -1]].any()
        assert matte[[1, -2]].max() < 0.6
        assert matte[:, [1, -2]].max() < 0.6
        assert matte.max() > 0.9
    inverted = made(crop_of(FACE), shape=shape, invert=True)
    assert not inverted[[0, -1]].any()


# -- together with what is there -----------------------------------------------------------------------


def test_combining() -> None:
    crop = crop_of(FACE)
    there = made(crop, shape=Shape.BOX, **HARD) * np.float32(0.5)
    crop = crop.with_matte(there)
    new = made(crop, shape=Shape.ELLIPSE, **HARD)

    def both(combine: Combine) -> Mask:
        return made(crop, shape=Shape.ELLIPSE, combine=combine, **HARD)

    assert np.array_equal(both(Combine.REPLACE), new)
    assert np.array_equal(both(Combine.UNION), np.maximum(there, new))
    assert np.array_equal(both(Combine.INTERSECTION), np.minimum(there, new))
    assert np.array_equal(both(Combine.PRODUCT), there * new)
    assert np.array_equal(both(Combine.SUBTRACT), there * (1 - new))


def test_the_first_matte_stands_for_itself() -> None:
    crop = crop_of(FACE)
    for combine in (Combine.UNION, Combine.INTERSECTION, Combine.PRODUCT):
        assert np.array_equal(made(crop, combine=combine), made(crop))
    cut = made(crop, combine=Combine.SUBTRACT, **HARD)
    assert cut[128, 128] == 0
    assert cut[128, 20] == 1


def test_a_learned_matte_is_kept() -> None:
    learned = disc(60, 256, 128, 128) * np.float32(0.7)
    context = Context()
    crops = crops_of(crop_of(FACE).with_matte(learned))
    assert np.array_equal(one(mask(crops, SHOT, context, shape=Shape.LEARNED, feather=0.0)), learned)
    assert not context.warnings
    mask(crops_of(crop_of(FACE)), SHOT, context, shape=Shape.LEARNED)
    assert "no matte" in context.warnings[0]


def test_only_the_matte_changes() -> None:
    crop = crop_of(FACE)
    (done,) = mask(crops_of(crop), SHOT, Context())
    assert done.plate is crop.plate
    assert done.pixels is crop.pixels
    assert not done.matte.flags.writeable  # type: ignore[union-attr]
    assert len(mask(crops_of(), SHOT, Context())) == 0


# -- parts ---------------------------------------------------------------------------------------------


def test_the_inside_of_an_open_mouth_can_be_kept() -> None:
    """It has the area that its landmarks span; a mouth that is shut has none."""
    whole, without = parted(crop_of(FACE)), parted(crop_of(FACE), mouth=False)
    x, y = FACE[INNER_LIPS].T
    area = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
    assert (whole - without).sum() == pytest.approx(area, rel=1e-4)
    shut = crop_of(face_points(size=140.0, mouth=0.0, lids=1.0))
    flat = replace(shut.face, points=shut.face.points.copy())  # type: ignore[union-attr]
    flat.points[INNER_LIPS, 1] = flat.points[60, 1]  # type: ignore[index]
    shut = replace(shut, face=flat)
    assert np.array_equal(parted(shut), parted(shut, mouth=False))


def test_parts_add_up() -> None:
    crop = crop_of(FACE)
    assert np.array_equal(parted(crop), made(crop, feather=0.0))
    names = ("skin", "brows", "eyes", "nose", "mouth", "lips")
    alone = {part: parted(crop, **{name: name == part for name in names}) for part in names}
    for part in ("eyes", "nose", "mouth", "lips", "brows"):
        assert 20 < alone[part].sum() < 0.2 * alone["skin"].sum(), part
    rest = parted(crop, eyes=False)
    np.testing.assert_allclose(parted(crop) - rest, alone["eyes"], atol=1e-5)
    cut = parted(crop.with_matte(parted(crop)), combine=Combine.SUBTRACT, **{name: name == "eyes" for name in names})
    np.testing.assert_allclose(cut, rest, atol=1e-5)


@pytest.mark.parametrize("part", ["hair", "glasses", "ears", "hat", "neck", "cloth"])
def test_what_landmarks_do_not_show_is_said(part: str) -> None:
    with pytest.raises(GraphError, match=f"landmarks alone do not show {part}") as caught:
        parted(crop_of(FACE), **{part: True})
    assert "model" in caught.value.hint


def test_what_a_mask_needs_is_said() -> None:
    crop = crop_of(FACE)
    for shape in (Shape.XSEG, Shape.OCCLUDER):
        with pytest.raises(GraphError, match="needs a model: landmarks do not tell hands"):
            made(crop, shape=shape)
    with pytest.raises(GraphError, match="no matte to follow"):
        made(crop, shape=Shape.MATTE)
    with pytest.raises(GraphError, match="no landmarks"):
        made(replace(crop, face=replace(crop.face, points=None)))
    with pytest.raises(GraphError, match="no landmarks"):
        parted(replace(crop, face=replace(crop.face, points=None)))
