"""TimeOffset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from nodegraph.data.image import Image
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, node


def earlier(frame: int, knobs: Mapping[str, Any]) -> Identity:
    return "image", frame - knobs["offset"]


@node(identity=earlier)
def time_offset(
    image: Image, *, offset: Annotated[int, Knob(-100, 100, unit="frames", soft=True, help="later by so many")] = 0
) -> Image:
    """Move the clip later in time, or earlier by a negative offset."""
    return image
