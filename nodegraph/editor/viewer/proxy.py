"""The part of a picture that is on screen, in float, a pixel for each of the screen's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import EMPTY, Box
from nodegraph.data.buffers import empty
from nodegraph.data.image import ArraySource, Channels, Image, Pixels, frozen
from nodegraph.data.threads import cores, split_rows
from nodegraph.editor.viewer.framing import Framing, Pane


@dataclass(frozen=True, eq=False)
class Proxy:
    """Light as it falls on the pane: `pixels` fill `place`, the screen pixels that the picture touches."""

    pixels: Pixels
    place: Box
    channels: Channels
    read: Box  # the pixels of the picture that were asked for


def proxy(
    image: Image,
    framing: Framing,
    pane: Pane,
    channels: Sequence[str] | None = None,
    *,
    within: Box | None = None,
    draft: bool = False,
) -> Proxy:
    """What the pane shows of a picture, before exposure and view.

    Smaller than 1:1 each screen pixel is the mean of the light that falls on it; larger, the pixel that
    its middle lies in. Nothing is read that is not on screen. `within` narrows it to a part of the
    pane (one side of a wipe), `draft` takes the nearest pixel at any size: it flickers, and is quick.
    """
    names = tuple(image.channels if channels is None else channels)
    place = framing.shown(image.data, pane).meet(pane.box if within is None else within)
    needed = _source(image.data, framing, place)
    if place.empty or needed.empty or not names:
        return Proxy(np.zeros((0, 0, len(names)), np.float32), EMPTY, names, EMPTY)
    pixels, box, offset = _taken(image, needed, names)
    shape = (place.height, place.width, len(names))
    if (framing.across, framing.zoom) == (1.0, 1.0) and (needed.height, needed.width) == shape[:2] and _whole(framing):
        rows, columns = needed.slices(box)
        return Proxy(frozen(pixels[rows, columns, offset : offset + len(names)]), place, names, needed)
    result: Pixels = empty(shape)
    if draft or (framing.across >= 1 and framing.zoom >= 1):
        _pick(pixels, box, offset, framing, place, result)
    else:
        _average(pixels, box, offset, framing, place, result)
    return Proxy(frozen(result), place, names, needed)


def _whole(framing: Framing) -> bool:
    return framing.x == round(framing.x) and framing.y == round(framing.y)


def _source(data: Box, framing: Framing, place: Box) -> Box:
    """The pixels of the picture under a rectangle of the pane."""
    x0, y0 = framing.to_picture(place.x0, place.y0)
    x1, y1 = framing.to_picture(place.x1, place.y1)
    return Box(math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1)).meet(data)


def _taken(image: Image, needed: Box, names: Channels) -> tuple[Pixels, Box, int]:
    """Pixels that hold what is needed, where they lie, and at which channel the wanted ones begin.

    A picture in memory is taken as it lies there, whole rows with all channels: nothing is copied.
    """
    if isinstance(image.source, ArraySource):
        held = image.source
        first = held.channels.index(names[0]) if names[0] in held.channels else -1
        rows = Box(held.data.x0, needed.y0, held.data.x1, needed.y1)
        if first >= 0 and held.channels[first : first + len(names)] == names and held.data.covers(needed):
            return held.pixels[rows.slices(held.data)[0]], rows, first
    return image.region(needed, names), needed, 0


def _pick(pixels: Pixels, box: Box, offset: int, framing: Framing, place: Box, result: Pixels) -> None:
    from nodegraph.editor.viewer.proxy_kernels import picked

    row = _nearest(place.y0, place.y1, framing.zoom, framing.y, box.y0, box.y1)
    column = _nearest(place.x0, place.x1, framing.across, framing.x, box.x0, box.x1)
    split_rows(lambda start, end: picked(pixels, offset, row, column, start, end, result), place.height, result.nbytes)


def _nearest(start: int, end: int, zoom: float, origin: float, low: int, high: int) -> NDArray[np.int64]:
    middle = (np.arange(start, end) + 0.5) / zoom + origin
    found: NDArray[np.int64] = np.clip(np.floor(middle).astype(np.int64), low, high - 1) - low
    return found


def _average(pixels: Pixels, box: Box, offset: int, framing: Framing, place: Box, result: Pixels) -> None:
    from nodegraph.editor.viewer.proxy_kernels import averaged

    first_row, rows = _shares(place.y0, place.y1, framing.zoom, framing.y, box.y0, box.y1)
    first_column, columns = _shares(place.x0, place.x1, framing.across, framing.x, box.x0, box.x1)

    height, width, depth = pixels.shape
    lines = pixels.reshape(height, width * depth)

    def share(start: int, end: int) -> None:
        line = np.empty(width * depth, np.float32)
        averaged(lines, depth, offset, first_row, rows, first_column, columns, line, start, end, result)

    split_rows(share, place.height, pixels.nbytes if cores() > 1 else 0)


def _shares(start: int, end: int, zoom: float, origin: float, low: int, high: int) -> tuple[NDArray[np.int64], Pixels]:
    """Which source pixels each screen pixel covers, and how much of it each; beyond the picture is black."""
    edges = np.arange(start, end + 1) / zoom + origin
    left, right = edges[:-1], edges[1:]
    count = math.ceil(1 / zoom) + 1
    first = np.floor(left).astype(np.int64)
    each = first[:, None] + np.arange(count)
    cover = np.minimum(right[:, None], each + 1) - np.maximum(left[:, None], each)
    cover = np.where((each >= low) & (each < high), np.clip(cover, 0, None), 0.0) * zoom
    # Shares of nought go to the end, so that the sum may stop at the first of them.
    ahead = np.argmax(cover > 1e-9, axis=1)
    found = np.take_along_axis(cover, np.minimum(ahead[:, None] + np.arange(count), count - 1), axis=1)
    found[ahead[:, None] + np.arange(count) >= count] = 0.0
    found[found <= 1e-9] = 0.0
    return np.clip(first + ahead, low, high - 1) - low, np.ascontiguousarray(found, np.float32)
