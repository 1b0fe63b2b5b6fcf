"""The presets for faces: each is found, says what it is for, and does it in a small shot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR
import pytest

import nodegraph as ng
from nodegraph.bench import double
from nodegraph.cli.check import problems_of
from nodegraph.data.crop import Crops
from nodegraph.data.image import RGB, Image
from nodegraph.data.tracks import Tracks
from nodegraph.engine.plan import Planner
from nodegraph.graph import preset as presets
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import NOTHING, Graph, Wire
from nodegraph.graph.library import Library
from nodegraph.ml.cards import built_in
from nodegraph.ml.swappers.contracts import CONTRACTS
from tests.ml import mask_networks, swap_models
from tests.nodes.swap import networks

FOLDER = Path(__file__).parents[2] / "presets"
ALL = sorted(FOLDER.glob("*.ngpreset.json"))
LIBRARY = Library.discover()
FACES = [path for path in ALL if path.name.startswith("face_")]
NAMES = [path.name.removesuffix(presets.SUFFIX) for path in FACES]
ENDS = ("face_layers", "face_delivery_aces")  # they come after another preset
FORMAT, FRAMES, FRAME = ng.Format(480, 270), (1001, 1003), 1002
WITHOUT_MODEL = [
    name for name in NAMES if name not in ENDS and '"LoadModel"' not in (FOLDER / f"{name}.ngpreset.json").read_text()
]
PUTS_IN = [name for name in WITHOUT_MODEL if name not in ("face_check_tracks", "face_multi")]


def preset_of(name: str) -> presets.Preset:
    return presets.load(FOLDER / f"{name}{presets.SUFFIX}", LIBRARY)


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The digital double: nobody's face."""
    path = tmp_path_factory.mktemp("double") / "double.png"
    double.write(path)
    return path


def shot(occluder: bool = False) -> Graph:
    """A talking head; or one whose brow a microphone has reached on the last frame."""
    graph = Graph(LIBRARY).with_shot(first=FRAMES[0], last=FRAMES[1], format=FORMAT)
    return graph.add("FacePlate", "Plate", occluder=occluder, start=994 if occluder else 991)


def settings(preset: presets.Preset, photograph: Path) -> dict[str, Any]:
    """What an artist sets at the least: whose face, why without a record, and here the fast detector."""
    values: dict[str, Any] = {}
    for row in preset.exposed:
        if re.search(r"photographs$|^Renders of the double$", row.label, re.IGNORECASE):
            values[row.label] = str(photograph)
        if row.label.lower().endswith("no consent needed: reason"):
            values[row.label] = "digital double"
        if row.label == "Detector":
            values[row.label] = "dlib HOG"
    return values


def inserted(
    name: str, photograph: Path, more: Mapping[str, Any] = NOTHING, graph: Graph | None = None
) -> tuple[Graph, Mapping[str, Wire]]:
    """The shot with a preset in it, and where its outputs are."""
    graph, preset = graph or shot(), preset_of(name)
    wires = {"plate": Wire("Plate"), "roto": Wire("Plate", "occluder")}
    values = {**settings(preset, photograph), **more}
    inputs = {port: wires[port] for port in preset.inputs}
    graph, names = presets.inserted(graph, preset, inputs=inputs, values=values)
    if "Landmarks" in names:
        graph = graph.set(names["Landmarks"], "refeed", 1)
    if "Align" in names:  # no larger than the face is here
        graph = graph.set(names["Align"], "size", 256)
    return graph, {label: wire._replace(node=names[wire.node]) for label, wire in preset.outputs.items()}


def rgb(image: Image) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.asarray(image.region(FORMAT.box, RGB))


# -- what stands on the shelf --------------------------------------------------------------------------


def test_there_are_enough() -> None:
    assert len(FACES) >= 10


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_has_a_picture_and_a_line(path: Path) -> None:
    preset = presets.load(path, LIBRARY)
    name = path.name.removesuffix(presets.SUFFIX)
    assert preset.picture == f"{name}.jpg"
    stored = (FOLDER / preset.picture).read_bytes()
    assert len(stored) < 40_000
    picture = np.asarray(cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR))
    assert picture.shape[1] == 640
    assert picture.std() > 10
    (row,) = [line for line in (FOLDER / "README.md").read_text("utf-8").splitlines() if f"| `{name}` |" in line]
    assert len(row.split("|")[2].strip()) > 10
    assert preset.help.partition("\n")[0].endswith((".", "frame by frame."))
    assert problems_of(path) == []


def test_no_picture_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.jpg")} == {path.name.removesuffix(presets.SUFFIX) for path in ALL}


@pytest.mark.parametrize("name", NAMES)
def test_its_knobs_can_be_turned_where_they_are_shown(name: str) -> None:
    """Sliders stay within what a knob takes, and what is set lies on them; each shown knob can be set as it is."""
    preset = preset_of(name)
    graph = preset.graph
    for row in preset.exposed:
        for knob in row.knobs:
            kind, value = graph.knob_type(*knob), graph.value(knob.node, knob.knob, FRAME)
            assert value == graph.value(row.knobs[0].node, row.knobs[0].knob, FRAME), row.label
            graph.set(knob.node, knob.knob, value)
            if row.range is not None:
                low, high = row.range
                numbers = value if isinstance(value, tuple) else (value,)
                assert all(low <= number <= high for number in numbers), row.label
                if not kind.knob.soft:
                    assert kind.knob.low is None or kind.knob.low <= low, row.label
                    assert kind.knob.high is None or high <= kind.knob.high, row.label


@pytest.mark.parametrize("name", NAMES)
def test_whoever_is_put_in_is_asked_for_consent(name: str) -> None:
    preset = preset_of(name)
    for node in preset.graph.nodes:
        shown = {knob.knob for row in preset.exposed for knob in row.knobs if knob.node == node}
        if preset.graph.nodes[node].kind == "Identity":
            assert {"file", "name", "reason"} <= shown
            assert "document" in shown or preset.graph.value(node, "reason", FRAME).value == "digital double"
        if preset.graph.nodes[node].kind == "LoadModel":
            assert "file" in shown


@pytest.mark.parametrize("name", NAMES)
def test_models_are_known_by_what_is_in_them(name: str) -> None:
    """A model that is named is named with the content of the usual file, which its card knows, too."""
    preset = preset_of(name)
    graph = preset.graph
    named = {
        (str(graph.value(node, "file", FRAME)), graph.value(node, "sha256", FRAME))
        for node in graph.nodes
        if graph.nodes[node].kind == "LoadModel" and graph.value(node, "file", FRAME)
    }
    assert named == {(model.name, model.sha256) for model in preset.models}
    known = {card.sha256 for card in built_in()}
    assert {sha256 for _, sha256 in named} <= known
    if "LoadModel" in {node.kind for node in graph.nodes.values()}:
        words = re.findall(r"[a-z0-9_+]+", preset.help.lower())
        contracts = {contract.name.partition("_")[0] for contract in CONTRACTS} | {
            "dfm",
            "gfpgan",
            "occluder",
            "bisenet",
        }
        assert contracts & set(words)


# -- planned and rendered ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_plans(name: str, photograph: Path, tmp_path: Path) -> None:
    if name in ENDS:
        graph, ends = inserted("face_quick_look", photograph)
        ends = {**ends, "image": ends["out"], "plate": Wire("Plate")}
        preset = preset_of(name)
        graph, names = presets.inserted(graph, preset, inputs={port: ends[port] for port in preset.inputs})
        outputs = [wire._replace(node=names[wire.node]) for wire in preset.outputs.values()]
    else:
        graph, ends = inserted(name, photograph)
        outputs = list(ends.values())
    planner = Planner(graph, tmp_path)
    for wire in outputs:
        assert planner.plan(wire.node, FRAME, wire.output).feed.step
    for sink in graph.sinks():
        assert planner.plan_sink(sink, tuple(range(FRAMES[0], FRAMES[1] + 1)), FRAMES[0]).feed.step
    assert outputs or graph.sinks()


@pytest.mark.parametrize("name", PUTS_IN)
def test_changes_the_face_and_nothing_else(name: str, photograph: Path, tmp_path: Path) -> None:
    graph, ends = inserted(name, photograph)
    with ng.Session(graph, root=tmp_path) as session:
        plate, done = (rgb(session.view(node, FRAME).result()) for node in ("Plate", ends["out"].node))
        tracks: Tracks = session.view(ends["tracks"].node, FRAME).result()
    ((_, face),) = tracks.at(FRAME)
    assert np.isfinite(done).all()
    box = face.box
    middle = np.s_[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
    apart = np.abs(done - plate).max(axis=2)
    assert (apart[middle] > 0.002).mean() > 0.2
    beyond = np.ones(apart.shape, bool)
    far = round(box.size)
    beyond[max(0, int(box.y0) - far) : int(box.y1) + far, max(0, int(box.x0) - far) : int(box.x1) + far] = False
    assert beyond.any()
    assert not apart[beyond].any()
    # Nobody becomes a lamp or a hole: the face is about as bright as it was, but for who wants it otherwise.
    before, after = (float(np.median(each[middle])) for each in (plate, done))
    assert 0.5 < after / before < 1.6


def test_occlusions_leave_what_passes_in_front(photograph: Path, tmp_path: Path) -> None:
    graph = shot(occluder=True)
    graph, ends = inserted("face_occlusions", photograph, graph=graph)
    with ng.Session(graph, root=tmp_path) as session:
        plate, done = (rgb(session.view(node, FRAMES[1]).result()) for node in ("Plate", ends["out"].node))
        front = session.view("Plate", FRAMES[1], "occluder").result().plane(FORMAT.box)
        covered = session.view("HoldOut", FRAMES[1]).result()
    assert len(covered.crops) == 1
    assert (front >= 1).sum() > 200
    inner = cv2.erode(np.asarray(front >= 1, np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    assert np.abs(done - plate)[inner].max() < 0.02
    assert (np.abs(done - plate).max(axis=2) > 0.002).sum() > 500


def test_two_faces_become_two_people(photograph: Path, tmp_path: Path) -> None:
    half = (240, 270)
    graph = shot().set("Plate", "size", half)
    graph = graph.add("FacePlate", "Right", size=half, occluder=False, start=995)
    graph = graph.add("Transform", "Beside", translate=(240.0, 0.0)).connect("Beside", "image", "Right")
    graph = graph.add("Reformat", "Wide", resize="none", center=False).connect("Wide", "image", "Plate")
    graph = graph.add("Merge", "Both").connect("Both", "b", "Wide").connect("Both", "a", "Beside")
    preset = preset_of("face_multi")
    values = settings(preset, photograph) | {"First face: name": "anna", "Second face: name": "ben"}
    graph, names = presets.inserted(graph, preset, inputs={"plate": "Both"}, values=values)
    graph = graph.set(names["Landmarks"], "refeed", 1).set(names["Align"], "size", 128)
    with ng.Session(graph, root=tmp_path) as session:
        crops: Crops = session.view(names["Finish"], FRAME).result()
    assert {crop.track: crop.identity for crop in crops} == {"face1": "anna", "face2": "ben"}
    assert all(not np.array_equal(crop.pixels, crop.plate) for crop in crops)


def test_check_tracks_draws_and_writes_a_movie(photograph: Path, tmp_path: Path) -> None:
    graph, ends = inserted("face_check_tracks", photograph)
    with ng.Session(graph, root=tmp_path) as session:
        plate, drawn = (rgb(session.view(node, FRAME).result()) for node in ("Plate", ends["out"].node))
    lines = np.abs(drawn - plate).max(axis=2) > 0.05
    assert 100 < lines.sum() < 0.2 * lines.size
    assert ng.render(graph, "Movie", range(FRAMES[0], FRAMES[1] + 1), root=tmp_path).ok
    assert (tmp_path / "review" / "tracks.mp4").stat().st_size > 500


def test_layers_and_delivery_are_written(photograph: Path, tmp_path: Path) -> None:
    graph, ends = inserted("face_quick_look", photograph)
    wires = {**ends, "image": ends["out"], "plate": Wire("Plate")}
    for name in ENDS:
        preset = preset_of(name)
        graph, _ = presets.inserted(graph, preset, inputs={port: wires[port] for port in preset.inputs})
    for sink in graph.sinks():
        report = ng.render(graph, sink, range(FRAMES[0], FRAMES[1] + 1), root=tmp_path)
        assert report.ok, sink
    with OpenEXR.File(str(tmp_path / "renders" / "layers" / "layers.1002.exr"), separate_channels=True) as file:
        assert [part.name() for part in file.parts] == ["rgba", "swap", "matte_face1", "plate"]
    with OpenEXR.File(str(tmp_path / "delivery" / "aces" / "shot.1001.exr"), separate_channels=True) as file:
        assert file.header()["acesImageContainerFlag"] == 1
    assert (tmp_path / "delivery" / "review.mp4").stat().st_size > 500
    assert "Tracker4" in (tmp_path / "delivery" / "tracks.nk").read_text()


def test_a_box_by_hand_can_be_keyed(photograph: Path, tmp_path: Path) -> None:
    graph, ends = inserted("face_difficult", photograph)
    with ng.Session(graph, root=tmp_path) as session:
        found = {frame: next(session.view(ends["tracks"].node, frame).result().at(frame))[1].box for frame in FRAMES}
    first, last = found.values()
    parts = tuple(Curve.of(list(zip(FRAMES, (a, b), strict=True))) for a, b in zip(first, last, strict=True))
    graph, ends = inserted("face_difficult", photograph, {"Box by hand": parts})
    face = next(ng.evaluate(graph, ends["tracks"].node, FRAME, root=tmp_path).at(FRAME))[1]
    np.testing.assert_allclose(face.box.middle, np.add(first.middle, last.middle) / 2, atol=4)


# -- with models: generated ones, which keep to the contracts --------------------------------------------


def contract(name: str) -> Any:
    return next(each for each in CONTRACTS if each.name == name)


def files(name: str, folder: Path) -> dict[str, str]:
    """Small networks for a preset, and the knobs that name them."""
    restorer = {"Restore model": str(networks.restorer(folder / "r.onnx", add=0.1))}
    recogniser = {"Recogniser": str(swap_models.recogniser_file(folder / "w.onnx"))}
    match name:
        case "face_film_dfm":
            return {"DFM model": str(swap_models.dfm_file(folder / "somebody.dfm"))}
        case "face_film_one_shot":
            swap = swap_models.swap_file(folder / "s.onnx", contract("inswapper"))
            return {"Swap model": str(swap), **recogniser, **restorer}
        case "face_film_converter":
            swap = swap_models.swap_file(folder / "s.onnx", contract("hififace"))
            converter = swap_models.converter_file(folder / "c.onnx")
            more = {"Converter": str(converter), "Swap model: contract": "hififace"}
            return {"Swap model": str(swap), **more, **recogniser, **restorer}
        case "face_occlusions_network":
            none, above = np.zeros((1, 3)), np.ones(1)  # a field that is above 0 everywhere: all of it is the face
            network = mask_networks.planes(folder / "o.onnx", none, above, 256, ("img", "output"))
            return {"Occluder model": str(network)}
        case "face_hair_and_glasses":
            return {"Parsing model": str(mask_networks.parsing(folder / "p.onnx"))}
        case "face_repair":
            return restorer
        case _:
            raise AssertionError(f"{name} needs a model that is not made here")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (*WITHOUT_MODEL, *ENDS)])
def test_runs_with_a_model_of_its_contract(name: str, photograph: Path, tmp_path: Path) -> None:
    preset = preset_of(name)
    any_content = {row.label: "" for row in preset.exposed if row.label.endswith("sha256")}
    graph, ends = inserted(name, photograph, {**files(name, tmp_path), **any_content})
    with ng.Session(graph, root=tmp_path) as session:
        plate, done = (rgb(session.view(node, FRAME).result()) for node in ("Plate", ends["out"].node))
    assert np.isfinite(done).all()
    assert (np.abs(done - plate).max(axis=2) > 0.002).sum() > 300


@pytest.mark.parametrize("name", ["face_film_one_shot", "face_occlusions_network"])
def test_another_file_of_that_name_is_not_taken(name: str, photograph: Path, tmp_path: Path) -> None:
    graph, ends = inserted(name, photograph, files(name, tmp_path))
    with pytest.raises(ng.NodegraphError, match="with the content"):
        ng.evaluate(graph, ends["out"].node, FRAME, root=tmp_path)
