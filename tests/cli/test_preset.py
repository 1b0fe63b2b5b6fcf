"""`nodegraph preset`, and the presets that come with the program: each is used once, and does what it says."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import scipy.ndimage

import nodegraph as ng
from nodegraph.cli.main import main
from nodegraph.data.image import Image
from nodegraph.data.shot import Frame
from nodegraph.graph import preset as presets
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node

SHIPPED = sorted(path for path in (Path(__file__).parents[2] / "presets").glob("*.ngpreset.json"))
PLAIN = [path for path in SHIPPED if not path.name.startswith("face_")]  # those for faces: test_face_presets.py


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


@node
def noisy(frame: Frame) -> Image:
    """A larger grey frame, with grain of 0.05: grain is measured on enough flat pixels, or not at all."""
    noise = np.random.default_rng(frame).normal(0, 0.05, (256, 320, 3))
    return Image.of((0.2 + noise).astype(np.float32))


@node
def clock(frame: Frame) -> Image:
    """A frame as bright as its number."""
    return Image.of(np.full((60, 80, 3), frame, np.float32))


@node
def opaque(image: Image) -> Image:
    """The picture with an alpha of 1."""
    return Image.of(np.concatenate([image.pixels, np.ones((60, 80, 1), np.float32)], axis=-1))


LIBRARY = Library.discover().with_nodes(lamp, figure, noisy, clock, opaque)


def placed(name: str, **inputs: str) -> tuple[Graph, str]:
    """A small graph with a preset in it, and the node to go on from."""
    graph = Graph(LIBRARY).with_shot(format=ng.Format(80, 60), last=1003).add("Lamp", "Plate").add("Figure", "Fg")
    graph = graph.add("Clock", "Clock").add("Opaque", "Opaque").connect("Opaque", "image", "Plate")
    path = next(path for path in SHIPPED if path.name == f"{name}.ngpreset.json")
    preset = presets.load(path, LIBRARY)
    whole, names = presets.inserted(graph, preset, inputs=inputs)
    return whole, names.get(next(iter(preset.outputs.values())).node, "") if preset.outputs else ""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_is_canonical_and_says_what_it_is_for(path: Path) -> None:
    preset = presets.load(path)
    assert presets.write(preset) == path.read_text("utf-8")
    assert preset.name
    assert preset.help
    assert preset.exposed
    assert preset.inputs
    assert preset.menu
    assert f"`{path.name.removesuffix(presets.SUFFIX)}`" in (path.parent / "README.md").read_text("utf-8")


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.name)
@pytest.mark.parametrize("kind", ["TestPlate", "Opaque"])
def test_renders_a_frame(path: Path, kind: str, tmp_path: Path) -> None:
    graph = Graph(LIBRARY).with_shot(format=ng.Format(80, 60)).add("TestPlate", "In")
    source = "In"
    if kind == "Opaque":
        graph, source = graph.add("Opaque", "Solid").connect("Solid", "image", "In"), "Solid"
    preset = presets.load(path, LIBRARY)
    graph, names = presets.inserted(graph, preset, inputs=dict.fromkeys(preset.inputs, source))
    for wire in preset.outputs.values():
        seen = ng.evaluate(graph, names[wire.node], 1001)
        frame = seen.region(ng.Format(80, 60).box, seen.channels)
        assert frame.shape[:2] == (60, 80)
        assert np.isfinite(frame).all()
        assert ("A" in seen.channels) == (kind == "Opaque")
        if "A" in seen.channels:
            assert 0 <= frame[..., seen.channels.index("A")].min() <= frame[..., seen.channels.index("A")].max() <= 1
    for sink in graph.sinks():
        assert ng.render(graph, sink, [1001], root=tmp_path).ok
    assert preset.outputs or graph.sinks()


def test_soft_glow_adds_the_blurred_highlights() -> None:
    graph, out = placed("soft_glow", image="Plate")
    graph = graph.set("Spread", "size", (4.0, 4.0))
    plate = ng.evaluate(graph, "Plate", 1001).pixels
    bright = np.pad(np.maximum(plate - 0.7, 0), ((16, 16), (16, 16), (0, 0)))
    glow = scipy.ndimage.gaussian_filter(bright, (4, 4, 0), truncate=4.0)[16:-16, 16:-16]
    np.testing.assert_allclose(ng.evaluate(graph, out, 1001).pixels, plate + 0.35 * glow, atol=1e-4)
    graph = graph.connect("Highlights", "image", "Opaque").connect("Glow", "b", "Opaque")
    seen = ng.evaluate(graph, out, 1001).pixels
    np.testing.assert_allclose(seen[..., :3], plate + 0.35 * glow, atol=1e-4)
    assert (seen[..., 3] == 1).all()


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
    solid = graph.connect("Comp", "b", "Opaque").connect("SoftLight", "image", "Opaque")
    assert ng.evaluate(solid, out, 1001).region(ng.Format(80, 60).box, ("A",)) == pytest.approx(1, abs=1e-6)


def test_what_changed_is_black_where_nothing_did() -> None:
    graph, out = placed("what_changed", plate="Plate", result="Plate")
    assert np.abs(ng.evaluate(graph, out, 1001).pixels).max() == 0
    graph = graph.add("Grade", "Less", offset=(0.01, 0, 0)).connect("Less", "image", "Plate")
    seen = ng.evaluate(graph.connect("Difference", "a", "Less"), out, 1001).pixels
    np.testing.assert_allclose(seen[..., 0], 0.2, atol=1e-4)
    assert np.abs(seen[..., 1:]).max() == 0


def test_slow_motion_shows_the_moment_halfway() -> None:
    graph, out = placed("slow_motion", image="Clock")
    for frame in (1002, 1003, 1008):  # the shutter is symmetrical: what changes evenly keeps its moment
        seen = ng.evaluate(graph, out, frame).pixels
        np.testing.assert_allclose(seen, 1001 + (frame - 1001) / 2, rtol=1e-6)


def test_regrain_leaves_a_grainless_plate_and_takes_over_a_grainy_one() -> None:
    graph, out = placed("regrain", image="Plate", plate="Plate")
    plain = ng.evaluate(graph, "Plate", 1001).pixels
    np.testing.assert_array_equal(ng.evaluate(graph.set(out, "amount", 0.0), out, 1001).pixels, plain)
    noisy = graph.add("Noisy", "Noise").connect(out, "plate", "Noise")
    grain = ng.evaluate(noisy, out, 1001).pixels - plain
    assert grain[:20, :30].std() == pytest.approx(0.05, rel=0.3)


def test_vignette_falls_off_as_a_blurred_frame() -> None:
    graph, out = placed("vignette", image="Plate")
    plate = ng.evaluate(graph, "Plate", 1001).pixels
    x, y = (
        [_covered((at + 0.5) * k / 12, (size - at - 0.5) * k / 12) for at in range(size)]
        for size, k in ((80, 128 / 80), (60, 72 / 60))
    )
    inside = np.outer(y, x)[..., None]
    expected = plate * (inside + (1 - inside) * 2**-1.5)
    np.testing.assert_allclose(ng.evaluate(graph, out, 1001).pixels, expected, rtol=0.01)


def _covered(left: float, right: float) -> float:
    """How much of a Gaussian lies within so many sigmas to the left and to the right."""
    return (math.erf(left / math.sqrt(2)) + math.erf(right / math.sqrt(2))) / 2


def test_contrast_turns_about_mid_grey_in_log() -> None:
    graph, out = placed("contrast", image="Plate")
    graph = graph.add("Constant", "Grey", color=(0.18, 0.18, 0.18, 1.0)).connect("ToLog", "image", "Grey")
    np.testing.assert_allclose(ng.evaluate(graph, out, 1001).pixels[..., :3], 0.18, rtol=1e-4)
    bright = graph.set("Grey", "color", (0.72, 8.0, 0.045, 1.0))  # log2 is straight there: stops from grey grow by 1.2
    expected = 0.18 * (np.array([0.72, 8.0, 0.045]) / 0.18) ** 1.2
    np.testing.assert_allclose(ng.evaluate(bright, out, 1001).pixels[0, 0, :3], expected, rtol=1e-3)


def test_frozen_patch_holds_one_frame_within_the_matte_only() -> None:
    graph, out = placed("frozen_patch", plate="Clock", matte="Fg")
    graph = graph.set("Hold", "first", 1007).set("Regrain", "amount", 0.0)
    seen = ng.evaluate(graph, out, 1003).pixels
    expected = np.full((60, 80, 3), 1003, np.float32)
    expected[15:45, 25:55] = 1007
    np.testing.assert_allclose(seen, expected, rtol=1e-5)
    assert (seen[:15] == 1003).all()


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
    make += ["--menu", "Look", "--range", "mix=0,0.5", "--picture", "warm.jpg"]
    assert main([*make, "--expose", "Warm.multiply=Tint", "--expose", "Warm.mix", "--model", str(model)]) == 0
    assert (tmp_path / "home" / "nodegraph" / "presets" / "warm_look.ngpreset.json").exists()
    assert main(["preset", "list"]) == 0
    rows = capsys.readouterr().out.splitlines()
    row = next(row for row in rows if row.split()[:2] == ["warm_look", "own"])
    assert row.endswith("For cold plates.   (a model is missing: net.onnx)")
    assert any(row.startswith("soft_glow") and "nodegraph" in row for row in rows)
    assert main(["preset", "show", "warm_look"]) == 0
    shown = capsys.readouterr().out
    assert hashlib.sha256(b"weights").hexdigest() in shown
    assert "missing" in shown
    (tmp_path / "models" / "nets").mkdir(parents=True)
    model.rename(tmp_path / "models" / "nets" / "by another name.onnx")
    assert main(["preset", "show", "warm_look"]) == 0
    shown = capsys.readouterr().out
    assert "by another name.onnx" in shown
    assert "missing" not in shown
    assert main(["preset", "list", "--json"]) == 0
    found = next(row for row in json.loads(capsys.readouterr().out) if row["name"] == "warm_look")
    assert (found["menu"], found["missing_models"]) == ("Look", [])
    (tmp_path / "models" / "nets" / "by another name.onnx").write_bytes(b"weighty")  # as long, but not the same
    assert main(["preset", "list", "--json"]) == 0
    found = next(row for row in json.loads(capsys.readouterr().out) if row["name"] == "warm_look")
    assert [row["name"] for row in found["missing_models"]] == ["net.onnx"]
    assert main(["preset", "show", "warm_look"]) == 0
    shown = capsys.readouterr().out
    assert "from 0 to 0.5" in shown
    assert "Tint" in shown
    assert main(["preset", "show", "warm_look", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["label"] for row in told["knobs"]] == ["Tint", "mix"]
    assert told["knobs"][1]["range"] == [0, 0.5]
    assert (told["outputs"], told["picture"]) == ({"out": "Warm"}, "warm.jpg")
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
        (["make", "{shot}", "--nodes", " , ", "--name", "x"], "empty"),
        (["make", "{shot}", "--nodes", "Warm", "--name", "x", "--range", "mix=0,1"], "mix is not shown"),
        (["make", "{shot}", "--nodes", "Warm", "--name", "x", "--expose", "Warm.mix", "--range", "mix=1"], "range"),
        (["make", "{shot}", "--nodes", "Warm", "--name", "x", "--expose", "Warm.mix", "--range", "mix=2,1"], "range"),
        (["make", "{shot}", "--nodes", "Warm", "--name", "x", "--picture", "../a.jpg"], "picture"),
        (["make", "{shot}", "--nodes", "Warm", "--name", "x", "--help-text", "as in /home/me/b.exr"], "help holds"),
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


def test_one_broken_preset_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "bad.ngpreset.json").write_text("{")
    assert main(["preset", "list"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert any(row.startswith("bad") and "cannot be used" in row for row in rows)
    assert sum("nodegraph" in row.split() for row in rows) == len(SHIPPED)


def test_inserted_between_and_rendered(shot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = ng.load(shot).graph.with_shot(format=ng.Format(80, 60)).add("Write", "Out", file="out.####.exr")
    ng.save(graph.connect("Out", "image", "Warm"), shot)
    words = ["preset", "insert", str(shot), "soft_glow", "--input", "image=Warm", "--output", "out=Out.image"]
    assert main(words) == 0
    assert "go on" not in capsys.readouterr().out
    assert ng.load(shot).graph.nodes["Out"].inputs["image"].node == "Glow"
    assert main(["render", str(shot), "--frames", "1001"]) == 0
    assert (tmp_path / "out.1001.exr").exists()


def test_check_fmt_and_migrate_take_presets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "glow.ngpreset.json"
    good = next(path for path in SHIPPED if path.name.startswith("soft_glow")).read_text("utf-8")
    path.write_text(json.dumps(json.loads(good)))
    assert main(["check", str(path)]) == 0
    assert main(["fmt", "--check", str(path)]) == 1
    assert main(["fmt", str(path)]) == 0
    assert path.read_text("utf-8") == good
    assert main(["fmt", "--check", str(path)]) == 0
    assert main(["migrate", str(path)]) == 0
    saved = json.loads(good)
    del saved["inputs"]["image"][0]
    saved["exposed"][0]["knobs"] = ["Glow.nothing"]
    path.write_text(json.dumps(saved))
    capsys.readouterr()
    assert main(["check", str(path)]) == 1
    told = capsys.readouterr().out
    assert "Highlights: nothing is wired to its input image" in told
    assert "Glow has no knob nothing" in told
    unnamed = {key: value for key, value in json.loads(good).items() if key != "name"}
    path.write_text(json.dumps(unnamed))
    assert main(["fmt", str(path)]) == 0
    assert json.loads(path.read_text("utf-8")) == unnamed


def test_fmt_loses_nothing_that_it_does_not_understand(shot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shot.write_text(shot.read_text("utf-8").replace('"multiply"', '"multiplied"'))
    before = shot.read_bytes()
    assert main(["fmt", str(shot)]) == 1
    assert "no knob multiplied" in capsys.readouterr().err
    assert shot.read_bytes() == before
