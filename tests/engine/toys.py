"""Small nodes with known results, and a record of which of them ran."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nodegraph.data.image import Image, Matte
from nodegraph.data.shot import Clip, Frame, Shot, Window
from nodegraph.engine.cache import Cache
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Runner
from nodegraph.graph.context import Context
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from nodegraph.graph.node import Identity, Knobs, node
from nodegraph.media.atomic import atomic


class Record:
    """How often each toy ran, and with what."""

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()
        self.lock = threading.Lock()

    def ran(self, name: str) -> None:
        with self.lock:
            self.runs[name] += 1

    def take(self) -> Counter[str]:
        with self.lock:
            runs, self.runs = self.runs, Counter()
        return runs


RECORD = Record()


def flat(value: float, size: int = 2) -> Image:
    return Image.of(np.full((size, size, 3), value, np.float32))


def level(value: Any) -> float:
    """The value of a flat picture."""
    pixels = value.pixels
    assert (pixels == pixels[0, 0, 0]).all()
    return float(pixels[0, 0, 0])


@node
def plate(frame: Frame, *, scale: float = 1.0, size: int = 2) -> Image:
    """A picture whose value is its frame."""
    RECORD.ran("plate")
    return flat(frame * scale, size)


@node
def solid(*, value: float = 1.0, size: int = 2) -> Image:
    """The same picture at every frame."""
    RECORD.ran("solid")
    return flat(value, size)


def _nothing_to_do(frame: int, knobs: Knobs) -> Identity:
    return "image" if knobs["by"] == 1.0 else None


@node(identity=_nothing_to_do)
def gain(image: Image, *, by: float = 1.0) -> Image:
    """Multiply; by one it passes its input on."""
    RECORD.ran("gain")
    return image.with_pixels(image.pixels * np.float32(by))


@node
def plus(a: Image, b: Image | None = None, *, bias: float = 0.0) -> Image:
    """The sum of two pictures."""
    RECORD.ran("plus")
    total = a.pixels + np.float32(bias)
    return a.with_pixels(total if b is None else total + b.pixels)


@node
def sum_all(*images: Image) -> Image:
    """The sum of a row of pictures."""
    return flat(sum(level(image) for image in images))


@node(frames=lambda frame, knobs: range(frame - knobs["radius"], frame + knobs["radius"] + 1))
def blend(image: Window[Image], *, radius: int = 1) -> Image:
    """The sum of the frames near this one."""
    RECORD.ran("blend")
    return image.now.with_pixels(sum(image[frame].pixels for frame in image))


@node(identity=lambda frame, knobs: ("image", frame + knobs["by"]))
def offset(image: Image, *, by: int = 0) -> Image:
    """Another frame of its input."""
    raise AssertionError("this node never runs")


@node(identity=lambda frame, knobs: ("image", knobs["at"]))
def hold(image: Image, *, at: int = 1) -> Image:
    """One frame of its input, held."""
    raise AssertionError("this node never runs")


@node
def mean(clip: Clip[Image], *, scale: float = 1.0) -> float:
    """The mean of the whole shot."""
    RECORD.ran("mean")
    return scale * sum(level(image) for _, image in clip) / len(clip)


@node(store=True)
def measure(clip: Clip[Image]) -> float:
    """The sum of the whole shot, kept on disk."""
    RECORD.ran("measure")
    return sum(level(image) for _, image in clip)


@node
def lift(image: Image, amount: float | None = None) -> Image:
    """Add a measured value."""
    RECORD.ran("lift")
    return image.with_pixels(image.pixels + np.float32(amount or 0.0))


class Halves(NamedTuple):
    half: Image
    quarter: Image


@node
def halves(image: Image) -> Halves:
    """Two outputs."""
    RECORD.ran("halves")
    return Halves(image.with_pixels(image.pixels / 2), image.with_pixels(image.pixels / 4))


@node
def within(image: Image, matte: Matte) -> Image:
    """A picture times a matte."""
    return image.with_pixels(image.pixels * matte.pixels)


@node
def shot_name(shot: Shot) -> float:
    """A number that depends on the shot."""
    RECORD.ran("shot_name")
    return float(len(shot.name))


@node
def fail_at(image: Image, frame: Frame, *, at: int = 0) -> Image:
    """A picture, but at one frame an error."""
    RECORD.ran("fail_at")
    if frame == at:
        raise ValueError("no such luck")
    return image


@node(sink=True)
def save(image: Image, frame: Frame, ctx: Context, *, file: File = File("")) -> Path:
    """Write the bytes of a picture: `####` in the name is the frame."""
    RECORD.ran("save")
    path = Path(file.replace("####", f"{frame:04d}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as beside:
        beside.write_bytes(image.pixels.tobytes())
    return path


@node(sink=True)
def film(clip: Clip[Image], ctx: Context, *, file: File = File("")) -> Path:
    """Write all frames into one file."""
    RECORD.ran("film")
    path = Path(file)
    with atomic(path) as beside, beside.open("wb") as out:
        for _, image in clip:
            ctx.check_cancel()
            out.write(image.pixels.tobytes())
    return path


TOYS = (
    plate, solid, gain, plus, sum_all, blend, offset, hold, mean, measure, lift, halves, within, shot_name, fail_at,
    save, film,
)  # fmt: skip
LIBRARY = Library.of(*TOYS)


def empty(first: int = 1, last: int = 5) -> Graph:
    return Graph(LIBRARY, shot=Shot(first=first, last=last))


def wired(graph: Graph, **inputs: str) -> Graph:
    """`plus1__a="plate1"` wires plate1 to the input a of plus1."""
    for place, source in inputs.items():
        name, port = place.split("__")
        graph = graph.connect(name, port, source)
    return graph


def runner(graph: Graph, **options: Any) -> Runner:
    return Runner(Planner(graph), Cache(1 << 30), **options)
