"""One knob is turned: exactly what depends on it is computed anew. Told by brute force, on a thousand random graphs."""

from __future__ import annotations

import os
from pathlib import Path

import PyOpenColorIO as OCIO

from nodegraph.bench.oracle import trial
from nodegraph.data.box import Format
from nodegraph.data.shot import Shot
from nodegraph.engine.evaluate import evaluate
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


def test_a_config_beside_the_project_goes_along_with_it(tmp_path: Path) -> None:
    """Wherever the program is started, and wherever the project is moved to: the same picture by the same key."""
    keys = []
    for home in (tmp_path / "here", tmp_path / "there"):
        home.mkdir()
        studio = OCIO.Config.CreateFromBuiltinConfig("studio-config-latest")
        studio.setRole("scene_linear", "ACES2065-1")
        (home / "studio.ocio").write_text(studio.serialize())
        os.utime(home / "studio.ocio", (1, 1))
        graph = Graph(Library.discover(), shot=Shot(config="studio.ocio", format=Format(4, 4)))
        graph = graph.add("Constant", "A", color=(0.5, 0.25, 0.125, 1.0)).add("ColorSpace", "C", target="scene_linear")
        graph = graph.connect("C", "image", "A")
        picture = evaluate(graph, "C", root=home)
        assert picture.colorspace == "ACES2065-1"
        keys.append(Planner(graph, home).plan("C", 1001).feed.step.key)
    assert keys[0] == keys[1]
