"""Other layouts of landmarks as the 68 of iBUG: each of the 68 is a weighted mean of one or more of theirs.

Rules that are the same for all: where iBUG has two points on a lid, at a third and two thirds of it, and others have
three, at its quarters, the neighbours are mixed. A brow's points lie on its upper edge, but those at its ends between
both edges. The jaw's 17 are evenly spaced from ear to ear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.faces import COUNT

Weights = NDArray[np.float64]
Mix = Mapping[int, float]
THIRD = 1 / 3


def matrix(mixes: Sequence[Mix], count: int) -> Weights:
    """68 x count: multiply with their points."""
    weights = np.zeros((COUNT, count))
    for row, mix in enumerate(mixes):
        for column, share in mix.items():
            weights[row, column] = share
    weights.flags.writeable = False
    return weights


@cache
def of_mesh(count: int = 468) -> Weights:
    """MediaPipe's face mesh, of 468 vertices, or of 478 with the irises.

    Derived from the contours that MediaPipe publishes (python/solutions/face_mesh_connections.py: oval, brows, eyes,
    lips): evenly spaced along them by arc length on the mean of 33 meshes, as iBUG's figure shows its points. The lips'
    lower points stand below the upper ones. Against dlib on 33 frames of three people: 5.0 % of the distance between
    the eyes, half of it at the jaw, where dlib's own points slide.
    """
    return matrix(MESH, count)


MESH: tuple[Mix, ...] = (
    # Jaw, along the oval from ear to ear.
    {127: 1},
    {234: 0.62, 93: 0.38},
    {93: 0.32, 132: 0.68},
    {132: 0.18, 58: 0.82},
    {58: 0.05, 172: 0.95},
    {136: 0.77, 150: 0.23},
    {150: 0.28, 149: 0.72},
    {176: 0.6, 148: 0.4},
    {152: 1},
    {400: 0.6, 377: 0.4},
    {379: 0.28, 378: 0.72},
    {365: 0.77, 379: 0.23},
    {288: 0.05, 397: 0.95},
    {361: 0.18, 288: 0.82},
    {323: 0.32, 361: 0.68},
    {454: 0.62, 323: 0.38},
    {356: 1},
    # Brows, right and left.
    {46: 0.5, 70: 0.5},
    {63: 0.78, 105: 0.22},
    {105: 0.74, 66: 0.26},
    {66: 0.81, 55: 0.095, 107: 0.095},
    {55: 0.5, 107: 0.5},
    {285: 0.5, 336: 0.5},
    {296: 0.81, 285: 0.095, 336: 0.095},
    {334: 0.74, 296: 0.26},
    {293: 0.78, 334: 0.22},
    {276: 0.5, 300: 0.5},
    # Bridge of the nose down to its tip, and below it.
    {168: 1},
    {6: 0.31, 197: 0.69},
    {195: 0.64, 5: 0.36},
    {4: 1},
    {75: 1},
    {97: 1},
    {2: 1},
    {326: 1},
    {305: 1},
    # Eyes, right and left.
    {33: 1},
    {160: 0.92, 159: 0.08},
    {158: 0.83, 157: 0.17},
    {133: 1},
    {145: 0.06, 153: 0.94},
    {163: 0.04, 144: 0.96},
    {362: 1},
    {385: 0.83, 384: 0.17},
    {387: 0.92, 386: 0.08},
    {263: 1},
    {390: 0.04, 373: 0.96},
    {374: 0.06, 380: 0.94},
    # Lips, outside.
    {61: 1},
    {40: 0.75, 39: 0.25},
    {37: 1},
    {0: 1},
    {267: 1},
    {270: 0.75, 269: 0.25},
    {291: 1},
    {321: 0.78, 405: 0.22},
    {314: 1},
    {17: 1},
    {84: 1},
    {91: 0.78, 181: 0.22},
    # Lips, inside.
    {78: 1},
    {82: 1},
    {13: 1},
    {312: 1},
    {308: 1},
    {317: 1},
    {14: 1},
    {87: 1},
)


@cache
def of_98() -> Weights:
    """WFLW's 98 points (Wu and others, "Look at Boundary", CVPR 2018, figure of the landmarks).

    0-32 jaw, 33-41 and 42-50 brows around both edges, 51-59 nose, 60-67 and 68-75 eyes, 76-87 and 88-95 lips, pupils.
    """
    mixes: list[Mix] = [{2 * k: 1} for k in range(17)]
    mixes += [{33: 1}, {34: 1}, {35: 1}, {36: 1}, {37: 0.5, 38: 0.5}]
    mixes += [{42: 0.5, 50: 0.5}, {43: 1}, {44: 1}, {45: 1}, {46: 1}]
    mixes += [{k: 1} for k in range(51, 60)]
    for first in (60, 68):
        mixes += _lids(first, (first + 1, first + 2, first + 3), first + 4, (first + 5, first + 6, first + 7))
    mixes += [{k: 1} for k in range(76, 96)]
    return matrix(mixes, 98)


def _lids(start: int, upper: tuple[int, int, int], end: int, lower: tuple[int, int, int]) -> list[Mix]:
    """The six points of an eye, of eight: a corner, the upper lid, the other corner, the lower lid on the way back."""

    def two(three: tuple[int, int, int]) -> list[Mix]:
        a, b, c = three
        return [{a: 2 * THIRD, b: THIRD}, {b: THIRD, c: 2 * THIRD}]

    return [{start: 1}, *two(upper), {end: 1}, *two(lower)]


def names_106() -> list[str]:
    """Names of the 106 points, in the order in which insightface's models put them out.

    Its markup is "ordered by point names" (insightface, alignment/coordinate_reg/README.md): names as Face++ gives
    them to its 106 dense landmarks, sorted as words. Left and right are those of the picture.
    """
    names = ["contour_chin"]
    names += [f"contour_{side}{k}" for side in ("left", "right") for k in range(1, 17)]
    eye = ("bottom", "center", "left_corner", "lower_left_quarter", "lower_right_quarter", "pupil", "right_corner")
    names += [f"{side}_eye_{part}" for side in ("left", "right") for part in (*eye, "top", *_upper_quarters())]
    for side, corner, other in (("left", "left", "right"), ("right", "right", "left")):
        parts = [f"{corner}_corner", *(f"{edge}_{other}_corner" for edge in ("lower", "upper"))]
        parts += [
            f"{edge}_{place}" for edge in ("lower", "upper") for place in ("left_quarter", "middle", "right_quarter")
        ]
        names += [f"{side}_eyebrow_{part}" for part in parts]
    names += ["mouth_left_corner", "mouth_right_corner"]
    names += [f"mouth_{lip}_lip_{part}" for lip in ("lower", "upper") for part in ("bottom", "top")]
    names += [f"mouth_lower_lip_{side}_contour{k}" for side in ("left", "right") for k in range(1, 4)]
    names += [f"mouth_upper_lip_{side}_contour{k}" for side in ("left", "right") for k in range(1, 5)]
    names += [f"nose_bridge{k}" for k in range(1, 4)] + ["nose_middle_contour", "nose_tip"]
    names += [f"nose_{side}_contour{k}" for side in ("left", "right") for k in range(1, 6)]
    return sorted(names)


def _upper_quarters() -> tuple[str, str]:
    return "upper_left_quarter", "upper_right_quarter"


@cache
def of_106() -> Weights:
    """The 106 points of insightface's 2d106det and of the JD challenge, in the former's order."""
    order = {name: k for k, name in enumerate(names_106())}

    def points(*names: str) -> list[Mix]:
        return [{order[name]: 1} for name in names]

    def between(one: str, other: str) -> Mix:
        return {order[one]: 0.5, order[other]: 0.5}

    def eye(side: str) -> list[Mix]:
        upper = (f"{side}_eye_upper_left_quarter", f"{side}_eye_top", f"{side}_eye_upper_right_quarter")
        lower = (f"{side}_eye_lower_right_quarter", f"{side}_eye_bottom", f"{side}_eye_lower_left_quarter")
        (a, b, c), (d, e, f) = (tuple(order[name] for name in names) for names in (upper, lower))
        return _lids(order[f"{side}_eye_left_corner"], (a, b, c), order[f"{side}_eye_right_corner"], (d, e, f))

    quarters = ("left_quarter", "middle", "right_quarter")
    mixes = points(*(f"contour_left{k}" for k in range(1, 16, 2)), "contour_chin")
    mixes += points(*(f"contour_right{k}" for k in range(15, 0, -2)))
    mixes += points("left_eyebrow_left_corner", *(f"left_eyebrow_upper_{place}" for place in quarters))
    mixes.append(between("left_eyebrow_upper_right_corner", "left_eyebrow_lower_right_corner"))
    mixes.append(between("right_eyebrow_upper_left_corner", "right_eyebrow_lower_left_corner"))
    mixes += points(*(f"right_eyebrow_upper_{place}" for place in quarters), "right_eyebrow_right_corner")
    mixes += points("nose_bridge1", "nose_bridge2", "nose_bridge3", "nose_tip")
    mixes += points("nose_left_contour4", "nose_left_contour5", "nose_middle_contour")
    mixes += points("nose_right_contour5", "nose_right_contour4")
    mixes += eye("left") + eye("right")
    upper, lower = "mouth_upper_lip", "mouth_lower_lip"
    mixes += points("mouth_left_corner", f"{upper}_left_contour2", f"{upper}_left_contour1", f"{upper}_top")
    mixes += points(f"{upper}_right_contour1", f"{upper}_right_contour2", "mouth_right_corner")
    mixes += points(f"{lower}_right_contour2", f"{lower}_right_contour3", f"{lower}_bottom")
    mixes += points(f"{lower}_left_contour3", f"{lower}_left_contour2")
    mixes += points(f"{upper}_left_contour3", f"{upper}_left_contour4", f"{upper}_bottom")
    mixes += points(f"{upper}_right_contour4", f"{upper}_right_contour3")
    mixes += points(f"{lower}_right_contour1", f"{lower}_top", f"{lower}_left_contour1")
    return matrix(mixes, 106)
