"""Random graphs for the canvas: legal ones, as hands make them."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from nodegraph.data.image import Image, Matte
from nodegraph.editor.canvas.wiring import targets, why_not
from nodegraph.graph.document import Document, read, write
from nodegraph.graph.graph import Graph, Link, Wire
from nodegraph.graph.layout import Backdrop, Note, Place, backdrops, notes, with_item
from nodegraph.graph.library import Library
from nodegraph.graph.node import Anything, node


@node(menu="Image")
def plate(*, level: float = 1.0) -> Image:
    """A plate."""
    raise AssertionError(level)


@node(menu="Image")
def dot(image: Anything) -> Anything:
    """A bend."""
    raise AssertionError(image)


@node(menu="Colour")
def gain(image: Image, matte: Matte | None = None, *, amount: float = 1.0) -> Image:
    """A gain."""
    raise AssertionError(image, matte, amount)


@node(menu="Image")
def merge(b: Image, a: Image, matte: Matte | None = None) -> Image:
    """A over B."""
    raise AssertionError(b, a, matte)


@node(menu="Image")
def stack(*images: Image) -> Image:
    """A row of inputs."""
    raise AssertionError(images)


class Two(NamedTuple):
    picture: Image
    matte: Matte


@node(menu="Face")
def key(image: Image) -> Two:
    """Two outputs."""
    raise AssertionError(image)


@node(menu="Face")
def soften(matte: Matte) -> Matte:
    """A matte made soft."""
    raise AssertionError(matte)


class Faces:
    """Something that is no picture."""


@node(menu="Face")
def detect(image: Image) -> Faces:
    """Faces of a picture."""
    raise AssertionError(image)


@node(menu="Face")
def frame(image: Image, faces: Faces) -> Image:
    """A picture with faces."""
    raise AssertionError(image, faces)


@node(menu="Io", sink=True)
def save(image: Image) -> None:
    """A sink."""
    raise AssertionError(image)


LIBRARY = Library.of(plate, dot, gain, merge, stack, key, soften, detect, frame, save)
KINDS = tuple(LIBRARY.types)
COORDINATES = st.integers(-900, 900)
POINTS = st.tuples(COORDINATES, COORDINATES)


@st.composite
def graphs(draw: st.DrawFn, most: int = 12, papers: bool = True, places: bool = True) -> Graph:
    """A legal graph of a few nodes; some knobs follow others; mostly with places, backdrops and notes."""
    graph = Graph(LIBRARY)
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=most)):
        graph = graph.add(kind)
    for name in tuple(graph.nodes):
        output = draw(st.sampled_from(("", "matte"))) if name.startswith("Key") else ""
        for taker, port in sorted(targets(graph, Wire(name, output)).lit):
            if draw(st.integers(0, 3)) == 0 and not why_not(graph, taker, port, Wire(name, output)):
                graph = graph.connect(taker, port, Wire(name, output))
        if name.startswith("Gain") and name != "Gain1" and draw(st.booleans()):
            graph = graph.set(name, "amount", Link("Gain1", "amount"))
        if places and draw(st.integers(0, 9)):
            graph = with_item(graph, name, Place(draw(POINTS), draw(st.sampled_from(("", "#804020")))))
    for index in range(draw(st.integers(0, 2)) if papers else 0):
        size = (draw(st.integers(60, 900)), draw(st.integers(60, 900)))
        graph = with_item(graph, f"Back{index}", Backdrop(draw(POINTS), size, "a label"))
        graph = with_item(graph, f"Paper{index}", Note(draw(POINTS), "two\nlines"))
    return graph


def picks(graph: Graph, chosen: set[int]) -> tuple[list[str], list[str], list[str]]:
    """Some of what is in a graph, by numbers that may be larger than it."""

    def some(names: list[str]) -> list[str]:
        return [name for index, name in enumerate(names) if index in chosen]

    return some(list(graph.nodes)), some(list(backdrops(graph))), some(list(notes(graph)))


def text(graph: Graph) -> str:
    """A graph as its file says it, to the byte."""
    return write(Document(graph))


def check(graph: Graph) -> None:
    """Nothing is wrong with it: each wire and link is told legal by the reader of files, and it reads back."""
    again = read(text(graph), graph.library)
    assert again.problems == ()
    assert text(again.graph) == text(graph)
