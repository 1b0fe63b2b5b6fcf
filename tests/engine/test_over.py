"""No render writes over the pictures that it reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nodegraph as ng
from nodegraph.data.errors import GraphError
from nodegraph.media.exr_write import PartToWrite, write_exr

FRAMES = range(1, 5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plate whose frames are told apart by their values."""
    for frame in FRAMES:
        planes = {name: np.full((8, 12), frame / 8, np.float16) for name in "RGB"}
        write_exr(tmp_path / f"p.{frame:04d}.exr", [PartToWrite(ng.Box(0, 0, 12, 8), ng.Box(0, 0, 12, 8), planes)])
    return tmp_path


def graph_of(reads: str, writes: str, kind: str = "Write") -> ng.Graph:
    graph = ng.new(first=1, last=4, format=ng.Format(12, 8)).add("Read", "Plate", file=reads)
    graph = graph.add("TimeOffset", "Later", offset=1).connect("Later", "image", "Plate")
    return graph.add(kind, "Out", file=writes).connect("Out", "image", "Later")


@pytest.mark.parametrize(
    ("reads", "writes"),
    [("p.####.exr", "p.####.exr"), ("p.####.exr", "./p.%04d.exr"), ("p.0002.exr", "p.####.exr")],
)
def test_a_plate_is_never_written_over(folder: Path, reads: str, writes: str) -> None:
    before = {path.name: path.read_bytes() for path in folder.glob("*.exr")}
    with pytest.raises(GraphError, match="Out would write over what Plate reads"):
        ng.render(graph_of(reads, writes), "Out", root=folder)
    assert {path.name: path.read_bytes() for path in folder.glob("*.exr")} == before


def test_nor_a_movie(tmp_path: Path) -> None:
    graph = ng.new(first=1, last=4, format=ng.Format(64, 48)).add("TestPlate", "Bars")
    graph = graph.add("WriteMovie", "Out", file="a.mov").connect("Out", "image", "Bars")
    ng.render(graph, "Out", root=tmp_path)
    before = (tmp_path / "a.mov").read_bytes()
    with pytest.raises(GraphError, match="Out would write over what Plate reads"):
        ng.render(graph_of("a.mov", "a.mov", "WriteMovie"), "Out", root=tmp_path)
    assert (tmp_path / "a.mov").read_bytes() == before


def test_what_is_not_read_may_be_written(folder: Path) -> None:
    """A Read of what was rendered before, behind a switch that shows the live tree, or disabled."""
    graph = graph_of("p.####.exr", "q.####.exr").add("Read", "Before", file="q.####.exr")
    graph = (
        graph.add("Switch", "Which", which=0).connect("Which", "images1", "Later").connect("Which", "images2", "Before")
    )
    graph = graph.connect("Out", "image", "Which")
    assert ng.render(graph, "Out", root=folder).done == list(FRAMES)
    with pytest.raises(GraphError, match="Out would write over what Before reads"):
        ng.render(graph.set("Which", "which", 1), "Out", root=folder)
    views = graph_of("p.%V.####.exr", "p.%V.####.exr").set("Plate", "view", "left").set("Out", "view", "right")
    for path in folder.glob("p.*.exr"):
        path.rename(path.with_name(path.name.replace("p.", "p.left.", 1)))
    assert ng.render(views, "Out", root=folder).done == list(FRAMES)
