"""Half and float, bit for bit as numpy converts them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nodegraph.media.half import SMALL, all_finite, to_float, to_half

EDGES = np.array(
    (
        *(0x00000000, 0x80000000, 0x7F800000, 0xFF800000),  # zero and infinite, with their signs
        *(0x7FC00000, 0xFFC12345, 0x7F800001, 0xFF801000),  # NaN, quiet and not, with something in it
        *(0x477FE000, 0x477FEFFF, 0x477FF000, 0x477FFFFF, 0x7F7FFFFF),  # 65504, what rounds to it, what overflows
        *(0x38800000, 0x387FFFFF, 0x387FE000, 0x387FF000),  # around the smallest normal half
        *(0x33800000, 0x33000001, 0x33000000, 0x32FFFFFF, 0x00000001, 0x807FFFFF),  # around half the smallest half
        *(0x3F801000, 0x3F803000, 0x3F802FFF, 0x3F803001),  # ties, and just beside them
    ),
    np.uint32,
).view(np.float32)


@pytest.mark.parametrize("size", [SMALL // 2, SMALL * 40])
def test_float_to_half(size: int) -> None:
    random = np.random.default_rng(3).integers(0, 2**32, size, dtype=np.uint32).view(np.float32)
    values = np.concatenate((EDGES, random))
    with np.errstate(all="ignore"):
        wanted = values.astype(np.float16)
    found = to_half(values)
    assert found.dtype == np.float16
    assert np.array_equal(found.view(np.uint16), wanted.view(np.uint16))


@pytest.mark.parametrize("times", [0.5, 1, 40])
def test_every_half_to_float(times: float) -> None:
    every = np.tile(np.arange(65536, dtype=np.uint16), 40)[: int(65536 * times)].view(np.float16)
    with np.errstate(all="ignore"):
        wanted = every.astype(np.float32)
    found = to_float(every)
    assert found.dtype == np.float32
    assert np.array_equal(found.view(np.uint32), wanted.view(np.uint32))


@pytest.mark.parametrize("shape", [(0, 4), (5, 7), (300, 400, 3)])
def test_shape_and_order_stay(shape: tuple[int, ...]) -> None:
    values: np.ndarray[Any, Any] = np.random.default_rng(1).random(shape, np.float32)
    for given in (values, values[::-1], values[:, ::2], np.asfortranarray(values)):
        assert np.array_equal(to_half(given), given.astype(np.float16))
        half = given.astype(np.float16)
        assert np.array_equal(to_float(half), half.astype(np.float32))


def test_rows_of_a_larger_picture() -> None:
    """A face in a plate: its rows do not follow each other in memory, where they come from and where they go."""
    plate = np.random.default_rng(2).standard_normal((400, 900, 4)).astype(np.float16)
    for part in (np.s_[30:350, 100:700], np.s_[30:350, 100:700, :3], np.s_[::3], np.s_[:, ::2], np.s_[..., 1:3]):
        face = plate[part].astype(np.float32)
        assert np.array_equal(to_float(plate[part]), face)
        single, half = np.zeros(plate.shape, np.float32), plate.copy()
        to_float(plate[part], single[part])
        to_half(face + 1, half[part])
        wanted, changed = np.zeros(plate.shape, np.float32), plate.copy()
        wanted[part], changed[part] = face, (face + 1).astype(np.float16)
        assert np.array_equal(single, wanted)
        assert np.array_equal(half, changed)


def test_what_is_right_already_is_handed_back() -> None:
    half, single = np.ones(3, np.float16), np.ones(3, np.float32)
    assert to_half(half) is half
    assert to_float(single) is single


@pytest.mark.parametrize("size", [100, 1 << 18])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 1e6])
def test_what_is_not_finite_is_seen(size: int, value: float) -> None:
    values = np.linspace(-65504, 65504, size).astype(np.float32)
    assert all_finite(to_half(values))
    values[size // 3] = value
    assert not all_finite(to_half(values))
    assert all_finite(to_half(values)[::2].copy()) == bool(np.isfinite(to_half(values)[::2]).all())
