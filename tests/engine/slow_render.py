"""A render in a process of its own, to be killed: `python slow_render.py FOLDER FRAMES [resume]`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from nodegraph.data.image import Image
from nodegraph.data.shot import Clip, Frame, Shot
from nodegraph.engine.render import render
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from nodegraph.graph.node import node
from nodegraph.media.atomic import atomic

SIZE = 64


@node
def noise(frame: Frame) -> Image:
    """Noise of a frame."""
    return Image.of(np.random.default_rng(frame).random((SIZE, SIZE, 3), np.float32))


@node(store=True)
def level(clip: Clip[Image]) -> float:
    """The mean of the shot, kept on disk."""
    return float(sum(float(image.pixels.mean()) for _, image in clip) / len(clip))


@node
def over(image: Image, amount: float) -> Image:
    """Less the mean."""
    return image.with_pixels(image.pixels - np.float32(amount))


@node(sink=True)
def save(image: Image, frame: Frame, *, file: File = File("")) -> Path:
    """Write in small pieces, so that a kill may fall between them."""
    path = Path(file.replace("####", f"{frame:04d}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    data = image.pixels.tobytes()
    with atomic(path) as beside, beside.open("wb", buffering=0) as out:
        for at in range(0, len(data), 8192):
            out.write(data[at : at + 8192])
            time.sleep(0.0005)
    return path


def graph(frames: int) -> Graph:
    library = Library.of(noise, level, over, save)
    empty = Graph(library, shot=Shot(first=1, last=frames))
    made = empty.add("Noise", "n").add("Level", "l").add("Over", "o").add("Save", "w", file="out/a.####.raw")
    made = made.connect("l", "clip", "n").connect("o", "image", "n").connect("o", "amount", "l")
    return made.connect("w", "image", "o")


if __name__ == "__main__":
    report = render(graph(int(sys.argv[2])), "w", root=Path(sys.argv[1]), resume="resume" in sys.argv, workers=2)
    print(len(report.done), len(report.skipped))
