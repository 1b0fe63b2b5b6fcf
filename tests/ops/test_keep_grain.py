"""Grain that was smoothed away comes back; an edge that was taken away stays away."""

from __future__ import annotations

import numpy as np

from nodegraph.ops.keep_grain import lost_grain


def test_grain_comes_back_and_an_edge_does_not() -> None:
    rng = np.random.default_rng(4)
    flat = np.full((160, 160, 3), 0.4, np.float32)
    grain = np.asarray(rng.normal(0, 0.01, (160, 160, 1)) * np.ones(3), np.float32)
    line = np.zeros_like(flat)
    line[:, 78:82] = 0.3  # an old contour
    before = flat + grain + line
    back = lost_grain(before, flat - before)  # all of it was taken away
    away = (slice(20, 140), slice(20, 60))
    fine = before[away] - before[away].mean()
    assert np.corrcoef(back[away].ravel(), fine.ravel())[0, 1] > 0.9
    assert back[away].std() > 0.6 * fine.std()
    assert np.abs(back[20:140, 74:86].mean(axis=0)).max() < 0.004  # of 0.3


def test_what_is_left_alone_lost_nothing() -> None:
    before = np.random.default_rng(5).uniform(0, 1, (64, 64, 3)).astype(np.float32)
    assert not lost_grain(before, np.zeros_like(before)).any()
    assert np.abs(lost_grain(before, np.full_like(before, 0.1))).max() < 1e-3
