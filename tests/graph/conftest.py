"""A small library for tests of the graph."""

from typing import Annotated, NamedTuple

import pytest

from nodegraph.data.image import Image, Matte
from nodegraph.graph.knob import Color, Knob
from nodegraph.graph.library import Library
from nodegraph.graph.node import node


@node
def plate(*, level: float = 1.0) -> Image:
    """A plate."""
    raise AssertionError(level)


@node
def gain(
    image: Image,
    matte: Matte | None = None,
    *,
    amount: Annotated[float, Knob(0, 4)] = 1.0,
    steps: int = 1,
    tint: Color = Color((1, 1, 1)),
    on: bool = True,
    note: str = "",
) -> Image:
    """A gain."""
    raise AssertionError(amount, steps, tint, on, note, matte)


class Two(NamedTuple):
    first: Image
    second: float


@node
def split(image: Image) -> Two:
    """Two outputs."""
    raise AssertionError


@node
def number(value: float) -> Image:
    """Takes a number."""
    raise AssertionError(value)


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.of(plate, gain, split, number)
