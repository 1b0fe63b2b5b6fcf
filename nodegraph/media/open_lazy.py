"""A picture in a file as a lazy source: decodes what is asked for, converts only that, and remembers it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from nodegraph.data.box import Box, Format
from nodegraph.data.buffers import POOL
from nodegraph.data.image import NO_METADATA, Channels, Image, Origin, Pixels, frozen, pick
from nodegraph.data.memory import size_of
from nodegraph.media.layers import colours, split

# Turns a file's colour, rows x columns x RGB or RGBA, into working light; alpha stays as it is.
Convert = Callable[[Pixels], Pixels]


class Decoder(Protocol):
    """What knows how to take values out of one file."""

    recalls: bool  # it remembers the blocks it decoded last, and gives any box of them for little

    def cover(self, box: Box, channels: Channels) -> Box:
        """The smallest box of whole compressed blocks around this one, within the data window."""
        ...

    def decode(self, box: Box, channels: Channels) -> Pixels:
        """Values of the file within a box that `cover` gave: float32, rows x columns x channels."""
        ...


@dataclass(frozen=True, eq=False)
class Opened:
    """A picture in a file before a pixel of it is decoded."""

    path: Path
    stamp: str
    format: Format
    data: Box
    channels: Channels
    decoder: Decoder
    metadata: Mapping[str, Any]
    sample: str  # what its numbers are in the file: half, float, uint8, uint16 …
    unassociated: bool = False  # colour is not multiplied by alpha
    part: int = 0
    lost: str = "it is no EXR"  # why it can be no origin of a splice; empty: it can

    def image(
        self, colorspace: str, light: ToLight, metadata: Mapping[str, Any] = NO_METADATA, origin: Origin | None = None
    ) -> Image:
        """The picture as light in that space; what nobody looks at is never decoded."""
        return Image(
            format=self.format,
            data=self.data,
            channels=self.channels,
            colorspace=colorspace,
            source=FileSource(self.decoder, self.data, self.channels, light),
            metadata=metadata,
            origin=origin,
        )


@dataclass(frozen=True)
class ToLight:
    """How a file's values become light in the working space, alpha associated."""

    convert: Convert | None = None
    unassociated: bool = False

    @property
    def nothing(self) -> bool:
        return self.convert is None and not self.unassociated

    def of(self, colour: Pixels) -> Pixels:
        """Working light of a file's RGB or RGBA."""
        if self.convert is not None:
            colour = self.convert(colour)
        if self.unassociated and colour.shape[2] == 4:
            colour = np.concatenate((colour[..., :3] * colour[..., 3:], colour[..., 3:]), axis=2)
        return colour


DECODING = 8  # bytes of a value while it is decoded: as it stands in the file, as half and as float
MOST = 0.6  # of a picture; who asks for more gets it all decoded


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


class FileSource:
    """What stands behind an Image that was read: any part of its data window, as working light."""

    def __init__(self, decoder: Decoder, data: Box, channels: Channels, light: ToLight) -> None:
        self._decoder = decoder
        self._data = data
        self._channels = channels
        self._light = light
        self._colours = colours(channels)
        whole = data.area * 4 * max(4, len(channels))
        self._raw = Held(whole)
        self._done = self._raw if light.nothing else Held(whole)
        self._lock = threading.Lock()

    def holds(self) -> Iterable[Pixels]:
        return [pixels for held in (self._raw, self._done) for _, _, pixels in held.parts]

    @property
    def nbytes(self) -> int:
        return size_of(self)

    def read(self, box: Box, channels: Channels) -> Pixels:
        with POOL.urgent(0 if self._known(box, channels) else box.area * len(channels) * DECODING), self._lock:
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

    def _known(self, box: Box, channels: Channels) -> bool:
        return self._done.find(box, channels) is not None

    def _whole_layers(self, channels: Channels) -> Channels:
        """A colour cannot be converted in parts, and who asks for red asks for green next."""
        layers = {split(name)[0] for name in channels}
        return tuple(name for name in self._channels if name in channels or split(name)[0] in layers)

    def _file_values(self, box: Box, channels: Channels, *, keep: bool = True) -> Pixels:
        known = self._raw.find(box, channels)
        if known is not None:
            return known
        around = self._decoder.cover(box, channels)
        if around.area > MOST * self._data.area:  # the next box would want the rest, and a copy of what is there
            around = self._decoder.cover(self._data, channels)
        elif self._decoder.recalls and 2 * box.width <= around.width:
            around = box  # a face: the rest of its rows need not become float
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
        for names in self._colours:
            if names == channels:  # nothing but one layer of light: no channel need be moved
                return self._light.of(values)
        result = np.array(values, np.float32, order="C")
        for names in self._colours:
            if names[0] in channels:
                places = [channels.index(name) for name in names]
                result[..., places] = self._light.of(np.ascontiguousarray(result[..., places]))
        return result
