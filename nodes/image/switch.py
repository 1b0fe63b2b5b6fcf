"""Switch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from nodegraph.data.errors import GraphError
from nodegraph.data.image import Image
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import Identity, node


def chosen(frame: int, knobs: Mapping[str, Any]) -> Identity:
    del frame
    return f"images{knobs['which'] + 1}"


@node(identity=chosen)
def switch(*images: Image, which: Annotated[int, Knob(0, 99, help="0 is the first input")] = 0) -> Image:
    """Pass one of the inputs on; the others cost nothing."""
    if which >= len(images):
        raise GraphError(f"there is no input {which + 1}", f"{len(images)} are wired")
    return images[which]
