"""Head pose from landmarks, against heads that are turned by known angles."""

from __future__ import annotations

import math
import pickle
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.box import Format
from nodegraph.data.faces import Pose
from nodegraph.ops.head_pose import FACE, head_pose
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import truth_at
from nodegraph.ops.portrait_pose import Moves

FRAME = Format(1920, 1080)
ANGLES = [(0, 0, 0), (20, 0, 0), (-20, 0, 0), (0, 30, 0), (0, -30, 0), (0, 0, 20), (0, 0, 120), (10, 25, -15)]


def seen(head: np.ndarray, pose: tuple[float, float, float], far: float, middle: tuple[float, float]) -> np.ndarray:
    """A head (x right in the picture, y down, z towards the camera, millimetres), turned and seen from afar.

    Pitch lifts the nose, yaw takes it to the right of the picture, roll turns it clockwise.
    """
    pitch, yaw, roll = np.radians(pose)
    c, s = math.cos(yaw), math.sin(yaw)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    c, s = math.cos(pitch), math.sin(pitch)
    turn = np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ turn
    c, s = math.cos(roll), math.sin(roll)
    x, y, z = (np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ turn @ head.T).tolist()
    depth = far - np.array(z)
    return np.column_stack([np.array(x) / depth, np.array(y) / depth]) * 2300 + middle


def own_head() -> np.ndarray:
    """The very model, as 68 points of which only its own are set."""
    head = np.zeros((68, 3))
    head[list(FACE)] = np.array(list(FACE.values())) * (1, -1, 1)
    return head


@pytest.mark.parametrize("middle", [(960.0, 540.0), (100.0, 900.0)])
@pytest.mark.parametrize("pose", ANGLES)
def test_the_model_itself(pose: tuple[float, float, float], middle: tuple[float, float]) -> None:
    found = head_pose(seen(own_head(), pose, 1500.0, middle), FRAME)
    assert tuple(found) == pytest.approx(pose, abs=1)


@pytest.mark.parametrize("far", [600.0, 4000.0])
@pytest.mark.parametrize("pose", ANGLES)
def test_a_head_that_somebody_else_measured(pose: tuple[float, float, float], far: float) -> None:
    """The mean of 68 points in space that insightface ships: another face, its neutral pose told by other people."""
    package = find_spec("insightface")
    path = Path(package.origin or "").parent / "data/objects/meanshape_68.pkl" if package else Path("none")
    if not path.is_file():
        pytest.skip("insightface is not installed")
    with path.open("rb") as file:
        head = np.array(pickle.load(file))
    head = head - head[27:36].mean(axis=0)
    head *= 63.0 / np.linalg.norm(head[36:42].mean(axis=0) - head[42:48].mean(axis=0))
    found = head_pose(seen(head, pose, far, (960.0, 540.0)), FRAME)
    for one, other in zip(found, pose, strict=True):
        assert one == pytest.approx(other, abs=6)


@pytest.mark.parametrize("frame", [1001, 1007, 1013, 1019, 1024])
def test_the_portrait(frame: int) -> None:
    # Its depth is a relief, flatter than a head: far turns look a third smaller than they are.
    true = truth_at(make_figure(), frame, 960, 506, Moves(yaw=15, pitch=12, roll=8), Light(occluder=False))
    found = head_pose(true.landmarks, Format(960, 506))
    assert found.yaw == pytest.approx(math.degrees(true.pose.yaw), abs=6)
    assert found.pitch == pytest.approx(math.degrees(true.pose.pitch), abs=6)
    assert found.roll == pytest.approx(math.degrees(true.pose.roll), abs=5)


def test_pixels_that_are_no_squares() -> None:
    points = seen(own_head(), (5, 20, 10), 1500.0, (960.0, 540.0))
    squeezed = head_pose(points / (2.0, 1.0), Format(960, 1080, 2.0))
    assert tuple(squeezed) == pytest.approx((5, 20, 10), abs=1)


def test_no_face_no_pose() -> None:
    assert head_pose(np.zeros((68, 2)), FRAME) == Pose()
    assert head_pose(np.full((68, 2), np.nan), FRAME) == Pose()
