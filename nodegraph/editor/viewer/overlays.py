"""What is drawn over the picture: faces, tracks, guides, masks and regions, as lines and dots in the pane."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np

from nodegraph.data.box import Box, Format
from nodegraph.data.faces import Face, Rect
from nodegraph.data.tracks import Track
from nodegraph.editor.viewer.framing import Framing, Pane, Places
from nodegraph.ops.drawn import LINES

SMALL = 24.0  # a face smaller than this on screen, in pixels, is drawn as its box alone


class Role(Enum):
    """What a drawing stands for; the theme gives each its colour and width."""

    BOX = "box"
    LANDMARKS = "landmarks"
    BEFORE = "before"
    AFTER = "after"
    PATH = "path"
    GUIDE = "guide"
    MASK = "mask"
    REGION = "region"
    OUTLINE = "outline"
    FEATHER = "feather"
    HANDLE = "handle"
    ARM = "arm"
    FORMAT = "format"
    WINDOW = "window"


class Line(NamedTuple):
    """Straight pieces from place to place of the pane."""

    places: Places
    role: Role
    closed: bool = False


class Dots(NamedTuple):
    """A dot at each place of the pane."""

    places: Places
    role: Role


class Fill(NamedTuple):
    """A filled rectangle of the pane: left, top, right, bottom."""

    box: Rect
    role: Role


class Words(NamedTuple):
    """A text that begins at a place of the pane."""

    x: float
    y: float
    text: str
    role: Role


Drawing = Line | Dots | Fill | Words


class Aspect(NamedTuple):
    """A format that the picture is masked to, for the cinema or a telephone."""

    name: str
    ratio: float


ASPECTS = (
    Aspect("2.39", 2.39),
    Aspect("2.00", 2.0),
    Aspect("1.85", 1.85),
    Aspect("16:9", 16 / 9),
    Aspect("4:3", 4 / 3),
    Aspect("1:1", 1.0),
    Aspect("9:16", 9 / 16),
)


def corners(box: Rect | Box) -> Places:
    """The four corners of a rectangle, clockwise from the top left."""
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)


def rectangle(box: Rect | Box, framing: Framing, role: Role) -> Line:
    """The outline of a rectangle of the picture."""
    return Line(framing.many_to_pane(corners(box)), role, closed=True)


def face(found: Face, framing: Framing, *, name: str = "", role: Role = Role.LANDMARKS) -> list[Drawing]:
    """A face's box, what it is called, and its landmarks with the lines that join them."""
    drawn: list[Drawing] = [rectangle(found.box, framing, Role.BOX)]
    if name:
        x, y = framing.to_pane(found.box.x0, found.box.y0)
        drawn.append(Words(x, y, name, Role.BOX))
    if found.points is not None and found.box.size * framing.zoom >= SMALL:
        drawn += landmarks(found.points, framing, role)
    return drawn


def landmarks(points: Places, framing: Framing, role: Role = Role.LANDMARKS) -> list[Drawing]:
    """The 68 landmarks: the lines of jaw, brows, nose, eyes and lips, and a dot on each."""
    places = framing.many_to_pane(points)
    lines: list[Drawing] = [Line(places[part], role, closed) for part, closed in LINES]
    return [*lines, Dots(places, role)]


def faces(
    tracked: Iterable[tuple[Track, Face]], framing: Framing, pane: Pane, names: Mapping[str, str] | None = None
) -> list[Drawing]:
    """Every face of a frame that is on screen, under its track's name or who it is."""
    seen = framing.seen(pane)
    drawn: list[Drawing] = []
    for track, each in tracked:
        box = each.box
        if box.x1 >= seen.x0 and box.x0 <= seen.x1 and box.y1 >= seen.y0 and box.y0 <= seen.y1:
            drawn += face(each, framing, name=(names or {}).get(track.name, track.name))
    return drawn


def smoothed(before: Face, after: Face, framing: Framing) -> list[Drawing]:
    """Landmarks before and after smoothing, and how far each has moved."""
    if before.points is None or after.points is None:
        return []
    one, two = framing.many_to_pane(before.points), framing.many_to_pane(after.points)
    moved: list[Drawing] = [Line(np.stack([a, b]), Role.PATH) for a, b in zip(one, two, strict=True)]
    return [*moved, Dots(one, Role.BEFORE), *landmarks(after.points, framing, Role.AFTER)]


def path(track: Track, frame: int, framing: Framing, *, reach: int = 24, role: Role = Role.PATH) -> list[Drawing]:
    """The way a face's middle takes for some frames before and after this one; it is broken where the track is."""
    runs: list[list[tuple[float, float]]] = [[]]
    for each in range(frame - reach, frame + reach + 1):
        if each in track.faces:
            runs[-1].append(track.faces[each].box.middle)
        elif runs[-1]:
            runs.append([])
    drawn: list[Drawing] = [Line(framing.many_to_pane(np.array(run)), role) for run in runs if len(run) > 1]
    keyed = [track.faces[each].box.middle for each in sorted(track.keys) if each in track.faces]
    if keyed:
        drawn.append(Dots(framing.many_to_pane(np.array(keyed)), Role.HANDLE))
    return drawn


def window(format: Format, data: Box, framing: Framing) -> list[Drawing]:
    """The edge of the format with its size, and the data window where it is another."""
    drawn: list[Drawing] = [rectangle(format.box, framing, Role.FORMAT)]
    x, y = framing.to_pane(format.width, format.height)
    drawn.append(Words(x, y, f"{format.width}x{format.height}", Role.FORMAT))
    if data != format.box and not data.empty:
        drawn.append(rectangle(data, framing, Role.WINDOW))
    return drawn


def guides(
    format: Format, framing: Framing, *, thirds: bool = False, safe: bool = False, cross: bool = False
) -> list[Drawing]:
    """Thirds, the safe areas of action and title (SMPTE ST 2046-1: 93 and 90 in 100) and the middle."""
    width, height = float(format.width), float(format.height)
    drawn: list[Drawing] = []
    if thirds:
        for share in (1 / 3, 2 / 3):
            drawn.append(_piece((width * share, 0), (width * share, height), framing))
            drawn.append(_piece((0, height * share), (width, height * share), framing))
    if safe:
        drawn += [rectangle(inset(format, share), framing, Role.GUIDE) for share in (0.93, 0.90)]
    if cross:
        arm = min(width, height) / 20
        x, y = width / 2, height / 2
        drawn.append(_piece((x - arm, y), (x + arm, y), framing))
        drawn.append(_piece((x, y - arm), (x, y + arm), framing))
    return drawn


def inset(format: Format, share: float) -> Rect:
    """The middle of a frame, so large a share of it each way."""
    x, y = format.width * (1 - share) / 2, format.height * (1 - share) / 2
    return Rect(x, y, format.width - x, format.height - y)


def masked(format: Format, ratio: float) -> Rect:
    """The part of a frame that a screen of another shape shows, as large as it can be, in the middle."""
    shape = format.width * format.pixel_aspect / format.height
    if ratio > shape:
        height = format.height * shape / ratio
        top = (format.height - height) / 2
        return Rect(0.0, top, float(format.width), top + height)
    width = format.width * ratio / shape
    left = (format.width - width) / 2
    return Rect(left, 0.0, left + width, float(format.height))


def mask(format: Format, ratio: float, framing: Framing) -> list[Drawing]:
    """What an aspect mask hides of the frame, and its edge."""
    inner = masked(format, ratio)
    x0, y0 = framing.to_pane(0, 0)
    x1, y1 = framing.to_pane(format.width, format.height)
    left, top = framing.to_pane(inner.x0, inner.y0)
    right, bottom = framing.to_pane(inner.x1, inner.y1)
    bars = (Rect(x0, y0, x1, top), Rect(x0, bottom, x1, y1), Rect(x0, y0, left, y1), Rect(right, y0, x1, y1))
    hidden: list[Drawing] = [Fill(bar, Role.MASK) for bar in bars if bar.width > 1e-6 and bar.height > 1e-6]
    return [*hidden, rectangle(inner, framing, Role.GUIDE)]


def region(box: Box, framing: Framing) -> list[Drawing]:
    """The region of interest, with its corners."""
    edge = rectangle(box, framing, Role.REGION)
    return [edge, Dots(edge.places, Role.HANDLE)]


def dragged_out(framing: Framing, start: tuple[float, float], end: tuple[float, float], within: Box) -> Box:
    """The pixels between two places of the pane, for a region or a probe's box; at least one pixel."""
    (ax, ay), (bx, by) = framing.pixel(*start), framing.pixel(*end)
    box = Box(min(ax, bx), min(ay, by), max(ax, bx) + 1, max(ay, by) + 1)
    return box.meet(within)


Path = list[list[float]]


def left_of(edge: float, places: Path, closed: bool = False) -> list[tuple[Path, bool]]:
    """What of a line lies to the left of an edge of the pane: its pieces, and whether each is closed."""
    if edge == inf or all(x <= edge for x, _ in places):
        return [(places, closed)]
    found: list[tuple[Path, bool]] = []
    piece: Path = []
    for one, other in pairwise([*places, places[0]] if closed else places):
        if one[0] <= edge and not piece:
            piece = [one]
        # A line with the same place twice is drawn with a thorn.
        if (one[0] <= edge) is not (other[0] <= edge) and edge - min(one[0], other[0]) > 1e-3:
            part = (edge - one[0]) / (other[0] - one[0])
            piece.append([edge, one[1] + part * (other[1] - one[1])])
        if other[0] <= edge:
            piece.append(other)
        elif piece:
            found.append((piece, False))
            piece = []
    return [each for each in [*found, (piece, False)] if len(each[0]) > 1]


def _piece(one: tuple[float, float], other: tuple[float, float], framing: Framing) -> Line:
    return Line(framing.many_to_pane(np.array([one, other], np.float64)), Role.GUIDE)
