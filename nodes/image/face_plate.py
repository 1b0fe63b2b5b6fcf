"""FacePlate: a moving portrait, with everything about it known."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated, NamedTuple

import numpy as np

from nodegraph.colour.config import load_config
from nodegraph.colour.convert import convert
from nodegraph.data.box import Box, Format
from nodegraph.data.buffers import POOL
from nodegraph.data.image import RGB, ArraySource, Channels, Image, Matte, Pixels, frozen
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Knob, Vec
from nodegraph.graph.node import node
from nodegraph.media.attributes import later
from nodegraph.media.exr_attributes import TimeCode
from nodegraph.ops.portrait import Portrait, enlarged, make_portrait, read_picture
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import mattes_at, picture_at
from nodegraph.ops.portrait_pose import Moves, view

# The light of the picture's white: as a camera exposes for skin, so that a film-like view shows it as it was.
WHITE = 1.6


class FacePlateOutputs(NamedTuple):
    image: Image
    matte: Matte  # the face that can be seen: the hull of its landmarks without what passes in front
    occluder: Matte  # what passes in front


class PictureSource:
    """The plate's picture, rendered when somebody first looks: whoever wants its matte only does not wait for it."""

    def __init__(self, make: Callable[[], Pixels]) -> None:
        self.make = make
        self.made: ArraySource | None = None
        self.lock = threading.Lock()

    def read(self, box: Box, channels: Channels) -> Pixels:
        with POOL.urgent(0), self.lock:
            if self.made is None:
                pixels = self.make()
                self.made = ArraySource(pixels, Box(0, 0, pixels.shape[1], pixels.shape[0]), RGB)
        return self.made.read(box, channels)

    def holds(self) -> Iterable[ArraySource]:
        return () if self.made is None else (self.made,)


@node(revision=1)
def face_plate(
    frame: Frame,
    shot: Shot,
    ctx: Context,
    *,
    size: Annotated[Vec, Knob(0, 8192, unit="px", help="width and height; 0 is the shot's format")] = Vec((0, 0)),
    start: Annotated[int, Knob(help="the frame at which the performance begins")] = 1001,
    length: Annotated[int, Knob(2, 1000, unit="frames", help="until the head has turned; then it turns back")] = 24,
    yaw: Annotated[float, Knob(-20, 20, unit="°", help="how far the head turns to either side")] = 15.0,
    pitch: Annotated[float, Knob(-8, 8, unit="°", help="how far it nods")] = 4.0,
    roll: Annotated[float, Knob(-10, 10, unit="°", help="how far it tilts")] = 2.5,
    mouth: Annotated[float, Knob(0, 1, help="how wide it opens")] = 1.0,
    blink: bool = True,
    exposure: Annotated[float, Knob(-2, 2, unit="stops", help="swing of the light")] = 0.35,
    light: Annotated[float, Knob(0, 1, help="how much the key light colours and wanders")] = 1.0,
    highlight: Annotated[float, Knob(0, 64, help="the brightest spot")] = 16.0,
    occluder: Annotated[bool, Knob(help="a microphone passes in front of the face")] = True,
    camera: Annotated[float, Knob(0, 2, help="how far the camera travels: parallax against the backdrop")] = 1.0,
    grain: Annotated[float, Knob(0, 4)] = 1.0,
    seed: Annotated[int, Knob(0, 1 << 30, help="another film stock's grain")] = 0,
) -> FacePlateOutputs:
    """Make a scene-linear plate of a talking, turning head: a portrait moved in depth.

    The NASA portrait of Eileen Collins (public domain) turns, speaks, blinks, and is passed by a microphone, under a
    light that wanders, with highlights above 1 and grain. The same numbers always give the same picture. Its pixels are
    square.
    """
    own = round(size[0]) and round(size[1])
    format = Format(round(size[0]), round(size[1])) if own else shot.format._replace(pixel_aspect=1.0)
    width, height = format.width, format.height
    moves = Moves(start, length, yaw, pitch, roll, mouth, blink, exposure, camera)
    lamp = Light(light, highlight, grain, occluder)
    scale = float(view(width, height)[0, 0])
    portrait = ctx.load(("portrait", scale, shot.space, shot.config), lambda: load_portrait(shot, scale))
    mattes = mattes_at(portrait.figure, int(frame), width, height, moves, lamp)
    picture = PictureSource(lambda: picture_at(portrait, int(frame), width, height, moves, lamp, seed))
    code = later(TimeCode.of(0, 0, 0, 0), int(frame), round(shot.fps))
    return FacePlateOutputs(
        Image(
            format=format,
            data=format.box,
            channels=RGB,
            colorspace=shot.space,
            source=picture,
            metadata=MappingProxyType({"framesPerSecond": Fraction(shot.fps), "timeCode": code}),
        ),
        cropped(mattes.face, shot.space),
        cropped(mattes.occluder, shot.space),
    )


def cropped(coverage: Pixels, space: str) -> Matte:
    """A matte whose data window is no larger than what it covers."""
    rows, columns = np.flatnonzero(coverage.any(axis=1)), np.flatnonzero(coverage.any(axis=0))
    frame = Format(coverage.shape[1], coverage.shape[0])
    box = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1) if rows.size else Box(0, 0, 1, 1)
    return Matte.of(np.ascontiguousarray(coverage[box.slices(frame.box)]), data=box, format=frame, colorspace=space)


def load_portrait(shot: Shot, scale: float) -> Portrait:
    """The portrait in the working space of a shot, at the size it is needed."""
    larger = enlarged(read_picture(), scale)
    light = convert(larger, load_config(shot.config), "srgb_rec709_scene", shot.space)
    return make_portrait(frozen(light * np.float32(WHITE)))
