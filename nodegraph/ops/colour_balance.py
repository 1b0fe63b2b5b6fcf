"""Light balanced by hand: gain, offset and saturation, as one straight map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nodegraph.ops.colour_transfer import Affine


@dataclass(frozen=True)
class Balance:
    """What the artist turned: a gain, then an offset, then saturation."""

    gain: tuple[float, ...] = (1.0, 1.0, 1.0)
    offset: tuple[float, ...] = (0.0, 0.0, 0.0)
    saturation: float = 1.0

    @property
    def neutral(self) -> bool:
        return self.gain == (1.0, 1.0, 1.0) and not any(self.offset) and self.saturation == 1

    def affine(self, luminance: tuple[float, float, float]) -> Affine | None:
        """The map of light, or None if it is none; `luminance` is what red, green and blue bring to it."""
        if self.neutral:
            return None
        colour = np.eye(3) * self.saturation + (1 - self.saturation) * np.tile(luminance, (3, 1))
        return Affine(colour @ np.diag(self.gain), colour @ np.array(self.offset))
