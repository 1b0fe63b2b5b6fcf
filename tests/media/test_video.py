"""Movies made here by FFmpeg: exactly the frame asked for, exact white, and what is whiter than white."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
import pytest

from nodegraph.data.errors import MediaError
from nodegraph.media.video import VideoReader
from nodegraph.media.yuv import Coding, rgb_of_planes

SHARED = Path(__file__).parents[3] / "shared" / "media"


def movie(path: Path, frames: Any, pixel_format: str, *encode: str) -> Path:
    """Encode raw planes; `frames` are bytes of one frame each."""
    width, height = 64, 48
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", pixel_format]
    command += ["-s", f"{width}x{height}", "-r", "24", "-i", "-", *encode, str(path)]
    subprocess.run(command, input=b"".join(frames), check=True)
    return path


def flat(levels: list[int], kind: Any = np.uint8, chroma: int = 128, area: int = 64 * 48) -> list[bytes]:
    """4:2:0 frames of one luma level each."""
    return [
        np.concatenate([np.full(area, level, kind), np.full(area // 2, chroma, kind)]).tobytes() for level in levels
    ]


@pytest.mark.parametrize(
    ("bits", "full", "white", "black"),
    [(8, False, 235, 16), (10, False, 940, 64), (12, False, 3760, 256), (8, True, 255, 0)],
)
def test_white_is_one_and_black_is_nought(bits: int, full: bool, white: int, black: int) -> None:
    grey = 1 << (bits - 1)
    for level, wanted in ((white, 1.0), (black, 0.0)):
        planes = [np.full((4, 6), level, np.uint16)] + [np.full((2, 3), grey, np.uint16)] * 2
        assert np.array_equal(rgb_of_planes(planes, Coding(bits, full, 1), 2, 2), np.full((4, 6, 3), wanted))


def test_more_than_white_and_less_than_black_are_kept() -> None:
    planes = [np.array([[254, 1]], np.uint8), np.array([[128]], np.uint8), np.array([[128]], np.uint8)]
    out = rgb_of_planes(planes, Coding(8, False, 1), 2, 1)
    assert out[0, 0, 0] == pytest.approx((254 - 16) / 219)
    assert out[0, 1, 0] == pytest.approx((1 - 16) / 219)


@pytest.mark.parametrize("matrix", [1, 6, 9])
def test_the_matrix_undoes_its_definition(matrix: int) -> None:
    kr, kb = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}[matrix]
    rgb = np.random.default_rng(1).random((8, 10, 3)) * 1.05 - 0.02
    y = rgb @ [kr, 1 - kr - kb, kb]
    u, v = (rgb[..., 2] - y) / (2 - 2 * kb), (rgb[..., 0] - y) / (2 - 2 * kr)
    planes = [np.rint(y * 219 * 256 + 16 * 256), np.rint(u * 224 * 256 + 128 * 256), np.rint(v * 224 * 256 + 128 * 256)]
    out = rgb_of_planes([plane.astype(np.uint16) for plane in planes], Coding(16, False, matrix), 1, 1)
    assert np.allclose(out, rgb, atol=3e-5)


def test_chroma_lies_on_the_left_pixel_and_between_lines() -> None:
    # A ramp of chroma that is linear over the picture comes back linear, at the sites of MPEG-2.
    columns, lines = np.arange(8) * 4.0, np.arange(6) * 6.0
    blue = (40 + columns[None, :] + lines[:, None]).astype(np.uint8)
    out = rgb_of_planes(
        [np.full((12, 16), 126, np.uint8), blue, np.full((6, 8), 128, np.uint8)], Coding(8, False, 1), 2, 2
    )
    x, y = np.arange(16), np.arange(12)
    wanted = 40 + x[None, :] * 2.0 + (y[:, None] - 0.5) * 3.0
    seen = (out[..., 2] - out[..., 0]) / (2 - 2 * 0.0722) * 224 + 128
    assert np.allclose(seen[2:-2, :-2], wanted[2:-2, :-2], atol=1e-3)


LOSSLESS_265 = ("-c:v", "libx265", "-x265-params", "lossless=1:log-level=error", "-pix_fmt", "yuv420p10le")
ALL_B = ("-x264-params", "b-adapt=0:bframes=2:scenecut=0", "-crf", "4")
ENCODERS = {
    "h264 long groups": ("a.mp4", ("-c:v", "libx264", "-g", "12", "-bf", "3", "-qp", "0", "-pix_fmt", "yuv420p")),
    "h265 10 bit": ("a.mp4", LOSSLESS_265),
    "prores": ("a.mov", ("-c:v", "prores_ks", "-profile:v", "3", "-pix_fmt", "yuv422p10le")),
    "ffv1 in mkv": ("a.mkv", ("-c:v", "ffv1", "-g", "5")),
    "a camera's transport stream": ("a.mts", ("-c:v", "libx264", "-g", "12", *ALL_B)),
    "mpeg-2 in a transport stream": ("a.ts", ("-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-q:v", "2")),
    "an avi that knows no times": ("a.avi", ("-c:v", "libx264", "-g", "12", *ALL_B)),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_any_frame_in_any_order(tmp_path: Path, name: str) -> None:
    file, encode = ENCODERS[name]
    levels = [20 + 4 * k for k in range(40)]
    reader = VideoReader(movie(tmp_path / file, flat(levels), "yuv420p", *encode))
    assert reader.info.count == 40
    assert reader.info.fps == 24
    order = [*range(6), 39, 0, 17, 16, 18, 30, 3, *np.random.default_rng(2).permutation(40).tolist()]
    for index in order:
        value = float(np.median(reader.frame(index)))
        assert value == pytest.approx((levels[index] - 16) / 219, abs=0.004), index
    with pytest.raises(MediaError, match="frame 41"):
        reader.frame(40)
    reader.close()


@pytest.mark.parametrize(("start", "ending"), [("0.6", "mov"), ("0.7", "mp4"), ("1.0", "mov"), ("0.7", "mkv")])
def test_a_movie_trimmed_without_encoding_it_again(tmp_path: Path, start: str, ending: str) -> None:
    """Its first frame lies in the middle of a group; what is before is stored, but not shown."""
    whole = movie(
        tmp_path / "a.mov", flat([20 + 4 * k for k in range(48)]), "yuv420p", *ENCODERS["h264 long groups"][1]
    )
    path = tmp_path / f"b.{ending}"
    trim = ["-v", "error", "-y", "-ss", start, "-i", str(whole), "-t", "0.9", "-c", "copy", str(path)]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *trim], check=True)
    with av.open(str(path)) as container:  # from first to last: no seeking, and no index
        shown = [int(np.median(frame.to_ndarray()[:48])) for frame in container.decode(video=0)]
    reader = VideoReader(path)
    assert reader.info.count == len(shown) > 20
    for index in [*range(len(shown)), *np.random.default_rng(2).permutation(len(shown)).tolist()]:
        assert float(np.median(reader.frame(index))) == pytest.approx((shown[index] - 16) / 219, abs=0.004), index
    reader.close()


def test_one_chroma_sample_for_four_pixels(tmp_path: Path) -> None:
    """As DV has it: a ramp of chroma that is linear over the picture comes back linear."""
    luma, blue = np.full((48, 64), 126, np.uint8), np.tile(np.arange(40, 104, 4, dtype=np.uint8), (48, 1))
    frame = luma.tobytes() + blue.tobytes() + np.full((48, 16), 128, np.uint8).tobytes()
    reader = VideoReader(movie(tmp_path / "a.mkv", [frame], "yuv411p", "-c:v", "ffv1"))
    out = reader.frame(0)
    seen = (out[..., 2] - out[..., 0]) / (2 - 2 * 0.114) * 224 + 128
    assert np.allclose(seen[:, :60], 40 + np.arange(60.0), atol=1e-3)
    assert np.allclose(out[..., 0], (126 - 16) / 219, atol=1e-6)


def test_numbers_of_either_order_of_bytes(tmp_path: Path) -> None:
    level = (0x1234).to_bytes(2, "big")
    reader = VideoReader(movie(tmp_path / "a.mov", [level * (48 * 64)], "gray16be", "-c:v", "rawvideo"))
    assert reader.frame(0)[7, 9, 1] == pytest.approx((0x1234 - 16 * 256) / (219 * 256), abs=1e-6)


def test_pictures_of_a_kind_that_is_not_read_are_told(tmp_path: Path) -> None:
    frame = np.full((3, 48, 64), 0.5, np.float32).tobytes()
    reader = VideoReader(movie(tmp_path / "a.nut", [frame], "gbrpf32le", "-c:v", "rawvideo"))
    with pytest.raises(MediaError, match="gbrpf32le, which is not read"):
        reader.frame(0)


def test_ten_bits_are_all_there(tmp_path: Path) -> None:
    levels = list(range(500, 520))
    reader = VideoReader(movie(tmp_path / "a.mp4", flat(levels, np.uint16, 512), "yuv420p10le", *LOSSLESS_265))
    assert reader.info.bits == 10
    values = [float(reader.frame(k)[20, 30, 0]) for k in range(20)]
    assert values == pytest.approx([(level - 64) / 876 for level in levels], abs=1e-6)


def test_a_movie_cut_in_the_middle(tmp_path: Path) -> None:
    path = movie(tmp_path / "a.mkv", flat([20 + 4 * k for k in range(40)]), "yuv420p", "-c:v", "ffv1", "-g", "5")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    reader = VideoReader(path)
    assert float(np.median(reader.frame(5))) == pytest.approx((40 - 16) / 219, abs=0.004)
    with pytest.raises(MediaError, match=r"a\.mkv: frame 40"):
        reader.frame(39)


@pytest.mark.parametrize("content", [b"", b"this is a text", b"\0\0\0\x18ftypmp42" + b"\xff" * 400])
def test_what_is_no_movie_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"a\.mov"):
        VideoReader(path)


def test_folders_and_missing_movies_are_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="folder"):
        VideoReader(tmp_path)
    with pytest.raises(MediaError, match="no file"):
        VideoReader(tmp_path / "gone.mov")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the two clips are not beside this checkout (../shared/media)")
@pytest.mark.parametrize("name", ["data_src.mp4", "data_dst.mp4"])
def test_real_clips_frame_by_frame(name: str) -> None:
    reader = VideoReader(SHARED / name)
    there = [reader.frame(index)[::16, ::16].copy() for index in range(30)]
    for index in np.random.default_rng(3).permutation(30).tolist():
        assert np.array_equal(reader.frame(index)[::16, ::16], there[index])
    reader.close()
