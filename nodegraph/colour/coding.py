"""Light as numbers that colours are compared by: how bright to the eye, and unbounded on both sides.

Every coding is light through a matrix, a curve and another matrix. The curves go on above 1, and below black they are
mirrored, so that neither a highlight of 16 nor a value below 0 is cut or far off from its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nodegraph.colour.config import load_config
from nodegraph.colour.convert import convert
from nodegraph.colour.primaries import PRIMARIES, to_xyz
from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels, frozen
from nodegraph.data.shot import Shot
from nodegraph.data.threads import split_rows

Matrix = NDArray[np.floating[Any]]
REC709, AP1 = "lin_rec709_scene", "lin_ap1_scene"
NOWHERE = np.empty((0, 0), np.float32)  # no matte: everywhere


class Curve(Enum):
    """What becomes of an amount of light."""

    STRAIGHT = 0
    SCREEN = 1  # sRGB's, a logarithm above 1: what networks are shown
    LOG = 2  # ACEScct's (S-2016-001)
    ROOT = 3  # CIE L*a*b*'s cube root


@dataclass(frozen=True, eq=False)
class Coding:
    """Between light and code: `axes` of the `curve` of `mixed` light."""

    curve: Curve
    mixed: Matrix
    axes: Matrix

    def encode(self, light: Pixels) -> Pixels:
        """Light (rows x columns x 3) as code."""
        from nodegraph.colour.coding_kernels import encode_rows

        light, out = np.ascontiguousarray(light), empty(light.shape)
        mixed, axes = _single(self.mixed), _single(self.axes)
        split_rows(
            lambda first, end: encode_rows(light, mixed, self.curve.value, axes, out, first, end), len(out), out.nbytes
        )
        return frozen(out)

    def decode(self, code: Pixels) -> Pixels:
        """The light that was encoded."""
        from nodegraph.colour.coding_kernels import decode_rows

        code, out = np.ascontiguousarray(code), empty(code.shape)
        axes, back = _single(np.linalg.inv(self.axes)), _single(np.linalg.inv(self.mixed))
        split_rows(
            lambda first, end: decode_rows(code, axes, self.curve.value, back, out, first, end), len(out), out.nbytes
        )
        return frozen(out)

    def through(self, light: Pixels, matrix: Matrix, offset: Matrix, matte: Pixels | None = None) -> Pixels:
        """Light whose code was multiplied by a matrix and offset, in one go; where the matte is 0, the very same."""
        from nodegraph.colour.coding_kernels import through_rows

        light, out = np.ascontiguousarray(light), empty(light.shape)
        back = np.linalg.inv(self.axes)
        moved, shift = _single(back @ matrix @ self.axes), _single(back @ offset)
        mixed, unmixed = _single(self.mixed), _single(np.linalg.inv(self.mixed))
        cover = NOWHERE if matte is None else np.ascontiguousarray(matte)
        number = self.curve.value
        split_rows(
            lambda first, end: through_rows(light, cover, mixed, number, moved, shift, unmixed, out, first, end),
            len(out),
            out.nbytes,
        )
        return frozen(out)

    @classmethod
    def screen(cls, shot: Shot) -> Self:
        """As a screen shows it, and as networks are shown it."""
        return cls(Curve.SCREEN, matrix_to(shot.config, shot.space, REC709), np.eye(3))

    @classmethod
    def log(cls, shot: Shot) -> Self:
        """ACEScct: equal steps for equal stops."""
        return cls(Curve.LOG, matrix_to(shot.config, shot.space, AP1), np.eye(3))

    @classmethod
    def linear(cls) -> Self:
        """Light itself."""
        return cls(Curve.STRAIGHT, np.eye(3), np.eye(3))

    @classmethod
    def lab(cls, shot: Shot) -> Self:
        """CIE L* + 16, a* and b* over 100, with a white of 1 in Rec. 709's primaries."""
        return cls(Curve.ROOT, ROOTS @ matrix_to(shot.config, shot.space, REC709), LAB)


def _roots() -> Matrix:
    xyz = to_xyz(PRIMARIES["rec709"]).astype(np.float64)
    roots: Matrix = xyz / xyz.sum(axis=1, keepdims=True)
    return roots


ROOTS = _roots()  # Rec. 709 light to X, Y and Z over those of its white
LAB = np.array([[0.0, 1.16, 0.0], [5.0, -5.0, 0.0], [0.0, 2.0, -2.0]])


def matrix_to(config: str, space: str, other: str) -> Matrix:
    """The matrix from one linear space to another."""
    basis = convert(np.eye(3, dtype=np.float32)[None], load_config(config), space, other)[0]
    return np.transpose(basis).astype(np.float64)


def _single(matrix: Matrix) -> Pixels:
    return np.ascontiguousarray(matrix, np.float32)
