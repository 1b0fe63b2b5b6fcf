"""Movies written here, read back by PyAV and by our own reader."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from nodegraph.data.errors import MediaError
from nodegraph.media.movie_write import Codec, ColorTags, Sound, encode_movie
from nodegraph.media.video import VideoReader

FPS = Fraction(24000, 1001)


def frames(count: int = 5, depth: int = 3) -> Iterator[Any]:
    for k in range(count):
        picture = np.zeros((128, 256, depth), np.float32)  # DNxHR takes no smaller
        picture[...] = 0.1 + 0.1 * k
        picture[:, :64] = 1.0
        picture[:, 192:] = (0.8, 0.2, 0.1, 1.0)[:depth]
        yield picture


@pytest.mark.parametrize("codec", Codec)
def test_light_comes_back(tmp_path: Path, codec: Codec) -> None:
    path = tmp_path / ("a.mp4" if codec in (Codec.H264, Codec.H265) else "a.mov")
    assert encode_movie(path, frames(), FPS, codec, timecode="10:00:00:00") == 5
    reader = VideoReader(path)
    assert (reader.info.count, reader.info.fps, reader.info.matrix) == (5, FPS, 1)
    assert reader.info.bits == {Codec.H264: 8, Codec.PRORES_4444: 12}.get(codec, 10)
    assert (reader.info.primaries, reader.info.transfer) == (1, 1)
    for index, wanted in enumerate(frames()):
        back = reader.frame(index)[..., :3]
        for x in (24, 128, 232):
            assert back[24, x] == pytest.approx(wanted[24, x], abs=0.02), (index, x)
    assert float(np.median(reader.frame(2)[:, 8:48])) == pytest.approx(1.0, abs=0.003)
    if path.suffix == ".mov":
        assert reader.info.timecode == "10:00:00:00"


def test_alpha_goes_into_4444(tmp_path: Path) -> None:
    def faded() -> Iterator[Any]:
        for picture in frames(2, 4):
            picture[..., 3] = np.linspace(0, 1, 256, dtype=np.float32)
            yield picture

    encode_movie(tmp_path / "a.mov", faded(), FPS, Codec.PRORES_4444)
    back = VideoReader(tmp_path / "a.mov").frame(0)
    assert back.shape[2] == 4
    assert np.allclose(back[24, :, 3], np.linspace(0, 1, 256), atol=0.01)


def test_above_white_is_kept_in_legal_range(tmp_path: Path) -> None:
    bright = [np.full((48, 64, 3), 1.05, np.float32)] * 2
    encode_movie(tmp_path / "a.mov", bright, FPS, Codec.PRORES_HQ)
    assert float(np.median(VideoReader(tmp_path / "a.mov").frame(0))) == pytest.approx(1.05, abs=0.004)


def test_tags_are_written(tmp_path: Path) -> None:
    tags = ColorTags("bt2020", "smpte2084", "bt2020nc")
    encode_movie(tmp_path / "a.mov", frames(), FPS, Codec.PRORES_HQ, tags=tags)
    with av.open(str(tmp_path / "a.mov")) as movie:
        context = movie.streams.video[0].codec_context
        assert (int(context.color_primaries), int(context.color_trc), int(context.colorspace)) == (9, 16, 9)


def test_what_fails_leaves_the_old_movie(tmp_path: Path) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(b"the old one")

    def broken() -> Iterator[Any]:
        yield from frames(2)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        encode_movie(path, broken(), FPS, Codec.PRORES_HQ)
    with pytest.raises(MediaError, match="no frames"):
        encode_movie(path, [], FPS, Codec.PRORES_HQ)
    with pytest.raises(MediaError, match="no sound file"):
        encode_movie(path, frames(), FPS, Codec.PRORES_HQ, sound=Sound(tmp_path / "gone.wav"))
    with pytest.raises(MediaError, match="32x20"):
        encode_movie(path, [*frames(1), np.zeros((20, 32, 3), np.float32)], FPS, Codec.PRORES_HQ)
    with pytest.raises(MediaError, match="encoder failed"):
        encode_movie(tmp_path / "b.mp4", [np.zeros((33, 31, 3), np.float32)] * 3, FPS, Codec.H264)
    assert path.read_bytes() == b"the old one"
    assert [each.name for each in tmp_path.iterdir()] == ["a.mov"]
