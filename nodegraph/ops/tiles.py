"""A large picture through something that only takes small ones: tile by tile, without seams.

Every tile is seen with a margin of the picture around it, which is thrown away, since a network that looks around
knows less near an edge; what is left of neighbours overlaps and is blended over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nodegraph.data.image import Pixels


class Tiles(NamedTuple):
    """How a picture is cut: the size of a tile, what of it is thrown away on each side, and how far two overlap."""

    height: int
    width: int
    margin: int
    overlap: int

    def fitted(self, height: int, width: int, multiple: int) -> Tiles:
        """Tiles no larger than a picture needs, if their size may be chosen."""
        need = [-(-(side + 2 * self.margin) // multiple) * multiple for side in (height, width)]
        return self._replace(height=min(self.height, need[0]), width=min(self.width, need[1]))


class _Cut(NamedTuple):
    """The tiles along one side: where the kept part of each begins, and the weights of its pixels when enlarged."""

    starts: tuple[int, ...]
    weights: tuple[Pixels, ...]
    reach: int  # how far the kept parts go, which may be beyond the picture


def in_tiles(picture: Pixels, tiles: Tiles, scale: int, work: Callable[[Pixels], Pixels]) -> Pixels:
    """What `work` makes of a picture, `scale` times as large; beyond its edges the picture goes on mirrored."""
    height, width, depth = picture.shape
    margin = tiles.margin
    down = _cut(height, tiles.height, margin, tiles.overlap, scale)
    across = _cut(width, tiles.width, margin, tiles.overlap, scale)
    around = ((margin, margin + down.reach - height), (margin, margin + across.reach - width), (0, 0))
    padded = np.pad(picture, around, mode="symmetric")
    result = np.zeros((height * scale, width * scale, depth), np.float32)
    for top, rows in zip(down.starts, down.weights, strict=True):
        for left, columns in zip(across.starts, across.weights, strict=True):
            tile = padded[top : top + tiles.height, left : left + tiles.width]
            made = work(np.ascontiguousarray(tile))[margin * scale :, margin * scale :]
            bottom, right = min(height - top, len(rows) // scale), min(width - left, len(columns) // scale)
            y, x = bottom * scale, right * scale
            weights = rows[:y, None, None] * columns[None, :x, None]
            result[top * scale : top * scale + y, left * scale : left * scale + x] += made[:y, :x] * weights
    return result


def count(height: int, width: int, tiles: Tiles) -> int:
    """How many tiles a picture is cut into."""
    sides = ((height, tiles.height), (width, tiles.width))
    rows, columns = (len(_cut(side, tile, tiles.margin, tiles.overlap, 1).starts) for side, tile in sides)
    return rows * columns


def _cut(side: int, tile: int, margin: int, overlap: int, scale: int) -> _Cut:
    kept = tile - 2 * margin
    step = kept - overlap
    if kept < 1 or step < 1:
        raise ValueError(f"tiles of {tile} with a margin of {margin} and an overlap of {overlap} leave nothing")
    number = max(1, -(-(side - overlap) // step))
    ramp = (np.arange(overlap * scale, dtype=np.float32) + np.float32(0.5)) / np.float32(max(1, overlap * scale))
    weights = []
    for k in range(number):
        line = np.ones(kept * scale, np.float32)
        if k > 0:
            line[: len(ramp)] = ramp
        if k < number - 1:
            line[len(line) - len(ramp) :] = 1 - ramp
        weights.append(line)
    return _Cut(tuple(k * step for k in range(number)), tuple(weights), (number - 1) * step + kept)
