"""Plots as SVG: curves over frames, bars, shares of a whole. Text only, so that a page holds them itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from nodegraph.bench.exhibits import Bars, Curves, Shares

WIDTH, HEIGHT = 720, 250
LEFT, RIGHT, TOP, BOTTOM = 54, 14, 12, 30
# Told apart by every eye (Okabe and Ito's set), on dark grey; what is true is drawn last and white.
COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2", "#9a9a9a")
TRUTH = "#f2f2f2"
SMALL = 0.06  # shares below it carry no words
LETTER = 6.6  # about how wide one is
MOST = 10  # parts of a whole that are told apart


def curves(plot: Curves) -> str:
    """Lines over frames, with their names above."""
    lines = {name: np.asarray(values, np.float64) for name, values in plot.lines.items()}
    low = min(float(np.nanmin(each)) for each in lines.values())
    high = max(float(np.nanmax(each)) for each in lines.values())
    ticks = nice(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    count = max(len(each) for each in lines.values())

    def x(k: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * k / max(1, count - 1)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / max(1e-12, high - low)

    parts = [_grid(y(tick), _number(tick)) for tick in ticks]
    for tick in nice(plot.first, plot.first + count - 1, whole=True):
        k = tick - plot.first
        if 0 <= k < count:
            parts.append(f'<text x="{x(k):.1f}" y="{HEIGHT - 10}" text-anchor="middle">{tick:.0f}</text>')
    for k, (name, values) in enumerate(sorted(lines.items(), key=lambda each: each[0] == "truth")):
        path = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in enumerate(values) if math.isfinite(v))
        dashes = ' stroke-dasharray="5 4"' if name == "truth" else ""
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{_colour(name, k)}" stroke-width="1.8"{dashes} '
            'stroke-linejoin="round"/>'
        )
    names = sorted(lines, key=lambda name: name == "truth")
    return _legend([(name, _colour(name, k)) for k, name in enumerate(names)]) + _svg(HEIGHT, parts)


def bars(plot: Bars) -> str:
    """A bar for each thing, and behind it what it was before."""
    row, left = 28, 20 + LETTER * max(len(name) for name in plot.values)
    before = plot.before or {}
    high = nice(0.0, max([1e-9, *plot.values.values(), *before.values()]))[-1]
    height = row * len(plot.values) + 26
    scale = (WIDTH - left - 70) / high
    parts = []
    for tick in nice(0.0, high):
        at = left + tick * scale
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="4" y2="{height - 22}" class="grid"/>')
        parts.append(f'<text x="{at:.1f}" y="{height - 6}" text-anchor="middle">{_number(tick)}</text>')
    for k, (name, value) in enumerate(plot.values.items()):
        top = 4 + row * k
        end = max(value, before.get(name, 0.0)) * scale
        parts.append(f'<text x="{left - 8}" y="{top + 17}" text-anchor="end" class="name">{escape(name)}</text>')
        if name in before:
            width = before[name] * scale
            parts.append(f'<rect x="{left}" y="{top + 3}" width="{width:.1f}" height="20" rx="2" fill="#5a5a5a"/>')
        parts.append(
            f'<rect x="{left}" y="{top + 6}" width="{max(0.0, value) * scale:.1f}" height="14" rx="2" '
            f'fill="{COLOURS[1]}"/><text x="{left + end + 6:.1f}" y="{top + 17}">{_number(value)}</text>'
        )
    legend = _legend([("before", "#5a5a5a"), ("after", COLOURS[1])]) if before else ""
    return legend + _svg(height, parts)


def shares(plot: Shares) -> str:
    """A bar for each whole, its parts side by side, all to one scale."""
    left, row = 20 + LETTER * max(len(title) for title in plot.wholes), 46
    names = list(dict.fromkeys(name for whole in plot.wholes.values() for name in whole))
    names.sort(key=lambda name: -max(whole.get(name, 0.0) for whole in plot.wholes.values()))
    kept = names[:MOST]
    longest = max(1e-12, *(sum(whole.values()) for whole in plot.wholes.values()))
    scale = (WIDTH - left - 50 - LETTER * len(plot.unit)) / longest
    parts = []
    for k, (title, whole) in enumerate(plot.wholes.items()):
        top, at, total = 6 + row * k, float(left), sum(whole.values())
        parts.append(f'<text x="{left - 8}" y="{top + 20}" text-anchor="end" class="name">{escape(title)}</text>')
        for name, value in sorted(whole.items(), key=lambda each: -each[1]):
            colour, width = _part(name, kept), value * scale
            parts.append(
                f'<rect x="{at:.1f}" y="{top}" width="{max(0.5, width - 1):.1f}" height="30" fill="{colour}">'
                f"<title>{escape(name)}: {_number(value)} {escape(plot.unit)}</title></rect>"
            )
            if value > SMALL * longest:
                share = 100 * value / total
                parts.append(f'<text x="{at + 5:.1f}" y="{top + 19}" class="on">{share:.0f} %</text>')
            at += width
        parts.append(f'<text x="{at + 6:.1f}" y="{top + 20}">{_number(total)} {escape(plot.unit)}</text>')
    legend = _legend([(name, _part(name, kept)) for name in kept])
    return legend + _svg(row * len(plot.wholes) + 4, parts)


def nice(low: float, high: float, *, whole: bool = False, about: int = 5) -> list[float]:
    """Round numbers that span a range."""
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    span = max(high - low, 1.0) if whole else high - low
    step = 10.0 ** math.floor(math.log10(span / about))
    step = next((step * m for m in (1, 2, 5, 10) if span / (step * m) <= about), step * 10)
    if whole:
        step = max(1.0, step)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [k * step for k in range(first, last + 1)]


def _colour(name: str, k: int) -> str:
    return TRUTH if name == "truth" else COLOURS[k % len(COLOURS)]


def _part(name: str, kept: Sequence[str]) -> str:
    return COLOURS[kept.index(name) % len(COLOURS)] if name in kept else "#6a6a6a"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _grid(y: float, label: str) -> str:
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>'
        f'<text x="{LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
    )


def _legend(entries: Sequence[tuple[str, str]]) -> str:
    items = "".join(f'<span><i style="background:{colour}"></i>{escape(name)}</span>' for name, colour in entries)
    return f'<p class="legend">{items}</p>'


def _svg(height: int, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img">{"".join(parts)}</svg>'
