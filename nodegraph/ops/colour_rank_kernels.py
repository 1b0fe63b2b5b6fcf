"""The loops of colour_ranks.py, compiled: imported only where pixels are at hand, for numba is slow to load."""

from __future__ import annotations

from typing import Any

import numpy as np

from nodegraph.data.compiled import compiled

ZERO = np.float32(0)
SIGN = np.uint32(0x80000000)
DIGIT = 2048  # numbers are sorted by 11 bits at a time
BITS = np.uint32(11)
MASK = np.uint32(DIGIT - 1)
BLOCK = 4096


_compiled = compiled("contract", "nsz")


@_compiled
def project(colours: Any, direction: Any, places: Any, keys: Any) -> None:
    """How far along a direction, and the same as whole numbers in the same order (Herf 2001)."""
    a, b, c = direction[0], direction[1], direction[2]
    for k in range(colours.shape[0]):
        places[k] = colours[k, 0] * a + colours[k, 1] * b + colours[k, 2] * c
        keys[k] = places[k]
    bits = keys.view(np.uint32)
    for k in range(bits.shape[0]):
        value = bits[k]
        bits[k] = ~value if value & SIGN else value | SIGN


@_compiled
def sort(keys: Any, order: Any, spare_keys: Any, spare_order: Any, starts: Any) -> None:
    """Sort whole numbers and say where each came from; equal ones keep their order. The answer lies in the spares."""
    count = keys.shape[0]
    starts[:] = 0
    for k in range(count):
        key = keys[k]
        starts[0, key & MASK] += 1
        starts[1, (key >> BITS) & MASK] += 1
        starts[2, key >> (BITS + BITS)] += 1
    for digit in range(3):
        below = 0
        for n in range(DIGIT):
            many = starts[digit, n]
            starts[digit, n] = below
            below += many
    for k in range(count):
        key = keys[k]
        n = key & MASK
        at = starts[0, n]
        starts[0, n] = at + 1
        spare_keys[at], spare_order[at] = key, k
    for k in range(count):
        key = spare_keys[k]
        n = (key >> BITS) & MASK
        at = starts[1, n]
        starts[1, n] = at + 1
        keys[at], order[at] = key, spare_order[k]
    for k in range(count):
        key = keys[k]
        n = key >> (BITS + BITS)
        at = starts[2, n]
        starts[2, n] = at + 1
        spare_keys[at], spare_order[at] = key, order[k]


@_compiled
def ranked(colours: Any, direction: Any, keys: Any, order: Any, spares: Any, places: Any, sorted_: Any) -> None:
    """The places of colours along a direction in their order, and whose they are."""
    count = colours.shape[0]
    spare_keys, spare_order, starts = spares
    project(colours, direction, places, keys)
    sort(keys.view(np.uint32), order, spare_keys[:count], spare_order[:count], starts)
    for k in range(count):
        owner = spare_order[k]
        order[k], sorted_[k] = owner, places[owner]
    for k in range(1, count):  # what single precision could not tell apart
        owner, place = order[k], sorted_[k]
        n = k
        while n > 0 and sorted_[n - 1] > place:
            order[n], sorted_[n] = order[n - 1], sorted_[n - 1]
            n -= 1
        order[n], sorted_[n] = owner, place


@_compiled
def moves_by_rank(
    source: Any, weights: Any, target: Any, target_weights: Any, directions: Any, moves: Any, first: int, end: int
) -> None:
    """For each direction how far each colour of the source is from the target's colour of the same rank."""
    count, many = source.shape[0], target.shape[0]
    most = max(count, many)
    keys, places = np.empty(most, np.float32), np.empty(most, source.dtype)
    here, here_order = np.empty(count, source.dtype), np.empty(count, np.uint32)
    goal, goal_order = np.empty(many, source.dtype), np.empty(many, np.uint32)
    spares = (np.empty(most, np.uint32), np.empty(most, np.uint32), np.empty((3, DIGIT), np.int64))
    even = count == many
    total, target_total = 0.0, 0.0
    for k in range(count):
        total += weights[k]
        even = even and weights[k] == weights[0]
    for k in range(many):
        target_total += target_weights[k]
        even = even and target_weights[k] == target_weights[0]
    for j in range(first, end):
        ranked(source, directions[j], keys[:count], here_order, spares, places, here)
        ranked(target, directions[j], keys[:many], goal_order, spares, places, goal)
        if even:
            for k in range(count):
                moves[j, here_order[k]] = goal[k] - here[k]
            continue
        # Ranks are shares of the weight; each colour stands at the middle of its own share.
        n, rank = 0, 0.0
        low = 0.5 * target_weights[goal_order[0]] / target_total
        for k in range(count):
            own = weights[here_order[k]] / total
            rank += 0.5 * own
            while n < many - 1:
                step = 0.5 * (target_weights[goal_order[n]] + target_weights[goal_order[n + 1]]) / target_total
                if low + step >= rank:
                    break
                low += step
                n += 1
            aim = goal[n]
            if n < many - 1:
                step = 0.5 * (target_weights[goal_order[n]] + target_weights[goal_order[n + 1]]) / target_total
                aim += (goal[n + 1] - aim) * min(max((rank - low) / step, 0.0), 1.0)
            moves[j, here_order[k]] = aim - here[k]
            rank += 0.5 * own


@_compiled
def add_moves(colours: Any, directions: Any, moves: Any, first: int, end: int) -> None:
    """The mean of the moves along all directions, added to the colours."""
    count = directions.shape[0]
    kind = colours.dtype
    share = 1.0 / count
    x, y, z = np.empty(BLOCK, kind), np.empty(BLOCK, kind), np.empty(BLOCK, kind)
    for start in range(first, end, BLOCK):
        many = min(BLOCK, end - start)
        x[:], y[:], z[:] = ZERO, ZERO, ZERO
        for j in range(count):
            a, b, c = directions[j, 0], directions[j, 1], directions[j, 2]
            for k in range(many):
                move = moves[j, start + k]
                x[k] += a * move
                y[k] += b * move
                z[k] += c * move
        for k in range(many):
            colours[start + k, 0] += share * x[k]
            colours[start + k, 1] += share * y[k]
            colours[start + k, 2] += share * z[k]
