"""The edges of a matte: eaten away or grown by fractions of pixels, softened inwards, faded at the crop's border.

Grey mattes stay grey: what is half covered in the middle of a matte stays half covered, whatever is done to its edge.
Beyond the crop there is nothing, so a matte that reaches its border is eaten away there too.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.buffers import empty
from nodegraph.data.coverage import covered
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows
from nodegraph.ops.wide_blur import grown, halved, left_over

FADE = 0.02  # of the crop's size: how far from its border a matte begins to fade
NARROW = 1e-3  # pixels that change nothing
FINE = 9  # pixels of half a feather that are enough to draw it smoothly
CUT = 3.0  # sigmas at which the kernel of a feather ends
BLOCK = 16  # pixels of a square that is left as it is where nothing within reach differs


@cache
def _kernels() -> tuple[Any, Any]:
    from nodegraph.data.compiled import compiled

    @compiled("fast")
    def least(tables: Any, radius: float, busy: Any, start: int, end: int, result: Any) -> None:
        """The least value within a disc around each pixel; `tables[k]` holds the least of 2**k pixels from there on.

        The picture lies `pad` pixels inside the tables. Between pixels it is taken as straight, along the rows
        exactly, so that the disc may have any radius. Blocks that are not `busy` stay as they are. (Pieces of rows, and
        not places in them, are what the processor does several of at once.)
        """
        whole = math.floor(radius)
        part = radius - whole
        pad = whole + 2
        width = result.shape[1]
        plain = tables[0]
        for row in range(start, end):
            out = result[row]
            here = row + pad
            blocks = busy[row // BLOCK]
            out[:] = plain[here, pad : pad + width]
            block = 0
            while block < len(blocks):
                if not blocks[block]:
                    block += 1
                    continue
                left = block * BLOCK
                while block < len(blocks) and blocks[block]:
                    block += 1
                right = min(block * BLOCK, width)
                count = right - left
                into = out[left:right]
                first = pad + left
                last = first + count
                above, beyond = plain[here - whole, first:last], plain[here - whole - 1, first:last]
                below, under = plain[here + whole, first:last], plain[here + whole + 1, first:last]
                for x in range(count):
                    over = above[x] * (1 - part) + beyond[x] * part
                    into[x] = min(over, below[x] * (1 - part) + under[x] * part)
                for down in range(-whole, whole + 1):
                    reach = math.sqrt(radius * radius - down * down)
                    side = math.floor(reach)
                    rest = reach - side
                    k = 0
                    while (2 << k) <= 2 * side + 1:
                        k += 1
                    table, line = tables[k, here + down], plain[here + down]
                    shift = 2 * side + 1 - (1 << k)
                    one, other = table[first - side : last - side], table[first - side + shift : last - side + shift]
                    near, far = line[first - side : last - side], line[first - side - 1 : last - side - 1]
                    there, past = line[first + side : last + side], line[first + side + 1 : last + side + 1]
                    for x in range(count):
                        ends = min(near[x] * (1 - rest) + far[x] * rest, there[x] * (1 - rest) + past[x] * rest)
                        into[x] = min(into[x], one[x], other[x], ends)

    @compiled("fast")
    def ends(source: Any, low: Any, high: Any) -> None:
        """The least and the greatest value of each block."""
        width = source.shape[1]
        under, over = np.empty(width, source.dtype), np.empty(width, source.dtype)
        for down in range(low.shape[0]):
            rows = source[down * BLOCK : (down + 1) * BLOCK]
            under[:], over[:] = rows[0], rows[0]
            for row in range(1, rows.shape[0]):
                line = rows[row]
                for x in range(width):
                    under[x] = min(under[x], line[x])
                    over[x] = max(over[x], line[x])
            for across in range(low.shape[1]):
                one, other = under[across * BLOCK], over[across * BLOCK]
                for x in range(across * BLOCK + 1, min((across + 1) * BLOCK, width)):
                    one, other = min(one, under[x]), max(other, over[x])
                low[down, across], high[down, across] = one, other

    return least, ends


def eroded(matte: Pixels, radius: float) -> Pixels:
    """The matte with its edge moved inwards by so many pixels; outwards where they are negative."""
    if abs(radius) < NARROW or not matte.any():
        return matte
    far = abs(radius)
    more = math.ceil(far) + 1 if radius < 0 else 0
    rows, columns = np.flatnonzero(matte.any(axis=1)), np.flatnonzero(matte.any(axis=0))
    part = (
        slice(max(0, rows[0] - more), min(matte.shape[0], rows[-1] + 1 + more)),
        slice(max(0, columns[0] - more), min(matte.shape[1], columns[-1] + 1 + more)),
    )
    source = matte[part] if radius > 0 else -matte[part]
    pad = math.floor(far) + 2
    levels = (2 * pad + 1).bit_length()
    tables = empty((levels, source.shape[0] + 2 * pad, source.shape[1] + 2 * pad))
    tables[0] = 0
    tables[0, pad:-pad, pad:-pad] = source

    def fill(first: int, end: int) -> None:
        rows = tables[:, first:end]
        for k in range(1, levels):
            half = 1 << (k - 1)
            rows[k, :, -half:] = rows[k - 1, :, -half:]
            np.minimum(rows[k - 1, :, :-half], rows[k - 1, :, half:], out=rows[k, :, :-half])

    split_rows(fill, tables.shape[1], tables.nbytes)
    busy, least = _busy(source, pad), np.empty_like(source)
    kernel, _ = _kernels()
    split_rows(lambda first, end: kernel(tables, far, busy, first, end, least), source.shape[0], tables.nbytes * pad)
    result = np.zeros_like(matte)
    result[part] = least if radius > 0 else -least
    return result


def _busy(source: Pixels, far: int) -> NDArray[np.bool_]:
    """The blocks that have different values within reach."""
    import cv2

    shape = tuple(-(-length // BLOCK) for length in source.shape)
    low, high = np.empty(shape, np.float32), np.empty(shape, np.float32)
    _, ends = _kernels()
    ends(np.ascontiguousarray(source), low, high)
    reach = -(-far // BLOCK)
    around = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    beyond: Any = {"borderType": cv2.BORDER_CONSTANT, "borderValue": 0}
    low, high = cv2.erode(low, around, **beyond), cv2.dilate(high, around, **beyond)
    return np.asarray(low != high)


def trimmed(matte: Pixels, top: float = 0.0, bottom: float = 0.0, left: float = 0.0, right: float = 0.0) -> Pixels:
    """The matte with the edge of single sides moved inwards; outwards where the number is negative."""
    matte = _from_top(matte, top)
    matte = _from_top(matte[::-1], bottom)[::-1]
    matte = _from_top(matte.T, left).T
    return np.ascontiguousarray(_from_top(matte.T[::-1], right)[::-1].T)


def _from_top(matte: Pixels, pixels: float) -> Pixels:
    """The edges that look up moved down."""
    far = abs(pixels)
    if far < NARROW:
        return matte
    whole = math.floor(far)
    one, other = (_least_above(matte, count, pixels > 0) for count in (whole, whole + 1))
    result: Pixels = one + (other - one) * np.float32(far - whole)
    return result


def _least_above(matte: Pixels, count: int, inwards: bool) -> Pixels:
    """The least of each pixel and so many above it; or the greatest of it and so many below."""
    import cv2

    count = min(count, matte.shape[0])
    if count == 0:
        return matte
    window = np.ones((count + 1, 1), np.uint8)
    work = cv2.erode if inwards else cv2.dilate
    anchor = (0, count if inwards else 0)
    done = work(np.ascontiguousarray(matte), window, anchor=anchor, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(done, np.float32)


def feathered(matte: Pixels, width: float, erode: float = 0.0) -> Pixels:
    """The matte with its edge moved inwards, and a soft edge of some pixels inside that: 0 at the edge, no more before.

    A wide feather holds nothing fine, and is made at a fraction of the size.
    """
    part = covered(matte)
    if width < NARROW or part.empty:
        return eroded(matte, erode)
    times = max(0, math.floor(math.log2(width / 2 / FINE)))
    if erode < 0:
        return _feathered(matte, width, erode, times)
    grain = 1 << times  # so that halves fall on the same pixels
    rows, columns = slice(part.y0 // grain * grain, part.y1), slice(part.x0 // grain * grain, part.x1)
    result = np.zeros_like(matte)  # where nothing was nothing comes
    result[rows, columns] = _feathered(np.ascontiguousarray(matte[rows, columns]), width, erode, times)
    return result


def _feathered(matte: Pixels, width: float, erode: float, times: int) -> Pixels:
    """All of a matte feathered, halved so many times."""
    import cv2

    half = width / 2
    sigma = half / CUT
    small = matte[..., None]
    for axis in (0, 1) * times:
        small = halved(small, axis)
    inner = eroded(small[..., 0], (erode + half) / 2**times)
    left = left_over(sigma, times)
    far = CUT * left
    at = np.arange(-math.ceil(far), math.ceil(far) + 1)
    weights = np.exp(-0.5 * (at / left) ** 2) * (np.abs(at) <= far)
    line = (weights / weights.sum()).astype(np.float32)
    soft, more = np.empty_like(inner), len(line) // 2

    def blur(first: int, end: int) -> None:
        top, bottom = max(0, first - more), min(len(inner), end + more)
        done = cv2.sepFilter2D(inner[top:bottom], cv2.CV_32F, line, line, borderType=cv2.BORDER_CONSTANT)
        soft[first:end] = done[first - top : end - top]

    split_rows(blur, len(inner), inner.nbytes * len(line))
    wide = grown(grown(soft[..., None], 1, times, matte.shape[1]), 0, times, matte.shape[0])[..., 0]
    result: Pixels = np.clip(wide, 0, matte if erode >= 0 else 1)
    return result


def faded(matte: Pixels) -> Pixels:
    """The matte without its reach to the crop's border, where a paste would show an edge."""
    ramps = []
    for size in matte.shape:
        wide = max(2.0, FADE * size)
        near = np.minimum(np.arange(size), np.arange(size)[::-1]) / wide
        t = np.clip(near, 0, 1)
        ramps.append((t * t * (3 - 2 * t)).astype(np.float32))
    result: Pixels = np.minimum(matte, np.minimum(ramps[0][:, None], ramps[1][None, :]))
    return result
