"""FrameHold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from nodegraph.data.image import Image
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, node


def held(frame: int, knobs: Mapping[str, Any]) -> Identity:
    first, step = knobs["first"], knobs["increment"]
    return "image", first + (frame - first) // step * step if step else first


@node(identity=held)
def frame_hold(
    image: Image,
    *,
    first: Annotated[int, Knob(help="the frame to hold")] = 1001,
    increment: Annotated[int, Knob(0, 1000, unit="frames", help="step on every so many frames; 0 holds one")] = 0,
) -> Image:
    """Hold one frame, or every nth."""
    return image
