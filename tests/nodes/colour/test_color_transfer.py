"""ColorTransfer: within the matte, unclipped, the same each time, and calm over time without lag."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from nodegraph.colour.coding import Coding
from nodegraph.data.image import frozen
from nodegraph.graph.knob import Color
from nodegraph.graph.node import node_type
from nodegraph.ops.colour_match import Method
from nodegraph.ops.colour_transfer import Affine, Root, apply, moments, samples
from nodes.colour.color_transfer import Light, color_transfer
from tests.nodes.colour.transferring import (
    EVERY,
    EVERY_LIGHT,
    SHOT,
    SIZE,
    cast,
    crop,
    disc,
    face_light,
    frames,
    one,
    within,
)

# -- what it does on one frame ------------------------------------------------------------------------------


@EVERY
@EVERY_LIGHT
def test_the_colours_come_near_the_plates(method: Method, light: Light) -> None:
    before, after = one(method, disc(), light=light)
    old, new = (np.abs(within(each.pixels, disc()) - within(before.plate, disc())).max() for each in (before, after))
    assert old > 0.09
    assert new < (0.35 if method is Method.SEAMLESS else 0.2) * old


@EVERY
@EVERY_LIGHT
def test_where_the_matte_is_nothing_not_a_bit_changes(method: Method, light: Light) -> None:
    matte = disc()
    before, after = one(method, matte, light=light, mix=0.7)
    assert np.array_equal(after.pixels[matte == 0], before.pixels[matte == 0])
    assert (after.pixels[matte > 0] != before.pixels[matte > 0]).any(axis=1).mean() > 0.99
    assert after.plate is before.plate
    assert after.matte is before.matte


@EVERY
@EVERY_LIGHT
def test_highlights_and_values_below_black_survive(method: Method, light: Light) -> None:
    pixels = cast(face_light(2))
    pixels[30, 30], pixels[34, 34], pixels[36, 30] = 16, -0.5, (14, 16, 20)
    before = crop(face_light(1), pixels, disc())
    (after,) = color_transfer(frames({1001: before}, 1001), SHOT, method=method, light=light)
    assert np.isfinite(after.pixels).all()
    assert after.pixels[30, 30].min() > 6
    assert after.pixels[34, 34].max() < -0.02
    assert after.pixels[36, 30].min() > 6


@EVERY
def test_without_a_matte_it_reaches_everywhere(method: Method) -> None:
    before, after = one(method, None)
    assert (after.pixels != before.pixels).any(axis=-1).mean() > 0.99


@EVERY
def test_the_same_each_time(method: Method) -> None:
    assert np.array_equal(one(method, disc())[1].pixels, one(method, disc())[1].pixels)


def test_another_process_makes_the_same_to_the_bit() -> None:
    def digest() -> str:
        made = [one(method, disc())[1].pixels.tobytes() for method in (Method.IDT, Method.SOT, Method.MIX)]
        return hashlib.sha256(b"".join(made)).hexdigest()

    code = (
        "import hashlib\nfrom nodegraph.ops.colour_match import Method\n"
        "from tests.nodes.colour.transferring import disc, one\n"
        "made = [one(method, disc())[1].pixels.tobytes() for method in (Method.IDT, Method.SOT, Method.MIX)]\n"
        "print(hashlib.sha256(b''.join(made)).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest()


@EVERY
def test_it_writes_to_nothing_it_was_given(method: Method) -> None:
    before = crop(face_light(1), cast(face_light(2)), disc())
    copies = [before.plate.copy(), before.pixels.copy()]
    color_transfer(frames({1001: before}, 1001), SHOT, method=method, contrast=1.2, gain=Color((1.1, 1, 1)))
    assert np.array_equal(before.plate, copies[0])
    assert np.array_equal(before.pixels, copies[1])


def test_a_cast_that_mkl_can_undo_is_undone() -> None:
    coding = Coding.screen(SHOT)
    push = Affine(np.array([[0.9, 0.08, 0.02], [0.08, 0.8, 0.1], [0.02, 0.1, 1.15]]), np.array([0.02, 0.05, -0.03]))
    plate = frozen(face_light(1))
    pixels = coding.decode(apply(coding.encode(plate), push))
    (after,) = color_transfer(frames({1001: crop(plate, pixels, None)}, 1001), SHOT, method=Method.MKL, estimate=2048)
    assert np.abs(coding.encode(after.pixels) - coding.encode(plate)).max() < 2e-3


@pytest.mark.parametrize("root", list(Root), ids=lambda root: root.value)
def test_lct_gives_the_plates_covariance(root: Root) -> None:
    coding = Coding.screen(SHOT)
    before, after = one(Method.LCT, disc(), root=root)
    found, wanted = (moments(samples(coding.encode(each), disc())) for each in (after.pixels, before.plate))
    assert np.allclose(found.mean, wanted.mean, atol=1e-4)
    assert np.allclose(found.covariance, wanted.covariance, atol=1e-4)


def test_rct_gives_mean_and_spread_in_lab() -> None:
    coding = Coding.lab(SHOT)
    before, after = one(Method.RCT, disc())
    found, wanted = (moments(samples(coding.encode(each), disc())) for each in (after.pixels, before.plate))
    assert np.allclose(found.mean, wanted.mean, atol=5e-4)  # the few far off do not count
    assert np.allclose(np.diag(found.covariance), np.diag(wanted.covariance), rtol=0.05)


def test_the_matte_weighs() -> None:
    """What lies outside the matte has no say."""
    plate, matte = face_light(1), disc()
    before = crop(plate, cast(face_light(2)), matte)
    spoilt = plate.copy()
    spoilt[matte == 0] = (9, 0, 0)
    for method in (Method.MEAN, Method.SOT, Method.LOW_PASS):
        (clean,) = color_transfer(frames({1001: before}, 1001), SHOT, method=method)
        (same,) = color_transfer(frames({1001: replace(before, plate=frozen(spoilt))}, 1001), SHOT, method=method)
        assert np.abs(clean.pixels - same.pixels).max() < 2e-2 * (method is Method.LOW_PASS) + 1e-6


def test_seamless_meets_the_plate_at_its_rim_and_keeps_detail() -> None:
    coding = Coding.screen(SHOT)
    matte = (disc() > 0).astype(np.float32)
    before, after = one(Method.SEAMLESS, matte)
    change = coding.encode(after.pixels) - coding.encode(before.pixels)
    gap = coding.encode(before.plate) - coding.encode(before.pixels)
    around = change[1:-1, :-2] + change[1:-1, 2:] + change[:-2, 1:-1] + change[2:, 1:-1]
    deep = (matte[1:-1, :-2] * matte[1:-1, 2:] * matte[:-2, 1:-1] * matte[2:, 1:-1] * matte[1:-1, 1:-1]) > 0
    assert np.abs(around / 4 - change[1:-1, 1:-1])[deep].max() < 1e-5
    # At the edge of the matte a pixel is the mean of neighbours inside and of the plate's gap outside.
    i, j = next((i, j) for i, j in np.argwhere(matte > 0) if matte[i, j - 1] == 0)
    four = [(i, j - 1), (i, j + 1), (i - 1, j), (i + 1, j)]
    wanted = np.mean([change[at] if matte[at] > 0 else gap[at] for at in four], axis=0)
    assert np.allclose(change[i, j], wanted, atol=1e-5)


def test_low_pass_takes_the_broad_light_and_leaves_detail() -> None:
    size = 128
    y, x = np.mgrid[:size, :size] / size - 0.5
    chess = np.where(np.indices((size, size)).sum(axis=0) % 2, 1.1, 0.9)[..., None]
    pixels = (0.3 * chess * np.ones(3)).astype(np.float32)
    plate = (0.3 * np.exp2(2 * x + y)[..., None] * np.ones(3)).astype(np.float32)
    before = crop(plate, pixels, None)
    (after,) = color_transfer(frames({1001: before}, 1001), SHOT, method=Method.LOW_PASS, light=Light.LOG)
    inside = slice(24, -24)
    blocks = after.pixels.reshape(64, 2, 64, 2, 3).mean(axis=(1, 3))[12:-12, 12:-12]
    wanted = plate.reshape(64, 2, 64, 2, 3).mean(axis=(1, 3))[12:-12, 12:-12]
    assert np.abs(np.log2(blocks / wanted)).max() < 0.12
    pairs = after.pixels[inside, 24:-24:2] / after.pixels[inside, 25:-23:2]
    assert np.allclose(np.maximum(pairs, 1 / pairs), 1.1 / 0.9, rtol=0.03)


def test_estimating_small_costs_little() -> None:
    big = crop(face_light(1, 160), cast(face_light(2, 160)), disc(160))
    for method in (Method.RCT, Method.MKL, Method.IDT, Method.SOT):
        small, whole = (
            color_transfer(frames({1001: big}, 1001), SHOT, method=method, estimate=side).crops[0].pixels
            for side in (80, 160)
        )
        assert np.abs(small - whole).mean() < 0.012, method


# -- by hand ------------------------------------------------------------------------------------------------


def test_manual_is_the_balance_in_light() -> None:
    before, after = one(Method.MANUAL, None, gain=Color((2.0, 1.0, 0.5)), offset=Color((0.1, 0.0, -0.2)))
    assert np.allclose(after.pixels, before.pixels * [2, 1, 0.5] + [0.1, 0, -0.2], atol=1e-6)


def test_no_saturation_is_grey_of_the_same_luminance() -> None:
    before, after = one(Method.MANUAL, None, saturation=0.0)
    assert np.ptp(after.pixels, axis=-1).max() < 1e-6
    ap1 = [0.2722287, 0.6740818, 0.0536895]  # luminance of ACEScg, S-2014-004
    assert np.allclose(after.pixels[..., 0], before.pixels @ np.array(ap1), atol=1e-4)


def test_contrast_turns_about_grey() -> None:
    pixels = np.full((8, 8, 3), 0.18, np.float32)
    pixels[:2], pixels[-2:] = 0.05, 0.6
    made = frames({1001: crop(pixels, pixels, None)}, 1001)
    for light in Light:
        (after,) = color_transfer(made, SHOT, method=Method.MANUAL, light=light, contrast=1.3)
        assert np.allclose(after.pixels[4, 4], 0.18, atol=1e-5)
        assert after.pixels[0, 0, 0] < 0.05
        assert after.pixels[-1, 0, 0] > 0.6


def test_the_balance_comes_after_the_match() -> None:
    plain, turned = (one(Method.MKL, disc(), gain=Color(gain))[1] for gain in ((1.0, 1.0, 1.0), (1.5, 1.0, 1.0)))
    inside = disc() > 0
    assert np.allclose(turned.pixels[inside], plain.pixels[inside] * [1.5, 1, 1], atol=1e-5)


@EVERY
def test_half_the_mix_is_half_the_way(method: Method) -> None:
    before, whole = one(method, disc())
    _, half = one(method, disc(), mix=0.5)
    assert np.allclose(half.pixels, (before.pixels + whole.pixels) / 2, atol=1e-5)


def test_what_does_nothing_is_passed_on() -> None:
    kind = node_type(color_transfer)
    assert kind.identity is not None
    values = {name: knob.default for name, knob in kind.knobs.items()}
    assert kind.identity(1001, values) is None
    assert kind.identity(1001, values | {"mix": 0.0}) == "crops"
    assert kind.identity(1001, values | {"method": Method.MANUAL}) == "crops"
    assert kind.identity(1001, values | {"method": Method.MANUAL, "contrast": 1.1}) is None
    assert kind.identity(1001, values | {"method": Method.MANUAL, "saturation": 0.5}) is None


def test_no_face_is_no_fault() -> None:
    assert len(color_transfer(frames({1001: ()}, 1001), SHOT)) == 0


@EVERY
def test_a_matte_that_covers_nothing_changes_nothing(method: Method) -> None:
    before, after = one(method, np.zeros((SIZE, SIZE), np.float32))
    assert np.array_equal(after.pixels, before.pixels)


@EVERY
def test_a_broken_pixel_stays_where_it_is(method: Method) -> None:
    pixels, plate = cast(face_light(2)), face_light(1)
    pixels[30, 31] = np.nan
    plate[20, 40, 1] = np.inf
    (after,) = color_transfer(frames({1001: crop(plate, pixels, disc())}, 1001), SHOT, method=method)
    broken = np.argwhere(~np.isfinite(after.pixels).all(axis=-1))
    assert broken.tolist() == [[30, 31]]
