"""Splicing files as other programs lay them out: all written by the OpenEXR binding or OpenImageIO."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO as oiio
import pytest

from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.media.exr_attributes import TimeCode, attribute
from nodegraph.media.exr_file import open_exr
from nodegraph.media.exr_output import write_blocks
from nodegraph.media.exr_read import ExrReader
from nodegraph.media.exr_write import PartToWrite, encoded, write_exr
from nodegraph.media.splice import Change, splice

Array = np.ndarray[Any, Any]
FRAME = Box(0, 0, 90, 70)
EDIT = Box(20, 33, 50, 40)


def grain(*shape: int, seed: int = 1, dtype: Any = np.float16) -> Array:
    random = np.random.default_rng(seed)
    return np.asarray(np.cumsum(random.standard_normal(shape), axis=1) * 0.05, dtype)


def edit(names: str = "RGB", value: float = 2.5) -> Change:
    return Change(EDIT, {name: np.full((EDIT.height, EDIT.width), value, np.float32) for name in names})


def parts_of(path: Path) -> list[dict[str, Array]]:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return [{name: channel.pixels for name, channel in part.channels.items()} for part in file.parts]


def edited(plane: Array, value: float = 2.5) -> Array:
    result = plane.copy()
    result[EDIT.slices(FRAME)] = value
    return result


def header(**more: Any) -> dict[str, Any]:
    return {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **more}


@pytest.mark.parametrize("order", [OpenEXR.INCREASING_Y, OpenEXR.DECREASING_Y, OpenEXR.RANDOM_Y])
@pytest.mark.parametrize("tile", [0, 16])
def test_any_order_of_lines(tmp_path: Path, order: Any, tile: int) -> None:
    pixels = grain(70, 90, 3)
    facts = header(lineOrder=order)
    if tile:
        facts["type"], facts["tiles"] = OpenEXR.tiledimage, OpenEXR.TileDescription()
        facts["tiles"].xSize = facts["tiles"].ySize = tile
    elif order == OpenEXR.RANDOM_Y:
        pytest.skip("only tiles may come in any order")
    OpenEXR.File(facts, {"RGB": pixels}).write(str(tmp_path / "a.exr"))
    file = open_exr(tmp_path / "a.exr")
    assert np.array_equal(ExrReader(file.path).read(0, EDIT, "RGB"), pixels[EDIT.slices(FRAME)].astype(np.float32))
    splice(file, 0, tmp_path / "b.exr", [edit()])
    found = parts_of(tmp_path / "b.exr")[0]
    for k, name in enumerate("RGB"):
        assert np.array_equal(found[name], edited(pixels[..., k]))
    again = open_exr(tmp_path / "b.exr").parts[0]
    assert np.array_equal(np.argsort(again.offsets), np.argsort(file.parts[0].offsets))


def test_many_channels_of_every_type_and_only_some_are_changed(tmp_path: Path) -> None:
    planes: dict[str, Array] = {
        "R": grain(70, 90, seed=1),
        "G": grain(70, 90, seed=2),
        "B": grain(70, 90, seed=3),
        "depth.Z": grain(70, 90, seed=4, dtype=np.float32),
        "object.id": np.random.default_rng(5).integers(0, 2**32, (70, 90), dtype=np.uint32),
    }
    OpenEXR.File(header(), dict(planes)).write(str(tmp_path / "a.exr"))
    splice(open_exr(tmp_path / "a.exr"), 0, tmp_path / "b.exr", [edit("G")])
    found = parts_of(tmp_path / "b.exr")[0]
    assert np.array_equal(found["G"], edited(planes["G"]))
    for name in planes.keys() - {"G"}:
        assert np.array_equal(found[name].view(np.uint8), planes[name].view(np.uint8))
    read = ExrReader(tmp_path / "b.exr").read(0, Box(-3, 20, 95, 75), ["object.id", "R"])
    assert read.shape == (55, 98, 2)
    assert np.array_equal(read[:50, 3:93, 0], planes["object.id"][20:].astype(np.float32))
    assert not read[50:].any()
    assert not read[:, :3].any()


def test_a_channel_said_to_be_linear_keeps_its_values(tmp_path: Path) -> None:
    """B44 stores these in another way: encoded without the flag, they would come back wrong."""
    plane = np.abs(grain(70, 90)) + np.float16(0.2)
    channels = {name: OpenEXR.Channel(plane, 1, 1, name == "G") for name in "RGB"}
    OpenEXR.File(header(compression=OpenEXR.B44_COMPRESSION), channels).write(str(tmp_path / "a.exr"))
    before = parts_of(tmp_path / "a.exr")[0]
    splice(open_exr(tmp_path / "a.exr"), 0, tmp_path / "b.exr", [edit()])
    found = parts_of(tmp_path / "b.exr")[0]
    for name in "RGB":
        assert np.allclose(found[name][EDIT.slices(FRAME)], 2.5, rtol=0.02)
        beside = found[name][32:64, :16].astype(float)
        assert np.allclose(beside, before[name][32:64, :16], rtol=0.05, atol=0.02)


def test_parts_stay_in_agreement(tmp_path: Path) -> None:
    pixels, matte = grain(70, 90, 3), grain(70, 90, seed=9)
    old = OpenEXR.TimeCode(1, 2, 3, 4, *[0] * 14)
    made = [
        OpenEXR.Part(header(timeCode=old), {"RGB": pixels}, "rgba"),
        OpenEXR.Part(header(timeCode=old), {"Z": matte.astype(np.float32)}, "depth"),
    ]
    OpenEXR.File(made).write(str(tmp_path / "a.exr"))
    extra = PartToWrite(Box(10, 10, 30, 20), Box(0, 0, 8, 8), {"A": grain(10, 20)}, "piz", name="rgba", tile=16)
    code = TimeCode.of(10, 20, 30, 11)
    splice(
        open_exr(tmp_path / "a.exr"), 1, tmp_path / "b.exr", [edit("Z")], attributes={"timeCode": code}, more=[extra]
    )
    file = open_exr(tmp_path / "b.exr")
    assert [part.name for part in file.parts] == ["rgba", "depth", "rgba2"]
    assert {part.attributes["timeCode"].value for part in file.parts} == {code}
    assert {part.display for part in file.parts} == {FRAME}
    assert file.parts[2].data == Box(10, 10, 30, 20)
    found = parts_of(tmp_path / "b.exr")
    assert np.array_equal(found[0]["G"], pixels[..., 1])
    assert np.array_equal(found[1]["Z"], edited(matte.astype(np.float32)))
    assert np.array_equal(found[2]["A"], grain(10, 20))
    picture = oiio.ImageBuf(str(tmp_path / "b.exr"), 2, 0)
    assert picture.spec().getattribute("smpte:TimeCode") == (0x10203011, 0)  # packed as SMPTE has it
    assert picture.nsubimages == 3


def test_one_part_alone_may_say_that_it_is_one_of_several(tmp_path: Path) -> None:
    pixels = grain(70, 90, 3)
    one = encoded(PartToWrite(FRAME, FRAME, {"RGB": pixels}, "zip", name="only"), 0, True)
    write_blocks(tmp_path / "a.exr", tmp_path / "a.exr", [one], True)
    assert np.array_equal(parts_of(tmp_path / "a.exr")[0]["R"], pixels[..., 0])
    splice(open_exr(tmp_path / "a.exr"), 0, tmp_path / "b.exr", [edit()])
    assert open_exr(tmp_path / "b.exr").multipart
    assert np.array_equal(parts_of(tmp_path / "b.exr")[0]["B"], edited(pixels[..., 2]))


def test_parts_without_names_get_them(tmp_path: Path) -> None:
    part = PartToWrite(FRAME, FRAME, {"Z": grain(70, 90, dtype=np.float32)}, "zips")
    write_exr(tmp_path / "a.exr", [part, part, part])
    with OpenEXR.File(str(tmp_path / "a.exr")) as file:
        assert [each.name() for each in file.parts] == ["rgba", "part", "part2"]


def deep_bytes(tmp_path: Path) -> bytes:
    spec = oiio.ImageSpec(6, 5, 1, oiio.FLOAT)
    spec.deep = True
    spec.channelformats = (oiio.FLOAT,)
    spec.channelnames = ("Z",)
    deep = oiio.DeepData()
    deep.init(30, 1, (oiio.FLOAT,), ("Z",))
    for pixel in range(30):
        deep.set_samples(pixel, 1 + pixel % 3)
        deep.set_deep_value(pixel, 0, 0, float(pixel))
    out = oiio.ImageOutput.create(str(tmp_path / "deep.exr"))
    assert out is not None
    out.open(str(tmp_path / "deep.exr"), spec)
    out.write_deep_image(deep)
    out.close()
    return (tmp_path / "deep.exr").read_bytes()


def test_deep_pixels_are_copied_but_never_changed(tmp_path: Path) -> None:
    data = deep_bytes(tmp_path)
    file = open_exr(tmp_path / "deep.exr")
    with pytest.raises(MediaError, match="deep"):
        splice(file, 0, tmp_path / "b.exr", [Change(Box(0, 0, 2, 2), {"Z": np.ones((2, 2), np.float32)})])
    assert not (tmp_path / "b.exr").exists()
    splice(file, 0, tmp_path / "c.exr", [], attributes={"comments": "deep"})
    copy = open_exr(tmp_path / "c.exr")
    assert data[int(file.parts[0].offsets[0]) :] == (tmp_path / "c.exr").read_bytes()[int(copy.parts[0].offsets[0]) :]
    read = oiio.ImageInput.open(str(tmp_path / "c.exr"))
    assert read is not None
    samples = read.read_native_deep_image(0, 0)
    assert samples is not None
    assert samples.deep_value(29, 0, 0) == 29.0
    read.close()


def test_long_names_are_declared(tmp_path: Path) -> None:
    name = "a_layer_with_a_name_longer_than_31_characters.R"
    write_exr(tmp_path / "a.exr", [PartToWrite(FRAME, FRAME, {name: grain(70, 90)}, "zip")])
    assert struct.unpack_from("<I", (tmp_path / "a.exr").read_bytes(), 4)[0] & 0x400
    assert np.array_equal(parts_of(tmp_path / "a.exr")[0][name], grain(70, 90))
    long = {"an_attribute_with_a_name_longer_than_31": attribute("yes")}
    OpenEXR.File(header(), {"RGB": grain(70, 90, 3)}).write(str(tmp_path / "b.exr"))
    splice(open_exr(tmp_path / "b.exr"), 0, tmp_path / "c.exr", [], attributes=long)
    with OpenEXR.File(str(tmp_path / "c.exr")) as file:
        assert file.header()["an_attribute_with_a_name_longer_than_31"] == "yes"


def test_a_channel_that_the_part_lacks_is_refused(tmp_path: Path) -> None:
    OpenEXR.File(header(), {"RGB": grain(70, 90, 3)}).write(str(tmp_path / "a.exr"))
    with pytest.raises(MediaError, match="A"):
        splice(open_exr(tmp_path / "a.exr"), 0, tmp_path / "b.exr", [edit("A")])
    with pytest.raises(MediaError, match="A"):
        ExrReader(tmp_path / "a.exr").read(0, FRAME, ["R", "A"])
    assert not (tmp_path / "b.exr").exists()


def test_a_source_may_be_its_own_target(tmp_path: Path) -> None:
    pixels = grain(70, 90, 3)
    OpenEXR.File(header(), {"RGB": pixels}).write(str(tmp_path / "a.exr"))
    splice(open_exr(tmp_path / "a.exr"), 0, tmp_path / "a.exr", [edit()])
    assert np.array_equal(parts_of(tmp_path / "a.exr")[0]["R"], edited(pixels[..., 0]))


def test_a_damaged_block_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_exr(tmp_path / "a.exr", [PartToWrite(FRAME, FRAME, {"RGB": grain(70, 90, 3)}, "zip")])
    data = bytearray((tmp_path / "a.exr").read_bytes())
    data[int(open_exr(tmp_path / "a.exr").parts[0].offsets[2]) + 200] ^= 0x55
    (tmp_path / "a.exr").write_bytes(data)
    reader = ExrReader(tmp_path / "a.exr")
    with pytest.raises(MediaError, match="decompressed"):
        reader.read(0, FRAME, "RGB")
    assert capfd.readouterr().out == ""
    assert reader.read(0, Box(0, 0, 90, 32), "RGB").any()


@pytest.mark.parametrize("tile", [0, 16])
def test_no_byte_of_a_header_can_crash_the_reader(tmp_path: Path, tile: int) -> None:
    source = tmp_path / "a.exr"
    box = Box(0, 0, 40, 20)
    write_exr(source, [PartToWrite(box, box, {"RGB": grain(20, 40, 3)}, "zip", tile=tile)])
    data = source.read_bytes()
    told: list[str] = []
    for at in range(int(open_exr(source).parts[0].offsets[0])):
        for bits in (1, 0x80, 0xFF):
            source.write_bytes(data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :])
            try:
                file = open_exr(source)
                splice(file, 0, tmp_path / "b.exr")
            except MediaError as fault:
                told.append(fault.message)
    assert len(told) > 100
    assert all("a.exr" in message for message in told)
