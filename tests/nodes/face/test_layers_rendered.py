"""A shot rendered with its layers: the face is missing on some frames, and somebody allowed the use of it."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType

import numpy as np
import OpenImageIO as oiio
import pytest

import nodegraph as ng
from nodegraph.cli.main import main
from nodegraph.data.box import Format
from nodegraph.data.crop import Crops
from nodegraph.data.faces import Face, Pose, Rect
from nodegraph.data.identity import Consent, Identity
from nodegraph.data.shot import Shot
from nodegraph.data.tracks import Track, Tracks
from nodegraph.engine.outline import outline
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from tests.nodes.face.shapes import face_points
from tests.nodes.io.pictures import chunks_of, header_of, noise, parts_of
from tests.nodes.io.pictures import save as save_plate

FORMAT = Format(320, 180)
FIRST, LAST = 1001, 1010
GONE = (1003, 1004, 1005, 1009)


@node
def somebody(*, document: str = "HR-12") -> Identity:
    """Somebody who allowed it."""
    return Identity("jane", (), "ACEScg", Consent("Jane Doe", "Jane Doe", "this film", document=document))


@node
def walk() -> Tracks:
    """A face that crosses the picture, and leaves it for some frames."""
    faces = {}
    for frame in range(FIRST, LAST + 1):
        if frame not in GONE:
            points = face_points(120.0 + 6 * (frame - FIRST), 90, 50, roll=0.1)
            faces[frame] = Face(Rect.around(points), 1.0, points, 1.0, Pose(1.0, 2.0, 3.0))
    return Tracks(FORMAT, (Track("face1", MappingProxyType(faces)),))


@node
def tint(crops: Crops, identity: Identity) -> Crops:
    """Somebody's face: the one that was there, half as bright."""
    return crops.each(crop.with_pixels(crop.plate * np.float32(0.5), identity=identity.name) for crop in crops)


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    (tmp_path / "plate").mkdir()
    for frame in range(FIRST, LAST + 1):
        save_plate(tmp_path / f"plate/plate.{frame}.exr", noise(*FORMAT[:2], seed=frame))
    library = Library.discover().with_nodes(somebody, walk, tint)
    graph = Graph(library, shot=Shot(first=FIRST, last=LAST, format=FORMAT))
    graph = graph.add("Read", "Plate", file=File("plate/plate.####.exr"), colorspace="ACEScg").add("Walk", "Tracks")
    graph = graph.add("Align", "Align", size=64).add("Somebody", "Jane").add("Tint", "Swap").add("Paste", "Paste")
    graph = graph.add("FaceLayers", "Layers").add("Write", "Write", file=File("out/comp.####.exr"))
    for name, port, source in (
        *(("Align", "image", "Plate"), ("Align", "tracks", "Tracks"), ("Swap", "crops", "Align")),
        *(("Swap", "identity", "Jane"), ("Paste", "image", "Plate"), ("Paste", "crops", "Swap")),
        *(("Layers", "image", "Paste"), ("Layers", "crops", "Swap"), ("Layers", "plate", "Plate")),
        *(("Layers", "tracks", "Tracks"), ("Write", "image", "Layers")),
    ):
        graph = graph.connect(name, port, source)
    return graph


def test_a_shot_with_layers(graph: Graph, tmp_path: Path) -> None:
    report = ng.render(graph, "Write", root=tmp_path)
    assert report.ok
    assert [line for line in report.notices() if "no face" in line] == [
        "Align: no face on 1003-1005, 1009: the plate went through"
    ]
    for frame in range(FIRST, LAST + 1):
        source, out = tmp_path / f"plate/plate.{frame}.exr", tmp_path / f"out/comp.{frame}.exr"
        parts = parts_of(out)
        assert [header["name"] for header, _ in parts] == ["rgba", "swap", "matte_face1", "plate"]
        was, now = chunks_of(source), chunks_of(out)
        assert {key[1:]: block for key, block in now.items() if key[0] == 3} == {
            key[1:]: block for key, block in was.items()
        }
        kept = sum(now[key] == was[key] for key in was)
        assert kept == len(was) if frame in GONE else len(was) // 3 <= kept < len(was)
        told = json.loads(str(header_of(out)["nodegraph/faces"]))["faces"]
        assert [face["identity"] for face in told] == ([] if frame in GONE else ["jane"])
        assert "HR-12" in str(header_of(out)["nodegraph/consent/jane"])
        beauty, swap, plate = (oiio.ImageBuf(str(out), number, 0) for number in (0, 1, 3))
        comp = oiio.ImageBufAlgo.over(_named(swap, "swap"), _named(plate, "plate"))
        assert not comp.has_error
        assert (comp.spec().width, comp.spec().height) == FORMAT[:2]
        difference = np.abs(comp.get_pixels(oiio.FLOAT)[..., :3] - beauty.get_pixels(oiio.FLOAT))
        assert difference.max() < 2e-3  # half floats near 2 are 1/512 apart


def _named(picture: oiio.ImageBuf, layer: str) -> oiio.ImageBuf:
    """A layer with the names that an over goes by; one without an alpha is opaque."""
    alpha = f"{layer}.A" if f"{layer}.A" in picture.spec().channelnames else 1.0
    return oiio.ImageBufAlgo.channels(picture, (*(f"{layer}.{name}" for name in "RGB"), alpha), ("R", "G", "B", "A"))


def test_a_resumed_render_still_tells_where_no_face_was(graph: Graph, tmp_path: Path) -> None:
    ng.render(graph, "Write", "1001-1004", root=tmp_path)
    report = ng.render(graph, "Write", root=tmp_path, resume=True)
    assert report.skipped == [1001, 1002, 1003, 1004]
    assert "Align: no face on 1003-1005, 1009: the plate went through" in report.notices()


def test_the_outline_says_how_it_will_be_written(graph: Graph, tmp_path: Path) -> None:
    told = str(outline(graph, "Write", (FIRST,), tmp_path))
    assert "splices the source's ZIP blocks" in told
    assert "3 parts added" in told


def test_a_preview_from_the_command_line(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save(Document(graph.set("Jane", "document", "")), tmp_path / "a.ngraph.json")
    monkeypatch.setattr(Library, "discover", lambda: graph.library)
    assert main(["render", str(tmp_path / "a.ngraph.json"), "--frames", "1002-1003"]) == 1
    assert "does not state document" in capsys.readouterr().err
    assert main(["render", str(tmp_path / "a.ngraph.json"), "--frames", "1002-1003", "--preview"]) == 0
    told = capsys.readouterr()
    assert "note: Align: no face on 1003: the plate went through" in told.err
    for frame in (1002, 1003):
        out = tmp_path / f"out/comp.{frame}.exr"
        assert header_of(out)["nodegraph/preview"] == "PREVIEW - no consent for jane"
        assert parts_of(out)[0][1]["R"][:6].max() <= 1
