"""Detect and Landmarks with what dlib ships, on plates whose truth is known and on the two clips, if they are there."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.errors import GraphError
from nodegraph.data.faces import COUNT, Face, Faces, Rect
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File, Vec
from nodegraph.ml.face_search import once
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import Truth, truth_at
from nodegraph.ops.portrait_pose import Moves
from nodegraph.ops.turned import QUARTERS, turned, turned_back
from nodes.face.detect import Detector, detect
from nodes.face.landmarks import landmarks, shakes
from nodes.image.face_plate import face_plate
from nodes.io.read import read

SHOT = Shot(first=1001, last=1024, format=Format(960, 506))
CLIPS = Path(__file__).parents[4] / "shared" / "media"
CONTEXT = Context()


@cache
def plate(frame: int) -> Image:
    return face_plate(Frame(frame), SHOT, CONTEXT, occluder=False).image


def truth(frame: int) -> Truth:
    return truth_at(make_figure(), frame, 960, 506, Moves(), Light(occluder=False))


def eyes_apart(points: np.ndarray) -> float:
    return float(np.linalg.norm(points[36:42].mean(axis=0) - points[42:48].mean(axis=0)))


@pytest.mark.parametrize("frame", [1001, 1007, 1013, 1019])
def test_a_face_whose_truth_is_known(frame: int) -> None:
    found = landmarks(plate(frame), detect(plate(frame), SHOT, CONTEXT), SHOT, CONTEXT)
    (face,) = found
    true = truth(frame)
    assert face.points is not None
    assert face.points.shape == (COUNT, 2)
    error = np.linalg.norm(face.points - true.landmarks, axis=1)[17:]  # the jaw's points slide along the jaw
    assert np.median(error) < 0.06 * eyes_apart(true.landmarks)
    assert error.max() < 0.3 * eyes_apart(true.landmarks)
    pose = true.pose
    assert face.pose.yaw == pytest.approx(math.degrees(pose.yaw), abs=9)
    assert face.pose.roll == pytest.approx(math.degrees(pose.roll), abs=5)
    assert 0.3 < face.confidence <= 1
    assert face.descriptor is not None


def test_the_same_person_is_near_and_refeeding_steadies() -> None:
    faces = [landmarks(plate(f), detect(plate(f), SHOT, CONTEXT), SHOT, CONTEXT).faces[0] for f in (1001, 1010)]
    assert np.linalg.norm(faces[0].descriptor - faces[1].descriptor) < 0.4
    once_only = landmarks(plate(1001), detect(plate(1001), SHOT, CONTEXT), SHOT, CONTEXT, refeed=1).faces[0]
    assert np.array_equal(once_only.points, landmarks(
        plate(1001), detect(plate(1001), SHOT, CONTEXT), SHOT, CONTEXT, refeed=1).faces[0].points)  # fmt: skip
    assert np.abs(once_only.points - faces[0].points).max() > 0.01


def test_many_at_once_find_what_one_finds() -> None:
    from concurrent.futures import ThreadPoolExecutor

    alone = [[face.box for face in detect(plate(frame), SHOT, CONTEXT)] for frame in (1001, 1007, 1013)]
    context = Context()
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda frame: detect(plate(frame), SHOT, context), (1001, 1007, 1013)))
    assert [[face.box for face in faces] for faces in found] == alone


def test_a_face_that_lies_on_its_side() -> None:
    upright = plate(1001)
    side = np.ascontiguousarray(np.rot90(upright.region(Box(200, 0, 700, 500), ("R", "G", "B"))))
    image = Image.of(side, colorspace="ACEScg")
    assert len(detect(image, SHOT, CONTEXT)) == 0
    (face,) = detect(image, SHOT, CONTEXT, turns=True)
    assert face.angle != 0
    (straight,) = detect(Image.of(upright.region(Box(200, 0, 700, 500)), colorspace="ACEScg"), SHOT, CONTEXT)
    x, y = straight.box.middle
    assert face.box.middle == pytest.approx((y, 500 - x), abs=0.1 * straight.box.size)


def test_the_dark_needs_exposure_and_highlights_do_no_harm() -> None:
    bright = plate(1001)
    dark = bright.with_pixels(bright.pixels * np.float32(2**-9))
    assert len(detect(dark, SHOT, CONTEXT)) == 0
    assert len(detect(dark, SHOT, CONTEXT, exposure=8.0)) == 1
    pixels = bright.pixels.copy()
    pixels[:40] = 200.0
    pixels[300:310, 100:110] = np.nan
    pixels[320:330, 100:110] = -3.0
    assert len(detect(bright.with_pixels(pixels), SHOT, CONTEXT)) == 1


def test_what_is_too_small_or_not_sure_is_left_out() -> None:
    assert len(detect(plate(1001), SHOT, CONTEXT, min_size=0.9)) == 0
    assert len(detect(plate(1001), SHOT, CONTEXT, min_score=4.0)) == 0


def test_a_small_face_on_a_small_proxy_is_still_found() -> None:
    (face,) = detect(plate(1001), SHOT, CONTEXT)
    (again,) = detect(plate(1001), SHOT, CONTEXT, proxy=400)
    assert again.box.middle == pytest.approx(face.box.middle, abs=0.15 * face.box.size)


def test_a_box_by_hand_goes_before_all_search() -> None:
    faces = detect(Image.of(np.zeros((90, 160, 3), np.float32)), SHOT, CONTEXT, box=Vec((10.0, 20.0, 50.0, 70.0)))
    assert [face.box for face in faces] == [Rect(10, 20, 50, 70)]


def test_an_offset_data_window() -> None:
    whole = plate(1001)
    part = whole.with_pixels(whole.region(Box(150, 20, 800, 500)), data=Box(150, 20, 800, 500))
    (a,), (b,) = detect(whole, SHOT, CONTEXT), detect(part, SHOT, CONTEXT)
    assert a.box.middle == pytest.approx(b.box.middle, abs=0.1 * a.box.size)


def test_no_picture_no_faces() -> None:
    for side in (0, 4, 60):
        image = Image.of(np.zeros((side, side, 3), np.float32))
        faces = landmarks(image, detect(image, SHOT, CONTEXT), SHOT, CONTEXT)
        assert len(faces) == 0


def test_each_face_is_told_once() -> None:
    faces = [Face(Rect(0, 0, 100, 100), 1.0), Face(Rect(5, 5, 104, 103), 2.0), Face(Rect(300, 0, 400, 100), 0.5)]
    assert [face.score for face in once(faces)] == [2.0, 0.5]


@pytest.mark.parametrize("angle", QUARTERS)
def test_boxes_turn_back(angle: int) -> None:
    picture = np.zeros((30, 50, 3), np.uint8)
    picture[5:9, 20:31] = 255
    rows, columns = np.nonzero(turned(picture, angle)[..., 0])
    box = Rect(float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))
    assert turned_back(box, angle, 50, 30) == Rect(20, 5, 31, 9)


def test_shakes_are_small_and_always_the_same() -> None:
    boxes = shakes(Rect(100, 100, 200, 200), 8)
    assert boxes == shakes(Rect(100, 100, 200, 200), 8)
    assert boxes[0] == Rect(100, 100, 200, 200)
    assert all(each.overlap(boxes[0]) > 0.8 for each in boxes)
    middle = np.mean([each.middle for each in boxes], axis=0)
    assert middle == pytest.approx((150, 150), abs=1)


def test_faces_are_kept_in_a_file() -> None:
    faces = landmarks(plate(1001), detect(plate(1001), SHOT, CONTEXT), SHOT, CONTEXT)
    again = Faces.from_json(faces.to_json())
    assert again.format == faces.format
    assert np.allclose(again.faces[0].points, faces.faces[0].points, atol=1e-3)
    assert np.allclose(again.faces[0].descriptor, faces.faces[0].descriptor, atol=1e-5)
    assert again.to_json() == Faces.from_json(again.to_json()).to_json()


@pytest.mark.parametrize("clip", ["data_src.mp4", "data_dst.mp4"])
def test_the_face_is_found_throughout_both_clips(clip: str) -> None:
    path = CLIPS / clip
    if not path.is_file():
        pytest.skip(f"the clip {clip} is not here: put it into shared/media beside the project")
    shot = Shot(first=1, last=241, fps=Fraction(24), format=Format(1280, 720))
    for frame in range(1, 242, 30):
        image = read(Frame(frame), shot, CONTEXT, file=File(str(path)))
        assert len(detect(image, shot, CONTEXT, detector=Detector.HOG)) == 1, frame


def test_a_plate_that_shows_nothing_is_refused() -> None:
    found = detect(plate(1001), SHOT, CONTEXT)
    for name in ("Z", "A"):
        depth = Image.of(np.ascontiguousarray(plate(1001).pixels[..., :1]), channels=(name,), format=SHOT.format)
        with pytest.raises(GraphError, match=f"Detect needs red, green and blue, or luminance.*has {name}"):
            detect(depth, SHOT, CONTEXT)
        with pytest.raises(GraphError, match="Landmarks needs"):
            landmarks(depth, found, SHOT, CONTEXT)
