"""What a pixel is: its values on the wire and in its file, the mean, least and most of a box."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nodegraph.colour.config import Config
from nodegraph.data.box import Box
from nodegraph.data.image import Image, Pixels

DIGITS = 5  # significant ones on the status line: more than a 10-bit file or the eye can tell apart


@dataclass(frozen=True)
class Sample:
    """Values of some channels over a box; for a single pixel, mean, least and most are the same."""

    box: Box
    channels: tuple[str, ...]
    mean: tuple[float, ...]
    least: tuple[float, ...]
    most: tuple[float, ...]
    broken: int = 0  # values that are no number or without end; the mean, least and most leave them out
    inside: bool = True  # within the data window

    @property
    def values(self) -> Mapping[str, float]:
        return dict(zip(self.channels, self.mean, strict=True))

    def text(self, digits: int = DIGITS) -> str:
        """One line: a value to each channel, and the range behind it where it is of a box."""
        if self.box.area == 1:
            return "  ".join(f"{name} {written(value, digits)}" for name, value in self.values.items())
        rows = zip(self.channels, self.mean, self.least, self.most, strict=True)
        return "  ".join(
            f"{name} {written(mean, digits)} ({written(least, digits)} to {written(most, digits)})"
            for name, mean, least, most in rows
        )


def pixel(image: Image, x: int, y: int, channels: Sequence[str] | None = None) -> Sample:
    """The values of one pixel; of a file, no more than it is read."""
    return sample(image, Box(x, y, x + 1, y + 1), channels)


def sample(image: Image, box: Box, channels: Sequence[str] | None = None) -> Sample:
    """The mean, least and most over a box of pixels, each channel by itself; outside the data window is black."""
    names = tuple(image.channels if channels is None else channels)
    return _sample(image.region(box, names), box, names, not box.meet(image.data).empty)


def in_file(image: Image, box: Box, config: Config, space: str = "") -> Sample | None:
    """The colour of a box in its file's space, or another by name; None if the picture comes from no file.

    A value that was read and not changed since is the file's own, but for the rounding of its conversion.
    """
    from nodegraph.colour.convert import processor

    target = space or (image.origin.space if image.origin is not None else "")
    names = image.rgb
    if not target or len(names) != 3:
        return None
    pixels = image.region(box, names)
    source = image.colorspace or config.working
    return _sample(processor(config, source, target).run(pixels), box, names, not box.meet(image.data).empty)


def written(value: float, digits: int = DIGITS) -> str:
    """A value as the status line shows it: so many significant digits, and powers of ten where points would not do."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if value == 0:
        return f"{0.0:.{digits}f}"
    whole = math.floor(math.log10(abs(value))) + 1
    if whole < -2 or whole > 9:
        return f"{value:.{digits - 1}e}"
    return f"{value:.{max(0, min(digits, digits - max(0, whole) + (whole > 0)))}f}"


def exact(value: float) -> str:
    """The fewest digits that tell this float32 from every other: what is copied to the clipboard."""
    return str(np.float32(value))


def _sample(pixels: Pixels, box: Box, names: tuple[str, ...], inside: bool) -> Sample:
    flat = np.asarray(pixels, np.float64).reshape(-1, len(names))
    if len(flat) == 1:
        one = tuple(float(value) for value in flat[0])
        return Sample(box, names, one, one, one, int((~np.isfinite(flat)).sum()), inside)
    sound = np.isfinite(flat)
    count = sound.sum(axis=0)
    mean = np.where(sound, flat, 0).sum(axis=0) / np.maximum(count, 1)
    least = np.where(sound, flat, np.inf).min(axis=0, initial=np.inf)
    most = np.where(sound, flat, -np.inf).max(axis=0, initial=-np.inf)
    rows = [np.where(count > 0, values, np.nan).tolist() for values in (mean, least, most)]
    return Sample(box, names, tuple(rows[0]), tuple(rows[1]), tuple(rows[2]), int((~sound).sum()), inside)
