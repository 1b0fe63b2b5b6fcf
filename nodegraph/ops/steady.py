"""Smoothing over time that does not lag: every filter looks as far ahead as back.

Savitzky and Golay 1964, weighed as Schmid, Rath and Diebold 2022 advise; Casiez, Roussel and Vogel 2012 (One Euro), run
both ways; Rauch, Tung and Striebel 1965.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]  # frames x numbers


class Smoother(Enum):
    """How neighbouring frames are weighed."""

    SAVGOL = "Savitzky-Golay"
    GAUSSIAN = "Gaussian"
    ONE_EURO = "One Euro, both ways"
    KALMAN = "Kalman smoother"


def smoothed(signal: Signal, smoother: Smoother, window: float) -> Signal:
    """Numbers over time, smoothed over a window of so many frames; 1 or less changes nothing."""
    if window <= 1 or len(signal) < 3:
        return signal
    match smoother:
        case Smoother.SAVGOL:
            return _savgol(signal, window)
        case Smoother.GAUSSIAN:
            return gaussian(signal, window / 4)
        case Smoother.ONE_EURO:
            return 0.5 * (_one_euro(signal, window) + _one_euro(signal[::-1], window)[::-1])
        case Smoother.KALMAN:
            return _kalman(signal, window)


def _mirrored(signal: Signal, reach: int) -> Signal:
    """The signal continued at both ends, turned about its last value: a steady drift goes on as it was."""
    wanted = reach
    while reach > len(signal) - 1:
        signal_reach = len(signal) - 1
        signal = np.pad(signal, ((signal_reach, signal_reach), (0, 0)), mode="reflect", reflect_type="odd")
        reach -= signal_reach
        if reach <= 0:
            return signal
    del wanted
    return np.pad(signal, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")


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
        return gaussian(signal, window / 4)
    return _filtered(signal, parabola(length))


def parabola(length: int) -> Signal:
    """The weights by which the middle of a least-squares parabola is made of the values around it."""
    at = np.linspace(-1.0, 1.0, length)
    powers = at[:, None] ** np.arange(3)
    weighed = powers * np.hanning(length + 2)[1:-1, None]
    result: Signal = np.linalg.solve(weighed.T @ powers, weighed.T)[0]
    return result


def _one_euro(signal: Signal, window: float) -> Signal:
    """Smoother when slow, closer when fast: the cut-off rises with the speed, measured against the usual jitter."""
    steps = np.diff(signal, axis=0)
    usual = np.maximum(np.median(np.abs(steps - np.median(steps, axis=0)), axis=0) * 1.4826, 1e-9)
    least = 1.0 / (np.pi * window / 2)
    result, speed = signal.copy(), np.zeros(signal.shape[1])
    keep_speed = _share(1.0 / (np.pi * 2))
    for k in range(1, len(signal)):
        speed = speed + keep_speed * ((signal[k] - result[k - 1]) - speed)
        cutoff = least * (1.0 + np.abs(speed) / usual)
        result[k] = result[k - 1] + _share(cutoff) * (signal[k] - result[k - 1])
    return result


def _share(cutoff: Signal | float) -> Signal | float:
    """How much of a new value a first-order filter takes on, one frame after the last."""
    return 1.0 / (1.0 + 1.0 / (2 * np.pi * cutoff))


def _kalman(signal: Signal, window: float) -> Signal:
    """A place and a speed that drifts; seen with noise that the window says how much to believe."""
    drift = (2.0 / window) ** 4  # of the speed, against noise of 1: the filter's memory is about the window
    move = np.array([[1.0, 1.0], [0.0, 1.0]])
    noise = drift * np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]])
    count, width = signal.shape
    state = np.stack([signal[0], signal[1] - signal[0]])
    spread = np.diag([1.0, 2.0])
    states, spreads, ahead = np.empty((count, 2, width)), np.empty((count, 2, 2)), np.empty((count, 2, 2))
    for k in range(count):
        if k:
            state = move @ state
            spread = move @ spread @ move.T + noise
        ahead[k] = spread
        gain = spread[:, 0] / (spread[0, 0] + 1.0)
        state = state + gain[:, None] * (signal[k] - state[0])
        spread = spread - np.outer(gain, spread[0])
        states[k], spreads[k] = state, spread
    for k in range(count - 2, -1, -1):
        back = spreads[k] @ move.T @ np.linalg.inv(ahead[k + 1])
        states[k] = states[k] + back @ (states[k + 1] - move @ states[k])
    return states[:, 0]


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
