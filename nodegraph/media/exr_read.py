"""Reading an EXR by region: only the blocks around what is asked for are decompressed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.buffers import empty
from nodegraph.data.errors import MediaError
from nodegraph.data.image import Pixels
from nodegraph.media.exr_bands import Bands, Planes, cut, whole
from nodegraph.media.exr_codec import check_open, decode
from nodegraph.media.exr_file import ExrFile, ExrPart, open_exr
from nodegraph.media.exr_recent import RECENT, Place
from nodegraph.media.half import to_float


class ExrReader:
    """One file, its header read once. It holds no open file between calls, so thousands can stand ready."""

    def __init__(self, path: str | Path) -> None:
        self.file: ExrFile = open_exr(path)

    def part(self, index: int) -> ExrPart:
        if not 0 <= index < len(self.file.parts):
            raise MediaError(f"{self.file.path} has no part {index}", f"it has {len(self.file.parts)}")
        return self.file.parts[index]

    @contextlib.contextmanager
    def native(self, index: int, box: Box) -> Iterator[Bands]:
        """A box of whole blocks in the file's own types, by channel or as `RGB`/`RGBA` together.

        Nobody may write to them, or look at them afterwards: a splice finds them again, and changes them.
        """
        part = self.part(index)
        handle = _open(self.file.path)
        try:
            check_open(self.file.path, self.file, handle)
            place = Place.of(handle, index)
            with RECENT.lent(place, box) as known:
                if known is not None:
                    yield known
                    return
            bands = decode(self.file, handle, part, box)
        finally:
            os.close(handle)
        yield bands
        if box.area * 2 <= part.data.area:  # a region: who reads one often changes it, and then splices
            RECENT.add(place, bands)

    def decode(self, index: int, box: Box, channels: Sequence[str]) -> Pixels:
        """Values of a box of whole blocks: float32, rows x columns x channels."""
        with self.native(index, box) as bands:
            return interleaved(bands, channels)

    def read(self, index: int, box: Box, channels: Sequence[str]) -> Pixels:
        """Values of any box; 0 outside the data window."""
        part = self.part(index)
        part.check_channels(self.file.path, channels)
        around = part.cover(box)
        inside = box.meet(part.data)
        if around == box:
            return self.decode(index, box, channels)
        if inside.empty:
            return np.zeros((box.height, box.width, len(channels)), np.float32)
        with self.native(index, around) as bands:
            values = interleaved(cut(bands, inside), channels)
        if inside == box:
            return values
        result = np.zeros((box.height, box.width, len(channels)), np.float32)
        result[inside.slices(box)] = values
        return result


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY)
    except OSError as fault:
        raise MediaError(f"{path} cannot be read: {fault.strerror}", "check that it is still there") from fault


def plane(planes: Planes, channel: str) -> NDArray[Any]:
    """One channel of what `native` gave."""
    for together in ("RGBA", "RGB"):
        if together in planes and channel in together:
            part: NDArray[Any] = planes[together][..., together.index(channel)]
            return part
    return planes[channel]


def interleaved(bands: Bands, channels: Sequence[str]) -> Pixels:
    """Channels side by side as float32."""
    box = whole(bands)
    together = _together(bands[0].planes, channels)
    if len(bands) == 1 and together:
        return to_float(bands[0].planes[together][..., : len(channels)])
    result: Pixels = empty((box.height, box.width, len(channels)))
    for band in bands:
        rows = result[band.box.slices(box)]
        if together:
            to_float(band.planes[together][..., : len(channels)], rows)
            continue
        for k, channel in enumerate(channels):
            rows[..., k] = to_float(plane(band.planes, channel))
    return result


def _together(planes: Planes, channels: Sequence[str]) -> str:
    """The name under which just these channels lie side by side already; empty if they do not."""
    found = (name for name in ("RGB", "RGBA") if name in planes and tuple(channels) in (tuple("RGB"), tuple(name)))
    return next(found, "")
