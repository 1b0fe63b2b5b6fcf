"""Swap without a model: a photograph bent onto a plate, against pictures whose answer is known."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data
from skimage.transform import SimilarityTransform, warp

from nodegraph.colour.eight_bit import eight_bit
from nodegraph.data.box import Format
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import OUTER_LIPS, Face, Pose, Rect
from nodegraph.data.identity import Consent, Identity, Photo
from nodegraph.data.image import Image, Pixels, frozen
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.ml.dlib_models import DlibModels
from nodegraph.ops.face_shapes import hull
from nodegraph.ops.face_warp import Spline, bent, wanted
from nodegraph.ops.warp_swap import Warp, warped, weighed
from nodes.face.align import align
from nodes.swap.swap import swap
from tests.nodes.face.shapes import face_points, tracks_of

SHOT = Shot(space="lin_rec709_scene")
FREE = Consent(reason="public domain")


@cache
def models() -> DlibModels:
    return DlibModels()


@cache
def portrait() -> Photo:
    """NASA's portrait of Eileen Collins, in the public domain."""
    eight = data.astronaut()[:300, 60:400]
    (found,) = models().hog(eight, 0, 0.0)
    points = models().landmarks(eight, found.box)
    descriptor = models().descriptor(eight, points, found.box)
    face = Face(found.box, 1.0, points, 1.0, Pose(), descriptor)
    signal = eight / 255
    light = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    return Photo("portrait", frozen(light), face)


def plate_of(photo: Photo, gain: object = 1.0) -> tuple[Image, Crops]:
    pixels = photo.pixels * np.asarray(gain, np.float32)
    height, width = pixels.shape[:2]
    image = Image.of(pixels, format=Format(width, height), colorspace=SHOT.space)
    crops = align(image, Frame(1), tracks_of([photo.points]), Context(), size=256)
    return image, crops


def put(crops: Crops, who: Photo, **knobs: float) -> Crop:
    person = Identity("somebody", (who,), SHOT.space, FREE)
    (crop,) = swap(crops, person, None, None, None, SHOT, Context(), **knobs)
    return crop


def inside(crop: Crop) -> Pixels:
    return hull(crop.points, crop.size) > 0.99


def test_a_face_swapped_with_itself_is_itself() -> None:
    _, crops = plate_of(portrait())
    crop = put(crops, portrait())
    off = np.abs(crop.pixels - crop.plate)[inside(crop)]
    assert off.mean() < 0.008
    assert np.percentile(off, 99) < 0.05


def test_the_light_of_the_plate_is_taken_over() -> None:
    """The same face under a warm lamp at half the light: the photograph was taken under a neutral one."""
    gain = (0.6, 0.45, 0.3)
    _, crops = plate_of(portrait(), gain)
    crop = put(crops, portrait())
    skin = inside(crop)
    assert np.allclose(crop.pixels[skin].mean(axis=0), crop.plate[skin].mean(axis=0), rtol=0.03)
    kept = put(crops, portrait(), light=0.0, contrast=0.0)
    assert np.allclose(kept.pixels[skin].mean(axis=0) * gain, crop.plate[skin].mean(axis=0), rtol=0.05)


def test_light_from_one_side_is_taken_over() -> None:
    _, crops = plate_of(portrait())
    crop = crops.crops[0]
    side = np.linspace(0.3, 1.7, 256, dtype=np.float32)[None, :, None]
    lit = Crop(crop.track, crop.face, crop.matrix, frozen(crop.plate * side), frozen(crop.plate * side))
    done = put(Crops(crops.format, crops.colorspace, (lit,)), portrait())
    skin = inside(done)
    log = np.log(np.maximum(done.pixels, 1e-3) / np.maximum(done.plate, 1e-3))[skin].mean(axis=1)
    before = np.log(np.maximum(crop.plate, 1e-3) / np.maximum(done.plate, 1e-3))[skin].mean(axis=1)
    assert log.std() < 0.4 * before.std()


def test_a_lamp_on_the_cheek_stays() -> None:
    """A light of 16 in the plate is one in the result, and what is below black is not cut."""
    _, crops = plate_of(portrait())
    crop = crops.crops[0]
    plate = np.array(crop.plate)
    x, y = crop.points[[2, 31, 48]].mean(axis=0).astype(int)
    plate[y - 3 : y + 3, x - 3 : x + 3] = 16.0
    spot = Crop(crop.track, crop.face, crop.matrix, frozen(plate), frozen(plate))
    done = put(Crops(crops.format, crops.colorspace, (spot,)), portrait())
    assert done.pixels[y, x].min() > 14.5
    around = np.s_[y - 20 : y + 20, x + 12 : x + 30]
    assert np.allclose(done.pixels[around].mean(), put(crops, portrait()).pixels[around].mean(), rtol=0.2)


def test_what_a_mask_leaves_out_throws_no_shadow() -> None:
    """Something black in front of a cheek, masked before the swap: skin beside it is lit as if it were not there."""
    _, crops = plate_of(portrait())
    crop = crops.crops[0]
    y, x = np.mgrid[:256, :256]
    front = np.hypot(x - crop.points[2, 0] - 25, y - crop.points[2, 1]) < 18
    hidden = frozen(np.where(front[..., None], np.float32(0.002), crop.plate))
    clean = put(crops, portrait())
    beside = (np.hypot(x - crop.points[2, 0] - 25, y - crop.points[2, 1]) < 30) & ~front & inside(crop)
    off = []
    for matte in (None, frozen(1 - front.astype(np.float32))):
        shaded = Crop(crop.track, crop.face, crop.matrix, hidden, hidden, matte)
        done = put(Crops(crops.format, crops.colorspace, (shaded,)), portrait())
        off.append(np.abs(done.pixels - clean.pixels)[beside].mean())
    assert off[1] < 0.25 * off[0]


def test_the_descriptor_becomes_the_new_persons() -> None:
    """By dlib's descriptor a face of another photograph is the portrait's afterwards (0.6 is its limit)."""
    insightface = pytest.importorskip("insightface", reason="insightface ships the photograph of other people")
    file = Path(insightface.__file__).parent / "data" / "images" / "t1.jpg"
    if not file.is_file():
        pytest.skip(f"{file.name} is not with this insightface")
    eight = np.ascontiguousarray(cv2.imread(str(file))[..., ::-1])
    source = portrait().face.descriptor
    closer = []
    for found in models().hog(eight, 0, 0.0):
        points = models().landmarks(eight, found.box)
        signal = eight / 255
        light = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
        _, crops = plate_of(Photo("t1", frozen(light), Face(found.box, 1.0, points)))
        done = put(crops, portrait())
        matte = hull(done.points, done.size)[..., None]
        before, after = (
            models().descriptor(eight_bit(each, SHOT), done.points, Rect.around(done.points))
            for each in (done.plate, done.plate + matte * (done.pixels - done.plate))
        )
        closer.append((np.linalg.norm(before - source), np.linalg.norm(after - source)))
    old, new = np.array(closer).T
    assert len(closer) >= 5
    assert (old > 0.6).all()
    assert (new < old - 0.04).all()
    assert np.median(new) < 0.62


def test_the_expression_stays_the_plates() -> None:
    """An open mouth and shut eyes of the plate are kept, wherever the photograph has its features."""
    target = face_points(128, 128, 150, lids=0.1, mouth=1.0)
    source = face_points(90, 80, 110, roll=0.2, lids=1.0, mouth=0.0) * (1.0, 1.05)
    new = Face(Rect.around(target), 1.0, wanted(target, source, 1.0))
    old = Face(Rect.around(target), 1.0, target)
    assert new.mouth == pytest.approx(old.mouth, rel=0.05)
    assert new.eyes == pytest.approx(old.eyes, rel=0.05)
    assert np.array_equal(new.points[:17], target[:17])  # type: ignore[index]
    assert np.array_equal(wanted(target, source, 0.0), target)


def test_features_go_where_the_photograph_has_them() -> None:
    target = face_points(128, 128, 150)
    source = target.copy()
    source[OUTER_LIPS] += (0, 9)
    source[60:68] += (0, 9)
    moved = wanted(target, source, 1.0)
    assert moved[48:68, 1].mean() - target[48:68, 1].mean() == pytest.approx(9, abs=0.1)
    assert np.allclose(moved[36:48], target[36:48], atol=0.1)


def test_a_bend_without_bending_is_that_of_another_library() -> None:
    """Points that are turned and sized alike ask for no bend: the picture is that of scikit-image's similarity."""
    rng = np.random.default_rng(3)
    picture = cv2.GaussianBlur(rng.random((300, 300, 3)).astype(np.float32), (0, 0), 3)
    here = face_points(150, 150, 120)
    there = SimilarityTransform(scale=1.2, rotation=0.2, translation=(-20, -60))
    done = bent(picture, here, there(here), 256)
    shift = SimilarityTransform(translation=(0.5, 0.5))  # scikit-image counts from the middle of the first pixel
    theirs = warp(picture, (shift + there.inverse + shift.inverse).params, output_shape=(256, 256), order=3)
    assert np.abs(done - theirs)[40:200, 40:200].max() < 0.01


def test_a_spline_goes_through_its_points() -> None:
    rng = np.random.default_rng(4)
    here, there = rng.uniform(0, 100, (20, 2)), rng.uniform(0, 100, (20, 2))
    assert np.allclose(Spline(here, there, stiff=0.0)(here), there, atol=1e-6)


def test_the_photograph_that_looks_the_same_way_is_taken() -> None:
    points = face_points(50, 50, 40)
    photos = tuple(
        Photo(f"{yaw}", frozen(np.zeros((100, 100, 3))), Face(Rect.around(points), 1.0, points, 1.0, Pose(0, yaw, 0)))
        for yaw in (-40, 0, 40)
    )

    def at(yaw: float) -> dict[str, float]:
        face = Face(Rect.around(points), 1.0, points, 1.0, Pose(0, yaw, 0))
        flat = frozen(np.zeros((8, 8, 3)))
        return {photo.name: weight for photo, weight in weighed(photos, Crop("face1", face, np.eye(3), flat, flat))}

    assert at(-38) == {"-40": 1.0}
    assert at(20)["0"] == pytest.approx(0.5)
    before, after = at(19.9), at(20.1)  # it changes gradually, or the face would jump
    assert before["0"] == pytest.approx(after["0"], abs=0.05)


def test_without_a_swap_nothing_changes() -> None:
    _, crops = plate_of(portrait())
    crop = crops.crops[0]
    who = Identity("somebody", (portrait(),), SHOT.space, FREE)
    assert np.allclose(warped(crop, who, Warp(), mix=0.0).pixels, crop.plate, atol=1e-6)
    context = Context()
    (other,) = swap(crops, who, None, None, None, SHOT, context, track="face9")
    assert context.misses == ["no face9, only face1"]
    assert other is crop
