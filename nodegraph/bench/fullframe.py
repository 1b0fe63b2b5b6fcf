"""A graph that touches every pixel: four blurred, transformed overs with mattes, a grade, and all of it written."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from nodegraph.bench import plain, plain_frame
from nodegraph.bench.figures import Figure, at_least, at_most, seconds, shown
from nodegraph.bench.graphs import shot_graph, written
from nodegraph.bench.plain_frame import BLUR, GAIN, GAMMA, LAYERS
from nodegraph.graph.graph import Graph

GROUP = "engine"
WIDTH, HEIGHT = 4096, 2160


def graph(plate: Path, element: Path, target: Path, width: int = WIDTH, height: int = HEIGHT) -> Graph:
    """What an artist would wire: read, four times transform, soft matte and over, grade, write."""
    result = shot_graph(width, height)
    result = result.add("Read", "plate", file=str(plate), colorspace="ACEScg")
    result = result.add("Read", "element", file=str(element), colorspace="ACEScg")
    last = "plate"
    for k, layer in enumerate(LAYERS, 1):
        move, alpha, soft, over = f"move{k}", f"alpha{k}", f"soft{k}", f"over{k}"
        result = result.add(
            "Transform",
            move,
            translate=(layer.x, layer.y),
            rotate=-layer.turn,  # ours turns against the clock
            scale=(layer.scale, layer.scale),
        ).connect(move, "image", "element")
        result = result.add("Shuffle", alpha, mapping="A=A", keep=False).connect(alpha, "image", move)
        result = result.add("Blur", soft, size=(BLUR, BLUR)).connect(soft, "image", alpha)
        result = result.add("Merge", over, window="B").connect(over, "b", last).connect(over, "a", move)
        result = result.connect(over, "matte", soft)
        last = over
    result = result.add("Grade", "grade", multiply=(GAIN,) * 3, gamma=(GAMMA,) * 3).connect("grade", "image", last)
    result = result.add("Write", "out", file=str(target), compression="ZIP", colorspace="ACEScg")
    return result.connect("out", "image", "grade")


def figure(width: int, height: int) -> plain.Array:
    """An element to lay over: a soft-edged disc of the plate's kind, premultiplied, half RGBA."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    far = np.hypot((x - width / 2) / (width * 0.3), (y - height / 2) / (height * 0.4))
    alpha = np.clip((1.0 - far) * 8.0 + 0.5, 0.0, 1.0)[..., None]
    colour = plain.plate(width, height, seed=9).astype(np.float32)
    result: plain.Array = np.concatenate([colour * alpha, alpha], axis=2).astype(np.float16)
    return result


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        folder = Path(name)
        plate, element = folder / "plate.exr", folder / "element.exr"
        plain.write(plate, plain.plate(WIDTH, HEIGHT), "zip")
        plain.write(element, figure(WIDTH, HEIGHT), "zip")
        ours, theirs, tool = folder / "ours.exr", folder / "plain.exr", folder / "oiiotool.exr"
        work = partial(written, graph(plate, element, ours), "out", folder)
        slow, fast = seconds((partial(plain_frame.composite, plate, element, theirs), work), 7)
        figures = [
            at_least(GROUP, "fullframe: against numpy, OpenCV and the OpenEXR binding", slow / fast, 1.8),
            shown(GROUP, "fullframe: ours", fast * 1000, "ms"),
            at_most(GROUP, "fullframe: mean difference of the two pictures", difference(ours, theirs), 2e-3, ""),
        ]
        if plain_frame.oiiotool(plate, element, tool):
            start = time.perf_counter()  # minutes: once is enough, and what it has to load is nothing against it
            plain_frame.oiiotool(plate, element, tool)
            figures.append(at_least(GROUP, "fullframe: against oiiotool", (time.perf_counter() - start) / fast, 6.0))
            figures.append(
                at_most(GROUP, "fullframe: mean difference to oiiotool's picture", difference(ours, tool), 2e-2, "")
            )
    return figures


def difference(one: Path, other: Path) -> float:
    """How far two pictures are apart, on average, in light; oiiotool's power turns what is below black into NaN."""
    a, b = (plain.read(path)[..., :3].astype(np.float32) for path in (one, other))
    return float(np.abs(a - b)[np.isfinite(b)].mean())


MEASURES = {"fullframe": measure}
