"""How a head is turned, from its landmarks: a plain model of a face is turned until it looks the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Format
from nodegraph.data.faces import Points, Pose

# A face in millimetres: x to the subject's left, y up, z out of the face. The proportions are those of the canonical
# face of MediaPipe's Face Geometry module (Apache-2.0), at the iBUG points that neither speech nor a raised brow moves
# much: ends of the jaw, bridge of the nose, its tip, wings and root, corners of the eyes, corners of the mouth.
FACE: dict[int, tuple[float, float, float]] = {
    0: (-77.4, 23.6, -20.1),
    16: (77.4, 23.6, -20.1),
    27: (0.0, 32.7, 52.4),
    28: (0.0, 19.6, 61.5),
    29: (0.0, 8.1, 69.4),
    30: (0.0, -4.6, 75.9),
    31: (-10.4, -14.7, 56.6),
    33: (0.0, -20.9, 60.6),
    35: (10.4, -14.7, 56.6),
    36: (-44.5, 26.6, 31.7),
    39: (-18.6, 25.9, 37.6),
    42: (18.6, 25.9, 37.6),
    45: (44.5, 26.6, 31.7),
    48: (-24.6, -43.4, 42.8),
    54: (24.6, -43.4, 42.8),
}
PLACES = tuple(FACE)
# As a camera sees it, y down and z away from it.
MODEL: NDArray[np.float64] = np.array(list(FACE.values())) * (1.0, -1.0, -1.0)
FAR = 1500.0  # millimetres from the camera: nobody knows the lens, and it matters little


def head_pose(points: Points, frame: Format) -> Pose:
    """Pitch (up), yaw (to the subject's left) and roll (clockwise as seen), in degrees.

    It is how the face looks, as if the camera pointed at it, wherever in the frame it is. The head turns first to its
    left, then up, then rolls in the picture.
    """
    import cv2

    seen = points[list(PLACES)] * (frame.pixel_aspect, 1.0)
    seen = seen - seen.mean(axis=0)
    size = float(np.sqrt((seen**2).sum() / (MODEL[:, :2] ** 2).sum()))  # pixels in a millimetre, more or less
    if not np.isfinite(size) or size <= 0:
        return Pose()
    camera = np.diag([size * FAR, size * FAR, 1.0])
    found, turned, _ = cv2.solvePnP(MODEL, seen, camera, None, flags=cv2.SOLVEPNP_SQPNP)
    if not found:
        return Pose()
    matrix, _ = cv2.Rodrigues(turned)
    pitch = np.arcsin(np.clip(-matrix[2, 1], -1, 1))
    yaw = np.arctan2(matrix[2, 0], matrix[2, 2])
    roll = np.arctan2(-matrix[0, 1], matrix[1, 1])
    return Pose(*(float(np.degrees(angle)) for angle in (pitch, yaw, roll)))
