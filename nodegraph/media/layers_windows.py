"""Layers that were added to a picture: how much of it they fill, and which are those of a file as they stand there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from nodegraph.data.box import Box, joined
from nodegraph.data.image import BesideSource, Image, Origin, PatchSource, WiderSource
from nodegraph.media.attributes import OWN
from nodegraph.media.layers import split

APART = OWN + "parts"  # metadata: the layers that want a part of their own in a file


def with_apart(image: Image, layers: Sequence[str]) -> Image:
    """The picture, saying that these of its layers want parts of their own."""
    known = str(image.metadata.get(APART, "")).split()
    return image.with_metadata(**{APART: " ".join(dict.fromkeys([*known, *layers]))})


def apart(image: Image) -> tuple[str, ...]:
    """The channels that want to lie in parts of their own."""
    layers = set(str(image.metadata.get(APART, "")).split())
    return tuple(name for name in image.channels if split(name)[0] in layers)


def window_of(image: Image, names: Collection[str]) -> Box:
    """The rectangle outside which these channels are known to be black: where they were added, if they were."""
    wanted = set(names)
    boxes: list[Box] = []
    at = image
    while wanted & set(at.channels):
        source = at.source
        if isinstance(source, PatchSource):
            if wanted & set(source.patch.channels):
                boxes.append(source.patch.data)
            at = source.base
        elif isinstance(source, BesideSource):
            theirs = wanted & source.names.keys()
            if theirs:
                boxes.append(source.other.data.meet(image.data))
            wanted -= theirs
            at = source.base
        elif isinstance(source, WiderSource):
            at = source.base
        else:
            boxes.append(at.data)
            break
    return joined(boxes).meet(image.data)


def lent(image: Image, names: Collection[str]) -> tuple[Origin, Mapping[str, str]] | None:
    """The file that these channels come from, unchanged, and what each is called in its picture."""
    wanted = set(names)
    at = image
    while True:
        source = at.source
        if isinstance(source, PatchSource):
            if wanted & set(source.patch.channels):
                return None
            at = source.base
        elif isinstance(source, BesideSource):
            if wanted & source.names.keys():
                other = source.other.origin
                if not wanted <= source.names.keys() or other is None or other.changed:
                    return None
                return other, {name: source.names[name] for name in names}
            at = source.base
        elif isinstance(source, WiderSource):
            at = source.base
        else:
            return None
