"""Rectangles of pixels, and the format a picture is framed in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

UNSQUEEZED = 10.0  # a pixel that were said to be more times as wide as high, or as high as wide, is not believed


class Box(NamedTuple):
    """A rectangle of pixels: left and top inside, right and bottom outside, y pointing down as in EXR.

    Nuke's y points up; the one place that turns it over is the code that talks to Nuke.
    """

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return max(0, self.x1 - self.x0)

    @property
    def height(self) -> int:
        return max(0, self.y1 - self.y0)

    @property
    def empty(self) -> bool:
        return self.x1 <= self.x0 or self.y1 <= self.y0

    @property
    def area(self) -> int:
        return self.width * self.height

    def meet(self, other: Box) -> Box:
        """The part that both share; empty if they do not touch."""
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        return Box(x0, y0, max(x0, min(self.x1, other.x1)), max(y0, min(self.y1, other.y1)))

    def join(self, other: Box) -> Box:
        """The smallest rectangle around both; an empty one adds nothing."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def covers(self, other: Box) -> bool:
        """True if `other` lies wholly inside."""
        return other.empty or (
            self.x0 <= other.x0 and self.y0 <= other.y0 and self.x1 >= other.x1 and self.y1 >= other.y1
        )

    def grow(self, x: int, y: int | None = None) -> Box:
        """Wider by `x` on both sides and taller by `y` (the same, if not given)."""
        y = x if y is None else y
        return Box(self.x0 - x, self.y0 - y, self.x1 + x, self.y1 + y)

    def move(self, x: int, y: int) -> Box:
        return Box(self.x0 + x, self.y0 + y, self.x1 + x, self.y1 + y)

    def slices(self, within: Box) -> tuple[slice, slice]:
        """Rows and columns of this box in an array that holds `within`."""
        return (
            slice(self.y0 - within.y0, self.y1 - within.y0),
            slice(self.x0 - within.x0, self.x1 - within.x0),
        )


EMPTY = Box(0, 0, 0, 0)


def joined(boxes: Iterable[Box]) -> Box:
    """The smallest rectangle around all of them."""
    result = EMPTY
    for box in boxes:
        result = result.join(box)
    return result


def believed(aspect: float) -> float:
    """How wide a pixel is for its height, as a file says it; 1 where neither lens nor tape has such pixels."""
    return aspect if 1 / UNSQUEEZED <= aspect <= UNSQUEEZED else 1.0


class Format(NamedTuple):
    """The frame a picture is composed in: its size and the shape of its pixels."""

    width: int
    height: int
    pixel_aspect: float = 1.0

    @property
    def box(self) -> Box:
        return Box(0, 0, self.width, self.height)
