"""Histogram, waveform and vectorscope in a corner of the viewer."""

from __future__ import annotations

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

from nodegraph.data.image import Pixels
from nodegraph.editor.panes.viewer_painter import Pen
from nodegraph.editor.panes.viewer_screen import Screen
from nodegraph.editor.shell import theme
from nodegraph.editor.viewer.scopes import histogram, thinned, vectorscope, waveform

SIZE = 168  # each scope's height; the vectorscope is square
WIDE = 232
GAP = 8
BINS = 116
WIDTH = 2 * WIDE + SIZE + 2 * GAP
GROUND = np.array([0.055, 0.055, 0.06, 0.94], np.float32)


def drawn(codes: Pixels) -> NDArray[np.float32]:
    """The three scopes of a screen's code values side by side, as one RGBA picture."""
    result = np.zeros((SIZE, WIDTH, 4), np.float32)
    colours = thinned(codes[..., :3], 60_000)
    for at, part in ((0, WIDE), (WIDE + GAP, WIDE), (2 * (WIDE + GAP), SIZE)):
        result[:, at : at + part] = GROUND
    _histogram(result[:, :WIDE], colours)
    _waveform(result[:, WIDE + GAP : 2 * WIDE + GAP], colours)
    _vectorscope(result[:, 2 * (WIDE + GAP) :], colours)
    return result


def _histogram(out: NDArray[np.float32], colours: Pixels) -> None:
    counts = histogram(colours, BINS).counts.astype(np.float64)
    if not counts.size or counts.max() == 0:
        return
    # A black or white border must not press all the rest down.
    top = max(1.0, float(np.percentile(counts, 98.5)) * 1.15)
    heights = np.repeat(np.minimum(1.0, counts / top) * (SIZE - 8), WIDE // BINS, axis=1)
    rows = SIZE - np.arange(SIZE)[:, None]
    for channel in range(min(3, heights.shape[0])):
        out[..., channel] += np.where(rows <= heights[channel][None, :], np.float32(0.55), np.float32(0))


def _waveform(out: NDArray[np.float32], colours: Pixels) -> None:
    share = waveform(colours, WIDE, SIZE)
    out[..., :3] += np.clip(share * 26, 0, 1) ** 0.6 * 0.85


def _vectorscope(out: NDArray[np.float32], colours: Pixels) -> None:
    share = vectorscope(colours, SIZE)
    glow = np.clip(share * 1600, 0, 1) ** 0.5
    middle = (np.arange(SIZE) + 0.5) / SIZE - 0.5
    blue, red = middle[None, :], -middle[:, None]
    none = np.zeros((SIZE, SIZE))
    tint = np.stack([1.5748 * red + none, -0.1873 * blue - 0.4681 * red, 1.8556 * blue + none], -1) + 0.5
    out[..., :3] += glow[..., None] * np.clip(tint, 0.15, 1).astype(np.float32)


class Scopes:
    """The scopes' own small picture, over the right lower corner of the viewer's."""

    def __init__(self, parent: int | str) -> None:
        self.layer: int = dpg.add_draw_layer(parent=parent)
        self.screen = Screen(self.layer)
        self.pen = Pen(parent)
        self.seen = False

    def draw(self, codes: Pixels, width: float, height: float) -> None:
        """Show the scopes of what is on the screen."""
        picture = drawn(codes)
        buffer = self.screen.buffer(WIDTH, SIZE)
        buffer[:SIZE, :WIDTH] = picture
        times = max(0.6, min(1.0, height * 0.4 / SIZE, (width - 24) / WIDTH))
        x, y = max(8.0, width - WIDTH * times - 12), height - SIZE * times - 12
        self.screen.show((x, y, x + WIDTH * times, y + SIZE * times), WIDTH, SIZE)
        self._marks(x, y, times)
        self.seen = True

    def hide(self) -> None:
        """No scopes."""
        if self.seen:
            self.screen.hide()
            self.pen.begin()
            self.pen.end()
            self.seen = False

    def _marks(self, x: float, y: float, times: float) -> None:
        pen = self.pen
        wide, gap, size = WIDE * times, GAP * times, SIZE * times
        pen.begin()
        for name, at, width in (
            ("Histogram", x, wide),
            ("Waveform", x + wide + gap, wide),
            ("Vectorscope", x + 2 * (wide + gap), size),
        ):
            pen.line([[at, y], [at + width, y], [at + width, y + size], [at, y + size]], theme.LINE, 1.0, True)
            pen.words(at + 6, y + 4, name, theme.FAINT, 11.0)
        left = x + wide + gap
        for k in (1, 2, 3):
            level = y + size * k / 4
            pen.line([[left, level], [left + wide, level]], (255, 255, 255, 26))
        middle = x + 2 * (wide + gap) + size / 2
        pen.line([[middle, y], [middle, y + size]], (255, 255, 255, 30))
        pen.line([[middle - size / 2, y + size / 2], [middle + size / 2, y + size / 2]], (255, 255, 255, 30))
        # The line that skin of every colour lies near: 123 degrees from Cb, BT.709.
        level = y + size / 2
        skin = [middle - 0.545 * size / 2, level - 0.839 * size / 2]
        pen.line([[middle, level], skin], (255, 200, 150, 90))
        pen.end()
