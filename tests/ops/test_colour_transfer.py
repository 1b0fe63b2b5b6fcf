"""Colour transfer against closed forms, scikit-image, SciPy, and plain transcriptions of the papers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.linalg
from skimage.exposure import match_histograms

from nodegraph.bench import plain_colour as plain
from nodegraph.ops.colour_fields import along_rim, averaged_gap, broad, enlarged, gap, rim_gap, shrunk
from nodegraph.ops.colour_match import Method, Settings, changed, contrasted, look, matched, unbroken
from nodegraph.ops.colour_ranks import sot_by_rank
from nodegraph.ops.colour_time import centred, pooled, same_light, weight
from nodegraph.ops.colour_transfer import (
    OPPONENT,
    Affine,
    Bends,
    Moments,
    Root,
    Samples,
    apply,
    averaged,
    bend,
    histogram_match,
    linear,
    mean_shift,
    moments,
    monge_kantorovich,
    quantiles,
    reinhard,
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

PUSH = np.array([[1.3, 0.2, 0.05], [0.2, 0.8, 0.1], [0.05, 0.1, 1.1]])  # symmetric, all stretches above 0


def picture(seed: int, size: int = 40) -> np.ndarray:
    """Colours about a line through grey, as skin has them, in two clouds."""
    rng = np.random.default_rng(seed)
    light = rng.normal(0, 0.18, (size, size, 1)) + np.where(rng.random((size, size, 1)) < 0.3, -0.2, 0.1)
    tint = rng.normal(0, 0.04, (size, size, 3))
    return (0.5 + light * [1.0, 0.8, 0.7] + tint).astype(np.float32)


def matte(size: int = 40) -> np.ndarray:
    y, x = np.mgrid[:size, :size]
    return np.clip(1.3 - np.hypot(x - size / 2, y - size / 2) / (size * 0.35), 0, 1).astype(np.float32)


def seen(code: np.ndarray, cover: np.ndarray | None = None) -> Moments:
    return moments(samples(code.astype(np.float32), cover))


# -- mean and covariance ----------------------------------------------------------------------------------


def test_moments_are_numpys() -> None:
    code, cover = picture(1), matte()
    found = seen(code, cover)
    flat, weights = code.reshape(-1, 3).astype(np.float64), cover.ravel()
    assert np.allclose(found.mean, np.average(flat, axis=0, weights=weights), atol=1e-7)
    assert np.allclose(found.covariance, np.cov(flat.T, aweights=weights, bias=True), atol=1e-7)


def test_far_from_zero_nothing_is_lost() -> None:
    code = picture(1) * np.float32(0.01) + np.float32(50)
    assert np.allclose(seen(code).covariance, np.cov(code.reshape(-1, 3).astype(np.float64).T, bias=True), rtol=1e-3)


def test_broken_and_uncovered_pixels_do_not_count() -> None:
    code, cover = picture(1), matte()
    spoilt = code.copy()
    spoilt[0, 0] = 1e9  # outside the matte
    assert cover[0, 0] == 0
    spoilt[20, 20], spoilt[21, 20, 1] = np.nan, np.inf
    cover[20:22, 20] = 0
    wanted = seen(code, cover)
    cover[20:22, 20] = 1
    assert np.allclose(seen(spoilt, cover).mean, wanted.mean)
    assert np.allclose(seen(spoilt, cover).covariance, wanted.covariance)


@pytest.mark.parametrize("root", list(Root))
def test_lct_gives_mean_and_covariance(root: Root) -> None:
    source, target, cover = picture(1), apply(picture(2), Affine(PUSH, np.array([0.1, -0.2, 0.3]))), matte()
    after = seen(apply(source, linear(seen(source, cover), seen(target, cover), root)), cover)
    wanted = seen(target, cover)
    assert np.allclose(after.mean, wanted.mean, atol=1e-5)
    assert np.allclose(after.covariance, wanted.covariance, atol=3e-6)


def test_lct_is_the_product_of_square_roots() -> None:
    source, target = seen(picture(1)), seen(apply(picture(2), Affine(PUSH, np.zeros(3))))
    wanted = scipy.linalg.sqrtm(target.covariance) @ np.linalg.inv(scipy.linalg.sqrtm(source.covariance))
    assert np.allclose(linear(source, target, Root.PCA).matrix, wanted, atol=1e-3)


def test_cholesky_leaves_the_first_channel_to_itself() -> None:
    matrix = linear(seen(picture(1)), seen(picture(2) * np.float32(1.5)), Root.CHOLESKY).matrix
    assert np.allclose(np.triu(matrix, 1), 0, atol=1e-9)


def test_mkl_finds_the_very_map_between_gaussians() -> None:
    """Of all maps between two Gaussians the symmetric one with stretches above 0 is the optimal one, and unique."""
    offset = np.array([0.1, -0.2, 0.3])
    source = picture(1)
    target = apply(source, Affine(PUSH, offset))
    found = monge_kantorovich(seen(source), seen(target))
    assert np.allclose(found.matrix, PUSH, atol=1e-4)
    assert np.allclose(found.offset, offset, atol=1e-4)
    assert np.abs(apply(source, found) - target).max() < 1e-4


def test_mkl_moves_colours_less_than_any_other_root() -> None:
    source, target = picture(1), apply(picture(2), Affine(PUSH, np.zeros(3)))
    ways = {root: np.square(apply(source, linear(seen(source), seen(target), root)) - source).mean() for root in Root}
    assert ways[Root.SYMMETRIC] <= min(ways.values()) + 1e-7


@pytest.mark.parametrize("axes", [np.eye(3), OPPONENT], ids=["own", "opponent"])
def test_rct_gives_mean_and_spread_along_its_axes(axes: np.ndarray) -> None:
    source, target = picture(1), picture(2) * np.float32([1.2, 0.7, 0.9]) + np.float32(0.1)
    after = apply(source, reinhard(seen(source), seen(target), axes)).reshape(-1, 3) @ axes.T
    wanted = target.reshape(-1, 3) @ axes.T
    assert np.allclose(after.mean(axis=0), wanted.mean(axis=0), atol=1e-5)
    assert np.allclose(after.std(axis=0), wanted.std(axis=0), atol=1e-5)


def test_opponents_are_at_right_angles() -> None:
    assert np.allclose(OPPONENT @ OPPONENT.T, np.eye(3), atol=1e-12)


def test_mean_shift_is_a_shift() -> None:
    change = mean_shift(seen(picture(1)), seen(picture(1) + np.float32(0.25)))
    assert np.allclose(change.matrix, np.eye(3))
    assert np.allclose(change.offset, 0.25, atol=1e-6)


@pytest.mark.parametrize("solve", [reinhard, linear, monge_kantorovich])
def test_a_flat_picture_takes_the_mean_and_explodes_nowhere(solve) -> None:  # type: ignore[no-untyped-def]
    flat = np.full((8, 8, 3), 0.3, np.float32)
    after = apply(flat, solve(seen(flat), seen(picture(2))))
    assert np.allclose(after, seen(picture(2)).mean, atol=1e-3)
    assert np.isfinite(apply(picture(1), solve(seen(picture(1)), seen(flat)))).all()


def test_one_map_after_another() -> None:
    one, other = Affine(PUSH, np.array([1.0, 2, 3])), Affine(PUSH.T * 0.5, np.array([-1.0, 0, 1]))
    code = picture(1)
    assert np.allclose(apply(code, one.then(other)), apply(apply(code, one), other), atol=1e-5)


def test_contrast_leaves_its_middle() -> None:
    pivot = np.array([0.4, 0.5, 0.6])
    change = contrasted(pivot, 1.7)
    assert np.allclose(apply(np.full((1, 1, 3), pivot, np.float32), change), pivot, atol=1e-6)
    assert np.allclose(change.matrix, np.eye(3) * 1.7)


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


# -- place by place ---------------------------------------------------------------------------------------


def test_an_even_gap_is_closed_evenly_whatever_lies_outside() -> None:
    code, cover = picture(1, 64), matte(64)
    wanted = code + np.float32([0.1, -0.2, 0.3])
    wanted[cover == 0] = 1e6
    field = broad(gap(code, wanted, cover), 0.05)
    assert np.abs(field - [0.1, -0.2, 0.3])[cover > 0].max() < 2e-3
    assert np.isfinite(field).all()
    inside = along_rim(gap(code, code + np.float32([0.1, -0.2, 0.3])), cover)
    assert np.abs(inside - [0.1, -0.2, 0.3]).max() < 1e-5


def test_detail_is_not_broad() -> None:
    chess = np.indices((64, 64)).sum(axis=0) % 2 * 2.0 - 1
    code = np.full((64, 64, 3), 0.5, np.float32)
    field = broad(gap(code, (code + 0.3 * chess[..., None]).astype(np.float32)), 0.05)
    assert np.abs(field[8:-8, 8:-8]).max() < 0.01


def test_a_slope_of_light_is_broad() -> None:
    slope = np.linspace(-0.2, 0.2, 96, dtype=np.float32)[None, :, None] * np.ones((96, 1, 3), np.float32)
    code = np.full((96, 96, 3), 0.5, np.float32)
    field = broad(gap(code, code + slope), 0.04)
    assert np.abs(field - slope)[16:-16, 16:-16].max() < 0.01


def test_a_broken_pixel_is_not_trusted() -> None:
    code = picture(1, 64)
    wanted = code + np.float32(0.2)
    wanted[30, 30] = np.nan
    assert np.abs(broad(gap(code, wanted), 0.05) - 0.2).max() < 2e-3


def test_the_rim_alone_is_looked_at() -> None:
    face, plate, cover = picture(1, 64), picture(2, 64), matte(64)
    there = rim_gap(face, plate, cover, lambda light: light * np.float32(2))
    whole = gap(face * np.float32(2), plate * np.float32(2))
    assert np.abs(along_rim(there, cover) - along_rim(whole, cover))[cover > 0].max() < 1e-5
    assert 0 < (there.cover > 0).sum() < 300


def test_gaps_are_averaged_as_they_are_trusted() -> None:
    code = np.zeros((4, 4, 3), np.float32)
    one, other = gap(code, code + 1, np.ones((4, 4), np.float32)), gap(code, code + 4, np.full((4, 4), 0.5, np.float32))
    mean = averaged_gap([one, other], [1.0, 1.0])
    assert np.allclose(mean.difference, 2)
    assert np.allclose(mean.cover, 0.75)
    assert averaged_gap([one], [0.3]) is one


def test_shrinking_takes_means_and_never_enlarges() -> None:
    code = picture(1, 64)
    assert np.allclose(shrunk(code, 16), code.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3)), atol=1e-5)
    assert shrunk(code, 64) is code
    assert shrunk(code[..., 0], 16).shape == (16, 16)
    assert enlarged(code, 64, 64) is code
    assert np.allclose(enlarged(np.full((8, 8, 3), 0.3, np.float32), 40, 40), 0.3, atol=1e-6)


# -- over time --------------------------------------------------------------------------------------------


def test_a_window_weighs_as_a_gaussian() -> None:
    assert weight(0, 9) == 1
    assert weight(3, 9) == weight(-3, 9)
    assert 0.05 < weight(4, 9) < 0.25
    assert weight(1, 1) < 1e-3


def test_as_many_before_as_after() -> None:
    assert sorted(centred(dict.fromkeys(range(3, 12)), 5)) == [3, 4, 5, 6, 7]
    assert sorted(centred(dict.fromkeys(range(5, 9)), 5)) == [5]


def test_means_over_time_leave_out_what_moves_between_frames() -> None:
    code = picture(1)
    drifting = [seen(code + np.float32(0.1 * k)) for k in (-1, 0, 1)]
    mean = averaged(drifting, [1.0, 2.0, 1.0])
    assert np.allclose(mean.mean, drifting[1].mean, atol=1e-6)
    assert np.allclose(mean.covariance, drifting[1].covariance, atol=1e-6)


def test_pooled_colours_are_as_many_and_have_the_mean() -> None:
    many = {}
    for frame in range(10, 15):
        given = samples(picture(frame, 30) + np.float32(0.05 * frame))
        many[frame] = (given, moments(given))
    mean = averaged([each for _, each in many.values()], [1.0] * 5)
    pool = pooled(many, mean, dict.fromkeys(many, 1.0))
    assert len(pool.colours) == 900
    assert np.allclose(moments(pool).mean, mean.mean, atol=0.03)
    assert np.allclose(np.diag(moments(pool).covariance), np.diag(mean.covariance), rtol=0.25)
    alone = {12: many[12]}
    assert pooled(alone, mean, {12: 1.0}) is many[12][0]


def test_a_flash_begins_anew() -> None:
    calm, flash = seen(picture(1)), seen(picture(1) + np.float32(0.6))
    assert same_light(calm, seen(picture(1) + np.float32(0.05)))
    assert not same_light(calm, flash)
    looks = {}
    for frame in range(1, 8):
        found = look(picture(frame), picture(frame) + np.float32(0.6 if frame > 5 else 0))
        assert found is not None
        looks[frame] = found
    assert sorted(unbroken(looks, 4)) == [3, 4, 5]
    assert sorted(unbroken(looks, 6)) == [6]


def test_nothing_covered_is_nothing_seen() -> None:
    assert look(picture(1), picture(2), np.zeros((40, 40), np.float32)) is None


def test_no_draw_of_chance_anywhere() -> None:
    """Two renders are one only if nothing is drawn."""
    folder = Path(__file__).parents[2] / "nodegraph" / "ops"
    files = [*folder.glob("colour_*.py"), *folder.glob("poisson*.py")]
    assert len(files) > 6
    assert [file.name for file in files if "random" in file.read_text(encoding="utf-8")] == []
