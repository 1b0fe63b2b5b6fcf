"""One frame of the face plate: the portrait moved, lit, with a thing passing in front of it, and the truth about it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.image import Pixels, frozen
from nodegraph.ops.portrait import Figure, Floats, Points, Portrait
from nodegraph.ops.portrait_face import FACE_BOX, Moved, moved_points, source_of
from nodegraph.ops.portrait_light import Light, add_grain, add_light, occluder
from nodegraph.ops.portrait_pose import Matrix, Moves, Pose, head_matrix, pose_at, project, turn_matrix, view

CELL = 8  # the movement of the head is smooth: worked out every so many pixels, cubic between
BACKDROP = 0.3  # how much of the person's movement the far backdrop makes


class Truth(NamedTuple):
    """What is known of a frame of the face plate; pixels of the plate, y down, first pixel's middle at 0.5, 0.5."""

    landmarks: Points  # 68 x 2
    hidden: NDArray[np.bool_]  # 68: which of them the thing in front covers
    head: Matrix  # 4 x 4: head, in pixels of the portrait with z towards the camera, to plate
    occluded: float  # how much of the face is covered, 0 to 1
    pose: Pose


class Mattes(NamedTuple):
    """Coverage, rows x columns: the face that can be seen, and the thing in front."""

    face: Pixels
    occluder: Pixels


def picture_at(
    portrait: Portrait, frame: int, width: int, height: int, moves: Moves, light: Light, seed: int = 0
) -> Pixels:
    """Render one frame, rows x columns x RGB; the same numbers always give the same picture."""
    import cv2

    pose = pose_at(frame, moves)
    x, y = _unmoved(portrait.figure, pose, width, height)
    source_y, moved, box = _face(x, y, pose)
    scale = np.float32(portrait.scale)
    # remap counts from the middle of the first pixel, the portrait from its corner.
    place = x * scale - np.float32(0.5), source_y * scale - np.float32(0.5)
    moved_picture = cv2.remap(portrait.texture, *place, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    image: Floats = np.maximum(moved_picture, 0.0, dtype=np.float32)
    _mouth_and_lashes(image, x, y, moved, box, pose)
    add_light(image, portrait.figure, x, y, pose, light)
    if light.occluder:
        cover, shade = occluder(pose.pass_by, width, height)
        tint = np.float32(shade) * np.array([1.0, 0.96, 0.92], np.float32)
        image += cover[..., None] * (tint - image)
    add_grain(image, light.grain, frame, seed, width)
    return frozen(image)


def mattes_at(figure: Figure, frame: int, width: int, height: int, moves: Moves, light: Light) -> Mattes:
    """The mattes of a frame, which need no picture."""
    pose = pose_at(frame, moves)
    cover = _cover(pose, light, width, height)
    hull = convex_matte(landmarks_at(figure, pose, width, height), width, height)
    return Mattes(frozen(hull * (1.0 - cover)), frozen(cover))


def _cover(pose: Pose, light: Light, width: int, height: int) -> Floats:
    if not light.occluder:
        return np.zeros((height, width), np.float32)
    return occluder(pose.pass_by, width, height)[0]


def truth_at(figure: Figure, frame: int, width: int, height: int, moves: Moves, light: Light) -> Truth:
    """What is known of a frame."""
    pose = pose_at(frame, moves)
    cover = _cover(pose, light, width, height)
    landmarks = landmarks_at(figure, pose, width, height)
    hull = convex_matte(landmarks, width, height)
    area = float(hull.sum(dtype=np.float64))
    columns = np.clip(landmarks[:, 0].astype(int), 0, width - 1)
    rows = np.clip(landmarks[:, 1].astype(int), 0, height - 1)
    return Truth(
        landmarks=landmarks,
        hidden=np.asarray(cover[rows, columns] > 0.5),
        head=head_matrix(pose, width, height),
        occluded=float((hull * cover).sum(dtype=np.float64)) / area if area else 0.0,
        pose=pose,
    )


def landmarks_at(figure: Figure, pose: Pose, width: int, height: int) -> Points:
    """The 68 landmarks on the plate."""
    points = moved_points(figure.landmarks, pose)
    depth = _sampled(figure.depth, points[:, 0].astype(np.float32), points[:, 1].astype(np.float32))
    return project(head_matrix(pose, width, height), np.column_stack([points, depth.ravel()]))


def convex_matte(points: Points, width: int, height: int) -> Floats:
    """Coverage of the convex hull of some points, with a soft edge one pixel wide."""
    import cv2

    hull = cv2.convexHull(points.astype(np.float32), clockwise=True)[:, 0].astype(np.float64)
    result = np.zeros((height, width), np.float32)
    x0, y0 = np.clip(np.floor(hull.min(axis=0)).astype(int) - 1, 0, (width, height))
    x1, y1 = np.clip(np.ceil(hull.max(axis=0)).astype(int) + 2, 0, (width, height))
    if x1 <= x0 or y1 <= y0:
        return result
    x = (np.arange(x0, x1) + 0.5).astype(np.float32)[None, :]
    y = (np.arange(y0, y1) + 0.5).astype(np.float32)[:, None]
    outside = np.full((y1 - y0, x1 - x0), -np.inf, np.float32)
    middle = hull.mean(axis=0)
    for a, b in zip(hull, np.roll(hull, -1, axis=0), strict=True):
        normal = np.array([b[1] - a[1], a[0] - b[0]])
        length = np.hypot(*normal)
        if length < 1e-6:
            continue
        normal /= length if normal @ (middle - a) < 0 else -length
        np.maximum(outside, np.float32(normal[0]) * x + np.float32(normal[1]) * y - np.float32(normal @ a), out=outside)
    result[y0:y1, x0:x1] = np.clip(0.5 - outside, 0.0, 1.0)
    return result


def _sampled(field: Floats, x: Floats, y: Floats) -> Floats:
    """A field of the portrait at places in it; its border goes on for ever."""
    import cv2

    place = (x - np.float32(0.5)).astype(np.float32), (y - np.float32(0.5)).astype(np.float32)
    return np.asarray(cv2.remap(field, *place, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _unmoved(figure: Figure, pose: Pose, width: int, height: int) -> tuple[Floats, Floats]:
    """Where in the unturned portrait each pixel of the plate comes from.

    The head turns in depth, the backdrop drags behind, and between them the movement fades: the backdrop is
    soft there, and gives way without tearing. Going back through it takes a fixed point, as shares change slowly.
    """
    import cv2

    frame_view = view(width, height)
    turn = turn_matrix(pose)
    rows, columns = height // CELL + 4, width // CELL + 4
    at_x = ((np.arange(columns) - 1) * CELL + 0.5 * CELL - frame_view[0, 3]) / frame_view[0, 0]
    at_y = ((np.arange(rows) - 1) * CELL + 0.5 * CELL - frame_view[1, 3]) / frame_view[1, 1]
    goal_x, goal_y = (plane.astype(np.float32) for plane in np.meshgrid(at_x, at_y))
    x, y = goal_x, goal_y
    for _ in range(40):
        held, near, depth = (_sampled(field, x, y) for field in (figure.held, figure.near, figure.depth))
        head_x = turn[0, 0] * x + turn[0, 1] * y + turn[0, 2] * depth + turn[0, 3] - x
        head_y = turn[1, 0] * x + turn[1, 1] * y + turn[1, 2] * depth + turn[1, 3] - y
        share = BACKDROP + (1.0 - BACKDROP) * near
        x = (goal_x - (held * head_x + (1.0 - held) * share * pose.camera[0])).astype(np.float32)
        y = (goal_y - (held * head_y + (1.0 - held) * share * pose.camera[1])).astype(np.float32)
    # cell (i) stands for plate pixel (i - 1) * CELL + CELL / 2, counted from pixel edges
    step = 1.0 / CELL
    shift = (0.5 - 0.5 * CELL) * step + 1.0
    grid = np.array([[step, 0, shift], [0, step, shift]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    offset_x, offset_y = (
        cv2.warpAffine(plane, grid, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for plane in (x - goal_x, y - goal_y)
    )
    across = ((np.arange(width) + 0.5 - frame_view[0, 3]) / frame_view[0, 0]).astype(np.float32)
    down = ((np.arange(height) + 0.5 - frame_view[1, 3]) / frame_view[1, 1]).astype(np.float32)
    return np.asarray(offset_x + across[None, :], np.float32), np.asarray(offset_y + down[:, None], np.float32)


def _face(x: Floats, y: Floats, pose: Pose) -> tuple[Floats, Moved | None, tuple[slice, slice]]:
    """Heights in the picture after jaw and lids; what lies over the face, and the rows and columns it is in."""
    within = (x > FACE_BOX[0]) & (x < FACE_BOX[2]) & (y > FACE_BOX[1]) & (y < FACE_BOX[3])
    rows, columns = np.flatnonzero(within.any(axis=1)), np.flatnonzero(within.any(axis=0))
    if not rows.size:
        return y, None, (slice(0), slice(0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    moved = source_of(x[box], y[box], pose)
    source = y.copy()
    source[box] = moved.y
    return source, moved, box


def _mouth_and_lashes(
    image: Pixels, x: Floats, y: Floats, moved: Moved | None, box: tuple[slice, slice], pose: Pose
) -> None:
    """Darkness behind the teeth with the tongue at the bottom of it, and the dark edge of closing lids."""
    if moved is None:
        return
    part = image[box]
    if pose.mouth > 0:
        across = np.exp(-(((x[box] - 224.5) / 13.0) ** 4))
        tongue = across * np.exp(-(((y[box] - (151.5 + 10.0 * pose.mouth)) / 4.5) ** 2))
        throat, flesh = (np.array(rgb, np.float32) for rgb in ((0.014, 0.006, 0.005), (0.16, 0.062, 0.055)))
        part += moved.cavity[..., None] * (throat + tongue.astype(np.float32)[..., None] * flesh - part)
    if pose.lids > 0:
        part *= 1.0 - moved.lashes[..., None] * np.array([0.78, 0.85, 0.9], np.float32)
