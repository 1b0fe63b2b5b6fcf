"""How a head is turned, from its landmarks: a plain model of a face is turned until it looks the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Format
from nodegraph.data.faces import Points, Pose

# A face in millimetres, as anthropometry gives it on average: x to the subject's left, y up, z out of the face.
# Nose tip, chin, outer corners of right and left eye, corners of the mouth, bridge of the nose.
PLACES = (30, 8, 36, 45, 48, 54, 27)
MODEL: NDArray[np.float64] = np.array(
    [
        (0.0, 0.0, 0.0),
        (0.0, -66.0, -13.0),
        (-45.0, 34.0, -27.0),
        (45.0, 34.0, -27.0),
        (-28.0, -30.0, -25.0),
        (28.0, -30.0, -25.0),
        (0.0, 33.0, -10.0),
    ]
)
FIELD = 1.2  # focal length in widths of the frame: a normal lens


def head_pose(points: Points, frame: Format) -> Pose:
    """Pitch (up), yaw (to the subject's left) and roll (clockwise as seen), in degrees."""
    import cv2

    camera = np.array(
        [[FIELD * frame.width, 0, frame.width / 2], [0, FIELD * frame.width, frame.height / 2], [0, 0, 1]]
    )
    model = MODEL * (1, -1, -1)  # the camera looks along z, y down
    found, turned, _ = cv2.solvePnP(model, points[list(PLACES)], camera, None, flags=cv2.SOLVEPNP_SQPNP)
    if not found:
        return Pose()
    matrix, _ = cv2.Rodrigues(turned)
    pitch = np.degrees(np.arctan2(matrix[2, 1], matrix[2, 2]))
    yaw = np.degrees(-np.arcsin(np.clip(matrix[2, 0], -1, 1)))
    roll = np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))
    return Pose(float(pitch), float(-yaw), float(roll))
