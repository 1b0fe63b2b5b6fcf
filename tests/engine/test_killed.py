"""A render is killed at any moment: resumed, it gives what an undisturbed one gives, and no half file ever shows."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from nodegraph.engine.render import render
from tests.engine.slow_render import SIZE, graph

FRAMES = 40
SCRIPT = Path(__file__).with_name("slow_render.py")


def finished(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("out/a.*.raw")}


def started(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder), str(FRAMES), "resume"], stdout=subprocess.PIPE, text=True
    )


def test_killed_at_random_moments(tmp_path: Path) -> None:
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    render(graph(FRAMES), "w", root=undisturbed)
    wanted = finished(undisturbed)
    assert len(wanted) == FRAMES
    rng = random.Random(7)
    kills = 0
    for _ in range(12):
        before = len(finished(killed))
        child = started(killed)
        goal = min(FRAMES, before + rng.randint(0, 4))
        while child.poll() is None and len(list(killed.glob("out/a.*.raw"))) < goal:
            time.sleep(0.002)
        time.sleep(rng.random() * 0.02)
        if child.poll() is None:
            child.kill()
            kills += 1
        child.communicate()
        shown = finished(killed)
        assert all(len(data) == SIZE * SIZE * 3 * 4 for data in shown.values())
        assert all(data == wanted[name] for name, data in shown.items())
    child = started(killed)
    done, skipped = map(int, child.communicate()[0].split())
    assert kills >= 5
    assert done + skipped == FRAMES
    assert finished(killed) == wanted
    assert render(graph(FRAMES), "w", root=killed, resume=True).done == []


def test_a_kill_costs_at_most_the_frames_under_way(tmp_path: Path) -> None:
    child = started(tmp_path)
    while len(list(tmp_path.glob("out/a.*.raw"))) < 15:
        time.sleep(0.002)
    child.kill()
    child.communicate()
    there = len(finished(tmp_path))
    report = render(graph(FRAMES), "w", root=tmp_path, resume=True)
    assert len(report.skipped) >= there - 2 * 2 - 1  # two threads, each with a frame done but not yet noted


def test_two_processes_render_the_same_frames_at_once(tmp_path: Path) -> None:
    children = [started(tmp_path), started(tmp_path)]
    for child in children:
        child.communicate()
        assert child.returncode == 0
    report = render(graph(FRAMES), "w", root=tmp_path, resume=True)
    assert report.done == []
    assert not [path for path in (tmp_path / "out").iterdir() if not path.name.startswith("a.")]
