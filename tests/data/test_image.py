"""The lazy Image against plain arrays: any chain of patches, windows and content, read in any rectangle."""

from __future__ import annotations

import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.image import Image, Matte
from nodegraph.ops.resample import lit

NAMES = ("R", "G", "B", "A", "depth.Z")


def some_box(rng: np.random.Generator, within: Box) -> Box:
    x = sorted(int(value) for value in rng.integers(within.x0, within.x1 + 1, 2))
    y = sorted(int(value) for value in rng.integers(within.y0, within.y1 + 1, 2))
    return Box(x[0], y[0], x[1], y[1])


@pytest.mark.parametrize("seed", range(60))
def test_patches_on_patches_are_what_an_array_would_hold(seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = Box(-3, 2, 17, 20)
    plain = rng.standard_normal((data.height, data.width, 5)).astype(np.float32)
    content = some_box(rng, data)
    black = np.ones(plain.shape[:2], bool)
    black[content.slices(data)] = False
    plain[black] = 0
    image = Image.of(plain[content.slices(data)], channels=NAMES, data=data, content=content, format=Format(16, 16))
    assert image.content == (content if not content.empty else image.content)
    for _ in range(rng.integers(0, 7)):
        box = data if rng.random() < 0.2 else some_box(rng, data)
        names = [name for name in NAMES if rng.random() < 0.7] or ["G"]
        pixels = rng.standard_normal((box.height, box.width, len(names))).astype(np.float32)
        image = image.patched(box, pixels, names)
        rows, columns = box.slices(data)
        for k, name in enumerate(names):
            plain[rows, columns, NAMES.index(name)] = pixels[..., k]
        if rng.random() < 0.3:  # what is left out is black when it comes again
            kept = [name for name in image.channels if rng.random() < 0.8] or [image.channels[0]]
            image = image.with_channels(kept)
            plain[..., [NAMES.index(name) for name in NAMES if name not in kept]] = 0
    around = data.grow(4)
    whole = np.pad(plain, ((4, 4), (4, 4), (0, 0)))
    for _ in range(8):
        box = some_box(rng, around)
        names = tuple(rng.permutation(NAMES)[: rng.integers(1, 6)])
        wanted = whole[box.slices(around)][..., [NAMES.index(name) for name in names]]
        found = image.region(box, names)
        assert np.array_equal(found, wanted)
        assert not found.flags.writeable
    assert np.array_equal(image.pixels, plain[..., [NAMES.index(name) for name in image.channels]])


def test_what_a_patch_hides_is_let_go_of() -> None:
    plate, half, whole = Box(0, 0, 64, 32), Box(0, 0, 32, 32), np.ones((32, 64, 3), np.float32)
    image = Image.of(whole)
    for _ in range(5):
        image = image.patched(plate, whole + 1)
    assert image.nbytes == whole.nbytes
    for _ in range(5):
        image = image.patched(half, whole[:, :32] + 2)
    assert image.nbytes == whole.nbytes * 3 // 2
    green = image.patched(half, whole[:, :32, :1].copy(), ["G"])
    assert green.nbytes == whole.nbytes * 5 // 3  # of what it covers red and blue still show


def test_an_added_channel_is_black_outside_its_patch() -> None:
    image = Image.of(np.ones((4, 6, 3), np.float32)).patched(Box(1, 1, 3, 3), np.full((2, 2, 1), 5.0), ["matte.A"])
    plane = image.region(Box(0, 0, 6, 4), ["matte.A"])[..., 0]
    assert plane.sum() == 20
    assert np.array_equal(image.region(Box(0, 0, 6, 4), ["R"])[..., 0], np.ones((4, 6)))


def test_a_wider_window_is_black_around() -> None:
    """And a patch in it covers some channels only."""
    rng = np.random.default_rng(3)
    plain = rng.standard_normal((6, 8, 5)).astype(np.float32)
    wide, patch = Box(-2, -3, 11, 9), rng.standard_normal((12, 13, 2)).astype(np.float32)
    image = Image.of(plain, channels=NAMES)
    assert image.widened(image.data) is image
    wanted = np.pad(plain, ((3, 3), (2, 3), (0, 0)))
    assert np.array_equal(image.widened(wide).pixels, wanted)
    wanted[..., [0, 3]] = patch
    patched = image.widened(wide).patched(wide, patch, ("R", "A"))
    assert np.array_equal(patched.pixels, wanted)
    assert np.array_equal(patched.region(Box(0, -3, 4, 2), ("depth.Z", "A")), wanted[0:5, 2:6][..., [4, 3]])
    with pytest.raises(ValueError, match="cover"):
        image.widened(Box(1, 0, 20, 20))


def test_what_is_lit() -> None:
    pixels = np.zeros((20, 30, 4), np.float32)
    data = Box(100, 50, 130, 70)
    assert lit(pixels, data).empty
    pixels[4, 7, 3], pixels[11, 22, 0] = -0.5, np.nan
    assert lit(pixels, data) == Box(107, 54, 123, 62)


def test_a_matte_keeps_where_its_content_is() -> None:
    image = Image.of(np.ones((3, 4, 1), np.float32), data=Box(0, 0, 40, 30), content=Box(10, 12, 14, 15))
    matte = Matte.from_image(image)
    assert matte.content == Box(10, 12, 14, 15)
    assert matte.plane(Box(0, 0, 40, 30)).sum() == 12


def test_an_array_must_fit() -> None:
    with pytest.raises(ValueError, match="window"):
        Image.of(np.ones((3, 4, 3)), data=Box(0, 0, 5, 3))
    with pytest.raises(ValueError, match="window"):
        Image.of(np.ones((3, 4, 3)), data=Box(0, 0, 5, 5), content=Box(3, 3, 7, 6))
    with pytest.raises(ValueError, match="outside"):
        Image.of(np.ones((3, 4, 3))).patched(Box(0, 0, 5, 3), np.ones((3, 5, 3)))
