"""Smoothing over time that does not lag: every filter looks as far ahead as back.

Savitzky and Golay 1964, weighed as Schmid, Rath and Diebold 2022 advise; Casiez, Roussel and Vogel 2012 (One Euro), run
both ways; Rauch, Tung and Striebel 1965.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]  # frames x numbers


class Smoother(Enum):
    """How neighbouring frames are weighed."""

    SAVGOL = "Savitzky-Golay"
    GAUSSIAN = "Gaussian"
    ONE_EURO = "One Euro"
    KALMAN = "Kalman"


# What each makes of its window, so that all of them take about as much tremble out over the same one.
WIDE = 6.0  # standard deviations of the Gaussian in it: all that it weighs
MEMORY = 7.0  # turns of the Kalman smoother's corner frequency, in radians, over it
REST = 1.0  # turns of the One Euro filter's cut-off over it, for what rests
HASTE = 0.3  # how much of its cut-off each one of the usual noise adds to it that a speed amounts to


def smoothed(signal: Signal, smoother: Smoother, window: float) -> Signal:
    """Numbers over time, smoothed over a window of so many frames; 1 or less changes nothing."""
    if window <= 1 or len(signal) < 3:
        return signal
    match smoother:
        case Smoother.SAVGOL:
            return _savgol(signal, window)
        case Smoother.GAUSSIAN:
            return gaussian(signal, window / WIDE)
        case Smoother.ONE_EURO:
            return _one_euro(signal, window)
        case Smoother.KALMAN:
            return _kalman(signal, window)


def _mirrored(signal: Signal, reach: int) -> Signal:
    """The signal continued at both ends, turned about its end: a steady drift goes on as it was.

    The end is that of a parabola through the last values, where there are enough: a value alone would not be smoothed.
    """
    wanted = reach
    wide = signal
    while wanted > 0:
        more = min(wanted, len(wide) - 1)
        wide = np.pad(wide, ((more, more), (0, 0)), mode="reflect", reflect_type="odd")
        wanted -= more
    if len(signal) > reach > 3:
        added = (len(wide) - len(signal)) // 2
        wide[:added] += 2 * (_end(signal[reach::-1]) - signal[0])
        wide[len(wide) - added :] += 2 * (_end(signal[-reach - 1 :]) - signal[-1])
    return wide


def _end(signal: Signal) -> Signal:
    """The end of a parabola through some values."""
    powers = np.linspace(-1.0, 1.0, len(signal))[:, None] ** np.arange(3)
    result: Signal = np.linalg.lstsq(powers, signal)[0].sum(axis=0)
    return result


def _filtered(signal: Signal, weights: Signal) -> Signal:
    reach = len(weights) // 2
    wide = _mirrored(signal, reach)
    spare = (len(wide) - len(signal)) // 2 - reach
    result = np.zeros_like(signal)
    for k, weight in enumerate(weights):
        result += weight * wide[spare + k : spare + k + len(signal)]
    return result


def gaussian(signal: Signal, sigma: float) -> Signal:
    """Weighed by a Gaussian."""
    reach = max(1, int(np.ceil(3 * sigma)))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return _filtered(signal, weights / weights.sum())


def _savgol(signal: Signal, window: float) -> Signal:
    """A parabola through each stretch, which counts less towards its ends: what trembles fast does not leak through."""
    length = 2 * round((window - 1) / 2) + 1
    if length < 5:
        return gaussian(signal, window / WIDE)
    return _filtered(signal, parabola(np.hanning(length + 2)[1:-1]))


def parabola(trust: Signal) -> Signal:
    """The weights by which the middle of a least-squares parabola is made of the values around it, so trusted."""
    at = np.linspace(-1.0, 1.0, len(trust))
    powers = at[:, None] ** np.arange(3)
    weighed = powers * trust[:, None]
    result: Signal = np.linalg.solve(weighed.T @ powers, weighed.T)[0]
    return result


def _one_euro(signal: Signal, window: float) -> Signal:
    """Smoother when slow, closer when fast: the cut-off rises with the speed, measured against the usual tremble.

    The filter runs there and back, and back and there, over the same cut-offs: what one way lags the other makes up.
    """
    reach = min(2 * round(window), len(signal) - 1)
    wide = np.pad(signal, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    second = wide[2:] - 2 * wide[1:-1] + wide[:-2]
    usual = np.maximum(np.median(np.abs(second), axis=0) * 1.4826 / np.sqrt(6), 1e-9)
    speed = np.abs(gaussian(np.gradient(wide, axis=0), 1.5))
    share = _share(REST / window * (1.0 + HASTE * speed / usual))
    there = _first_order(_first_order(wide, share)[::-1], share[::-1])[::-1]
    back = _first_order(_first_order(wide[::-1], share[::-1])[::-1], share)
    return (0.5 * (there + back))[reach : reach + len(signal)]


def _first_order(signal: Signal, share: Signal) -> Signal:
    result = signal.copy()
    for k in range(1, len(signal)):
        result[k] = result[k - 1] + share[k] * (signal[k] - result[k - 1])
    return result


def _share(cutoff: Signal) -> Signal:
    """How much of a new value a first-order filter takes on, one frame after the last."""
    return 1.0 / (1.0 + 1.0 / (2 * np.pi * cutoff))


def _kalman(signal: Signal, window: float) -> Signal:
    """A place and a speed that drifts; seen with noise that the window says how much to believe."""
    count, width = signal.shape
    gains, backs = _gains(count, window)
    place, speed = signal[0], np.zeros(width)
    places, speeds = np.empty((2, count, width))
    for k in range(count):
        if k:
            place = place + speed
        off = signal[k] - place
        place, speed = place + gains[k, 0] * off, speed + gains[k, 1] * off
        places[k], speeds[k] = place, speed
    for k in range(count - 2, -1, -1):
        far, fast = places[k + 1] - places[k] - speeds[k], speeds[k + 1] - speeds[k]
        places[k] += backs[k, 0, 0] * far + backs[k, 0, 1] * fast
        speeds[k] += backs[k, 1, 0] * far + backs[k, 1, 1] * fast
    return places


@lru_cache(maxsize=16)
def _gains(count: int, window: float) -> tuple[Signal, Signal]:
    """How much each frame is believed on the way there, and on the way back: the same for whatever is seen."""
    drift = (MEMORY / window) ** 4  # of the speed, against noise of 1; its fourth root is the corner frequency
    move = np.array([[1.0, 1.0], [0.0, 1.0]])
    noise = drift * np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]])
    spread = np.diag([1e6, 1e6])  # nothing is known before the first frame
    gains, backs = np.empty((count, 2)), np.zeros((count, 2, 2))
    before = spread
    for k in range(count):
        if k:
            before, spread = spread, move @ spread @ move.T + noise
            backs[k - 1] = before @ move.T @ np.linalg.inv(spread)
        gains[k] = spread[:, 0] / (spread[0, 0] + 1.0)
        spread = spread - np.outer(gains[k], spread[0])
    return gains, backs


def steadied(signal: Signal, window: float, noise: float) -> Signal:
    """Smoothed where it only trembles: what moves by more than the noise, a blink, is left as it was."""
    if window <= 1 or len(signal) < 3:
        return signal
    reach = max(1, round(window / 2))
    wide = _mirrored(signal, reach)
    spare = (len(wide) - len(signal)) // 2 - reach
    total, weights = np.zeros_like(signal), np.zeros_like(signal)
    for k in range(-reach, reach + 1):
        other = wide[spare + reach + k : spare + reach + k + len(signal)]
        apart = (other - signal) / max(noise, 1e-9)
        weight = np.exp(-0.5 * (k / max(window / 4, 0.5)) ** 2 - 0.5 * (apart / 3.0) ** 2)
        total += weight * other
        weights += weight
    return total / weights


def tremble(signal: Signal) -> float:
    """How much a signal trembles from frame to frame, motion aside: the usual size of its second difference."""
    if len(signal) < 3:
        return 0.0
    second = signal[2:] - 2 * signal[1:-1] + signal[:-2]
    return float(np.median(np.abs(second)) * 1.4826 / np.sqrt(6))
