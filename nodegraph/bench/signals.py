"""What is read off signals over time: how much they tremble, how far they lag, how much of their swing is left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.floating]  # frames, or frames x numbers


TREMBLE = 6.0  # frames: what comes and goes faster trembles (4 Hz and up at 24 a second); slower, it drifts
CALM = 7  # frames over which speeds are averaged before they are compared
FINE = 8  # shifts to a frame that are tried


def jitter(error: Signal, slowest: float = TREMBLE) -> float:
    """How far places tremble from frame to frame, drift left out; the first axis is frames.

    Scaled so that noise of one pixel on each frame gives one pixel.
    """
    count = len(error)
    flat = np.asarray(error, np.float64).reshape(count, -1)
    line = np.arange(count) - (count - 1) / 2
    flat = flat - flat.mean(axis=0)
    flat = flat - line[:, None] * (line @ flat) / (line @ line)
    window = np.hanning(count + 2)[1:-1, None]
    power = np.abs(np.fft.rfft(flat * window, axis=0)) ** 2 / (window**2).sum()
    frequency = np.fft.rfftfreq(count)
    once = (frequency == 0) | (frequency == 0.5)  # all others stand for two: a frequency and its mirror
    counted = np.where(once, 1.0, 2.0) * (frequency >= 1 / slowest)
    return float(np.sqrt((counted @ power).mean() / counted.sum()))


def lag(moving: Signal, after: Signal, reach: int = 8) -> float:
    """By how many frames `after` comes later than `moving`: the peak of their correlation, to a fraction of a frame.

    Both are compared by their speed, so that neither a steady offset nor a drift counts for anything.
    """
    from scipy.interpolate import CubicSpline

    one, other = _speed(moving), _speed(after)
    reach = min(reach, (len(one) - 1) // 3)
    frames = np.arange(reach, len(one) - reach)
    early, between = one[frames], CubicSpline(np.arange(len(other)), other)
    shifts = np.arange(-reach * FINE, reach * FINE + 1) / FINE
    alike = np.array([_alike(early, between(frames + shift)) for shift in shifts])
    best = int(alike.argmax())
    if not 0 < best < len(alike) - 1:
        return float(shifts[best])
    left, middle, right = alike[best - 1 : best + 2]
    return float(shifts[best] + 0.5 / FINE * (left - right) / (left - 2 * middle + right))


def _speed(signal: Signal) -> Signal:
    """What is moved in a frame, noise averaged away evenly to both sides."""
    weights = np.hanning(CALM + 2)[1:-1]
    steps = np.diff(np.asarray(signal, np.float64).reshape(len(signal), -1), axis=0)
    return np.stack([np.convolve(each, weights / weights.sum(), "valid") for each in steps.T], axis=1)


def _alike(one: Signal, other: Signal) -> float:
    """How alike two signals are, -1 to 1, whatever their means."""
    one, other = one - one.mean(axis=0), other - other.mean(axis=0)
    return float((one * other).sum() / max(1e-12, np.sqrt((one**2).sum() * (other**2).sum())))


def kept(before: Signal, after: Signal, peaks: NDArray[np.bool_]) -> float:
    """How much of a signal's swing is left at the frames where it swings furthest, 0 to 1 and beyond.

    The rest is the median; the swing is what it differs from there. `peaks` marks the frames that count.
    """
    rest_before, rest_after = float(np.median(before)), float(np.median(after))
    return float((after[peaks] - rest_after).mean() / (before[peaks] - rest_before).mean())


def furthest(signal: Signal, share: float = 0.8) -> NDArray[np.bool_]:
    """The frames where a signal is nearly as far from its rest as it ever is: shut lids, an open mouth."""
    far = np.abs(signal - np.median(signal))
    return np.asarray(far >= share * far.max())


def flicker(pictures: Signal) -> float:
    """How much pixels change from frame to frame beyond a steady change; rows are frames."""
    second = pictures[2:] - 2 * pictures[1:-1] + pictures[:-2]
    return float(np.abs(second).mean() / 2)
