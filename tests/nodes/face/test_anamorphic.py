"""Anamorphic plates: what is done to a squeezed shot is, unsqueezed, what is done to the shot in square pixels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest
from numpy.typing import NDArray

from nodegraph.colour.network_light import curve
from nodegraph.data.anamorphic import Stretch
from nodegraph.data.box import Box, Format
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import Face, Faces, Rect
from nodegraph.data.identity import Consent, Identity, Photo
from nodegraph.data.image import RGB, Image, frozen
from nodegraph.data.shot import Frame, Shot, Window
from nodegraph.data.tracks import Track, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File
from nodegraph.media.attributes import FACES
from nodegraph.ops.align import Estimator
from nodegraph.ops.face_blend import multiband, reached
from nodegraph.ops.face_paste import Blend
from nodegraph.ops.looked_at import looked_at
from nodegraph.ops.mask_time import jumped
from nodegraph.ops.poisson import NOWHERE
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import truth_at
from nodegraph.ops.portrait_pose import Moves
from nodes.face.align import Follow, align
from nodes.face.detect import detect
from nodes.face.face_layers import face_layers
from nodes.face.finish import finish
from nodes.face.landmarks import landmarks
from nodes.face.mask import Shape, mask
from nodes.face.mask_smooth import mask_smooth
from nodes.face.overlay import overlay
from nodes.face.paste import paste
from nodes.image.face_plate import face_plate
from nodes.io.read import read
from nodes.io.write import write
from nodes.swap.identity import identity
from nodes.swap.swap import swap

WIDE, HIGH = 960, 506
SHOT = Shot(first=1001, last=1003, format=Format(WIDE, HIGH))
CONTEXT = Context()


def squeezed(form: Format, aspect: float) -> Format:
    return Format(round(form.width / aspect), form.height, aspect)


@cache
def plate(frame: int = 1001, aspect: float = 1.0) -> Image:
    """The demo's portrait, or the same filmed with a lens that squeezes it."""
    pixels = face_plate(Frame(frame), SHOT, CONTEXT, occluder=False, grain=0.0).image.pixels
    form = squeezed(SHOT.format, aspect)
    if aspect != 1:
        pixels = frozen(cv2.resize(pixels, form[:2], interpolation=cv2.INTER_AREA))
    return Image.of(pixels, format=form, colorspace="ACEScg")


@cache
def found(frame: int = 1001, aspect: float = 1.0) -> Faces:
    picture = plate(frame, aspect)
    return landmarks(picture, detect(picture, SHOT, CONTEXT), SHOT, CONTEXT)


# -- finding faces -------------------------------------------------------------------------------------


@pytest.mark.parametrize("aspect", [2.0, 4 / 3, 0.9])
def test_a_squeezed_face_is_found_where_it_is(aspect: float) -> None:
    (wide,), (narrow,) = found(), found(1001, aspect)
    assert narrow.box.width * aspect == pytest.approx(narrow.box.height, rel=1e-6)  # square, once it is unsqueezed
    points = narrow.points * (aspect, 1.0)
    assert np.linalg.norm(points - wide.points, axis=1).mean() < 1.0
    assert np.linalg.norm(points - wide.points, axis=1).max() < 2.5
    true = truth_at(make_figure(), 1001, WIDE, HIGH, Moves(), Light(occluder=False))
    error, usual = (np.linalg.norm(each - true.landmarks, axis=1)[17:].mean() for each in (points, wide.points))
    assert error < usual + 0.5
    assert np.allclose(narrow.pose, wide.pose, atol=2.0)
    assert np.linalg.norm(narrow.descriptor - wide.descriptor) < 0.15
    assert narrow.confidence == pytest.approx(wide.confidence, abs=0.1)
    assert found(1001, aspect).format == plate(1001, aspect).format


def test_the_face_plate_has_square_pixels_in_any_shot() -> None:
    shot = replace(SHOT, format=SHOT.format._replace(pixel_aspect=2.0))
    image, matte, _ = face_plate(Frame(1001), shot, CONTEXT)
    assert image.format == matte.format == SHOT.format
    assert len(detect(image, shot, CONTEXT)) == 1


def test_without_its_aspect_it_is_not_found() -> None:
    """What the aspect is for: taken for square, the same pixels show no face."""
    blind = Image.of(plate(1001, 2.0).pixels, colorspace="ACEScg")
    assert not detect(blind, SHOT, CONTEXT).faces


def test_what_is_looked_at_is_where_it_says() -> None:
    """A plate whose light tells the place, stretched, sized and shifted in one go."""
    y, x = np.mgrid[0:90, 0:120].astype(np.float32) + np.float32(0.5)
    picture = Image.of(np.stack([x, y, x + y], axis=2), format=Format(120, 90, 1.5))
    seen = looked_at(picture, Box(45, 20, 135, 70), 0.6)
    assert seen.shape == (30, 54, 3)
    down, across = np.mgrid[0:30, 0:54] + 0.5
    assert np.allclose(seen[..., 0], (45 + across / 0.6) / 1.5, atol=0.03)
    assert np.allclose(seen[..., 1], 20 + down / 0.6, atol=0.03)


# -- crops ---------------------------------------------------------------------------------------------


def cropped(aspect: float, frame: int = 1001, **knobs: object) -> Crops:
    """The crop of the true face, whatever was found."""
    true = truth_at(make_figure(), frame, WIDE, HIGH, Moves(), Light(occluder=False))
    face = Face(Rect.around(true.landmarks), 1.0, true.landmarks, 1.0, found(frame).faces[0].pose)
    tracks = Tracks(SHOT.format, (Track("face1", {frame: face}),))
    picture = plate(frame, aspect)
    return align(picture, Frame(frame), Stretch.squeezed(picture.format).tracks(tracks), Context(), size=256, **knobs)


@pytest.mark.parametrize("follow", list(Follow))
@pytest.mark.parametrize("estimator", list(Estimator))
def test_the_crop_shows_a_round_face(follow: Follow, estimator: Estimator) -> None:
    knobs = {"follow": follow, "estimator": estimator, "rotation": 20.0}
    (wide,), (narrow,) = cropped(1.0, **knobs), cropped(2.0, **knobs)
    assert np.allclose(narrow.matrix, wide.matrix @ np.diag([2.0, 1.0, 1.0]), atol=1e-4)
    assert np.allclose(narrow.points, wide.points, atol=0.01)
    assert narrow.face_size == pytest.approx(wide.face_size, rel=1e-6)
    # Half of the pixels across: what is left of the difference is the detail that they hold.
    fine = np.abs(cv2.GaussianBlur(narrow.plate - wide.plate, (0, 0), 2.0))
    assert fine.mean() < 0.004 * wide.plate.mean()
    eyes, mouth = narrow.upright.eyes, narrow.upright.mouth
    assert (eyes, mouth) == (pytest.approx(wide.face.eyes, rel=1e-3), pytest.approx(wide.face.mouth, rel=1e-3))


@pytest.mark.parametrize("shape", [Shape.HULL, Shape.ELLIPSE, Shape.EXTENDED])
def test_mattes_and_their_edges_are_round(shape: Shape) -> None:
    knobs = {"shape": shape, "erode": 3.0, "feather": 12.0}
    (wide,), (narrow,) = (mask(cropped(aspect), SHOT, Context(), **knobs) for aspect in (1.0, 2.0))
    assert np.abs(narrow.coverage() - wide.coverage()).max() < 0.01


def test_mattes_of_faces_that_jump_are_not_mixed() -> None:
    """A face that goes half its width in a frame: squeezed, that is a quarter of its height."""
    crops = {
        frame: replace(cropped(aspect), crops=(_shifted(cropped(aspect).crops[0], far / aspect * frame),))
        for aspect in (2.0,)
        for far in (110.0,)
        for frame in range(3)
    }
    (now,) = mask_smooth(Window(1, crops), max_jump=0.5)
    assert now is crops[1].crops[0]  # its neighbours are too far away to count
    assert not jumped(
        crops[0].crops[0].face.box, crops[1].crops[0].face.box, 0.5
    )  # in pixels of the plate they are not


def _shifted(crop: Crop, x: float) -> Crop:
    box = crop.face.box
    side = box.height / 2
    return replace(crop, face=replace(crop.face, box=Rect(box.x0 + x, box.y0, box.x0 + x + side, box.y1)))


def test_motion_blur_goes_as_far_as_the_face() -> None:
    def moved(aspect: float) -> Crops:
        crops = {}
        for step in (-1, 0, 1):
            (crop,) = cropped(aspect)
            shift = np.array([[1, 0, 9.0 * step / aspect], [0, 1, 4.0 * step], [0, 0, 1]])
            bright = np.zeros_like(crop.plate)
            bright[126:130, 126:130] = 1.0
            new = replace(crop, matrix=crop.matrix @ np.linalg.inv(shift))
            crops[step] = Crops(SHOT.format, "ACEScg", (new.with_pixels(bright),))
        return finish(Window(0, crops), defocus=0.0, motion_blur=1.0)

    (wide,), (narrow,) = moved(1.0), moved(2.0)
    assert np.allclose(narrow.pixels[100:156, 100:156], wide.pixels[100:156, 100:156], atol=2e-3)
    lit = np.argwhere(wide.pixels[..., 0] > 0.01)
    assert np.ptp(lit, axis=0) == pytest.approx(3 + np.array([4.0, 9.0]) * wide.scale, abs=1.5)


# -- all of it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("aspect", [2.0, 0.5])
def test_bands_are_as_soft_across_as_down(aspect: float) -> None:
    """White and black, mixed within a disc; and the same squeezed."""
    y, x = np.mgrid[0:256, 0:256] + 0.5
    disc = (np.hypot(x - 128, y - 128) < 70).astype(np.float32)
    narrow_disc = cv2.resize(disc, (round(256 / aspect), 256), interpolation=cv2.INTER_AREA)

    def mixed(matte: NDArray[np.float32], aspect: float) -> NDArray[np.float32]:
        white = np.ones((*matte.shape, 3), np.float32)
        reach = reached(matte, 5, NOWHERE, aspect)
        return multiband(white, 0 * white, matte, 5, np.asarray, np.asarray, aspect)[..., 0] * reach

    wide = mixed(disc, 1.0)
    off, blind = (
        np.abs(cv2.resize(mixed(narrow_disc, each), (256, 256), interpolation=cv2.INTER_LINEAR) - wide).max()
        for each in (aspect, 1.0)
    )
    assert off < 0.05
    assert blind > 3 * off


def test_poisson_shifts_the_light_as_in_square_pixels() -> None:
    """A face without any detail on both plates: what is seen of it is the light of the plate, from rim to rim."""

    def shifted(aspect: float) -> NDArray[np.float32]:
        done = mask(cropped(aspect), SHOT, Context(), shape=Shape.ELLIPSE)
        flat = done.each(crop.with_pixels(np.full_like(crop.plate, 0.1)) for crop in done)
        comp = paste(plate(1001, aspect), flat, Frame(1001), SHOT, Context(), blend=Blend.POISSON)
        return curve(cv2.resize(np.array(comp.pixels), (WIDE, HIGH), interpolation=cv2.INTER_LINEAR))

    square, unsqueezed = shifted(1.0), shifted(2.0)
    (crop,) = mask(cropped(1.0), SHOT, Context(), shape=Shape.ELLIPSE, erode=15.0)
    there = cv2.warpAffine(crop.matte, crop.matrix[:2], (WIDE, HIGH), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    inside = there > 0.99
    assert inside.sum() > 2000
    assert np.abs(square - unsqueezed)[inside].max() < 0.1 * square[inside].std()


@cache
def somebody() -> Identity:
    """The portrait itself, from another frame, somewhat darker."""
    (face,) = found(1003)
    pixels = frozen(plate(1003).pixels * np.array((0.7, 0.6, 0.5), np.float32))
    return Identity("somebody", (Photo("one", pixels, face),), "ACEScg", Consent(reason="public domain"))


def swapped(aspect: float, crops: Crops | None = None) -> tuple[Image, Crops]:
    done = mask(crops or cropped(aspect), SHOT, Context())
    done = swap(done, somebody(), None, None, None, SHOT, Context())
    done = finish(Window(1001, {1001: done}))
    return paste(plate(1001, aspect), done, Frame(1001), SHOT, Context()), done


def test_a_swap_looks_the_same_unsqueezed_and_leaves_the_rest_alone() -> None:
    (wide, _), (narrow, crops) = swapped(1.0), swapped(2.0)
    before, after = plate(1001, 2.0).pixels, narrow.pixels
    changed = (before != after).any(axis=2)
    assert changed.any()
    reach = crops.crops[0].box()
    assert Box(0, 0, WIDE // 2, HIGH).covers(reach)
    beside = np.ones(changed.shape, bool)
    beside[reach.y0 : reach.y1, reach.x0 : reach.x1] = False
    assert not changed[beside].any()
    assert changed.mean() < 0.1
    true = cv2.resize(np.array(wide.pixels), (WIDE // 2, HIGH), interpolation=cv2.INTER_AREA)
    off = cv2.GaussianBlur(np.abs(curve(after) - curve(true)), (0, 0), 2.0)[changed]
    change = np.abs(curve(true) - curve(before))[changed].mean()
    assert off.mean() < 0.06 * change
    assert np.percentile(off, 99) < 0.7 * change  # the glints in the eyes are as large as a pixel


def test_a_plate_whose_file_does_not_say_it(tmp_path: Path) -> None:
    """The aspect is told by hand; what is written says it, and is the plate's own bits beside the face."""
    source, target = tmp_path / "plate.exr", tmp_path / "comp.exr"
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    filmed = plate(1001, 2.0).pixels.astype(np.float16)
    OpenEXR.File(header, {"RGB": filmed}).write(str(source))
    assert read(Frame(1001), SHOT, Context(), file=File(str(source))).format.pixel_aspect == 1
    picture = read(Frame(1001), SHOT, Context(), file=File(str(source)), pixel_aspect=2.0)
    assert picture.format == plate(1001, 2.0).format
    _, crops = swapped(2.0)
    comp = paste(picture, crops, Frame(1001), SHOT, Context())
    assert comp.origin is not None
    write(comp, Frame(1001), SHOT, Context(), file=File(str(target)))
    with OpenEXR.File(str(target)) as file:
        assert file.header()["pixelAspectRatio"] == 2.0
        result = file.channels()["RGB"].pixels
    box = crops.crops[0].box()
    inside = (slice(box.y0, box.y1), slice(box.x0, box.x1))
    assert (result[inside] != filmed[inside]).mean() > 0.1
    result[inside] = filmed[inside]
    assert np.array_equal(result, filmed)


def test_what_is_written_of_a_face_says_how_the_plate_is_squeezed() -> None:
    picture, crops = swapped(2.0)
    told = json.loads(face_layers(picture, crops, plate(1001, 2.0)).metadata[FACES])
    assert told["pixel_aspect"] == 2.0
    (face,) = told["faces"]
    crop = crops.crops[0]
    there = np.array(face["landmarks"]) @ np.array(face["matrix"])[:2, :2].T + np.array(face["matrix"])[:2, 2]
    assert np.allclose(there, crop.points, atol=0.01)
    assert np.allclose(face["landmarks"], crop.face.points, atol=0.01)


def test_lines_and_points_are_drawn_as_wide_as_high() -> None:
    black = Image.of(np.zeros((360, 320, 3), np.float32), format=Format(320, 360, 2.0))
    box = Rect(100, 100, 150, 200)
    tracks = Tracks(black.format, (Track("face1", {1: Face(box)}),))
    drawn = overlay(black, Frame(1), tracks, names=False, width=4.0).pixels[..., 1]
    light: Mapping[str, NDArray[np.float32]] = {"across": drawn[150, 80:120], "down": drawn[80:120, 125]}
    thick = {way: float(each.sum() / drawn.max()) for way, each in light.items()}
    assert 2 * thick["across"] == pytest.approx(thick["down"], rel=0.2)
    middle = float((np.arange(80, 120) + 0.5) @ light["across"] / light["across"].sum())
    assert middle == pytest.approx(100, abs=0.5)


def test_photographs_may_be_squeezed(tmp_path: Path) -> None:
    """An identity from a frame of an anamorphic film: its photographs are kept as the person looks."""
    for aspect in (1.0, 2.0):
        folder = tmp_path / str(aspect)
        folder.mkdir()
        knobs = {"file": File(str(folder / "one.exr"))}
        write(plate(1001, aspect).with_channels(RGB), Frame(1001), SHOT, Context(), **knobs)
    wide, narrow = (identity(SHOT, CONTEXT, file=File(str(tmp_path / name))) for name in ("1.0", "2.0"))
    (one,), (other,) = wide.photos, narrow.photos
    assert other.pixels.shape == pytest.approx(one.pixels.shape, abs=4)
    apart = [np.ptp(photo.points, axis=0) for photo in (one, other)]
    assert np.allclose(apart[0], apart[1], rtol=0.02)
    assert np.linalg.norm(one.face.descriptor - other.face.descriptor) < 0.2
    assert np.allclose(one.face.pose, other.face.pose, atol=2.0)
