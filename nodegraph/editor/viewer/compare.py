"""Two pictures in one pane: wipe, difference, onion skin, side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.buffers import empty
from nodegraph.data.image import Pixels
from nodegraph.data.threads import split_rows
from nodegraph.editor.viewer.framing import Framing, Pane

Screen = NDArray[np.float32]  # rows x columns x RGBA, as the screen shows it


class Compare(Enum):
    """How the viewer's second picture stands beside its first."""

    OFF = "one picture"
    WIPE = "wipe"
    DIFFERENCE = "difference"
    ONION = "onion skin"
    SIDES = "side by side"


@dataclass(frozen=True)
class Wipe:
    """A line through a place of the picture; A lies on its left when `angle` is 0, and above it at 90.

    The place is in the picture's pixels, so that the line stays on what it was put on when the artist pans.
    """

    x: float
    y: float
    angle: float = 0.0
    fade: float = 1.0  # how much of B is seen on its side

    def turned_to(self, framing: Framing, x: float, y: float) -> Wipe:
        """This line with its handle dragged to a place of the pane."""
        middle = framing.to_pane(self.x, self.y)
        return replace(self, angle=math.degrees(math.atan2(y - middle[1], x - middle[0])))

    def moved_to(self, framing: Framing, x: float, y: float) -> Wipe:
        """This line through another place of the pane."""
        across, down = framing.to_picture(x, y)
        return replace(self, x=across, y=down)


@dataclass(frozen=True)
class Cut:
    """A wipe as it lies in a pane: B where across * x + down * y > reach."""

    across: float
    down: float
    reach: float

    def beyond(self, x: float, y: float) -> float:
        """How far on B's side a place of the pane lies, in screen pixels."""
        return self.across * x + self.down * y - self.reach

    def sides(self, place: Box) -> tuple[Box, Box]:
        """The parts of the pane that A and B are needed in: no more need be computed of either."""
        return _side(place, self, -1.0), _side(place, self, 1.0)

    def line(self, pane: Pane) -> tuple[tuple[float, float], tuple[float, float]]:
        """Two places of the line, beyond the pane on both sides."""
        middle = pane.width / 2, pane.height / 2
        off = self.beyond(*middle)
        foot = middle[0] - self.across * off, middle[1] - self.down * off
        far = float(pane.width + pane.height)
        return (
            (foot[0] - self.down * far, foot[1] + self.across * far),
            (foot[0] + self.down * far, foot[1] - self.across * far),
        )


def cut(wipe: Wipe, framing: Framing) -> Cut:
    """Where a wipe lies in the pane."""
    x, y = framing.to_pane(wipe.x, wipe.y)
    across, down = math.cos(math.radians(wipe.angle)), math.sin(math.radians(wipe.angle))
    return Cut(across, down, across * x + down * y)


def wiped(first: Screen, second: Screen, line: Cut, fade: float = 1.0) -> None:
    """Lay B over A, in A's buffer, beyond the line; the line's edge is soft by a pixel."""
    if abs(line.down) < 1e-9 and fade == 1.0:
        _straight(first, second, line.reach * line.across, line.across)
        return
    from nodegraph.editor.viewer.compare_kernels import laid

    split_rows(
        lambda start, end: laid(first, second, line.across, line.down, line.reach, fade, start, end),
        first.shape[0],
        first.nbytes,
    )


def _straight(first: Screen, second: Screen, x: float, way: float) -> None:
    """A wipe that runs straight up: whole columns."""
    width = first.shape[1]
    column = math.floor(x)
    share = np.float32(x - column)
    if way > 0:
        first[:, max(0, column + 1) :] = second[:, max(0, column + 1) :]
        share = 1 - share
    else:
        first[:, : max(0, min(width, column))] = second[:, : max(0, min(width, column))]
    if 0 <= column < width:
        first[:, column] += (second[:, column] - first[:, column]) * share


def differing(first: Pixels, second: Pixels, gain: float = 1.0) -> Pixels:
    """How far two pictures' light is apart, channel by channel; alpha as it is in the first.

    Taken of light, before exposure and view: a difference of displayed values would hide what is bright.
    """
    from nodegraph.editor.viewer.compare_kernels import apart

    result: Pixels = empty(first.shape)
    split_rows(
        lambda start, end: apart(first, second, np.float32(gain), start, end, result), first.shape[0], first.nbytes
    )
    return result


def largest(first: Pixels, second: Pixels) -> float:
    """The largest difference of any colour channel, for the status line."""
    apart = differing(first[..., :3], second[..., :3])
    sound = apart[~np.isnan(apart)]
    return float(sound.max()) if sound.size else 0.0


def onion(first: Screen, second: Screen, share: float = 0.5) -> None:
    """B seen through A, in A's buffer."""
    import cv2

    cv2.addWeighted(first, 1.0 - share, second, share, 0.0, dst=first)


def beside(pane: Pane, *, above: bool = False) -> tuple[Box, Box]:
    """The halves of the pane for A and B: left and right, or one above the other."""
    if above:
        middle = pane.height // 2
        return Box(0, 0, pane.width, middle), Box(0, middle, pane.width, pane.height)
    middle = pane.width // 2
    return Box(0, 0, middle, pane.height), Box(middle, 0, pane.width, pane.height)


def _side(place: Box, line: Cut, sign: float) -> Box:
    """The smallest rectangle around the part of `place` on one side of a line, and a pixel more for its edge."""
    corners = [(place.x0, place.y0), (place.x1, place.y0), (place.x1, place.y1), (place.x0, place.y1)]
    kept: list[tuple[float, float]] = []
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        a, b = sign * line.beyond(ax, ay) + 1, sign * line.beyond(bx, by) + 1
        if a >= 0:
            kept.append((ax, ay))
        if (a >= 0) != (b >= 0):
            part = a / (a - b)
            kept.append((ax + (bx - ax) * part, ay + (by - ay) * part))
    if not kept or place.empty:
        return Box(place.x0, place.y0, place.x0, place.y0)
    xs, ys = [x for x, _ in kept], [y for _, y in kept]
    around = Box(math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys)))
    return around.meet(place)
