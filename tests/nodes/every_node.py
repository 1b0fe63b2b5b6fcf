"""What the tests of every node share: inputs of every kind, settings of every knob, a project with files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nodegraph.data.box import Box, Format
from nodegraph.data.image import Channels, Image, Matte, Origin, Pixels, Source
from nodegraph.data.shot import Clip, Frame, Moves, Shot, Window
from nodegraph.engine.plan import Plan, Planner
from nodegraph.graph.context import Context
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import Color, File, Knob, KnobType, Space, Vec
from nodegraph.graph.library import Library
from nodegraph.graph.node import NodeType, Port, node
from nodegraph.graph.shapes import Shapes
from nodegraph.media.exr_attributes import TimeCode

FORMAT = Format(32, 24)
SHOT = Shot(name="sh010", first=1001, last=1003, format=FORMAT)

# Settings without which a node has nothing to do, or no file to do it with.
BASE: Mapping[str, Mapping[str, Any]] = {
    "Read": {"file": File("plate.exr")},
    "Write": {"file": File("out/out.####.exr")},
    "WriteMovie": {"file": File("out/out.mov")},
    "Lut": {"file": File("cold.cube")},
    "Shuffle": {"mapping": "R=G"},
}
# Other values for knobs that nobody can turn without knowing the node.
TURNED: Mapping[tuple[str, str], Any] = {
    ("CDL", "file"): File("cold.cdl"),
    ("CDL", "id"): "b",
    ("Constant", "color"): Color((5.0, -0.1, 0.5, 1.0)),
    ("DisplayView", "display"): "sRGB - Display",
    ("DisplayView", "view"): "Un-tone-mapped",
    ("Lut", "file"): File("warm.cube"),
    ("Read", "file"): File("other.exr"),
    ("Read", "frames"): "1001-1002",
    ("Read", "layer"): "depth",
    ("Read", "part"): "0",
    ("Reformat", "size"): Vec((48.0, 20.0)),
    ("Retime", "source_frame"): 1002.5,
    ("Roto", "shapes"): Shapes.from_json([{"points": [[4, 4], [20, 4], [20, 18]]}]),
    ("Shuffle", "mapping"): "G=B, matte.A=A",
    ("Write", "channels"): "rgba",
    ("Write", "file"): File("out/new.####.exr"),
    ("Write", "layer_bits"): "depth=float",
    ("Write", "tile"): 16,
    ("WriteMovie", "audio"): File("sound.wav"),
    ("WriteMovie", "burn_in_text"): "{frame:04}",
    ("WriteMovie", "file"): File("out/new.mov"),
}


@node
def still(*, seed: int = 1) -> Image:
    """A picture that does not depend on the frame."""
    return picture(seed)


@node
def moving(frame: Frame, *, seed: int = 1) -> Image:
    """Another picture at every frame."""
    return picture(seed * 10_000 + frame)


@node(sink=True)
def keep(image: Image, frame: Frame, *, file: File = File("")) -> Path:
    """Write the pixels as they are, with all that the picture says of itself."""
    target = Path(f"{file}.{frame}")
    about = f"{image.data} {image.format} {image.channels} {image.colorspace} {image.origin and image.origin.changed}"
    target.write_bytes(about.encode() + image.pixels.tobytes())
    return target


LIBRARY = Library.discover()
WITH_OURS = LIBRARY.with_nodes(still, moving, keep)
KINDS = tuple(LIBRARY.types.values())
FILTERS = tuple(kind for kind in KINDS if kind.inputs and not kind.sink)


# -- settings ------------------------------------------------------------------------------------------


class Setting(NamedTuple):
    """A node with some of its knobs turned."""

    kind: NodeType
    name: str
    knobs: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.kind.name}-{self.name}" if self.name else self.kind.name


def turned(kind: NodeType, knob: KnobType) -> Any:
    """Another value that the knob may have."""
    return next(values(kind, knob))


def values(kind: NodeType, knob: KnobType) -> Iterator[Any]:
    """Other values that the knob may have: of a choice, every one."""
    given = TURNED.get((kind.name, knob.name))
    if given is not None:
        yield given
    elif issubclass(knob.type, bool):
        yield not knob.default
    elif issubclass(knob.type, Enum):
        yield from (member for member in knob.type if member is not knob.default)
    elif issubclass(knob.type, (Color, Vec)):
        make = Color if issubclass(knob.type, Color) else Vec
        yield make(_further(part, knob.knob, 1 + k) for k, part in enumerate(knob.default))
    elif issubclass(knob.type, int):
        yield _further(knob.default, replace(knob.knob, unit="px"), 1)
    elif issubclass(knob.type, float):
        yield _further(knob.default, knob.knob, 2)
    elif issubclass(knob.type, Space):
        yield Space("ACES2065-1")
    else:
        yield knob.type("other")


def _further(number: float, shown: Knob, steps: int) -> Any:
    if shown.unit == "px" and shown.low == 0 and number == 0 and (shown.high or 0) > 4096:
        return 50 - 10 * steps  # the size of a picture
    step = steps * (1 if shown.unit == "px" else 0.125)
    return number + step if shown.high is None or number + step <= shown.high else number - step


def settings(kind: NodeType) -> Iterator[Setting]:
    """The node as it is by default, with each number turned, with all of them, and those with each choice and switch.

    `mix` is no number here: whatever it fades must do something.
    """
    numbers = {knob.name: turned(kind, knob) for knob in kind.knobs.values() if knob.is_number and knob.name != "mix"}
    yield Setting(kind, "", {})
    if len(numbers) > 1:
        yield Setting(kind, "numbers", numbers)
    for knob in kind.knobs.values():
        for value in values(kind, knob):
            label = f"{knob.name}-{value.value}" if isinstance(value, Enum) else knob.name
            alone = knob.name in numbers
            yield Setting(kind, label, {knob.name: value} if alone else {**numbers, knob.name: value})


def all_settings(kinds: tuple[NodeType, ...]) -> list[Setting]:
    return [setting for kind in kinds for setting in settings(kind)]


# -- inputs --------------------------------------------------------------------------------------------

METADATA = {"timeCode": TimeCode.of(1, 2, 3, 4), "owner": "us"}


def picture(seed: int = 1, data: Box = FORMAT.box, layers: bool = True) -> Image:
    """Noise with a depth layer, highlights, negative values and holes in its alpha, in writable memory."""
    names = ("R", "G", "B", "A", "depth.Z") if layers else ("R", "G", "B", "A")
    shape = (data.height, data.width, len(names))
    pixels = np.random.default_rng(seed + 100).normal(0.4, 1.0, shape).astype(np.float32)
    pixels[..., 3] = np.clip(pixels[..., 3], 0, 1)
    pixels[..., :3] *= pixels[..., 3:4] > 0
    return Image.of(pixels, channels=names, data=data, format=FORMAT, colorspace="ACEScg", metadata=METADATA)


def blocks(dark: float = -0.1) -> Image:
    """Flat blocks of 5.0, of something dark and of 0.2, opaque, so large that a filter leaves their middles."""
    pixels = np.full((64, 192, 4), 0.2, np.float32)
    pixels[:, :64, :3], pixels[:, 64:128, :3] = 5.0, dark
    pixels[..., 3] = 1
    return Image.of(pixels, colorspace="ACEScg")


def coverage(image: Image, seed: int) -> Matte:
    """A matte as large as a picture, with holes."""
    box = image.data
    plane = np.random.default_rng(seed).normal(0.5, 0.7, (box.height, box.width, 1)).clip(0, 1).astype(np.float32)
    return Matte.of(plane, channels=("A",), data=box, format=image.format)


def covering(box: Box) -> Callable[[Image, int], Matte]:
    """Mattes that cover nothing but a box, and are black around it as far as the picture goes."""

    def make(image: Image, seed: int) -> Matte:
        plane = np.zeros((image.data.height, image.data.width, 1), np.float32)
        plane[box.slices(image.data)] = 0.75
        return Matte.of(plane, channels=("A",), data=image.data, format=image.format)

    return make


def with_origin(image: Image, name: str) -> Image:
    """The picture as if it came from a file."""
    return replace(image, origin=Origin(Path(name), 0, image.channels, "ACEScg", "stamp"))


@dataclass(eq=False)
class Watched:
    """Pixels that remember who looked at them."""

    source: Source
    seen: list[Box]

    def read(self, box: Box, channels: Channels) -> Pixels:
        self.seen.append(box)
        return self.source.read(box, channels)

    @property
    def nbytes(self) -> int:
        return self.source.nbytes


Make = Callable[[int], Image]
MakeMatte = Callable[[Image, int], Matte]


class Inputs:
    """Makes what the ports of a node are given, and knows whether it was written to."""

    def __init__(
        self,
        make: Callable[[int], Image] = picture,
        matte: Callable[[Image, int], Matte] = coverage,
        *,
        every: bool = True,
    ) -> None:
        self.make, self.matte, self.every = make, matte, every
        self.made: list[tuple[Image, Pixels]] = []
        self.remembers = True

    @property
    def untouched(self) -> bool:
        """True if every picture still is as it was made."""
        return all(np.array_equal(image.pixels, before, equal_nan=True) for image, before in self.made)

    def one(self, port: Port, seed: int) -> Image:
        image = self.make(seed)
        if port.type is Matte:
            image = self.matte(image, seed)
        elif port.type is not Image:
            raise TypeError(f"say here how a {port.type.__name__} is made")
        if self.remembers:
            self.made.append((image, image.pixels.copy()))
        return image

    def given(self, port: Port, seed: int, frames: tuple[int, ...]) -> Any:
        """What a wire brings to a port."""
        if port.time == "window":
            return Window(1001, {frame: self.one(port, seed + frame) for frame in frames})
        if port.time == "clip":
            return Clip.of({frame: self.one(port, seed + frame) for frame in SHOT.frames})
        return self.one(port, seed)

    def arguments(self, kind: NodeType, frames: tuple[int, ...]) -> Iterator[Any]:
        """What a node is called with: every input, or only those it needs; of a row two."""
        for number, name in enumerate(kind.order):
            handed = kind.handed_in.get(name)
            port = kind.port(name)
            if handed is not None:
                yield {Frame: Frame(1001), Shot: SHOT, Context: context(), Moves: Moves()}[handed]
            elif port is not None and port.many:
                yield from (self.given(port, number + k, frames) for k in range(2))
            elif port is not None:
                yield self.given(port, number, frames) if self.every or not port.optional else None


@cache
def context() -> Context:
    """One for all: a portrait is made once."""
    return Context()


def call(setting: Setting, inputs: Inputs, folder: Path) -> Any:
    """Call a node as the runner does."""
    kind = setting.kind
    knobs = {name: knob.default for name, knob in kind.knobs.items()} | {**BASE.get(kind.name, {}), **setting.knobs}
    files = {name: File(folder / value) for name, value in knobs.items() if isinstance(value, File) and value}
    frames = tuple(kind.frames(1001, knobs | files)) if kind.frames else (1001,)
    return kind.function(*inputs.arguments(kind, frames), **(knobs | files))


def images(result: Any) -> Iterator[Image]:
    """The pictures in a node's result."""
    for value in result if isinstance(result, tuple) else (result,):
        if isinstance(value, Image):
            yield value


# -- graphs --------------------------------------------------------------------------------------------


def placed(kind: NodeType, giver: str = "Moving", every: bool = True, /, **knobs: Any) -> Graph:
    """A graph with the node `It`, its inputs wired to In and In2 by turns (those it needs, or all)."""
    graph = Graph(WITH_OURS, shot=SHOT).add(giver, "In").add(giver, "In2", seed=2)
    graph = graph.add(kind.name, "It", **{**BASE.get(kind.name, {}), **knobs})
    wires = [f"{port.name}{k}" for port in kind.inputs if port.many for k in range(1, 4 if every else 2)]
    wires += [port.name for port in kind.inputs if not port.many and (every or not port.optional)]
    for number, name in enumerate(wires):
        graph = graph.connect("It", name, "In2" if number % 2 else "In")
    return graph


def planned(graph: Graph, folder: Path, frame: int = 1001, name: str = "It") -> Plan:
    planner = Planner(graph, folder)
    return planner.plan_sink(name, (frame,), frame) if graph.known_type(name).sink else planner.plan(name, frame)


def key(graph: Graph, folder: Path, frame: int = 1001, name: str = "It") -> bytes:
    feed = planned(graph, folder, frame, name).feed
    return feed.step.key + bytes((feed.pick + 1,))


def project(place: Path) -> Path:
    """A folder with the files that nodes read."""
    from nodegraph.engine.render import render

    graph = Graph(WITH_OURS, shot=SHOT).add("Still", "A").add("Write", "W").connect("W", "image", "A")
    for name in ("plate", "other"):
        render(graph.set("W", "file", File(f"{name}.exr")), "W", [1001], root=place)
        graph = graph.set("A", "seed", 2)
    for name, red in (("cold", 0.9), ("warm", 1.1)):
        rows = (f"{r * red} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))
        (place / f"{name}.cube").write_text(f'TITLE "{name}"\nLUT_3D_SIZE 2\n' + "".join(rows))
    corrections = "".join(
        f'<ColorCorrection id="{name}"><SOPNode><Slope>{slope} 1 1</Slope><Offset>0 0 0</Offset><Power>1 1 1</Power>'
        "</SOPNode><SatNode><Saturation>1</Saturation></SatNode></ColorCorrection>"
        for name, slope in (("a", 1.1), ("b", 0.9))
    )
    (place / "cold.cdl").write_text(
        f'<ColorDecisionList xmlns="urn:ASC:CDL:v1.01"><ColorDecision>{corrections}</ColorDecision></ColorDecisionList>'
    )
    _write_sound(place / "sound.wav")
    return place


def _write_sound(file: Path) -> None:
    import wave

    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(48_000)
        sound.writeframes(bytes(2 * 48_000))
