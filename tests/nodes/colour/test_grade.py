"""Grade and what all colour nodes share: matte, mix, other layers, identity."""

import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.errors import NodegraphError
from nodegraph.data.image import Image, Matte, Origin
from nodegraph.graph.knob import Color
from nodegraph.graph.node import node_type
from nodes.colour.grade import grade

RANDOM = np.random.default_rng(11)


def picture(channels=("R", "G", "B", "A"), rows=40, columns=60, low=-0.2, high=5.0) -> Image:
    return Image.of(RANDOM.uniform(low, high, (rows, columns, len(channels))).astype(np.float32), channels=channels)


def matte(box: Box, value: float = 1.0) -> Matte:
    pixels = np.full((box.height, box.width, 1), value, np.float32)
    return Matte.of(pixels, data=box, channels=("A",), format=Format(60, 40))


def rgb(image: Image) -> np.ndarray:
    return image.region(image.data, ("R", "G", "B"))


def three(red: float, green: float | None = None, blue: float | None = None) -> Color:
    return Color((red, red if green is None else green, red if blue is None else blue))


def test_every_knob_by_the_published_formula():
    image = picture(low=0.0)
    knobs = {
        "blackpoint": three(0.05, 0.1, -0.1),
        "whitepoint": three(0.9, 1.5, 2.0),
        "lift": three(0.02, 0.0, -0.01),
        "gain": three(1.3, 0.8, 1.0),
        "multiply": three(1.1, 1.0, 0.7),
        "offset": three(0.2, 0.3, 0.4),
        "gamma": three(1.4, 0.7, 1.0),
    }
    got = rgb(grade(image, **knobs))
    black, white, lift, gain, multiply, offset, gamma = (np.array(value) for value in knobs.values())
    slope = multiply * (gain - lift) / (white - black)
    ramp = slope * rgb(image).astype(np.float64) + offset + lift - slope * black
    with np.errstate(invalid="ignore"):
        curved = np.where(ramp <= 0, ramp, np.where(ramp < 1, ramp ** (1 / gamma), 1 + (ramp - 1) / gamma))
    np.testing.assert_allclose(got, curved, rtol=1e-5, atol=1e-5)


def test_black_and_white_point_go_where_lift_and_gain_say():
    image = Image.of(np.array([[[0.1, 0.1, 0.1], [0.8, 0.8, 0.8]]], np.float32))
    got = grade(image, blackpoint=three(0.1), whitepoint=three(0.8), lift=three(0.2), gain=three(3.0)).pixels
    np.testing.assert_allclose(got[0, :, 0], [0.2, 3.0], rtol=1e-6)


def test_reverse_undoes_it_even_below_black_and_above_white():
    image = picture()
    knobs = {"gain": three(1.7, 0.6, 1.1), "offset": three(-0.1), "gamma": three(1.8, 0.5, 1.0)}
    back = grade(grade(image, **knobs), reverse=True, **knobs)
    np.testing.assert_allclose(back.pixels, image.pixels, atol=2e-5)


def test_negative_and_bright_values_survive():
    image = Image.of(np.array([[[-0.1, 5.0, 65504.0]]], np.float32))
    got = grade(image, multiply=three(2.0), gamma=three(2.0)).pixels[0, 0]
    assert got == pytest.approx([-0.2, 1 + 9 / 2, 1 + 131007 / 2])


def test_clamps_are_off_until_asked_for():
    image = Image.of(np.array([[[-0.1, 0.5, 5.0]]], np.float32))
    assert grade(image, black_clamp=True).pixels[0, 0] == pytest.approx([0, 0.5, 5])
    assert grade(image, white_clamp=True).pixels[0, 0] == pytest.approx([-0.1, 0.5, 1])


def test_alpha_and_other_layers_pass_through():
    image = picture(("R", "G", "B", "A", "depth.Z", "normal.X"))
    result = grade(image, gain=three(2.0))
    others = ("A", "depth.Z", "normal.X")
    np.testing.assert_array_equal(result.region(image.data, others), image.region(image.data, others))
    np.testing.assert_allclose(rgb(result), 2 * rgb(image), rtol=1e-6)
    assert set(result.channels) == set(image.channels)


def test_outside_the_matte_nothing_changes_to_the_bit():
    image = picture()
    box = Box(10, 5, 30, 25)
    result = grade(image, matte(box), gain=three(2.0))
    inside = np.zeros((40, 60), bool)
    inside[5:25, 10:30] = True
    np.testing.assert_array_equal(result.pixels[~inside], image.pixels[~inside])
    np.testing.assert_allclose(result.pixels[inside][:, :3], 2 * image.pixels[inside][:, :3], rtol=1e-6)


def test_a_full_matte_is_the_whole_grade_to_the_bit_and_half_of_one_half():
    image = picture()
    full = grade(image, gamma=three(1.3))
    np.testing.assert_array_equal(grade(image, matte(Box(0, 0, 60, 40)), gamma=three(1.3)).pixels, full.pixels)
    half = (image.pixels.astype(np.float64) + full.pixels) / 2
    np.testing.assert_allclose(grade(image, matte(Box(0, 0, 60, 40), 0.5), gamma=three(1.3)).pixels, half, atol=1e-6)
    np.testing.assert_allclose(grade(image, gamma=three(1.3), mix=0.5).pixels, half, atol=1e-6)


def test_the_origin_knows_that_only_the_mattes_covered_part_changed(tmp_path):
    from dataclasses import replace

    plate = replace(picture(), origin=Origin(tmp_path / "p.exr", 0, ("R", "G", "B", "A"), "ACEScg", "1"))
    coverage = np.zeros((40, 60), np.float32)
    coverage[10:20, 30:35] = 1  # a matte as large as the frame, most of it empty
    result = grade(plate, Matte.of(coverage, channels=("A",)), gain=three(2.0))
    assert result.changed == Box(30, 10, 35, 20)
    assert grade(plate, Matte.of(np.zeros((40, 60), np.float32)), gain=three(2.0)) is plate


def test_a_matte_that_does_not_touch_the_picture_changes_nothing():
    image = picture()
    assert grade(image, matte(Box(100, 100, 110, 110)), gain=three(2.0)) is image
    assert grade(image, gain=three(2.0), mix=0.0) is image


def test_a_picture_of_one_channel_passes_through():
    image = picture(("A",))
    assert grade(image, gain=three(2.0)) is image


def test_a_matte_larger_than_the_picture_and_an_offset_data_window():
    image = Image.of(np.ones((4, 6, 3), np.float32), data=Box(-2, -1, 4, 3), format=Format(10, 10))
    result = grade(image, matte(Box(0, 0, 60, 40)), gain=three(3.0))
    assert result.data == image.data
    assert result.region(Box(-2, -1, 4, 3))[0, 0, 0] == 1
    assert result.region(Box(0, 0, 1, 1))[0, 0, 0] == 3


def test_unpremult_grades_the_colour_and_not_its_edge():
    pixels = np.array([[[0.1, 0.1, 0.1, 0.5], [0.0, 0.0, 0.0, 0.0]]], np.float32)
    result = grade(Image.of(pixels), offset=three(0.2), unpremult=True).pixels
    np.testing.assert_allclose(result, [[[0.2, 0.2, 0.2, 0.5], [0, 0, 0, 0]]], atol=1e-7)


def test_frame_metadata_and_colour_space_stay():
    image = Image.of(np.ones((2, 2, 3), np.float32), colorspace="ACEScg", format=Format(9, 9)).with_metadata(reel="A")
    result = grade(image, gain=three(2.0))
    assert (result.metadata["reel"], result.colorspace, result.format) == ("A", "ACEScg", Format(9, 9))


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({}, "image"),
        ({"gain": three(2.0)}, None),
        ({"gain": three(2.0), "multiply": three(0.5)}, "image"),
        ({"mix": 0.0, "gain": three(2.0)}, "image"),
        ({"black_clamp": True}, None),
        ({"whitepoint": three(0.0)}, None),
    ],
)
def test_identity(knobs, expected):
    kind = node_type(grade)
    assert kind.identity is not None
    assert kind.identity(1, {name: knob.default for name, knob in kind.knobs.items()} | knobs) == expected


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"whitepoint": three(0.0)}, "whitepoint and blackpoint"),
        ({"gamma": three(1.0, 0.0)}, "gamma is 0 in green"),
        ({"gain": three(0.0), "reverse": True}, "cannot be reversed"),
    ],
)
def test_impossible_grades_are_told(knobs, words):
    with pytest.raises(NodegraphError, match=words):
        grade(picture(), **knobs)
