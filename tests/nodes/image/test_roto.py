"""Roto against areas known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.shot import Shot
from nodegraph.graph.curve import Curve
from nodegraph.graph.shapes import Point, Shape, Shapes
from nodes.image.roto import roto

SHOT = Shot(format=Format(200, 150))


def polygon(*points: tuple[float, float], **more: object) -> Shape:
    return Shape(tuple(Point(x, y) for x, y in points), **more)  # type: ignore[arg-type]


def circle(x: float, y: float, radius: float, feather: float = 0.0) -> Shape:
    # The usual cubic for a quarter of a circle: off by at most 0.03 % of the radius.
    k = 0.5522847498 * radius
    rows = []
    for turn in range(4):
        c, s = math.cos(turn * math.pi / 2), math.sin(turn * math.pi / 2)
        rows.append(Point(x + radius * c, y + radius * s, k * s, -k * c, -k * s, k * c, feather * c, feather * s))
    return Shape(tuple(rows))


def test_a_box_covers_its_pixels_by_their_share() -> None:
    matte = roto(SHOT, shapes=Shapes((polygon((10.25, 20), (30, 20), (30, 40.5), (10.25, 40.5)),)))
    plane = matte.plane(SHOT.format.box)
    assert matte.data == Box(10, 20, 30, 41)
    assert plane[30, 20] == 1
    assert plane[30, 10] == pytest.approx(0.75)
    assert plane[40, 20] == pytest.approx(0.5)
    assert plane[40, 10] == pytest.approx(0.375)
    assert plane.sum() == pytest.approx(19.75 * 20.5, rel=1e-6)


@pytest.mark.parametrize("turned", [False, True])
def test_a_triangle_has_its_area_either_way_round(turned: bool) -> None:
    corners = [(12.3, 7.7), (150.1, 33.2), (70.9, 140.4)]
    matte = roto(SHOT, shapes=Shapes((polygon(*(corners[::-1] if turned else corners)),)))
    (ax, ay), (bx, by), (cx, cy) = corners
    area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
    assert matte.plane(matte.data).sum() == pytest.approx(area, rel=1e-5)


def test_a_circle_has_its_area() -> None:
    matte = roto(SHOT, shapes=Shapes((circle(100, 75, 50),)))
    assert matte.plane(matte.data).sum() == pytest.approx(math.pi * 2500, rel=1e-3)


def test_a_feather_falls_evenly() -> None:
    matte = roto(SHOT, shapes=Shapes((circle(100, 75, 30, feather=20),)))
    row = matte.plane(SHOT.format.box)[74, 100:]
    for x in (10, 29, 35, 40, 45, 49, 55):
        wanted = min(1.0, max(0.0, (50 - (x + 0.5)) / 20))
        assert row[x] == pytest.approx(wanted, abs=0.02)
    assert (np.diff(row) <= 1e-6).all()


def test_shapes_off_the_frame_are_cut_right() -> None:
    matte = roto(SHOT, shapes=Shapes((polygon((-50, -50), (20, -50), (20, 30.5), (-50, 30.5)),)))
    assert matte.plane(SHOT.format.box).sum() == pytest.approx(20 * 30.5, rel=1e-6)
    gone = roto(SHOT, shapes=Shapes((polygon((300, 300), (310, 300), (310, 310)),)))
    assert gone.data.empty


def test_add_subtract_invert_and_opacity() -> None:
    outer, inner = polygon((10, 10), (50, 10), (50, 50), (10, 50)), polygon((20, 20), (30, 20), (30, 30), (20, 30))
    cut = Shape(inner.points, subtract=True, opacity=0.5)
    plane = roto(SHOT, shapes=Shapes((outer, cut))).plane(SHOT.format.box)
    assert (plane[15, 15], plane[25, 25], plane[60, 60]) == (1, 0.5, 0)
    inverted = roto(SHOT, shapes=Shapes((outer, cut)), invert=True).plane(SHOT.format.box)
    assert np.allclose(inverted, 1 - plane)
    assert roto(SHOT).data.empty


def test_points_are_keyed_one_by_one() -> None:
    moving = Curve.of([(1, 50.0), (11, 60.0)])
    shapes = Shapes((Shape((Point(10, 10), Point(moving, 10), Point(50, 50), Point(10, 50))),))
    assert shapes.animated
    assert Shapes.from_json(shapes.to_json()) == shapes
    assert shapes.at(6).shapes[0].points[1].x == 55
    assert not shapes.at(6).animated
    assert roto(SHOT, shapes=shapes.at(6)).plane(SHOT.format.box).sum() == pytest.approx(40 * 40 + 5 * 40 / 2)
