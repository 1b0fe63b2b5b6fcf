"""One knob is turned: exactly what depends on it is computed anew. Told by brute force, on a thousand random graphs."""

from __future__ import annotations

from pathlib import Path

from nodegraph.bench.oracle import trial
from nodegraph.data.shot import Shot
from nodegraph.engine.plan import Planner
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library


def test_a_thousand_random_graphs() -> None:
    trials = [trial(seed) for seed in range(1000)]
    assert [seed for seed, each in enumerate(trials) if each.wrong] == []
    assert [seed for seed, each in enumerate(trials) if each.moved] == []
    assert sum(each.recomputed for each in trials) > 1000
    assert sum(each.kept for each in trials) > 1000


def test_a_config_that_was_mended_on_disk_is_another_result(tmp_path: Path) -> None:
    """Only for nodes that see the shot, and with it its colour management."""
    config = tmp_path / "config.ocio"
    config.write_text("ocio_profile_version: 1\n")
    graph = Graph(Library.discover(), shot=Shot(config=str(config)))
    graph = graph.add("Constant", "A").add("Dot", "B").connect("B", "image", "A")
    graph = graph.add("ColorSpace", "C", target="ACEScct").connect("C", "image", "A")

    def key() -> bytes:
        return Planner(graph, tmp_path).plan("C", 1001).feed.step.key

    before = key()
    assert key() == before
    config.write_text("ocio_profile_version: 1\n# mended\n")
    assert key() != before
