"""A frame of a movie as a lazy source: decoded when the first pixel is asked for, then remembered."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any

from nodegraph.data.box import Box, Format
from nodegraph.data.image import RGB, RGBA, Channels, Pixels, pick
from nodegraph.media.attributes import INPUT, later
from nodegraph.media.exr_attributes import TimeCode
from nodegraph.media.open_lazy import Opened
from nodegraph.media.video import VideoReader

CLOCK = re.compile(r"(\d\d?):(\d\d):(\d\d)([:;.])(\d\d)")


class MovieDecoder:
    """One frame of a movie that is held open."""

    recalls = False

    def __init__(self, reader: VideoReader, index: int, channels: Channels) -> None:
        self.reader = reader
        self.index = index
        self.channels = channels
        self.box = Box(0, 0, reader.info.width, reader.info.height)

    def cover(self, box: Box, channels: Channels) -> Box:
        del box, channels
        return self.box

    def decode(self, box: Box, channels: Channels) -> Pixels:
        return pick(self.reader.frame(self.index)[box.slices(self.box)], self.channels, channels)


def open_movie(reader: VideoReader, index: int, stamp: str) -> Opened:
    """The frame of this number, counted from 0."""
    info = reader.info
    channels = RGBA if info.has_alpha else RGB
    return Opened(
        path=reader.path,
        stamp=stamp,
        format=Format(info.width, info.height, info.pixel_aspect),
        data=Box(0, 0, info.width, info.height),
        channels=channels,
        decoder=MovieDecoder(reader, index, channels),
        metadata=MappingProxyType(_metadata(reader, index)),
        sample=f"uint{info.bits}",
        unassociated=info.has_alpha,
        lost="it is a movie, no EXR",
    )


def _metadata(reader: VideoReader, index: int) -> dict[str, Any]:
    info = reader.info
    found: dict[str, Any] = {
        "framesPerSecond": info.fps,
        INPUT + "codec": info.codec,
        INPUT + "color_transfer": str(info.transfer),
        INPUT + "color_primaries": str(info.primaries),
        INPUT + "range": "full" if info.full_range else "legal",
        INPUT + "bits": f"uint{info.bits}",
    }
    clock = CLOCK.fullmatch(info.timecode)
    if clock is not None:
        hours, minutes, seconds, frame = (int(clock[k]) for k in (1, 2, 3, 5))
        start = TimeCode.of(hours, minutes, seconds, frame, drop=clock[4] in ";.")
        found["timeCode"] = later(start, index, round(info.fps))
    return found
