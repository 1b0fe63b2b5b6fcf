"""Pictures made larger by a network, tile by tile, as a plain enlargement and what the network adds to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nodegraph.data.errors import GraphError
from nodegraph.data.image import Pixels
from nodegraph.ops.tiles import Tiles, in_tiles

MULTIPLE = 64  # sides of tiles: networks that fold or look through windows want them so
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
    detail = in_tiles(given, tiles, scale, work)
    detail -= enlarged(given, scale)
    detail *= np.float32(blend)
    return np.asarray(result + detail, np.float32)


def enlarged(pixels: Pixels, scale: int) -> Pixels:
    """A picture enlarged by cubics; beyond its edges it goes on with the pixels there."""
    import cv2

    if scale == 1:
        return pixels
    size = (pixels.shape[1] * scale, pixels.shape[0] * scale)
    larger = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(larger, np.float32).reshape(size[1], size[0], -1)
