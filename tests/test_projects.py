"""The sample graphs: canonical, without faults, and rendered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import pytest

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
