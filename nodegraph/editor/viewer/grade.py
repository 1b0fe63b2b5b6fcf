"""From light to the screen: exposure, gamma, channel choice and the display's view, on the pixels on screen only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nodegraph.colour.config import Config
from nodegraph.colour.convert import Processor
from nodegraph.colour.primaries import PRIMARIES, Primaries, luma_weights, rgb_to_rgb
from nodegraph.data.box import Box
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows

MATTE_COLOUR = np.array([1.0, 0.05, 0.05], np.float32)
MATTE_SHARE = np.float32(0.5)


class Channel(Enum):
    """What is looked at of a layer."""

    COLOUR = "colour"
    RED = "R"
    GREEN = "G"
    BLUE = "B"
    ALPHA = "A"
    LUMA = "luma"
    MATTE = "matte over colour"


NUMBER = {Channel.RED: 0, Channel.GREEN: 1, Channel.BLUE: 2, Channel.ALPHA: 3}


@dataclass(frozen=True)
class Look:
    """How the viewer shows a picture; nothing of it ever reaches a file.

    `exposure` is in stops, on light; `gamma` on the screen's code values. Without a `view` the light is
    shown as an sRGB screen shows it, clipped: the quick way, and the same as the config's raw sRGB.
    """

    exposure: float = 0.0
    gamma: float = 1.0
    saturation: bool = True
    channel: Channel = Channel.COLOUR
    display: str = ""
    view: str = ""


def grade(
    pixels: Pixels,
    out: NDArray[np.float32],
    look: Look,
    config: Config | None = None,
    space: str = "",
    *,
    light: bool = True,
    at: tuple[int, int] = (0, 0),
) -> Box:
    """Write pixels as the screen shows them into a buffer of the caller's; return the part of it that was written.

    `pixels` are a proxy's: rows x columns x channels, colour first, then alpha. `out` is float32 RGBA,
    C-contiguous, as a texture takes it; `at` is where in it (column, row) the pixels begin. Light over black is what
    alpha makes of it, so associated colour is shown as it is. Channels that are no `light` (mattes, depth)
    and alpha do not go through curve and view.
    """
    place, part = _part(pixels, out, at)
    if place.empty:
        return place
    pixels = pixels[: place.height, : place.width]
    plain = not light or look.channel is Channel.ALPHA
    mode, luma = _mode(look, pixels.shape[2]), _luma(config, space)
    if not plain and (config is None or not look.view):
        matrix = (_to_screen(config, space) * 2.0**look.exposure).astype(np.float32)
        _quick(pixels, part, matrix, _table(look.gamma), luma, mode)
    else:
        _lit(pixels, part, np.float32(2.0**look.exposure), luma, mode)
        if not plain and config is not None:
            _viewed(part, _view(config, look.display, look.view, space))
        _kept(part, np.float32(1.0 / max(1e-3, look.gamma)))
    if look.channel is Channel.MATTE and pixels.shape[2] > 3:
        _tinted(pixels[..., 3], part)
    return place


def clear(out: NDArray[np.float32], place: Box) -> None:
    """Leave nothing in the buffer but what is in one rectangle: beyond the picture the pane shows through."""
    out[: place.y0] = 0
    out[max(0, place.y1) :] = 0
    out[place.y0 : place.y1, : place.x0] = 0
    out[place.y0 : place.y1, max(0, place.x1) :] = 0


def in_bytes(screen: NDArray[np.float32], out: NDArray[np.uint8]) -> None:
    """The screen's code values as bytes, as a graphics card keeps them; both rows x columns x 4, in one piece."""
    from nodegraph.editor.viewer.grade_kernels import in_bytes as converted

    height, width = out.shape[:2]
    codes, result = screen.reshape(height, width * 4), out.reshape(height, width * 4)
    split_rows(lambda start, end: converted(codes, start, end, result), height, screen.nbytes)


def _part(pixels: Pixels, out: NDArray[np.float32], at: tuple[int, int]) -> tuple[Box, NDArray[np.float32]]:
    if out.dtype != np.float32 or out.ndim != 3 or out.shape[2] != 4 or not out.flags.c_contiguous:
        raise ValueError("the screen's buffer is rows x columns x 4 of float32, in one piece")
    if at[0] < 0 or at[1] < 0:
        raise ValueError(f"pixels cannot begin at {at}, outside the buffer")
    height, width = pixels.shape[:2]
    place = Box(at[0], at[1], at[0] + width, at[1] + height).meet(Box(0, 0, out.shape[1], out.shape[0]))
    return place, out[place.y0 : place.y1, place.x0 : place.x1]


def _mode(look: Look, depth: int) -> int:
    """Which of the kernel's ways: colour, luminance or one channel."""
    if look.channel in NUMBER:
        return NUMBER[look.channel] if depth >= 3 or look.channel is Channel.ALPHA else 0
    if look.channel is Channel.LUMA or not look.saturation:
        return -2
    return -1


def _quick(pixels: Pixels, part: Pixels, matrix: Pixels, table: Pixels, luma: Pixels, mode: int) -> None:
    from nodegraph.editor.viewer.grade_kernels import curved

    bits = part.view(np.int32)
    split_rows(
        lambda start, end: curved(pixels, matrix, table, luma, mode, start, end, part, bits), part.shape[0], part.nbytes
    )


def _lit(pixels: Pixels, part: Pixels, gain: np.float32, luma: Pixels, mode: int) -> None:
    from nodegraph.editor.viewer.grade_kernels import lit

    split_rows(lambda start, end: lit(pixels, gain, luma, mode, start, end, part), part.shape[0], part.nbytes)


def _kept(part: Pixels, power: np.float32) -> None:
    from nodegraph.editor.viewer.grade_kernels import kept

    split_rows(lambda start, end: kept(power, start, end, part), part.shape[0], part.nbytes)


def _tinted(alpha: Pixels, part: Pixels) -> None:
    from nodegraph.editor.viewer.grade_kernels import tinted

    split_rows(
        lambda start, end: tinted(alpha, MATTE_COLOUR, MATTE_SHARE, start, end, part), part.shape[0], part.nbytes
    )


def _view(config: Config, display: str, view: str, space: str) -> Processor:
    """The view without exposure and gamma: those would make a processor for every place of their sliders."""
    from nodegraph.colour.display import baked_view

    return baked_view(config, display, view, space)


def _viewed(part: Pixels, processor: Processor) -> None:
    """Through OCIO where the pixels lie; a part of a wider buffer goes row by row of its own stride."""
    import PyOpenColorIO as ocio

    if processor.identity:
        return
    height, width = part.shape[:2]
    row = part.strides[0]

    def share(start: int, end: int) -> None:
        piece = part[start:end]
        if row == width * 16:
            processor.cpu.apply(ocio.PackedImageDesc(piece, width, end - start, 4))
            return
        own = np.ascontiguousarray(piece)
        processor.cpu.apply(ocio.PackedImageDesc(own, width, end - start, 4))
        piece[...] = own

    split_rows(share, height, part.nbytes)


def _luma(config: Config | None, space: str) -> Pixels:
    return np.array(luma_weights(_primaries(config, space)), np.float32)


def _to_screen(config: Config | None, space: str) -> NDArray[np.float64]:
    return rgb_to_rgb(_primaries(config, space), PRIMARIES["rec709"])


@lru_cache(maxsize=8)
def _primaries(config: Config | None, space: str) -> Primaries:
    """Those of the light's space; without a config, or where it cannot be told, those of the screen."""
    from nodegraph.colour.written import primaries_of

    found = primaries_of(config, space or config.working) if config is not None else None
    return found or PRIMARIES["rec709"]


@lru_cache(maxsize=64)
def _table(gamma: float) -> Pixels:
    """The curve of an sRGB screen (IEC 61966-2-1), and the viewer's gamma, at steps even in stops."""
    from nodegraph.editor.viewer.grade_kernels import ENTRIES, OCTAVES, STEPS

    k = np.arange(ENTRIES)
    light = 2.0 ** (k // STEPS - OCTAVES) * (1 + (k % STEPS) / STEPS)
    code = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    table = (np.clip(code, 0, 1) ** (1.0 / max(1e-3, gamma))).astype(np.float32)
    table.flags.writeable = False
    return table
