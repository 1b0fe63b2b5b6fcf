"""A crop's way through a network and back: between black and white there, as a difference to all of its light back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nodegraph.data.crop import Crop, Matrix
from nodegraph.data.faces import Points, five_of
from nodegraph.data.image import Pixels
from nodegraph.ops.boost import change_of, looks, woven
from nodegraph.ops.keep_grain import lost_grain
from nodegraph.ops.reframe import brought_back, framing, sized
from nodegraph.ops.templates import Template


class Light(Protocol):
    """Between scene light and the light of networks, cut nowhere."""

    def encode(self, light: Pixels) -> Pixels: ...

    def decode(self, shown: Pixels) -> Pixels: ...


@dataclass(frozen=True, eq=False)
class Passage:
    """One crop, and what a network is shown of it. Make it by `passage`."""

    crop: Crop
    light: Light
    shown: Pixels  # all of its light, on the curve of a screen
    matrix: Matrix  # from the crop to the network's picture
    boost: int
    fed: Pixels  # boost² pictures for the network, 0 to 1

    def back(self, answered: Pixels, detail: float, keep_grain: float, mix: float = 1.0) -> Pixels:
        """The light of the crop with what the network changed; where it changed nothing, the very same light."""
        seen = np.clip(self.shown, 0, 1)
        change = change_of(seen, self.fed, np.clip(answered, 0, 1), self.matrix, self.boost, detail)
        if keep_grain:
            change = change + lost_grain(seen, change, self.crop.scale) * np.float32(keep_grain)
        change = change * np.float32(mix)
        new = self.light.decode(self.shown + change)
        return np.where((change != 0).any(axis=2, keepdims=True), new, self.crop.pixels)

    def matte(self, drawn: Pixels) -> Pixels:
        """A matte that the network drew (boost² planes), at the pixels of the crop; 0 beyond the network's picture."""
        whole = woven(drawn[..., None], self.boost)
        finer = sized(self.boost) @ self.matrix
        return np.asarray(np.clip(brought_back(whole, finer, self.crop.size)[..., 0], 0, 1), np.float32)


def passage(crop: Crop, light: Light, template: Template, size: int, boost: int = 1) -> Passage:
    """A crop made ready for a network that wants faces framed by a template, at a size."""
    shown = light.encode(crop.pixels)
    matrix = framing(five_of(crop.points), template, size)
    fed = np.clip(looks(np.clip(shown, 0, 1), matrix, size, boost), 0, 1)
    return Passage(crop, light, shown, matrix, boost, fed)


def look(shown: Pixels, points: Points, template: Template, size: int) -> Pixels:
    """A face in any picture on the curve of a screen, as a network wants it: one square, 0 to 1."""
    matrix = framing(five_of(points), template, size)
    return np.asarray(np.clip(looks(np.clip(shown, 0, 1), matrix, size)[0], 0, 1), np.float32)
