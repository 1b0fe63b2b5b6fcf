"""Rows of a picture as they were decoded: in bands, one from each thread, for to join them would cost a copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box

Planes = dict[str, NDArray[Any]]


class Band(NamedTuple):
    """Some rows: the channels in the file's own types, alone or as `RGB`/`RGBA` together."""

    box: Box
    planes: Planes

    def cut(self, box: Box) -> Band:
        """What of it lies in a box."""
        inside = self.box.meet(box)
        here = inside.slices(self.box)
        return Band(inside, {name: plane[here] for name, plane in self.planes.items()})

    def copy(self) -> Band:
        return Band(self.box, {name: plane.copy() for name, plane in self.planes.items()})

    @property
    def nbytes(self) -> int:
        return sum(plane.nbytes for plane in self.planes.values())


Bands = tuple[Band, ...]  # from the top down, as wide as each other


def cut(bands: Sequence[Band], box: Box) -> Bands:
    """The part of the bands that lies in a box."""
    return tuple(band.cut(box) for band in bands if not band.box.meet(box).empty)


def joined(bands: Sequence[Band]) -> Planes:
    """The bands as one: copied, if they are several."""
    if len(bands) == 1:
        return bands[0].planes
    return {name: np.concatenate([band.planes[name] for band in bands]) for name in bands[0].planes}


def whole(bands: Sequence[Band]) -> Box:
    """The rectangle that the bands fill."""
    box = bands[0].box
    for band in bands[1:]:
        box = box.join(band.box)
    return box
