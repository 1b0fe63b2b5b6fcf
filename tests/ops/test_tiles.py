"""Tiles: whatever the sizes, the parts add up to the whole, and nothing shows where they meet."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage

from nodegraph.ops.tiles import Tiles, count, in_tiles

CUTS = [Tiles(32, 48, 4, 6), Tiles(40, 40, 0, 0), Tiles(64, 33, 10, 1), Tiles(200, 200, 8, 8)]


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("size", [(1, 1), (7, 90), (40, 40), (41, 121), (100, 63)])
@pytest.mark.parametrize(
    "tiles", [Tiles(32, 48, 4, 6), Tiles(40, 40, 0, 0), Tiles(64, 33, 10, 1), Tiles(200, 200, 8, 8)]
)
def test_the_parts_add_up_to_the_whole(tiles: Tiles, size: tuple[int, int], scale: int) -> None:
    picture = np.random.default_rng(1).normal(0, 3, (*size, 3)).astype(np.float32)
    seen: list[tuple[int, ...]] = []

    def work(tile: np.ndarray) -> np.ndarray:
        seen.append(tile.shape)
        return tile.repeat(scale, axis=0).repeat(scale, axis=1)

    result = in_tiles(picture, tiles, scale, work)
    assert np.allclose(result, picture.repeat(scale, axis=0).repeat(scale, axis=1), atol=2e-6)
    assert set(seen) == {(tiles.height, tiles.width, 3)}
    assert len(seen) == count(*size, tiles)


def test_what_looks_around_gives_the_same_as_on_the_whole_picture() -> None:
    """A filter that reaches 5 pixels and takes for black what it does not see, as networks do."""
    picture = np.random.default_rng(2).uniform(0, 1, (150, 170, 3)).astype(np.float32)

    def work(tile: np.ndarray) -> np.ndarray:
        return scipy.ndimage.uniform_filter(tile, (11, 11, 1), mode="constant").astype(np.float32)

    whole = in_tiles(picture, Tiles(400, 400, 5, 0), 1, work)
    assert np.allclose(whole, scipy.ndimage.uniform_filter(picture, (11, 11, 1), mode="reflect"), atol=1e-6)
    assert np.allclose(in_tiles(picture, Tiles(48, 64, 5, 8), 1, work), whole, atol=1e-6)
    assert np.abs(in_tiles(picture, Tiles(48, 64, 0, 8), 1, work) - whole).max() > 0.05  # without a margin it shows


def test_what_differs_from_tile_to_tile_is_blended_over() -> None:
    """Tiles that come back brighter by turns leave a slope where they overlap, and no step."""
    turns = iter(range(100))
    result = in_tiles(
        np.zeros((60, 200, 1), np.float32), Tiles(76, 72, 8, 24), 1, lambda tile: tile + np.float32(next(turns) % 2)
    )
    assert result.min() == 0
    assert result.max() == 1
    assert np.abs(np.diff(result[30, :, 0])).max() <= 1 / 24 + 1e-6


def test_a_small_picture_takes_one_small_tile() -> None:
    tiles = Tiles(512, 512, 16, 16).fitted(30, 100, 64)
    assert (tiles.height, tiles.width) == (64, 192)
    assert count(30, 100, tiles) == 1


def test_tiles_that_leave_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="leave nothing"):
        in_tiles(np.zeros((10, 10, 3), np.float32), Tiles(32, 32, 10, 12), 1, lambda tile: tile)
