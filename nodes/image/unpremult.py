"""Unpremult."""

from __future__ import annotations

from nodegraph.data.image import Image
from nodegraph.graph.node import node
from nodegraph.ops.alpha import unassociated


@node
def unpremult(image: Image) -> Image:
    """Divide the colour by its alpha; where alpha is 0, colour that glows by itself stays as it is."""
    return unassociated(image)
