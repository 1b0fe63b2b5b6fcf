"""Blur, sharpen, transform, reformat, crop, shuffle and alpha against closed forms and SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.ndimage

from nodegraph.data.box import Box, Format
from nodegraph.data.errors import GraphError
from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Shot
from nodegraph.graph.knob import Vec
from nodegraph.ops.resample import Filter
from nodes.image.blur import blur
from nodes.image.constant import constant
from nodes.image.crop import crop
from nodes.image.premult import premult
from nodes.image.reformat import Resize, reformat
from nodes.image.sharpen import sharpen
from nodes.image.shuffle import shuffle
from nodes.image.switch import switch
from nodes.image.transform import transform
from nodes.image.unpremult import unpremult


def noise(height: int = 40, width: int = 50, depth: int = 4) -> Image:
    random = np.random.default_rng(2)
    return Image.of((random.standard_normal((height, width, depth)) * 3).astype(np.float32))


def test_blur_is_scipys_gaussian() -> None:
    image = noise()
    result = blur(image, size=Vec((3.0, 1.5)))
    padded = np.pad(image.pixels, ((6, 6), (12, 12), (0, 0)))
    wanted = scipy.ndimage.gaussian_filter(padded, (1.5, 3.0, 0), mode="constant", truncate=4.0)
    assert result.data == Box(-12, -6, 62, 46)
    assert np.allclose(result.pixels, wanted, atol=2e-5)
    assert result.pixels.sum() == pytest.approx(image.pixels.sum(), rel=1e-3)


def test_a_blur_within_a_matte_leaves_the_rest_to_the_bit() -> None:
    image = noise()
    plane = np.zeros((40, 50), np.float32)
    plane[10:20, 5:9] = 1
    result = blur(image, Matte.from_image(Image.of(plane, channels=["A"])), size=Vec((2.0, 2.0)))
    assert np.array_equal(result.pixels[plane == 0], image.pixels[plane == 0])
    grown = blur(image, size=Vec((2.0, 2.0)))
    assert np.allclose(result.pixels[10:20, 5:9], grown.region(Box(5, 10, 9, 20)), atol=1e-6)


def test_held_edges_keep_a_flat_picture_flat() -> None:
    flat = Image.of(np.full((9, 9, 3), 7.0, np.float32))
    assert np.allclose(blur(flat, size=Vec((3, 3)), hold_edges=True).pixels, 7.0, rtol=1e-6)


def test_nan_stays_near() -> None:
    pixels = np.ones((60, 60, 3), np.float32)
    pixels[30, 30] = np.nan
    result = blur(Image.of(pixels), size=Vec((2.0, 2.0))).region(Box(0, 0, 60, 60))
    assert np.isfinite(result[:, :21]).all()
    assert np.isfinite(result[:, 40:]).all()


def test_sharpen_adds_what_blur_takes() -> None:
    image = noise()
    result = sharpen(image, amount=2.0, size=1.5)
    soft = blur(image, size=Vec((1.5, 1.5)), hold_edges=True).pixels
    wanted = image.pixels[..., :3] + 2 * (image.pixels[..., :3] - soft[..., :3])
    assert np.allclose(result.pixels[..., :3], wanted, atol=1e-4)
    assert np.array_equal(result.pixels[..., 3], image.pixels[..., 3])


@pytest.mark.parametrize("filter", Filter)
def test_a_flat_picture_stays_flat_inside(filter: Filter) -> None:
    flat = Image.of(np.full((60, 80, 3), 5.25, np.float32))
    result = transform(flat, rotate=17.0, scale=Vec((0.6, 1.3)), translate=Vec((0.3, -0.7)), filter=filter)
    assert np.allclose(result.region(Box(32, 24, 48, 36)), 5.25, rtol=1e-6)


def test_a_whole_shift_moves_pixels_and_nothing_else() -> None:
    image = noise()
    result = transform(image, translate=Vec((7.0, -3.0)))
    assert result.data == image.data.move(7, -3)
    assert np.array_equal(result.pixels, image.pixels)


def test_half_a_turn_is_numpys() -> None:
    image = noise(40, 50)
    result = transform(image, rotate=180.0)
    assert np.allclose(result.region(image.data), image.pixels[::-1, ::-1], atol=1e-4)
    square = noise(40, 40)
    turned = transform(square, rotate=90.0)  # against the clock
    assert np.allclose(turned.region(square.data), np.rot90(square.pixels), atol=1e-4)


@pytest.mark.parametrize(("filter", "order"), [(Filter.LINEAR, 1)])
def test_a_shift_by_part_of_a_pixel_is_scipys(filter: Filter, order: int) -> None:
    image = noise()
    result = transform(image, translate=Vec((2.25, 0.5)), filter=filter)
    wanted = scipy.ndimage.shift(image.pixels, (0.5, 2.25, 0), order=order, mode="grid-constant")
    assert np.allclose(result.region(image.data), wanted, atol=1e-5)


def test_cubic_reproduces_a_parabola() -> None:
    # Keys' kernel is exact for polynomials up to the second degree.
    x = np.arange(50, dtype=np.float32)
    image = Image.of(np.stack([np.broadcast_to(0.01 * x * x - 0.3 * x, (40, 50))] * 3, axis=-1))
    result = transform(image, translate=Vec((0.375, 0.0)), filter=Filter.CUBIC).region(image.data)
    at = x - 0.375
    assert np.allclose(result[20, 4:46, 0], (0.01 * at * at - 0.3 * at)[4:46], atol=1e-4)


def test_shrinking_averages_instead_of_shimmering() -> None:
    checker = np.indices((128, 128)).sum(axis=0) % 2
    image = Image.of(np.stack([checker.astype(np.float32)] * 3, axis=-1))
    small = transform(image, scale=Vec((0.25, 0.25)), filter=Filter.CUBIC).region(Box(56, 56, 72, 72))
    assert np.allclose(small, 0.5, atol=0.02)


def test_there_and_back() -> None:
    image = noise()
    soft = blur(image, size=Vec((3.0, 3.0)))
    move: dict[str, Any] = {"rotate": 11.0, "scale": Vec((1.2, 0.9)), "translate": Vec((3.3, 1.7))}
    back = transform(transform(soft, **move, filter=Filter.LANCZOS6), **move, invert=True, filter=Filter.LANCZOS6)
    inner = Box(5, 5, 45, 35)
    assert np.abs(back.region(inner) - soft.region(inner)).max() < 0.02 * np.abs(soft.pixels).max()


def test_reformat_fits_fills_and_keeps_the_aspect() -> None:
    image = Image.of(np.ones((50, 100, 3), np.float32))
    shot = Shot(format=Format(200, 200))
    fitted = reformat(image, shot, resize=Resize.FIT)
    assert fitted.format == Format(200, 200)
    column = fitted.region(Box(100, 0, 101, 200))[:, 0, 0]
    assert column.sum() == pytest.approx(100, abs=0.5)
    assert np.allclose(column[60:140], 1)
    filled = reformat(image, shot, resize=Resize.FILL, crop=True)
    assert np.allclose(filled.region(Box(0, 10, 200, 190)), 1, atol=1e-5)
    assert filled.data == Box(0, 0, 200, 200)
    assert np.allclose(reformat(image, shot, resize=Resize.DISTORT).region(Box(10, 10, 190, 190)), 1, atol=1e-5)
    assert reformat(image, shot, resize=Resize.NONE).data == Box(50, 75, 150, 125)
    assert reformat(image, Shot(format=Format(100, 50))) is image


def test_crop_is_lazy_and_keeps_pixels() -> None:
    image = noise()
    cropped = crop(image, box=Vec((10, 5, 30, 25)))
    assert cropped.data == Box(10, 5, 30, 25)
    assert cropped.source is image.source
    assert np.array_equal(cropped.pixels, image.pixels[5:25, 10:30])
    small = crop(image, box=Vec((10, 5, 30, 25)), reformat=True)
    assert (small.format, small.data) == (Format(20, 20), Box(0, 0, 20, 20))


def test_shuffle_moves_channels_and_adds_layers() -> None:
    image = noise()
    result = shuffle(image, mapping="R=G, matte.A=A, B=0.5")
    assert result.channels == ("R", "G", "B", "A", "matte.A")
    assert np.array_equal(result.pixels[..., 0], image.pixels[..., 1])
    assert np.array_equal(result.pixels[..., 4], image.pixels[..., 3])
    assert (result.pixels[..., 2] == 0.5).all()
    only = shuffle(image, noise(), mapping="A=other.R", keep=False)
    assert only.channels == ("A",)
    for bad in ("R", "R=Q", "R=G,R=B", "=1"):
        with pytest.raises(GraphError):
            shuffle(image, mapping=bad)


def test_alpha_in_and_out() -> None:
    pixels = np.array([[[2.0, -1.0, 0.5, 0.5], [3.0, 0.1, 0.0, 0.0]]], np.float32)
    image = Image.of(pixels)
    out = unpremult(image).pixels
    assert out[0, 0].tolist() == [4, -2, 1, 0.5]
    assert out[0, 1].tolist() == pytest.approx([3, 0.1, 0, 0])  # a flame: light without coverage
    assert premult(Image.of(out)).pixels[0, 0].tolist() == [2, -1, 0.5, 0.5]


def test_constant_and_switch() -> None:
    fill = constant(Shot(format=Format(8, 6)), color=(3.0, -1.0, 0.25, 1.0))  # type: ignore[arg-type]
    assert fill.pixels.shape == (6, 8, 4)
    assert fill.pixels[5, 7].tolist() == [3, -1, 0.25, 1]
    assert fill.colorspace == "ACEScg"
    image = noise()
    assert switch(fill, image, which=1) is image
    with pytest.raises(GraphError):
        switch(fill, which=1)


@pytest.mark.parametrize("size", [(9.0, 9.0), (16.5, 16.5), (40.0, 3.0), (2.0, 70.0), (33.0, 33.0)])
def test_a_wide_blur_is_scipys_gaussian_too(size: tuple[float, float]) -> None:
    """Done on a smaller picture: on noise and on an edge within a thousandth of what it works on."""
    random = np.random.default_rng(4)
    pixels = random.standard_normal((120, 160, 3)).astype(np.float32)
    pixels[30:80, 50:] += 4.0
    result = blur(Image.of(pixels), size=Vec(size))
    rx, ry = (int(np.ceil(4 * sigma)) for sigma in size)
    assert result.data == Box(-rx, -ry, 160 + rx, 120 + ry)
    padded = np.pad(pixels.astype(np.float64), ((ry, ry), (rx, rx), (0, 0)))
    wanted = scipy.ndimage.gaussian_filter(padded, (size[1], size[0], 0), mode="constant", truncate=6.0)
    assert np.abs(result.pixels - wanted).max() < 4e-3
    assert result.pixels.sum() == pytest.approx(pixels.sum(), rel=2e-3)
