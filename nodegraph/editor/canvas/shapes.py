"""How things on the canvas look: a node's size, its ports, room for its picture; dots, wires, backdrops, notes.

Pictures flow downwards: inputs are on the upper edge of a node, outputs on the lower one. All places in a look
are counted from the upper left corner of the thing itself, so that moving it leaves its look alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from nodegraph.editor.canvas import colours
from nodegraph.editor.canvas.view import Rect
from nodegraph.graph.graph import Graph, Node
from nodegraph.graph.layout import Point
from nodegraph.graph.node import NodeType, Port

DOT = "Dot"  # the node type that is drawn as a bend in a wire
DOT_RADIUS = 8.0
NARROWEST, WIDEST = 120.0, 148.0
HEIGHT = 30.0
PICTURE = 70.0  # height that a picture adds
EDGE = 6.0  # around the picture
LETTER = 7.0  # how wide a letter is taken to be, at 100 %
LINE = 18.0
ROOM = 36.0  # beside a title, for badges
PORT_STEP = 24.0
TITLE_BAR = 26.0  # of a backdrop: by it the backdrop is moved
CORNER = 14.0  # of a backdrop: by it the backdrop is resized
LEAST_PANEL = 60.0
REACH, LONGEST_REACH = 24.0, 160.0  # how far a wire leaves a port straight down
RISING_REACH = 44.0  # how much further one that goes up again
FLATNESS = 1.0  # how far a wire's straight parts may lie from its curve
MOST_HALVINGS = 8

Bend = tuple[Point, Point, Point, Point]  # a cubic Bézier


class Marks(NamedTuple):
    """What the engine and the windows tell of a node, beside the graph."""

    error: str = ""
    cached: bool = False
    seconds: float | None = None
    picture: bool = False
    viewers: tuple[int, ...] = ()  # the viewer inputs that look at it


PLAIN = Marks()


class Spot(NamedTuple):
    """A port on the edge of a node. An output's `port` is as in a Wire: empty for the first."""

    port: str
    type: str  # empty where it is not known
    at: Point
    label: str = ""
    optional: bool = False
    wired: bool = False


class NodeLook(NamedTuple):
    """Everything that is drawn of a node, a dot included."""

    title: str
    kind: str
    colour: str
    size: Point
    ins: tuple[Spot, ...] = ()
    outs: tuple[Spot, ...] = ()
    dot: bool = False
    disabled: bool = False
    missing: bool = False
    picture: Rect | None = None
    marks: Marks = PLAIN
    selected: bool = False


class WireLook(NamedTuple):
    """A wire: where it comes from, and what it carries."""

    giver: str
    output: str
    type: str
    selected: bool = False


class PanelLook(NamedTuple):
    """A backdrop."""

    size: Point
    label: str
    colour: str
    selected: bool = False


class NoteLook(NamedTuple):
    """A note."""

    size: Point
    text: str
    colour: str
    selected: bool = False


# -- nodes -----------------------------------------------------------------------------------------------


def node_look(graph: Graph, name: str, marks: Marks = PLAIN, colour: str = "", selected: bool = False) -> NodeLook:
    """How a node of the graph looks."""
    node, kind = graph.nodes[name], graph.type_of(name)
    inputs, outputs = list(in_ports(graph, name)), list(out_ports(kind))
    own = colours.of_menu(kind.menu) if kind is not None else colours.MISSING
    dot = kind is not None and kind.name == DOT and len(inputs) == len(outputs) == 1
    size = (2 * DOT_RADIUS, 2 * DOT_RADIUS) if dot else node_size(name, len(inputs), len(outputs), marks.picture)
    ins = tuple(
        Spot(label, _type_name(port), (across, 0.0), label, port is None or port.optional, label in node.inputs)
        for (label, port), across in zip(inputs, _spread(len(inputs), size[0]), strict=True)
    )
    outs = tuple(
        Spot(wire, type_name, (across, size[1]), label)
        for (wire, label, type_name), across in zip(outputs, _spread(len(outputs), size[0]), strict=True)
    )
    room = Rect(EDGE, HEIGHT - 2, size[0] - EDGE, size[1] - EDGE) if marks.picture and not dot else None
    return NodeLook(
        name, node.kind, colour or own, size, ins, outs, dot, node.disabled, kind is None, room, marks, selected
    )


def node_size(title: str, ins: int, outs: int, picture: bool = False) -> Point:
    """How large a node is: wide enough for its title, up to a limit, and for its ports."""
    text = min(WIDEST, max(NARROWEST, len(title) * LETTER + ROOM))
    width = max(text, (max(ins, outs) + 1) * PORT_STEP)
    return 2 * math.ceil(width / 2), HEIGHT + (PICTURE if picture else 0.0)


def in_ports(graph: Graph, name: str) -> Iterator[tuple[str, Port | None]]:
    """The inputs that a node shows, in order; of a row of inputs those wired, and one more.

    An input that is wired but that its type does not have (a placeholder's, or a faulty file's) has no Port.
    """
    node, kind = graph.nodes[name], graph.type_of(name)
    told: set[str] = set()
    for port in kind.inputs if kind is not None else ():
        for label in _row(node, kind, port) if kind is not None and port.many else (port.name,):
            told.add(label)
            yield label, port
    for label in node.inputs:
        if label not in told:
            yield label, None


def out_ports(kind: NodeType | None) -> Iterator[tuple[str, str, str]]:
    """The outputs of a node type: as a Wire calls it, its name, its type. A placeholder has one unknown."""
    if kind is None:
        yield "", "out", ""
        return
    for index, output in enumerate(kind.outputs):
        yield output.name if index else "", output.name, output.type.__name__


def _row(node: Node, kind: NodeType, port: Port) -> list[str]:
    wired = sorted((label for label in node.inputs if kind.port(label) == port), key=lambda label: (len(label), label))
    number = 1
    while f"{port.name}{number}" in wired:
        number += 1
    return [*wired, f"{port.name}{number}"]


def _spread(count: int, width: float) -> list[float]:
    return [width * (index + 1) / (count + 1) for index in range(count)]


def _type_name(port: Port | None) -> str:
    return port.type.__name__ if port is not None else ""


def spot_at(spots: tuple[Spot, ...], port: str) -> Spot | None:
    """The spot of a port; the first where none is called so, as a faulty file may have it."""
    for spot in spots:
        if port in (spot.port, spot.label):
            return spot
    return spots[0] if spots else None


# -- notes -----------------------------------------------------------------------------------------------


def note_size(text: str) -> Point:
    """How large a note is: as large as its text."""
    lines = text.split("\n")
    return max(map(len, lines)) * LETTER + 16.0, len(lines) * LINE + 12.0


# -- wires -----------------------------------------------------------------------------------------------


def bend(start: Point, end: Point, from_dot: bool = False, to_dot: bool = False) -> Bend:
    """A wire from an output down to an input. At a dot it goes off in whichever direction it likes."""
    down = end[1] - start[1]
    reach = down / 2 if down >= 2 * REACH else REACH + min(max(0.0, -down) / 2, RISING_REACH)
    reach = min(reach, LONGEST_REACH, math.dist(start, end) / 2)
    first = start if from_dot else (start[0], start[1] + reach)
    second = end if to_dot else (end[0], end[1] - reach)
    return start, first, second, end


def point_on(curve: Bend, t: float) -> Point:
    """The place on a wire at `t`, 0 at its start and 1 at its end."""
    s = 1 - t
    weights = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
    return (
        sum(weight * point[0] for weight, point in zip(weights, curve, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, curve, strict=True)),
    )


def flattened(curve: Bend) -> list[Point]:
    """The wire as a line through points on it, cut in halves until each part is as good as straight.

    A cubic Bézier leaves its chord by at most 3/4 of what the further of its handles does.
    """
    line = [curve[0]]
    todo = [(curve, 0)]
    while todo:
        (a, b, c, d), depth = todo.pop()
        if depth == MOST_HALVINGS or max(_from_chord(b, a, d), _from_chord(c, a, d)) <= FLATNESS * 4 / 3:
            line.append(d)
            continue
        ab, bc, cd = _middle(a, b), _middle(b, c), _middle(c, d)
        abc, bcd = _middle(ab, bc), _middle(bc, cd)
        half = _middle(abc, bcd)
        todo += [((half, bcd, cd, d), depth + 1), ((a, ab, abc, half), depth + 1)]
    return line


def _middle(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _from_chord(point: Point, start: Point, end: Point) -> float:
    """How far a point is from a straight line between two others, its ends included."""
    across, down = end[0] - start[0], end[1] - start[1]
    square = across * across + down * down
    along = ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / square if square else 0.0
    along = min(1.0, max(0.0, along))
    return math.hypot(start[0] + along * across - point[0], start[1] + along * down - point[1])
