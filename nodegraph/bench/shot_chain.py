"""A whole shot from a movie to EXRs, models that come along and nothing else: frames a second, and who spends them."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from nodegraph.bench import double
from nodegraph.bench.clips import SOURCE, TARGET, clip
from nodegraph.bench.exhibits import Exhibit, Shares
from nodegraph.bench.figures import Figure, exactly, shown
from nodegraph.bench.graphs import graph_of
from nodegraph.bench.performance import follow
from nodegraph.bench.swapped import swap_graph
from nodegraph.data.box import Format
from nodegraph.data.shot import Shot
from nodegraph.engine.cache import Cache, default_budget
from nodegraph.engine.disk import Disk
from nodegraph.engine.events import Report
from nodegraph.engine.plan import Planner
from nodegraph.engine.render import render
from nodegraph.engine.run import Runner
from nodegraph.graph.graph import Graph
from nodegraph.media.video import VideoReader

GROUP = "faces"
FRAMES = 16
SMALL = Format(640, 360)
FEW = 6
ONCE = "Who"  # the photographs are looked at once for a shot, however long it is


def chain_graph(graph: Graph, plate: str, photographs: Path, reason: str) -> Graph:
    """From a plate to files: followed, swapped, written."""
    graph = swap_graph(follow(graph, plate), plate, "Smooth", photographs, reason)
    return graph.add("Write", "Write", file="out.####.exr", compression="ZIP").connect("Write", "image", "Paste")


def measure_clip() -> list[Figure | Exhibit]:
    """The clip of the man on the balcony with the talking head put in, written as float light."""
    source, target = clip(SOURCE), clip(TARGET)
    if source is None or target is None:
        print(f"no {SOURCE} and {TARGET} found beside the project: the chain on a clip is left out", file=sys.stderr)
        return []
    reader = VideoReader(target)
    form = Format(reader.info.width, reader.info.height)
    reader.close()
    graph = graph_of(Shot(name="bench", first=1, last=FRAMES, format=form)).add("Read", "Plate", file=str(target))
    graph = chain_graph(graph, "Plate", source, "public domain")
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        start = time.perf_counter()
        spent = tracking(graph, Path(name))
        found = time.perf_counter() - start
        report = render(graph, "Write", root=Path(name))
    for node, timing in report.timings.items():
        spent[node] = spent.get(node, 0.0) + timing.seconds
    once, total = spent.pop(ONCE, 0.0), found + report.seconds
    label = f"{form.width} x {form.height} clip"
    ordered = sorted(spent.items(), key=lambda each: -each[1])
    return [
        exactly(GROUP, f"chain: {label}, frames written of {FRAMES}", len(report.done), FRAMES),
        shown(GROUP, f"chain: {label}, all of it with its photographs", FRAMES / total, "frames / s"),
        shown(GROUP, f"chain: {label}, each further frame", FRAMES / max(1e-9, total - once), "frames / s"),
        shown(GROUP, f"chain: {label}, photographs, once for the shot", once, "s"),
        *(
            shown(GROUP, f"chain: {label}, {node}", 100 * each / sum(spent.values()), "% of it")
            for node, each in ordered
        ),
        Shares(
            f"A shot of {FRAMES} frames, {label}, node by node",
            "ms a frame",
            {"each frame": {node: 1000 * each / FRAMES for node, each in ordered}},
            "Nodes run beside one another, so that their times add up to more than the clock's. "
            f"The source's photographs are looked at once for the shot, in {once:.1f} s.",
        ),
    ]


def tracking(graph: Graph, folder: Path) -> dict[str, float]:
    """Follow the faces of a shot, which then lie on the disk; the seconds of each node.

    Track asks for the faces of every frame while it works. Its own time is that of a second Track with the faces known.
    """
    cache, first = Cache(default_budget()), graph.shot.first
    seconds: dict[str, float] = {}
    for gap in (13, 12):
        planner = Planner(graph.set("Track", "gap", gap), folder)
        runner = Runner(planner, cache, disk=Disk.of(planner.folder))
        try:
            runner.result(planner.plan("Smooth", first))
        finally:
            runner.loads.close()
        seconds |= {node: timing.seconds for node, timing in runner.timings.table().items()}
    return seconds


def measure_again() -> list[Figure | Exhibit]:
    """A knob after the tracks is turned and the shot rendered again: faces are not looked for again."""
    shot = Shot(name="bench", first=1, last=FEW, format=SMALL)
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        folder = Path(name)
        photograph = folder / "double.png"
        double.write(photograph)
        graph = graph_of(shot).add("FacePlate", "Plate", start=1, occluder=False)
        graph = chain_graph(graph, "Plate.image", photograph, "digital double")
        first = render(graph, "Write", root=folder)
        turned = graph.set("Colour", "mix", 0.8).set("Swap", "light", 0.9).set("Align", "scale", 1.02)
        again = render(turned, "Write", root=folder)
    return [
        exactly(GROUP, "chain: detections of a shot", calls(first, "Detect"), FEW),
        *(
            exactly(GROUP, f"chain: {what} computed again when a knob after Smooth was turned", calls(again, node), 0)
            for what, node in (("detections", "Detect"), ("landmarks", "Landmarks"), ("tracks", "Track"))
        ),
        exactly(GROUP, "chain: frames written anew for it", len(again.done), FEW),
    ]


def calls(report: Report, node: str) -> int:
    """How often a node ran."""
    return report.timings[node].calls if node in report.timings else 0


MEASURES = {"chain of a shot": measure_clip, "chain again": measure_again}
