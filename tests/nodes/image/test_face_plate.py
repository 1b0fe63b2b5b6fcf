"""The face plate: what it says of itself is seen in its pixels."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest

from nodegraph.colour.primaries import PRIMARIES, rgb_to_rgb
from nodegraph.data.box import Format
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.ops.portrait import SIDE, Figure, make_figure, picture_file, read_picture
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import Truth, landmarks_at, truth_at
from nodegraph.ops.portrait_pose import Moves, head_matrix, pose_at, view
from nodes.image.face_plate import WHITE, FacePlateOutputs, face_plate

SHOT = Shot(first=1001, last=1024, format=Format(512, 270))
CONTEXT = Context()
STILL = {"yaw": 0.0, "pitch": 0.0, "roll": 0.0, "mouth": 0.0, "blink": False, "camera": 0.0}
FLAT = {"exposure": 0.0, "light": 0.0, "highlight": 0.0, "grain": 0.0, "occluder": False}


def make(frame: int, **knobs: Any) -> FacePlateOutputs:
    return face_plate(Frame(frame), SHOT, CONTEXT, **knobs)


@cache
def figure() -> Figure:
    return make_figure()


def truth(frame: int, moves: Moves, occluder: bool = True) -> Truth:
    return truth_at(figure(), frame, 512, 270, moves, Light(occluder=occluder))


def test_the_picture_comes_with_an_installed_package() -> None:
    assert picture_file().is_file()
    assert read_picture().shape == (SIDE, SIDE, 3)


def test_a_still_plate_is_the_picture_in_acescg() -> None:
    pixels = make(1001, **STILL, **FLAT).image.pixels
    encoded = read_picture().astype(np.float64)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    expected = WHITE * linear @ rgb_to_rgb(PRIMARIES["rec709"], PRIMARIES["ap1"]).T
    # mean colour of cheek and hair, large enough not to mind how the picture was enlarged
    for x0, y0, x1, y1 in ((190, 110, 205, 130), (215, 40, 245, 60), (70, 230, 90, 250)):
        (left, top), (right, bottom) = (
            view(512, 270)[:2, :2] @ p + view(512, 270)[:2, 3] for p in ((x0, y0), (x1, y1))
        )
        seen = pixels[round(top) : round(bottom), round(left) : round(right)].mean(axis=(0, 1))
        np.testing.assert_allclose(seen, expected[y0:y1, x0:x1].mean(axis=(0, 1)), rtol=0.02)


def test_the_same_frame_is_the_same_and_the_grain_changes() -> None:
    first, again, next_frame = make(1004), make(1004), make(1005)
    np.testing.assert_array_equal(first.image.pixels, again.image.pixels)
    quiet = make(1004, grain=0.0).image.pixels
    grain, other = first.image.pixels - quiet, next_frame.image.pixels - make(1005, grain=0.0).image.pixels
    assert abs(np.corrcoef(grain[:50, :50].ravel(), other[:50, :50].ravel())[0, 1]) < 0.05
    assert make(1004, seed=1).image.pixels.tobytes() != first.image.pixels.tobytes()


def test_the_pixels_move_as_the_landmarks_say() -> None:
    """Corners of eyes and mouth and the nose are tracked from picture to picture by OpenCV, and land on the truth."""
    knobs = {"mouth": 0.0, "blink": False, **FLAT}
    moves = Moves(mouth=0.0, blink=False)
    pairs = [(1011, 1012), (1012, 1013), (1006, 1007)]
    chosen = [36, 39, 42, 45, 31, 35, 48, 54, 30]
    for one, two in pairs:
        a, b = (_grey(make(frame, **knobs).image.pixels) for frame in (one, two))
        start, goal = (truth(frame, moves, False).landmarks[chosen] for frame in (one, two))
        corners = np.ascontiguousarray((start - 0.5).astype(np.float32)[:, None])
        found, status, _ = cv2.calcOpticalFlowPyrLK(a, b, corners, corners.copy(), winSize=(11, 11))
        assert status.all()
        error = np.linalg.norm(found[:, 0] + 0.5 - goal, axis=1)
        moved = np.linalg.norm(goal - start, axis=1)
        assert moved.max() > 1.0
        assert np.median(error) < 0.15, error
        assert error.max() < 0.4, error


def test_the_jaw_carries_the_lower_lip_and_leaves_the_upper() -> None:
    shut, wide = truth(1009, Moves(mouth=0.0)), truth(1009, Moves(mouth=1.0))
    way = (wide.landmarks - shut.landmarks)[:, 1]
    assert way[66] > 9.0  # lower lip
    assert way[8] > 7.0  # chin
    np.testing.assert_allclose(way[17:55], 0.0, atol=1e-9)
    dark = make(1009, **FLAT).image.pixels
    middle = 0.5 * (wide.landmarks[66] + shut.landmarks[66])
    assert dark[int(middle[1]), int(middle[0])].max() < 0.2


def test_the_head_matrix_places_the_landmarks() -> None:
    pose = pose_at(1003, Moves())
    points = figure().landmarks
    flat = pose._replace(mouth=0.0, lids=0.0)
    matrix = head_matrix(pose, 512, 270)
    rotation = matrix[:3, :3] / view(512, 270)[0, 0]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    seen = landmarks_at(figure(), flat, 512, 270)
    # what the matrix leaves over, once x and y are taken out, is depth times its third column
    rest = seen - (points @ matrix[:2, :2].T + matrix[:2, 3])
    depth = rest @ matrix[:2, 2] / (matrix[:2, 2] @ matrix[:2, 2])
    np.testing.assert_allclose(rest, depth[:, None] * matrix[:2, 2], atol=1e-3)
    assert depth[30] > depth[27] > depth[0]  # nose tip, bridge, temple


def test_matte_is_the_hull_without_what_passes_in_front() -> None:
    clear, covered = make(1014, occluder=False), make(1014)
    truth_clear, truth_covered = truth(1014, Moves(), False), truth(1014, Moves())
    area = cv2.contourArea(cv2.convexHull(truth_clear.landmarks.astype(np.float32)))
    assert float(clear.matte.pixels.sum()) == pytest.approx(area, rel=0.01)
    assert truth_clear.occluded == 0.0
    assert truth_covered.occluded > 0.1
    left = float(covered.matte.pixels.sum()) / float(clear.matte.pixels.sum())
    assert left == pytest.approx(1.0 - truth_covered.occluded, abs=1e-5)
    assert truth_covered.hidden.any()
    assert not truth_clear.hidden.any()


def test_what_passes_in_front_is_an_over() -> None:
    knobs = {"grain": 0.0}
    clear, covered = make(1012, occluder=False, **knobs), make(1012, **knobs)
    alpha = covered.occluder.region(SHOT.format.box)
    assert 0.2 < np.mean((alpha > 0.01) & (alpha < 0.99)) / np.mean(alpha > 0.99) < 3.0  # it is out of focus
    front = covered.image.pixels - clear.image.pixels * (1.0 - alpha)
    np.testing.assert_allclose(front[..., :1], 0.012 * alpha, atol=1e-5)


def test_highlights_go_far_above_one_and_nothing_is_clipped_to_zero() -> None:
    peaks = [float(make(frame).image.pixels.max()) for frame in (1013, 1014, 1015)]
    assert 8.0 < max(peaks) <= 26.0
    assert float(make(1013).image.pixels.min()) < 0.0  # grain about black
    assert float(make(1013, **FLAT).image.pixels.max()) <= 1.2 * WHITE


def test_light_changes_over_time_and_knobs_scale_it() -> None:
    knobs = {**STILL, **FLAT, "exposure": 1.0}
    dark, bright = make(1001, **knobs).image.pixels, make(1018, **knobs).image.pixels
    stops = [pose_at(frame, Moves(exposure=1.0)).stops for frame in (1001, 1018)]
    np.testing.assert_allclose(bright, dark * np.float32(2.0 ** (stops[1] - stops[0])), rtol=1e-3, atol=1e-5)


def test_it_says_its_time_and_its_mattes_are_no_larger_than_they_cover() -> None:
    plate = make(1024)
    assert plate.image.metadata["framesPerSecond"] == 24
    assert plate.image.metadata["timeCode"].clock == (0, 0, 42, 16)  # 1024 = 42 x 24 + 16
    window, pixels = plate.matte.data, plate.matte.pixels
    assert window.area < 0.2 * SHOT.format.box.area
    assert all(edge.any() for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]))
    assert make(1001).occluder.pixels.max() == 0.0  # nothing is there yet


def _grey(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(pixels.mean(axis=2), 0, 1) ** (1 / 2.2) * 255, np.uint8)
