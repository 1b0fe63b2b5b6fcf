"""The loops of poisson.py, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from nodegraph.data.compiled import compiled

_compiled = compiled("contract", "reassoc", "nsz")


class Pulls(NamedTuple):
    """How neighbours pull at a pixel: those beside it and those above and below, and all that it has together.

    `near` tells which neighbours a pixel has: so many across, and three times as many as there are above and below.
    """

    across: float
    down: float
    all: Any  # by `near`
    share: Any  # 1 / all


def pulls(aspect: float) -> Pulls:
    """Pixels so many times as wide as high: who is farther away pulls less, by the square of how far."""
    across, down = 2 / (1 + aspect**2), 2 * aspect**2 / (1 + aspect**2)
    total = np.array([beside * across + above * down for above in range(3) for beside in range(3)])
    return Pulls(across, down, total, np.divide(1.0, total, out=np.zeros(9), where=total > 0))


@_compiled
def smooth(x: Any, b: Any, near: Any, pull: Any, colour: int) -> None:
    """Every second pixel, as on a chessboard, set to what its neighbours ask for (Gauss and Seidel).

    `near` is 0 outside. Beyond the picture's end x is 0 and nobody's neighbour.
    """
    across, down, share = pull.across, pull.down, pull.share
    height, width = x.shape
    for i in range(1, height - 1):
        for j in range(1 + (i + colour) % 2, width - 1, 2):
            if near[i, j]:
                beside, above = x[i, j - 1] + x[i, j + 1], x[i - 1, j] + x[i + 1, j]
                x[i, j] = share[near[i, j]] * (b[i, j] + down * above + across * beside)


@_compiled
def residual(x: Any, b: Any, near: Any, pull: Any, out: Any) -> None:
    """How far each pixel inside is from itself, as strongly as its neighbours pull, less these being `b`."""
    across, down, total = pull.across, pull.down, pull.all
    height, width = x.shape
    out[:] = 0.0
    for i in range(1, height - 1):
        for j in range(1, width - 1):
            if near[i, j]:
                beside, above = x[i, j - 1] + x[i, j + 1], x[i - 1, j] + x[i + 1, j]
                out[i, j] = b[i, j] - (total[near[i, j]] * x[i, j] - down * above - across * beside)


@_compiled
def mirrored(x: Any, ends: Any) -> None:
    """The ring beyond an end of the picture shows what lies next to it."""
    if ends[0]:
        x[0] = x[1]
    if ends[1]:
        x[-1] = x[-2]
    if ends[2]:
        x[:, 0] = x[:, 1]
    if ends[3]:
        x[:, -1] = x[:, -2]


@_compiled
def folded(x: Any, ends: Any) -> None:
    """The transpose of `mirrored`: what the ring got is added to what lies next to it."""
    if ends[3]:
        x[:, -2] += x[:, -1]
    if ends[2]:
        x[:, 1] += x[:, 0]
    if ends[1]:
        x[-2] += x[-1]
    if ends[0]:
        x[1] += x[0]


@_compiled
def down(fine: Any, coarse: Any, inside: Any, ends: Any) -> None:
    """To the coarser grid: the transpose of `up`, so that both together keep the symmetry that the steps need."""
    height, width = fine.shape
    coarse[:] = 0.0
    for i in range(1, height - 1):
        near_i = (i >> 1) + 1
        far_i = near_i - 1 if i % 2 == 0 else near_i + 1
        for j in range(1, width - 1):
            value = fine[i, j] * 0.0625
            if value != 0.0:
                near_j = (j >> 1) + 1
                far_j = near_j - 1 if j % 2 == 0 else near_j + 1
                coarse[near_i, near_j] += 9.0 * value
                coarse[far_i, near_j] += 3.0 * value
                coarse[near_i, far_j] += 3.0 * value
                coarse[far_i, far_j] += value
    folded(coarse, ends)
    for i in range(coarse.shape[0]):
        for j in range(coarse.shape[1]):
            if not inside[i, j]:
                coarse[i, j] = 0.0


@_compiled
def up(coarse: Any, fine: Any, inside: Any, ends: Any) -> None:
    """Added to the finer grid, straight between the middles of coarse pixels."""
    mirrored(coarse, ends)
    height, width = fine.shape
    for i in range(1, height - 1):
        near_i = (i >> 1) + 1
        far_i = near_i - 1 if i % 2 == 0 else near_i + 1
        for j in range(1, width - 1):
            if inside[i, j]:
                near_j = (j >> 1) + 1
                far_j = near_j - 1 if j % 2 == 0 else near_j + 1
                fine[i, j] += 0.0625 * (
                    9.0 * coarse[near_i, near_j]
                    + 3.0 * (coarse[far_i, near_j] + coarse[near_i, far_j])
                    + coarse[far_i, far_j]
                )


@_compiled
def cycle(b: Any, near: Any, layout: Any, pull: Any, ends: Any, x: Any, rest: Any) -> None:
    """One sweep down to the coarsest grid and up again, all grids one after the other in memory; `x` is the answer."""
    levels = layout.shape[0]
    for level in range(levels):
        start, height, width = layout[level]
        end = start + height * width
        x_here = x[start:end].reshape(height, width)
        b_here = b[start:end].reshape(height, width)
        within = near[start:end].reshape(height, width)
        x_here[:] = 0.0
        if level == levels - 1:
            for _ in range(24):
                smooth(x_here, b_here, within, pull, 0)
                smooth(x_here, b_here, within, pull, 1)
            for _ in range(24):
                smooth(x_here, b_here, within, pull, 1)
                smooth(x_here, b_here, within, pull, 0)
            continue
        for _ in range(2):
            smooth(x_here, b_here, within, pull, 0)
            smooth(x_here, b_here, within, pull, 1)
        left = rest[start:end].reshape(height, width)
        residual(x_here, b_here, within, pull, left)
        next_, tall, wide = layout[level + 1]
        last = next_ + tall * wide
        down(left, b[next_:last].reshape(tall, wide), near[next_:last].reshape(tall, wide), ends)
    for level in range(levels - 2, -1, -1):
        start, height, width = layout[level]
        end = start + height * width
        next_, tall, wide = layout[level + 1]
        x_here = x[start:end].reshape(height, width)
        b_here = b[start:end].reshape(height, width)
        within = near[start:end].reshape(height, width)
        up(x[next_ : next_ + tall * wide].reshape(tall, wide), x_here, within, ends)
        for _ in range(2):
            smooth(x_here, b_here, within, pull, 1)
            smooth(x_here, b_here, within, pull, 0)


@_compiled
def solved(values: Any, near: Any, layout: Any, pull: Any, ends: Any, exact: float, steps: int) -> Any:
    """The surface: every pixel where its neighbours pull it, to `exact` of how far off it was at first."""
    height, width = values.shape
    size = height * width
    within = near[:size].reshape(height, width)
    x = values.copy()
    nothing = np.zeros((height, width))
    r, q = np.empty((height, width)), np.empty((height, width))
    residual(x, nothing, within, pull, r)
    total = layout[-1, 0] + layout[-1, 1] * layout[-1, 2]
    b, z, rest = np.zeros(total), np.zeros(total), np.zeros(total)
    p = np.zeros((height, width))
    first = 0.0
    for i in range(height):
        for j in range(width):
            first = max(first, abs(r[i, j]))
    before = 1.0
    for step in range(steps):
        worst = 0.0
        for i in range(height):
            for j in range(width):
                worst = max(worst, abs(r[i, j]))
        if worst <= exact * first:
            break
        b[:size] = r.ravel()
        cycle(b, near, layout, pull, ends, z, rest)
        now = 0.0
        for k in range(size):
            now += b[k] * z[k]
        share = now / before if step else 0.0
        before = now
        for i in range(height):
            for j in range(width):
                p[i, j] = z[i * width + j] + share * p[i, j]
        residual(p, nothing, within, pull, q)  # minus what the equation makes of p
        along = 0.0
        for i in range(height):
            for j in range(width):
                along -= p[i, j] * q[i, j]
        if along <= 0.0:
            break
        stride = now / along
        for i in range(height):
            for j in range(width):
                x[i, j] += stride * p[i, j]
                r[i, j] += stride * q[i, j]
    return x
