"""A still as a lazy source: decoded whole when the first pixel is asked for, then remembered."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from nodegraph.data.box import Box, Format
from nodegraph.data.image import RGB, RGBA, Channels, Pixels
from nodegraph.media.open_lazy import Opened
from nodegraph.media.sequence import stamp_of
from nodegraph.media.stills import Still, read_still


class StillDecoder:
    """A whole picture at once: stills cannot be read in parts."""

    recalls = False

    def __init__(self, path: Path, channels: Channels, still: Still) -> None:
        self._path = path
        self._channels = channels
        self._pixels: Pixels | None = still.pixels
        self._box = Box(0, 0, still.pixels.shape[1], still.pixels.shape[0])
        self._lock = threading.Lock()

    def cover(self, box: Box, channels: Channels) -> Box:
        del box, channels
        return self._box

    def decode(self, box: Box, channels: Channels) -> Pixels:
        with self._lock:
            pixels, self._pixels = self._pixels, None  # whoever asked remembers it
        if pixels is None:
            pixels = read_still(self._path).pixels
        pixels = coloured(pixels)[box.slices(self._box)]
        if channels == self._channels:
            return pixels
        return pixels[..., [self._channels.index(name) for name in channels]]


def coloured(pixels: Pixels) -> Pixels:
    """Grey becomes red, green and blue alike."""
    if pixels.shape[2] > 2:
        return pixels
    return np.concatenate([pixels[..., :1]] * 3 + [pixels[..., 1:]], axis=2)


def open_still(path: Path) -> Opened:
    """Open a PNG, TIFF, JPEG or DPX."""
    marked = stamp_of(path)
    still = read_still(path)
    height, width, depth = still.pixels.shape
    channels = RGBA if depth in (2, 4) else RGB
    return Opened(
        path=path,
        stamp=marked,
        format=Format(width, height, still.pixel_aspect),
        data=Box(0, 0, width, height),
        channels=channels,
        decoder=StillDecoder(path, channels, still),
        metadata=still.metadata,
        sample=still.sample,
        unassociated=still.unassociated,
    )
