"""What networks look at: light between 0 and 1, as a screen shows it, and the way back that loses nothing.

A network sees values cut at 0 and 1. What it changes is added as a difference to values that were never cut, so a
highlight of 16 stays one, and what the network left alone comes back as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.colour.coding import REC709, Curve
from nodegraph.colour.config import load_config
from nodegraph.colour.convert import convert
from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels
from nodegraph.data.shot import Shot
from nodegraph.data.threads import split_rows


@dataclass(frozen=True)
class NetworkLight:
    """Between the working space of a shot and what networks were trained on."""

    config: str
    space: str
    gain: float = 1.0  # exposure, so that a dark or bright plate lies where networks saw most faces

    @classmethod
    def of(cls, shot: Shot, stops: float = 0.0) -> NetworkLight:
        return cls(shot.config, shot.space, 2.0**stops)

    def encode(self, light: Pixels) -> Pixels:
        """Light on the curve of a screen, below 0 and above 1 too."""
        return curve(convert(light, load_config(self.config), self.space, REC709) * np.float32(self.gain))

    def decode(self, shown: Pixels) -> Pixels:
        """The light that was encoded."""
        light = uncurve(shown) / np.float32(self.gain)
        return convert(light, load_config(self.config), REC709, self.space)

    def changed(self, light: Pixels, difference: NDArray[np.float32]) -> Pixels:
        """The light with a difference added on the curve; where there is none, the very same light."""
        new = self.decode(self.encode(light) + difference)
        return np.where((difference != 0).any(axis=-1, keepdims=True), new, light)


def seen(shown: Pixels) -> Pixels:
    """What a network is given of it."""
    return np.clip(shown, 0.0, 1.0)


def curve(light: Pixels) -> Pixels:
    """sRGB's curve, mirrored below 0 and continued by a logarithm above 1."""
    from nodegraph.colour.coding_kernels import bend_values

    return _through(light, bend_values)


def uncurve(shown: Pixels) -> Pixels:
    """The inverse of the curve."""
    from nodegraph.colour.coding_kernels import straighten_values

    return _through(shown, straighten_values)


def _through(values: Pixels, bend: Callable[[Any, int, Any, int, int], None]) -> Pixels:
    flat = np.ascontiguousarray(values).reshape(-1)
    result = empty(flat.shape)
    split_rows(lambda first, end: bend(flat, Curve.SCREEN.value, result, first, end), len(flat), result.nbytes)
    return np.asarray(result.reshape(values.shape), np.float32)
