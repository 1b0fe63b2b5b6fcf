"""Transform's motion blur against the integral it stands for, and the engine's part in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nodegraph as ng
from nodegraph.data.box import Box, Format
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.engine.plan import Planner
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.library import Library
from nodegraph.graph.node import node


@node
def post() -> Image:
    """A bright column of one pixel, at 20."""
    pixels = np.zeros((4, 64, 3), np.float32)
    pixels[:, 20] = 8.0
    return Image.of(pixels)


@pytest.fixture
def moving() -> Graph:
    """The column goes 16 pixels to the right in every frame."""
    graph = Graph(Library.discover().with_nodes(post), shot=Shot(first=1001, last=1004, format=Format(64, 4)))
    graph = graph.add("Post", "Post").add("Transform", "Move").connect("Move", "image", "Post")
    run = Curve.of([(1001, 0.0), (1004, 48.0)])
    return graph.set("Move", "translate", [run, 0.0]).set("Move", "motion_blur", 32)


def row(graph: Graph, frame: int) -> np.ndarray:
    image = ng.evaluate(graph, "Move", frame)
    return image.region(Box(0, 0, 64, 4), ("R",))[1, :, 0]


def test_light_is_spread_evenly_over_the_way(moving: Graph) -> None:
    """Half a frame open around it: 8 pixels of way, the same light in each; the sum is kept."""
    light = row(moving, 1002)
    assert light.sum() == pytest.approx(8.0, rel=1e-5)
    way = light[34:39]  # from 20 + 16 - 4 to 20 + 16 + 4, less the ends, which the filter rounds
    np.testing.assert_allclose(way, 1.0, atol=0.02)
    assert np.abs(light[:31]).max() < 0.1
    assert np.abs(light[42:]).max() < 0.1
    assert (np.arange(64) * light).sum() / light.sum() == pytest.approx(36.0, abs=1e-3)


@pytest.mark.parametrize(("opens", "middle"), [("from the frame on", 40.0), ("until the frame", 32.0)])
def test_when_the_shutter_is_open(moving: Graph, opens: str, middle: float) -> None:
    light = row(moving.set("Move", "shutter_opens", opens), 1002)
    assert (np.arange(64) * light).sum() / light.sum() == pytest.approx(middle, abs=1e-3)


def test_a_whole_frame_open(moving: Graph) -> None:
    light = row(moving.set("Move", "shutter", 1.0), 1002)
    np.testing.assert_allclose(light[30:43], 0.5, atol=0.02)


def test_what_stands_still_is_not_blurred(moving: Graph) -> None:
    still = moving.set("Move", "translate", [3.0, 0.0])
    assert row(still, 1002)[23] == 8.0
    assert ng.evaluate(moving.set("Move", "translate", [0.0, 0.0]), "Move", 1002).pixels[0, 20, 0] == 8.0


def test_crossing_its_own_place_it_is_blurred_all_the_same(moving: Graph) -> None:
    """At 1001 the move is nothing, and yet the column is on its way."""
    run = Curve.of([(1000, -16.0), (1004, 48.0)])
    assert row(moving.set("Move", "translate", [run, 0.0]), 1001)[20] == pytest.approx(1.0, abs=0.02)


def test_the_key_knows_the_moments(moving: Graph, tmp_path: Path) -> None:
    """Another way to the same place is another picture; without blur, it is the same."""

    def key(graph: Graph) -> bytes:
        return Planner(graph, tmp_path).plan("Move", 1002).feed.step.key

    bent = Curve.of([(1001, 10.0), (1002, 16.0), (1004, 48.0)])
    other = moving.set("Move", "translate", [bent, 0.0])
    assert key(other) != key(moving)
    assert key(other.set("Move", "motion_blur", 0)) == key(moving.set("Move", "motion_blur", 0))
    assert key(moving.set("Move", "shutter", 0.25)) != key(moving)


def test_a_link_moves_too(moving: Graph) -> None:
    linked = moving.add("Transform", "Lead").connect("Lead", "image", "Post")
    linked = linked.set("Lead", "translate", moving.setting("Move", "translate")).set(
        "Move", "translate", Link("Lead", "translate")
    )
    np.testing.assert_array_equal(row(linked, 1002), row(moving, 1002))
