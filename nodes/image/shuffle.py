"""Shuffle."""

from __future__ import annotations

from typing import Annotated

from nodegraph.data.box import Box, joined
from nodegraph.data.buffers import empty
from nodegraph.data.errors import GraphError
from nodegraph.data.image import Image, Pixels
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
    pairs = [_pair(pair) for pair in mapping.split(",") if pair.strip()]
    names = [to for to, _ in pairs]
    if len(set(names)) != len(names):
        raise GraphError("the mapping names a channel twice", "keep one of them")
    if not names:
        if keep:
            return image
        raise GraphError("the mapping names no channel, and none is kept", "name one, or switch Keep on")
    sources = [_source(image, other, source) for _, source in pairs]
    if keep:
        return image.patched(image.data, _stacked(sources, image.data), names)
    box = image.data
    if all(picture is not None or name == 0 for picture, name in sources):
        box = joined(picture.content for picture, _ in sources if picture is not None).meet(box)
    return image.with_pixels(_stacked(sources, box), channels=names, content=box)


def _pair(text: str) -> tuple[str, str]:
    to, equals, source = (part.strip() for part in text.partition("="))
    if not equals or not to or not source:
        raise GraphError(f"the mapping {text.strip()!r} makes no sense", "write R=G, A=1 or matte.A=other.A")
    return to, source


def _source(image: Image, other: Image | None, source: str) -> tuple[Image, str] | tuple[None, float]:
    """A picture and a channel of it, or a number."""
    try:
        return None, float(source)
    except ValueError:
        pass
    picture, name = image, source
    if source.startswith("other.") and other is not None:
        picture, name = other, source.removeprefix("other.")
    if name not in picture.channels:
        raise GraphError(f"there is no channel {source}", f"there are {', '.join(picture.channels)}")
    return picture, name


def _stacked(sources: list[tuple[Image, str] | tuple[None, float]], box: Box) -> Pixels:
    result: Pixels = empty((box.height, box.width, len(sources)))
    for k, (picture, name) in enumerate(sources):
        result[..., k] = name if picture is None else picture.region(box, (str(name),))[..., 0]
    return result
