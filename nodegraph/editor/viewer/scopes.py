"""Histogram, waveform, vectorscope, zebra and false colour, as arrays of a thinned picture."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows

ENOUGH = 160_000  # pixels that a scope is made of: more change nothing that is seen
Counts = NDArray[np.float32]
REC709 = (0.2126, 0.7152, 0.0722)
GREY = 0.18  # the light of a grey card
# The bands of false colour: up to so many stops above the grey card, and the colour that they show as.
BANDS: tuple[tuple[float, tuple[float, float, float]], ...] = (
    (-6.0, (0.35, 0.05, 0.55)),  # crushed
    (-4.0, (0.10, 0.20, 0.80)),
    (-2.5, (0.10, 0.55, 0.75)),
    (-0.5, (0.35, 0.35, 0.35)),
    (0.5, (0.20, 0.65, 0.25)),  # the grey card
    (1.0, (0.55, 0.55, 0.55)),
    (1.5, (0.90, 0.55, 0.60)),  # skin in the key light
    (2.5, (0.80, 0.80, 0.80)),
    (4.0, (0.95, 0.85, 0.20)),
    (6.0, (0.95, 0.50, 0.10)),
)
BEYOND = (0.95, 0.10, 0.10)

STRIPES = np.array([(0, 0, 0), (0.1, 0.3, 1.0), (1.0, 0.1, 0.1), (1.0, 0.0, 1.0)], np.float32)  # by `Fault`


class Fault(IntEnum):
    """What the zebra marks."""

    NONE = 0
    BELOW = 1
    ABOVE = 2
    BROKEN = 3  # no number, or without end


class Histogram(NamedTuple):
    """Counts of values: a row to each channel. `below` and `above` fell outside the span, `broken` are no numbers."""

    counts: NDArray[np.int64]
    below: tuple[int, ...]
    above: tuple[int, ...]
    broken: int


def thinned(pixels: Pixels, most: int = ENOUGH) -> Pixels:
    """Every so-manieth pixel of a picture, evenly both ways, so that no more than `most` are left."""
    height, width = pixels.shape[:2]
    step = 1
    while -(-height // step) * -(-width // step) > most:
        step += 1
    return pixels[step // 2 :: step, step // 2 :: step] if step > 1 else pixels


def histogram(pixels: Pixels, bins: int = 256, span: tuple[float, float] = (0.0, 1.0)) -> Histogram:
    """How often each value is met between the ends of a span, channel by channel; the upper end belongs to the last."""
    low, high = span
    rows, below, above, broken = [], [], [], 0
    for channel in range(pixels.shape[2]):
        values = pixels[..., channel].ravel()
        sound = values[np.isfinite(values)]
        broken += values.size - sound.size
        under, over = sound < low, sound > high
        kept = sound[~(under | over)]
        place = np.minimum(((kept - np.float32(low)) * np.float32(bins / (high - low))).astype(np.int64), bins - 1)
        rows.append(np.bincount(place, minlength=bins))
        below.append(int(under.sum()))
        above.append(int(over.sum()))
    return Histogram(np.array(rows, np.int64).reshape(-1, bins), tuple(below), tuple(above), broken)


def waveform(pixels: Pixels, width: int = 512, height: int = 256, span: tuple[float, float] = (0.0, 1.0)) -> Counts:
    """The share of each column of the picture at each level, a plane to each channel; bright values at the top.

    Values beyond the span lie in its end rows, as on a waveform monitor; what is no number is left out.
    """
    rows, columns, depth = pixels.shape
    across = np.broadcast_to(np.arange(columns) * width // max(1, columns), (rows, columns))
    result = np.zeros((height, width, depth), np.float32)
    for channel in range(depth):
        values = pixels[..., channel]
        sound = np.isfinite(values)
        level = _level(values[sound], height, span)
        counts = np.bincount((height - 1 - level) * width + across[sound], minlength=width * height)
        result[..., channel] = counts.reshape(height, width)
    result /= np.float32(max(1.0, rows * columns / width))
    return result


def parade(pixels: Pixels, width: int = 512, height: int = 256, span: tuple[float, float] = (0.0, 1.0)) -> Counts:
    """Waveforms of red, green and blue side by side, each in its own plane of one picture."""
    part = width // 3
    each = waveform(pixels[..., :3], part, height, span)
    result = np.zeros((height, width, 3), np.float32)
    for channel in range(each.shape[2]):
        result[:, channel * part : (channel + 1) * part, channel] = each[..., channel]
    return result


def vectorscope(pixels: Pixels, size: int = 256, gain: float = 1.0) -> Counts:
    """The share of pixels at each colour: Cb to the right, Cr up, grey in the middle (BT.709 code values).

    The circle that touches the sides is at 0.5, where full red, green and blue would lie at the furthest.
    """
    across, up = chroma(pixels[..., :3])
    sound = np.isfinite(across) & np.isfinite(up)
    x = _level(across[sound] * np.float32(gain), size, (-0.5, 0.5))
    y = size - 1 - _level(up[sound] * np.float32(gain), size, (-0.5, 0.5))
    counts = np.bincount(y * size + x, minlength=size * size).reshape(size, size)
    return (counts / max(1, sound.size)).astype(np.float32)


def chroma(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """Cb and Cr of code values."""
    red, green, blue = (pixels[..., k] for k in range(3))
    with np.errstate(invalid="ignore", over="ignore"):  # what has no end has no colour
        luma = red * np.float32(REC709[0]) + green * np.float32(REC709[1]) + blue * np.float32(REC709[2])
        return (blue - luma) / np.float32(2 * (1 - REC709[2])), (red - luma) / np.float32(2 * (1 - REC709[0]))


def faults(pixels: Pixels, span: tuple[float, float] = (0.0, 1.0)) -> NDArray[np.uint8]:
    """A `Fault` to each pixel, the worst of its channels."""
    from nodegraph.editor.viewer.scopes_kernels import found

    low, high = np.float32(span[0]), np.float32(span[1])
    result = np.zeros(pixels.shape[:2], np.uint8)
    split_rows(lambda start, end: found(pixels, low, high, start, end, result), pixels.shape[0], pixels.nbytes)
    return result


def zebra(screen: NDArray[np.float32], marked: NDArray[np.uint8], phase: int = 0, width: int = 6) -> None:
    """Draw stripes over what is marked, into a screen's buffer: blue below, red above; no numbers are plain magenta."""
    from nodegraph.editor.viewer.scopes_kernels import striped

    part = screen[: marked.shape[0], : marked.shape[1]]
    split_rows(
        lambda start, end: striped(marked, STRIPES, phase, width, start, end, part), marked.shape[0], part.nbytes
    )


def false_colour(pixels: Pixels, screen: NDArray[np.float32], weights: tuple[float, float, float] = REC709) -> None:
    """Show how bright the light is, in stops from a grey card, as bands of colour in the screen's buffer."""
    from nodegraph.editor.viewer.scopes_kernels import banded

    edges = np.array([GREY * 2.0**stops for stops, _ in BANDS], np.float32)
    colours = np.array([*(colour for _, colour in BANDS), BEYOND], np.float32)
    shares = np.asarray(weights, np.float32)
    part = screen[: pixels.shape[0], : pixels.shape[1]]
    split_rows(
        lambda start, end: banded(pixels, shares, edges, colours, start, end, part), pixels.shape[0], part.nbytes
    )


def _level(values: Pixels, steps: int, span: tuple[float, float]) -> NDArray[np.int64]:
    low, high = span
    scaled = (values.astype(np.float64) - low) * (steps / (high - low))
    return np.clip(np.floor(scaled), 0, steps - 1).astype(np.int64)
