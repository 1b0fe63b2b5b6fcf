"""Colours moved place by place, and over time: what is broad, what is at the rim, what is averaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nodegraph.ops.colour_fields import along_rim, averaged_gap, broad, enlarged, gap, rim_gap, shrunk
from nodegraph.ops.colour_match import look, unbroken
from nodegraph.ops.colour_time import centred, pooled, same_light, weight
from nodegraph.ops.colour_transfer import (
    averaged,
    moments,
    samples,
)
from tests.ops.colours import matte, picture, seen

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
