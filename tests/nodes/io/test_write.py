"""Write: spliced wherever it can be, whole where not, and never a lost bit or half a file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

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
from nodes.io.write import write
from tests.nodes.io.pictures import Planes, chunks_of, header_of, noise, part, parts_of, planes_of, run, save

FACE = Box(20, 40, 50, 52)
LOSSLESS = ("NO", "RLE", "ZIPS", "ZIP", "PIZ", "HTJ2K32", "ZSTD")


def opened(path: Path, shot: Shot, ctx: Context, **knobs: Any) -> Image:
    image: Image = run(read, Frame(1001), shot, ctx, file=str(path), **{"colorspace": "ACEScg", **knobs})
    return image


def written(image: Image, path: Path, shot: Shot, ctx: Context, frame: int = 1001, **knobs: Any) -> Path:
    result: Path = run(write, image, Frame(frame), shot, ctx, file=str(path), **knobs)
    return result


def explained(image: Image, path: Path, frame: int = 1001, **knobs: Any) -> str:
    kind = node_type(write)
    assert kind.explain is not None
    defaults = {name: knob.default for name, knob in kind.knobs.items()}
    given = {name: kind.knobs[name].check(value) for name, value in {"file": str(path), **knobs}.items()}
    return kind.explain(frame, {**defaults, **given}, image)


def painted(image: Image, box: Box = FACE, value: float = 0.25) -> Image:
    names = image.rgb
    return image.patched(box, np.full((box.height, box.width, len(names)), value, np.float32), names)


def same(found: Planes, wanted: Planes) -> None:
    assert set(found) == set(wanted)
    for name, plane in wanted.items():
        assert found[name].dtype == plane.dtype
        assert np.array_equal(found[name], plane), name


@pytest.mark.parametrize("name", LOSSLESS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("tile", [0, 32])
def test_round_trip_keeps_every_bit(
    tmp_path: Path, shot: Shot, ctx: Context, name: str, dtype: type, tile: int
) -> None:
    planes = noise(100, 70, "RGBA", dtype)
    compression = getattr(OpenEXR, f"{name}_COMPRESSION")
    plate = save(tmp_path / "plate.exr", planes, compression=compression, at=(-7, 11), format=(128, 96), tile=tile)
    image = opened(plate, shot, ctx)
    assert (image.format, image.data) == (Format(128, 96), Box(-7, 11, 93, 81))
    out = written(image, tmp_path / "out.exr", shot, ctx)
    same(planes_of(out), planes)
    assert chunks_of(out) == chunks_of(plate)
    fresh = written(
        image.with_pixels(image.pixels),
        tmp_path / "fresh.exr",
        shot,
        ctx,
        bits=np.dtype(dtype).name[:5].replace("float", "float" if dtype is np.float32 else "half"),
    )
    same(planes_of(fresh), planes)


@pytest.mark.parametrize("name", [*LOSSLESS, "PXR24", "B44", "DWAA", "DWAB"])
@pytest.mark.parametrize("tile", [0, 16])
def test_an_edit_leaves_every_other_block_as_it_was(
    tmp_path: Path, shot: Shot, ctx: Context, name: str, tile: int
) -> None:
    planes = noise(100, 150)
    compression = getattr(OpenEXR, f"{name}_COMPRESSION")
    plate = save(tmp_path / "plate.exr", planes, compression=compression, at=(-7, 11), format=(128, 196), tile=tile)
    before = planes_of(plate)
    image = painted(opened(plate, shot, ctx))
    assert "splice" in explained(image, tmp_path / "out.exr")
    out = written(image, tmp_path / "out.exr", shot, ctx)
    found = planes_of(out)
    was, now = chunks_of(plate), chunks_of(out)
    assert set(was) == set(now)
    kept = [key for key in was if was[key] == now[key]]
    assert 0 < len(kept) < len(was) or name in ("DWAB",)
    rows, columns = FACE.slices(image.data)
    outside = np.ones((150, 100), bool)
    outside[rows, columns] = False
    for channel, plane in before.items():
        if name in LOSSLESS or name == "PXR24":
            assert np.array_equal(found[channel][outside], plane[outside])
            assert (found[channel][rows, columns] == np.float16(0.25)).all()
        else:
            high = {"B44": 4, "DWAA": 32, "DWAB": 256}[name]
            touched = slice((rows.start // high) * high, -(-rows.stop // high) * high) if not tile else rows
            far = outside.copy()
            far[touched] = False
            if tile:
                far[(rows.start // 16) * 16 : -(-rows.stop // 16) * 16] = False
            assert np.array_equal(found[channel][far], plane[far])
    picture = oiio.ImageInput.open(str(out))
    assert picture is not None
    pixels = picture.read_image("half")
    picture.close()
    assert np.array_equal(pixels[..., 0], found["R"])


def test_pixels_beside_an_edit_survive_another_colour_space(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    planes = noise(64, 80)
    plate = save(tmp_path / "plate.exr", planes)
    image = opened(plate, shot, ctx, colorspace="Linear Rec.709 (sRGB)")
    box = Box(10, 30, 20, 40)
    assert not np.allclose(image.region(box)[..., 0], planes["R"][30:40, 10:20], atol=1e-2)
    twice = image.patched(box, image.region(box) * 2)
    out = planes_of(written(twice, tmp_path / "out.exr", shot, ctx))
    mask = np.zeros((80, 64), bool)
    mask[30:40, 10:20] = True
    for name, plane in planes.items():
        assert np.array_equal(out[name][~mask], plane[~mask])
        np.testing.assert_allclose(out[name][mask], plane[mask] * np.float32(2), rtol=2e-3, atol=2e-3)


def test_layers_added_as_parts_leave_the_plate_alone(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    planes = noise(64, 80)
    plate = save(tmp_path / "plate.exr", planes, comments="take 3")
    image = opened(plate, shot, ctx)
    box = image.data
    mattes = np.random.default_rng(2).random((80, 64, 2)).astype(np.float16).astype(np.float32)
    image = image.patched(box, mattes, ("mask.face", "depth.Z"))
    assert "splice" in explained(image, tmp_path / "out.exr", layout="as parts")
    out = written(image, tmp_path / "out.exr", shot, ctx, layout="as parts")
    first, *more = parts_of(out)
    same(first[1], planes)
    assert first[0]["comments"] == "take 3"
    found = {name: plane for _, channels in more for name, plane in channels.items()}
    assert found["mask.face"].dtype == np.float16
    assert found["depth.Z"].dtype == np.float32
    assert np.array_equal(found["mask.face"], mattes[..., 0].astype(np.float16))
    assert np.array_equal(found["depth.Z"], mattes[..., 1])
    was, now = chunks_of(plate), chunks_of(out)
    assert {key: now[key] for key in was} == was
    again = opened(out, shot, ctx)
    assert set(again.channels) == {"R", "G", "B", "mask.face", "depth.Z"}
    assert np.array_equal(again.pixels[..., :3], image.pixels[..., :3])


def test_layers_added_lie_on_the_plate_wherever_its_display_window_begins(
    tmp_path: Path, shot: Shot, ctx: Context
) -> None:
    plate = tmp_path / "in.exr"
    spec = oiio.ImageSpec(40, 30, 3, oiio.HALF)
    spec.x, spec.y, spec.full_x, spec.full_y, spec.full_width, spec.full_height = 15, -5, 13, -7, 64, 48
    spec["compression"] = "zip"
    out = oiio.ImageOutput.create(str(plate))
    assert out.open(str(plate), spec)
    out.write_image(np.random.default_rng(3).random((30, 40, 3), np.float32))
    out.close()
    image = opened(plate, shot, ctx)
    box = Box(5, 6, 25, 20)
    image = image.patched(box, image.region(box, ("R",)), ("mask.A",))
    assert "splices" in explained(image, tmp_path / "out.exr", layout="as parts")
    path = str(written(image, tmp_path / "out.exr", shot, ctx, layout="as parts"))
    light, mask = (oiio.ImageBuf(path, number, 0) for number in (0, 1))
    assert mask.spec().full_x == light.spec().full_x == 13
    where = oiio.ROI(13 + 5, 13 + 25, -7 + 6, -7 + 20)
    assert np.array_equal(mask.get_pixels(oiio.FLOAT, where)[..., 0], light.get_pixels(oiio.FLOAT, where)[..., 0])
    assert mask.get_pixels(oiio.FLOAT, where).min() > 0


@pytest.mark.parametrize(
    ("knobs", "why"),
    [
        ({"compression": "PIZ"}, "compression"),
        ({"bits": "float"}, "float"),
        ({"colorspace": "ACES2065-1"}, "space"),
        ({"tile": 64}, "tile"),
        ({"preset": "ACES container"}, "ACES"),
        ({"layout": "Nuke channels"}, ""),
    ],
)
def test_why_a_picture_is_not_spliced(
    tmp_path: Path, shot: Shot, ctx: Context, knobs: dict[str, Any], why: str
) -> None:
    plate = save(tmp_path / "plate.exr", noise(64, 80))
    told = explained(opened(plate, shot, ctx), tmp_path / "out.exr", **knobs)
    if why:
        assert "whole" in told
        assert why in told
    else:
        assert "splice" in told
    image = opened(
        written(opened(plate, shot, ctx), tmp_path / "out.exr", shot, ctx, **knobs), shot, ctx, colorspace="auto"
    )
    np.testing.assert_allclose(image.pixels, opened(plate, shot, ctx).pixels, atol=2e-2)


def test_other_reasons_not_to_splice(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    plate = save(tmp_path / "plate.exr", noise(64, 80))
    image = opened(plate, shot, ctx)
    assert "every pixel" in explained(image.with_pixels(image.pixels * 2), tmp_path / "out.exr")
    assert "same file" in explained(image, plate)
    assert "PNG" in explained(image, tmp_path / "out.png")
    added = image.patched(image.data, np.zeros((80, 64, 1), np.float32), ("mask.A",))
    assert "channel" in explained(added, tmp_path / "out.exr")
    save(plate, noise(64, 80, seed=9))
    assert "changed" in explained(image, tmp_path / "out.exr")


def test_parts_of_a_file_are_kept_when_one_of_them_is_edited(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    colour, depth = noise(64, 80, "RGBA"), noise(64, 80, "Z", np.float32)
    plate = tmp_path / "plate.exr"
    OpenEXR.File([part(colour, "rgba"), part(depth, "depth")]).write(str(plate))
    image = opened(plate, shot, ctx)
    assert image.channels == ("R", "G", "B", "A", "depth.Z")
    out = written(painted(image), tmp_path / "out.exr", shot, ctx, layout="as parts")
    (_, first), (_, second) = parts_of(out)
    assert np.array_equal(first["R"][:40], colour["R"][:40])
    assert (first["R"][40:52, 20:50] == np.float16(0.25)).all()
    assert np.array_equal(next(iter(second.values())), depth["Z"])


def test_attributes_are_carried_and_ours_stand_under_one_prefix(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    timecode = OpenEXR.TimeCode(1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    plate = save(
        tmp_path / "plate.exr",
        noise(32, 32),
        owner="Stag",
        camera__iris=2.8,
        timeCode=timecode,
        framesPerSecond=Fraction(25),
    )
    image = opened(plate, shot, ctx)
    assert image.metadata["input/filename"] == str(plate)
    for picture in (image, image.with_pixels(image.pixels)):
        header = header_of(written(picture, tmp_path / "out.exr", shot, ctx))
        assert header["owner"] == "Stag"
        assert header["camera/iris"] == pytest.approx(2.8)
        assert header["framesPerSecond"] == Fraction(25)
        assert not [key for key in header if key.startswith("input")]
        assert [key for key in header if key.startswith("nodegraph/")]
        assert header["timeCode"] == header_of(plate)["timeCode"]
    needed = {"screenWindowCenter", "screenWindowWidth", "lineOrder", "pixelAspectRatio", "channels", "compression"}
    assert needed <= set(header)
    spliced = header_of(written(image, tmp_path / "out.exr", shot, ctx))
    assert set(header_of(plate)) <= set(spliced)
    bare = header_of(written(image, tmp_path / "bare.exr", shot, ctx, metadata="none"))
    assert not {"owner", "camera/iris", "timeCode"} & set(bare)


def test_aces_container(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    image = Image.of(np.full((20, 30, 4), 0.5, np.float32), colorspace="ACEScg")
    out = written(image, tmp_path / "aces.exr", shot, ctx, preset="ACES container")
    header = header_of(out)
    assert header["acesImageContainerFlag"] == 1
    assert header["compression"] == OpenEXR.NO_COMPRESSION
    assert header["colorInteropID"] == "lin_ap0_scene"
    np.testing.assert_allclose(
        np.ravel(header["chromaticities"]), [0.7347, 0.2653, 0, 1, 0.0001, -0.077, 0.32168, 0.33767], atol=1e-6
    )
    assert {plane.dtype for plane in planes_of(out).values()} == {np.dtype(np.float16)}
    assert planes_of(out)["R"][0, 0] == np.float16(0.5)
    with pytest.raises(MediaError, match="depth"):
        written(
            image.patched(image.data, np.zeros((20, 30, 1), np.float32), ("depth.Z",)),
            out,
            shot,
            ctx,
            preset="ACES container",
        )


def test_bits_follow_the_layer(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    image = Image.of(
        np.zeros((8, 8, 6), np.float32),
        channels=("R", "G", "B", "depth.Z", "diffuse.R", "CryptoObject00.R"),
        colorspace="ACEScg",
    )
    found = planes_of(written(image, tmp_path / "a.exr", shot, ctx, layer_bits="diffuse=float"))
    kinds = {name: plane.dtype.name for name, plane in found.items()}
    assert kinds == {
        "R": "float16",
        "G": "float16",
        "B": "float16",
        "depth.Z": "float32",
        "diffuse.R": "float32",
        "CryptoObject00.R": "float32",
    }


def test_bits_stay_those_of_the_source_when_it_is_not_spliced(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    rng = np.random.default_rng(5)
    planes: Planes = {name: rng.random((20, 30)).astype(np.float16) for name in "RGBA"}
    planes |= {
        "clean.y": rng.random((20, 30), np.float32),
        "objid.id": rng.integers(70000, 1 << 24, (20, 30), np.uint32),
    }
    source = tmp_path / "in.exr"
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, dict(planes)).write(
        str(source)
    )
    image = opened(source, shot, ctx)
    moved = image.with_pixels(image.pixels)  # as after a Transform: nothing of it can be copied
    same(planes_of(written(moved, tmp_path / "a.exr", shot, ctx)), planes)
    same(planes_of(written(image, tmp_path / "b.exr", shot, ctx, channels="objid")), {"objid.id": planes["objid.id"]})
    halved = planes_of(written(image, tmp_path / "c.exr", shot, ctx, bits="half"))
    same(halved, {**planes, "clean.y": planes["clean.y"].astype(np.float16)})
    assert ctx.warnings == []


def test_numbers_too_large_are_told_where_they_are(tmp_path: Path, shot: Shot) -> None:
    ids = np.full((20, 30), (1 << 24) + 1, np.uint32)
    far = np.full((20, 30), 1e6, np.float32)
    light = np.full((20, 30), 0.5, np.float16)
    planes: Planes = {"R": light, "G": light, "B": light, "Z": far, "objid.id": ids}
    source = tmp_path / "in.exr"
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, dict(planes)).write(
        str(source)
    )
    ctx = Context()
    same(planes_of(written(opened(source, shot, ctx), tmp_path / "a.exr", shot, ctx)), planes)
    assert ctx.warnings == []
    written(opened(source, shot, ctx), tmp_path / "b.exr", shot, ctx, compression="PIZ")
    (told,) = ctx.warnings
    assert "600 whole numbers from 16777216 on" in told
    assert "half" not in told


def test_warnings_tell_what_is_doubtful(tmp_path: Path, shot: Shot) -> None:
    pixels = np.full((8, 8, 4), 0.5, np.float32)
    pixels[0, 0, 0], pixels[1, 1, 1], pixels[2, 2, 2] = np.nan, np.inf, 1e6
    image = Image.of(pixels, channels=("R", "G", "B", "mask.R"), colorspace="ACEScg")
    ctx = Context()
    out = written(image, tmp_path / "a.exr", shot, ctx, compression="DWAA")
    told = "\n".join(ctx.warnings)
    assert "mask.R" in told
    assert "1 NaN" in told
    assert "DWAA" in told
    assert out.exists()
    ctx = Context()
    written(image, tmp_path / "b.exr", shot, ctx, compression="ZSTD")
    assert any("ZSTD" in line for line in ctx.warnings)
    ctx = Context()
    written(image.with_pixels(np.zeros((8, 8, 4), np.float32)), tmp_path / "c.exr", shot, ctx)
    assert ctx.warnings == []


@pytest.mark.parametrize("kind", ["png", "tif", "dpx", "jpg"])
def test_display_files_are_encoded_and_read_back(tmp_path: Path, shot: Shot, ctx: Context, kind: str) -> None:
    ramp = np.linspace(0.02, 0.9, 64, dtype=np.float32)
    pixels = np.repeat(np.tile(ramp, (32, 1))[..., None], 3, axis=2)
    out = written(Image.of(pixels, colorspace="ACEScg"), tmp_path / f"a.{kind}", shot, ctx)
    back = run(read, Frame(1001), shot, ctx, file=str(out))
    np.testing.assert_allclose(
        back.region(back.data)[..., :3], pixels, atol={"jpg": 0.012, "dpx": 4e-3}.get(kind, 2e-3)
    )
    grey = oiio.ImageBuf(str(out)).get_pixels(oiio.FLOAT)[16, :, 0]
    srgb = np.where(ramp <= 0.0031308, ramp * 12.92, 1.055 * ramp ** (1 / 2.4) - 0.055)
    black = 10 ** ((95 - 685) * 0.002 / 0.6)
    log = (685 + 300 * np.log10(ramp * (1 - black) + black)) / 1023
    np.testing.assert_allclose(grey, log if kind == "dpx" else srgb, atol=0.012 if kind == "jpg" else 2e-3)


def test_png_stores_unassociated_alpha(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    pixels = np.zeros((4, 4, 4), np.float32)
    pixels[...] = (0.25, 0.25, 0.25, 0.5)
    out = written(Image.of(pixels, colorspace="ACEScg"), tmp_path / "a.png", shot, ctx)
    values = cv2.imread(str(out), cv2.IMREAD_UNCHANGED)
    assert values.dtype == np.uint16
    assert values[0, 0, 3] == 32768
    assert values[0, 0, 0] / 65535 == pytest.approx(1.055 * 0.5 ** (1 / 2.4) - 0.055, abs=1e-3)
    back = run(read, Frame(1001), shot, ctx, file=str(out))
    np.testing.assert_allclose(back.pixels, pixels, atol=1e-4)


def test_frames_get_their_number_and_folders_are_made(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    image = Image.of(np.zeros((4, 4, 3), np.float32), colorspace="ACEScg")
    out = written(image, tmp_path / "new" / "a.####.exr", shot, ctx, frame=17)
    assert out == tmp_path / "new" / "a.0017.exr"
    with pytest.raises(MediaError, match="folder"):
        written(image, tmp_path / "other" / "a.%04d.exr", shot, ctx, create_folders=False)
    with pytest.raises(MediaError, match="already there"):
        written(image, tmp_path / "new" / "a.####.exr", shot, ctx, frame=17, overwrite=False)
    with pytest.raises(MediaError, match="file"):
        run(write, image, Frame(1), shot, ctx, file="")
    with pytest.raises(MediaError, match=r"\.xyz"):
        written(image, tmp_path / "a.xyz", shot, ctx)


def test_a_matte_is_written_as_grey_and_layers_are_missed(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    matte = Image.of(np.full((4, 4), 0.5, np.float32), channels=("A",), colorspace="ACEScg")
    values = cv2.imread(str(written(matte, tmp_path / "m.png", shot, ctx)), cv2.IMREAD_UNCHANGED)
    assert values.shape == (4, 4)
    assert values[0, 0] == 32768
    assert ctx.warnings == []
    both = Image.of(np.zeros((4, 4, 4), np.float32), channels=("R", "G", "B", "depth.Z"), colorspace="ACEScg")
    written(both, tmp_path / "l.png", shot, ctx)
    assert any("depth.Z" in line for line in ctx.warnings)


def test_display_files_hold_the_format_and_no_more(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    pixels = np.ones((6, 8, 3), np.float32)
    image = Image.of(pixels, data=Box(-2, -1, 6, 5), format=Format(10, 4), colorspace="ACEScg")
    values = cv2.imread(str(written(image, tmp_path / "a.png", shot, ctx, bits="8")), cv2.IMREAD_UNCHANGED)
    assert values.shape == (4, 10, 3)
    assert (values[:, :6] == 255).all()
    assert (values[:, 6:] == 0).all()


def test_float_tiff_keeps_light_and_other_bits_are_refused(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    pixels = np.array([[[-0.25, 0.5, 7.0]]], np.float32)
    image = Image.of(pixels, colorspace="ACEScg")
    out = written(image, tmp_path / "a.tif", shot, ctx, bits="float")
    assert np.array_equal(oiio.ImageBuf(str(out)).get_pixels(oiio.FLOAT), pixels)
    for name, bits in (("a.png", "float"), ("a.jpg", "16"), ("a.exr", "16")):
        with pytest.raises(MediaError, match="bits"):
            written(image, tmp_path / name, shot, ctx, bits=bits)


def test_a_view_can_be_written(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    image = Image.of(np.full((4, 4, 3), 5.0, np.float32), colorspace="ACEScg")
    view = "sRGB - Display/ACES 2.0 - SDR 100 nits (Rec.709)"
    values = cv2.imread(str(written(image, tmp_path / "a.png", shot, ctx, colorspace=view)), cv2.IMREAD_UNCHANGED)
    assert 55000 < values[0, 0, 0] < 65000, "rolled off, not clipped"


def test_a_view_in_the_name(tmp_path: Path, shot: Shot, ctx: Context) -> None:
    image = Image.of(np.full((4, 4, 3), 0.5, np.float32), colorspace="ACEScg")
    out = written(image, tmp_path / "%V" / "a.####.exr", shot, ctx, view="left")
    assert out == tmp_path / "left" / "a.1001.exr"
    assert header_of(out)["view"] == "left"
    assert opened(tmp_path / "%V" / "a.####.exr", shot, ctx, view="left").pixels[0, 0, 0] == 0.5
