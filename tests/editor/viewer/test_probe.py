"""The probe: what a pixel is, and how it is written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.colour.config import load_config
from nodegraph.colour.convert import processor
from nodegraph.data.box import Box
from nodegraph.data.image import Image, Origin
from nodegraph.editor.viewer.probe import exact, in_file, pixel, sample, written

PIXELS = np.random.default_rng(2).normal(1, 2, (10, 12, 4)).astype(np.float32)


def test_a_pixel_is_its_values() -> None:
    found = pixel(Image.of(PIXELS), 3, 7)
    assert tuple(found.values) == ("R", "G", "B", "A")
    assert list(found.mean) == PIXELS[7, 3].tolist()
    assert found.inside
    outside = pixel(Image.of(PIXELS), -1, 0)
    assert set(outside.mean) == {0.0}
    assert not outside.inside


def test_a_box_is_its_mean_least_and_most() -> None:
    found = sample(Image.of(PIXELS), Box(2, 1, 9, 6), ("G",))
    part = PIXELS[1:6, 2:9, 1].astype(np.float64)
    assert found.mean[0] == pytest.approx(part.mean())
    assert (found.least[0], found.most[0]) == (part.min(), part.max())
    assert found.broken == 0


def test_what_is_no_number_is_left_out_and_said() -> None:
    pixels = PIXELS.copy()
    pixels[0, 0] = np.nan
    pixels[0, 1, 0] = np.inf
    found = sample(Image.of(pixels), Box(0, 0, 12, 10))
    assert found.broken == 5
    assert found.mean[0] == pytest.approx(pixels[..., 0][np.isfinite(pixels[..., 0])].mean(dtype=np.float64))
    assert "NaN" in pixel(Image.of(pixels), 0, 0).text()
    assert np.isnan(sample(Image.of(pixels * np.nan), Box(0, 0, 2, 2)).mean).all()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00000"),
        (0.18, "0.18000"),
        (-0.5, "-0.50000"),
        (1.0, "1.00000"),
        (12.3456789, "12.3457"),
        (4096.0, "4096.00"),
        (0.0000012345, "1.2345e-06"),
        (65504.0, "65504.0"),
        (3e38, "3.0000e+38"),
        (float("nan"), "NaN"),
        (float("-inf"), "-inf"),
    ],
)
def test_values_are_written_with_digits_enough(value: float, text: str) -> None:
    assert written(value) == text


@given(st.floats(width=32, allow_nan=False))
def test_the_exact_text_is_the_value(value: float) -> None:
    assert np.float32(exact(value)) == np.float32(value)


@given(st.floats(1e-30, 1e30) | st.floats(-1e30, -1e-30))
def test_written_values_are_off_by_no_more_than_they_show(value: float) -> None:
    assert float(written(value)) == pytest.approx(value, rel=1e-4, abs=1e-5)


def test_the_files_own_value_is_told() -> None:
    config = load_config("ocio://default")
    file_space = next(name for name in config.spaces if "ACEScct" in name)
    code = np.random.default_rng(0).uniform(0.1, 0.9, (4, 4, 3)).astype(np.float32)
    light = processor(config, file_space, config.working).run(code)
    image = Image.of(light, colorspace=config.working)
    assert in_file(image, Box(0, 0, 1, 1), config) is None
    image = replace(image, origin=Origin(Path("plate.dpx"), 0, ("R", "G", "B"), file_space, "", ()))
    found = in_file(image, Box(2, 1, 3, 2), config)
    assert found is not None
    assert found.mean == pytest.approx(code[1, 2].tolist(), abs=1e-4)
    assert "R" in found.text()
