"""The viewer's picture: two results, graded, compared and marked, in the pixels of the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nodegraph.colour.config import Config
from nodegraph.data.box import EMPTY, Box
from nodegraph.data.buffers import empty
from nodegraph.data.image import ArraySource, Channels, Image, Pixels
from nodegraph.editor.panes.viewer_settings import Settings
from nodegraph.editor.viewer.compare import Compare, Wipe, beside, cut, differing, onion, wiped
from nodegraph.editor.viewer.framing import Framing, Pane
from nodegraph.editor.viewer.grade import clear, grade
from nodegraph.editor.viewer.layers import Layer, layer
from nodegraph.editor.viewer.proxy import Proxy, proxy
from nodegraph.editor.viewer.scopes import false_colour, faults, zebra

Screen = NDArray[np.float32]
AROUND = 192  # pixels beyond what is seen that are read along, so that a short pan reads nothing


@dataclass(eq=False)
class Picture:
    """A result as the viewer holds it: the picture, and the part of one layer that lies ready in memory."""

    image: Image
    layer: Layer
    ready: Image | None = None

    @classmethod
    def of(cls, image: Image, name: str) -> Picture:
        return cls(image, layer(image.channels, name))

    def over(self, box: Box) -> Image:
        """The picture with these pixels in memory."""
        source = self.image.source
        names = self.layer.channels
        if isinstance(source, ArraySource):
            return self.image
        held = self.ready.source if self.ready is not None else None
        box = box.meet(self.image.data)
        if self.ready is None or not isinstance(held, ArraySource) or not held.data.covers(box):
            read = box.grow(AROUND).meet(self.image.data)
            array = ArraySource(self.image.region(read, names), read, names)
            self.ready = replace(self.image, channels=names, source=array, origin=None)
        return self.ready

    def at(self, box: Box) -> Image:
        """The picture to measure these pixels in; what lies in memory stays."""
        held = self.ready.source if self.ready is not None else None
        here = isinstance(held, ArraySource) and held.data.covers(box.meet(self.image.data))
        return self.ready if here and self.ready is not None else self.image

    def seen(self, framing: Framing, pane: Pane, within: Box | None = None, *, draft: bool = False) -> Proxy:
        """What the pane shows of it."""
        box = framing.seen(pane)
        return proxy(self.over(box), framing, pane, self.layer.channels, within=within, draft=draft)


@dataclass(eq=False)
class Side:
    """A or B: its picture and the proxy that was made of it last."""

    picture: Picture
    made: Proxy | None = None
    lay: tuple[Framing, Pane, Layer, bool] | None = None  # how the picture lay in the pane then
    reach: Box = EMPTY  # and of which part of the pane it was made
    whole: bool = True  # its pixels are here, and not only the proxy

    def proxy(self, framing: Framing, pane: Pane, within: Box | None, *, draft: bool = False) -> Proxy:
        """Its light in a part of the pane.

        Of a fresh picture no more is made than is asked for. What is asked for again with another part, as by a wipe
        that is dragged, is made of the whole pane at once.
        """
        part = pane.box if within is None else within.meet(pane.box)
        lay = (framing, pane, self.picture.layer, draft)
        if self.made is None or (self.whole and self.lay != lay):
            self.take(framing, pane, part, self.picture.seen(framing, pane, part, draft=draft), draft=draft)
        elif self.whole and not self.reach.covers(part):
            self.take(framing, pane, pane.box, self.picture.seen(framing, pane, draft=draft), draft=draft)
        return _part(self.made, part) if self.made is not None else _nothing(self.picture.layer.channels)

    def take(self, framing: Framing, pane: Pane, within: Box | None, found: Proxy, *, draft: bool = False) -> None:
        """Have a proxy that was made elsewhere."""
        self.made, self.lay = found, (framing, pane, self.picture.layer, draft)
        self.reach = pane.box if within is None else within


@dataclass(frozen=True, eq=False)
class Stand:
    """Where and how the pictures are to be shown."""

    framing: Framing
    pane: Pane
    settings: Settings
    config: Config | None = None  # without one, as an sRGB screen shows it
    draft: bool = False  # the hand still moves: the nearest pixel will do

    @property
    def coarse(self) -> tuple[Framing, Pane]:
        """The framing and pane of what is drawn: at a proxy, of fewer pixels than the screen has."""
        step = self.settings.step
        if step == 1:
            return self.framing, self.pane
        small = Pane(math.ceil(self.pane.width / step), math.ceil(self.pane.height / step))
        return self.framing.coarser(step), small

    @property
    def within(self) -> Box | None:
        """The drawn pixels of the region that alone is shown."""
        box = self.settings.within
        framing, pane = self.coarse
        return None if box is None else framing.shown(box, pane)


@dataclass(eq=False)
class Composer:
    """Writes the screen's pixels into a buffer; it keeps what it needs twice."""

    second: Screen = field(default_factory=lambda: np.zeros((1, 1, 4), np.float32))
    place: Box = EMPTY  # of the buffer, where the picture that is looked at lies

    def compose(self, out: Screen, a: Side | None, b: Side | None, stand: Stand) -> Pane:
        """Show A, beside B if that is asked for; returns how much of the buffer was written."""
        framing, pane = stand.coarse
        part = out[: pane.height, : pane.width]
        target = part if part.flags.c_contiguous else out
        self.place = EMPTY
        if a is None:
            target[: pane.height] = 0
            return pane
        settings, within = stand.settings, stand.within
        how = settings.compare if b is not None else Compare.OFF
        if b is None or how is Compare.OFF:
            self._shown(target, a, stand, within)
        elif how is Compare.DIFFERENCE:
            self._apart(target, a, b, stand, within)
        elif how is Compare.SIDES:
            self._beside(target[: pane.height], a, b, stand, within)
        else:
            second = self._buffer(target)
            line = cut(wipe_of(settings, a), framing) if how is Compare.WIPE else None
            here = pane.box if within is None else within
            sides = line.sides(here) if line is not None else (here, here)
            self._shown(target, a, stand, sides[0])
            self._shown(second, b, stand, sides[1])
            if line is not None:
                wiped(target[: pane.height], second[: pane.height], line)
            else:
                onion(target[: pane.height], second[: pane.height])
        return pane

    def _buffer(self, like: Screen) -> Screen:
        if self.second.shape != like.shape:
            self.second = np.zeros(like.shape, np.float32)
        return self.second

    def _shown(self, out: Screen, side: Side, stand: Stand, within: Box | None) -> None:
        framing, pane = stand.coarse
        found = side.proxy(framing, pane, within, draft=stand.draft)
        self._graded(out, found, found.pixels, side.picture, stand)

    def _graded(self, out: Screen, found: Proxy, pixels: Pixels, picture: Picture, stand: Stand) -> None:
        settings = stand.settings
        _, pane = stand.coarse
        rows = out[: pane.height]
        place = found.place
        self.place = self.place.join(place)
        if place.empty:
            rows[:] = 0
            return
        space = picture.image.colorspace
        at = (place.x0, place.y0)
        grade(pixels, out, settings.look, stand.config, space, light=picture.layer.light, at=at)
        clear(rows, place)
        part = rows[place.y0 : place.y1, place.x0 : place.x1]
        if settings.false_colour and pixels.shape[2] >= 3:
            false_colour(pixels, part)
        if settings.clipping:
            zebra(part, faults(pixels, (0.0, 2.0**-settings.look.exposure)))

    def _beside(self, out: Screen, a: Side, b: Side, stand: Stand, within: Box | None) -> None:
        """A in the left half of the pane; in the right half the same part of B."""
        framing, pane = stand.coarse
        left, right = beside(pane)
        second = self._buffer(out)
        half = Box(0, 0, right.width, pane.height)
        self._shown(out, a, stand, left if within is None else within.meet(left))
        found = b.proxy(framing, pane, half if within is None else within.meet(half), draft=stand.draft)
        moved = replace(found, place=found.place if found.place.empty else found.place.move(right.x0, 0))
        self._graded(second, moved, found.pixels, b.picture, stand)
        out[:, right.x0 :] = second[:, right.x0 :]

    def _apart(self, out: Screen, a: Side, b: Side, stand: Stand, within: Box | None) -> None:
        framing, pane = stand.coarse
        one, two = (side.proxy(framing, pane, within, draft=stand.draft) for side in (a, b))
        place = one.place.join(two.place)
        first, second = _spread(one, place, one.channels), _spread(two, place, one.channels)
        found = Proxy(first, place, one.channels, one.read)
        self._graded(out, found, differing(first, second), a.picture, stand)


def wipe_of(settings: Settings, side: Side | None) -> Wipe:
    """Where the wipe is; at first it goes through the middle of the frame."""
    if settings.wipe is not None:
        return settings.wipe
    format = side.picture.image.format if side is not None else None
    return Wipe(format.width / 2, format.height / 2) if format is not None else Wipe(0.0, 0.0)


def pair(settings: Settings, a: Side | None, b: Side | None) -> tuple[Side | None, Side | None]:
    """What lies on A's side and on B's, which may have changed places."""
    return (b, a) if settings.swapped and b is not None else (a, b)


def is_beyond(wipe: Wipe, settings: Settings, framing: Framing, at: tuple[float, float] | None) -> bool:
    """True if a place of the pane is on B's side of a wipe."""
    return settings.compare is Compare.WIPE and at is not None and cut(wipe, framing).beyond(*at) > 0


def read_at(picture: Picture, stand: Stand) -> Proxy:
    """The whole proxy of a picture, for a thread that has time."""
    framing, pane = stand.coarse
    return picture.seen(framing, pane, stand.within) if not pane.box.empty else _nothing(picture.layer.channels)


def _part(found: Proxy, part: Box) -> Proxy:
    """So much of a proxy; nothing is copied."""
    place = found.place.meet(part)
    if place == found.place or found.place.empty:
        return found
    if place.empty:
        return _nothing(found.channels)
    return Proxy(found.pixels[place.slices(found.place)], place, found.channels, found.read)


def _nothing(names: Channels) -> Proxy:
    return Proxy(np.zeros((0, 0, len(names)), np.float32), EMPTY, names, EMPTY)


def _spread(found: Proxy, place: Box, names: Channels) -> Pixels:
    """A proxy's pixels over a larger part of the pane, with as many channels as another has; black around them."""
    if found.place == place and len(found.channels) == len(names):
        return found.pixels
    result: Pixels = empty((place.height, place.width, len(names)))
    result[:] = 0
    count = min(len(names), len(found.channels))
    if not found.place.empty:
        rows, columns = found.place.slices(place)
        result[rows, columns, :count] = found.pixels[..., :count]
    return result
