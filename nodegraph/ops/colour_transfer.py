"""One picture's colours given to another: maps between the colours that two pictures have, estimated and applied.

Colours are numbers in which differences look alike (a coding), three to a row, with a weight for each. Reinhard,
Ashikhmin, Gooch and Shirley 2001 (rct); Hertzmann 2001 and Gatys et al. 2016 (lct); Pitie and Kokaram 2007 (mkl).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows

Reals = NDArray[np.float64]
Colours = NDArray[np.float32]  # rows of three
LEAST = 1e-6  # share of the usual variance that every colour is taken to have: flat pictures have no covariance
QUANTILES = 1025
STEPS = 2048  # of a map of one channel
PIECES = 4  # that threads share: always as many, so that sums do not depend on the machine

# Brightness and two colour differences at right angles, for codings that are not opponents themselves.
OPPONENT = np.array([[1, 1, 1], [1, -1, 0], [1, 1, -2]]) / np.sqrt([[3.0], [2.0], [6.0]])
OWN = np.eye(3)


class Root(Enum):
    """Which of the linear maps that give one covariance to another."""

    PCA = "PCA"
    CHOLESKY = "Cholesky"
    SYMMETRIC = "symmetric"


class Samples(NamedTuple):
    """Colours of a picture, each with a weight above 0."""

    colours: Colours
    weights: NDArray[np.float32]

    @property
    def enough(self) -> bool:
        return len(self.colours) > 0


class Moments(NamedTuple):
    """Mean and covariance of colours."""

    mean: Reals
    covariance: Reals


class Affine(NamedTuple):
    """A map of colours: a matrix, then an offset."""

    matrix: Reals
    offset: Reals

    def then(self, other: Affine) -> Affine:
        """This map, and another after it."""
        return Affine(other.matrix @ self.matrix, other.matrix @ self.offset + other.offset)


SAME = Affine(np.eye(3), np.zeros(3))


@dataclass(frozen=True, eq=False)
class Bends:
    """A change along each of some directions: by a table between `low` and `low` + table / `scale`, level beyond."""

    directions: NDArray[np.float32]  # n x 3
    low: NDArray[np.float32]
    scale: NDArray[np.float32]  # steps of the table to one
    tables: NDArray[np.float32]  # n x steps: what is added


def samples(code: Pixels, weights: Pixels | None = None) -> Samples:
    """The colours of a picture (rows x columns x 3) where a matte covers; broken pixels do not count."""
    from nodegraph.ops.colour_kernels import counted, picked

    colours = np.ascontiguousarray(code.reshape(-1, 3))
    heavy = np.ones(len(colours), np.float32) if weights is None else np.ascontiguousarray(weights.reshape(-1))
    at = cuts(len(colours))
    starts = np.zeros(PIECES + 1, np.int64)

    def count(first: int, end: int) -> None:
        for k in range(first, end):
            piece = slice(at[k], at[k + 1])
            starts[k + 1] = counted(colours[piece], heavy[piece])

    split_rows(count, PIECES, colours.nbytes)
    starts = np.cumsum(starts)
    if starts[-1] == len(colours):
        return Samples(colours, heavy)
    kept = Samples(empty((int(starts[-1]), 3), colours.dtype), np.empty(starts[-1], heavy.dtype))

    def pick(first: int, end: int) -> None:
        for k in range(first, end):
            piece, room = slice(at[k], at[k + 1]), slice(starts[k], starts[k + 1])
            picked(colours[piece], heavy[piece], kept.colours[room], kept.weights[room])

    split_rows(pick, PIECES, colours.nbytes)
    return kept


def cuts(count: int) -> list[int]:
    """Where so many colours are cut into pieces for threads."""
    return [count * k // PIECES for k in range(PIECES + 1)]


def moments(given: Samples) -> Moments:
    """Weighted mean and covariance."""
    from nodegraph.ops.colour_kernels import moments_of

    at, near = cuts(len(given.colours)), given.colours[0]
    parts = np.empty((PIECES, 10))

    def add(first: int, end: int) -> None:
        for k in range(first, end):
            piece = slice(at[k], at[k + 1])
            moments_of(given.colours[piece], given.weights[piece], near, parts[k])

    split_rows(add, PIECES, given.colours.nbytes)
    sums = parts.sum(axis=0)
    total = sums[0]
    mean = sums[1:4] / total
    xx, xy, xz, yy, yz, zz = sums[4:] / total
    square = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    # The sums were taken about the first colour, so that little is lost.
    return Moments(mean + near.astype(np.float64), square - np.outer(mean, mean))


def averaged(many: Sequence[Moments], weights: Sequence[float]) -> Moments:
    """The mean over time of what each frame has: how it varies within a frame, not between frames."""
    shares = np.array(weights) / sum(weights)
    return Moments(
        np.einsum("f,fc->c", shares, np.array([each.mean for each in many])),
        np.einsum("f,fcd->cd", shares, np.array([each.covariance for each in many])),
    )


def mean_shift(source: Moments, target: Moments) -> Affine:
    """The mean of one given to the other."""
    return Affine(np.eye(3), target.mean - source.mean)


def reinhard(source: Moments, target: Moments, axes: Reals = OWN) -> Affine:
    """Mean and spread of one given to the other, along each of three axes by itself (rct)."""
    source, target = _solid(source, target)
    spread = [np.sqrt(np.diag(axes @ each.covariance @ axes.T)) for each in (source, target)]
    return _about(np.linalg.solve(axes, (spread[1] / spread[0])[:, None] * axes), source, target)


def linear(source: Moments, target: Moments, root: Root = Root.PCA) -> Affine:
    """Mean and covariance of one given to the other, by roots of both covariances (lct)."""
    if root is Root.SYMMETRIC:
        return monge_kantorovich(source, target)
    source, target = _solid(source, target)
    take = np.linalg.cholesky if root is Root.CHOLESKY else _square_root
    return _about(take(target.covariance) @ np.linalg.inv(take(source.covariance)), source, target)


def monge_kantorovich(source: Moments, target: Moments) -> Affine:
    """The linear map that moves colours least on the way to the other's mean and covariance (mkl)."""
    source, target = _solid(source, target)
    root = _square_root(source.covariance)
    inverse = np.linalg.inv(root)
    return _about(inverse @ _square_root(root @ target.covariance @ root) @ inverse, source, target)


def apply(code: Pixels, change: Affine) -> Pixels:
    """A picture's colours through an affine map."""
    from nodegraph.ops.colour_kernels import affine_rows

    code, out = np.ascontiguousarray(code), empty(code.shape)
    flat, into = code.reshape(-1, 3), out.reshape(-1, 3)
    matrix, offset = change.matrix.astype(np.float32), change.offset.astype(np.float32)
    split_rows(lambda first, end: affine_rows(flat[first:end], matrix, offset, into[first:end]), len(flat), out.nbytes)
    return out


def quantiles(given: Samples, count: int = QUANTILES) -> Reals:
    """Below which value lie 0, …, all of the colours, channel by channel: count x 3."""
    wanted = np.linspace(0, 1, count)
    result = np.empty((count, 3))
    for channel in range(3):
        order = np.argsort(given.colours[:, channel], kind="stable")
        weights = given.weights[order].astype(np.float64)
        # A colour stands for the share of the weight about it; the lowest is 0, the highest 1.
        rank = np.cumsum(weights) - 0.5 * weights
        spread = rank[-1] - rank[0]
        rank = (rank - rank[0]) / (spread if spread > 0 else 1.0)
        result[:, channel] = np.interp(wanted, rank, given.colours[order, channel])
    return result


def histogram_match(source: Reals, target: Reals) -> Bends:
    """The map, channel by channel, that gives one picture the quantiles of another."""
    low, high = source[0], source[-1]
    width = np.maximum(high - low, 1e-6)
    tables = np.empty((3, STEPS + 1), np.float32)
    for channel in range(3):
        at = np.linspace(low[channel], low[channel] + width[channel], STEPS + 1)
        rising = source[:, channel] + np.arange(len(source)) * 1e-12  # equal colours spread over their ranks
        tables[channel] = np.interp(at, rising, target[:, channel]) - at
        if high[channel] - low[channel] < 1e-6:
            tables[channel] = target[:, channel].mean() - low[channel]
    return Bends(np.eye(3, dtype=np.float32), low.astype(np.float32), (STEPS / width).astype(np.float32), tables)


def bend(code: Pixels, bends: Bends, gain: float = 1.0) -> Pixels:
    """A picture's colours changed along directions, all at once; `gain` of each change."""
    from nodegraph.ops.colour_kernels import bend_rows

    out = empty(code.shape, code.dtype)
    before, after = code.reshape(-1, 3), out.reshape(-1, 3)
    share = code.dtype.type(gain)

    def rows(first: int, end: int) -> None:
        after[first:end] = before[first:end]
        bend_rows(after, bends.directions, bends.low, bends.scale, bends.tables, share, first, end)

    split_rows(rows, len(after), out.nbytes * len(bends.directions))
    return out


def _square_root(matrix: Reals) -> Reals:
    values, vectors = np.linalg.eigh(matrix)
    result: Reals = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    return result


def _solid(*many: Moments) -> list[Moments]:
    """The moments with a little variance every way, so that none is divided by nothing."""
    usual = sum(float(np.trace(each.covariance)) for each in many) / (3 * len(many))
    little = np.eye(3) * max(LEAST * usual, 1e-12)
    return [Moments(each.mean, _not_below_nothing(each.covariance) + little) for each in many]


def _not_below_nothing(covariance: Reals) -> Reals:
    """A covariance whose variance is nowhere less than none: that of greys is none two ways, but for the rounding."""
    values, vectors = np.linalg.eigh(covariance)
    if values[0] >= 0:
        return covariance
    result: Reals = (vectors * np.maximum(values, 0)) @ vectors.T
    return result


def _about(matrix: Any, source: Moments, target: Moments) -> Affine:
    return Affine(matrix, target.mean - matrix @ source.mean)
