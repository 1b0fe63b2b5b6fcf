"""The loops of colour_transfer.py and colour_transport.py, compiled: imported only where pixels are at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
ZERO = np.float32(0)
BLOCK = 2048  # colours that are worked on at once: they stay in the nearest cache


def _compiled(function: F) -> F:
    return cast(F, njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})(function))


def _exact(function: F) -> F:
    # "x - x is 0" is how a number is told from what is none: no algebra on it.
    return cast(F, njit(nogil=True, cache=True, error_model="numpy")(function))


@_exact
def counts(colours: Any, weights: Any, k: int) -> bool:
    """True for a colour that has weight and is a number."""
    total = colours[k, 0] + colours[k, 1] + colours[k, 2]
    return bool(weights[k] > ZERO and total - total == ZERO)


@_exact
def counted(colours: Any, weights: Any) -> int:
    """How many colours count."""
    count = 0
    for k in range(colours.shape[0]):
        count += counts(colours, weights, k)
    return count


@_exact
def picked(colours: Any, weights: Any, count: int) -> Any:
    """The colours that count, and their weights."""
    kept, heavy = np.empty((count, 3), colours.dtype), np.empty(count, weights.dtype)
    n = 0
    for k in range(colours.shape[0]):
        if counts(colours, weights, k):
            kept[n], heavy[n] = colours[k], weights[k]
            n += 1
    return kept, heavy


@_compiled
def moments_of(colours: Any, weights: Any) -> Any:
    """Weighted sums about the first colour: weight, x, y, z, xx, xy, xz, yy, yz, zz."""
    sums = np.zeros(10)
    part = np.zeros(10, np.float32)
    x0, y0, z0 = colours[0, 0], colours[0, 1], colours[0, 2]
    for start in range(0, colours.shape[0], 256):  # short sums in single precision, their sum in double
        w1 = w_x = w_y = w_z = xx = xy = xz = yy = yz = zz = ZERO
        for k in range(start, min(start + 256, colours.shape[0])):
            w, x, y, z = weights[k], colours[k, 0] - x0, colours[k, 1] - y0, colours[k, 2] - z0
            wx, wy, wz = w * x, w * y, w * z
            w1 += w
            w_x += wx
            w_y += wy
            w_z += wz
            xx += wx * x
            xy += wx * y
            xz += wx * z
            yy += wy * y
            yz += wy * z
            zz += wz * z
        part[0], part[1], part[2], part[3], part[4] = w1, w_x, w_y, w_z, xx
        part[5], part[6], part[7], part[8], part[9] = xy, xz, yy, yz, zz
        sums += part
    return sums


@_compiled
def affine_rows(colours: Any, matrix: Any, offset: Any, out: Any, first: int, end: int) -> None:
    """Colours through a matrix and an offset."""
    a, b, c = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    d, e, f = matrix[1, 0], matrix[1, 1], matrix[1, 2]
    g, h, i = matrix[2, 0], matrix[2, 1], matrix[2, 2]
    p, q, r = offset[0], offset[1], offset[2]
    for k in range(first, end):
        x, y, z = colours[k, 0], colours[k, 1], colours[k, 2]
        out[k, 0] = a * x + b * y + c * z + p
        out[k, 1] = d * x + e * y + f * z + q
        out[k, 2] = g * x + h * y + i * z + r


@_compiled
def bend_rows(
    colours: Any, directions: Any, low: Any, scale: Any, tables: Any, gain: Any, first: int, end: int
) -> None:
    """Colours moved, in place, along all directions at once by what the tables say of where they lie along each."""
    last = tables.shape[1] - 1
    top = np.float32(last)
    kind = colours.dtype  # single as shipped; double to be compared with
    x, y, z = np.empty(BLOCK, kind), np.empty(BLOCK, kind), np.empty(BLOCK, kind)
    dx, dy, dz = np.empty(BLOCK, kind), np.empty(BLOCK, kind), np.empty(BLOCK, kind)
    for start in range(first, end, BLOCK):
        count = min(BLOCK, end - start)
        for k in range(count):
            x[k], y[k], z[k] = colours[start + k, 0], colours[start + k, 1], colours[start + k, 2]
            dx[k] = dy[k] = dz[k] = ZERO
        for j in range(directions.shape[0]):
            table = tables[j]
            a, b, c = directions[j, 0], directions[j, 1], directions[j, 2]
            from_, by = low[j], scale[j]
            for k in range(count):
                at = (x[k] * a + y[k] * b + z[k] * c - from_) * by
                at = at if at > ZERO else ZERO  # of a broken pixel too
                at = at if at < top else top
                n = min(np.int32(at), np.int32(last - 1))
                share = at - np.float32(n)
                move = table[n] + (table[n + 1] - table[n]) * share
                dx[k] += a * move
                dy[k] += b * move
                dz[k] += c * move
        for k in range(count):
            colours[start + k, 0] = x[k] + gain * dx[k]
            colours[start + k, 1] = y[k] + gain * dy[k]
            colours[start + k, 2] = z[k] + gain * dz[k]


@_compiled
def reach_along(colours: Any, direction: Any) -> Any:
    """The lowest and the highest place of colours along a direction."""
    a, b, c = direction[0], direction[1], direction[2]
    low = high = colours[0, 0] * a + colours[0, 1] * b + colours[0, 2] * c
    for k in range(1, colours.shape[0]):
        at = colours[k, 0] * a + colours[k, 1] * b + colours[k, 2] * c
        low = min(low, at)
        high = max(high, at)
    return low, high


@_compiled
def shares_along(colours: Any, weights: Any, direction: Any, low: Any, scale: Any, least: float, edges: Any) -> None:
    """The share of the colours below each edge of equal steps along a direction; each step has a `least` share."""
    a, b, c = direction[0], direction[1], direction[2]
    steps = edges.shape[0] - 1
    edges[:] = 0.0
    for k in range(colours.shape[0]):
        at = (colours[k, 0] * a + colours[k, 1] * b + colours[k, 2] * c - low) * scale
        edges[min(max(np.int32(at), np.int32(0)), np.int32(steps - 1)) + 1] += weights[k]
    total = 0.0
    for n in range(1, steps + 1):
        total += edges[n]
    floor = least * total
    below = 0.0
    for n in range(1, steps + 1):
        below += edges[n] + floor
        edges[n] = below
    for n in range(1, steps + 1):
        edges[n] /= below


@_compiled
def bend_tables(
    source: Any,
    source_weights: Any,
    target: Any,
    target_weights: Any,
    directions: Any,
    least: float,
    low: Any,
    scale: Any,
    tables: Any,
    first: int,
    end: int,
) -> None:
    """For each direction the table that moves the places of one set of colours along it to those of the other."""
    steps = tables.shape[1] - 1
    here, there = np.empty(steps + 1), np.empty(steps + 1)
    for j in range(first, end):
        direction = directions[j]
        low_1, high_1 = reach_along(source, direction)
        low_2, high_2 = reach_along(target, direction)
        start, stop = min(low_1, low_2), max(high_1, high_2)
        width = max(stop - start, np.float32(1e-6))
        low[j], scale[j] = start, np.float32(steps) / width
        shares_along(source, source_weights, direction, start, scale[j], least, here)
        shares_along(target, target_weights, direction, start, scale[j], least, there)
        step = width / steps
        n = 0
        for k in range(steps + 1):
            while n < steps - 1 and there[n + 1] < here[k]:
                n += 1
            at = n + (here[k] - there[n]) / (there[n + 1] - there[n])
            tables[j, k] = (min(max(at, 0.0), float(steps)) - k) * step


@_compiled
def lattice_rows(
    colours: Any, axes: Any, low: Any, scale: Any, nodes: Any, change: Any, out: Any, first: int, end: int
) -> None:
    """Colours plus the change that a lattice has at their place, straight between its nodes, level outside."""
    tops = (np.float32(nodes[0] - 1), np.float32(nodes[1] - 1), np.float32(nodes[2] - 1))
    far_2, far_1 = 3, 3 * nodes[2]
    far_0 = far_1 * nodes[1]
    for k in range(first, end):
        x, y, z = colours[k, 0], colours[k, 1], colours[k, 2]
        u = (axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z - low[0]) * scale[0]
        v = (axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z - low[1]) * scale[1]
        w = (axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z - low[2]) * scale[2]
        u, v, w = u if u > ZERO else ZERO, v if v > ZERO else ZERO, w if w > ZERO else ZERO  # broken pixels too
        u, v, w = min(u, tops[0]), min(v, tops[1]), min(w, tops[2])
        i, j, m = min(np.int32(u), nodes[0] - 2), min(np.int32(v), nodes[1] - 2), min(np.int32(w), nodes[2] - 2)
        u, v, w = u - np.float32(i), v - np.float32(j), w - np.float32(m)
        at = i * far_0 + j * far_1 + m * far_2
        for c in range(3):
            a = at + c
            b = a + far_1
            p = change[a] + (change[a + far_2] - change[a]) * w
            q = change[b] + (change[b + far_2] - change[b]) * w
            a, b = a + far_0, b + far_0
            r = change[a] + (change[a + far_2] - change[a]) * w
            s = change[b] + (change[b + far_2] - change[b]) * w
            p, r = p + (q - p) * v, r + (s - r) * v
            out[k, c] = colours[k, c] + p + (r - p) * u
