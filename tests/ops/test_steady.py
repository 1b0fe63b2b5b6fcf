"""The smoothers against references that know nothing of them: scipy's filters, and plain ones written here."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import correlate, savgol_coeffs, savgol_filter

from nodegraph.ops.steady import Smoother, parabola, smoothed

EVERY = pytest.mark.parametrize("smoother", list(Smoother), ids=lambda each: each.value)
Signal = NDArray[np.float64]
NOISE: Signal = np.random.default_rng(2).normal(size=(60, 3)).cumsum(axis=0)


def wide(signal: Signal, reach: int) -> Signal:
    """The signal continued at both ends, turned about the end of a parabola that numpy fits to its last values."""
    many = reach + 1
    first, last = signal[0], signal[-1]
    if len(signal) >= many > 4:
        at = np.arange(many)
        first = np.polyfit(at, signal[:many], 2)[-1]
        last = np.polyfit(at[::-1], signal[-many:], 2)[-1]
    before = 2 * first - signal[reach:0:-1]
    after = 2 * last - signal[-2 : -reach - 2 : -1]
    return np.concatenate([before, signal, after])


@pytest.mark.parametrize("length", [5, 9, 15])
def test_evenly_trusted_the_parabola_is_savitzkys_and_golays(length: int) -> None:
    np.testing.assert_allclose(parabola(np.ones(length)), savgol_coeffs(length, 2), atol=1e-12)


@pytest.mark.parametrize("length", [5, 9, 15])
def test_savitzky_golay_with_its_weights(length: int) -> None:
    """Each value is the middle of a parabola fitted by numpy to its neighbours, those farther off trusted less."""
    ours = smoothed(NOISE, Smoother.SAVGOL, length)
    half = length // 2
    trust = 0.5 + 0.5 * np.cos(np.pi * np.arange(-half, half + 1) / (half + 1))
    there = wide(NOISE, half)
    for k in range(len(NOISE)):
        fitted = np.polyfit(np.arange(-half, half + 1), there[k : k + length], 2, w=np.sqrt(trust))[-1]
        np.testing.assert_allclose(ours[k], fitted, atol=1e-9)


def test_savitzky_golay_does_what_scipys_does_and_lets_less_tremble_through() -> None:
    """Parabolas go through both as they are; of white noise, the weighed one leaves less from frame to frame."""
    at = np.arange(60.0)[:, None]
    curve = 3.0 + 0.4 * at - 0.01 * at**2
    np.testing.assert_allclose(smoothed(curve, Smoother.SAVGOL, 9)[4:-4], curve[4:-4], atol=1e-9)
    np.testing.assert_allclose(savgol_filter(curve, 9, 2, axis=0), curve, atol=1e-9)
    white = np.random.default_rng(3).normal(size=(4000, 1))
    ours, theirs = smoothed(white, Smoother.SAVGOL, 11), savgol_filter(white, 9, 2, axis=0)
    assert np.diff(ours, axis=0).std() < 0.85 * np.diff(theirs, axis=0).std()


@pytest.mark.parametrize("window", [5, 9, 15.5])
def test_gaussian_is_scipys(window: float) -> None:
    sigma = window / 6
    reach = int(np.ceil(3 * sigma))
    there = gaussian_filter1d(wide(NOISE, reach), sigma, axis=0, radius=reach)
    np.testing.assert_allclose(smoothed(NOISE, Smoother.GAUSSIAN, window), there[reach:-reach], atol=1e-9)


@pytest.mark.parametrize("window", [5.0, 9.0, 21.0])
def test_kalman_is_a_plain_rauch_tung_striebel_smoother(window: float) -> None:
    """Written as in their paper, one number at a time, by inverses of matrices."""
    q = (7.0 / window) ** 4
    f, h = np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[1.0, 0.0]])
    process, seen = q * np.array([[1 / 3, 1 / 2], [1 / 2, 1.0]]), np.eye(1)
    for column in NOISE.T:
        x, p = np.array([column[0], 0.0]), np.eye(2) * 1e6
        before, after = [], []
        for k, value in enumerate(column):
            if k:
                x, p = f @ x, f @ p @ f.T + process
            before.append((x, p))
            gain = p @ h.T @ np.linalg.inv(h @ p @ h.T + seen)
            x = x + gain @ (value - h @ x)
            p = (np.eye(2) - gain @ h) @ p
            after.append((x, p))
        smooth = [after[-1][0]]
        for k in range(len(column) - 2, -1, -1):
            back = after[k][1] @ f.T @ np.linalg.inv(before[k + 1][1])
            smooth.append(after[k][0] + back @ (smooth[-1] - before[k + 1][0]))
        reference = np.array(smooth[::-1])[:, 0]
        ours = smoothed(column[:, None], Smoother.KALMAN, window)[:, 0]
        np.testing.assert_allclose(ours, reference, atol=1e-5)


def test_kalman_solves_the_spline_that_it_stands_for() -> None:
    """Far from the ends, and as the frames get dense, it is the smoothing spline: its response is 1 / (1 + (w/c)^4)."""
    window, count = 60.0, 4001
    at = np.arange(count)
    for period in (40.0, 60.0, 120.0):
        turns = 2 * np.pi / period
        through = smoothed(np.cos(turns * (at - 2000))[:, None], Smoother.KALMAN, window)
        assert through[2000, 0] == pytest.approx(1 / (1 + (turns * window / 7.0) ** 4), rel=0.02)


@pytest.mark.parametrize("window", [5.0, 9.0, 15.0])
def test_one_euro_against_a_plain_one(window: float) -> None:
    """One number at a time; its cut-off at each frame by the speed there, run there and back, and back and there."""
    for column in NOISE.T:
        reach = round(2 * window)
        there = np.pad(column, reach, mode="reflect", reflect_type="odd")
        second = [there[k + 1] - 2 * there[k] + there[k - 1] for k in range(1, len(there) - 1)]
        tremble = sorted(abs(each) for each in second)
        half = len(tremble) // 2
        usual = (tremble[half] if len(tremble) % 2 else (tremble[half - 1] + tremble[half]) / 2) * 1.4826 / 6**0.5
        steps = np.gradient(there)
        speed = np.abs(gaussian_filter1d(wide(steps, 5), 1.5, radius=5)[5:-5])
        cutoff = [1.0 / window * (1 + 0.3 * each / usual) for each in speed]
        alpha = [1 / (1 + 1 / (2 * np.pi * each)) for each in cutoff]

        def run(values: list[float], shares: list[float]) -> list[float]:
            kept = [values[0]]
            for value, share in zip(values[1:], shares[1:], strict=True):
                kept.append(share * value + (1 - share) * kept[-1])
            return kept

        one = run(run(list(there), alpha)[::-1], alpha[::-1])[::-1]
        other = run(run(list(there)[::-1], alpha[::-1])[::-1], alpha)
        reference = (np.array(one) + other)[reach:-reach] / 2
        np.testing.assert_allclose(smoothed(column[:, None], Smoother.ONE_EURO, window)[:, 0], reference, atol=1e-9)


@EVERY
@pytest.mark.parametrize("window", [5.0, 9.0, 15.0])
def test_nothing_comes_later(smoother: Smoother, window: float) -> None:
    """What comes out is most like what went in where neither is shifted; and time run backwards gives the same."""
    at = np.arange(400)
    for seed in range(3):
        random = np.random.default_rng(seed)
        moved = sum(np.sin(at / period + random.uniform(0, 7)) * period for period in (7, 11, 19, 31))
        signal = (moved + random.normal(0, 1, 400))[:, None]
        done = smoothed(signal, smoother, window)
        one, other = np.diff(signal[:, 0]), np.diff(done[:, 0])
        alike = correlate(other - other.mean(), one - one.mean())
        assert int(alike.argmax()) == len(one) - 1
        assert alike[len(one)] == pytest.approx(alike[len(one) - 2], rel=0.02)
        back = smoothed(signal[::-1], smoother, window)[::-1]
        np.testing.assert_allclose(done, back, atol=1e-6 * np.abs(signal).max())


@EVERY
def test_an_impulse_spreads_evenly_to_both_sides(smoother: Smoother) -> None:
    signal = np.zeros((81, 1))
    signal[40] = 1.0
    done = smoothed(signal + 1e-3 * NOISE[:1].mean(), smoother, 9.0)[:, 0]
    np.testing.assert_allclose(done, done[::-1], atol=1e-7)
    assert done[40] == done.max()


@EVERY
def test_a_window_takes_about_as_much_out_with_each(smoother: Smoother) -> None:
    """White noise over a slow sway: what trembles goes, and the sway stays."""
    at = np.arange(2000)
    sway = 30 * np.sin(at / 8)  # a head that goes to and fro every two seconds
    white = np.random.default_rng(5).normal(size=2000)
    done = smoothed((sway + white)[:, None], smoother, 9.0)[:, 0]
    trembles = np.diff(done - sway, 2).std() / np.diff(white, 2).std()
    assert trembles < (0.2 if smoother is Smoother.ONE_EURO else 0.12)
    assert np.ptp(done[100:-100]) > 0.95 * np.ptp(sway)
    assert (done - sway)[100:-100].std() < (0.75 if smoother is Smoother.ONE_EURO else 0.6)


@EVERY
def test_lines_and_constants_are_left_alone(smoother: Smoother) -> None:
    line = np.stack([np.arange(40) * 3.0, np.full(40, 7.0)], axis=1)
    for window in (3.0, 9.0, 31.0, 101.0):
        np.testing.assert_allclose(smoothed(line, smoother, window), line, atol=1e-3)
    assert smoothed(line, smoother, 1.0) is line
    np.testing.assert_allclose(smoothed(line[:2], smoother, 9.0), line[:2])
