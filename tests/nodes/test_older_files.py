"""A file that an older program saved opens in today's words, is saved back the same from then on, and renders.

`older/faces.ngraph.json` was written by the program of 21 November 2026, before choices got shorter words.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from nodegraph.data.errors import DocumentError
from nodegraph.engine.plan import Planner
from nodegraph.engine.render import render
from nodegraph.graph.document import load, read, write

OLD = Path(__file__).parent / "older" / "faces.ngraph.json"
PHOTOGRAPH = Path(__file__).parents[2] / "projects" / "double" / "front.jpg"
# By what the results of that program went; the plate and all that follows has changed since.
OLD_KEYS = {
    "Plate": "fc970517eada2a004520aa1f588b22e6",
    "Detect": "b17b294830093e7d393b7b44ec900fbb",
    "Landmarks": "90631cd4caca1d41e5994fc17fbf7924",
    "Track": "0358afccb7fa3a44333f7d1430d6f7da",
    "Smooth": "704f7c7f8095f98a0d1caa941976146a",
    "Align": "9695862e702022fad5e6aef36b425a36",
    "Mask": "3f5ffb09270c7bee54a01c65d008b828",
}


def test_choices_are_told_in_new_words_and_nothing_else_is_changed() -> None:
    document = load(OLD)
    assert document.problems == ()
    expected = json.loads(OLD.read_text("utf-8"))
    nodes = expected["nodes"]
    for name in ("Align", "Smooth", "Swap", "Tracker"):
        nodes[name]["v"] = 2
    nodes["Smooth"]["knobs"]["smoother"] = "Kalman"
    nodes["Swap"]["knobs"] = {"learned": "new face", "photographs": "frontal"}
    nodes["Tracker"]["knobs"]["nuke"] = "all 68 points"
    text = write(document)
    assert json.loads(text) == expected
    assert write(read(text, document.graph.library)) == text


def test_words_that_were_and_knobs_that_are_none_are_left_alone() -> None:
    """What an artist has linked, or somebody has spoilt, is no choice to be reworded."""
    text = OLD.read_text("utf-8").replace('"Kalman smoother"', '{"link": "Other.smoother"}')
    text = text.replace(
        '"Align": {', '"Other": {"knobs": {"smoother": "One Euro, both ways"}, "type": "Smooth"},\n    "Align": {'
    )
    graph = read(text, load(OLD).graph.library).graph
    assert graph.value("Smooth", "smoother", 1001) is graph.value("Other", "smoother", 1001)
    assert graph.value("Other", "smoother", 1001).value == "One Euro"
    spoilt = json.loads(OLD.read_text("utf-8"))
    spoilt["nodes"]["Smooth"]["knobs"] = ["Kalman smoother"]
    with pytest.raises(DocumentError, match="no table"):
        read(json.dumps(spoilt), graph.library)


def test_nothing_that_older_code_has_kept_is_used(tmp_path: Path) -> None:
    planner = Planner(load(OLD).graph, tmp_path)
    keys = {planner.plan(name, 1001).feed.step.key.hex() for name in OLD_KEYS}
    assert len(keys) == len(OLD_KEYS)
    assert not keys & set(OLD_KEYS.values())


def test_it_renders(tmp_path: Path) -> None:
    shutil.copy(PHOTOGRAPH, tmp_path)
    graph = load(OLD).graph
    report = render(graph, "Out", (1001,), root=tmp_path)
    assert report.ok
    assert not report.warnings
    plain = render(graph.disable("Paste").set("Out", "file", "plate.####.exr"), "Out", (1001,), root=tmp_path)
    swapped, plate = (
        OpenEXR.File(str(each.files[0]), separate_channels=True).channels()["R"].pixels.astype(np.float32)
        for each in (report, plain)
    )
    assert 0.01 < (np.abs(swapped - plate) > 0.01).mean() < 0.2
    assert render(graph, "Tracker", root=tmp_path).ok
    assert "Tracker4" in (tmp_path / "face.nk").read_text("utf-8")
