"""JitterPlot: the figures are those of tremble that is known, and the drawing shows what it should."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.data.errors import MediaError
from nodegraph.data.shot import Shot
from nodegraph.data.tracks import Cuts, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File
from nodegraph.ops.tremble import PARTS, lag, tremble_of
from nodegraph.ops.tremble_plot import Drawn, tremble_plot
from nodes.face.jitter_plot import jitter_plot
from nodes.face.smooth import smooth
from tests.nodes.face.shapes import face_points, tracks_of

SVG = "{http://www.w3.org/2000/svg}"
RANDOM = np.random.default_rng(3)


def swaying(count: int = 400) -> NDArray[np.float64]:
    return np.stack([face_points(300 + 20 * np.sin(t / 20), 180 + 10 * np.cos(t / 17), 100) for t in range(count)])


def usual(points: NDArray[np.float64]) -> dict[str, float]:
    found = tremble_of(tracks_of(points).tracks[0], Cuts())
    return {part: found.usual(part) for part in PARTS}


def test_noise_of_a_known_size_is_told_as_that() -> None:
    still = np.repeat(face_points(0, 0, 100)[None], 4000, axis=0)
    place = usual(still + RANDOM.normal(0, 0.8, (4000, 1, 2)))
    assert place["position"] == pytest.approx(0.8, rel=0.05)
    assert max(place[part] for part in ("scale", "rotation", "shape")) < 1e-6
    sizes = np.exp(RANDOM.normal(0, 0.01, (4000, 1, 1)))
    middle = still[:, [27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 39, 42, 45]].mean(axis=1, keepdims=True)
    size = usual((still - middle) * sizes + middle)
    assert size["scale"] == pytest.approx(1.0, rel=0.05)
    assert max(size[part] for part in ("position", "rotation", "shape")) < 1e-6
    angles = np.radians(RANDOM.normal(0, 0.5, 4000))
    c, s = np.cos(angles), np.sin(angles)
    turn = np.stack([np.stack([c, s], -1), np.stack([-s, c], -1)], -2)
    turned = usual((still - middle) @ turn + middle)
    assert turned["rotation"] == pytest.approx(0.5, rel=0.05)
    lids = still.copy()
    lids[:, 37:39, 1] += RANDOM.normal(0, 1.0, (4000, 2))
    assert usual(lids)["shape"] == pytest.approx(np.sqrt(2 / 136), rel=0.05)


def test_gaps_cuts_and_boxes_alone_are_left_blank() -> None:
    tracks = tracks_of(swaying(40), first=1)
    track = tracks.tracks[0].with_faces({k: face for k, face in tracks.tracks[0].faces.items() if k not in (10, 11)})
    found = tremble_of(track, Cuts((21,)))
    blank = {int(frame) for frame, value in zip(found.frames, found.parts["position"], strict=True) if np.isnan(value)}
    assert blank == {1, 9, 10, 11, 12, 20, 21, 40}
    bare = track.with_faces({k: replace(face, points=None) for k, face in track.faces.items()})
    assert tremble_of(bare, Cuts()).usual("position") == 0.0


@pytest.mark.parametrize("frames", [0, 1, 3, -2])
def test_what_comes_later_is_told_by_how_much(frames: int) -> None:
    points = swaying(200) + RANDOM.normal(0, 0.3, (200, 1, 2))
    one, other = tracks_of(points[20:180]), tracks_of(points[20 - frames : 180 - frames])
    found = lag(one.tracks[0], other.tracks[0], Cuts())
    assert found is not None
    assert found.frames == pytest.approx(frames, abs=0.15)
    assert found.error < 0.1
    assert lag(tracks_of(points[:20]).tracks[0], tracks_of(points[:20]).tracks[0], Cuts()) is None


def shaken() -> Tracks:
    points = swaying(80) + RANDOM.normal(0, 1.0, (80, 68, 2)) + RANDOM.normal(0, 1.0, (80, 1, 2))
    tracks = tracks_of(points, first=1001, cuts=(1041,), keys={1010})
    return replace(tracks, tracks=(replace(tracks.tracks[0], name='<"Anna" & Ben>'),))


def plotted(before: Tracks, after: Tracks, file: Path, context: Context | None = None) -> ElementTree.Element:
    path = jitter_plot(before, after, Shot(name="sh010"), context or Context(), file=File(file))
    return ElementTree.parse(path).getroot()


def test_the_drawing(tmp_path: Path) -> None:
    before = shaken()
    after = smooth(before)
    root = plotted(before, after, tmp_path / "out" / "jitter.svg")
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert "sh010: tremble before and after" in words
    assert '<"Anna" & Ben>' in words
    assert {*PARTS} <= {*words}
    figures = tremble_of(before.tracks[0], before.cuts), tremble_of(after.tracks[0], after.cuts)
    for part in PARTS:
        old, new = (each.usual(part) for each in figures)
        assert f"{100 * (1 - new / old):.0f} % less" in words
    added = next(word for word in words if "added lag" in word).split("added lag ")[1].split()
    assert abs(float(added[0])) < 3 * float(added[2])
    assert float(added[2]) < 0.3
    lines = list(root.iter(f"{SVG}polyline"))
    assert len(lines) == len(PARTS) * 2 * 2  # before and after, on both sides of the cut
    assert sum("stroke-dasharray" in line.attrib for line in root.iter(f"{SVG}line")) == len(PARTS)
    assert len(list(root.iter(f"{SVG}path"))) == len(PARTS)  # a key by hand in each strip
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for line in lines:
        pairs = np.array([pair.split(",") for pair in line.attrib["points"].split()], np.float64)
        assert ((pairs >= 0) & (pairs <= (width, height))).all()


def test_tracks_that_went_and_shots_without_any(tmp_path: Path) -> None:
    context = Context()
    before = shaken()
    nobody = replace(before, tracks=())
    root = plotted(before, nobody, tmp_path / "a.svg", context)
    assert "there is no track to draw" in [text.text for text in root.iter(f"{SVG}text")]
    assert len(context.warnings) == 1


def test_tracks_of_few_frames() -> None:
    for count in (1, 2, 3):
        found = tremble_of(tracks_of(swaying(count)).tracks[0], Cuts())
        ElementTree.fromstring(tremble_plot([Drawn("face1", found, found)], "x"))


def test_names_that_cannot_be(tmp_path: Path) -> None:
    for file in ("", str(tmp_path / "a.png")):
        with pytest.raises(MediaError):
            jitter_plot(shaken(), shaken(), Shot(), Context(), file=File(file))
