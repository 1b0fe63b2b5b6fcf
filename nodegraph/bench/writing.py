"""A full frame to EXR through our Write, against the OpenEXR binding with the same pixels already in half."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from nodegraph.bench import plain
from nodegraph.bench.figures import Figure, at_most, seconds
from nodegraph.data.box import Format
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.engine.cache import Cache, default_budget
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Runner
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node

GROUP = "engine"
WIDTH, HEIGHT = 4096, 2160
MADE: list[Image] = []


@node
def in_memory() -> Image:
    """The picture that the measurement made."""
    return MADE[-1]


def measure() -> list[Figure]:
    halves = plain.plate(WIDTH, HEIGHT)
    MADE.append(Image.of(halves.astype(np.float32), colorspace="ACEScg"))
    figures = []
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        folder = Path(name)
        for compression in ("zip", "piz", "dwaa"):
            shot = Shot(name="bench", format=Format(WIDTH, HEIGHT))
            graph = Graph(Library.discover().with_nodes(in_memory), shot=shot).add("InMemory", "picture")
            graph = graph.add("Write", "out", file="ours.exr", compression=compression.upper(), colorspace="ACEScg")
            graph = graph.connect("out", "image", "picture")
            theirs, ours = seconds(
                (partial(plain.write, folder / "plain.exr", halves, compression), partial(_write, graph, folder)), 11
            )
            figures.append(
                at_most(GROUP, f"write: a full {compression.upper()} frame, against the binding", ours / theirs, 1.1)
            )
            same = np.array_equal(plain.read(folder / "ours.exr"), plain.read(folder / "plain.exr"))
            figures.append(
                at_most(GROUP, f"write: {compression.upper()} files that differ in a value", 1 - same, 0, "")
            )
    MADE.clear()
    return figures


def _write(graph: Graph, folder: Path) -> None:
    planner = Planner(graph, folder)
    runner = Runner(planner, Cache(default_budget()), checked=False)
    runner.result(planner.plan_sink("out", (1001,), 1001))


MEASURES = {"write": measure}
