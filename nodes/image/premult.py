"""Premult."""

from __future__ import annotations

from nodegraph.data.image import Image
from nodegraph.graph.node import node
from nodegraph.ops.alpha import associated


@node
def premult(image: Image) -> Image:
    """Multiply the colour by its alpha, for colour that is not associated yet."""
    return associated(image)
