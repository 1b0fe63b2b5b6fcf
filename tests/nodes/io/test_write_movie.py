"""WriteMovie: movies that other programs read rightly, in sync, and no half ones."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import nodegraph as ng
from nodegraph.data.errors import Cancelled, MediaError
from nodegraph.data.image import Image
from nodegraph.data.shot import Clip, Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.media.movie_write import Codec
from nodes.io.read import read
from nodes.io.write_movie import write_movie
from tests.nodes.io.pictures import run

WIDTH, HEIGHT = 256, 128  # DNxHR takes none smaller


def bars(level: float) -> Image:
    """Grey of one level, with a bright square in the middle."""
    pixels = np.full((HEIGHT, WIDTH, 3), level, np.float32)
    pixels[40:56, 56:72] = 0.8
    return Image.of(pixels, colorspace="ACEScg")


def clip(shot: Shot) -> Clip[Image]:
    return Clip.of({frame: bars(0.05 + 0.1 * (frame - shot.first)) for frame in shot.frames})


def made(path: Path, shot: Shot, ctx: Context, **knobs: Any) -> Path:
    result: Path = run(write_movie, clip(shot), shot, ctx, file=str(path), **knobs)
    return result


def greys(path: Path) -> list[float]:
    """The middle of the flat part of each frame, as another decoder has it, 0 to 1 of video range."""
    found = []
    with av.open(str(path)) as movie:
        for frame in movie.decode(video=0):
            grey = frame.reformat(format="gray16le").to_ndarray()
            found.append(float(grey[10:30, 10:40].mean()))
    return found


@pytest.mark.parametrize(
    ("codec", "name", "kind"),
    [
        ("ProRes 422 HQ", "prores", "mov"),
        ("ProRes 4444", "prores", "mov"),
        ("DNxHR HQX", "dnxhd", "mov"),
        ("H.264", "h264", "mp4"),
        ("H.265 10-bit", "hevc", "mp4"),
    ],
)
def test_each_codec_comes_back_as_the_light_it_was(
    tmp_path: Path, shot: Shot, ctx: Context, codec: str, name: str, kind: str
) -> None:
    path = made(tmp_path / f"a.{kind}", shot, ctx, codec=codec)
    with av.open(str(path)) as movie:
        stream = movie.streams.video[0]
        assert stream.codec_context.name == name
        assert stream.average_rate == Fraction(24)
        assert (stream.width, stream.height) == (WIDTH, HEIGHT)
        assert int(stream.codec_context.color_primaries) == 1
        assert int(stream.codec_context.colorspace) == 1
    assert len(greys(path)) == len(shot.frames)
    for frame in shot.frames:
        back = run(read, Frame(frame), shot, ctx, file=str(path))
        level = 0.05 + 0.1 * (frame - shot.first)
        assert np.median(back.region(back.data)[10:30, 10:40, :3]) == pytest.approx(level, rel=0.03)


def clap(path: Path, at: int) -> Path:
    """A second of sound with a clap on that frame."""
    rate = 48000
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        samples = np.zeros(rate, np.int16)
        samples[rate // 24 * at : rate // 24 * at + 400] = 20000
        out.writeframes(samples.tobytes())
    return path


@pytest.mark.parametrize("name", ["a.mov", "a.mxf"])
def test_sound_runs_in_step(tmp_path: Path, shot: Shot, ctx: Context, name: str) -> None:
    rate = 48000
    path = made(tmp_path / name, shot, ctx, audio=str(clap(tmp_path / "a.wav", 2)))
    with av.open(str(path)) as movie:
        heard = np.concatenate([np.abs(frame.to_ndarray()).max(axis=0) for frame in movie.decode(audio=0)])
        length = float(movie.streams.video[0].duration * movie.streams.video[0].time_base)
    assert np.argmax(heard > heard.max() / 2) == pytest.approx(rate // 24 * 2, abs=200)
    assert len(heard) / rate == pytest.approx(length, abs=0.06)


def test_sound_that_cannot_be_in_step_is_told(tmp_path: Path, shot: Shot) -> None:
    ctx = Context()
    audio = str(clap(tmp_path / "a.wav", 2))
    made(tmp_path / "a.mov", shot, ctx, audio=audio)
    assert ctx.warnings == []
    every_other = Clip.of({frame: bars(0.1) for frame in shot.frames[::2]})
    run(write_movie, every_other, shot, ctx, file=str(tmp_path / "b.mov"), audio=audio)
    assert ["out of step" in line for line in ctx.warnings] == [True]


def test_another_sound_is_another_movie(tmp_path: Path) -> None:
    graph = ng.new(first=1, last=3, format=ng.Format(WIDTH, HEIGHT)).add("TestPlate", "Bars")
    graph = graph.add("WriteMovie", "Out", file="a.mov", audio="a.wav").connect("Out", "image", "Bars")
    clap(tmp_path / "a.wav", 0)
    ng.render(graph, "Out", root=tmp_path)
    assert ng.render(graph, "Out", root=tmp_path, resume=True).skipped == [1, 2, 3]
    clap(tmp_path / "a.wav", 1)
    assert ng.render(graph, "Out", root=tmp_path, resume=True).done == [1, 2, 3]


def test_the_encoder_is_asked_why(tmp_path: Path, ctx: Context) -> None:
    odd = Clip.of({1: Image.of(np.zeros((47, 63, 3), np.float32), colorspace="ACEScg")})
    with pytest.raises(MediaError, match="width not divisible by 2"):
        run(write_movie, odd, Shot(first=1, last=1), ctx, file=str(tmp_path / "a.mp4"), codec=Codec.H264)
    assert list(tmp_path.iterdir()) == []


def test_burn_in_stands_at_the_foot(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    plain = made(tmp_path / "plain.mov", shot, ctx)
    told = made(tmp_path / "told.mov", shot, ctx, burn_in=True)
    frames = []
    for path in (plain, told):
        with av.open(str(path)) as movie:
            frames.append(next(movie.decode(video=0)).to_ndarray(format="rgb24").astype(int))
    difference = np.abs(frames[0] - frames[1]).max(axis=(1, 2))
    assert difference[-20:].max() > 80
    assert difference[:60].max() < 16
    with pytest.raises(MediaError, match="take"):
        made(tmp_path / "bad.mov", shot, ctx, burn_in=True, burn_in_text="{take}")


def test_stopping_leaves_nothing_behind(tmp_path: Path, shot: Shot) -> None:
    ctx = Context()
    target = tmp_path / "a.mov"
    made(target, shot, ctx)
    before = target.read_bytes()

    def stream() -> Iterator[Image]:
        yield bars(0.1)
        ctx.cancel()
        for _ in shot.frames[1:]:
            yield bars(0.2)

    with pytest.raises(Cancelled):
        run(write_movie, Clip(shot.frames, stream), shot, ctx, file=str(target))
    assert target.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mov"]


def test_a_fault_in_the_middle_leaves_nothing_behind(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    def stream() -> Iterator[Image]:
        yield bars(0.1)
        raise MediaError("the plate is gone", "find it")

    with pytest.raises(MediaError, match="plate is gone"):
        run(write_movie, Clip(shot.frames, stream), shot, ctx, file=str(tmp_path / "a.mov"))
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_told(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    with pytest.raises(MediaError, match="file"):
        run(write_movie, clip(shot), shot, ctx, file="")
    with pytest.raises(MediaError, match=r"gone\.wav"):
        made(tmp_path / "a.mov", shot, ctx, audio=str(tmp_path / "gone.wav"))
    other = Clip.of({1001: bars(0.1), 1002: Image.of(np.zeros((10, 20, 3), np.float32), colorspace="ACEScg")})
    with pytest.raises(MediaError, match="20x10"):
        run(write_movie, other, shot, ctx, file=str(tmp_path / "a.mov"))
    assert list(tmp_path.iterdir()) == []
