"""What every node that knows faces must do, told by its signature alone: a new one is tested without being named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.data.box import Box
from nodegraph.data.errors import GraphError, NodegraphError
from nodegraph.data.image import Image, Matte
from nodegraph.engine.plan import Planner
from nodegraph.graph.curve import Curve
from nodegraph.graph.document import Document, read, write
from nodegraph.graph.graph import Graph
from nodegraph.graph.node import NodeType
from tests.nodes.every_face import BASE, KINDS, STILL, TURNED, WITH_STILL, call, tracks, turned
from tests.nodes.every_picture import FORMAT, SHOT, WINDOWS, blocks, images, picture

HEAVY = ("dlib", "numba", "cv2", "OpenEXR", "PyOpenColorIO", "av", "ffmpeg", "skimage", "networkx", "tifffile", "scipy")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the files that nodes read."""
    place = tmp_path_factory.mktemp("project")
    for name in ("faces", "more"):
        (place / f"{name}.json").write_text(json.dumps(tracks().to_json()))
    return place


def variants() -> Iterator[Any]:
    """Every node as it is by default, and with each of its knobs turned."""
    for kind in KINDS:
        if not kind.sink:
            yield pytest.param(kind, {}, id=kind.name)
            for knob in kind.knobs.values():
                yield pytest.param(kind, {knob.name: turned(kind, knob)}, id=f"{kind.name}-{knob.name}")


EVERY = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
FILTERS = [kind for kind in KINDS if kind.inputs and not kind.sink]
EVERY_FILTER = pytest.mark.parametrize("kind", FILTERS, ids=lambda kind: kind.name)


# -- what it says of itself ----------------------------------------------------------------------------


@EVERY
def test_it_explains_itself(kind: NodeType) -> None:
    first, *rest = kind.help.splitlines()
    assert first[0].isupper()
    assert first.endswith(".")
    assert len(first) <= 120
    assert not rest or rest[0] == ""
    for knob in kind.knobs.values():
        assert knob.check(knob.default) == knob.default
        assert knob.name.isidentifier()
        assert not knob.knob.help.endswith(".")
        limits = (knob.knob.low, knob.knob.high)
        for number in knob.default if isinstance(knob.default, tuple) else (knob.default,):
            if knob.is_number:
                assert limits[0] is None or number >= limits[0], knob.name
                assert limits[1] is None or number <= limits[1], knob.name


@EVERY
def test_older_files_have_an_upgrade(kind: NodeType) -> None:
    assert set(kind.upgrades) == set(range(2, kind.version + 1))


def test_no_heavy_import() -> None:
    """Importing every node reads none of the large libraries: the command line answers at once."""
    names = sorted({kind.function.__module__ for kind in KINDS})
    code = f"import importlib, sys\nfor name in {names}: importlib.import_module(name)\n"
    code += f"print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- graph and key -------------------------------------------------------------------------------------


def placed(kind: NodeType, **knobs: Any) -> Graph:
    """A graph with the node, all its inputs wired."""
    graph = Graph(WITH_STILL, shot=SHOT).add("Still", "In").add("Still", "In2")
    graph = graph.add(kind.name, "It", **{**BASE.get(kind.name, {}), **knobs})
    for number, port in enumerate(kind.inputs):
        source = "In2" if number % 2 else "In"
        if port.type in STILL:
            source = f"{source}{port.name}"
            graph = graph.add(STILL[port.type], source)
        graph = graph.connect("It", f"{port.name}1" if port.many else port.name, source)
    return graph


def key(graph: Graph, folder: Path, frame: int = 1001, name: str = "It") -> bytes:
    planner = Planner(graph, folder)
    kind = graph.known_type(name)
    plan = planner.plan_sink(name, (frame,), frame) if kind.sink else planner.plan(name, frame)
    return plan.feed.step.key + bytes((plan.feed.pick + 1,))


@EVERY
def test_saving_changes_nothing(kind: NodeType) -> None:
    graph = placed(kind, **{knob.name: turned(kind, knob) for knob in kind.knobs.values()})
    text = write(Document(graph))
    again = read(text, WITH_STILL)
    assert again.problems == ()
    assert write(again) == text
    assert again.graph.nodes["It"].knobs == graph.nodes["It"].knobs
    assert len(json.loads(text)["nodes"]["It"].get("knobs", {})) == len(kind.knobs)


@EVERY
def test_each_knob_is_in_the_key_and_the_name_is_not(kind: NodeType, folder: Path) -> None:
    base = {knob.name: turned(kind, knob) for knob in kind.knobs.values()} | BASE.get(kind.name, {})
    graph = placed(kind, **base)
    before = key(graph, folder)
    through = before in {key(graph, folder, name=wire.node) for wire in graph.nodes["It"].inputs.values()}
    assert key(graph.rename("It", "Other"), folder, name="Other") == before
    for knob in kind.knobs.values():
        value = TURNED.get((kind.name, knob.name)) if base[knob.name] != TURNED.get((kind.name, knob.name)) else None
        changed = graph.set("It", knob.name, knob.default if value is None else value)
        assert through or key(changed, folder) != before, knob.name


@EVERY
def test_the_frame_is_in_the_key_where_it_is_named(kind: NodeType, folder: Path) -> None:
    graph = placed(kind)
    moves = kind.sees_frame or any(port.time == "window" for port in kind.inputs)
    same = key(graph, folder, 1001) == key(graph, folder, 1003)
    assert same != moves or kind.identity is not None


@EVERY
def test_every_number_takes_a_curve(kind: NodeType, folder: Path) -> None:
    for knob in kind.knobs.values():
        if not knob.is_number:
            continue
        one, other = knob.default, turned(kind, knob)
        if knob.parts == 1 and not isinstance(one, tuple):
            setting: Any = Curve.of([(1001, one), (1003, other)])
        else:
            setting = [Curve.of([(1001, a), (1003, b)]) for a, b in zip(one, other, strict=True)]
        graph = placed(kind, **{knob.name: setting})
        assert graph.value("It", knob.name, 1001) == knob.default
        assert graph.value("It", knob.name, 1003) == other
        assert isinstance(graph.value("It", knob.name, 1002), knob.type)
        key(graph, folder, 1002)


@EVERY_FILTER
def test_disabled_it_is_its_input(kind: NodeType, folder: Path) -> None:
    graph = placed(kind)
    planner = Planner(graph.disable("It"), folder)
    if not any(issubclass(port.type, kind.outputs[0].type) for port in kind.inputs):
        with pytest.raises(GraphError, match="nothing to pass on"):
            planner.plan("It", 1001)
        return
    first = next(port for port in kind.inputs if issubclass(port.type, kind.outputs[0].type))
    source = graph.nodes["It"].inputs[f"{first.name}1" if first.many else first.name].node
    assert planner.plan("It", 1001).feed.step is planner.plan(source, 1001).feed.step


@EVERY
def test_an_input_that_is_needed_is_asked_for(kind: NodeType, folder: Path) -> None:
    for port in kind.inputs:
        if not port.optional:
            with pytest.raises(GraphError, match=f"It.*{port.name}"):
                key(placed(kind).disconnect("It", port.name), folder)


# -- pictures ------------------------------------------------------------------------------------------

# Why a result is not in the format, space or metadata of the first input.
OTHER_FORMAT = {"Reformat", "Crop", "Roto", "SuperResolution"}
OTHER_SPACE = {"ColorSpace", "DisplayView"}


@pytest.mark.parametrize(("kind", "knobs"), list(variants()))
def test_a_result_is_clean(kind: NodeType, knobs: dict[str, Any], folder: Path) -> None:
    """Float32, finite, as large as it says, read-only, the same each time; and nothing was written to the inputs."""
    made: list[tuple[Image, np.ndarray]] = []

    def make(seed: int) -> Image:
        image = picture(seed)
        made.append((image, image.pixels.copy()))
        return image

    try:
        result = call(kind, make, folder=folder, **knobs)
    except NodegraphError as fault:  # a setting may be refused, in words
        if not fault.hint:
            raise
        return
    for image in images(result):
        pixels = image.pixels
        assert pixels.dtype == np.float32
        assert pixels.shape == (image.data.height, image.data.width, len(image.channels))
        assert np.isfinite(pixels).all()
        assert not pixels.flags.writeable
        if image.data.width > 6 and image.data.height > 6:
            part = Box(image.data.x0 + 2, image.data.y0 + 1, image.data.x1 - 3, image.data.y1 - 2)
            assert np.array_equal(image.region(part), pixels[part.slices(image.data)])
    again = call(kind, make, folder=folder, **knobs)
    for one, other in zip(images(result), images(again), strict=True):
        assert np.array_equal(one.pixels, other.pixels)
    for image, before in made:
        assert np.array_equal(image.pixels, before)


@EVERY_FILTER
def test_what_is_not_touched_is_kept(kind: NodeType, folder: Path) -> None:
    """Format, metadata, colour space and further layers go through."""
    before = picture(0)
    for image in images(call(kind, folder=folder)):
        assert image.metadata.get("owner") == "us"
        assert kind.name in OTHER_FORMAT or image.format == before.format
        assert kind.name in OTHER_SPACE or image.colorspace == before.colorspace
        assert "depth.Z" in image.channels or isinstance(image, Matte)


@EVERY_FILTER
def test_light_above_one_and_below_black_survives(kind: NodeType, folder: Path) -> None:
    clips = {"DisplayView": "a display shows 0 to 1", "Lut": "this table ends at 1"}
    for image in images(call(kind, lambda _: blocks(), optional=False, folder=folder)):
        if isinstance(image, Matte):  # coverage, which is no light
            continue
        colour = image.region(image.data, image.rgb)
        assert kind.name in clips or (colour.max() > 4.5 and colour.min() < -0.05)


@pytest.mark.parametrize("window", WINDOWS.values(), ids=list(WINDOWS))
@EVERY_FILTER
def test_any_data_window(kind: NodeType, window: Box, folder: Path) -> None:
    for image in images(call(kind, lambda seed: picture(seed, window), folder=folder)):
        assert image.pixels.shape == (image.data.height, image.data.width, len(image.channels))
        assert np.isfinite(image.pixels).all()
    for image in images(call(kind, lambda seed: picture(seed, window, layers=False), optional=False, folder=folder)):
        assert image.region(FORMAT.box).shape[:2] == (24, 32)


@EVERY_FILTER
def test_a_broken_pixel_stays_where_it_is(kind: NodeType, folder: Path) -> None:
    """NaN and Inf do not stop a node, and spread no further than a filter reaches."""

    def make(seed: int) -> Image:
        image = picture(seed, Box(0, 0, 96, 72), layers=False)
        pixels = image.pixels.copy()
        pixels[36, 48], pixels[37, 48, 0] = np.nan, np.inf
        return image.with_pixels(pixels)

    for image in images(call(kind, make, optional=False, folder=folder)):
        bad = ~np.isfinite(image.region(Box(0, 0, 96, 72)))
        bad[6:66, 18:78] = False  # 30 pixels around
        assert not bad.any()


@EVERY_FILTER
def test_optional_inputs_may_be_missing(kind: NodeType, folder: Path) -> None:
    assert call(kind, optional=False, folder=folder) is not None
