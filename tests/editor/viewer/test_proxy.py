"""The proxy: the light on each screen pixel, and nothing read but what is on screen."""

import cv2
import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.image import Channels, Image, Pixels
from nodegraph.editor.viewer.framing import Framing, Pane, fitted
from nodegraph.editor.viewer.layers import layer, layers
from nodegraph.editor.viewer.proxy import proxy


def noise(width: int, height: int, depth: int = 4) -> Pixels:
    return np.random.default_rng(3).normal(0.5, 2, (height, width, depth)).astype(np.float32)


def test_a_smaller_picture_is_the_mean_of_its_pixels_as_opencv_finds_it() -> None:
    pixels = noise(120, 80)
    for width, height in ((30, 20), (60, 40), (48, 32), (75, 50)):
        shown = proxy(Image.of(pixels), Framing(zoom=width / 120), Pane(width, height))
        wanted = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        assert shown.place == Box(0, 0, width, height)
        assert np.abs(shown.pixels - wanted).max() < 1e-5


def test_a_smaller_picture_at_any_place_keeps_all_its_light() -> None:
    pixels = np.abs(noise(61, 47, 3))
    framing = Framing(-3.3, -2.7, 0.37)
    shown = proxy(Image.of(pixels), framing, Pane(40, 40))
    assert shown.pixels.sum(axis=(0, 1), dtype=np.float64) == pytest.approx(
        pixels.sum(axis=(0, 1), dtype=np.float64) * 0.37**2, rel=1e-5
    )


def test_a_half_covered_screen_pixel_has_half_the_light() -> None:
    shown = proxy(Image.of(np.ones((4, 4, 3), np.float32)), Framing(-1, 0, 0.5), Pane(4, 4))
    assert shown.pixels[0, :, 0].tolist() == [0.5, 1.0, 0.5]


def test_above_one_to_one_each_screen_pixel_is_one_of_the_pictures() -> None:
    pixels = noise(8, 6)
    shown = proxy(Image.of(pixels), Framing(zoom=5), Pane(40, 30))
    assert np.array_equal(shown.pixels, np.kron(pixels, np.ones((5, 5, 1), np.float32)))


def test_the_middle_of_each_screen_pixel_decides() -> None:
    pixels, framing, pane = noise(30, 20), Framing(3.21, 2.6, 2.7), Pane(50, 40)
    shown = proxy(Image.of(pixels), framing, pane)
    for y in range(0, pane.height, 7):
        for x in range(0, pane.width, 7):
            column, row = framing.pixel(x + 0.5, y + 0.5)
            assert np.array_equal(shown.pixels[y - shown.place.y0, x - shown.place.x0], pixels[row, column])


def test_one_to_one_is_the_picture_itself() -> None:
    pixels = noise(30, 20)
    shown = proxy(Image.of(pixels), Framing(-5, -4, 1), Pane(100, 100))
    assert shown.place == Box(5, 4, 35, 24)
    assert np.array_equal(shown.pixels, pixels)


def test_only_what_is_on_screen_is_read() -> None:
    asked: list[tuple[Box, Channels]] = []

    class File:
        nbytes = 0

        def read(self, box: Box, channels: Channels) -> Pixels:
            asked.append((box, channels))
            return np.zeros((box.height, box.width, len(channels)), np.float32)

    image = Image(Format(4096, 2160), Box(0, 0, 4096, 2160), ("R", "G", "B", "A", "Z"), "", File())
    proxy(image, Framing(1000, 500, 4), Pane(400, 200), ("R", "G", "B"))
    proxy(image, Framing(1000, 500, 4), Pane(400, 200), ("Z",), within=Box(0, 0, 40, 200))
    proxy(image, Framing(9000, 0, 1), Pane(400, 200))
    assert asked == [(Box(1000, 500, 1100, 550), ("R", "G", "B")), (Box(1000, 500, 1010, 550), ("Z",))]


def test_a_part_of_the_pane_is_that_part_of_the_whole() -> None:
    image, framing, pane = Image.of(noise(90, 70)), Framing(1.3, 2.1, 0.61), Pane(60, 50)
    whole, part = (proxy(image, framing, pane, within=box) for box in (None, Box(10, 20, 35, 33)))
    assert np.array_equal(part.pixels, whole.pixels[part.place.slices(whole.place)])


def test_wide_pixels_are_wide_on_the_screen() -> None:
    shown = proxy(Image.of(noise(20, 10)), Framing(zoom=1, aspect=2), Pane(100, 100))
    assert shown.place == Box(0, 0, 40, 10)


def test_a_data_window_beyond_the_frame_is_shown_where_it_lies() -> None:
    pixels = noise(6, 4)
    image = Image.of(pixels, data=Box(-3, -2, 3, 2), format=Format(10, 10))
    shown = proxy(image, Framing(-5, -5, 2), Pane(40, 40))
    assert shown.place == Box(4, 6, 16, 14)
    assert np.array_equal(shown.pixels[::2, ::2], pixels)


def test_a_draft_takes_pixels_as_they_are() -> None:
    pixels = noise(200, 100)
    shown = proxy(Image.of(pixels), fitted(Box(0, 0, 200, 100), Pane(50, 50)), Pane(50, 50), draft=True)
    known = {value.tobytes() for value in pixels.reshape(-1, 4)}
    assert {value.tobytes() for value in shown.pixels.reshape(-1, 4)} <= known


def test_layers_are_told_apart() -> None:
    found = layers(
        ["Z", "diffuse.R", "diffuse.G", "diffuse.B", "R", "G", "B", "A", "mask.face", "motion.x", "motion.y"]
    )
    assert [(each.name, each.channels, each.light) for each in found] == [
        ("", ("R", "G", "B", "A"), True),
        ("Z", ("Z",), False),
        ("diffuse", ("diffuse.R", "diffuse.G", "diffuse.B"), True),
        ("mask", ("mask.face",), False),
        ("motion", ("motion.x", "motion.y"), False),
    ]
    assert layer(["R", "G", "B", "Z"], "Z").channels == ("Z",)
    assert layer(["R", "G", "B", "Z"], "gone").name == ""
