"""How a picture lies in the viewer's pane: zoom, pan, fit, and which pixel is under the cursor."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box, Format

LEAST, MOST = 1 / 64, 128.0  # zoom: the whole of a 16K plate in a small pane, and a pixel as large as a thumb
MARGIN = 0.96  # how much of the pane a fitted picture takes
COARSEST = 8  # pane pixels to one drawn, at most
Places = NDArray[np.float64]  # rows of x, y


class Pane(NamedTuple):
    """The viewer's room on the screen, in screen pixels."""

    width: int
    height: int

    @property
    def box(self) -> Box:
        return Box(0, 0, self.width, self.height)


@dataclass(frozen=True)
class Framing:
    """The place of the picture's plane that lies in the pane's top left corner, and screen pixels to a picture's row.

    Places of the picture are in its pixels, y down; a pixel's middle is at one half. Pixels that are not
    square (an anamorphic plate) are as wide on the screen as they are on the wall.
    """

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    aspect: float = 1.0

    @property
    def across(self) -> float:
        """Screen pixels to a picture's column."""
        return self.zoom * self.aspect

    def to_pane(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the picture lies in the pane."""
        return (x - self.x) * self.across, (y - self.y) * self.zoom

    def to_picture(self, x: float, y: float) -> tuple[float, float]:
        """Which place of the picture lies here in the pane."""
        return x / self.across + self.x, y / self.zoom + self.y

    def many_to_pane(self, places: Places) -> Places:
        """As `to_pane`, for rows of x, y."""
        result: Places = (np.asarray(places, np.float64) - (self.x, self.y)) * (self.across, self.zoom)
        return result

    def many_to_picture(self, places: Places) -> Places:
        """As `to_picture`, for rows of x, y."""
        result: Places = np.asarray(places, np.float64) / (self.across, self.zoom) + (self.x, self.y)
        return result

    def pixel(self, x: float, y: float) -> tuple[int, int]:
        """The pixel under the cursor."""
        across, down = self.to_picture(x, y)
        return math.floor(across), math.floor(down)

    def panned(self, x: float, y: float) -> Framing:
        """The picture dragged by so many screen pixels."""
        return replace(self, x=self.x - x / self.across, y=self.y - y / self.zoom)

    def zoomed(self, factor: float, x: float, y: float) -> Framing:
        """Nearer by a factor; what lies under the cursor stays under it."""
        return self.at_zoom(self.zoom * factor, x, y)

    def at_zoom(self, zoom: float, x: float, y: float) -> Framing:
        """At another zoom; what lies under the cursor stays under it."""
        zoom = min(MOST, max(LEAST, zoom))
        across, down = self.to_picture(x, y)
        return replace(self, x=across - x / (zoom * self.aspect), y=down - y / zoom, zoom=zoom)

    def shaped(self, aspect: float, pane: Pane) -> Framing:
        """With pixels of another shape; what lies in the middle of the pane stays there."""
        if aspect == self.aspect:
            return self
        across, _ = self.to_picture(pane.width / 2, 0)
        return replace(self, x=across - pane.width / (2 * self.zoom * aspect), aspect=aspect)

    def one_to_one(self, pane: Pane) -> Framing:
        """A screen pixel to each row, about the middle of the pane, rows and columns lying on the screen's own."""
        there = self.at_zoom(1.0, pane.width / 2, pane.height / 2)
        return replace(there, x=round(there.x * there.across) / there.across, y=float(round(there.y)))

    def seen(self, pane: Pane) -> Box:
        """The pixels of the picture's plane that the pane shows, at least in part."""
        x0, y0 = self.to_picture(0, 0)
        x1, y1 = self.to_picture(pane.width, pane.height)
        return Box(_floor(x0), _floor(y0), _ceil(x1), _ceil(y1))

    def on_screen(self, box: Box) -> tuple[float, float, float, float]:
        """The rectangle of the pane that a rectangle of the picture takes: left, top, right, bottom."""
        return (*self.to_pane(box.x0, box.y0), *self.to_pane(box.x1, box.y1))

    def shown(self, box: Box, pane: Pane) -> Box:
        """The screen pixels of the pane that a rectangle of the picture touches."""
        x0, y0, x1, y1 = self.on_screen(box)
        return Box(_floor(x0), _floor(y0), _ceil(x1), _ceil(y1)).meet(pane.box)

    def coarser(self, step: int) -> Framing:
        """This framing in a pane of a `step`th of the pixels each way."""
        return replace(self, zoom=self.zoom / step)


def fitted(box: Box, pane: Pane, aspect: float = 1.0, *, margin: float = MARGIN) -> Framing:
    """A rectangle of the picture's plane as large as the pane allows, in its middle."""
    if box.empty or pane.width < 1 or pane.height < 1:
        return Framing(float(box.x0), float(box.y0), 1.0, aspect)
    zoom = margin * min(pane.width / (box.width * aspect), pane.height / box.height)
    zoom = min(MOST, max(LEAST, zoom))
    middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return Framing(middle[0] - pane.width / (2 * zoom * aspect), middle[1] - pane.height / (2 * zoom), zoom, aspect)


def fitted_format(format: Format, pane: Pane) -> Framing:
    """The whole frame in the pane."""
    return fitted(format.box, pane, format.pixel_aspect)


def coarseness(pane: Pane, most: int) -> int:
    """How many screen pixels each way share one drawn, so that no more than `most` are drawn.

    The steps are 1, 2, 4 and 8: a picture made while the hand still moves is coarse, the next one is not.
    """
    step = 1
    while step < COARSEST and math.ceil(pane.width / step) * math.ceil(pane.height / step) > most:
        step *= 2
    return step


def stepped(zoom: float, steps: int) -> float:
    """The zoom so many clicks of the wheel on: each click is a quarter of an octave, and 1:1 is always met."""
    if steps == 0:
        return zoom
    clicks = round(math.log2(zoom) * 4, 6)
    nearest = math.floor(clicks) if steps > 0 else math.ceil(clicks)
    return min(MOST, max(LEAST, math.exp2((nearest + steps) / 4)))


def _floor(value: float) -> int:
    """Down to a whole number; the rounding of a division is no part of a pixel."""
    near = round(value)
    return near if abs(value - near) < 1e-6 else math.floor(value)


def _ceil(value: float) -> int:
    near = round(value)
    return near if abs(value - near) < 1e-6 else math.ceil(value)
