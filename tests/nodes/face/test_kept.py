"""What a render finds on the disk is what it would have found itself: the second is the first, to the bit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nodegraph.bench import double
from nodegraph.data.box import Format
from nodegraph.engine.render import render
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library

FRAMES = (1001, 1003)


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    double.write(tmp_path / "double.png")
    graph = Graph(Library.discover()).with_shot(first=FRAMES[0], last=FRAMES[1], format=Format(320, 180))
    graph = graph.add("FacePlate", "Plate", occluder=False)
    graph = graph.add("Detect", "Detect").connect("Detect", "image", "Plate")
    graph = graph.add("Landmarks", "Landmarks", refeed=2).connect("Landmarks", "image", "Plate")
    graph = graph.connect("Landmarks", "faces", "Detect")
    graph = graph.add("Track", "Track").connect("Track", "faces", "Landmarks")
    graph = graph.add("Smooth", "Smooth").connect("Smooth", "tracks", "Track")
    graph = (
        graph.add("Align", "Align", size=128).connect("Align", "image", "Plate").connect("Align", "tracks", "Smooth")
    )
    graph = graph.add("Identity", "Who", file=File("double.png"), reason="digital double")
    graph = graph.add("Mask", "Mask").connect("Mask", "crops", "Align")
    graph = graph.add("Swap", "Swap").connect("Swap", "crops", "Mask").connect("Swap", "identity", "Who")
    graph = graph.add("Paste", "Paste", grain=1.0).connect("Paste", "image", "Plate").connect("Paste", "crops", "Swap")
    graph = graph.add("FaceLayers", "Layers").connect("Layers", "image", "Paste").connect("Layers", "crops", "Swap")
    return graph.add("Write", "Out", file=File("out/a.####.exr"), bits="float").connect("Out", "image", "Layers")


def made(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("out/a.*.exr")}


def test_a_render_that_finds_its_tracks_on_the_disk_is_the_first_to_the_bit(graph: Graph, tmp_path: Path) -> None:
    render(graph, "Out", root=tmp_path)
    first = made(tmp_path)
    assert len(first) == 3
    shutil.rmtree(tmp_path / "out")
    assert list((tmp_path / ".nodegraph" / "cache").glob("*/*.kept"))
    render(graph, "Out", root=tmp_path)
    assert made(tmp_path) == first
