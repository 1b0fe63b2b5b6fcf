"""DPX: code values as OpenImageIO writes and reads them, the header's words, and files that are damaged."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
import pytest
from numpy.typing import NDArray

from nodegraph.data.box import Format
from nodegraph.data.errors import MediaError
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File
from nodegraph.media.dpx import HEADER, dpx_bytes, read_dpx
from nodegraph.media.open_still import open_still
from nodegraph.media.stills import read_still, write_still
from nodes.io.read import read
from nodes.io.write import write

NAMES = {1: ("Y",), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A")}


def codes(bits: int, depth: int, width: int = 11, height: int = 7) -> NDArray[np.int64]:
    drawn = np.random.default_rng(bits + depth).integers(0, 1 << bits, (height, width, depth))
    drawn[0, 0], drawn[-1, -1] = 0, (1 << bits) - 1
    return drawn


def shares(values: NDArray[Any], bits: int) -> NDArray[np.float32]:
    return np.asarray(values.astype(np.float32) / np.float32((1 << bits) - 1))


def written(path: Path, values: NDArray[Any], bits: int, **words: Any) -> Path:
    """A DPX of these code values, by OpenImageIO."""
    height, width, depth = values.shape
    spec = oiio.ImageSpec(width, height, depth, "uint8" if bits == 8 else "uint16")
    spec.channelnames = NAMES[depth]
    spec.alpha_channel = 3 if depth == 4 else -1
    for name, word in {"oiio:BitsPerSample": bits, "oiio:UnassociatedAlpha": 1, **words}.items():
        spec.attribute(name, word)
    out = oiio.ImageOutput.create(str(path))
    assert out, oiio.geterror()
    assert out.open(str(path), spec), out.geterror()
    assert out.write_image(np.rint(values / ((1 << bits) - 1) * 65535).astype(np.uint16)), out.geterror()
    assert out.close()
    return path


def seen_by_oiio(path: Path) -> NDArray[np.uint16]:
    source = oiio.ImageInput.open(str(path))
    assert source, oiio.geterror()
    pixels = source.read_image("uint16")
    assert pixels is not None, source.geterror()
    source.close()
    return np.asarray(pixels)


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("packing", ["Filled, method A", "Filled, method B"])
@pytest.mark.parametrize("depth", [3, 4])
@pytest.mark.parametrize("width", [11, 12])
def test_ten_bits(tmp_path: Path, endian: str, packing: str, depth: int, width: int) -> None:
    values = codes(10, depth, width)
    path = written(tmp_path / "a.dpx", values, 10, **{"oiio:Endian": endian, "dpx:Packing": packing})
    assert path.read_bytes()[:4] == (b"SDPX" if endian == "big" else b"XPDS")
    pixels, bits, _ = read_dpx(path)
    assert bits == 10
    assert np.array_equal(pixels, shares(values, 10))
    assert np.array_equal(np.rint(pixels * 1023), np.rint(seen_by_oiio(path) / 65535 * 1023))


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("depth", [1, 3, 4])
@pytest.mark.parametrize("width", [11, 12])
def test_eight_and_sixteen_bits(tmp_path: Path, endian: str, bits: int, depth: int, width: int) -> None:
    """Rows of 11 do not end on a word: OpenImageIO does not fill them."""
    values = codes(bits, depth, width)
    still = read_still(written(tmp_path / "a.dpx", values, bits, **{"oiio:Endian": endian}))
    assert still.sample == f"uint{bits}"
    assert not still.unassociated
    assert np.array_equal(still.pixels, shares(values, bits))


def test_rows_filled_to_a_word(tmp_path: Path) -> None:
    values = codes(8, 3, 11, 5)
    path = written(tmp_path / "a.dpx", values, 8)
    data = path.read_bytes()
    start = struct.unpack_from("<I", data, 4)[0]
    rows = np.pad(values.astype(np.uint8).reshape(5, 33), ((0, 0), (0, 3)))
    path.write_bytes(data[:start] + rows.tobytes())
    assert np.array_equal(read_dpx(path)[0], shares(values, 8))


def test_grey_of_ten_bits_as_openimageio_reads_it(tmp_path: Path) -> None:
    data = bytearray(dpx_bytes(shares(codes(10, 3, 4, 5), 10)))
    struct.pack_into(">II", data, 772, 12, 5)
    data[800] = 6
    path = tmp_path / "grey.dpx"
    path.write_bytes(data)
    pixels, _, _ = read_dpx(path)
    assert pixels.shape == (5, 12, 1)
    assert np.array_equal(np.rint(pixels * 1023), np.rint(seen_by_oiio(path).reshape(5, 12, 1) / 65535 * 1023))


@pytest.mark.parametrize("packing", [1, 2])
@pytest.mark.parametrize("order", [">", "<"])
def test_twelve_bits_in_filled_words(tmp_path: Path, packing: int, order: str) -> None:
    values = codes(12, 3, 12, 5)
    data = bytearray(dpx_bytes(np.zeros((5, 12, 3), np.float32))[:HEADER])
    struct.pack_into(order + "4s", data, 0, b"SDPX" if order == ">" else b"XPDS")
    struct.pack_into(order + "I", data, 4, HEADER)
    struct.pack_into(order + "HHII", data, 768, 0, 1, 12, 5)
    data[803] = 12
    struct.pack_into(order + "HHI", data, 804, packing, 0, HEADER)
    path = tmp_path / "a.dpx"
    path.write_bytes(bytes(data) + (values << (4 if packing == 1 else 0)).astype(order + "u2").tobytes())
    pixels, bits, _ = read_dpx(path)
    assert bits == 12
    assert np.array_equal(pixels, shares(values, 12))
    if packing == 1:
        assert np.array_equal(np.rint(pixels * 4095), seen_by_oiio(path) >> 4)


def test_what_is_written_is_what_openimageio_reads(tmp_path: Path) -> None:
    values = codes(10, 3)
    path = tmp_path / "a.dpx"
    write_still(path, shares(values, 10), 10)
    assert np.array_equal(np.rint(seen_by_oiio(path) / 65535 * 1023), values)
    assert np.array_equal(read_dpx(path)[0], shares(values, 10))
    source = oiio.ImageInput.open(str(path))
    assert source, oiio.geterror()
    spec = source.spec()
    assert (spec.width, spec.height, spec.nchannels) == (11, 7, 3)
    assert spec.get_int_attribute("oiio:BitsPerSample") == 10


def test_what_is_written_is_clipped_and_grey_is_tripled(tmp_path: Path) -> None:
    path = tmp_path / "a.dpx"
    write_still(path, np.array([[[-1], [0.5], [2], [np.nan]]], np.float32), 10)
    wanted = np.repeat(np.array([0, 512, 1023, 0])[None, :, None], 3, axis=2)
    assert np.array_equal(np.rint(seen_by_oiio(path) / 65535 * 1023), wanted)


def test_what_the_header_tells(tmp_path: Path) -> None:
    words: dict[str, Any] = {
        "dpx:FrameRate": 24.0,
        "dpx:TimeCode": "01:02:03:04",
        "dpx:Transfer": "Printing density",
    }
    told = read_dpx(written(tmp_path / "a.dpx", codes(10, 3), 10, **words))[2]
    assert told["dpx/frame_rate"] == 24
    assert told["dpx/timecode"] == "01:02:03:04"
    plain = tmp_path / "plain.dpx"
    plain.write_bytes(dpx_bytes(np.zeros((2, 2, 3), np.float32)))
    assert read_dpx(plain)[2] == {"dpx/pixel_aspect": 1.0}


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("aspect", [1.0, 2.0, 0.9, 4 / 3])
def test_how_wide_its_pixels_are(tmp_path: Path, aspect: float, endian: str) -> None:
    """As OpenImageIO says it in files of its own, and reads it in ours."""
    theirs = written(tmp_path / "a.dpx", codes(10, 3), 10, **{"PixelAspectRatio": aspect, "oiio:Endian": endian})
    assert open_still(theirs).format == Format(11, 7, pytest.approx(aspect, rel=1e-4))
    assert "dpx/pixel_aspect" not in open_still(theirs).metadata
    ours = tmp_path / "b.dpx"
    write_still(ours, shares(codes(10, 3), 10), 10, pixel_aspect=aspect)
    source = oiio.ImageInput.open(str(ours))
    assert source, oiio.geterror()
    assert source.spec().get_float_attribute("PixelAspectRatio", 1.0) == pytest.approx(aspect, rel=1e-4)
    source.close()
    assert open_still(ours).format.pixel_aspect == pytest.approx(aspect, rel=1e-4)


@pytest.mark.parametrize("words", [(0, 0), (0xFFFFFFFF, 0xFFFFFFFF), (0, 1), (2, 0), (40, 1), (1, 40)])
def test_an_aspect_that_is_none_is_not_believed(tmp_path: Path, words: tuple[int, int]) -> None:
    path = tmp_path / "a.dpx"
    data = bytearray(dpx_bytes(np.zeros((2, 2, 3), np.float32)))
    struct.pack_into(">II", data, 1628, *words)
    path.write_bytes(data)
    assert open_still(path).format.pixel_aspect == 1


def test_a_squeezed_plate_goes_through_a_dpx(tmp_path: Path) -> None:
    path, context, shot = tmp_path / "a.dpx", Context(), Shot(first=1, last=1, format=Format(4, 3))
    squeezed = Image.of(np.full((3, 4, 3), 0.2, np.float32), format=Format(4, 3, 2.0), colorspace="ACEScg")
    write(squeezed, Frame(1), shot, context, file=File(str(path)))
    assert read(Frame(1), shot, context, file=File(str(path))).format == squeezed.format
    assert read(Frame(1), shot, context, file=File(str(path)), pixel_aspect=1.5).format.pixel_aspect == 1.5


@pytest.mark.parametrize("bits", [8, 10, 16])
def test_a_file_cut_off_anywhere_says_so(tmp_path: Path, bits: int) -> None:
    path = written(tmp_path / "a.dpx", codes(bits, 3), bits)
    data = path.read_bytes()
    for length in (0, 3, 4, 100, HEADER - 1):
        path.write_bytes(data[:length])
        with pytest.raises(MediaError, match="no DPX"):
            read_still(path)
    for length in (HEADER, (HEADER + len(data)) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(MediaError, match="cut off"):
            read_still(path)


def test_what_is_no_dpx_or_not_a_kind_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.dpx"
    good = dpx_bytes(np.zeros((3, 4, 3), np.float32))
    path.write_bytes(b"JUNK" + good[4:])
    with pytest.raises(MediaError, match="no DPX"):
        read_still(path)
    for at, value, message in ((800, 100, "kind"), (803, 32, "kind"), (805, 0, "without filling"), (807, 1, "kind")):
        changed = bytearray(good)
        changed[at] = value
        path.write_bytes(changed)
        with pytest.raises(MediaError, match=message):
            read_still(path)
    with pytest.raises(MediaError, match="there is no file"):
        read_still(tmp_path / "none.dpx")
