"""Retime."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

from nodegraph.data.image import Image
from nodegraph.data.shot import Frame, Window
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, node
from nodegraph.ops.mix import mixed


class Between(Enum):
    """What is shown between two frames of the source."""

    NEAREST = "nearest"
    BLEND = "blend"


def wanted(frame: int, knobs: Mapping[str, Any]) -> float:
    """The frame of the source, mostly between two."""
    if knobs["use_source_frame"]:
        return float(knobs["source_frame"])
    return float(knobs["source_first"] + (frame - knobs["first"]) * knobs["speed"])


def through(frame: int, knobs: Mapping[str, Any]) -> Identity:
    at = wanted(frame, knobs)
    if knobs["between"] is Between.NEAREST:
        return "image", math.floor(at + 0.5)
    return ("image", int(at)) if at == int(at) else None


def both(frame: int, knobs: Mapping[str, Any]) -> tuple[int, ...]:
    at = math.floor(wanted(frame, knobs))
    return at, at + 1


@node(frames=both, identity=through)
def retime(
    image: Window[Image],
    frame: Frame,
    *,
    speed: Annotated[float, Knob(-10, 10, soft=True, help="2 is twice as fast, -1 backwards")] = 1.0,
    first: Annotated[int, Knob(help="the frame that shows the first of the source")] = 1001,
    source_first: Annotated[int, Knob(help="the first frame of the source")] = 1001,
    use_source_frame: Annotated[bool, Knob(help="go by the curve of the source frame instead")] = False,
    source_frame: Annotated[float, Knob(help="which frame of the source to show: give it a curve")] = 1001.0,
    between: Annotated[Between, Knob(help="what is shown between two frames")] = Between.BLEND,
) -> Image:
    """Play the clip faster, slower, backwards, or by a curve."""
    earlier, later = image
    knobs = {
        "speed": speed,
        "first": first,
        "source_first": source_first,
        "use_source_frame": use_source_frame,
        "source_frame": source_frame,
    }
    share = wanted(frame, knobs) - earlier
    return mixed(image[earlier], (image[earlier], image[later]), (1 - share, share))
