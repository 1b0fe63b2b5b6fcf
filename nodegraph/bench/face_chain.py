"""One face end to end at 4K without a network, against the same with all of the frame decoded and encoded."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph.bench import double, plain
from nodegraph.bench.exhibits import Exhibit, Shares
from nodegraph.bench.figures import Figure, at_least, exactly, seconds, shown
from nodegraph.bench.graphs import graph_of
from nodegraph.bench.performance import tracks_of
from nodegraph.data.box import Box, Format
from nodegraph.data.identity import Identity
from nodegraph.data.image import Image
from nodegraph.data.shot import Shot
from nodegraph.data.tracks import Tracks
from nodegraph.engine.cache import Cache
from nodegraph.engine.evaluate import evaluate
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Runner
from nodegraph.graph.graph import Graph
from nodegraph.media.exr_recent import RECENT
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import truth_at
from nodegraph.ops.portrait_pose import Moves

GROUP = "faces"
FORMAT = Format(4096, 2160)
# Where in the frame the demo's portrait stands: the crop of its face is on a third of the rows; or the face itself is.
CROP, FACE = Box(992, 520, 3102, 1632), Box(336, 176, 3760, 1982)
FRAME = 1013
APART = 0.01  # in light: more than the rounding to half of either
MOVES, LIGHT = Moves(), Light(occluder=False)
SHOT = Shot(name="bench", first=FRAME, last=FRAME, format=FORMAT)


def plate(inset: Box) -> plain.Array:
    """A 4K plate in half: the demo's portrait in a wider frame."""
    graph = graph_of(Shot(name="bench", format=Format(inset.width, inset.height)))
    portrait: Image = evaluate(graph.add("FacePlate", "Plate", occluder=False), "Plate", FRAME, "image")
    pixels = plain.plate(FORMAT.width, FORMAT.height)
    pixels[inset.slices(FORMAT.box)] = portrait.pixels.astype(np.float16)
    return pixels


def tracks(inset: Box) -> Tracks:
    """The face's true track."""
    truth = truth_at(make_figure(), FRAME, inset.width, inset.height, MOVES, LIGHT)
    return tracks_of((truth.landmarks + np.array([inset.x0, inset.y0]))[None], FRAME, FORMAT)


def identity() -> Identity:
    """The face that is put in."""
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        path = Path(name) / "double.png"
        double.write(path)
        graph = graph_of(SHOT).add("Identity", "Who", file=str(path), reason="digital double")
        who: Identity = evaluate(graph, "Who", FRAME)
        return who


def face(graph: Graph, picture: str) -> Graph:
    """The face's own work: out of the plate, masked, bent from a photograph, back into the plate."""
    graph = graph.add("Align", "Align").connect("Align", "image", picture).connect("Align", "tracks", "tracks")
    graph = graph.add("Mask", "Mask").connect("Mask", "crops", "Align")
    graph = graph.add("Swap", "Swap").connect("Swap", "crops", "Mask").connect("Swap", "identity", "who")
    return graph.add("Paste", "Paste").connect("Paste", "image", picture).connect("Paste", "crops", "Swap")


def ours(known: dict[str, Any], source: Path, target: Path) -> Runner:
    """Read, the face, Write: as a render does it."""
    RECENT.clear()
    graph = graph_of(SHOT, **known).add("Read", "Read", file=str(source), colorspace="ACEScg")
    graph = face(graph, "Read").add("Write", "Write", file=str(target), colorspace="ACEScg")
    planner = Planner(graph.connect("Write", "image", "Paste"), source.parent)
    runner = Runner(planner, Cache(1 << 30))
    try:
        runner.result(planner.plan_sink("Write", (FRAME,), FRAME))
    finally:
        runner.loads.close()
    return runner


def whole_frame(known: dict[str, Any], source: Path, target: Path, compression: str) -> None:
    """A plain script: all of the frame decoded, made float, made half and encoded by numpy and the OpenEXR binding.

    Between, the same nodes do the face.
    """
    picture = Image.of(plain.read(source).astype(np.float32), format=FORMAT, colorspace="ACEScg")
    graph = face(graph_of(SHOT, picture=picture, **known), "picture")
    planner = Planner(graph)
    done: Image = Runner(planner, Cache(1 << 30)).result(planner.plan("Paste", FRAME))
    plain.write(target, done.pixels.astype(np.float16), compression)


def codec_only(source: Path, target: Path, compression: str) -> None:
    """The least that any program pays which decodes and encodes all of the frame: nothing between, half as it is."""
    plain.write(target, plain.read(source), compression)


def measure() -> list[Figure | Exhibit]:
    """Each in turns, PIZ and ZIP, and what each step of ours takes."""
    rows, shares = list[Figure | Exhibit](), dict[str, dict[str, float]]()
    who = identity()
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        for inset, label, goal in ((CROP, "crop on 33 % of rows", 3.5), (FACE, "face on 33 % of rows", 2.0)):
            known = {"tracks": tracks(inset), "who": who}
            pixels = plate(inset)
            for compression in ("piz", "zip"):
                title = f"{compression.upper()}, {label}"
                figures, spent = compared(known, pixels, compression, title, goal, Path(name))
                rows += figures
                if inset is CROP:
                    shares[compression.upper()] = spent
    rows += [
        shown(GROUP, f"chain: {whole}, {step}", 100 * spent / sum(parts.values()), "% of it")
        for whole, parts in shares.items()
        for step, spent in parts.items()
    ]
    note = "Decoding the plate's rows counts where they are first needed: Align. Write is the splice."
    return [*rows, Shares("One face at 4K, step by step", "ms", shares, note)]


def compared(
    known: dict[str, Any], pixels: plain.Array, compression: str, title: str, goal: float, folder: Path
) -> tuple[list[Figure], dict[str, float]]:
    """The rows of one plate in one compression, and the milliseconds of our steps."""
    source, mine, theirs, copy = (folder / f"{which}.exr" for which in ("plate", "ours", "plain", "codec"))
    plain.write(source, pixels, compression)
    slow, codec, fast = seconds(
        (
            partial(whole_frame, known, source, theirs, compression),
            partial(codec_only, source, copy, compression),
            partial(ours, known, source, mine),
        ),
        pick=min,
    )
    spent = ours(known, source, mine).timings.table()
    apart = np.abs(plain.read(mine).astype(np.float32) - plain.read(theirs).astype(np.float32))
    figures = [
        at_least(GROUP, f"chain: {title}, against a plain script over the whole frame", slow / fast, goal),
        shown(GROUP, f"chain: {title}, against decoding and encoding alone", codec / fast, "x"),
        shown(GROUP, f"chain: {title}, ours", fast * 1000, "ms"),
        exactly(GROUP, f"chain: {title}, values that differ from the script's", int((apart > APART).sum()), 0),
    ]
    return figures, {step: timing.seconds * 1000 for step, timing in spent.items() if step not in known}


MEASURES = {"chain": measure}
