"""What the engine itself costs: planning a shot, a Step that does nothing, opening a large project."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from nodegraph.bench.figures import Figure, at_most, seconds
from nodegraph.bench.graphs import shot_graph
from nodegraph.data.shot import Frame
from nodegraph.engine.cache import Cache
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Runner
from nodegraph.graph.curve import Curve
from nodegraph.graph.document import Document, load, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node

GROUP = "engine"
NODES, FRAMES = 40, 500
LARGE = 300
STEPS = 40


@node
def count(frame: Frame, *, start: int = 0) -> int:
    """The frame, counted from a start."""
    return frame + start


@node
def add(a: int, *, more: int = 1) -> int:
    """One number more."""
    return a + more


def grades(nodes: int, frames: int) -> Graph:
    """A plate, and a long chain of grades and merges of which every fourth is animated."""
    graph = shot_graph(frames=frames).add("TestPlate", "n0")
    fade = Curve.of([(1001, 0.0), (1000 + frames, 1.0)])
    for k in range(1, nodes - 1):
        if k % 5 == 4:
            graph = graph.add("Merge", f"n{k}").connect(f"n{k}", "a", f"n{k // 2}").connect(f"n{k}", "b", f"n{k - 1}")
        else:
            graph = graph.add("Grade", f"n{k}", multiply=(1.0, 1.0 + k / 100, 1.0)).connect(
                f"n{k}", "image", f"n{k - 1}"
            )
        if k % 4 == 0:
            graph = graph.set(f"n{k}", "mix", fade)
    last = f"n{nodes - 1}"
    return graph.add("Write", last, file="out.####.exr").connect(last, "image", f"n{nodes - 2}")


def plan() -> list[Figure]:
    """All frames of a shot, each down to its plate."""
    graph = grades(NODES, FRAMES)

    def all_frames() -> None:
        planner = Planner(graph)
        for frame in graph.shot.frames:
            planner.plan_sink(f"n{NODES - 1}", (frame,), frame)

    [taken] = seconds((all_frames,), 3)
    return [at_most(GROUP, f"plan: {NODES} nodes, {FRAMES} frames", taken, 1.0, "s"), _reopened()]


def _reopened() -> Figure:
    library = Library.discover()
    graph = grades(LARGE, 100)
    places = {name: {"at": [k % 20 * 120, k // 20 * 80]} for k, name in enumerate(graph.nodes)}
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        path = Path(name) / "large.ngraph.json"
        save(Document(Graph(library, graph.nodes, graph.shot, ui={"nodes": places})), path)

        def reopen() -> None:
            document = load(path, library)
            Planner(document.graph, document.folder).plan(f"n{LARGE - 2}", 1001)

        [taken] = seconds((reopen,), 5)
    return at_most(GROUP, f"plan: reopening a project of {LARGE} nodes", taken, 0.5, "s")


def step() -> list[Figure]:
    """Nodes that add two numbers: what remains is the engine."""
    graph = Graph(Library.of(count, add)).add("Count", "n0")
    for k in range(1, STEPS):
        graph = graph.add("Add", f"n{k}", more=k).connect(f"n{k}", "a", f"n{k - 1}")
    runner = Runner(Planner(graph), Cache(1 << 30), checked=False)
    taken = []
    for frame in range(1, 401):
        start = time.perf_counter()
        runner.result(runner.planner.plan(f"n{STEPS - 1}", frame))
        taken.append(time.perf_counter() - start)
    return [at_most(GROUP, "step: planning and running one, less its work", median(taken) / STEPS * 1e6, 40, "µs")]


MEASURES = {"plan": plan, "step": step}
