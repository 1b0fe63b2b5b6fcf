"""A picture in a file as a lazy source: decodes what is asked for, converts only that, and remembers it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.image import Channels, Pixels, frozen
from nodegraph.media.layers import colour_triples, split

# Turns rows x columns x RGB of a file's space into working light. May write into what it is given.
Convert = Callable[[Pixels], Pixels]


class Decoder(Protocol):
    """What knows how to take values out of one file."""

    def cover(self, box: Box) -> Box:
        """The smallest box of whole compressed blocks around this one, within the data window."""
        ...

    def decode(self, box: Box, channels: Channels) -> Pixels:
        """Values of the file within a box that `cover` gave: float32, rows x columns x channels."""
        ...


@dataclass(frozen=True)
class ToLight:
    """How a file's values become light in the working space, alpha associated.

    `by_alpha`: associated values of a space that is not linear are divided by alpha for the conversion.
    """

    convert: Convert | None = None
    unassociated: bool = False
    by_alpha: bool = False

    @property
    def nothing(self) -> bool:
        return self.convert is None and not self.unassociated


class Held:
    """Rectangles of pixels that were asked for already: the newest few, up to a limit in bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.parts: list[tuple[Box, Channels, Pixels]] = []

    @property
    def nbytes(self) -> int:
        return sum(pixels.nbytes for _, _, pixels in self.parts)

    def find(self, box: Box, channels: Sequence[str]) -> Pixels | None:
        for area, names, pixels in reversed(self.parts):
            if area.covers(box) and all(name in names for name in channels):
                rows, columns = box.slices(area)
                return pick(pixels[rows, columns], names, channels)
        return None

    def add(self, box: Box, channels: Channels, pixels: Pixels) -> None:
        kept = [part for part in self.parts if not (box.covers(part[0]) and all(name in channels for name in part[1]))]
        total = pixels.nbytes + sum(part[2].nbytes for part in kept)
        while kept and total > self.limit:
            total -= kept.pop(0)[2].nbytes
        self.parts = [*kept, (box, channels, pixels)] if total <= self.limit else kept


def pick(pixels: Pixels, have: Sequence[str], want: Sequence[str]) -> Pixels:
    """Some channels of an array; a view where they lie side by side."""
    if tuple(have) == tuple(want):
        return pixels
    places = [have.index(name) for name in want]
    if places == list(range(places[0], places[0] + len(places))):
        return pixels[..., places[0] : places[0] + len(places)]
    return pixels[..., places]


class FileSource:
    """What stands behind an Image that was read: any part of its data window, as working light."""

    def __init__(self, decoder: Decoder, data: Box, channels: Channels, light: ToLight) -> None:
        self._decoder = decoder
        self._data = data
        self._channels = channels
        self._light = light
        self._triples = colour_triples(channels)
        whole = data.area * 4 * max(4, len(channels))
        self._raw = Held(whole)
        self._done = self._raw if light.nothing else Held(whole)
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        return self._raw.nbytes + (self._done.nbytes if self._done is not self._raw else 0)

    def read(self, box: Box, channels: Channels) -> Pixels:
        with self._lock:
            known = self._done.find(box, channels)
            if known is not None:
                return frozen(known)
            wanted = self._whole_layers(channels)
            if self._light.nothing:
                return frozen(pick(self._file_values(box, wanted), wanted, channels))
            # What is converted stays; the values of the file only where a later box may need their rows again.
            keep = box.area * 2 < self._data.area
            pixels = self._converted(self._file_values(box, wanted, keep=keep), wanted)
            self._done.add(box, wanted, pixels)
            return frozen(pick(pixels, wanted, channels))

    def file_values(self, box: Box, channels: Channels) -> Pixels:
        """The values as they stand in the file."""
        with self._lock:
            return frozen(self._file_values(box, channels))

    def _whole_layers(self, channels: Channels) -> Channels:
        """A colour cannot be converted in parts, and who asks for red asks for green next."""
        layers = {split(name)[0] for name in channels}
        return tuple(name for name in self._channels if name in channels or split(name)[0] in layers)

    def _file_values(self, box: Box, channels: Channels, *, keep: bool = True) -> Pixels:
        known = self._raw.find(box, channels)
        if known is not None:
            return known
        around = self._decoder.cover(box)
        pixels = self._rows(around, channels)
        if keep:
            self._raw.add(around, channels, pixels)
        rows, columns = box.slices(around)
        return pixels[rows, columns]

    def _rows(self, around: Box, channels: Channels) -> Pixels:
        """Decode a box, less the rows that a remembered box of the same width holds already."""
        for area, names, pixels in reversed(self._raw.parts):
            shared = area.meet(around)
            if (area.x0, area.x1) != (around.x0, around.x1) or names != channels or shared.empty:
                continue
            result = np.empty((around.height, around.width, len(channels)), np.float32)
            rows, columns = shared.slices(around)
            result[rows, columns] = pixels[shared.slices(area)]
            for y0, y1 in ((around.y0, shared.y0), (shared.y1, around.y1)):
                if y1 > y0:
                    gap = Box(around.x0, y0, around.x1, y1)
                    result[gap.slices(around)] = self._decoder.decode(gap, channels)
            return result
        return self._decoder.decode(around, channels)

    def _converted(self, values: Pixels, channels: Channels) -> Pixels:
        result = np.array(values, np.float32, order="C")
        for red, green, blue, alpha in self._triples:
            if red not in channels:
                continue
            places = [channels.index(name) for name in (red, green, blue)]
            plane = result[..., channels.index(alpha), None] if alpha else None
            result[..., places] = to_light(result[..., places], plane, self._light)
        return result


def to_light(colour: Pixels, alpha: Pixels | None, light: ToLight) -> Pixels:
    """Working light of a file's colour; alpha zero leaves the colour as it is, for flames and glows are legal."""
    divided = light.by_alpha and not light.unassociated and alpha is not None
    if divided and alpha is not None:
        solid = frozen(np.where(alpha > 0, alpha, np.float32(1)))
        colour = colour / solid
    if light.convert is not None:
        colour = light.convert(np.ascontiguousarray(colour))
    if divided:
        colour = colour * solid
    if light.unassociated and alpha is not None:
        colour = colour * alpha
    return colour
