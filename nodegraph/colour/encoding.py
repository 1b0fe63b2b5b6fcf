"""A colour space spelt out as `curve/primaries`: for files that no space of the config fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import numpy as np

from nodegraph.colour.primaries import PRIMARIES, Primaries, named, rgb_to_rgb, sensible, to_xyz


class Encoding(NamedTuple):
    """How numbers in a file stand for light: a transfer curve, and the primaries the light is mixed of.

    Its text, `pq/rec2020` or `lin/0.64,0.33,0.3,0.6,0.15,0.06,0.3127,0.329`, may stand wherever the
    name of a colour space may, with any config.
    """

    curve: str
    primaries: Primaries

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The encoding that a text spells, or None if it spells none."""
        curve, slash, rest = text.strip().lower().partition("/")
        if not slash or curve not in CURVES:
            return None
        if rest in PRIMARIES:
            return cls(curve, PRIMARIES[rest])
        try:
            numbers = [float(part) for part in rest.split(",")]
        except ValueError:
            return None
        if len(numbers) != 8 or not sensible(Primaries(*numbers)):
            return None
        return cls(curve, Primaries(*numbers))

    def __str__(self) -> str:
        return f"{self.curve}/{named(self.primaries, 0.0) or ','.join(f'{value:.9g}' for value in self.primaries)}"


def to_aces(encoding: Encoding) -> Any:
    """The OCIO transform from an encoding to ACES2065-1."""
    import PyOpenColorIO as ocio

    group = ocio.GroupTransform()
    for step in CURVES[encoding.curve]():
        group.appendTransform(step)
    group.appendTransform(matrix(rgb_to_rgb(encoding.primaries, PRIMARIES["ap0"])))
    return group


def matrix(values: Any) -> Any:
    """An OCIO transform of a 3x3 matrix."""
    import PyOpenColorIO as ocio

    full = np.eye(4)
    full[:3, :3] = values
    return ocio.MatrixTransform(matrix=[float(value) for value in full.ravel()])


def _linear() -> list[Any]:
    return []


def _power(gamma: float) -> Callable[[], list[Any]]:
    def steps() -> list[Any]:
        import PyOpenColorIO as ocio

        # Mirrored: a legal-range movie has values below black, and they are to come back as they went.
        curve = ocio.ExponentTransform(
            value=[gamma, gamma, gamma, 1.0], negativeStyle=ocio.NEGATIVE_MIRROR, direction=ocio.TRANSFORM_DIR_FORWARD
        )
        return [curve]

    return steps


def _power_with_toe(gamma: float, offset: float) -> Callable[[], list[Any]]:
    def steps() -> list[Any]:
        import PyOpenColorIO as ocio

        curve = ocio.ExponentWithLinearTransform(
            gamma=[gamma, gamma, gamma, 1.0],
            offset=[offset, offset, offset, 0.0],
            negativeStyle=ocio.NEGATIVE_LINEAR,
            direction=ocio.TRANSFORM_DIR_FORWARD,
        )
        return [curve]

    return steps


def _builtin(*styles: str) -> Callable[[], list[Any]]:
    def steps() -> list[Any]:
        import PyOpenColorIO as ocio

        return [ocio.BuiltinTransform(style=style) for style in styles]

    return steps


def _hlg() -> list[Any]:
    import PyOpenColorIO as ocio

    # ITU-R BT.2100 HLG as seen on its 1000 nit reference display; 1.0 is 100 nits, as with PQ.
    display = ocio.BuiltinTransform(
        style="DISPLAY - CIE-XYZ-D65_to_REC.2100-HLG-1000nit", direction=ocio.TRANSFORM_DIR_INVERSE
    )
    # The primaries' own matrix follows every curve, so the XYZ of the display goes back to its RGB.
    return [display, matrix(np.linalg.inv(to_xyz(PRIMARIES["rec2020"])))]


def _cineon() -> list[Any]:
    import PyOpenColorIO as ocio

    # Kodak's 10-bit printing density: white at code 685, black at 95, 0.002 density a code, film gamma 0.6.
    black = 10 ** ((95 - 685) * 0.002 / 0.6)
    curve = ocio.LogAffineTransform(
        logSideSlope=[300 / 1023] * 3,
        logSideOffset=[685 / 1023] * 3,
        linSideSlope=[1 - black] * 3,
        linSideOffset=[black] * 3,
        direction=ocio.TRANSFORM_DIR_INVERSE,
    )
    curve.setBase(10.0)
    return [curve]


def _log(decades: float) -> Callable[[], list[Any]]:
    def steps() -> list[Any]:
        import PyOpenColorIO as ocio

        # ITU-T H.273 transfer 9 and 10: code = 1 + log10(light) / decades.
        curve = ocio.LogAffineTransform(
            logSideSlope=[1 / decades] * 3, logSideOffset=[1.0] * 3, direction=ocio.TRANSFORM_DIR_INVERSE
        )
        curve.setBase(10.0)
        return [curve]

    return steps


# Each yields the OCIO steps from the file's numbers to light.
CURVES: Mapping[str, Callable[[], list[Any]]] = MappingProxyType(
    {
        "lin": _linear,
        "srgb": _power_with_toe(2.4, 0.055),
        "itu709": _power_with_toe(1 / 0.45, 0.099),  # the camera's curve; a display shows it with g24
        "smpte240m": _power_with_toe(1 / 0.45, 0.1115),
        "g18": _power(1.8),
        "g22": _power(2.2),
        "g24": _power(2.4),  # ITU-R BT.1886
        "g26": _power(2.6),
        "g28": _power(2.8),
        "pq": _builtin("CURVE - ST-2084_to_LINEAR"),
        "hlg": _hlg,
        "cineon": _cineon,
        "log100": _log(2.0),
        "log316": _log(2.5),
        "acescct": _builtin("CURVE - ACEScct-LOG_to_LINEAR"),
    }
)
