"""`nodegraph check --commercial`: what the models of a graph, and what they learned from, allow; and cautions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

import nodegraph as ng
from nodegraph.cli.main import main
from nodegraph.data.model import Card
from nodegraph.engine.licences import models_of
from nodegraph.graph import model_files
from nodegraph.graph import preset as presets
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.ml import cards
from tests.nodes.swap import networks

Out = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(model_files.VARIABLE, str(tmp_path / "none"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def upscaled(file: str = "models/up.onnx") -> Graph:
    graph = ng.new(first=1001, last=1002).add("TestPlate", "Plate").add("LoadModel", "Load", file=file)
    graph = graph.add("SuperResolution", "Up").add("Write", "Out", file="out/a.####.exr")
    return graph.connect("Up", "image", "Plate").connect("Up", "model", "Load").connect("Out", "image", "Up")


def check(graph: Graph, folder: Path, capsys: Out, *flags: str) -> tuple[int, str]:
    path = folder / "shot.ngraph.json"
    ng.save(graph, path)
    code = main(["check", str(path), *flags])
    return code, capsys.readouterr().out


def put(folder: Path, **card: object) -> Path:
    path = networks.upscaler(folder / "models" / "up.onnx")
    if card:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        cards.place_of(path).write_text(cards.text_of(Card("up", "upscale", sha256=digest, **card)))  # type: ignore[arg-type]
    return path


def test_a_cleared_model_passes(tmp_path: Path, capsys: Out) -> None:
    put(tmp_path, licence="MIT", commercial=True)
    assert check(upscaled(), tmp_path, capsys, "--commercial")[0] == 0


def test_a_forbidden_model_is_named_with_its_licence(tmp_path: Path, capsys: Out) -> None:
    put(tmp_path, licence="CC BY-NC 4.0", commercial=False, trained_on="pictures for research")
    code, told = check(upscaled(), tmp_path, capsys, "--commercial")
    assert code == 1
    for words in ("Load", "up.onnx", "CC BY-NC 4.0", "pictures for research"):
        assert words in told
    assert check(upscaled(), tmp_path, capsys)[0] == 0  # without the flag nothing is asked
    code, told = check(upscaled(), tmp_path, capsys, "--commercial", "--json")
    assert code == 1
    (problems,) = json.loads(told).values()
    assert len(problems) == 1


def test_a_dot_in_a_model_s_wire_is_not_told_as_a_second_model(tmp_path: Path, capsys: Out) -> None:
    put(tmp_path, licence="CC BY-NC 4.0", commercial=False)
    graph = upscaled().add("Dot", "Bend").connect("Bend", "image", "Load").connect("Up", "model", "Bend")
    code, told = check(graph, tmp_path, capsys, "--commercial", "--json")
    assert code == 1
    (problems,) = json.loads(told).values()
    assert len(problems) == 1
    assert "Load" in problems[0]


def test_an_unknown_model_is_no_yes(tmp_path: Path, capsys: Out) -> None:
    put(tmp_path)
    code, told = check(upscaled(), tmp_path, capsys, "--commercial")
    assert code == 1
    assert "nobody has cleared up.onnx" in told


def test_a_missing_or_broken_model_is_no_yes(tmp_path: Path, capsys: Out) -> None:
    code, told = check(upscaled(), tmp_path, capsys, "--commercial")
    assert code == 1
    assert "up.onnx is not here" in told
    put(tmp_path).write_bytes(b"broken")
    code, told = check(upscaled(), tmp_path, capsys, "--commercial")
    assert code == 1
    assert "no ONNX model" in told


def test_what_nothing_is_made_of_is_not_asked_about(tmp_path: Path, capsys: Out) -> None:
    put(tmp_path, licence="CC BY-NC 4.0", commercial=False)
    graph = upscaled().connect("Out", "image", "Plate")
    assert check(graph, tmp_path, capsys, "--commercial")[0] == 0


def test_a_preset_is_asked_about_too(tmp_path: Path, capsys: Out) -> None:
    put(tmp_path, licence="CC BY-NC 4.0", commercial=False)
    preset = presets.made(upscaled(), ["Load", "Up"], name="larger")
    path = tmp_path / "larger.ngpreset.json"
    presets.save(preset, path)
    assert main(["check", str(path)]) == 0
    assert main(["check", "--commercial", str(path)]) == 1
    assert "Load: up.onnx is not for commercial use" in capsys.readouterr().out


@pytest.mark.parametrize("loaded", [True, False])
def test_a_model_in_the_folder_of_models_is_found(loaded: bool, tmp_path: Path, capsys: Out) -> None:
    """As `models add` puts it; the graph names it alone."""
    path = networks.upscaler(tmp_path / "somewhere.onnx")
    if loaded:
        assert main(["models", "add", str(path), "--as", "up.onnx", "--commercial", "yes", "--licence", "MIT"]) == 0
    assert check(upscaled("up.onnx"), tmp_path, capsys, "--commercial")[0] == (0 if loaded else 1)


def test_models_that_nodes_bring_along_count_too(tmp_path: Path, capsys: Out) -> None:
    """dlib's landmarks were learned from pictures whose terms exclude commercial use."""
    graph = ng.new(first=1001, last=1001).add("TestPlate", "Plate").add("Detect", "Find").add("Landmarks", "Marks")
    graph = graph.connect("Find", "image", "Plate").connect("Marks", "image", "Plate").connect("Marks", "faces", "Find")
    uses = {(use.node, use.file): use for use in models_of(graph, tmp_path)}
    assert set(uses) == {("Marks", "dlib 68 landmarks"), ("Marks", "dlib face descriptor")}
    assert "300-W" in uses["Marks", "dlib 68 landmarks"].problem
    put(tmp_path, licence="MIT", commercial=True)
    wired = graph.add("LoadModel", "Load", file="models/up.onnx").connect("Marks", "model", "Load")
    assert {use.file for use in models_of(wired, tmp_path)} == {"up.onnx", "dlib face descriptor"}
    assert [use.file for use in models_of(wired.set("Marks", "identify", False), tmp_path)] == ["up.onnx"]
    assert len(list(models_of(wired.disable("Load"), tmp_path))) == 2  # dlib's again
    bent = wired.add("Dot", "Bend").connect("Bend", "image", "Load").connect("Marks", "model", "Bend")
    for each in (wired, wired.disable("Load")):
        over = replace(bent, nodes={**bent.nodes, "Load": each.nodes["Load"]})
        assert [use.node for use in models_of(over, tmp_path)] == [use.node for use in models_of(each, tmp_path)]
    assert len(list(models_of(bent.disconnect("Bend", "image"), tmp_path))) == 3  # Load is still there, for nobody
    graph = graph.set("Find", "detector", "dlib CNN").disable("Marks")
    assert [use.file for use in models_of(graph, tmp_path)] == ["dlib CNN detector"]


def test_what_nodes_bring_along_has_a_card() -> None:
    """With every knob as it is and turned as far as choices and switches go."""
    brings = [kind for kind in Library.discover().types.values() if kind.models is not None]
    assert brings
    for kind in brings:
        usual = {name: knob.default for name, knob in kind.knobs.items()}
        turned = [usual]
        for name, knob in kind.knobs.items():
            choices = (True, False) if knob.type is bool else tuple(getattr(knob.type, "__members__", {}).values())
            turned += [{**usual, name: choice} for choice in choices]
        for knobs in turned:
            for called in kind.models(knobs, frozenset()):  # type: ignore[misc]
                assert cards.named(called) is not None, called


@pytest.mark.parametrize("delivers", [True, False])
def test_a_delivery_of_made_up_detail_is_noted(delivers: bool, tmp_path: Path, capsys: Out) -> None:
    """By check, plan and render, and only where the Write says that it delivers; it is no fault."""
    put(tmp_path)
    graph = upscaled().set("Plate", "size", (32.0, 24.0))
    if delivers:
        graph = graph.set("Out", "preset", "ACES container")
    path = tmp_path / "shot.ngraph.json"
    for command in ("check", "plan", "render"):
        code, _ = check(graph, tmp_path, capsys)
        assert code == 0
        assert main([command, str(path)]) == 0
        told = capsys.readouterr()
        assert ("Up feeds the delivery Out" in told.out + told.err) == delivers, command
    assert main(["check", "--json", str(path)]) == 0
    assert json.loads(capsys.readouterr().out) == {str(path): []}
    check(graph.disable("Up"), tmp_path, capsys)
    assert main(["check", str(path)]) == 0
    assert "feeds" not in capsys.readouterr().out


def test_a_preset_that_is_made_tells_the_licence_of_its_model(tmp_path: Path, capsys: Out) -> None:
    file = put(tmp_path, licence="CC BY-NC 4.0", commercial=False, trained_on="pictures for research")
    path = tmp_path / "shot.ngraph.json"
    ng.save(upscaled(), path)
    made = tmp_path / "larger.ngpreset.json"
    words = ["preset", "make", str(path), "--nodes", "Load,Up", "--name", "larger", "--out", str(made)]
    assert main([*words, "--model", str(file)]) == 0
    (model,) = presets.load(made).models
    assert (model.name, model.licence) == ("up.onnx", "CC BY-NC 4.0")
    assert "pictures for research" in model.note
