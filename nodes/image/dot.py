"""Dot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.graph.node import Anything, Identity, node


def passes(frame: int, knobs: Mapping[str, Any]) -> Identity:
    del frame, knobs
    return "image"


@node(identity=passes)
def dot(image: Anything) -> Anything:
    """A bend in a wire, whatever the wire carries."""
    return image
