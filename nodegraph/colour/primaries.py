"""Red, green, blue and white of a colour space, and the matrices that follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


class Primaries(NamedTuple):
    """CIE 1931 xy of red, green, blue and white, in the order of EXR's `chromaticities`."""

    rx: float
    ry: float
    gx: float
    gy: float
    bx: float
    by: float
    wx: float
    wy: float


D65 = (0.3127, 0.3290)
ACES_WHITE = (0.32168, 0.33767)  # SMPTE ST 2065-1; close to D60
DCI_WHITE = (0.314, 0.351)
ILLUMINANT_C = (0.310, 0.316)

# AP0, AP1: SMPTE ST 2065-1 and AMPAS S-2014-004. The others: ITU-R BT.709, BT.601, BT.470, BT.2020,
# SMPTE RP 431-2, EG 432-1, EBU 3213; the table of ITU-T H.273 has them all.
PRIMARIES: Mapping[str, Primaries] = MappingProxyType(
    {
        "ap0": Primaries(0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.0770, *ACES_WHITE),
        "ap1": Primaries(0.713, 0.293, 0.165, 0.830, 0.128, 0.044, *ACES_WHITE),
        "rec709": Primaries(0.64, 0.33, 0.30, 0.60, 0.15, 0.06, *D65),
        "p3d65": Primaries(0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *D65),
        "rec2020": Primaries(0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *D65),
        "adobergb": Primaries(0.64, 0.33, 0.21, 0.71, 0.15, 0.06, *D65),
        "p3dci": Primaries(0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *DCI_WHITE),
        "rec601-525": Primaries(0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65),
        "rec601-625": Primaries(0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *D65),
        "ntsc1953": Primaries(0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *ILLUMINANT_C),
        "film-c": Primaries(0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *ILLUMINANT_C),
        "ebu3213": Primaries(0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *D65),
    }
)

# Bradford cone responses, as OCIO's own configs adapt white points.
_BRADFORD: Matrix = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def named(values: Primaries, tolerance: float = 1e-4) -> str | None:
    """The name of known primaries within `tolerance`, or None."""
    for name, known in PRIMARIES.items():
        if max(abs(a - b) for a, b in zip(values, known, strict=True)) <= tolerance:
            return name
    return None


def _xyz(x: float, y: float) -> Matrix:
    return np.array([x / y, 1.0, (1.0 - x - y) / y])


def sensible(values: Primaries) -> bool:
    """True if a matrix follows from these: a white, and three primaries that are not in one line."""
    if not all(np.isfinite(values)) or values.wy <= 0:
        return False
    columns = np.array([[v[0], v[1], 1 - v[0] - v[1]] for v in (values[0:2], values[2:4], values[4:6])])
    return bool(abs(np.linalg.det(columns)) > 1e-6)


def to_xyz(values: Primaries) -> Matrix:
    """RGB to CIE XYZ with the space's own white at Y = 1 (SMPTE RP 177)."""
    columns = np.array([[v[0], v[1], 1 - v[0] - v[1]] for v in (values[0:2], values[2:4], values[4:6])]).T
    scale = np.linalg.solve(columns, _xyz(values.wx, values.wy))
    return np.asarray(columns * scale, np.float64)


def adaptation(source: tuple[float, float], target: tuple[float, float]) -> Matrix:
    """XYZ under one white to XYZ under another, after Bradford."""
    if source == target:
        return np.eye(3)
    ratio = (_BRADFORD @ _xyz(*target)) / (_BRADFORD @ _xyz(*source))
    return np.asarray(np.linalg.solve(_BRADFORD, ratio[:, None] * _BRADFORD), np.float64)


def rgb_to_rgb(source: Primaries, target: Primaries) -> Matrix:
    """Linear RGB of one space to linear RGB of another, white on white."""
    adapt = adaptation((source.wx, source.wy), (target.wx, target.wy))
    return np.asarray(np.linalg.solve(to_xyz(target), adapt @ to_xyz(source)), np.float64)


def luma_weights(values: Primaries) -> tuple[float, float, float]:
    """How much red, green and blue bring to luminance."""
    red, green, blue = to_xyz(values)[1]
    return float(red), float(green), float(blue)


def from_matrix(rgb_to_ap0: Matrix, white: tuple[float, float]) -> Primaries:
    """The primaries of a space with the given white, from its matrix to ACES2065-1."""
    adapt = adaptation(ACES_WHITE, white)
    xyz = adapt @ to_xyz(PRIMARIES["ap0"]) @ rgb_to_ap0
    xy = (xyz[:2] / xyz.sum(axis=0)).T
    (rx, ry), (gx, gy), (bx, by) = ((float(x), float(y)) for x, y in xy)
    return Primaries(rx, ry, gx, gy, bx, by, *white)
