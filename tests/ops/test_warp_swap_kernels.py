"""The kernel of the swap by bending, against the same said with numpy, and the light that it brings over."""

from __future__ import annotations

import numpy as np

from nodegraph.ops.warp_swap_kernels import laid_in

RANDOM = np.random.default_rng(5)
SHAPE = (12, 9)


def picture(most: float = 1.0) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return (RANDOM.random((*SHAPE, 3)) * most).astype(np.float32)


def matte(value: float | None = None) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.full(SHAPE, value, np.float32) if value is not None else RANDOM.random(SHAPE).astype(np.float32)


def test_it_is_the_layers_one_over_the_other() -> None:
    new, pixels, plate, own = (picture(0.9) for _ in range(4))
    where, below, result = matte(), matte(), picture()
    wanted = result + 0.25 * (pixels + below[..., None] * (new + where[..., None] * (own - new) - pixels))
    laid_in(new, pixels, plate, matte(1.0), np.float32(1), own, where, below, np.float32(0.25), result, 0, SHAPE[0])
    assert np.allclose(result, wanted, atol=1e-6)


def test_a_highlight_brings_the_new_face_to_the_plates_level_in_the_plates_colour() -> None:
    nothing, all_of_it = matte(0.0), matte(1.0)
    colour = np.array([1.2, 1.0, 0.8], np.float32)
    for level, has, added in ((16.0, 0.5, 15.0), (16.0, 4.0, 12.0), (2.0, 3.0, 0.0), (0.9, 0.2, 0.0)):
        new = np.full((*SHAPE, 3), has, np.float32)
        plate = np.broadcast_to(colour * level, (*SHAPE, 3)).astype(np.float32)
        result = np.zeros((*SHAPE, 3), np.float32)
        laid_in(new, new, plate, all_of_it, np.float32(1), new, nothing, all_of_it, np.float32(1), result, 0, SHAPE[0])
        assert np.allclose(result - new, added * colour, rtol=1e-5, atol=1e-5)


def test_skin_that_is_red_above_one_and_no_brighter_than_white_gets_no_red_rim() -> None:
    new, none = np.full((*SHAPE, 3), 0.7, np.float32), matte(0.0)
    plate = np.broadcast_to(np.array([1.25, 0.9, 0.75], np.float32), (*SHAPE, 3)).copy()
    result = np.zeros((*SHAPE, 3), np.float32)
    laid_in(new, new, plate, matte(1.0), np.float32(1), new, none, matte(1.0), np.float32(1), result, 0, SHAPE[0])
    assert np.array_equal(result, new)
