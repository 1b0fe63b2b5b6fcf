"""EXR against the OpenEXR binding and OpenImageIO: values, bytes, and files that are broken."""

from __future__ import annotations

import io
import itertools
import os
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.media import exr_attributes, exr_codec, half
from nodegraph.media.exr_attributes import COMPRESSIONS, Attribute, TimeCode, attribute
from nodegraph.media.exr_file import open_exr
from nodegraph.media.exr_output import Together
from nodegraph.media.exr_read import ExrReader
from nodegraph.media.exr_write import PartToWrite, encoded, write_exr

LOSSY = {"b44", "b44a", "dwaa", "dwab", "lj2k"}
EXACT = [name for name in COMPRESSIONS if name not in LOSSY]
RGB = ("R", "G", "B")


def picture(height: int = 70, width: int = 90, seed: int = 1) -> np.ndarray[Any, Any]:
    random = np.random.default_rng(seed)
    soft = np.cumsum(random.standard_normal((height, width, 3)), axis=1) * 0.05
    soft[3, 4] = (65504.0, -2.5, 1e-7)
    return soft.astype(np.float16)


def whole(pixels: np.ndarray[Any, Any], box: Box, compression: str = "zip", **more: Any) -> PartToWrite:
    return PartToWrite(box, Box(0, 0, 100, 80), {"RGB": pixels}, compression, **more)


def test_half_is_numpys_half_to_the_bit() -> None:
    every = np.arange(65536, dtype=np.uint16).view(np.float16).reshape(256, 256)
    assert np.array_equal(half.to_float(every), every.astype(np.float32), equal_nan=True)
    random = np.random.default_rng(3).integers(0, 2**32, (512, 256), dtype=np.uint32).view(np.float32)
    edges = np.array([65504, 65519.99, 65520, 5.96e-8, 2.98e-8, -0.0, np.inf, np.nan], np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for values in (random, edges.reshape(1, -1), np.zeros((0, 4), np.float32)):
            assert np.array_equal(half.to_half(values), values.astype(np.float16), equal_nan=True)


@pytest.mark.parametrize("tile", [0, 32])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_compression_is_what_openexr_reads(tmp_path: Path, compression: str, tile: int) -> None:
    box = Box(-7, 11, 83, 81)
    pixels = picture()
    path = tmp_path / "a.exr"
    write_exr(path, [whole(pixels, box, compression, tile=tile)])
    with OpenEXR.File(str(path)) as file:
        theirs = file.channels()["RGB"].pixels
        assert tuple(file.header()["dataWindow"][0]) == (-7, 11)
    if compression not in LOSSY:
        assert np.array_equal(theirs, pixels)
    reader = ExrReader(path)
    part = reader.file.parts[0]
    assert (part.compression, part.data, part.tile) == (compression, box, (tile, tile) if tile else None)
    assert reader.file.complete
    for part_box in (box, Box(0, 30, 20, 45), Box(82, 80, 83, 81), Box(-20, 0, 10, 20), Box(200, 0, 210, 5)):
        mine = reader.read(0, part_box, RGB)
        full = np.zeros((part_box.height, part_box.width, 3), np.float32)
        inside = part_box.meet(box)
        if not inside.empty:
            full[inside.slices(part_box)] = theirs.astype(np.float32)[inside.slices(box)]
        assert np.array_equal(mine, full), part_box


def test_a_region_reads_only_its_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    write_exr(path, [whole(picture(), Box(0, 0, 90, 70), "zip")])
    data = bytearray(path.read_bytes())
    found = open_exr(path)
    start = int(found.parts[0].offsets[3])  # lines 48 to 63
    data[start + 8 : start + 60] = b"\xff" * 52
    path.write_bytes(data)
    reader = ExrReader(path)
    assert np.array_equal(reader.read(0, Box(0, 0, 90, 48), RGB), picture().astype(np.float32)[:48])
    with pytest.raises(MediaError, match="lines 48 to 63 cannot be decompressed"):
        reader.read(0, Box(0, 50, 10, 52), RGB)


def test_types_layers_and_parts(tmp_path: Path) -> None:
    box = Box(0, 0, 40, 30)
    random = np.random.default_rng(5)
    depth = random.random((30, 40)).astype(np.float32) * 1e6
    ident = random.integers(0, 2**31, (30, 40)).astype(np.uint32)
    matte = random.random((30, 40)).astype(np.float16)
    small = Box(5, 6, 15, 26)
    write_exr(
        tmp_path / "a.exr",
        [
            PartToWrite(box, box, {"R": matte, "depth.Z": depth, "id": ident}, "zips", name="rgba", view="left"),
            PartToWrite(small, box, {"A": matte[6:26, 5:15]}, "piz", name="matte"),
        ],
    )
    with OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True) as file:
        assert [part.name() for part in file.parts] == ["rgba", "matte"]
        assert np.array_equal(file.parts[0].channels["depth.Z"].pixels, depth)
        assert np.array_equal(file.parts[0].channels["id"].pixels, ident)
        assert np.array_equal(file.parts[1].channels["A"].pixels, matte[6:26, 5:15])
    reader = ExrReader(tmp_path / "a.exr")
    assert [part.view for part in reader.file.parts] == ["left", ""]
    assert np.array_equal(reader.read(0, box, ("depth.Z", "R"))[..., 0], depth)
    assert np.array_equal(reader.read(1, small, ("A",))[..., 0], matte[6:26, 5:15].astype(np.float32))


def test_openimageio_reads_the_same(tmp_path: Path) -> None:
    import OpenImageIO as oiio

    write_exr(tmp_path / "a.exr", [whole(picture(), Box(3, 4, 93, 74), "piz", attributes={"owner": "ann"})])
    theirs = oiio.ImageBuf(str(tmp_path / "a.exr"))
    assert (theirs.spec().x, theirs.spec().y, theirs.spec().full_width) == (3, 4, 100)
    assert np.array_equal(theirs.get_pixels(oiio.FLOAT), picture().astype(np.float32))
    assert theirs.spec().getattribute("Copyright") or theirs.spec().getattribute("owner") == "ann"


def test_attributes_come_back_and_unknown_ones_stay(tmp_path: Path) -> None:
    code = TimeCode.of(10, 59, 58, 23)
    given = {
        "owner": "ann",
        "framesPerSecond": Fraction(24000, 1001),
        "timeCode": code,
        "chromaticities": (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767),
        "nodegraph/version": 3,
        "exposure": 1.5,
        "multiView": ("left", "right"),
        "studioThing": Attribute("studioType", b"\x01\x02\x03"),
        "a name that is a good deal longer than thirty one letters": "x",
    }
    path = tmp_path / "a.exr"
    write_exr(path, [whole(picture(), Box(0, 0, 90, 70), attributes=given)])
    back = open_exr(path).parts[0].attributes
    assert back["studioThing"] == Attribute("studioType", b"\x01\x02\x03")
    assert (back["owner"].value, back["timeCode"].value, str(code)) == ("ann", code, "10:59:58:23")
    assert back["framesPerSecond"].value == Fraction(24000, 1001)
    assert back["multiView"].value == ("left", "right")
    assert back["chromaticities"].value == pytest.approx(given["chromaticities"])
    with OpenEXR.File(str(path), header_only=True) as file:
        header = file.header()
        assert header["framesPerSecond"] == Fraction(24000, 1001)
        assert header["nodegraph/version"] == 3
        told = header["timeCode"]
        assert (told.hours, told.minutes, told.seconds, told.frame) == (10, 59, 58, 23)


def test_a_value_that_no_attribute_can_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        attribute({"a": 1})
    assert exr_attributes.Attribute("float", b"xx").value == b"xx"


# -- files that are broken -----------------------------------------------------------------------------


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.1001.exr"
    write_exr(path, [whole(picture(), Box(0, 0, 90, 70))])
    return path


@pytest.mark.parametrize("share", [0.0, 0.002, 0.05, 0.3, 0.9, 0.999])
def test_a_file_cut_off_is_told(good: Path, share: float) -> None:
    data = good.read_bytes()
    good.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MediaError, match=r"good\.1001\.exr"):
        ExrReader(good).read(0, Box(0, 0, 90, 70), RGB)


def test_flipped_bits_never_crash(good: Path) -> None:
    data = good.read_bytes()
    expected = picture().astype(np.float32)
    random = np.random.default_rng(11)
    told = 0
    for _ in range(150):
        hurt = bytearray(data)
        for _ in range(3):
            hurt[random.integers(0, len(hurt))] ^= 1 << int(random.integers(0, 8))
        good.write_bytes(hurt)
        try:
            ExrReader(good).read(0, Box(0, 0, 90, 70), RGB)
        except MediaError:
            told += 1
    assert told > 75  # what is compressed with ZIP carries a checksum
    good.write_bytes(data)
    assert np.array_equal(ExrReader(good).read(0, Box(0, 0, 90, 70), RGB), expected)


def test_a_claim_of_100_megapixels_is_not_believed(good: Path) -> None:
    data = good.read_bytes()
    for name, claim in ((b"dataWindow\0box2i\0", struct.pack("<4i", 0, 0, 9_999_999, 9_999_999)),):
        at = data.index(name) + len(name) + 4
        good.write_bytes(data[:at] + claim + data[at + 16 :])
        with pytest.raises(MediaError, match="claims"):
            ExrReader(good)


@pytest.mark.parametrize(
    "content", [b"", b"P", b"PNG is not EXR at all", b"v/1\x01", b"v/1\x01\x02\0\0\0" + b"x" * 5000]
)
def test_what_is_no_exr_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.exr"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"a\.exr"):
        open_exr(path)


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="there is no file"):
        open_exr(tmp_path / "nothing.exr")
    with pytest.raises(MediaError, match="folder"):
        open_exr(tmp_path)


def test_a_file_that_changed_since_is_told(good: Path) -> None:
    reader = ExrReader(good)
    write_exr(good, [whole(picture(seed=2), Box(0, 0, 90, 70))])
    os.utime(good, ns=(1, 1))
    with pytest.raises(MediaError, match="changed"):
        reader.read(0, Box(0, 0, 9, 7), RGB)


def test_deep_pixels_are_refused(tmp_path: Path) -> None:
    import OpenImageIO as oiio

    spec = oiio.ImageSpec(4, 4, 1, oiio.FLOAT)
    spec.deep = True
    spec.channelformats = (oiio.FLOAT,)
    spec.channelnames = ("Z",)
    deep = oiio.DeepData()
    deep.init(16, 1, (oiio.FLOAT,), ("Z",))
    for pixel in range(16):
        deep.set_samples(pixel, 1)
    out = oiio.ImageOutput.create(str(tmp_path / "deep.exr"))
    out.open(str(tmp_path / "deep.exr"), spec)
    out.write_deep_image(deep)
    out.close()
    reader = ExrReader(tmp_path / "deep.exr")
    assert reader.file.parts[0].deep
    with pytest.raises(MediaError, match="deep"):
        reader.read(0, Box(0, 0, 4, 4), ("Z",))


@pytest.mark.parametrize("compression", ["none", "zips", "zip", "piz", "pxr24", "b44", "dwaa", "dwab", "zstd"])
def test_a_large_picture_is_encoded_in_strips_and_reads_as_one(tmp_path: Path, compression: str) -> None:
    """Byte for byte the blocks that the whole at once would give; read by OpenEXR and OpenImageIO."""
    import OpenImageIO as oiio

    y, x = np.mgrid[0:3001, 0:2048].astype(np.float32)
    values = np.stack([np.sin(x / 60), np.cos(y / 50), x * y / 4e6], axis=2).astype(np.float16)
    box = Box(-5, 11, 2043, 3012)
    part = PartToWrite(box, box, {"RGB": values}, compression)
    write_exr(tmp_path / "a.exr", [part])
    whole = encoded(part)
    first = whole.chunk(0)
    assert isinstance(first, Together)
    bodies = [bytes(first.data[a:b]) for a, b in itertools.pairwise([*first.starts.tolist(), None])]
    file = open_exr(tmp_path / "a.exr")
    data = (tmp_path / "a.exr").read_bytes()
    starts = [int(each) for each in file.parts[0].offsets]
    ends = [*starts[1:], len(data)]
    assert [data[start:end] for start, end in zip(starts, ends, strict=True)] == bodies
    with OpenEXR.File(str(tmp_path / "a.exr")) as read:
        pixels = read.channels()["RGB"].pixels
    assert np.array_equal(pixels, values) or compression in ("b44", "dwaa", "dwab")
    other = oiio.ImageBuf(str(tmp_path / "a.exr")).get_pixels(oiio.HALF)
    assert np.array_equal(np.asarray(other).view(np.float16), pixels)


@pytest.mark.parametrize("tile", [None, (96, 40)])
@pytest.mark.parametrize("compression", ["none", "zips", "zip", "piz", "pxr24", "b44", "dwaa", "dwab", "zstd"])
def test_what_several_threads_encode_is_what_the_library_writes(compression: str, tile: tuple[int, int] | None) -> None:
    """A file in memory that OpenEXR reads, with the very blocks of the file that it writes by itself."""
    rng = np.random.default_rng(4)
    box = Box(3, -20, 703, 581)
    values = rng.random((box.height, box.width, 3), np.float32).astype(np.float16)
    assert values.nbytes > exr_codec.SHARE
    header: dict[str, Any] = {
        "compression": OpenEXR.Compression(COMPRESSIONS.index(compression)),
        "type": OpenEXR.tiledimage if tile else OpenEXR.scanlineimage,
        "dataWindow": ((box.x0, box.y0), (box.x1 - 1, box.y1 - 1)),
    }
    if tile:
        header["tiles"] = OpenEXR.TileDescription()
        header["tiles"].xSize, header["tiles"].ySize = tile
    plain = io.BytesIO()
    OpenEXR.File(header, {"RGB": values}).write(plain)
    ours = exr_codec.encode({"RGB": values}, box, compression, tile=tile, zip_level=4)
    with OpenEXR.File(io.BytesIO(ours)) as read, OpenEXR.File(io.BytesIO(plain.getvalue())) as theirs:
        assert [corner.tolist() for corner in read.header()["dataWindow"]] == [[3, -20], [702, 580]]
        assert np.array_equal(read.channels()["RGB"].pixels, theirs.channels()["RGB"].pixels)
    assert _bodies(ours) == _bodies(plain.getvalue())


def _bodies(data: bytes) -> list[bytes]:
    """The blocks of a file in memory, each with its place before it, in the order of its table."""
    _, offsets, head = exr_codec.table_of(data)
    ends = [start + head + int.from_bytes(data[start + head - 4 : start + head], "little") for start in offsets]
    return [data[start:end] for start, end in zip(offsets, ends, strict=True)]


def test_what_waits_to_be_written_is_little() -> None:
    """Of a large picture a few shares are compressed ahead, and each that is taken has the next one begun."""
    rows: list[Box] = []
    box = Box(0, 0, 2048, 2000)

    def planes(some: Box) -> dict[str, np.ndarray]:
        rows.append(some)
        return {"RGB": np.zeros((some.height, some.width, 3), np.float16)}

    shares = exr_codec.encode_aside(planes, box, "zip", pixel_bytes=6 * 8)  # as if it were eight times as large
    assert len(shares) > 3 * exr_codec.AHEAD
    for count, share in enumerate(shares):
        share.take()
        assert len(rows) <= count + 1 + exr_codec.AHEAD
    assert sum(some.height for some in rows) == box.height
    assert len(rows) == len(shares)
