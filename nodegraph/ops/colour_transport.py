"""The whole distribution of colours carried from one picture to another, by moves along fixed directions.

Along one direction, carrying one distribution to another is a sorted list to a sorted list. Iterated distribution
transfer (Pitie, Kokaram and Dahyot 2005) does so along three axes at a time, turned anew each time; sliced optimal
transport (Rabin, Peyre, Delon and Bernot 2011) goes the mean way of many directions. The directions are spread
evenly over all turns there are (Alexa 2022) and are always the same: two renders are one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels
from nodegraph.data.memory import size_of
from nodegraph.data.threads import split_rows
from nodegraph.ops.colour_transfer import OPPONENT, PIECES, Affine, Bends, Colours, Reals, Samples, bend, cuts

Turns = NDArray[np.float32]  # steps x directions x 3
Parts = list[Samples]
IDT_TURNS, IDT_STEPS = 20, 256
SOT_TURNS, SOT_BATCH, SOT_STEPS = 10, 30, 1024
FLOOR = 0.01  # share of all colours that is spread evenly: where there are none, chance does not decide
SCARCE = 1e-2  # of all weight, spread evenly: nodes without colours have neighbours too
NODES = (33, 17, 17)  # of a lattice: along brightness, along the colour differences


@cache
def turns(count: int) -> NDArray[np.float64]:
    """So many rotations, evenly spread over all there are: count x 3 x 3 (Alexa 2022, a spiral of quaternions)."""
    golden, plastic = math.sqrt(2.0), 1.533751168755204288118041413
    s = np.arange(count) + 0.5
    t = s / count
    a, b = 2 * math.pi * s / golden, 2 * math.pi * s / plastic
    x, y = np.sqrt(t) * np.sin(a), np.sqrt(t) * np.cos(a)
    z, w = np.sqrt(1 - t) * np.sin(b), np.sqrt(1 - t) * np.cos(b)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    result = np.array(rows).transpose(2, 0, 1)
    result.flags.writeable = False
    return result


def idt_directions(count: int = IDT_TURNS) -> Turns:
    """Three axes at a time."""
    return np.ascontiguousarray(turns(count), np.float32)


def sot_directions(count: int = SOT_TURNS, batch: int = SOT_BATCH) -> Turns:
    """Bundles of directions: the axes of a share of all turns, taken so that each bundle is spread over them all."""
    many = -(-batch // 3)
    axes = turns(count * many).reshape(many, count, 3, 3).transpose(1, 0, 2, 3)
    return np.ascontiguousarray(axes.reshape(count, -1, 3)[:, :batch], np.float32)


def moves(own: Parts, others: Parts, ends: NDArray[Any], directions: Turns, steps: int) -> Bends:
    """The changes along directions that carry one distribution to the other, each by itself.

    `ends` is where the colours of each part begin and end along each direction.
    """
    from nodegraph.ops.colour_kernels import bend_tables, weights_along

    count, kind = len(directions), ends.dtype
    low = ends[..., 0].min(axis=(0, 1))
    width = np.maximum(ends[..., 1].max(axis=(0, 1)) - low, kind.type(1e-6))
    scale = kind.type(steps) / width
    found = np.empty((2, PIECES, count, steps))

    def weigh(first: int, end: int) -> None:
        for k in range(first, end):
            for each, into in zip((own, others), found, strict=True):
                weights_along(*each[k], directions, low, scale, into[k])

    split_rows(weigh, PIECES, count * (size_of(own) + size_of(others)))
    tables = np.empty((count, steps + 1), kind)
    here, there = found.sum(axis=1)
    bend_tables(here, there, FLOOR / steps, width, tables)
    return Bends(directions, low, scale, tables)


def pieces(given: Samples) -> Parts:
    """Some colours in pieces for threads."""
    return [Samples(given.colours[a:b], given.weights[a:b]) for a, b in pairwise(cuts(len(given.colours)))]


def carried(source: Samples, target: Samples, bundles: Turns, gain: float, steps: int, along: Colours) -> Colours:
    """Where colours `along` for the ride end when the source is carried to the target; the source itself by itself.

    `gain` is the share of each direction's move that is gone: 1 of three axes, 1 / n for the mean of n directions.
    A piece of the source is bent, and at once seen along the next directions, while it is still near the processor.
    """
    from nodegraph.ops.colour_kernels import bend_rows, reach_along

    alone, kind = along is source.colours, source.colours.dtype
    colours: Colours = np.array(source.colours)
    own, others = pieces(Samples(colours, source.weights)), pieces(target)
    ends = np.empty((len(bundles), 2, PIECES, bundles.shape[1], 2), kind)

    def begin(first: int, end: int) -> None:
        for k in range(first, end):
            for directions, into in zip(bundles, ends[:, 1, k], strict=True):
                reach_along(others[k].colours, directions, into)
            reach_along(own[k].colours, bundles[0], ends[0, 0, k])

    split_rows(begin, PIECES, bundles.shape[1] * (len(bundles) * target.colours.nbytes + colours.nbytes))
    for turn, directions in enumerate(bundles):
        change = moves(own, others, ends[turn], directions, steps)

        def go_on(first: int, end: int, turn: int = turn, change: Bends = change) -> None:
            for k in range(first, end):
                piece, share = own[k].colours, kind.type(gain)
                bend_rows(piece, change.directions, change.low, change.scale, change.tables, share, 0, len(piece))
                if turn + 1 < len(bundles):
                    reach_along(piece, bundles[turn + 1], ends[turn + 1, 0, k])

        split_rows(go_on, PIECES, colours.nbytes * len(directions))
        if not alone:
            along = bend(along, change, gain)
    return colours if alone else along


def idt(source: Samples, target: Samples, along: Colours | None = None, count: int = IDT_TURNS) -> Colours:
    """Iterated distribution transfer."""
    return carried(source, target, idt_directions(count), 1.0, IDT_STEPS, source.colours if along is None else along)


def sot(
    source: Samples,
    target: Samples,
    along: Colours | None = None,
    batch: int = SOT_BATCH,
    steps: int = SOT_STEPS,
) -> Colours:
    """Sliced optimal transport."""
    directions = sot_directions(batch=batch)
    return carried(source, target, directions, 1.0 / batch, steps, source.colours if along is None else along)


@dataclass(frozen=True, eq=False)
class Lattice:
    """A map of colours, known at the nodes of a lattice in brightness and two colour differences.

    Between nodes the change is straight, outside the lattice level: however bright or far a colour is, it goes with
    its nearest neighbours.
    """

    low: Reals
    high: Reals
    change: NDArray[np.float32]  # nodes x nodes x nodes x 3: what is added to a colour

    @property
    def places(self) -> Colours:
        """The colours of the nodes."""
        return places(self.low, self.high, self.change.shape[:3])

    def with_brightness(self, change: Affine) -> Lattice:
        """This map with the brightness that another one gives."""
        at = self.places.astype(np.float64)
        grey = OPPONENT[0]
        wanted = (at @ change.matrix.T + change.offset - at) @ grey
        moved = self.change.reshape(-1, 3) + np.outer(wanted - self.change.reshape(-1, 3) @ grey, grey)
        return Lattice(self.low, self.high, moved.reshape(self.change.shape).astype(np.float32))


def places(low: Reals, high: Reals, nodes: tuple[int, ...] = NODES) -> Colours:
    """The colours of the nodes of a lattice."""
    lines = [np.linspace(low[k], high[k], count) for k, count in enumerate(nodes)]
    grid = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.ascontiguousarray(grid @ OPPONENT, np.float32)


def around(given: Samples, grain: float = 1 / 16) -> tuple[Reals, Reals]:
    """Where colours lie along brightness and colour differences, rounded outwards so that it seldom moves."""
    at = given.colours @ OPPONENT.T.astype(np.float32)
    low, high = at.min(axis=0).astype(np.float64), at.max(axis=0).astype(np.float64)
    return np.floor(low / grain) * grain, np.ceil(high / grain + 1e-3) * grain


def lattice(moved: Colours, low: Reals, high: Reals, nodes: tuple[int, ...] = NODES) -> Lattice:
    """The map of a lattice whose nodes went elsewhere."""
    change = moved - places(low, high, nodes)
    return Lattice(low, high, np.ascontiguousarray(change.reshape(*nodes, 3), np.float32))


def evened(given: Lattice, source: Samples, passes: int) -> Lattice:
    """The map without what is only chance in it: each node takes after its neighbours, the more colours they have.

    The transport knows every grain of both pictures; it is the neighbourhood that a film stock has in common.
    """
    if passes <= 0:
        return given
    nodes = np.array(given.change.shape[:3])
    at = source.colours @ OPPONENT.T.astype(np.float32)
    near = np.rint((at - given.low) / (given.high - given.low) * (nodes - 1)).astype(np.int64)
    near = np.clip(near, 0, nodes - 1)
    flat = np.ravel_multi_index(tuple(near.T), tuple(nodes))
    weights = np.bincount(flat, source.weights, int(nodes.prod())).reshape(nodes)
    weights = weights / weights.sum() + SCARCE / weights.size
    change = given.change.astype(np.float64)
    for _ in range(passes):
        change, around_ = change * weights[..., None], weights
        for axis in range(3):
            change, around_ = _binomial(change, axis), _binomial(around_, axis)
        change = change / around_[..., None]
    return Lattice(given.low, given.high, change.astype(np.float32))


def _binomial(field: Reals, axis: int) -> Reals:
    wide = np.pad(field, [(1, 1) if k == axis else (0, 0) for k in range(field.ndim)], mode="edge")
    size = field.shape[axis]
    before, here, after = (np.take(wide, range(k, k + size), axis) for k in range(3))
    return 0.25 * before + 0.5 * here + 0.25 * after


def through_lattice(code: Pixels, change: Lattice) -> Pixels:
    """A picture's colours through a lattice."""
    from nodegraph.ops.colour_kernels import lattice_rows

    code, out = np.ascontiguousarray(code), empty(code.shape)
    flat, into = code.reshape(-1, 3), out.reshape(-1, 3)
    nodes = np.array(change.change.shape[:3], np.int32)
    scale = ((nodes - 1) / (change.high - change.low)).astype(np.float32)
    axes, low, table = OPPONENT.astype(np.float32), change.low.astype(np.float32), change.change.reshape(-1)
    split_rows(
        lambda first, end: lattice_rows(flat, axes, low, scale, nodes, table, into, first, end), len(flat), out.nbytes
    )
    return out
