"""The sample graphs: canonical, without faults, and rendered."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

import nodegraph as ng
from nodegraph.cli.check import problems_of
from nodegraph.engine.render import render
from nodegraph.graph.document import load, read, write
from nodegraph.graph.graph import Graph

FOLDER = Path(__file__).parents[1] / "projects"
NAMES = sorted(path.name for path in FOLDER.glob("*.ngraph.json"))


def rendered(name: str, tmp_path: Path, frames: tuple[int, ...]) -> list[np.ndarray]:
    graph: Graph = load(FOLDER / f"{name}.ngraph.json").graph
    report = render(graph, "Out", frames, root=tmp_path)
    assert report.ok
    assert len(report.files) == len(frames)
    return [OpenEXR.File(str(path), separate_channels=True).channels()["R"].pixels for path in sorted(report.files)]


def test_there_are_some() -> None:
    assert len(NAMES) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_is_canonical_and_without_faults(name: str) -> None:
    path = FOLDER / name
    assert problems_of(path) == []
    document = load(path)
    assert write(read(write(document), document.graph.library)) == path.read_text("utf-8")
    for sink in document.graph.sinks():
        assert str(document.graph.value(sink, "file", 1001)).startswith("renders/")


def test_bars_over_ramp_fades_by_four_stops(tmp_path: Path) -> None:
    first, last = rendered("bars_over_ramp", tmp_path, (1001, 1012))
    assert first[0, 0] == -0.25
    assert first[0, -1] == 4.0
    assert last[0, -1] == pytest.approx(4.0 / 16)


def test_slow_motion_is_half_as_fast(tmp_path: Path) -> None:
    """Without blending and trail, two frames of the slow shot are one of the checker: 6 pixels."""
    graph = load(FOLDER / "slow_motion.ngraph.json").graph
    graph = graph.disable("Shutter").disable("Trail")
    report = render(graph, "Out", (1001, 1005), root=tmp_path)
    a, b = (OpenEXR.File(str(path), separate_channels=True).channels()["R"].pixels for path in sorted(report.files))
    np.testing.assert_allclose(b[3:, 12:], a[:-3, :-12], atol=2e-3)
    assert not np.array_equal(a, b)


def test_the_trail_is_the_brighter_of_two_moments(tmp_path: Path) -> None:
    (seen,) = rendered("slow_motion", tmp_path, (1012,))
    graph = load(FOLDER / "slow_motion.ngraph.json").graph.disable("Trail")
    report = render(graph, "Out", (1012, 1008), root=tmp_path / "plain")
    early, late = (
        OpenEXR.File(str(path), separate_channels=True).channels()["R"].pixels for path in sorted(report.files)
    )
    np.testing.assert_array_equal(seen, np.maximum(early, late))


def test_zone_plate_filters_differ_in_aliasing(tmp_path: Path) -> None:
    (seen,) = rendered("zone_plate_filters", tmp_path, (1001,))
    # at the left edge the rings are finer than half of the pixels hold: without a filter they come back as false ones
    middle = seen.shape[0] // 2
    left, right = seen[middle - 15 : middle + 15, 4:20], seen[middle - 15 : middle + 15, -20:-4]
    assert left.std() > 4 * right.std()


def small(name: str, tmp_path: Path) -> Graph:
    """A shot with a face at half its size, and the files that come along beside it."""
    shutil.copytree(FOLDER / "double", tmp_path / "double")
    graph: Graph = load(FOLDER / f"{name}.ngraph.json").graph
    return graph.with_shot(format=ng.Format(480, 270), last=1006).set("Align", "size", 192)


def test_the_double_stands_in_the_astronauts_suit(tmp_path: Path) -> None:
    graph = small("double_on_astronaut", tmp_path)
    report = render(graph, "WriteLayers", (1002,), root=tmp_path)
    assert report.ok
    with OpenEXR.File(str(report.files[0]), separate_channels=True) as file:
        parts = {part.name(): part for part in file.parts}
        assert list(parts) == ["rgba", "swap", "matte_face1", "plate"]
        beauty, plate = parts["rgba"].channels["R"].pixels, parts["plate"].channels["red"].pixels
        header = str(parts["rgba"].header)
    assert "digital double" in header
    changed = np.abs(beauty.astype(np.float32) - plate.astype(np.float32)) > 0.01
    assert 0.02 < changed.mean() < 0.2
    assert not changed[:, :90].any()
    assert not changed[:, 330:].any()


def test_the_window_fades_in_over_the_softer_face(tmp_path: Path) -> None:
    graph = small("softer_and_brighter", tmp_path)
    with ng.Session(graph, root=tmp_path) as session:

        def at(node: str, frame: int) -> np.ndarray:
            return np.asarray(session.view(node, frame).result().pixels)

        np.testing.assert_array_equal(at("Brighter", 1001), at("Younger", 1001))
        softer, brighter = at("Younger", 1006), at("Brighter", 1006)
        window = session.view("WindowMatte", 1006).result().plane(ng.Format(480, 270).box)
        plate, skin = at("Plate", 1006), session.view("Skin", 1006).result().plane(ng.Format(480, 270).box)
    assert window.max() == pytest.approx(1)
    np.testing.assert_allclose(brighter, softer * (1 + window[..., None] * (2**0.5 - 1)), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(brighter[window == 0], softer[window == 0])
    np.testing.assert_array_equal(softer[skin == 0], plate[skin == 0])
    assert np.abs(softer - plate)[skin > 0.9].mean() > 1e-3
