"""Read: every kind of picture as working light, and plain words about files that cannot be read."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import OpenEXR
import OpenImageIO as oiio
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.errors import MediaError
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.graph.node import node_type
from nodes.io.read import read
from tests.nodes.io.pictures import noise, part, run, save


def opened(path: Path | str, shot: Shot, ctx: Context, frame: int = 1001, **knobs: Any) -> Image:
    image: Image = run(read, Frame(frame), shot, ctx, file=str(path), **knobs)
    return image


def stamp(path: Path | str, frame: int = 1001, **knobs: Any) -> str:
    kind = node_type(read)
    assert kind.fingerprint is not None
    defaults = {name: knob.default for name, knob in kind.knobs.items()}
    given = {name: kind.knobs[name].check(value) for name, value in {"file": str(path), **knobs}.items()}
    return kind.fingerprint(frame, {**defaults, **given})


def sequence(folder: Path, *frames: int, size: tuple[int, int] = (16, 8)) -> Path:
    """A sequence whose every frame holds its own number."""
    for frame in frames:
        save(folder / f"a.{frame:04}.exr", {name: np.full(size[::-1], frame, np.float32) for name in "RGB"})
    return folder / "a.####.exr"


def number(image: Image) -> float:
    values = np.unique(image.pixels)
    assert len(values) == 1
    return float(values[0])


SAME: dict[str, Any] = {"colorspace": "ACEScg"}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.uint32])
@pytest.mark.parametrize("tile", [0, 16])
def test_any_box_of_an_exr_is_what_openexr_reads(
    tmp_path: Path, shot: Shot, ctx: Context, dtype: type, tile: int
) -> None:
    planes = noise(50, 90, "RGBAZ", np.float32)
    planes = {
        name: (np.abs(plane) * 100 if dtype is np.uint32 else plane).astype(dtype) for name, plane in planes.items()
    }
    plate = save(tmp_path / "a.exr", planes, at=(-6, -9), format=(40, 70), tile=tile)
    image = opened(plate, shot, ctx, **SAME)
    assert image.format == Format(40, 70)
    assert image.data == Box(-6, -9, 44, 81)
    assert image.channels == ("R", "G", "B", "A", "Z")
    wanted = np.stack([planes[name].astype(np.float32) for name in "RGBAZ"], axis=-1)
    for box in (Box(-6, -9, 44, 81), Box(3, 20, 9, 21), Box(0, 0, 40, 70), Box(-20, 60, 60, 100)):
        inside = box.meet(image.data)
        expected = np.zeros((box.height, box.width, 5), np.float32)
        expected[inside.slices(box)] = wanted[inside.slices(image.data)]
        assert np.array_equal(image.region(box), expected)
        assert np.array_equal(image.region(box, ("Z", "G")), expected[..., [4, 1]])


def test_a_space_is_found_and_converted(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    planes = {name: np.full((8, 8), value, np.float32) for name, value in zip("RGB", (0.2, 0.5, 0.7), strict=True)}
    srgb = save(tmp_path / "a.exr", planes, colorInteropID="lin_rec709_scene")
    to_ap1 = np.array([[0.6131, 0.3395, 0.0474], [0.0702, 0.9164, 0.0134], [0.0206, 0.1096, 0.8698]])
    image = opened(srgb, shot, ctx)
    np.testing.assert_allclose(image.pixels[0, 0], to_ap1 @ (0.2, 0.5, 0.7), atol=1e-3)
    assert image.colorspace == shot.space
    assert image.origin is not None
    assert image.metadata["input/reason"]
    chosen = opened(srgb, shot, ctx, **SAME)
    np.testing.assert_allclose(chosen.pixels[0, 0], (0.2, 0.5, 0.7), atol=1e-6)


def test_parts_layers_and_views(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    left, right = noise(20, 30, "RGB"), noise(20, 30, "RGB", seed=5)
    depth = noise(8, 6, "Z", np.float32, seed=7)
    plate = tmp_path / "a.exr"
    OpenEXR.File(
        [
            part(left, "rgba.left", view="left"),
            part(depth, "depth.left", at=(4, 5), format=(20, 30), view="left"),
            part(right, "rgba.right", view="right"),
        ]
    ).write(str(plate))
    image = opened(plate, shot, ctx, **SAME)
    assert image.channels == ("R", "G", "B", "depth.Z")
    assert np.array_equal(image.region(image.data, ("G",))[..., 0], left["G"].astype(np.float32))
    z = image.region(image.data, ("depth.Z",))[..., 0]
    assert np.array_equal(z[5:11, 4:12], depth["Z"])
    assert z[:5].sum() == z[11:].sum() == 0
    other = opened(plate, shot, ctx, view="right", **SAME)
    assert np.array_equal(other.pixels[..., 0], right["R"].astype(np.float32))
    assert opened(plate, shot, ctx, layer="depth", **SAME).channels == ("depth.Z",)
    assert opened(plate, shot, ctx, part="rgba.right", **SAME).channels == ("R", "G", "B")
    with pytest.raises(MediaError, match="view"):
        opened(plate, shot, ctx, view="middle")
    with pytest.raises(MediaError, match="layer"):
        opened(plate, shot, ctx, layer="diffuse")


@pytest.mark.parametrize("says", ["", "right"])
def test_a_file_for_each_eye(tmp_path: Path, shot: Shot, ctx: Context, says: str) -> None:
    """Most of them do not say which eye they are of: their name does."""
    eyes = {"left": noise(20, 30, "RGB"), "right": noise(20, 30, "RGB", seed=5)}
    for eye, planes in eyes.items():
        OpenEXR.File([part(planes, "rgba", **({"view": eye} if says else {}))]).write(str(tmp_path / f"a.{eye}.exr"))
    for eye, planes in eyes.items():
        image = opened(tmp_path / "a.%V.exr", shot, ctx, view=eye, **SAME)
        assert np.array_equal(image.pixels[..., 0], planes["R"].astype(np.float32))


def test_metadata_comes_along(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    plate = save(tmp_path / "a.exr", noise(8, 8), framesPerSecond=Fraction(24000, 1001), owner="Stag", lens__mm=35.0)
    metadata = opened(plate, shot, ctx).metadata
    assert metadata["framesPerSecond"] == Fraction(24000, 1001)
    assert metadata["owner"] == "Stag"
    assert metadata["lens/mm"] == 35.0
    assert metadata["input/filename"] == str(plate)
    assert metadata["input/frame"] == 1001
    assert metadata["input/compression"] == "zip"
    assert not [key for key in metadata if key in ("channels", "dataWindow", "compression")]


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        ("png", np.uint8),
        ("png", np.uint16),
        ("tif", np.uint8),
        ("tif", np.uint16),
        ("tif", np.float32),
        ("jpg", np.uint8),
    ],
)
def test_stills_equal_another_reader(tmp_path: Path, shot: Shot, ctx: Context, kind: str, dtype: Any) -> None:
    y, x = np.mgrid[0:24, 0:40]
    shade = np.stack([x / 39, y / 23, (x + y) / 62], axis=-1)
    stored = (
        shade.astype(np.float32) * 1.5 if dtype is np.float32 else np.round(shade * np.iinfo(dtype).max).astype(dtype)
    )
    path = tmp_path / f"a.{kind}"
    assert cv2.imwrite(str(path), np.ascontiguousarray(stored[..., ::-1]))
    image = opened(path, shot, ctx, colorspace="Raw")
    expected = oiio.ImageBuf(str(path)).get_pixels(oiio.FLOAT)
    np.testing.assert_allclose(image.pixels, expected, atol=1e-6 if kind != "jpg" else 2.1 / 255)
    assert image.origin is None
    box = Box(3, 4, 10, 9)
    assert np.array_equal(image.region(box), image.pixels[4:9, 3:10])


def test_a_display_picture_is_read_as_light(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    stored = np.full((4, 4, 3), 119, np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), stored)
    light = ((119 / 255 + 0.055) / 1.055) ** 2.4
    np.testing.assert_allclose(opened(tmp_path / "a.png", shot, ctx).pixels, light, atol=1e-4)


def test_dpx_equals_another_reader(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    ramp = np.tile(np.linspace(0, 1, 64, dtype=np.float32)[None, :, None], (16, 1, 3))
    spec = oiio.ImageSpec(64, 16, 3, "uint16")
    spec.attribute("oiio:BitsPerSample", 10)
    out = oiio.ImageOutput.create("a.dpx")
    assert out is not None
    out.open(str(tmp_path / "a.dpx"), spec)
    out.write_image(ramp)
    out.close()
    image = opened(tmp_path / "a.dpx", shot, ctx, colorspace="Raw")
    expected = oiio.ImageBuf(str(tmp_path / "a.dpx")).get_pixels(oiio.FLOAT)
    np.testing.assert_allclose(image.pixels, expected, atol=1e-4)


def movie(path: Path, frames: int = 8) -> Path:
    """A ProRes whose every frame is a grey of its own: 10 + 20 per frame, of 8 bits in legal range."""
    with av.open(str(path), "w") as out:
        out.metadata["timecode"] = "01:00:00:00"
        stream = out.add_stream("prores_ks", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv422p10le"
        for k in range(frames):
            grey = np.full((48, 64), 64 + 4 * (10 + 20 * k), np.uint16)
            flat = np.full((48, 32), 512, np.uint16)
            frame = av.VideoFrame(64, 48, "yuv422p10le")
            for plane, values in zip(frame.planes, (grey, flat, flat), strict=True):
                rows = np.zeros((48, plane.line_size // 2), np.uint16)
                rows[:, : values.shape[1]] = values
                plane.update(rows.tobytes())
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path


def grey_of(image: Image) -> float:
    return float(np.median(image.pixels)) * 876 / 4


def test_any_frame_of_a_movie_is_that_frame(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    path = movie(tmp_path / "a.mov")
    for k in (0, 5, 2, 7, 1, 1):
        image = opened(path, shot, ctx, 1001 + k, colorspace="Raw")
        assert grey_of(image) == pytest.approx(10 + 20 * k, abs=0.6)
        assert image.format == Format(64, 48)
        assert image.metadata["framesPerSecond"] == 24
        assert str(image.metadata["timeCode"]) == f"01:00:00:{k:02}"
    light = opened(path, shot, ctx, 1004)
    np.testing.assert_allclose(np.median(light.pixels), ((10 + 60) * 4 / 876) ** 2.4, rtol=0.02)


@pytest.mark.parametrize(("policy", "shown"), [("hold", 7), ("loop", 1), ("bounce", 5), ("black", -0.5)])
def test_before_and_after_a_movie(tmp_path: Path, shot: Shot, ctx: Context, policy: str, shown: float) -> None:
    path = movie(tmp_path / "a.mov")
    image = opened(path, shot, ctx, 1010, after=policy, colorspace="Raw")
    assert grey_of(image) == pytest.approx(10 + 20 * shown, abs=0.6)
    assert image.format == Format(64, 48)
    with pytest.raises(MediaError, match="1010"):
        opened(path, shot, ctx, 1010, after="error")


def test_a_movie_cut_in_the_middle_is_named(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    path = movie(tmp_path / "plate.mov")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match=r"plate\.mov") as told:
        _ = opened(path, shot, ctx, 1008).pixels
    assert told.value.hint


def test_missing_frames(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    file = sequence(tmp_path, 1001, 1002, 1006)
    with pytest.raises(MediaError, match="1004"):
        opened(file, shot, ctx, 1004, missing="error", **SAME)
    assert number(opened(file, shot, ctx, 1004, missing="hold", **SAME)) == 1002
    assert number(opened(file, shot, ctx, 1005, missing="nearest", **SAME)) == 1006
    black = opened(file, shot, ctx, 1004, missing="black", **SAME)
    assert number(black) == 0
    assert black.format == Format(16, 8)


@pytest.mark.parametrize(
    ("policy", "before", "after"), [("hold", 1001, 1003), ("loop", 1003, 1001), ("bounce", 1002, 1002), ("black", 0, 0)]
)
def test_before_and_after_the_range(
    tmp_path: Path, shot: Shot, ctx: Context, policy: str, before: int, after: int
) -> None:
    file = sequence(tmp_path, 1001, 1002, 1003)
    assert number(opened(file, shot, ctx, 1000, before=policy, **SAME)) == before
    assert number(opened(file, shot, ctx, 1004, after=policy, **SAME)) == after
    with pytest.raises(MediaError, match="1004"):
        opened(file, shot, ctx, 1004, after="error", **SAME)


def test_a_shifted_and_a_shortened_sequence(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    file = sequence(tmp_path, 1, 2, 3)
    assert number(opened(file, shot, ctx, 1002, frame_offset=1000, **SAME)) == 2
    assert number(opened(file, shot, ctx, 3, frames="1-2", after="hold", **SAME)) == 2
    assert number(opened(tmp_path / "a.%04d.exr", shot, ctx, 3, **SAME)) == 3
    picked = opened(tmp_path / "a.0002.exr", shot, ctx, 3, **SAME)
    assert number(picked) == 3


def test_a_frame_of_another_size_is_told(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    file = sequence(tmp_path, 1001)
    sequence(tmp_path, 1002, size=(20, 10))
    assert opened(file, shot, ctx, 1001).format == Format(16, 8)
    assert ctx.warnings == []
    assert opened(file, shot, ctx, 1002).format == Format(20, 10)
    assert any("20x10" in line and "16x8" in line for line in ctx.warnings)


def test_a_picture_that_stands_still_is_told(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    file = sequence(tmp_path, 1001, 1002, 1005)
    for frame in (1001, 1002, 1005):
        opened(file, shot, ctx, frame, **SAME)
    opened(file, shot, ctx, 1006, after="loop", **SAME)
    (tmp_path / "still.exr").write_bytes((tmp_path / "a.1001.exr").read_bytes())
    opened(tmp_path / "still.exr", shot, ctx, 1009, **SAME)  # one picture, meant for all frames
    assert ctx.warnings == []
    opened(file, shot, ctx, 1000, **SAME)
    opened(file, shot, ctx, 1006, **SAME)
    opened(file, shot, ctx, 1003, missing="hold", **SAME)
    opened(file, shot, ctx, 1003, missing="black", **SAME)
    assert ctx.warnings == [
        "it begins later: frame 1001 is held",
        "it ends earlier: frame 1005 is held",
        "the frame is missing: another one stands in",
        "the frame is missing: it is black",
    ]


def test_the_fingerprint_follows_the_file(tmp_path: Path) -> None:
    file = sequence(tmp_path, 1001, 1002)
    first = stamp(file)
    assert first == stamp(file)
    assert first != stamp(file, 1002)
    save(tmp_path / "a.1001.exr", noise(9, 9))
    assert stamp(file) != first
    (tmp_path / "a.1001.exr").unlink()
    assert stamp(file) == stamp(file, 1002), "the first frame is now 1002, and it is held"
    assert stamp(file, missing="error", before="error") not in (first, stamp(file, 1002))


def spoilt(path: Path, kind: str) -> Path:
    """A file that cannot be read, of each sort that turns up."""
    whole = save(path, noise(64, 64)).read_bytes()
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "cut in half":
        path.write_bytes(whole[: len(whole) // 2])
    elif kind == "cut at its end":
        path.write_bytes(whole[:-1])
    elif kind == "cut in its header":
        path.write_bytes(whole[:60])
    elif kind == "not a picture":
        path.write_bytes(b"hello, I am a text\n" * 20)
    elif kind == "a bit flipped in the pixels":
        middle = len(whole) - 900
        path.write_bytes(
            whole[:middle] + bytes(255 - byte for byte in whole[middle : middle + 60]) + whole[middle + 60 :]
        )
    elif kind == "huge":
        at = whole.index(b"dataWindow\0box2i\0") + 17 + 4
        path.write_bytes(whole[:at] + struct.pack("<4i", 0, 0, 2**30, 2**30) + whole[at + 16 :])
    elif kind == "a folder":
        path.unlink()
        path.mkdir()
    return path


@pytest.mark.parametrize(
    "kind",
    [
        "empty",
        "cut in half",
        "cut at its end",
        "cut in its header",
        "not a picture",
        "a bit flipped in the pixels",
        "huge",
        "a folder",
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, shot: Shot, ctx: Context, kind: str) -> None:
    path = spoilt(tmp_path / "plate.exr", kind)
    with pytest.raises(MediaError, match=r"plate\.exr") as told:
        _ = opened(path, shot, ctx, **SAME).pixels
    assert told.value.hint


@pytest.mark.parametrize("kind", ["png", "tif", "jpg", "dpx", "mov"])
@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n garbage", b"II*\0\xff\xff\xff\xff"])
def test_a_still_or_movie_that_cannot_be_read_is_named(
    tmp_path: Path, shot: Shot, ctx: Context, kind: str, content: bytes
) -> None:
    path = tmp_path / f"plate.{kind}"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=rf"plate\.{kind}") as told:
        _ = opened(path, shot, ctx).pixels
    assert told.value.hint


def test_nothing_there_and_nothing_said(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    with pytest.raises(MediaError, match=r"gone\.exr"):
        opened(tmp_path / "gone.exr", shot, ctx)
    with pytest.raises(MediaError, match=r"a\.####\.exr"):
        opened(tmp_path / "a.####.exr", shot, ctx)
    with pytest.raises(MediaError, match="file"):
        opened("", shot, ctx)
    (tmp_path / "a.xyz").write_bytes(b"x")
    with pytest.raises(MediaError, match=r"\.xyz"):
        opened(tmp_path / "a.xyz", shot, ctx)


def test_no_permission(
    tmp_path: Path, shot: Shot, ctx: Context, nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    path = save(tmp_path / "plate.exr", noise(8, 8))
    path.chmod(0)
    file = sequence(tmp_path, 1001)
    (tmp_path / "a.1001.exr").chmod(0)
    with nobody():
        with pytest.raises(MediaError, match=r"plate\.exr.*ermission") as told:
            opened(path, shot, ctx)
        with pytest.raises(MediaError, match=r"a\."):
            opened(file, shot, ctx)
    assert "permission" in told.value.hint
