"""Mattes against closed forms, other libraries, and the face plate, whose matte is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import ConvexHull

from nodegraph.data.box import Box
from nodegraph.data.crop import Crop, Crops, moved
from nodegraph.data.errors import GraphError, ModelError
from nodegraph.data.faces import INNER_LIPS, Face, Rect, five_of
from nodegraph.data.image import Image, Matte, frozen
from nodegraph.data.model import Card, Model
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.ops.face_mask import Combine
from nodegraph.ops.face_shapes import PIECES, raised
from nodegraph.ops.mask_edges import eroded, feathered, trimmed
from nodegraph.ops.outline import coverage
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import truth_at
from nodegraph.ops.portrait_pose import Moves
from nodegraph.ops.resample import Filter
from nodegraph.ops.templates import Template, five_points
from nodes.face.face_matte import face_matte
from nodes.face.mask import DRAWN, LookAt, Shape, mask
from nodes.face.mask_parts import mask_parts
from nodes.face.paste import paste
from nodes.image.face_plate import face_plate
from tests.ml import mask_networks
from tests.ml.mask_networks import FRONT, SEEN
from tests.nodes.face.shapes import FORMAT, face_points

SHOT = Shot(format=FORMAT)
PLATE = Image.of(np.zeros((FORMAT.height, FORMAT.width, 3), np.float32), format=FORMAT, colorspace="ACEScg")
HARD = {"forehead": 0.0, "feather": 0.0}  # a matte without what softens it
Mask = NDArray[np.float32]


def crop_of(
    points: NDArray[np.float64], size: int = 256, scale: float = 1.0, light: float = 0.4, name: str = "face1"
) -> Crop:
    """A crop with the face in its middle; its pixels are grey."""
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    matrix = np.array([[scale, 0, size / 2 - scale * x], [0, scale, size / 2 - scale * y], [0, 0, 1]])
    pixels = frozen(np.full((size, size, 3), light, np.float32))
    return Crop(name, Face(Rect.around(points), 1.0, points, 1.0), matrix, pixels, pixels)


def crops_of(*crops: Crop) -> Crops:
    return Crops(FORMAT, "ACEScg", crops)


def one(crops: Crops) -> Mask:
    """The matte of the one crop."""
    (crop,) = crops
    assert crop.matte is not None
    assert crop.matte.dtype == np.float32
    assert crop.matte.min() >= 0
    assert crop.matte.max() <= 1
    return crop.matte


def made(crop: Crop, **knobs: object) -> Mask:
    return one(mask(crops_of(crop), SHOT, Context(), **knobs))  # type: ignore[arg-type]


def disc(radius: float, size: int = 200, x: float = 100.3, y: float = 99.6) -> Mask:
    """A disc by its closed form, many points to a pixel."""
    at = (np.arange(size * 8) + 0.5) / 8
    inside = np.hypot(at[None, :] - x, at[:, None] - y) < radius
    return inside.reshape(size, 8, size, 8).mean(axis=(1, 3)).astype(np.float32)


def portrait_crop(frame: int, size: int) -> Crop:
    """A crop of the face plate, by its true landmarks; its pixels are black."""
    points = truth_at(make_figure(), frame, *FORMAT[:2], Moves(), Light(occluder=False)).landmarks
    template = five_points(Template.WHOLE_FACE) * size
    matrix = np.eye(3)
    matrix[:2] = cv2.estimateAffinePartial2D(five_of(points), template)[0]
    grey = frozen(np.zeros((size, size, 3), np.float32))
    return Crop("face1", Face(Rect.around(points), 1.0, points), matrix, grey, grey)


FACE = face_points(size=140.0, mouth=0.5)


# -- shapes ----------------------------------------------------------------------------------------------


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


# -- edges -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pixels", [0.4, 1.0, 3.7, 11.25, -0.6, -6.3, -17.0])
def test_a_disc_eroded_is_a_smaller_disc(pixels: float) -> None:
    done, expected = eroded(disc(60), pixels), disc(60 - pixels)
    assert np.sqrt(done.sum() / np.pi) == pytest.approx(60 - pixels, abs=0.11)
    assert np.abs(done - expected).max() < 0.5  # no pixel of the edge is on the wrong side
    assert np.abs(done - expected).sum() < 0.25 * 2 * np.pi * 60


def test_edges_move_by_fractions_of_pixels() -> None:
    """A keyed erode must not step: each tenth of a pixel takes its even share away."""
    areas = np.array([eroded(disc(60), amount).sum() for amount in np.arange(0.1, 4.0, 0.1)])
    steps = -np.diff(areas) / (2 * np.pi * 58)
    assert steps.min() > 0.03
    assert steps.max() < 0.2
    assert steps.mean() == pytest.approx(0.1, abs=0.005)


def test_single_sides() -> None:
    square = np.zeros((80, 90), np.float32)
    square[20:60, 20:70] = 1
    done = trimmed(square, top=2.5, bottom=-3.25, left=4, right=1.75)
    rows, columns = done[:, 45], done[40]
    np.testing.assert_allclose(rows[[21, 22, 23]], [0, 0.5, 1], atol=1e-6)
    np.testing.assert_allclose(rows[[59, 62, 63, 64]], [1, 1, 0.25, 0], atol=1e-6)
    np.testing.assert_allclose(columns[[23, 24]], [0, 1], atol=1e-6)
    np.testing.assert_allclose(columns[[67, 68, 69]], [1, 0.25, 0], atol=1e-6)


def test_grey_mattes_stay_grey() -> None:
    """What is half covered in the middle stays so, whatever is done to the edge."""
    grey = disc(60) * np.float32(0.5)
    for done in (eroded(grey, 7.3), eroded(grey, -7.3), feathered(grey, 20), trimmed(grey, 5, 5, -5, -5)):
        assert done[90:110, 90:110] == pytest.approx(0.5)
        assert done.max() == pytest.approx(0.5)
    slope = np.tile(np.linspace(0, 1, 200, dtype=np.float32), (200, 1))
    np.testing.assert_allclose(eroded(slope, 5.5)[50:150, 50:150], slope[50:150, 50:150] - 5.5 / 199, atol=1e-5)


def test_a_feather_is_soft_and_inside() -> None:
    hard, soft = disc(60), feathered(disc(60), 20.0)
    assert np.all(soft <= hard)
    far = 60 - np.hypot(np.arange(200)[None, :] + 0.5 - 100.3, np.arange(200)[:, None] + 0.5 - 99.6)
    assert soft[(far > 0) & (far < 1)].max() < 0.02  # no hard rim
    assert soft[(far > 9.5) & (far < 10.5)] == pytest.approx(0.5, abs=0.1)
    assert soft[far > 21].min() > 0.99
    line = soft[100, 30:101]
    assert np.diff(line).min() >= -1e-6
    assert np.diff(line).max() < 0.15


@pytest.mark.parametrize(("width", "erode"), [(10.0, 0.0), (30.0, 0.0), (44.0, 4.5), (75.0, 0.0), (30.0, -9.0)])
def test_a_feather_is_a_gaussian_of_a_smaller_matte(width: float, erode: float) -> None:
    """Against scipy's, of a disc that is smaller by half the feather; wide ones are made at a fraction of the size."""
    soft = feathered(disc(60), width, erode)
    expected = gaussian_filter(disc(60 - erode - width / 2), width / 6, truncate=3)
    assert np.abs(soft - expected).max() < 0.06
    assert np.abs(soft - expected).mean() < 0.001


def test_feather_and_erode_go_with_the_face() -> None:
    """A face twice as large in a crop twice as large has the same matte."""
    small = made(crop_of(FACE, 200, 1.0), erode=3.0, feather=12.0, left=4.0)
    large = made(crop_of(FACE, 400, 2.0), erode=3.0, feather=12.0, left=4.0)
    reduced = large.reshape(200, 2, 200, 2).mean(axis=(1, 3))
    assert np.abs(small - reduced).max() < 0.06
    assert np.abs(small - reduced).mean() < 0.002
    size = np.ptp(FACE, axis=0).max()
    box = made(crop_of(FACE), shape=Shape.BOX, erode=5.0, **HARD)
    width, height = np.ptp(FACE, axis=0) - 0.1 * size
    assert box.sum() == pytest.approx(width * height, rel=0.005)


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


# -- parts -----------------------------------------------------------------------------------------------


def parted(crop: Crop, **knobs: object) -> Mask:
    return one(mask_parts(crops_of(crop), SHOT, Context(), **knobs))  # type: ignore[arg-type]


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


# -- networks (generated files) --------------------------------------------------------------------------


def model(path: Path) -> Model:
    return Model(path, "0" * 64, Card(path.stem, "mask"))


def coloured(plate: tuple[float, float, float], pixels: tuple[float, float, float]) -> Crop:
    """A crop of one colour that was swapped into another, given as a screen shows them."""
    from nodegraph.colour.network_light import NetworkLight

    def light(colour: tuple[float, float, float]) -> Mask:
        return NetworkLight.of(SHOT).decode(np.full((256, 256, 3), colour, np.float32))

    crop = crop_of(FACE)
    return replace(crop, plate=frozen(light(plate)), pixels=frozen(light(pixels)))


def test_xseg_sees_the_plate_or_the_swapped_face(tmp_path: Path) -> None:
    plate, swapped = (0.7, 0.4, 0.3), (0.3, 0.1, 0.2)
    crop = coloured(plate, swapped)
    expected = [float(np.array(colour) @ SEEN[0] + SEEN[1]) for colour in (plate, swapped)]
    for make in (mask_networks.xseg, mask_networks.xseg_rows):
        file = model(make(tmp_path / f"{make.__name__}.onnx"))
        for look_at, value in zip(LookAt, [*expected, min(expected)], strict=True):
            knobs = {"shape": Shape.XSEG, "feather": 0.0, "look_at": look_at}
            done = one(mask(crops_of(crop), SHOT, Context(), None, file, **knobs))  # type: ignore[arg-type]
            assert done[128, 128] == pytest.approx(value, abs=1e-3)
            assert not done[0].any()


def test_an_occluder_cuts_where_it_is_below_zero(tmp_path: Path) -> None:
    """A plate with a slope from one colour to another: the edge lies where the sum of its colours crosses 0."""
    from nodegraph.colour.network_light import NetworkLight

    shown = np.full((256, 256, 3), (0.5, 0.0, 0.2), np.float32)
    shown[..., 1] = (np.arange(256) + 0.5) / 256
    crop = replace(crop_of(FACE), plate=frozen(NetworkLight.of(SHOT).decode(shown)))
    file = model(mask_networks.occluder(tmp_path / "any.onnx"))
    done = one(mask(crops_of(crop), SHOT, Context(), None, file, shape=Shape.OCCLUDER, feather=0.0))
    crossing = 256 * (FRONT[0] @ (0.5, 0, 0.2) + FRONT[1]) / -FRONT[0][1]
    assert done[128, 10:].sum() + 10 == pytest.approx(crossing, abs=0.1)
    assert ((done[128, 10:240] > 0.01) & (done[128, 10:240] < 0.99)).sum() <= 2


def test_parts_by_a_network(tmp_path: Path) -> None:
    crop = coloured((0.7, 0.4, 0.3), (0.7, 0.4, 0.3))
    weights, bias = mask_networks.WEIGHTS[19]
    seen = (np.array((0.7, 0.4, 0.3)) - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    shares = np.exp(weights @ seen + bias)
    shares /= shares.sum()
    file = model(mask_networks.parsing(tmp_path / "any.onnx"))
    done = one(mask_parts(crops_of(crop), SHOT, Context(), file))
    assert done[128, 128] == pytest.approx(shares[[1, 2, 3, 4, 5, 10, 11, 12, 13]].sum(), abs=1e-3)
    off = dict.fromkeys(("skin", "brows", "eyes", "nose", "mouth", "lips"), False)
    there = crops_of(crop.with_matte(disc(100, 256, 128, 128)))
    kept = one(mask_parts(there, SHOT, Context(), file, hair=True, glasses=True, combine=Combine.SUBTRACT, **off))
    assert kept[128, 128] == pytest.approx(1 - shares[[6, 17]].sum(), abs=1e-3)


def test_a_wrong_model_is_refused(tmp_path: Path) -> None:
    crops = crops_of(crop_of(FACE))
    with pytest.raises(ModelError, match="no parsing model"):
        mask_parts(crops, SHOT, Context(), model(mask_networks.xseg(tmp_path / "xseg.onnx")))
    with pytest.raises(ModelError, match="no xseg model"):
        mask(crops, SHOT, Context(), None, model(mask_networks.parsing(tmp_path / "p.onnx")), shape=Shape.XSEG)
    with pytest.raises(ModelError, match="no model file"):
        mask(crops, SHOT, Context(), None, model(tmp_path / "none.onnx"), shape=Shape.XSEG)


def test_a_difference_is_half_at_its_threshold() -> None:
    shown = 0.5
    for apart, expected in ((0.02, 0.0), (0.1, 0.5), (0.2, 1.0)):
        crop = crop_of(FACE)
        light = [((value + 0.055) / 1.055) ** 2.4 for value in (shown, shown + apart)]
        crop = replace(
            crop, plate=frozen(np.full((256, 256, 3), light[0])), pixels=frozen(np.full((256, 256, 3), light[1]))
        )
        done = made(crop, shape=Shape.DIFFERENCE, threshold=0.1, feather=0.0)
        assert done[128, 128] == pytest.approx(expected, abs=1e-3)
    context = Context()
    mask(crops_of(crop_of(FACE)), SHOT, context, shape=Shape.DIFFERENCE)
    assert "after Swap" in context.warnings[0]


# -- plate and crop --------------------------------------------------------------------------------------


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
        pasted = paste(PLATE, crops, Frame(1001), SHOT, filter=filter).region(FORMAT.box)[..., 0]
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


# -- the face plate, whose matte is known ----------------------------------------------------------------


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
