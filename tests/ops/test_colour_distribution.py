"""Moving a whole distribution of colours: channel by channel, by turns, by rank, against the published ones."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.exposure import match_histograms

from nodegraph.bench import plain_colour as plain
from nodegraph.ops.colour_match import Method, Settings, changed, look, matched
from nodegraph.ops.colour_ranks import sot_by_rank
from nodegraph.ops.colour_transfer import (
    OPPONENT,
    Affine,
    Bends,
    Samples,
    apply,
    bend,
    histogram_match,
    linear,
    monge_kantorovich,
    quantiles,
    samples,
)
from nodegraph.ops.colour_transport import (
    Lattice,
    around,
    evened,
    idt,
    idt_directions,
    lattice,
    places,
    sot,
    sot_directions,
    through_lattice,
    turns,
)
from tests.ops.colours import PUSH, matte, picture, seen

# -- against the papers, transcribed -----------------------------------------------------------------------


def test_straight_maps_are_the_papers() -> None:
    source, target, cover = picture(1), picture(2) * np.float32([1.2, 0.7, 0.9]), matte()
    for ours, theirs in ((linear, plain.lct), (monge_kantorovich, plain.mkl)):
        wanted = theirs(source, target, cover)
        assert np.abs(apply(source, ours(seen(source, cover), seen(target, cover))) - wanted).max() < 1e-4


def doubled(code: np.ndarray, cover: np.ndarray) -> Samples:
    given = samples(code, cover)
    return Samples(given.colours.astype(np.float64), given.weights.astype(np.float64))


def test_idt_is_the_papers() -> None:
    source, target, cover = picture(1), picture(2) * np.float32([1.2, 0.7, 0.9]), matte()
    """For as many turns as rounding is not yet passed on enlarged: 256 steps are many for a thousand colours."""
    wanted = plain.idt(source, target, cover, idt_directions(8))
    found = idt(doubled(source, cover), doubled(target, cover), count=8)
    assert np.abs(found - wanted[cover > 0]).max() < 1e-6


def test_sot_by_rank_is_the_papers() -> None:
    source, target, cover = picture(1), picture(2) * np.float32([1.2, 0.7, 0.9]), (matte() > 0).astype(np.float32)
    bundles = sot_directions(4, 6)
    wanted = plain.sot(source, target, cover, bundles)
    found = sot_by_rank(doubled(source, cover), doubled(target, cover), bundles)
    assert np.abs(found - wanted[cover > 0]).max() < 1e-10
    single = np.abs(sot_by_rank(samples(source, cover), samples(target, cover), bundles) - wanted[cover > 0])
    assert np.quantile(single, 0.99) < 1e-5  # the rest changed places with a neighbour


def test_a_weight_of_three_is_the_colour_three_times() -> None:
    source, target = picture(1, 12).reshape(-1, 3), picture(2, 12).reshape(-1, 3)
    weights = np.where(target[:, 0] > 0.6, 3, 1).astype(np.float32)
    bundles = sot_directions(2, 3)
    ones = np.ones(len(source), np.float32)
    more = np.repeat(target, weights.astype(int), axis=0)
    weighted = sot_by_rank(Samples(source, ones), Samples(target, weights), bundles)
    repeated = sot_by_rank(Samples(source, ones), Samples(more, np.ones(len(more), np.float32)), bundles)
    unweighted = sot_by_rank(Samples(source, ones), Samples(target, ones), bundles)
    # Between ranks both draw straight lines, in other places.
    assert np.abs(weighted - repeated).mean() < 0.2 * np.abs(weighted - unweighted).mean()
    found = quantiles(Samples(target, weights), 9)
    assert np.abs(found - quantiles(Samples(more, np.ones(len(more), np.float32)), 9)).max() < 0.05


# -- channel by channel -----------------------------------------------------------------------------------


def test_histograms_are_matched_as_scikit_image_does() -> None:
    source, target = picture(1, 96), picture(2, 96) * np.float32([1.2, 0.7, 0.9]) + np.float32(0.2)
    wanted = match_histograms(source, target, channel_axis=-1)
    found = bend(source, histogram_match(quantiles(samples(source)), quantiles(samples(target))))
    apart = np.abs(found - wanted)
    assert apart.mean() < 5e-4
    assert np.quantile(apart, 0.99) < 4e-3


def test_a_bent_channel_is_bent_back() -> None:
    source = picture(1, 64)
    target = np.exp(source).astype(np.float32)
    found = bend(source, histogram_match(quantiles(samples(source)), quantiles(samples(target))))
    apart = np.abs(found - target)
    assert apart.mean() < 1e-3
    assert apart.max() < 0.05


def test_beyond_all_colours_a_map_goes_on_level() -> None:
    source, target = picture(1), picture(2) + np.float32(0.3)
    change = histogram_match(quantiles(samples(source)), quantiles(samples(target)))
    ends = np.stack([source.reshape(-1, 3).min(axis=0), source.reshape(-1, 3).max(axis=0)])
    step = bend(ends[None], change)[0] - ends
    away = np.float32([[-30.0], [50.0]])
    far = bend((ends + away)[None], change)[0]
    assert np.allclose(far - ends - away, step, atol=1e-4)


def test_a_flat_channel_takes_the_mean() -> None:
    source = np.full((6, 6, 3), 0.4, np.float32)
    found = bend(source, histogram_match(quantiles(samples(source)), quantiles(samples(picture(2)))))
    assert np.allclose(found, picture(2).reshape(-1, 3).mean(axis=0), atol=5e-3)


# -- the whole distribution -------------------------------------------------------------------------------


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The mean distance of sorted places along directions that neither method uses."""
    axes = np.random.default_rng(11).normal(size=(20, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    ways = [np.abs(np.sort(one @ axis) - np.sort(other @ axis)).mean() for axis in axes]
    return float(np.mean(ways))


@pytest.mark.parametrize("carry", [idt, sot, sot_by_rank])
def test_the_distribution_arrives(carry) -> None:  # type: ignore[no-untyped-def]
    source, target = samples(picture(1)), samples(np.square(picture(2)) + np.float32(0.3))
    before = apart(source.colours, target.colours)
    assert apart(carry(source, target), target.colours) < 0.1 * before


def test_turns_are_turns_and_even() -> None:
    many = turns(200)
    assert np.allclose(many @ many.transpose(0, 2, 1), np.eye(3), atol=1e-12)
    assert np.allclose(np.linalg.det(many), 1)
    assert np.abs(many.mean(axis=0)).max() < 0.05
    spread = np.einsum("nij,nik->jk", many[:, :1], many[:, :1]) / 200
    assert np.allclose(spread, np.eye(3) / 3, atol=0.02)


def test_directions_are_the_same_for_ever() -> None:
    """A render of today and one of next year must agree: these numbers are never drawn anew."""
    wanted = [
        [-0.5564958, 0.7718199, 0.30758163],
        [-0.820015, -0.56980854, -0.05379166],
        [0.13374516, -0.28215638, 0.95],
    ]
    assert np.allclose(idt_directions()[0], wanted, atol=1e-6)
    assert sot_directions().shape == (10, 30, 3)
    assert np.allclose(sot_directions()[3, 7], [-0.36716965, -0.44977215, -0.8141815], atol=1e-6)
    assert np.allclose(np.linalg.norm(sot_directions(), axis=-1), 1, atol=1e-6)


def test_colours_taken_along_go_with_their_like() -> None:
    source, target = samples(picture(1)), samples(picture(2) + np.float32(0.2))
    for carry in (idt, sot):
        own = carry(source, target)
        assert np.array_equal(carry(source, target, source.colours.copy()), own)
        assert np.array_equal(carry(source, target), own)


def test_a_lattice_of_a_straight_map_is_that_map() -> None:
    code = picture(1)
    low, high = around(samples(code))
    at = places(low, high)
    moved = apply(at.reshape(-1, 1, 3), Affine(PUSH, np.array([0.1, 0.2, -0.1]))).reshape(-1, 3)
    found = through_lattice(code, lattice(moved, low, high))
    assert np.abs(found - apply(code, Affine(PUSH, np.array([0.1, 0.2, -0.1])))).max() < 1e-5


def test_outside_its_lattice_a_colour_goes_with_the_nearest() -> None:
    code = picture(1)
    low, high = around(samples(code))
    change = lattice(places(low, high) + np.float32([0.1, 0.2, 0.3]), low, high)
    far = np.array([[[16, 16, 16], [-2, -1, -3], [0.5, 40, 0]]], np.float32)
    assert np.allclose(through_lattice(far, change), far + np.float32([0.1, 0.2, 0.3]), atol=1e-5)
    broken = np.array([[[np.nan, 1, 1], [0.5, 0.5, 0.5]]], np.float32)
    assert np.isfinite(through_lattice(broken, change)[0, 1]).all()


def test_evening_keeps_what_is_even_and_calms_what_is_not() -> None:
    source = samples(picture(1))
    low, high = around(source)
    flat = lattice(places(low, high) + np.float32(0.2), low, high)
    assert np.allclose(evened(flat, source, 3).change, 0.2, atol=1e-5)
    rng = np.random.default_rng(3)
    rough = Lattice(low, high, rng.normal(0, 1, flat.change.shape).astype(np.float32))
    assert evened(rough, source, 0) is rough
    assert (
        np.abs(np.diff(evened(rough, source, 2).change, axis=0)).mean()
        < 0.3 * np.abs(np.diff(rough.change, axis=0)).mean()
    )


def test_mix_has_the_brightness_of_lct_and_the_colour_of_sot() -> None:
    face, plate = picture(1, 64), np.square(picture(2, 64)) + np.float32([0.2, 0.1, 0.0])
    both = look(face, plate)
    assert both is not None
    settings = {method: Settings(method, evenness=0) for method in (Method.MIX, Method.LCT, Method.SOT)}
    mixed, straight, carried = (
        changed(face, matched({1: both}, 1, each)) @ OPPONENT.T.astype(np.float32) for each in settings.values()
    )
    assert np.abs(mixed[..., 0] - straight[..., 0]).max() < 1e-4
    assert np.abs(mixed[..., 1:] - carried[..., 1:]).max() < 1e-4


@pytest.mark.parametrize("method", [Method.IDT, Method.SOT, Method.HISTOGRAM])
def test_a_grain_of_difference_stays_one(method: Method) -> None:
    """What changes in the plate by a thousandth does not change the map by more than a few."""
    face, plate = picture(1, 96), picture(2, 96)
    other = plate + np.random.default_rng(5).normal(0, 1e-3, plate.shape).astype(np.float32)
    looks = look(face, plate), look(face, other)
    assert looks[0] is not None
    assert looks[1] is not None
    one, two = (changed(face, matched({1: each}, 1, Settings(method))) for each in looks if each is not None)
    assert np.abs(one - two).mean() < 2e-3


def test_bends_do_not_write_to_what_they_are_given() -> None:
    code = picture(1)
    before = code.copy()
    change = Bends(
        np.eye(3, dtype=np.float32), np.zeros(3, np.float32), np.ones(3, np.float32), np.ones((3, 2), np.float32)
    )
    assert np.allclose(bend(code, change), before + 1, atol=1e-6)
    assert np.array_equal(code, before)
