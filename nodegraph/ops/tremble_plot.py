"""The tremble of tracks before and after smoothing, drawn as SVG: text only, to be looked at in any browser."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from nodegraph.ops.tremble import PARTS, UNITS, Lag, Tremble

Values = NDArray[np.float64]
Place = Callable[[float], float]

WIDTH, LEFT, RIGHT = 1180, 64, 196
ROW, GAP, HEAD, FOOT = 112, 26, 58, 34
PAPER, INK, FAINT, GRID = "#ffffff", "#24292f", "#6e7781", "#e4e8ec"
BEFORE, AFTER, CUT, HAND = "#e8743b", "#1668b5", "#8a63d2", "#1a7f37"
FONT = "Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Drawn:
    """One track, before and after."""

    name: str
    before: Tremble
    after: Tremble
    lag: Lag | None = None
    cuts: tuple[int, ...] = ()
    keys: tuple[int, ...] = ()


def tremble_plot(tracks: Sequence[Drawn], title: str) -> str:
    """A picture of all tracks, each with a strip for position, scale, rotation and shape."""
    block = HEAD + len(PARTS) * (ROW + GAP) + FOOT
    height = 64 + max(1, len(tracks)) * block
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="{FONT}" font-size="12" fill="{INK}">',
        f'<rect x="0" y="0" width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        _text(LEFT, 36, title, size=20, weight="bold"),
        *_legend(),
    ]
    if not tracks:
        parts.append(_text(LEFT, 90, "there is no track to draw", colour=FAINT))
    for number, track in enumerate(tracks):
        parts += _block(track, 64 + number * block)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend() -> Iterator[str]:
    x = WIDTH - RIGHT
    for name, colour in (("before", BEFORE), ("after", AFTER)):
        yield f'<rect x="{x}" y="26" width="18" height="10" rx="2" fill="{colour}"/>'
        yield _text(x + 24, 35, name)
        x += 84


def _block(track: Drawn, top: float) -> Iterator[str]:
    first, last = int(track.before.frames[0]), int(track.before.frames[-1])
    about = f"{first}-{last}"
    if track.lag is not None:
        later = 0.0 if abs(track.lag.frames) < 0.005 else track.lag.frames  # never -0.00
        about += f" · added lag {later:.2f} ± {track.lag.error:.2f} frames"
    yield f'<line x1="{LEFT}" y1="{top + 8}" x2="{WIDTH - 24}" y2="{top + 8}" stroke="{GRID}"/>'
    yield _text(LEFT, top + 34, track.name, size=15, weight="bold")
    yield _text(WIDTH - RIGHT - 12, top + 34, about, colour=FAINT, anchor="end")
    for number, part in enumerate(PARTS):
        yield from _strip(track, part, top + HEAD + number * (ROW + GAP), last=number == len(PARTS) - 1)


def _strip(track: Drawn, part: str, top: float, *, last: bool) -> Iterator[str]:
    before, after = track.before.parts[part], track.after.parts[part]
    known = np.concatenate([each[np.isfinite(each)] for each in (before, after)])
    high = _ceiling(float(known.max()) if known.size else 1.0)
    frames = track.before.frames
    span = max(1, int(frames[-1]) - int(frames[0]))

    def x(frame: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT - 12) * (frame - float(frames[0])) / span

    def y(value: float) -> float:
        return top + ROW - ROW * min(value, high) / high

    right = WIDTH - RIGHT - 12
    for tick in (0.0, high / 2, high):
        yield f'<line x1="{LEFT}" y1="{y(tick):.1f}" x2="{right}" y2="{y(tick):.1f}" stroke="{GRID}"/>'
        yield _text(LEFT - 8, y(tick) + 4, f"{tick:.3g}", colour=FAINT, anchor="end", size=11)
    for cut in track.cuts:
        if frames[0] < cut <= frames[-1]:
            ends = f'x1="{x(cut - 0.5):.1f}" y1="{top}" x2="{x(cut - 0.5):.1f}" y2="{top + ROW}"'
            yield f'<line {ends} stroke="{CUT}" stroke-dasharray="4 3"/>'
    for run in _runs(before):
        yield _area(run, frames, before, x, y)
        yield _line(run, frames, before, x, y, BEFORE, 1.2)
    for run in _runs(after):
        yield _line(run, track.after.frames, after, x, y, AFTER, 2.0)
    for key in track.keys:
        at = x(key)
        yield f'<path d="M {at - 4:.1f} {top - 7} h 8 l -4 7 z" fill="{HAND}"/>'
    yield from _figures(track, part, top, right + 24)
    if last:
        for tick in _ticks(int(frames[0]), int(frames[-1])):
            yield _text(x(tick), top + ROW + 18, str(tick), colour=FAINT, anchor="middle", size=11)


def _figures(track: Drawn, part: str, top: float, x: float) -> Iterator[str]:
    old, new = track.before.usual(part), track.after.usual(part)
    unit = UNITS[part]
    gap = "" if unit == "°" else " "
    yield _text(x, top + 16, part, size=14, weight="bold")
    yield _text(x, top + 38, f"{old:.3g}{gap}{unit}", colour=BEFORE, size=14)
    yield _text(x, top + 58, f"{new:.3g}{gap}{unit}", colour=AFTER, size=14)
    if old > 0:
        less = 100 * (1 - new / old)
        yield _text(x, top + 82, f"{less:.0f} % less" if less >= 0 else f"{-less:.0f} % more", size=14)


def _runs(values: Values) -> Iterator[slice]:
    """Stretches of what is known."""
    known = np.concatenate([[False], np.isfinite(values), [False]])
    edges = np.flatnonzero(known[1:] != known[:-1])
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(start), int(end))


def _points(run: slice, frames: NDArray[np.int64], values: Values, x: Place, y: Place) -> str:
    pairs = zip(frames[run], values[run], strict=True)
    return " ".join(f"{x(float(frame)):.1f},{y(float(value)):.1f}" for frame, value in pairs)


def _line(run: slice, frames: NDArray[np.int64], values: Values, x: Place, y: Place, colour: str, width: float) -> str:
    points = _points(run, frames, values, x, y)
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round" '
        'stroke-linecap="round"/>'
    )


def _area(run: slice, frames: NDArray[np.int64], values: Values, x: Place, y: Place) -> str:
    floor = y(0.0)
    start, end = x(float(frames[run][0])), x(float(frames[run][-1]))
    points = f"{start:.1f},{floor:.1f} {_points(run, frames, values, x, y)} {end:.1f},{floor:.1f}"
    return f'<polygon points="{points}" fill="{BEFORE}" fill-opacity="0.18"/>'


def _ceiling(value: float) -> float:
    """The next round number above."""
    if not value > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if value <= power * step * 1.0001)


def _ticks(first: int, last: int, most: int = 12) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000) if (last - first) / step <= most)
    return list(range(-(-first // step) * step, last + 1, step))


def _text(
    x: float, y: float, text: str, *, size: int = 12, colour: str = INK, anchor: str = "start", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )
