"""Pictures made larger by a network, tile by tile, as a plain enlargement and what the network adds to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nodegraph.data.errors import GraphError
from nodegraph.data.image import Pixels
from nodegraph.ops.tiles import Tiles, in_tiles

MULTIPLE = 64  # sides of tiles: networks that fold or look through windows want them so
REACH = 2  # pixels to each side that a cubic is made of
KEPT = 8  # pixels of a tile that must be left


def tiles_for(sides: tuple[int, int] | None, height: int, width: int, tile: int, margin: int, overlap: int) -> Tiles:
    """How a picture is cut for a network, which may take tiles of certain sides only."""
    if sides is not None:
        tiles = Tiles(*sides, margin, overlap)
    else:
        side = max(MULTIPLE, tile // MULTIPLE * MULTIPLE)
        tiles = Tiles(side, side, margin, overlap).fitted(height, width, MULTIPLE)
    if min(tiles.height, tiles.width) < 2 * margin + overlap + KEPT:
        raise GraphError(
            f"tiles of {tiles.width}x{tiles.height} are too small for a margin of {margin} and an overlap of {overlap}",
            "make the tiles larger, or margin and overlap smaller",
        )
    return tiles


def upscaled(shown: Pixels, tiles: Tiles, scale: int, work: Callable[[Pixels], Pixels], blend: float = 1.0) -> Pixels:
    """A picture on the curve of a screen, larger. `work` sees it cut at black and white, and never a broken pixel."""
    result = enlarged(shown, scale)
    if blend == 0:
        return result
    given = np.nan_to_num(np.clip(shown, 0, 1), nan=0.0)

    def added(tile: Pixels) -> Pixels:
        detail = np.subtract(work(tile), enlarged(tile, scale), dtype=np.float32)
        return detail if blend == 1 else np.multiply(detail, blend, dtype=np.float32)

    detail = in_tiles(given, tiles, scale, added)
    detail += result
    return detail


def enlarged(pixels: Pixels, scale: int) -> Pixels:
    """A picture enlarged by cubics; beyond its edges it goes on mirrored."""
    import cv2

    if scale == 1:
        return pixels
    wide = np.pad(pixels, ((REACH, REACH), (REACH, REACH), (0, 0)), mode="symmetric")
    size = (wide.shape[1] * scale, wide.shape[0] * scale)
    larger = cv2.resize(wide, size, interpolation=cv2.INTER_CUBIC).reshape(size[1], size[0], -1)
    beyond = REACH * scale
    return np.asarray(larger[beyond:-beyond, beyond:-beyond], np.float32)
