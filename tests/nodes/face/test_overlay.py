"""Overlay: what is drawn is where the tracks are, and the rest of the plate is left alone to the bit."""

from __future__ import annotations

import numpy as np

from nodegraph.data.box import Box
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame
from nodes.face.overlay import overlay
from tests.nodes.face.shapes import FORMAT, face_points, tracks_of


def plate() -> Image:
    pixels = np.random.default_rng(1).random((FORMAT.height, FORMAT.width, 3)).astype(np.float32) * 7
    return Image.of(pixels)


def test_points_are_drawn_where_they_are() -> None:
    points = face_points(300.5, 180.5, 200)
    drawn = overlay(
        Image.of(np.zeros((360, 640, 3), np.float32)), Frame(1), tracks_of([points]), boxes=False, names=False
    )
    green = drawn.pixels[..., 1]
    for x, y in points:
        assert green[int(y), int(x)] > 0.5
    lit = np.argwhere(green > 0)
    assert (lit.min(axis=0) >= points.min(axis=0)[::-1] - 4).all()
    assert (lit.max(axis=0) <= points.max(axis=0)[::-1] + 4).all()


def test_before_and_after_have_their_own_colours() -> None:
    here, there = tracks_of([face_points(150)]), tracks_of([face_points(450)])
    drawn = overlay(Image.of(np.zeros((360, 640, 3), np.float32)), Frame(1), here, there, names=False).pixels
    assert drawn[:, :300, 1].max() > 0.7 > drawn[:, 300:, 1].max()
    assert drawn[:, 300:, 0].max() > 0.7


def test_the_rest_is_left_alone() -> None:
    before = plate()
    drawn = overlay(before, Frame(1), tracks_of([face_points(300, 180, 80)]))
    outside = np.ones((360, 640), bool)
    outside[100:260, 220:460] = False
    assert np.array_equal(drawn.pixels[outside], before.pixels[outside])
    assert not np.array_equal(drawn.pixels, before.pixels)
    assert overlay(before, Frame(7), tracks_of([face_points()])) is before  # no face on that frame


def test_a_face_beyond_the_edge() -> None:
    drawn = overlay(plate(), Frame(1), tracks_of([face_points(5, 350, 300)]))
    assert drawn.data == Box(0, 0, 640, 360)
    assert np.isfinite(drawn.pixels).all()
