"""How the portrait moves: its pose at a moment, and where that puts every point of the head."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.ops.portrait import PIVOT, SIDE, Points

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Moves:
    """What the artist asks of the performance; angles in degrees, light in stops."""

    start: int = 1001
    length: int = 24  # frames from the first look to the last; then the way back
    yaw: float = 15.0
    pitch: float = 4.0
    roll: float = 2.5
    mouth: float = 1.0
    blink: bool = True
    exposure: float = 0.35
    camera: float = 1.0


class Pose(NamedTuple):
    """The portrait at one moment. Angles in radians, shifts in pixels of the picture."""

    yaw: float  # the nose goes to the right of the picture
    pitch: float  # the nose goes up
    roll: float  # clockwise
    shift: tuple[float, float]
    camera: tuple[float, float]  # how far the person moves with the camera; the backdrop moves less
    mouth: float  # 0 as in the picture, 1 wide open
    lids: float  # 0 open, 1 shut
    stops: float
    key: float  # -1: the key light from the left, 1: from the right
    pass_by: float  # 0 to 1: how far the thing in front has gone through the picture


def pose_at(frame: float, moves: Moves) -> Pose:
    """The pose at a frame: one smooth performance, then the same way back, for ever."""
    u = (frame - moves.start) / max(1, moves.length - 1)
    swing = -math.cos(math.pi * u)
    turn = math.pi * u
    once = abs((u + 1.0) % 2.0 - 1.0)  # there and back
    return Pose(
        yaw=math.radians(moves.yaw) * swing,
        pitch=math.radians(moves.pitch) * math.sin(2.0 * turn),
        roll=math.radians(moves.roll) * math.sin(turn + 0.4),
        shift=(1.6 * moves.camera * swing, 1.2 * moves.camera * math.sin(2.0 * turn + 0.7)),
        camera=(5.0 * moves.camera * swing, 1.0 * moves.camera * math.sin(turn)),
        mouth=moves.mouth * _bell(once, 0.36, 0.34),
        lids=_bell(once, 0.80, 0.13) if moves.blink else 0.0,
        stops=moves.exposure * math.sin(turn * 1.0 - 0.6),
        key=-math.cos(turn),
        pass_by=once,
    )


def _bell(u: float, at: float, reach: float) -> float:
    """A smooth rise and fall around `at`, gone beyond `reach`."""
    return math.cos(0.5 * math.pi * min(1.0, abs(u - at) / reach)) ** 2


def view(width: int, height: int) -> Matrix:
    """Portrait pixels to plate pixels, a scale and a shift: the plate is filled, the face kept in it."""
    scale = max(width / (SIDE - 20), height / 258)
    half = 0.5 * width / scale
    x = min(max(PIVOT[0], half + 8), SIDE - 8 - half) if 2 * half < SIDE - 16 else SIDE / 2
    left, top = x - half, 132.0 - 0.5 * height / scale
    result = np.diag([scale, scale, scale, 1.0])
    result[0, 3], result[1, 3] = -scale * left, -scale * top
    return result


def turn_matrix(pose: Pose) -> Matrix:
    """The head's own movement, 4 x 4, in portrait pixels: about the top of the neck, then shifted."""
    cy, sy = math.cos(pose.yaw), math.sin(pose.yaw)
    cp, sp = math.cos(pose.pitch), math.sin(pose.pitch)
    cr, sr = math.cos(pose.roll), math.sin(pose.roll)
    yaw = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    pitch = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    roll = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    turn = roll @ pitch @ yaw
    pivot = np.array(PIVOT)
    moved = pivot + np.array([pose.shift[0] + pose.camera[0], pose.shift[1] + pose.camera[1], 0.0])
    result = np.eye(4)
    result[:3, :3] = turn
    result[:3, 3] = moved - turn @ pivot
    return result


def head_matrix(pose: Pose, width: int, height: int) -> Matrix:
    """A point of the head (portrait pixels, z towards the camera) to plate pixels; seen from far away."""
    return view(width, height) @ turn_matrix(pose)


def project(matrix: Matrix, points: Points) -> Points:
    """Points of the head, N x 3, where the plate shows them, N x 2."""
    return np.asarray(points @ matrix[:2, :3].T + matrix[:2, 3], np.float64)
