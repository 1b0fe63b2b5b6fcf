"""Peak memory: a 4K chain of nine nodes with a three-frame window; the length of the shot must not matter."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from nodegraph.bench import plain
from nodegraph.bench.figures import Figure, at_most, shown
from nodegraph.bench.graphs import shot_graph
from nodegraph.graph.document import Document, save
from nodegraph.graph.graph import Graph

GROUP = "engine"
SHORT, LONG = 16, 160
TIMES = 4  # the peak depends on which moments of two frames meet: a few short renders see what a long one sees
BUDGET = 2 << 30
SPARE = 1 << 29
PLATES = 4  # files that the shot goes through again and again: what is measured is memory, not the disk

# Runs in a process of its own, which has nothing in memory but this render.
RENDER = """
import json, resource, sys
from nodegraph.cli.main import main
code = main(sys.argv[1:])
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps([code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit]))
"""


def chain(frames: int) -> Graph:
    """Read, three-frame blend, and what a comp does to a plate, to a Write: nine nodes."""
    graph = shot_graph(frames=frames).add("Read", "plate", file="plate.####.exr", colorspace="ACEScg", after="loop")
    graph = graph.add("FrameBlend", "steady", radius=1).connect("steady", "image", "plate")
    graph = graph.add("Grade", "balance", multiply=(1.1, 1.0, 0.9)).connect("balance", "image", "steady")
    graph = graph.add("Blur", "soft", size=(9.0, 9.0)).connect("soft", "image", "balance")
    graph = graph.add("Merge", "glow", operation="screen").connect("glow", "a", "soft").connect("glow", "b", "balance")
    graph = graph.add("Saturation", "colour", saturation=0.9).connect("colour", "image", "glow")
    graph = graph.add("Transform", "shake", translate=(3.0, 2.0)).connect("shake", "image", "colour")
    graph = graph.add("Exposure", "print", stops=(0.3, 0.3, 0.3)).connect("print", "image", "shake")
    graph = graph.add("Write", "out", file="out/out.####.exr", compression="NONE", colorspace="ACEScg")
    return graph.connect("out", "image", "print")


def peak(folder: Path, frames: int) -> int:
    """Bytes that a render of so many frames takes at its worst."""
    project = folder / f"{frames}.ngraph.json"
    save(Document(chain(frames)), project)
    command = [sys.executable, "-c", RENDER, "render", str(project), "--node", "out", "--memory", "2G", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    code, most = json.loads(done.stdout.splitlines()[-1])
    if code != 0:
        raise RuntimeError(done.stdout + done.stderr)
    for file in (folder / "out").iterdir():
        file.unlink()
    return int(most)


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        folder = Path(name)
        for k in range(PLATES):
            plain.write(folder / f"plate.{1001 + k}.exr", plain.plate(seed=k), "none")
        for frame in range(1001 + PLATES, 1001 + LONG):
            (folder / f"plate.{frame}.exr").symlink_to(f"plate.{1001 + (frame - 1001) % PLATES}.exr")
        short = max(peak(folder, SHORT) for _ in range(TIMES))
        long = peak(folder, LONG)
    return [
        at_most(GROUP, f"memory: peak of {LONG} frames against {SHORT} ({TIMES} times)", long / short, 1.03),
        at_most(GROUP, "memory: peak against 1.5 x the budget + 0.5 GB", long / (1.5 * BUDGET + SPARE), 1.0),
        shown(GROUP, "memory: peak", long / 2**30, "GB"),
    ]


MEASURES = {"memory": measure}
