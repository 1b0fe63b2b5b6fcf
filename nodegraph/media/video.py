"""Movies: any frame, exactly that one, with all the bits it has."""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import believed
from nodegraph.data.errors import MediaError
from nodegraph.data.image import Pixels, frozen
from nodegraph.data.threads import cores
from nodegraph.media.yuv import WEIGHTS, Coding, doubled, rgb_of_gbr, rgb_of_planes

NEAR = 12  # so many frames on, decoding through is quicker than seeking
UNSAID = 2  # of H.273
# Layouts that are none of ours, and the one of ours that holds the same numbers.
SAME = {
    "nv12": "yuv420p",
    "nv16": "yuv422p",
    "p010le": "yuv420p10le",
    "p012le": "yuv420p12le",
    "p016le": "yuv420p16le",
    "p210le": "yuv422p10le",
    "yuyv422": "yuv422p",
    "uyvy422": "yuv422p",
    "rgb24": "gbrp",
    "bgr24": "gbrp",
    "rgba": "gbrap",
    "bgra": "gbrap",
    "argb": "gbrap",
    "abgr": "gbrap",
    "rgb0": "gbrp",
    "bgr0": "gbrp",
    "rgb48le": "gbrp16le",
    "rgb48be": "gbrp16le",
    "rgba64le": "gbrap16le",
    "rgba64be": "gbrap16le",
    "pal8": "gbrap",
    "v210": "yuv422p10le",
    "y210le": "yuv422p10le",
    "xv36le": "yuv444p12le",
    "gray": "gray",
    "ya8": "yuva444p",
}


@dataclass(frozen=True)
class MovieInfo:
    """What a movie says of itself; numbers of colour are those of H.273."""

    width: int
    height: int
    fps: Fraction
    count: int
    pixel_format: str
    bits: int
    full_range: bool
    matrix: int
    primaries: int
    transfer: int
    pixel_aspect: float
    codec: str
    timecode: str
    has_alpha: bool


class VideoReader:
    """One movie, held open; frames are counted from 0. Threads may share it."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._container = _opened(self.path)
        video = self._container.streams.video
        if not video:
            self._container.close()
            raise MediaError(f"{self.path} has no pictures in it", "pick a movie")
        self._stream: Any = self._streamed()
        self._dropped = 0  # frames that are stored, but which the movie says are not to be shown
        self._times, self._keys = self._index()
        self._counted = self._untimed()
        self._last: tuple[int, Any] | None = None  # the newest decoded frame
        self._frames: Any = None
        if not self._times:
            raise self._cut_off(0)
        self.info = self._describe()

    def _streamed(self) -> Any:
        stream = self._container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = cores()
        return stream

    def _index(self) -> tuple[list[int], list[int]]:
        """Times of all frames in the order they are shown, and of those that decoding can begin at.

        A movie that was trimmed without encoding it again begins in the middle of a group: what is before is
        stored and decoded, but not shown.
        """
        import av

        times: list[int] = []
        keys: list[int] = []
        self._in_order = True
        try:
            for packet in self._container.demux(self._stream):
                if packet.pts is None or packet.size == 0:
                    continue
                self._in_order = self._in_order and (not times or packet.pts > times[-1])
                if packet.is_keyframe:
                    keys.append(int(packet.pts))
                if packet.is_discard:
                    self._dropped += 1
                else:
                    times.append(int(packet.pts))
        except av.FFmpegError:
            if not times:
                raise self._cut_off(0) from None
        return sorted(set(times)), sorted(set(keys))

    def _untimed(self) -> bool:
        """True if frames are told no times but those of decoding, and some are decoded early: an AVI of H.264 is so.

        Then frames can only be counted, from the beginning on.
        """
        early = bool(self._stream.codec_context.has_b_frames)
        return early and self._in_order and self._container.format.name == "avi"

    def _describe(self) -> MovieInfo:
        context = self._stream.codec_context
        frame = self._decoded(0)
        parts = frame.format.components
        matrix = int(frame.colorspace)
        if frame.format.name.startswith("gb"):
            matrix = 0
        elif matrix not in WEIGHTS:
            matrix = 1 if frame.height >= 720 else 6
        aspect = self._stream.sample_aspect_ratio
        tags = {**self._container.metadata, **self._stream.metadata}
        return MovieInfo(
            width=frame.width,
            height=frame.height,
            fps=Fraction(self._stream.average_rate or self._stream.guessed_rate or 24),
            count=max(len(self._times), int(self._stream.frames or 0) - self._dropped),
            pixel_format=frame.format.name,
            bits=parts[0].bits,
            full_range=int(frame.color_range) == 2 or frame.format.name.startswith(("yuvj", "gb", "rgb", "bgr")),
            matrix=matrix,
            primaries=int(context.color_primaries),
            transfer=int(context.color_trc),
            pixel_aspect=believed(float(aspect or 1)),
            codec=str(context.name),
            timecode=str(tags.get("timecode", "")),
            has_alpha=len(parts) == 4,
        )

    def frame(self, index: int) -> Pixels:
        """One frame as it is encoded: R'G'B' or R'G'B'A, white 1.0; what is whiter than white is above."""
        with self._lock:
            if not 0 <= index < len(self._times):
                raise self._cut_off(index)
            frame = self._decoded(index)
        return frozen(self._rgb(frame))  # outside the lock: others decode meanwhile

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._frames = None
            self._last = None
            self._container.close()

    def _cut_off(self, index: int) -> MediaError:
        return MediaError(
            f"{self.path}: frame {index + 1} is not there, or cannot be decoded",
            "the movie is shorter, or was cut off; the frames before are not affected",
        )

    def _decoded(self, index: int) -> Any:
        import av

        if self._last is not None and self._last[0] == index:
            return self._last[1]
        wanted = self._times[index]
        try:
            if self._last is not None and self._near(index):
                found = self._forward(wanted)
                if found is not None:
                    self._last = (index, found)
                    return found
            for begin in self._beginnings(wanted):
                begin()
                self._frames = self._timed()
                found = self._forward(wanted)
                if found is not None:
                    self._last = (index, found)
                    return found
        except (av.FFmpegError, EOFError):
            pass
        self._last, self._frames = None, None
        raise self._cut_off(index)

    def _beginnings(self, wanted: int) -> Iterator[Callable[[], None]]:
        """Where decoding may begin to get to a time, the nearest first.

        A picture that opens a group may need one of the group before, and a transport stream is found only after
        the place asked for. What nothing else finds is found from the very beginning.
        """
        start = 0 if self._counted else bisect_right(self._keys, wanted)
        for key in reversed(self._keys[max(0, start - 3) : start]):
            yield partial(self._container.seek, key, stream=self._stream, backward=True, any_frame=False)
        yield self._again

    def _again(self) -> None:
        """Open the file anew: not every kind of file can be sent back to its first frame."""
        self._frames = None
        self._container.close()
        self._container = _opened(self.path)
        self._stream = self._streamed()

    def _timed(self) -> Iterator[tuple[int | None, Any]]:
        """The frames from here on, each with its time."""
        frames = self._container.decode(self._stream)
        if self._counted:
            return zip(self._times, frames, strict=False)
        return ((frame.pts, frame) for frame in frames)

    def _near(self, index: int) -> bool:
        assert self._last is not None
        last = self._last[0]
        if not last < index or self._frames is None:
            return False
        between = bisect_right(self._keys, self._times[index]) - bisect_right(self._keys, self._times[last])
        return index - last <= NEAR or between == 0 or self._counted

    def _forward(self, wanted: int) -> Any | None:
        for time, frame in self._frames:
            if time is not None and time >= wanted:
                return frame if time == wanted and not frame.is_corrupt else None
        self._frames = None
        return None

    def _rgb(self, frame: Any) -> Pixels:
        alike = SAME.get(frame.format.name, frame.format.name)
        if alike.endswith("be"):
            alike = alike.removesuffix("be") + "le"
        if alike != frame.format.name:
            frame = frame.reformat(format=alike)
        name = frame.format.name
        if frame.format.components[0].bits > 16 or re.search(r"f(16|32)", name):
            raise self._unread(name)
        info = self.info
        planes = [_plane(frame, k) for k in range(len(frame.planes))]
        bits = frame.format.components[0].bits
        coding = Coding(bits, info.full_range, info.matrix or 1)
        if name.startswith("gb"):
            pixels = rgb_of_gbr(planes[:3], Coding(bits, True, 0))
        elif name.startswith("gray"):
            offset, span = coding.luma
            grey = (planes[0].astype(np.float32) - np.float32(offset)) / np.float32(span)
            pixels = np.repeat(grey[..., None], 3, axis=2)
        elif name.startswith("yuv") and len(planes) >= 3:
            if "410" in name:
                raise self._unread(name)
            if "411" in name:  # a chroma sample for four pixels, as DV has it
                planes[1:3] = [doubled(chroma) for chroma in planes[1:3]]
            across = 2 if planes[1].shape[1] < frame.width else 1
            down = 2 if planes[1].shape[0] < frame.height else 1
            pixels = rgb_of_planes(planes[:3], coding, across, down)
        else:
            raise self._unread(name)
        if len(planes) == 4:
            alpha = planes[3].astype(np.float32) / np.float32((1 << bits) - 1)
            pixels = np.concatenate((pixels, alpha[..., None]), axis=2)
        return pixels

    def _unread(self, name: str) -> MediaError:
        return MediaError(f"{self.path} stores its pictures as {name}, which is not read", "convert the movie")


def _plane(frame: Any, index: int) -> NDArray[Any]:
    plane = frame.planes[index]
    kind = np.uint16 if frame.format.components[0].bits > 8 else np.uint8
    rows = np.frombuffer(plane, kind).reshape(plane.height, plane.line_size // kind().itemsize)
    return rows[:, : plane.width]


def _opened(path: Path) -> Any:
    import av

    if path.is_dir():
        raise MediaError(f"{path} is a folder", "pick a file in it")
    try:
        return av.open(str(path))
    except FileNotFoundError:
        raise MediaError(f"there is no file {path}", "check the path") from None
    except PermissionError as fault:
        raise MediaError(f"{path} cannot be read: no permission", "check its permissions") from fault
    except (av.FFmpegError, OSError, ValueError) as fault:
        raise MediaError(f"{path} is no movie that can be read, or is damaged", "copy or render it again") from fault
