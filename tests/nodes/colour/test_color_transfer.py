"""ColorTransfer: within the matte, unclipped, the same each time, and calm over time without lag."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.colour.coding import Coding
from nodegraph.data.box import Format
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import Face, Rect
from nodegraph.data.image import frozen
from nodegraph.data.shot import Frame, Shot, Window
from nodegraph.data.tracks import Cuts, Tracks
from nodegraph.engine.evaluate import evaluate
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import Color
from nodegraph.graph.library import Library
from nodegraph.graph.node import node, node_type
from nodegraph.ops.colour_match import Method
from nodegraph.ops.colour_transfer import Affine, Root, apply, moments, samples
from nodes.colour.color_transfer import Light, color_transfer

SHOT = Shot(name="sh010", first=1001, last=1020, space="ACEScg")
FORMAT = Format(640, 360)
MATCHING = [method for method in Method if method is not Method.MANUAL]
EVERY = pytest.mark.parametrize("method", MATCHING, ids=lambda method: method.value)
EVERY_LIGHT = pytest.mark.parametrize("light", list(Light), ids=lambda light: light.value)
SIZE = 64


def face_light(seed: int = 1, size: int = SIZE) -> np.ndarray:
    """Skin-like light: a shaded ball with speckles."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size] / size - 0.5
    shade = 0.4 + 0.5 * x - 0.3 * y - 0.6 * (x**2 + y**2)
    speckle = rng.normal(0, 0.03, (size, size, 1)) + rng.normal(0, 0.01, (size, size, 3))
    return np.maximum(shade[..., None] * [1.0, 0.72, 0.55] + speckle, 0.02).astype(np.float32)


def disc(size: int = SIZE) -> np.ndarray:
    y, x = np.mgrid[:size, :size] / size - 0.5
    return np.clip((0.42 - np.hypot(x, y)) * 12, 0, 1).astype(np.float32)


def crop(plate: np.ndarray, pixels: np.ndarray, matte: np.ndarray | None, **changes: Any) -> Crop:
    made = Crop("face1", Face(Rect(100, 80, 180, 160)), np.eye(3), frozen(plate), frozen(pixels))
    return replace(made, matte=None if matte is None else frozen(matte), **changes)


def frames(crops: Mapping[int, Any], now: int) -> Window[Crops]:
    many = {at: each if isinstance(each, tuple) else (each,) for at, each in crops.items()}
    return Window(now, {at: Crops(FORMAT, "ACEScg", each) for at, each in many.items()})


def cast(light: np.ndarray) -> np.ndarray:
    return (light**1.1 * np.array([0.6, 0.8, 1.2])).astype(np.float32)


def one(method: Method, matte: np.ndarray | None = None, **knobs: Any) -> tuple[Crop, Crop]:
    """A crop, and what becomes of it."""
    before = crop(face_light(1), cast(face_light(2)), matte)
    (after,) = color_transfer(frames({1001: before}, 1001), SHOT, method=method, **knobs)
    return before, after


def within(light: np.ndarray, matte: np.ndarray | None = None) -> np.ndarray:
    """The mean colour, coded for the screen."""
    return moments(samples(Coding.screen(SHOT).encode(frozen(light)), matte)).mean


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
        "from tests.nodes.colour.test_color_transfer import disc, one\n"
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


# -- over time ----------------------------------------------------------------------------------------------


def noisy(count: int, grain: float = 0.05, drift: float = 0.0, **changes: Any) -> dict[int, Crop]:
    """A still swapped face before a plate whose grain is new in each frame, and whose light may drift."""
    pixels, matte = cast(face_light(2)), disc()
    made = {}
    for k in range(count):
        grains = np.random.default_rng(100 + k).normal(0, grain, (SIZE, SIZE, 3))
        made[1001 + k] = crop((face_light(1) * 2 ** (drift * k) + grains).astype(np.float32), pixels, matte, **changes)
    return made


def rendered(crops: Mapping[int, Crop], method: Method, window: int, **knobs: Any) -> list[np.ndarray]:
    """Every frame, as the engine would ask for it."""
    kind = node_type(color_transfer)
    assert kind.frames is not None
    results = []
    for frame in crops:
        wanted = kind.frames(frame, {"method": method, "window": window})
        near = {at: crops.get(at, ()) for at in wanted}
        (after,) = color_transfer(frames(near, frame), SHOT, method=method, window=window, **knobs)
        results.append(after.pixels)
    return results


def step(pictures: list[np.ndarray]) -> float:
    inside = disc() > 0.5
    return max(float(np.abs(a - b)[inside].mean()) for a, b in pairwise(pictures))


@EVERY
def test_neighbours_differ_less_than_the_plates_and_a_window_calms_them(method: Method) -> None:
    crops = noisy(9)
    plates = step([each.plate for each in crops.values()])
    raw, calm = (step(rendered(crops, method, window)[3:6]) for window in (1, 7))
    assert raw < 0.5 * plates
    assert calm < 0.75 * raw


@EVERY
def test_a_drift_of_the_light_is_followed_without_lag(method: Method) -> None:
    crops = noisy(9, grain=0.0, drift=0.04)
    raw, calm = (rendered(crops, method, window) for window in (1, 7))
    inside = disc() > 0.5
    steps = [np.abs(raw[k + 1] - raw[k])[inside].mean() for k in range(8)]
    for k in range(9):
        assert np.abs(calm[k] - raw[k])[inside].mean() < 0.3 * np.mean(steps), k


@EVERY
def test_nothing_is_taken_from_beyond_a_cut_a_gap_or_another_face(method: Method) -> None:
    crops = noisy(7)
    other = {at: replace(each, plate=frozen(each.plate * np.float32(1.15))) for at, each in crops.items()}
    mixed = {at: (crops if at < 1004 else other)[at] for at in crops}
    alone = rendered({1003: crops[1003]}, method, 5)[0]

    def at_1003(given: Mapping[int, Any], tracks: Tracks | None = None) -> np.ndarray:
        near = {at: given.get(at, ()) for at in range(1001, 1006)}
        (after,) = color_transfer(frames(near, 1003), SHOT, tracks, method=method, window=5)
        return after.pixels

    cut = Tracks(FORMAT, (), Cuts((1004,)))
    assert not np.array_equal(at_1003(mixed), alone)
    assert np.array_equal(at_1003(mixed, cut), alone)
    assert np.array_equal(at_1003({at: each for at, each in crops.items() if at != 1004}), alone)
    moved = Face(Rect(400, 80, 480, 160))
    assert np.array_equal(
        at_1003({at: each if at < 1004 else replace(each, face=moved) for at, each in crops.items()}), alone
    )
    swapped = {at: each if at < 1004 else replace(each, identity="another") for at, each in crops.items()}
    assert np.array_equal(at_1003(swapped), alone)
    flash = {at: each if at != 1004 else replace(each, plate=frozen(each.plate * 6)) for at, each in crops.items()}
    assert np.array_equal(at_1003(flash), alone)


def test_each_face_for_itself() -> None:
    crops = noisy(5)
    second = {
        at: replace(each, track="face2", plate=frozen(each.plate[::-1] * np.float32(0.5))) for at, each in crops.items()
    }
    both = frames({at: (crops[at], second[at]) for at in crops}, 1003)
    one_, two = color_transfer(both, SHOT, method=Method.MKL, window=5)
    (alone,) = color_transfer(frames(crops, 1003), SHOT, method=Method.MKL, window=5)
    (other,) = color_transfer(frames(second, 1003), SHOT, method=Method.MKL, window=5)
    assert np.array_equal(one_.pixels, alone.pixels)
    assert np.array_equal(two.pixels, other.pixels)


@node
def played(frame: Frame) -> Crops:
    """A face on the frames 1001 to 1005, before a plate whose grain is new in each."""
    crops = noisy(5)
    return Crops(FORMAT, "ACEScg", (crops[frame],) if frame in crops else ())


@pytest.mark.parametrize("frame", [1001, 1003, 1005, 1006])
def test_the_engine_brings_the_frames_around(frame: int, tmp_path: Path) -> None:
    graph = Graph(Library.discover().with_nodes(played), shot=SHOT).add("Played", "in")
    graph = graph.add("ColorTransfer", "it", method=Method.MKL, window=5).connect("it", "crops", "in")
    after = evaluate(graph, "it", frame, root=tmp_path)
    crops = noisy(5)
    assert len(after) == (frame in crops)
    if frame in crops:
        near = {at: crops.get(at, ()) for at in range(frame - 2, frame + 3)}
        (wanted,) = color_transfer(frames(near, frame), SHOT, method=Method.MKL, window=5)
        assert np.array_equal(after.crops[0].pixels, wanted.pixels)


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
