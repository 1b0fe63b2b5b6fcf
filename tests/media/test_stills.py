"""PNG, TIFF and JPEG: what OpenImageIO, OpenCV and tifffile write and read, and files that are damaged."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenImageIO as oiio
import pytest
import tifffile
from numpy.typing import NDArray

from nodegraph.data.errors import MediaError
from nodegraph.media.open_still import coloured
from nodegraph.media.stills import read_still, write_still

NAMES = {1: ("Y",), 2: ("Y", "A"), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A")}
UNASSOCIATED: dict[str, str | int] = {"oiio:UnassociatedAlpha": 1}
SAMPLES = {"uint8": "uint8", "uint16": "uint16", "float16": "half", "float32": "float"}


def picture(dtype: str, depth: int) -> NDArray[Any]:
    rng = np.random.default_rng(depth)
    if dtype.startswith("float"):
        return (rng.random((17, 23, depth)) * 3 - 1).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max + 1, (17, 23, depth)).astype(dtype)


def shares(stored: NDArray[Any]) -> NDArray[np.float32]:
    most = np.iinfo(stored.dtype).max if stored.dtype.kind == "u" else 1
    return np.asarray(stored.astype(np.float32) / np.float32(most))


def written(path: Path, stored: NDArray[Any], **words: str | int) -> Path:
    """A file of these samples, by OpenImageIO."""
    height, width, depth = stored.shape
    spec = oiio.ImageSpec(width, height, depth, SAMPLES[str(stored.dtype)])
    spec.channelnames = NAMES[depth]
    spec.alpha_channel = depth - 1 if depth in (2, 4) else -1
    for name, word in words.items():
        spec.attribute(name, word)
    out = oiio.ImageOutput.create(str(path))
    assert out, oiio.geterror()
    assert out.open(str(path), spec), out.geterror()
    assert out.write_image(stored), out.geterror()
    assert out.close()
    return path


def seen_by_oiio(path: Path) -> NDArray[Any]:
    spec = oiio.ImageSpec()
    spec.attribute("oiio:UnassociatedAlpha", 1)
    source = oiio.ImageInput.open(str(path), spec)
    assert source, oiio.geterror()
    pixels = source.read_image(source.spec().format)
    assert pixels is not None, source.geterror()
    source.close()
    return np.asarray(pixels)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_png_is_read(tmp_path: Path, dtype: str, depth: int) -> None:
    stored = picture(dtype, depth)
    path = written(tmp_path / "a.PNG", stored, **UNASSOCIATED)
    still = read_still(path)
    assert still.sample == dtype
    assert still.unassociated == (depth in (2, 4))
    assert np.array_equal(coloured(still.pixels), coloured(shares(stored)))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_what_is_written_is_what_openimageio_reads(tmp_path: Path, bits: int, depth: int, suffix: str) -> None:
    stored = picture(f"uint{bits}", depth)
    path = tmp_path / f"a.{suffix}"
    write_still(path, shares(stored), bits)
    seen = seen_by_oiio(path).reshape(17, 23, -1)
    assert seen.dtype == stored.dtype
    assert np.array_equal(coloured(seen), coloured(stored))
    again = read_still(path)
    assert again.unassociated == (depth in (2, 4))
    assert np.array_equal(coloured(again.pixels), coloured(shares(stored)))


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_a_float_tiff_keeps_what_is_out_of_range(tmp_path: Path, depth: int) -> None:
    stored = picture("float32", depth)
    stored[0, 0, 0], stored[0, 1, 0] = np.inf, 70000
    path = tmp_path / "a.tiff"
    write_still(path, stored, 32)
    assert np.array_equal(seen_by_oiio(path).reshape(stored.shape), stored)
    assert np.array_equal(tifffile.imread(path).reshape(stored.shape), stored)
    assert read_still(path).sample == "float"
    assert np.array_equal(read_still(path).pixels, stored)


def test_integers_are_clipped_and_rounded(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_still(path, np.array([[[-1], [0.5], [2], [np.nan], [1.4 / 255], [1.6 / 255]]], np.float32), 8)
    assert np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED)).tolist() == [[0, 128, 255, 0, 1, 2]]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32"])
@pytest.mark.parametrize("depth", [1, 3, 4])
@pytest.mark.parametrize("compression", ["none", "lzw", "zip", "packbits"])
@pytest.mark.parametrize("unassociated", [0, 1])
def test_tiff_is_read(tmp_path: Path, dtype: str, depth: int, compression: str, unassociated: int) -> None:
    """Also what OpenImageIO does by default: a predictor for floats, which tifffile lacks."""
    stored = picture(dtype, depth)
    words: dict[str, str | int] = {"compression": compression, "oiio:UnassociatedAlpha": unassociated, "tiff:half": 1}
    path = written(tmp_path / "a.tif", stored, **words)
    if dtype == "float16" and compression != "none":  # neither tifffile nor OpenCV has it
        with pytest.raises(MediaError, match="not read"):
            read_still(path)
        return
    still = read_still(path)
    assert still.sample == SAMPLES[dtype]
    assert still.unassociated == (depth == 4 and bool(unassociated))
    assert np.array_equal(still.pixels, shares(stored))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("compression", ["none", "zip", "lzw"])
@pytest.mark.parametrize("planes", ["separate", "contig"])
def test_planes_and_grey_with_alpha_are_right_or_refused(
    tmp_path: Path, dtype: str, compression: str, planes: str
) -> None:
    """OpenCV takes planes for pixels and drops the alpha of grey: what only it can decompress is refused."""
    stored = picture(dtype, 3 if planes == "separate" else 2)
    path = written(tmp_path / "a.tif", stored, compression=compression, planarconfig=planes)
    if compression == "lzw":
        with pytest.raises(MediaError, match="not read"):
            read_still(path)
    else:
        assert np.array_equal(read_still(path).pixels, shares(stored))


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("tile", [None, (16, 16)])
def test_tiff_by_tifffile(tmp_path: Path, big: bool, order: Any, tile: Any) -> None:
    stored = picture("uint16", 3)
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, stored, photometric="rgb", bigtiff=big, byteorder=order, tile=tile, metadata=None)
    assert np.array_equal(read_still(path).pixels, shares(stored))


def test_tiff_where_white_is_nought_has_a_palette_or_inks(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    grey = picture("uint8", 1)[..., 0]
    tifffile.imwrite(path, grey, photometric="miniswhite", metadata=None)
    assert np.array_equal(read_still(path).pixels[..., 0], shares(255 - grey))
    table = np.random.default_rng(1).integers(0, 256, (3, 256)).astype(np.uint16) * 257
    tifffile.imwrite(path, grey, photometric="palette", colormap=table, metadata=None)
    assert np.array_equal(read_still(path).pixels, shares(seen_by_oiio(path)))
    tifffile.imwrite(path, picture("uint8", 4), photometric="separated", metadata=None)
    with pytest.raises(MediaError, match="not read"):
        read_still(path)
    tifffile.imwrite(path, picture("uint8", 1)[..., 0].astype(np.int32), metadata=None)
    with pytest.raises(MediaError, match="not read"):
        read_still(path)


@pytest.mark.parametrize("depth", [1, 3])
def test_jpeg_is_read_as_others_read_it(tmp_path: Path, depth: int) -> None:
    rows, columns = np.mgrid[:40, :56]
    smooth = np.stack([rows * 6, columns * 4, (rows + columns) * 2], axis=-1)[..., :depth].astype(np.uint8)
    path = written(tmp_path / "a.jpeg", smooth, Compression="jpeg:95")
    still = read_still(path)
    assert still.sample == "uint8"
    assert still.pixels.shape == smooth.shape
    assert np.abs(still.pixels - shares(seen_by_oiio(path)).reshape(smooth.shape)).max() <= 2.1 / 255
    write_still(path, shares(smooth), 8, 100)
    assert np.abs(seen_by_oiio(path).reshape(smooth.shape).astype(int) - smooth).max() <= 12
    large = path.stat().st_size
    write_still(path, shares(smooth), 8, 30)
    assert path.stat().st_size < large


def test_jpeg_drops_alpha(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    flat = np.full((16, 16, 4), 0.5, np.float32)
    write_still(path, flat, 8)
    assert np.array_equal(np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED)), np.full((16, 16, 3), 128, np.uint8))


def lengths(size: int) -> list[int]:
    return sorted({*range(1, 9), *range(9, size, max(1, size // 60)), size - 1})


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "deflate.tif", "none.tif", "lzw.tif", "float.tif"])
def test_a_file_cut_off_anywhere_says_so(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    stored = picture("float32" if name == "float.tif" else "uint8", 3)
    if name == "deflate.tif":
        write_still(path, shares(stored), 8)
    else:
        words: dict[str, str | int] = {"compression": path.stem} if path.stem in ("none", "lzw") else {}
        written(path, stored, **words)
    data = path.read_bytes()
    read_still(path)
    path.write_bytes(b"")
    with pytest.raises(MediaError, match="is empty"):
        read_still(path)
    for length in lengths(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(MediaError, match=r"damaged|not read"):
            read_still(path)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
def test_a_changed_byte_never_raises_anything_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_still(path, shares(picture("uint8", 3)), 8)
    data = path.read_bytes()
    rng = np.random.default_rng(7)
    for _ in range(150):
        changed = bytearray(data)
        for at in (rng.integers(len(data)), rng.integers(min(len(data), 200))):
            changed[at] = rng.integers(256)
        path.write_bytes(changed)
        with suppress(MediaError):
            read_still(path)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif"])
def test_what_is_not_what_its_name_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"not a picture at all" * 20)
    with pytest.raises(MediaError, match="not what its name says"):
        read_still(path)
    with pytest.raises(MediaError, match="there is no file"):
        read_still(tmp_path / f"no-{name}")
    (tmp_path / f"folder-{name}").mkdir()
    with pytest.raises(MediaError, match="is a folder"):
        read_still(tmp_path / f"folder-{name}")


def test_a_png_with_something_after_its_end(tmp_path: Path) -> None:
    stored = picture("uint8", 3)
    path = written(tmp_path / "a.png", stored)
    path.write_bytes(path.read_bytes() + b"a trailer")
    assert np.array_equal(read_still(path).pixels, shares(stored))
