"""The layers of a picture, as the viewer's channel menu lists them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nodegraph.data.image import Channels

MAIN = ""  # the layer of R, G, B and A without a prefix
COLOURS = (("R", "G", "B"), ("r", "g", "b"), ("red", "green", "blue"))
ALPHAS = ("A", "a", "alpha")


class Layer(NamedTuple):
    """Channels that belong together. Only a layer of light goes through the display's view."""

    name: str
    channels: Channels
    light: bool

    @property
    def label(self) -> str:
        return self.name or "rgba"


def layers(channels: Sequence[str]) -> tuple[Layer, ...]:
    """The layers of these channels, the main one first, the others as they come."""
    found: dict[str, list[str]] = {}
    for channel in channels:
        stem, dot, last = channel.rpartition(".")
        main = not dot and last in (*COLOURS[0], "A")
        found.setdefault(MAIN if main else stem if dot else channel, []).append(channel)
    names = sorted(found, key=lambda name: name != MAIN)
    return tuple(_layer(name, found[name]) for name in names)


def layer(channels: Sequence[str], name: str = MAIN) -> Layer:
    """One layer by name; the main one, or the first there is, if the picture has none of that name."""
    every = layers(channels)
    for wanted in (name, MAIN):
        for each in every:
            if each.name == wanted:
                return each
    return every[0] if every else Layer(MAIN, (), True)


def _layer(name: str, channels: list[str]) -> Layer:
    last = {channel.rpartition(".")[2]: channel for channel in channels}
    alpha = [last[each] for each in ALPHAS if each in last]
    for colours in COLOURS:
        if all(each in last for each in colours):
            return Layer(name, (*(last[each] for each in colours), *alpha[:1]), True)
    light = any(channel.rpartition(".")[2] in COLOURS[0] for channel in channels) and name == MAIN
    return Layer(name, tuple(channels[:4]), light)
