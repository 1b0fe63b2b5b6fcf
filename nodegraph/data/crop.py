"""Crops: faces taken out of a plate, upright and of one size, with the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box, Format
from nodegraph.data.faces import Face, Points
from nodegraph.data.image import Pixels, frozen

Matrix = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Crop:
    """One face, square and upright.

    `plate` is what the plate shows there and never changes; `pixels` is what has become of it. Both are scene-linear
    light, rows x columns x 3. `matrix` takes places of the plate to places of the crop, in pixels, y down, corners at
    whole numbers. `matte` says how far the face reaches, 1 inside; without one it reaches everywhere.
    """

    track: str
    face: Face
    matrix: Matrix  # 3 x 3
    plate: Pixels
    pixels: Pixels
    matte: Pixels | None = None
    identity: str = ""  # who is in it now, where that has changed

    @property
    def size(self) -> int:
        return int(self.plate.shape[0])

    @property
    def scale(self) -> float:
        """Pixels of the crop to one of the plate, which has as many across as down on average."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:2, :2]))))

    @property
    def points(self) -> Points:
        """The landmarks in the crop."""
        if self.face.points is None:
            raise ValueError("this face has no landmarks")
        return moved(self.face.points, self.matrix)

    @property
    def upright(self) -> Face:
        """The face as it lies in the crop: there its pixels are square, whatever the plate's are."""
        return self.face if self.face.points is None else replace(self.face, points=self.points)

    @property
    def face_size(self) -> float:
        """The longer side of the face's box, in pixels of the crop."""
        across, down = np.linalg.norm(self.matrix[:2, :2], axis=0)
        return float(max(self.face.box.width * across, self.face.box.height * down))

    def coverage(self) -> Pixels:
        """The matte, or ones."""
        return self.matte if self.matte is not None else frozen(np.ones(self.plate.shape[:2], np.float32))

    def box(self, grow: int = 1) -> Box:
        """The rectangle of the plate that the crop can reach."""
        size = float(self.size)
        corners = moved(np.array([[0, 0], [size, 0], [size, size], [0, size]]), np.linalg.inv(self.matrix))
        low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
        return Box(int(low[0]) - grow, int(low[1]) - grow, int(high[0]) + grow, int(high[1]) + grow)

    def with_pixels(self, pixels: NDArray[Any], **changes: Any) -> Crop:
        return replace(self, pixels=frozen(pixels), **changes)

    def with_matte(self, matte: NDArray[Any]) -> Crop:
        return replace(self, matte=frozen(matte))


@dataclass(frozen=True, eq=False)
class Crops:
    """The crops of one frame, and the format of the plate they are of."""

    format: Format
    colorspace: str
    crops: tuple[Crop, ...] = field(default=())

    def __iter__(self) -> Iterator[Crop]:
        return iter(self.crops)

    def __len__(self) -> int:
        return len(self.crops)

    @property
    def nbytes(self) -> int:
        return sum(
            crop.plate.nbytes + crop.pixels.nbytes + (0 if crop.matte is None else crop.matte.nbytes) for crop in self
        )

    def each(self, crops: Any) -> Crops:
        """The same frame with other crops."""
        return replace(self, crops=tuple(crops))


def moved(points: Points, matrix: Matrix) -> Points:
    """Points through a 3 x 3 matrix of an affine map."""
    result: Points = points @ matrix[:2, :2].T + matrix[:2, 2]
    return result
