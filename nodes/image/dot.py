"""Dot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.data.image import Image
from nodegraph.graph.node import Identity, node


def passes(frame: int, knobs: Mapping[str, Any]) -> Identity:
    del frame, knobs
    return "image"


@node(identity=passes)
def dot(image: Image) -> Image:
    """A bend in a wire."""
    return image
