"""Renders that end midway, or meet another of the same frames: real nodes in processes of their own."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import av
import OpenImageIO as oiio
import pytest

import nodegraph as ng
from nodegraph.cli.main import main

FRAMES = 24


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """Plates; a grade within a corner of them, which is spliced, and a full grade, which is encoded."""
    graph = ng.new(first=1, last=FRAMES, format=ng.Format(160, 96)).add("TestPlate", "Plate")
    graph = graph.add("Write", "Out", file="plate/p.####.exr").connect("Out", "image", "Plate")
    ng.save(graph, tmp_path / "plate.ngraph.json")
    assert main(["render", str(tmp_path / "plate.ngraph.json")]) == 0
    graph = ng.new(first=1, last=FRAMES, format=ng.Format(160, 96)).add("Read", "Plate", file="plate/p.####.exr")
    graph = graph.add("Constant", "Red", color=(1.0, 0.0, 0.0, 1.0)).add("Crop", "Corner", box=(0.0, 0.0, 20.0, 12.0))
    graph = graph.connect("Corner", "image", "Red").add("Merge", "Patch").connect("Patch", "a", "Corner")
    graph = graph.connect("Patch", "b", "Plate").add("Write", "Spliced", file="out/s.####.exr")
    graph = graph.connect("Spliced", "image", "Patch").add("Grade", "Warm", multiply=(2.0, 1.0, 1.0))
    graph = graph.connect("Warm", "image", "Patch").add("Write", "Encoded", file="out/e.####.exr")
    ng.save(graph.connect("Encoded", "image", "Warm"), tmp_path / "shot.ngraph.json")
    graph = graph.remove("Spliced").remove("Encoded").add("WriteMovie", "Movie", file="m.mov")
    ng.save(graph.connect("Movie", "image", "Warm"), tmp_path / "movie.ngraph.json")
    return tmp_path


def process(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nodegraph.cli.main", "render", *words]
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a terminal's Ctrl-C reaches the encoder of a movie as well: see below
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def shown(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("out/[es].*.exr")}


def undisturbed(folder: Path) -> dict[str, bytes]:
    assert main(["render", str(folder / "shot.ngraph.json")]) == 0
    result = shown(folder)
    assert len(result) == 2 * FRAMES
    for path in folder.glob("out/*"):
        path.unlink()
    return result


def test_killed_at_random_moments_and_resumed(shot: Path) -> None:
    wanted = undisturbed(shot)
    rng = random.Random(11)
    kills = 0
    for _ in range(6):
        child = process(shot, "shot.ngraph.json", "--resume")
        goal = len(list(shot.glob("out/[es].*.exr"))) + rng.randint(0, 9)
        while child.poll() is None and len(list(shot.glob("out/[es].*.exr"))) < goal:
            time.sleep(0.001)
        time.sleep(rng.random() * 0.01)
        kills += child.poll() is None
        child.kill()
        child.communicate()
        for name, data in shown(shot).items():
            assert data == wanted[name]
            assert oiio.ImageBuf(str(shot / "out" / name)).read(force=True)
    assert kills >= 3
    assert main(["render", str(shot / "shot.ngraph.json"), "--resume"]) == 0
    assert {path.name: path.read_bytes() for path in (shot / "out").iterdir()} == wanted  # and nothing beside them


def test_two_renders_of_the_same_frames_at_once(shot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = undisturbed(shot)
    children = [process(shot, "shot.ngraph.json"), process(shot, "shot.ngraph.json")]
    for child in children:
        _, told = child.communicate()
        assert child.returncode == 0, told
    assert {path.name: path.read_bytes() for path in (shot / "out").iterdir()} == wanted
    capsys.readouterr()
    assert main(["render", str(shot / "shot.ngraph.json"), "--resume", "--json"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["report"]["done"] for row in reports if row["event"] == "finished"] == [[], []]


def under_way(folder: Path, child: subprocess.Popen[Any]) -> None:
    """Wait until the movie is being written."""
    while child.poll() is None:
        if any(path.stat().st_size > 0 for path in folder.glob(".m.*.part.mov")):
            return
        time.sleep(0.005)
    raise AssertionError(f"it ended by itself: {child.communicate()}")


@pytest.mark.parametrize("everyone", [True, False])
def test_a_movie_that_is_interrupted(shot: Path, everyone: bool) -> None:
    """By Ctrl-C, which the encoder hears too, or by a farm, which tells only the render."""
    (shot / "m.mov").write_bytes(b"the movie of before")
    child = process(shot, "movie.ngraph.json", "--frames", "1-5000")
    under_way(shot, child)
    if everyone:
        os.killpg(child.pid, signal.SIGINT)
    else:
        child.terminate()
    _, told = child.communicate(timeout=60)
    assert child.returncode == 130
    assert told.endswith("stopped\n")
    assert "Traceback" not in told
    assert (shot / "m.mov").read_bytes() == b"the movie of before"
    assert list(shot.glob(".m*")) == []


def test_a_movie_whose_render_is_killed(shot: Path) -> None:
    (shot / "m.mov").write_bytes(b"the movie of before")
    child = process(shot, "movie.ngraph.json", "--frames", "1-5000")
    under_way(shot, child)
    child.kill()
    child.communicate()
    assert (shot / "m.mov").read_bytes() == b"the movie of before"
    time.sleep(0.5)  # the encoder sees that nobody feeds it, and ends
    again = process(shot, "movie.ngraph.json", "--resume")
    told = again.communicate()
    assert again.returncode == 0, told
    assert list(shot.glob(".m*")) == []
    with av.open(str(shot / "m.mov")) as movie:
        assert sum(1 for _ in movie.decode(video=0)) == FRAMES
