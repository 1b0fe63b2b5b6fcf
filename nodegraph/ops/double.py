"""A digital double: somebody who does not exist, made of the public-domain portrait by other bones and another skin."""

from __future__ import annotations

import numpy as np

from nodegraph.data.faces import BROWS, JAW, LEFT_EYE, MIRROR, NOSE, OUTER_LIPS, RIGHT_EYE, Points
from nodegraph.data.image import Pixels, frozen
from nodegraph.ops.face_shapes import face_size, filled, hull_of
from nodegraph.ops.face_warp import bent

SKIN = (0.42, 0.27, 0.19)  # how much of its light the darker skin sends back
STUBBLE = 0.38
SIZE = 640


def double(picture: Pixels, points: Points) -> tuple[Pixels, Points]:
    """The double's photograph and landmarks, of a portrait's light (rows x columns x 3) and landmarks."""
    import cv2

    face = face_size(points)
    middle = points.mean(axis=0)
    scale = 0.46 * SIZE / face
    here = (points - middle) * scale + (SIZE / 2, SIZE * 0.56)
    there = _other_bones(here)
    new = np.array(bent(picture, points, there, SIZE))
    soft = 0.05 * face_size(there)
    around = hull_of(np.concatenate([there, there[BROWS] - (0, 0.28 * face_size(there))]))
    skin = cv2.GaussianBlur(filled(around, SIZE), (0, 0), soft)
    for eye in (RIGHT_EYE, LEFT_EYE):
        skin = skin * (1 - 0.85 * cv2.GaussianBlur(filled(there[eye], SIZE), (0, 0), 1.0))
    everywhere = 0.55 + 0.45 * skin[..., None]
    new *= 1 + everywhere * (np.array(SKIN, np.float32) - 1)
    new = _with_beard(new, there)
    return frozen(new[:, ::-1]), _mirrored(there)


def _other_bones(points: Points) -> Points:
    """A broader jaw and nose, a wider mouth, eyes closer together under heavier brows."""
    new = points.copy()
    face = face_size(points)
    chin = points[8] - points[27]
    chin = chin / np.linalg.norm(chin)
    across = np.array([-chin[1], chin[0]])

    def widened(part: slice, by: float, drop: float = 0.0) -> None:
        middle = new[part].mean(axis=0)
        out = (new[part] - middle) @ across
        new[part] += by * out[:, None] * across + drop * face * chin

    share = np.clip(((points[JAW] - points[27]) @ chin) / face, 0, 1)[:, None]
    out = ((points[JAW] - points[8]) @ across)[:, None]
    new[JAW] += share * 0.16 * out * across + 0.06 * face * share * chin
    widened(NOSE, 0.32, 0.02)
    widened(slice(48, 68), 0.2, 0.035)
    for part in (RIGHT_EYE, LEFT_EYE):
        side = np.sign((points[27] - points[part].mean(axis=0)) @ across)
        new[part] += 0.014 * face * side * across + 0.01 * face * chin
        new[part] = new[part].mean(axis=0) + (new[part] - new[part].mean(axis=0)) * (0.92, 0.8)
    new[BROWS] += 0.035 * face * chin
    return new


def _with_beard(light: Pixels, points: Points) -> Pixels:
    """Stubble along jaw and lip, and darker brows."""
    import cv2

    size, face = light.shape[0], face_size(points)
    jaw = points[2:15]
    cheeks = points[[2, 31, 33, 35, 14]] + (0, 0.02 * face)
    below = np.array([0.0, face])
    where = filled(np.concatenate([jaw + 0.05 * below, cheeks[::-1]]), size)
    where = where * (1 - filled(points[OUTER_LIPS], size))
    beard = np.asarray(cv2.GaussianBlur(where, (0, 0), 0.035 * face), np.float32)
    noise = np.random.default_rng(20).normal(0, 1, (size, size)).astype(np.float32)
    hairs = np.clip(1 + 0.6 * cv2.GaussianBlur(noise, (0, 0), 1.0), 0.2, 1.8)
    shade = 1 - STUBBLE * beard * hairs
    for brow in (points[17:22], points[22:27]):
        outline = np.concatenate([brow - 0.018 * below, (brow + 0.02 * below)[::-1]])
        shade = shade * (1 - 0.55 * cv2.GaussianBlur(filled(outline, size), (0, 0), 0.012 * face))
    return np.asarray(light * np.clip(shade, 0.05, 1)[..., None], np.float32)


def _mirrored(points: Points) -> Points:
    flipped = points[list(MIRROR)].copy()
    flipped[:, 0] = SIZE - flipped[:, 0]
    return flipped
