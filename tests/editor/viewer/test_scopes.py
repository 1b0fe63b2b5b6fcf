"""Scopes against numpy's own counting, skimage and closed forms."""

import numpy as np
import pytest
from skimage.color import rgb2ycbcr

from nodegraph.editor.viewer.scopes import (
    GREY,
    Fault,
    chroma,
    false_colour,
    faults,
    histogram,
    parade,
    thinned,
    vectorscope,
    waveform,
    zebra,
)

PIXELS = np.random.default_rng(5).normal(0.5, 0.4, (60, 80, 3)).astype(np.float32)


def test_a_histogram_counts_as_numpy_does_and_loses_nothing() -> None:
    found = histogram(PIXELS, 64, (0.0, 1.0))
    for channel in range(3):
        values = PIXELS[..., channel]
        assert np.array_equal(found.counts[channel], np.histogram(values, 64, (0, 1))[0])
        assert found.below[channel] == (values < 0).sum()
        assert found.above[channel] == (values > 1).sum()
        assert found.counts[channel].sum() + found.below[channel] + found.above[channel] == values.size


def test_what_is_no_number_is_counted_apart() -> None:
    pixels = PIXELS.copy()
    pixels[0, :5] = np.nan
    pixels[1, 0, 0] = np.inf
    assert histogram(pixels).broken == 16
    assert np.isfinite(waveform(pixels)).all()
    assert np.isfinite(vectorscope(pixels)).all()


def test_a_ramp_is_a_slanted_line_on_the_waveform() -> None:
    ramp = np.repeat(np.linspace(0, 0.999, 128, dtype=np.float32)[None, :, None], 10, axis=0)
    found = waveform(ramp, 128, 128)[..., 0]
    assert np.count_nonzero(found) == 128
    assert np.array_equal(found.argmax(axis=0), 127 - np.floor(ramp[0, :, 0] * 128).astype(int))
    assert found.max() == 1


def test_every_pixel_is_somewhere_on_the_waveform() -> None:
    found = waveform(PIXELS, 40, 32)
    assert np.allclose(found.sum(axis=0), 1, atol=1e-5)
    side_by_side = parade(PIXELS, 120, 32)
    assert np.array_equal(side_by_side[:, 40:80, 1], found[..., 1])
    assert side_by_side[:, :40, 1:].max() == 0


def test_grey_lies_in_the_middle_of_the_vectorscope_and_red_up_to_the_left() -> None:
    grey = vectorscope(np.full((4, 4, 3), 0.4, np.float32), 101)
    assert np.argwhere(grey).tolist() == [[50, 50]]
    red = np.argwhere(vectorscope(np.array([[[1, 0, 0]]], np.float32), 101))[0]
    assert red[0] == 0
    assert red[1] == int((-0.2126 / 1.8556 + 0.5) * 101)


def test_chroma_is_orthogonal_to_grey_and_signed_as_in_rec601() -> None:
    colours = np.clip(PIXELS, 0, 1)
    across, up = chroma(colours)
    other = rgb2ycbcr(colours)
    assert np.corrcoef(across.ravel(), other[..., 1].ravel())[0, 1] > 0.97
    assert np.corrcoef(up.ravel(), other[..., 2].ravel())[0, 1] > 0.97
    assert np.abs(chroma(np.full((1, 1, 3), 3.7, np.float32))[0]).max() < 1e-6


def test_faults_and_their_stripes() -> None:
    pixels = np.full((12, 12, 3), 0.5, np.float32)
    pixels[0], pixels[1, :, 2], pixels[2, :, 1] = -1, 2, np.nan
    pixels[3, 0] = (-1, 0.5, 2)
    marked = faults(pixels)
    assert (marked[0] == Fault.BELOW).all()
    assert (marked[1] == Fault.ABOVE).all()
    assert (marked[2] == Fault.BROKEN).all()
    assert marked[3, 0] == Fault.ABOVE
    assert not marked[4:].any()
    screen = np.full((12, 12, 4), 0.5, np.float32)
    zebra(screen, marked)
    assert (screen[4:] == 0.5).all()
    assert (screen[2, :, 1] == 0).all()
    assert 0 < (screen[1, :, 0] == 1).sum() < 12


@pytest.mark.parametrize(("stops", "grey"), [(0.0, False), (-1.0, True), (0.7, True)])
def test_false_colour_shows_the_grey_card_green(stops: float, grey: bool) -> None:
    screen = np.zeros((2, 2, 4), np.float32)
    false_colour(np.full((2, 2, 3), GREY * 2**stops, np.float32), screen)
    red, green, blue, alpha = screen[0, 0]
    assert alpha == 1
    assert bool(red == green == blue) is grey
    assert grey or green > max(red, blue)


def test_thinning_keeps_the_span_of_a_picture_and_its_mean() -> None:
    pixels = np.broadcast_to(np.linspace(0, 1, 2000, dtype=np.float32)[None, :, None], (1000, 2000, 3))
    few = thinned(pixels, 20_000)
    assert few.shape[0] * few.shape[1] <= 20_000
    assert few.mean() == pytest.approx(0.5, abs=0.01)
    assert thinned(PIXELS) is PIXELS
