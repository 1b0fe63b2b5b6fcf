"""What measures faces, on signals and pictures whose figures are known beforehand."""

from __future__ import annotations

import base64
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.transform import SimilarityTransform

from nodegraph.bench import double, mattes, pasting
from nodegraph.bench.exhibits import Bars, Curves, Shares, Sheet
from nodegraph.bench.figures import at_least, shown
from nodegraph.bench.page import page
from nodegraph.bench.performance import Performance, fitted, tracks_of
from nodegraph.bench.plots import bars, curves, nice, shares
from nodegraph.bench.signals import furthest, jitter, kept, lag
from nodegraph.data.faces import five_of
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.templates import Template, five_points

FRAMES = np.arange(64)
RANDOM = np.random.default_rng(11)


def way(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """A head that sways and nods, at any moment."""
    return np.stack([40 * np.sin(at / 9), 25 * np.cos(at / 5)], axis=-1)


@pytest.mark.parametrize("size", [0.1, 1.7])
def test_noise_on_each_frame_is_its_own_jitter(size: float) -> None:
    assert jitter(RANDOM.normal(0, size, (4000, 8))) == pytest.approx(size, rel=0.02)


def test_drift_is_no_jitter() -> None:
    drift = way(FRAMES.astype(float)) + 3.0 * FRAMES[:, None] - 70
    assert jitter(drift) < 0.02
    noise = RANDOM.normal(0, 0.5, (64, 2))
    assert jitter(drift + noise) == pytest.approx(jitter(noise), rel=0.05)


def test_every_other_frame_off_is_all_jitter() -> None:
    """Back and forth by 1 is the fastest there is: all its power is in the band, that of noise only in part."""
    there = (-1.0) ** FRAMES[:, None]
    assert 1.0 < jitter(there) < 1.6


@pytest.mark.parametrize("late", [-1.25, 0.0, 0.4, 2.0, 5.0])
def test_a_lag_is_measured_as_what_it_is(late: float) -> None:
    frames = FRAMES.astype(float)
    assert lag(way(frames), way(frames - late)) == pytest.approx(late, abs=0.01)
    shaken = way(frames - late) + RANDOM.normal(0, 0.4, (64, 2)) + (12.0, -3.0)
    assert lag(way(frames), shaken) == pytest.approx(late, abs=0.08)


def test_a_filter_that_only_looks_back_lags_and_one_that_looks_both_ways_does_not() -> None:
    noisy = way(FRAMES.astype(float)) + RANDOM.normal(0, 0.3, (64, 2))
    mean = np.stack([np.convolve(each, np.ones(5) / 5, "full")[:64] for each in noisy.T], axis=1)
    assert lag(noisy[5:], mean[5:]) == pytest.approx(2.0, abs=0.05)
    assert lag(noisy[5:-2], mean[7:]) == pytest.approx(0.0, abs=0.05)


def test_half_a_blink_is_half_kept() -> None:
    lids = 0.3 - 0.3 * np.exp(-(((FRAMES - 30) / 2.0) ** 2))
    peaks = furthest(lids)
    assert list(np.flatnonzero(peaks)) == [30]
    assert kept(lids, lids, peaks) == pytest.approx(1.0)
    assert kept(lids, 0.1 + 0.5 * lids, peaks) == pytest.approx(0.5)


def test_the_fit_is_scikit_images() -> None:
    points = five_of(make_figure().landmarks) + RANDOM.normal(0, 3, (5, 2))
    theirs = SimilarityTransform.from_estimate(points, five_points(Template.WHOLE_FACE) * 512)
    np.testing.assert_allclose(fitted(points), theirs.params[:2], atol=1e-8)


def test_what_shifts_the_landmarks_shifts_the_crop() -> None:
    head = np.repeat(make_figure().landmarks[None], 6, axis=0)
    nothing = np.zeros(6)
    shifted = head + np.arange(6)[:, None, None] * (0.5, 0.0)
    played = Performance("", head, head, tracks_of(head), tracks_of(shifted), nothing, nothing)
    np.testing.assert_allclose(played.crop_error(played.before), 0, atol=1e-9)
    scale = np.sqrt(np.linalg.det(fitted(five_of(head[0]))[:, :2]))
    error = played.crop_error(played.after)
    np.testing.assert_allclose(
        np.linalg.norm(error, axis=2), np.arange(6)[:, None] * 0.5 * scale * np.ones(5), rtol=1e-6
    )


def test_the_edge_of_a_disc_is_at_its_radius() -> None:
    y, x = np.mgrid[0 : mattes.SIZE, 0 : mattes.SIZE] + 0.5
    discs = [
        np.clip(radius + 0.5 - np.hypot(x - mattes.SIZE / 2, y - 0.56 * mattes.SIZE), 0, 1).astype(np.float32)
        for radius in (40.0, 40.3, 71.5)
    ]
    found = mattes.edges(np.stack(discs))
    assert found.shape == (3, mattes.DIRECTIONS)
    np.testing.assert_allclose(found.mean(axis=1), [40.0, 40.3, 71.5], atol=0.3)
    assert (found[1] - found[0]).mean() == pytest.approx(0.3, abs=0.02)


def test_the_pasted_face_is_as_large_as_it_says_and_tilted() -> None:
    points = pasting.landmarks()
    np.testing.assert_allclose(points.mean(axis=0), pasting.MIDDLE)
    tilt = SimilarityTransform.from_estimate(make_figure().landmarks, points)
    assert np.degrees(tilt.rotation) == pytest.approx(pasting.TURN)
    assert tilt.scale * np.ptp(make_figure().landmarks, axis=0).max() == pytest.approx(pasting.SIZE)


def test_the_network_that_insightface_is_given_is_of_its_contract(tmp_path: Path) -> None:
    import onnx
    import onnxruntime
    from onnx import numpy_helper

    path = tmp_path / "model.onnx"
    pasting.make_model(path)
    table = numpy_helper.to_array(onnx.load(str(path)).graph.initializer[-1])
    assert table.shape == (512, 512)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    picture = RANDOM.random((1, 3, pasting.SIZE, pasting.SIZE), np.float32)
    [result] = session.run(None, {"target": picture, "source": np.ones((1, 512), np.float32)})
    np.testing.assert_allclose(result, picture * pasting.GAIN, rtol=1e-6)


def test_the_double_is_written_as_a_screen_shows_it(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "double.png"
    double.write(path)
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert stored is not None
    assert stored.dtype == np.uint16
    skin = stored[300:340, 300:340].reshape(-1, 3).mean(axis=0)
    assert skin[2] > skin[1] > skin[0]  # red before green before blue, in OpenCV's order


def drawn(svg: str) -> ElementTree.Element:
    """The picture in what a plot gives, which is well-formed."""
    return ElementTree.fromstring(svg[svg.index("<svg") :])


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-0.3, 0.21), (3.0, 3.0), (0, 12345.0), (-1e-5, 2e-5)])
def test_round_numbers_span_the_range(low: float, high: float) -> None:
    ticks = nice(low, high)
    assert ticks[0] <= low + 1e-12
    assert ticks[-1] >= high - 1e-9 * max(1, abs(high))
    assert len(ticks) <= 8
    assert np.allclose(np.diff(ticks), ticks[1] - ticks[0])


def test_curves_go_through_their_values() -> None:
    values = np.array([0.0, 1.0, 0.5, np.nan, 0.25])
    picture = drawn(curves(Curves("t", "px", {"truth": values, "found & lost": values + 0.25})))
    lines = [each.attrib["points"].split() for each in picture.iter("polyline")]
    assert [len(line) for line in lines] == [4, 4]
    heights = [float(point.split(",")[1]) for point in lines[1]]  # the truth is drawn last
    assert heights[0] - heights[1] == pytest.approx(2 * (heights[0] - heights[2]), abs=0.2)
    for each in picture.iter("line"):
        assert 0 <= float(each.attrib["x1"]) <= float(each.attrib["x2"]) <= 720


def test_bars_and_shares_are_as_long_as_their_values() -> None:
    picture = drawn(bars(Bars("t", "", {"a": 1.0, "b": 2.0}, {"a": 4.0})))
    widths = [float(each.attrib["width"]) for each in picture.iter("rect")]
    assert widths[1] / widths[0] == pytest.approx(0.25, rel=0.01)  # after and before of a
    assert widths[2] / widths[1] == pytest.approx(2, rel=0.01)
    parts = [
        float(each.attrib["width"]) for each in drawn(shares(Shares("t", "ms", {"x": {"a": 30, "b": 10}}))).iter("rect")
    ]
    assert (parts[0] + 1) / (parts[1] + 1) == pytest.approx(3, rel=0.01)


def test_the_page_holds_all_it_needs() -> None:
    import cv2

    figures = [at_least("g", "jitter: <one>", 50, 80, "%"), shown("g", "lag: two", 0.1, "frames")]
    grey = np.full((20, 30, 3), (200, 90, 30), np.uint8)
    text = page(
        "Faces & more", figures, [Sheet("Sheet", ["plate"], [("1001", [grey])]), Curves("c", "px", {"a": [1, 2]})]
    )
    assert "&lt;one&gt;" in text
    assert "<one>" not in text
    assert "1 missed" in text
    assert "http" not in text
    data = text.split("base64,")[1].split('"')[0]
    back = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)
    assert back is not None
    np.testing.assert_allclose(back[..., ::-1].mean(axis=(0, 1)), [200, 90, 30], atol=4)
