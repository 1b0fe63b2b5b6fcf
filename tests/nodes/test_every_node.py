"""What every node must do in a graph, told by its signature alone: a new node is tested without being named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.data.errors import GraphError
from nodegraph.data.image import Image
from nodegraph.engine.evaluate import evaluate
from nodegraph.engine.render import render
from nodegraph.graph.curve import Curve
from nodegraph.graph.document import Document, load, read, save, write
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File, KnobType
from nodegraph.graph.layout import placed as at_place
from nodegraph.graph.node import NodeType
from tests.nodes.every_node import (
    BASE,
    FILTERS,
    KINDS,
    TURNED,
    WITH_OURS,
    key,
    placed,
    planned,
    project,
    turned,
    values,
)
from tests.nodes.every_picture import SHOT, images

HEAVY = ("numba", "cv2", "OpenEXR", "PyOpenColorIO", "av", "ffmpeg", "skimage", "networkx", "tifffile", "scipy")
# Knobs that every compositor knows, and that need no word of help.
KNOWN = {"amount", "blink", "direction", "gamma", "grain", "interpolation", "mix", "multiply", "offset", "pattern"} | {
    "power",
    "saturation",
    "scale",
    "skew",
    "slope",
}
# Knobs whose turning leaves the key, and why.
NOT_IN_THE_KEY: dict[tuple[str, str], str] = {}

EVERY = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
EVERY_FILTER = pytest.mark.parametrize("kind", FILTERS, ids=lambda kind: kind.name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("project"))


def all_turned(kind: NodeType) -> dict[str, Any]:
    return {knob.name: turned(kind, knob) for knob in kind.knobs.values()}


def rising(knob: KnobType, kind: NodeType) -> Any:
    """A setting that goes from the knob's default at 1001 to another value at 1003."""
    one, other = knob.default, turned(kind, knob)
    if not isinstance(one, tuple):
        return Curve.of([(1001, one), (1003, other)])
    return [Curve.of([(1001, a), (1003, b)]) for a, b in zip(one, other, strict=True)]


# -- what it says of itself ----------------------------------------------------------------------------


@EVERY
def test_it_explains_itself(kind: NodeType) -> None:
    first, *rest = kind.help.splitlines()
    assert first[0].isupper()
    assert first.endswith(".")
    assert len(first) <= 120
    assert not rest or rest[0] == ""
    for knob in kind.knobs.values():
        assert knob.knob.help or knob.knob.unit or knob.name in KNOWN, f"nobody knows what {knob.name} does"
        assert not knob.knob.help.endswith(".")
        assert knob.knob.help.strip() == knob.knob.help


@EVERY
def test_defaults_lie_inside_their_limits(kind: NodeType) -> None:
    for knob in kind.knobs.values():
        assert knob.check(knob.default) == knob.default
        low, high = knob.knob.low, knob.knob.high
        for number in knob.default if isinstance(knob.default, tuple) else (knob.default,):
            if knob.is_number:
                assert low is None or number >= low, knob.name
                assert high is None or number <= high, knob.name
        if low is not None and high is not None:
            assert low < high, knob.name


@EVERY
def test_choices_can_be_read(kind: NodeType) -> None:
    for knob in kind.knobs.values():
        if not issubclass(knob.type, Enum):
            continue
        assert vars(knob.type).get("__doc__"), f"{knob.type.__name__} does not say what is chosen"
        words = [member.value for member in knob.type]
        assert len({word.lower() for word in words}) == len(words) > 1
        for word in words:
            assert isinstance(word, str)
            assert word
            assert word == word.strip()
            assert "_" not in word


def test_the_tables_here_speak_of_knobs_that_are_there() -> None:
    named = {(name, knob) for name, knobs in BASE.items() for knob in knobs} | set(TURNED) | set(NOT_IN_THE_KEY)
    known = {(kind.name, knob) for kind in WITH_OURS.types.values() for knob in kind.knobs}
    assert named <= known


@EVERY
def test_older_files_have_an_upgrade(kind: NodeType) -> None:
    assert set(kind.upgrades) == set(range(2, kind.version + 1))
    saved = {"format": "nodegraph", "version": 1, "nodes": {"It": {"type": kind.name}}}
    document = read(json.dumps(saved), WITH_OURS)
    assert document.problems == ()
    assert document.graph.nodes["It"].version == kind.version


def test_no_heavy_import() -> None:
    """Importing all nodes in a fresh Python reads none of the large libraries: the command line answers at once."""
    names = sorted({kind.function.__module__ for kind in KINDS})
    code = f"import importlib, sys\nfor name in {names}:\n    importlib.import_module(name)\n"
    code += f"    print(*[(name, heavy) for heavy in {HEAVY} if heavy in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [""] * len(names)


# -- graph and key -------------------------------------------------------------------------------------


@EVERY
def test_saving_changes_nothing(kind: NodeType, tmp_path: Path, folder: Path) -> None:
    graph = placed(kind, **all_turned(kind))
    for number, knob in enumerate(kind.knobs.values()):
        if knob.is_number and number % 2:
            graph = graph.set("It", knob.name, rising(knob, kind))
    file = tmp_path / "a.ngraph.json"
    save(Document(graph), file)
    before = file.read_bytes()
    again = load(file, WITH_OURS)
    assert again.problems == ()
    assert write(again).encode() == before
    save(again, tmp_path / "b.ngraph.json")
    assert (tmp_path / "b.ngraph.json").read_bytes() == before
    assert again.graph.nodes["It"] == graph.nodes["It"]
    assert len(json.loads(before)["nodes"]["It"].get("knobs", {})) == len(kind.knobs)
    assert key(again.graph, folder, 1002) == key(graph, folder, 1002)


@EVERY
def test_each_knob_is_in_the_key(kind: NodeType, folder: Path) -> None:
    """Turned alone, or last of all: where a node passes a picture on, its key is that of the picture."""
    turns = all_turned(kind)
    for knob in kind.knobs.values():
        for value in values(kind, knob):
            few, many = placed(kind), placed(kind, **{**turns, knob.name: knob.default})
            tried = [
                key(graph.set("It", knob.name, value), folder, 1003) != key(graph, folder, 1003)
                for graph in (few, many)
                if graph.value("It", knob.name, 1003) != value
            ]
            assert any(tried) != ((kind.name, knob.name) in NOT_IN_THE_KEY), f"{knob.name} {value}"
            back = few.set("It", knob.name, value).set("It", knob.name, few.setting("It", knob.name))
            assert key(back, folder, 1003) == key(few, folder, 1003)


@EVERY
def test_names_and_places_are_not_in_the_key(kind: NodeType, folder: Path) -> None:
    graph = placed(kind)
    before = key(graph, folder)
    assert key(graph.rename("It", "Other"), folder, name="Other") == before
    assert key(graph.rename("In", "Plate"), folder) == before
    assert key(at_place(graph, It=(300, 200)), folder) == before


@EVERY
def test_the_shot_is_in_the_key_where_it_is_named(kind: NodeType, folder: Path) -> None:
    graph = placed(kind)
    itself = planned(graph, folder).feed.step.kind is kind
    other = key(graph.with_shot(version=7), folder)
    assert (key(graph, folder) != other) == (kind.sees_shot and itself)


@EVERY
def test_each_input_is_in_the_key(kind: NodeType, folder: Path) -> None:
    graph = placed(kind)
    if planned(graph, folder).feed.step.kind is kind:
        for port in graph.nodes["It"].inputs:
            other = graph.add("Moving", "Third", seed=3).connect("It", port, "Third")
            assert key(other, folder) != key(graph, folder), port


@EVERY
def test_the_frame_is_in_the_key_where_it_is_named(kind: NodeType, folder: Path) -> None:
    graph = placed(kind, "Still")
    itself = planned(graph, folder, 1003).feed.step.kind is kind
    moves = kind.sees_frame or any(port.time != "frame" for port in kind.inputs)
    assert (key(graph, folder, 1001) != key(graph, folder, 1003)) == (moves and itself)


@EVERY
def test_every_number_takes_a_curve(kind: NodeType, folder: Path) -> None:
    turns = {name: value for name, value in all_turned(kind).items() if name not in BASE.get(kind.name, {})}
    for knob in kind.knobs.values():
        if not knob.is_number:
            with pytest.raises(GraphError):
                placed(kind).set("It", knob.name, Curve.of([(1001, 0), (1003, 1)]))
            continue
        differs = []
        for knobs in ({}, turns):
            graph = placed(kind, **{**knobs, knob.name: rising(knob, kind)})
            assert graph.animated("It", knob.name)
            assert graph.value("It", knob.name, 1001) == knob.default
            assert graph.value("It", knob.name, 1003) == turned(kind, knob)
            assert isinstance(graph.value("It", knob.name, 1002), knob.type)
            still = graph.set("It", knob.name, knob.default)
            differs.append(key(graph, folder, 1003) != key(still, folder, 1003))
        assert any(differs), knob.name


@EVERY_FILTER
def test_it_runs_with_every_number_moving(kind: NodeType, folder: Path) -> None:
    curves = {knob.name: rising(knob, kind) for knob in kind.knobs.values() if knob.is_number}
    for image in images(evaluate(placed(kind, **curves), "It", 1002, root=folder)):
        assert np.isfinite(image.pixels).all()


@pytest.mark.parametrize("frame", [-3, 0, 100_000])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.sink], ids=lambda kind: kind.name)
def test_it_runs_outside_the_shot(kind: NodeType, frame: int, folder: Path) -> None:
    for image in images(evaluate(placed(kind), "It", frame, root=folder)):
        assert np.isfinite(image.pixels).all()


@EVERY_FILTER
def test_disabled_it_is_its_input(kind: NodeType, folder: Path) -> None:
    graph = placed(kind, **{knob.name: turned(kind, knob) for knob in kind.knobs.values() if knob.is_number})
    first = min(graph.nodes["It"].inputs, key=lambda name: kind.inputs.index(kind.port(name) or kind.inputs[-1]))
    off = graph.disable("It")
    feed = planned(off, folder).feed
    source = graph.nodes["It"].inputs[first].node
    assert feed.step.node == source
    assert feed.step.key == planned(graph, folder, name=source).feed.step.key
    assert key(off.disable("It", False), folder) == key(graph, folder)


@EVERY
def test_an_input_that_is_needed_is_asked_for(kind: NodeType, folder: Path) -> None:
    for port in kind.inputs:
        if not port.optional:
            with pytest.raises(GraphError, match=f"It.*{port.name}") as caught:
                key(placed(kind).disconnect("It", port.name), folder)
            assert caught.value.hint


@EVERY_FILTER
def test_optional_inputs_may_be_missing(kind: NodeType, folder: Path) -> None:
    assert list(images(evaluate(placed(kind, "Moving", False), "It", 1002, root=folder)))


# -- render --------------------------------------------------------------------------------------------


def kept(graph: Graph, folder: Path, **options: Any) -> Iterator[bytes]:
    """What a render of `It` writes, frame by frame."""
    sink = graph.add("Keep", "Out", file=File(f"kept/{options['workers']}")).connect("Out", "image", "It")
    render(sink, "Out", SHOT.frames, root=folder, **options)
    for frame in SHOT.frames:
        yield (folder / f"kept/{options['workers']}.{frame}").read_bytes()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.sink], ids=lambda kind: kind.name)
def test_workers_change_nothing(kind: NodeType, folder: Path) -> None:
    (folder / "kept").mkdir(exist_ok=True)
    graph = placed(kind, **{knob.name: turned(kind, knob) for knob in kind.knobs.values() if knob.is_number})
    assert isinstance(next(images(evaluate(graph, "It", root=folder))), Image)
    assert list(kept(graph, folder, workers=1)) == list(kept(graph, folder, workers=4))
