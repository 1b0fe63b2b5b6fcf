"""Time: which frames are asked for, and what becomes of them, through the real engine."""

from __future__ import annotations

import numpy as np
import pytest

import nodegraph as ng
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from nodes.time.retime import Between


@node
def counter(frame: Frame) -> Image:
    """A picture whose value is its frame."""
    return Image.of(np.full((2, 2, 3), float(frame), np.float32))


@pytest.fixture
def graph() -> Graph:
    return Graph(Library.discover().with_nodes(counter)).add("Counter").with_shot(first=1, last=20)


def at(graph: Graph, name: str, frame: int) -> float:
    image = ng.evaluate(graph, name, frame)
    return float(image.pixels[0, 0, 0])


def wired(graph: Graph, kind: str, **knobs: object) -> Graph:
    return graph.add(kind, "T", **knobs).connect("T", "image", "Counter1")


def test_time_offset(graph: Graph) -> None:
    assert at(wired(graph, "TimeOffset", offset=3), "T", 10) == 7
    assert at(wired(graph, "TimeOffset", offset=-3), "T", 10) == 13


def test_frame_hold(graph: Graph) -> None:
    assert [at(wired(graph, "FrameHold", first=5), "T", frame) for frame in (1, 5, 9)] == [5, 5, 5]
    stepped = wired(graph, "FrameHold", first=5, increment=3)
    assert [at(stepped, "T", frame) for frame in (4, 5, 7, 8, 11)] == [2, 5, 5, 8, 11]


def test_frame_blend_is_the_mean(graph: Graph) -> None:
    assert at(wired(graph, "FrameBlend", radius=2), "T", 10) == pytest.approx(10)
    squares = wired(graph, "FrameBlend", radius=0)
    assert at(squares, "T", 4) == 4


def test_retime(graph: Graph) -> None:
    half = wired(graph, "Retime", speed=0.5, first=1, source_first=1)
    assert [at(half, "T", frame) for frame in (1, 2, 3, 4)] == [1, 1.5, 2, 2.5]
    near = half.set("T", "between", Between.NEAREST)
    assert [at(near, "T", frame) for frame in (1, 2, 3, 4)] == [1, 2, 2, 3]
    back = wired(graph, "Retime", speed=-1.0, first=1, source_first=20)
    assert [at(back, "T", frame) for frame in (1, 2, 20)] == [20, 19, 1]
    curve = wired(graph, "Retime", use_source_frame=True, source_frame=Curve.of([(1, 4.0), (5, 8.0)]))
    assert [at(curve, "T", frame) for frame in (1, 2, 5, 9)] == [4, 5, 8, 8]
