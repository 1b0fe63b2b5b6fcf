"""The loops of colour_transfer.py and colour_transport.py, compiled: imported only where pixels are at hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from nodegraph.data.compiled import compiled

ZERO = np.float32(0)
BLOCK = 2048  # colours that are worked on at once: they stay in the nearest cache
NEAR = 512  # the same, where each has something of its own for every direction


_compiled = compiled("contract", "reassoc", "nsz")


# For numbers that are known to be numbers.
_finite = compiled("contract", "reassoc", "nsz", "nnan", "ninf")


# What is none must be told from a number: no algebra that takes all for numbers.
_exact = compiled()


@_compiled
def _whole(numbers: Any) -> bool:
    """True if surely all of these are numbers: nothing times what is none is not nothing."""
    nothing = ZERO
    for k in range(numbers.shape[0]):
        nothing += numbers[k] * ZERO
    return bool(nothing == ZERO)


@_exact
def counted(colours: Any, weights: Any) -> int:
    """How many colours have weight and are numbers."""
    count = 0
    if _whole(colours.reshape(-1)):
        for k in range(weights.shape[0]):
            count += weights[k] > ZERO
        return count
    for k in range(colours.shape[0]):
        total = abs(colours[k, 0]) + abs(colours[k, 1]) + abs(colours[k, 2])
        count += (weights[k] > ZERO) & (total < np.inf)
    return count


@_exact
def picked(colours: Any, weights: Any, kept: Any, heavy: Any) -> None:
    """Put the colours that count, and their weights, where there is room for them."""
    n = 0
    for k in range(colours.shape[0]):
        x, y, z = colours[k, 0], colours[k, 1], colours[k, 2]
        if weights[k] > ZERO and abs(x) + abs(y) + abs(z) < np.inf:
            kept[n, 0], kept[n, 1], kept[n, 2] = x, y, z
            heavy[n] = weights[k]
            n += 1


@_compiled
def moments_of(colours: Any, weights: Any, near: Any, sums: Any) -> None:
    """Weighted sums about a colour `near` them: weight, x, y, z, xx, xy, xz, yy, yz, zz."""
    sums[:] = 0.0
    part = np.zeros(10, np.float32)
    x0, y0, z0 = near[0], near[1], near[2]
    for start in range(0, colours.shape[0], 256):  # short sums in single precision, their sum in double
        some, heavy = colours[start : start + 256], weights[start : start + 256]
        w1 = w_x = w_y = w_z = xx = xy = xz = yy = yz = zz = ZERO
        for k in range(some.shape[0]):
            w, x, y, z = heavy[k], some[k, 0] - x0, some[k, 1] - y0, some[k, 2] - z0
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


@_compiled
def affine_rows(colours: Any, matrix: Any, offset: Any, out: Any) -> None:
    """Colours through a matrix and an offset."""
    a, b, c = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    d, e, f = matrix[1, 0], matrix[1, 1], matrix[1, 2]
    g, h, i = matrix[2, 0], matrix[2, 1], matrix[2, 2]
    p, q, r = offset[0], offset[1], offset[2]
    for k in range(colours.shape[0]):
        x, y, z = colours[k, 0], colours[k, 1], colours[k, 2]
        out[k, 0] = a * x + b * y + c * z + p
        out[k, 1] = d * x + e * y + f * z + q
        out[k, 2] = g * x + h * y + i * z + r


@_compiled
def apart(colours: Any, x: Any, y: Any, z: Any) -> None:
    """Each channel of some colours by itself."""
    for k in range(colours.shape[0]):
        x[k], y[k], z[k] = colours[k, 0], colours[k, 1], colours[k, 2]


@_compiled
def bend_rows(
    colours: Any, directions: Any, low: Any, scale: Any, tables: Any, gain: Any, first: int, end: int
) -> None:
    """Colours moved, in place, along all directions at once by what the tables say of where they lie along each.

    In short loops that the processor does several turns of at once: only looking up is done one by one.
    """
    last = tables.shape[1] - 1
    kind = colours.dtype  # single as shipped; double to be compared with
    bottom, top = kind.type(0), kind.type(last)
    x, y, z, move = np.empty(BLOCK, kind), np.empty(BLOCK, kind), np.empty(BLOCK, kind), np.empty(BLOCK, kind)
    dx, dy, dz = np.empty(BLOCK, kind), np.empty(BLOCK, kind), np.empty(BLOCK, kind)
    steps = np.empty(BLOCK, np.int32)
    for start in range(first, end, BLOCK):
        some = colours[start : min(start + BLOCK, end)]
        count = some.shape[0]
        apart(some, x, y, z)
        dx[:count], dy[:count], dz[:count] = ZERO, ZERO, ZERO
        for j in range(directions.shape[0]):
            table = tables[j]
            a, b, c, from_, by = directions[j, 0], directions[j, 1], directions[j, 2], low[j], scale[j]
            for k in range(count):
                at = (x[k] * a + y[k] * b + z[k] * c - from_) * by
                at = at if at > bottom else bottom  # of a broken pixel too
                at = at if at < top else top
                steps[k] = min(np.int32(at), np.int32(last - 1))
                move[k] = at - steps[k]
            for k in range(count):
                n = np.uint32(steps[k])
                here = table[n]
                move[k] = here + (table[n + np.uint32(1)] - here) * move[k]
            for k in range(count):
                dx[k] += a * move[k]
                dy[k] += b * move[k]
                dz[k] += c * move[k]
        for k in range(count):
            some[k, 0] = x[k] + gain * dx[k]
            some[k, 1] = y[k] + gain * dy[k]
            some[k, 2] = z[k] + gain * dz[k]


@_finite
def reach_along(colours: Any, directions: Any, ends: Any) -> None:
    """The lowest and the highest place of colours along directions."""
    kind = colours.dtype
    many = directions.shape[0]
    x, y, z = np.empty(NEAR, kind), np.empty(NEAR, kind), np.empty(NEAR, kind)
    lows, highs = np.empty((many, NEAR), kind), np.empty((many, NEAR), kind)
    lows[:], highs[:] = np.finfo(kind).max, np.finfo(kind).min
    for start in range(0, colours.shape[0], NEAR):
        some = colours[start : start + NEAR]
        apart(some, x, y, z)
        for j in range(many):
            a, b, c = directions[j, 0], directions[j, 1], directions[j, 2]
            low, high = lows[j], highs[j]
            for k in range(some.shape[0]):
                at = x[k] * a + y[k] * b + z[k] * c
                low[k] = min(low[k], at)
                high[k] = max(high[k], at)
    for j in range(many):
        ends[j, 0], ends[j, 1] = lows[j].min(), highs[j].max()


@_compiled
def weights_along(colours: Any, weights: Any, directions: Any, low: Any, scale: Any, sums: Any) -> None:
    """The weight of the colours that lie in each of equal steps along directions."""
    kind = colours.dtype
    x, y, z = np.empty(BLOCK, kind), np.empty(BLOCK, kind), np.empty(BLOCK, kind)
    last = np.int32(sums.shape[1] - 1)
    steps = np.empty(BLOCK, np.int32)
    # Neighbours are alike and fall on the same step: by turns into four sums, none waits for the one before.
    apiece = np.zeros((4, *sums.shape))
    for start in range(0, colours.shape[0], BLOCK):
        some, heavy = colours[start : start + BLOCK], weights[start : start + BLOCK]
        count = some.shape[0]
        apart(some, x, y, z)
        for j in range(directions.shape[0]):
            a, b, c, from_, by = directions[j, 0], directions[j, 1], directions[j, 2], low[j], scale[j]
            for k in range(count):
                steps[k] = np.int32((x[k] * a + y[k] * b + z[k] * c - from_) * by)
            for k in range(count):
                steps[k] = min(max(steps[k], np.int32(0)), last)
            one, two, three, four = apiece[0, j], apiece[1, j], apiece[2, j], apiece[3, j]
            for quarter in range(count // 4):
                n = np.uint32(4 * quarter)
                one[np.uint32(steps[n])] += heavy[n]
                two[np.uint32(steps[n + np.uint32(1)])] += heavy[n + np.uint32(1)]
                three[np.uint32(steps[n + np.uint32(2)])] += heavy[n + np.uint32(2)]
                four[np.uint32(steps[n + np.uint32(3)])] += heavy[n + np.uint32(3)]
            for k in range(count // 4 * 4, count):
                one[steps[k]] += heavy[k]
    sums[:] = apiece[0] + apiece[1] + apiece[2] + apiece[3]


@_compiled
def shares_below(weights: Any, least: float, edges: Any) -> None:
    """The share of all weight below each edge of the steps; each step has a `least` share."""
    floor, below = least * weights.sum(), 0.0
    edges[0] = 0.0
    for n in range(weights.shape[0]):
        below += weights[n] + floor
        edges[n + 1] = below
    for n in range(1, edges.shape[0]):
        edges[n] /= below


@_compiled
def bend_tables(source: Any, target: Any, least: float, width: Any, tables: Any) -> None:
    """The tables that move what has some weights in equal steps along directions to where others have them."""
    steps = tables.shape[1] - 1
    here, there = np.empty(steps + 1), np.empty(steps + 1)
    for j in range(tables.shape[0]):
        shares_below(source[j], least, here)
        shares_below(target[j], least, there)
        step = width[j] / steps
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
