"""Writing a movie through FFmpeg: frame after frame, tagged as what it is, and whole or not there."""

from __future__ import annotations

import errno
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import numpy as np

from nodegraph.data.errors import MediaError
from nodegraph.data.image import Pixels
from nodegraph.media.atomic import atomic, write_fault
from nodegraph.media.yuv import WEIGHTS


class Codec(Enum):
    """How a movie is packed."""

    PRORES_HQ = "ProRes 422 HQ"
    PRORES_4444 = "ProRes 4444"
    DNXHR_HQX = "DNxHR HQX"
    H264 = "H.264"
    H265 = "H.265 10-bit"

    @property
    def alpha(self) -> bool:
        """True if it can hold an alpha."""
        return self is Codec.PRORES_4444


SETTINGS: dict[Codec, dict[str, Any]] = {
    Codec.PRORES_HQ: {"vcodec": "prores_ks", "profile:v": 3, "vendor": "apl0", "pix_fmt": "yuv422p10le"},
    Codec.PRORES_4444: {"vcodec": "prores_ks", "profile:v": 4, "vendor": "apl0", "pix_fmt": "yuv444p10le"},
    Codec.DNXHR_HQX: {"vcodec": "dnxhd", "profile:v": "dnxhr_hqx", "pix_fmt": "yuv422p10le"},
    Codec.H264: {"vcodec": "libx264", "crf": 14, "preset": "medium", "pix_fmt": "yuv420p"},
    Codec.H265: {"vcodec": "libx265", "crf": 16, "preset": "medium", "pix_fmt": "yuv420p10le", "tag:v": "hvc1"},
}
QUICKTIME = frozenset({".mov", ".mp4", ".m4v"})
PLAIN_SOUND = frozenset({".mov", ".mxf"})  # they hold sound as it is, and an MXF holds no other
WHO_SPEAKS = re.compile(r"^(\[[^\]]*\]\s*)+")  # in front of a line of FFmpeg
MATRIX_NUMBERS = {"bt709": 1, "smpte170m": 6, "bt2020nc": 9}


@dataclass(frozen=True)
class ColorTags:
    """What the code values mean, in FFmpeg's words."""

    primaries: str = "bt709"
    transfer: str = "bt709"
    matrix: str = "bt709"


@dataclass(frozen=True)
class Sound:
    """Where sound comes from, and where in it the first frame begins, in seconds."""

    file: Path
    start: float = 0.0


def encode_movie(
    target: Path,
    frames: Iterable[Pixels],
    fps: Fraction,
    codec: Codec,
    *,
    tags: ColorTags | None = None,
    sound: Sound | None = None,
    count: int | None = None,
    timecode: str = "",
    words: str = "",
) -> int:
    """Encode frames (display values, RGB or RGBA, white 1.0) and return how many there were.

    Whatever goes wrong, also in making the frames, the encoder is stopped and no half movie is left.
    `words` are the movie's comment.
    """
    tags = tags or ColorTags()
    todo = iter(frames)
    first = next(todo, None)
    if first is None:
        raise MediaError(f"{target}: there are no frames to write", "check the frame range")
    if sound is not None and not sound.file.is_file():
        raise MediaError(f"there is no sound file {sound.file}", "check the path, or write without sound")
    with_alpha = codec.alpha and first.shape[2] == 4
    with atomic(target) as beside, tempfile.TemporaryFile() as told:
        command = _command(beside, first, fps, codec, with_alpha, tags, sound, count, timecode, words)
        encoder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=told)
        try:
            written = _feed(encoder, _after(first, todo), first.shape, with_alpha, MATRIX_NUMBERS[tags.matrix], target)
        except BrokenPipeError:
            encoder.wait()
            raise _complaint(target, told) from None
        finally:
            if encoder.poll() is None and encoder.stdin is not None and not encoder.stdin.closed:
                encoder.kill()
                encoder.stdin.close()
            encoder.wait()
        if encoder.returncode != 0:
            raise _complaint(target, told)
    return written


def _after(first: Pixels, rest: Iterator[Pixels]) -> Iterator[Pixels]:
    yield first
    yield from rest


def _feed(
    encoder: subprocess.Popen[bytes],
    frames: Iterable[Pixels],
    shape: tuple[int, ...],
    with_alpha: bool,
    matrix: int,
    target: Path,
) -> int:
    assert encoder.stdin is not None
    written = 0
    for frame in frames:
        if frame.shape[:2] != shape[:2]:
            raise MediaError(
                f"{target}: frame {written + 1} is {frame.shape[1]}x{frame.shape[0]}, the first {shape[1]}x{shape[0]}",
                "put a Reformat before the WriteMovie",
            )
        encoder.stdin.write(planes_of(frame, matrix, with_alpha))
        written += 1
    encoder.stdin.close()
    encoder.wait()
    return written


def planes_of(frame: Pixels, matrix: int, with_alpha: bool) -> bytes:
    """A frame as 16-bit planes of luma, chroma and perhaps alpha, legal range, above white and below black too."""
    import cv2

    kr, kb = WEIGHTS[matrix]
    kg = 1 - kr - kb
    luma = np.array([kr, kg, kb])
    blue = (np.array([0, 0, 1.0]) - luma) / (2 - 2 * kb)
    red = (np.array([1.0, 0, 0]) - luma) / (2 - 2 * kr)
    rows = np.stack([luma * 219, blue * 224, red * 224]) * 256
    offsets = np.array([[16.0], [128.0], [128.0]]) * 256
    colour = np.ascontiguousarray(np.nan_to_num(frame[..., :3], nan=0.0, posinf=8.0, neginf=-8.0))
    codes = cv2.transform(colour, np.concatenate([rows, offsets], axis=1).astype(np.float32))
    planes = [np.rint(np.clip(codes[..., k], 0, 65535)).astype("<u2") for k in range(3)]
    if with_alpha:
        planes.append(np.rint(np.clip(frame[..., 3], 0, 1) * 65535).astype("<u2"))
    return b"".join(plane.tobytes() for plane in planes)


def _command(
    beside: Path,
    first: Pixels,
    fps: Fraction,
    codec: Codec,
    with_alpha: bool,
    tags: ColorTags,
    sound: Sound | None,
    count: int | None,
    timecode: str,
    words: str,
) -> list[str]:
    import ffmpeg
    import imageio_ffmpeg

    height, width = first.shape[:2]
    layout = "yuva444p16le" if with_alpha else "yuv444p16le"
    picture = ffmpeg.input("pipe:", format="rawvideo", pix_fmt=layout, s=f"{width}x{height}", framerate=str(fps))
    picture = picture.filter(
        "setparams", range="tv", color_primaries=tags.primaries, color_trc=tags.transfer, colorspace=tags.matrix
    )
    streams = [picture]
    options: dict[str, Any] = {**SETTINGS[codec]}
    if with_alpha:
        options |= {"pix_fmt": "yuva444p10le", "alpha_bits": 16}
    options |= {
        "color_range": "tv",
        "color_primaries": tags.primaries,
        "color_trc": tags.transfer,
        "colorspace": tags.matrix,
    }
    suffix = beside.suffix.lower()
    if suffix in QUICKTIME:
        options["movflags"] = "+write_colr+faststart"
    if timecode:
        options["timecode"] = timecode
    if words:
        options["metadata"] = f"comment={words}"
    if sound is not None:
        span = {"t": float(count / fps)} if count else {}
        streams.append(ffmpeg.input(str(sound.file), ss=sound.start, **span).audio)
        options["acodec"] = "pcm_s24le" if suffix in PLAIN_SOUND else "aac"
        if suffix == ".mxf":
            options["ar"] = 48000  # it knows no other
    output = ffmpeg.output(*streams, str(beside), **options).global_args("-v", "error", "-nostdin", "-y")
    command: list[str] = output.compile(cmd=imageio_ffmpeg.get_ffmpeg_exe())
    return command


def _complaint(target: Path, told: IO[bytes]) -> MediaError:
    told.seek(0)
    lines = told.read().decode(errors="replace").strip().splitlines()
    if any("No space left on device" in line for line in lines):
        return write_fault(target, OSError(errno.ENOSPC, ""))
    said = [WHO_SPEAKS.sub("", line).rstrip(".") for line in lines[:2]]  # those after say what followed from it
    return MediaError(
        f"{target}: the encoder failed: {'; '.join(said) or 'it did not say why'}",
        "check the disk, the size of the picture (even numbers for H.264 and H.265), and the sound file",
    )
