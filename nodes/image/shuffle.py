"""Shuffle."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from nodegraph.data.errors import GraphError
from nodegraph.data.image import Image
from nodegraph.graph.knob import Knob
from nodegraph.graph.node import node


@node
def shuffle(
    image: Image,
    other: Image | None = None,
    *,
    mapping: Annotated[str, Knob(help="R=G, A=other.R, depth.Z=Z, matte.A=1")] = "",
    keep: Annotated[bool, Knob(help="keep the channels that are not named")] = True,
) -> Image:
    """Move channels: each pair says what a channel becomes: a channel of this picture or of `other.`, or a number."""
    pairs = [pair.strip() for pair in mapping.split(",") if pair.strip()]
    names, planes = [], []
    for pair in pairs:
        to, equals, source = (part.strip() for part in pair.partition("="))
        if not equals or not to or not source:
            raise GraphError(f"the mapping {pair!r} makes no sense", "write R=G, A=1 or matte.A=other.A")
        names.append(to)
        planes.append(_plane(image, other, source))
    if len(set(names)) != len(names):
        raise GraphError("the mapping names a channel twice", "keep one of them")
    if keep:
        if not names:
            return image
        return image.patched(image.data, np.stack(planes, axis=-1), names)
    if not names:
        raise GraphError("the mapping names no channel, and none is kept", "name one, or switch Keep on")
    return image.with_pixels(np.stack(planes, axis=-1), channels=names)


def _plane(image: Image, other: Image | None, source: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    try:
        return np.full((image.data.height, image.data.width), float(source), np.float32)
    except ValueError:
        pass
    picture, name = image, source
    if source.startswith("other.") and other is not None:
        picture, name = other, source.removeprefix("other.")
    if name not in picture.channels:
        raise GraphError(f"there is no channel {source}", f"there are {', '.join(picture.channels)}")
    return picture.region(image.data, (name,))[..., 0]
