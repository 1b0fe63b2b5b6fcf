"""`nodegraph preset`, and the presets that come with the program: each is used once, and does what it says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import scipy.ndimage

import nodegraph as ng
from nodegraph.cli.main import main
from nodegraph.data.image import Image
from nodegraph.graph import preset as presets
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node

SHIPPED = sorted(path for path in (Path(__file__).parents[2] / "presets").glob("*.ngpreset.json"))


@node
def lamp() -> Image:
    """A dark frame with a bright lamp in it."""
    pixels = np.full((60, 80, 3), 0.2, np.float32)
    pixels[28:32, 38:42] = 12.0
    return Image.of(pixels)


@node
def figure() -> Image:
    """An opaque red square in the middle."""
    pixels = np.zeros((60, 80, 4), np.float32)
    pixels[15:45, 25:55] = (0.8, 0.1, 0.1, 1.0)
    return Image.of(pixels)


LIBRARY = Library.discover().with_nodes(lamp, figure)


def placed(name: str, **inputs: str) -> tuple[Graph, str]:
    """A small graph with a preset in it, and the node to go on from."""
    graph = Graph(LIBRARY).with_shot(format=ng.Format(80, 60), last=1003).add("Lamp", "Plate").add("Figure", "Fg")
    path = next(path for path in SHIPPED if path.name == f"{name}.ngpreset.json")
    preset = presets.load(path, LIBRARY)
    whole, names = presets.inserted(graph, preset, inputs=inputs)
    return whole, names.get(preset.output, "")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_is_canonical_and_says_what_it_is_for(path: Path) -> None:
    preset = presets.load(path)
    assert presets.write(preset) == path.read_text("utf-8")
    assert preset.name
    assert preset.help
    assert preset.exposed
    assert preset.inputs
    assert path.name.removesuffix(presets.SUFFIX) in (path.parent / "README.md").read_text("utf-8")


def test_soft_glow_adds_the_blurred_highlights() -> None:
    graph, out = placed("soft_glow", image="Plate")
    graph = graph.set("Spread", "size", (4.0, 4.0))
    plate = ng.evaluate(graph, "Plate", 1001).pixels
    bright = np.pad(np.maximum(plate - 0.7, 0), ((16, 16), (16, 16), (0, 0)))
    glow = scipy.ndimage.gaussian_filter(bright, (4, 4, 0), truncate=4.0)[16:-16, 16:-16]
    np.testing.assert_allclose(ng.evaluate(graph, out, 1001).pixels, plate + 0.35 * glow, atol=1e-4)


def test_light_wrap_lights_the_inside_of_edges_only() -> None:
    graph, out = placed("light_wrap", foreground="Fg", background="Plate")
    graph = graph.set("SoftEdge", "size", (2.0, 2.0))
    plain = graph.set(out, "mix", 0.0)
    added = ng.evaluate(graph, out, 1001).region(ng.Format(80, 60).box, ("R", "G", "B")) - ng.evaluate(
        plain, out, 1001
    ).region(ng.Format(80, 60).box, ("R", "G", "B"))
    assert added[15, 40].min() > 0.01  # the edge takes light
    assert np.abs(added[:14]).max() == 0  # the background does not
    assert np.abs(added[29:31, 39:41]).max() < 1e-3  # nor does the middle
    assert added.min() >= 0


def test_what_changed_is_black_where_nothing_did() -> None:
    graph, out = placed("what_changed", plate="Plate", result="Plate")
    assert np.abs(ng.evaluate(graph, out, 1001).pixels).max() == 0
    graph = graph.add("Grade", "Less", offset=(0.01, 0, 0)).connect("Less", "image", "Plate")
    seen = ng.evaluate(graph.connect("Difference", "a", "Less"), out, 1001).pixels
    np.testing.assert_allclose(seen[..., 0], 0.2, atol=1e-4)
    assert np.abs(seen[..., 1:]).max() == 0


def test_regrain_and_slow_motion_compute() -> None:
    graph, out = placed("regrain", image="Plate", plate="Plate")
    assert ng.evaluate(graph, out, 1001).pixels.shape == (60, 80, 3)
    graph, out = placed("slow_motion", image="Plate")
    np.testing.assert_array_equal(ng.evaluate(graph, out, 1002).pixels, ng.evaluate(graph, "Plate", 1001).pixels)


def test_the_writers_write(tmp_path: Path) -> None:
    for name in ("delivery_aces", "review_movie"):
        graph, _ = placed(name, image="Plate")
        report = ng.render(graph, graph.sinks()[0], range(1001, 1004), root=tmp_path)
        assert report.ok
    with OpenEXR.File(str(tmp_path / "delivery" / "shot.1002.exr"), separate_channels=True) as file:
        assert file.header()["acesImageContainerFlag"] == 1
    assert (tmp_path / "review" / "review.mp4").stat().st_size > 500


# -- the command line ----------------------------------------------------------------------------------


@pytest.fixture
def shot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    graph = ng.new(first=1001, last=1002).add("TestPlate", "Plate").add("Grade", "Warm", multiply=(2.0, 1.0, 1.0))
    path = tmp_path / "shot.ngraph.json"
    ng.save(graph.connect("Warm", "image", "Plate"), path)
    return path


def test_make_list_show_insert(shot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "net.onnx"
    model.write_bytes(b"weights")
    make = ["preset", "make", str(shot), "--nodes", "Warm", "--name", "Warm look", "--help-text", "For cold plates."]
    assert main([*make, "--expose", "Warm.multiply=Tint", "--expose", "Warm.mix", "--model", str(model)]) == 0
    assert (tmp_path / "home" / "nodegraph" / "presets" / "warm_look.ngpreset.json").exists()
    assert main(["preset", "list"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert any(row.split()[:2] == ["warm_look", "own"] and row.endswith("For cold plates.") for row in rows)
    assert any(row.startswith("soft_glow") and "nodegraph" in row for row in rows)
    assert main(["preset", "show", "warm_look"]) == 0
    shown = capsys.readouterr().out
    assert hashlib.sha256(b"weights").hexdigest() in shown
    assert "Tint" in shown
    assert main(["preset", "show", "warm_look", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["label"] for row in told["knobs"]] == ["Tint", "mix"]
    insert = ["preset", "insert", str(shot), "warm_look", "--input", "image=Warm", "--set", "Tint=1.5,1,1"]
    assert main([*insert, "--set", "mix=0.5"]) == 0
    assert "Warm1" in capsys.readouterr().out
    graph = ng.load(shot).graph
    assert graph.value("Warm1", "multiply", 1001) == (1.5, 1.0, 1.0)
    assert graph.value("Warm1", "mix", 1001) == 0.5
    assert graph.nodes["Warm1"].inputs["image"].node == "Warm"
    assert len(list((tmp_path / ".nodegraph" / "backups").iterdir())) == 1  # the graph as it was


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["show", "nothing_like_it"], "no preset"),
        (["insert", "{shot}", "soft_glow", "--input", "imag=Plate"], "no input imag"),
        (["insert", "{shot}", "soft_glow", "--set", "Amount=much"], "mix"),
        (["insert", "{shot}", "soft_glow", "--set", "Amount"], "says nothing"),
        (["insert", "{shot}", "soft_glow", "--input", "image=Gone"], "Gone"),
        (["make", "{shot}", "--nodes", "Gone", "--name", "x"], "Gone"),
        (["make", "{shot}", "--nodes", "Warm", "--name", "x", "--model", "no.onnx"], "no.onnx"),
        (["make", "{shot}", "--nodes", "Warm", "--name", "x", "--out", "x.json"], "ngpreset"),
    ],
)
def test_faults_are_told_and_nothing_is_lost(
    shot: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = shot.read_bytes()
    assert main(["preset", *(word.replace("{shot}", str(shot)) for word in words)]) == 1
    told = capsys.readouterr().err
    assert says in told
    assert "Traceback" not in told
    assert shot.read_bytes() == before
