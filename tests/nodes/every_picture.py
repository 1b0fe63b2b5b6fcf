"""Pictures for the tests of every node: what a port of any kind is given, and whether it was written to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph.data.box import Box, Format
from nodegraph.data.image import Channels, Image, Matte, Origin, Pixels, Source
from nodegraph.data.shot import Clip, Frame, Moves, Shot, Window
from nodegraph.graph.context import Context
from nodegraph.graph.node import NodeType, Port
from nodegraph.media.exr_attributes import TimeCode

FORMAT = Format(32, 24)
SHOT = Shot(name="sh010", first=1001, last=1003, format=FORMAT)

WINDOWS = {  # where the pixels of a picture may lie
    "one pixel": Box(5, 5, 6, 6),
    "nothing": Box(7, 9, 7, 9),
    "small": Box(3, 4, 20, 17),
    "larger than the format": Box(-6, -3, 40, 30),
    "beside the format": Box(50, 40, 60, 45),
}

MEASURED = Box(0, 0, 96, 80)  # a plate is measured block by block
Make = Callable[[int], Image]
MakeMatte = Callable[[Image, int], Matte]

METADATA = {"timeCode": TimeCode.of(1, 2, 3, 4), "owner": "us"}


def picture(seed: int = 1, data: Box = FORMAT.box, layers: bool = True) -> Image:
    """Noise with a depth layer, highlights, negative values and holes in its alpha, in writable memory."""
    names = ("R", "G", "B", "A", "depth.Z") if layers else ("R", "G", "B", "A")
    shape = (data.height, data.width, len(names))
    pixels = np.random.default_rng(seed + 100).normal(0.4, 1.0, shape).astype(np.float32)
    pixels[..., 3] = np.clip(pixels[..., 3], 0, 1)
    pixels[..., :3] *= pixels[..., 3:4] > 0
    return Image.of(pixels, channels=names, data=data, format=FORMAT, colorspace="ACEScg", metadata=METADATA)


def with_channels(names: Channels) -> Make:
    """Pictures that have these channels."""

    def make(seed: int) -> Image:
        shape = (FORMAT.height, FORMAT.width, len(names))
        pixels = np.random.default_rng(seed).normal(0.4, 1.0, shape).astype(np.float32)
        return Image.of(pixels, channels=names, format=FORMAT, colorspace="ACEScg", metadata=METADATA)

    return make


def broken(seed: int) -> Image:
    """A picture with some pixels that are no numbers, far from its edges."""
    image = picture(seed, Box(0, 0, 96, 72), layers=False)
    pixels = image.pixels.copy()
    pixels[36, 48], pixels[37, 48, 0] = np.nan, np.inf
    return image.with_pixels(pixels)


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


def covering(box: Box) -> MakeMatte:
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
        image = picture(seed, MEASURED) if self.make is picture and port.name == "plate" else self.make(seed)
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


def images(result: Any) -> Iterator[Image]:
    """The pictures in a node's result."""
    for value in result if isinstance(result, tuple) else (result,):
        if isinstance(value, Image):
            yield value
