"""The Image: float, scene-linear, lazy by region; a face edit costs what the face costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import EMPTY, Box, Format, joined
from nodegraph.data.buffers import empty
from nodegraph.data.memory import size_of
from nodegraph.data.threads import split_rows

Pixels = NDArray[np.float32]
Channels = tuple[str, ...]

RGB: Channels = ("R", "G", "B")
RGBA: Channels = ("R", "G", "B", "A")
NO_METADATA: Mapping[str, Any] = MappingProxyType({})


class Source(Protocol):
    """What stands behind an Image: something that yields any part of its data window."""

    def read(self, box: Box, channels: Channels) -> Pixels:
        """Return `channels` within `box` (which lies inside the data window), float32, rows x columns x channels."""
        ...


@dataclass(frozen=True)
class Origin:
    """Says that outside `changed` this picture is exactly a part of a file, channel for channel."""

    file: Path
    part: int
    channels: Channels
    space: str  # the colour space of the values in the file
    stamp: str  # size and time of the file when it was read: a file that changed is no origin any more
    changed: tuple[Box, ...] = ()


def frozen(array: NDArray[Any]) -> Pixels:
    """The array as read-only float32, without a copy where it already is float32."""
    result = np.asarray(array, dtype=np.float32)
    if result.flags.writeable:
        result = result.view()
        result.flags.writeable = False
    return result


def pick(pixels: Pixels, have: Sequence[str], want: Sequence[str]) -> Pixels:
    """Some channels of an array; a view where they lie side by side."""
    if tuple(have) == tuple(want):
        return pixels
    places = [have.index(name) for name in want]
    if places and places == list(range(places[0], places[0] + len(places))):
        return pixels[..., places[0] : places[0] + len(places)]
    return pixels[..., places]


@dataclass(frozen=True, eq=False)
class ArraySource:
    """Pixels in memory; black around them."""

    pixels: Pixels
    data: Box
    channels: Channels

    def read(self, box: Box, channels: Channels) -> Pixels:
        if not self.data.covers(box):
            result = np.zeros((box.height, box.width, len(channels)), np.float32)
            inside = box.meet(self.data)
            if not inside.empty:
                result[inside.slices(box)] = self.read(inside, channels)
            return frozen(result)
        rows, columns = box.slices(self.data)
        return frozen(pick(self.pixels[rows, columns], self.channels, channels))

    def holds(self) -> Iterable[Any]:
        return (self.pixels,)


def _hides(patch: ArraySource, box: Box, channels: Channels) -> bool:
    """True if nothing below the patch shows through in a box."""
    return patch.data.covers(box) and set(channels) <= set(patch.channels)


@dataclass(frozen=True, eq=False)
class PatchSource:
    """A picture with some channels of one rectangle replaced (or added)."""

    base: Image
    patch: ArraySource

    def read(self, box: Box, channels: Channels) -> Pixels:
        patches = [self.patch]
        base = self.base
        while isinstance(base.source, PatchSource) and base.data.covers(box) and set(channels) <= set(base.channels):
            if _hides(patches[-1], box, channels):
                break
            patches.append(base.source.patch)
            base = base.source.base
        hidden = _hides(patches[-1], box, channels)
        below = patches.pop().read(box, channels) if hidden else base.region(box, channels)
        patches = [patch for patch in patches if not patch.data.meet(box).empty and set(patch.channels) & set(channels)]
        if not patches:
            return below
        result: Pixels = empty(below.shape)
        split_rows(lambda first, end: np.copyto(result[first:end], below[first:end]), box.height, below.nbytes)
        for patch in reversed(patches):
            inside = box.meet(patch.data)
            rows, columns = inside.slices(box)
            new = [k for k, name in enumerate(channels) if name in patch.channels]
            fresh = patch.read(inside, tuple(channels[k] for k in new))
            if len(new) == len(channels):
                result[rows, columns] = fresh
            else:
                for n, k in enumerate(new):
                    result[rows, columns, k] = fresh[..., n]
        return frozen(result)

    def holds(self) -> Iterable[Any]:
        return (self.patch, self.base)


@dataclass(frozen=True, eq=False)
class WiderSource:
    """A picture and the black around it."""

    base: Image

    def read(self, box: Box, channels: Channels) -> Pixels:
        return self.base.region(box, channels)

    def holds(self) -> Iterable[Any]:
        return (self.base,)


@dataclass(frozen=True, eq=False)
class BesideSource:
    """A picture with channels of another one beside its own."""

    base: Image
    other: Image
    names: Mapping[str, str]  # what they are called here, and in the other picture

    def read(self, box: Box, channels: Channels) -> Pixels:
        own = tuple(name for name in channels if name not in self.names)
        theirs = tuple(name for name in channels if name in self.names)
        if not theirs:
            return self.base.region(box, own)
        values = self.other.region(box, tuple(self.names[name] for name in theirs))
        if not own:
            return values
        result: Pixels = empty((box.height, box.width, len(channels)))
        result[..., [channels.index(name) for name in own]] = self.base.region(box, own)
        result[..., [channels.index(name) for name in theirs]] = values
        return frozen(result)

    def holds(self) -> Iterable[Any]:
        return (self.base, self.other)


@dataclass(frozen=True, eq=False)
class Image:
    """A picture on a wire: channels of float32 light in the shot's working space, alpha associated.

    `data` is the window that holds pixels, `format` the frame it is composed in; outside `data` a
    picture is black and transparent. Nothing is ever clipped. Arrays handed out are read-only.
    """

    format: Format
    data: Box
    channels: Channels
    colorspace: str
    source: Source
    metadata: Mapping[str, Any] = field(default_factory=lambda: NO_METADATA)
    origin: Origin | None = None

    # -- making ------------------------------------------------------------------------------------

    @classmethod
    def of(
        cls,
        pixels: NDArray[Any],
        *,
        channels: Sequence[str] | None = None,
        data: Box | None = None,
        content: Box | None = None,
        format: Format | None = None,
        colorspace: str = "",
        metadata: Mapping[str, Any] = NO_METADATA,
    ) -> Self:
        """Make a picture of an array: rows x columns, or rows x columns x channels, top row first.

        An array that is smaller than the data window says by `content` where it lies; around it is black.
        """
        array = frozen(pixels if pixels.ndim == 3 else pixels[..., None])
        height, width, depth = array.shape
        if channels is None:
            names = {1: ("A",), 3: RGB, 4: RGBA}.get(depth)
            if names is None:
                raise ValueError(f"name the channels of an array with {depth} of them")
        else:
            names = tuple(channels)
        if len(names) != depth:
            raise ValueError(f"{len(names)} channel names for an array of {depth}")
        if data is None:
            data = Box(0, 0, width, height)
        content = data if content is None else content
        if (content.width, content.height) != (width, height) or not data.covers(content):
            raise ValueError(f"a window of {content.width}x{content.height} for an array of {width}x{height}")
        return cls(
            format=format or Format(width, height),
            data=data,
            channels=names,
            colorspace=colorspace,
            source=ArraySource(array, content, names),
            metadata=metadata,
        )

    def with_pixels(
        self,
        pixels: NDArray[Any],
        *,
        data: Box | None = None,
        content: Box | None = None,
        channels: Sequence[str] | None = None,
    ) -> Image:
        """This picture's frame and metadata around new pixels; it no longer comes from a file."""
        return Image.of(
            pixels,
            channels=channels if channels is not None else self.channels,
            data=data if data is not None else self.data,
            content=content,
            format=self.format,
            colorspace=self.colorspace,
            metadata=self.metadata,
        )

    def patched(self, box: Box, pixels: NDArray[Any], channels: Sequence[str] | None = None) -> Image:
        """This picture with one rectangle replaced, the rest untouched to the bit.

        `channels` may name channels that the picture does not have yet; they are added, zero outside
        the rectangle. The rectangle must lie inside the data window.
        """
        names = tuple(channels) if channels is not None else self.channels
        if not self.data.covers(box):
            raise ValueError(f"the patch {tuple(box)} reaches outside the data window {tuple(self.data)}")
        array = frozen(pixels if pixels.ndim == 3 else pixels[..., None])
        if array.shape != (box.height, box.width, len(names)):
            raise ValueError(f"a patch of shape {array.shape} for {box.height}x{box.width}x{len(names)}")
        if box.empty:
            return self
        added = tuple(name for name in names if name not in self.channels)
        origin = self.origin
        if origin is not None and any(name in origin.channels for name in names):
            origin = replace(origin, changed=(*origin.changed, box))
        patch = ArraySource(array, box, names)
        alone = origin is None and _hides(patch, self.data, self.channels)
        source = patch if alone else PatchSource(self._below(patch), patch)
        return replace(self, channels=self.channels + added, source=source, origin=origin)

    def _below(self, patch: ArraySource) -> Image:
        """This picture without such of its patches as another will hide: their memory is wanted for the next."""
        below = self
        while isinstance(below.source, PatchSource):
            hidden, under = below.source.patch, below.source.base
            if not _hides(patch, hidden.data, hidden.channels):
                break
            if under.data != below.data or not set(under.channels) <= set(below.channels):
                break  # what was cut off or left out must not come back
            below = under
        return below

    def beside(self, other: Image, names: Mapping[str, str]) -> Image:
        """This picture with channels of another one added, by new names; nothing is read for it."""
        double = [name for name in names if name in self.channels]
        missing = [name for name in names.values() if name not in other.channels]
        if double or missing:
            raise ValueError(f"channels that are there already or are not: {', '.join(double + missing)}")
        added = BesideSource(self, other, MappingProxyType(dict(names)))
        return replace(self, channels=(*self.channels, *names), source=added)

    def widened(self, data: Box) -> Image:
        """The same picture in a larger data window; nothing is read for it."""
        if not data.covers(self.data):
            raise ValueError(f"the window {tuple(data)} does not cover {tuple(self.data)}")
        return self if data == self.data else replace(self, data=data, source=WiderSource(self), origin=None)

    def with_channels(self, channels: Sequence[str]) -> Image:
        """Only these of its channels, in this order."""
        names = tuple(channels)
        missing = [name for name in names if name not in self.channels]
        if missing:
            raise ValueError(f"no channel {', '.join(missing)} in {', '.join(self.channels)}")
        origin = self.origin
        if origin is not None and not set(origin.channels) <= set(names):
            origin = None
        return replace(self, channels=names, origin=origin)

    def with_metadata(self, **values: Any) -> Image:
        """The same picture with some metadata set; a value of None takes the entry away."""
        merged = {key: value for key, value in {**self.metadata, **values}.items() if value is not None}
        return replace(self, metadata=MappingProxyType(merged))

    # -- asking ------------------------------------------------------------------------------------

    def region(self, box: Box, channels: Sequence[str] | None = None) -> Pixels:
        """Pixels of any rectangle, rows x columns x channels; black outside the data window."""
        names = tuple(channels) if channels is not None else self.channels
        inside = box.meet(self.data)
        known = tuple(name for name in names if name in self.channels)
        if not box.empty and inside == box and len(known) == len(names):
            return self.source.read(box, names)
        values = self.source.read(inside, known) if known and not inside.empty else None
        result: Pixels = empty((box.height, box.width, len(names)))
        if values is None:
            result[:] = 0
            return frozen(result)
        rows, columns = inside.slices(box)
        result[: rows.start], result[rows.stop :] = 0, 0
        result[rows, : columns.start], result[rows, columns.stop :] = 0, 0
        if len(known) == len(names):
            result[rows, columns] = values
        else:
            result[rows, columns] = 0
            for k, name in enumerate(known):
                result[rows, columns, names.index(name)] = values[..., k]
        return frozen(result)

    @property
    def pixels(self) -> Pixels:
        """Every channel of the whole data window."""
        return self.region(self.data)

    @property
    def content(self) -> Box:
        """The part of the data window that may hold anything but black, as far as is known."""
        return self.data.meet(self.source.data) if isinstance(self.source, ArraySource) else self.data

    @property
    def main(self) -> Channels:
        """The channels of the main layer: those that a grade or a blur works on (R G B A, as far as there)."""
        return tuple(name for name in RGBA if name in self.channels)

    @property
    def rgb(self) -> Channels:
        """The colour channels of the main layer."""
        return tuple(name for name in RGB if name in self.channels)

    def holds(self) -> Iterable[Any]:
        return (self.source,)

    @property
    def nbytes(self) -> int:
        """Memory that this picture holds on to."""
        return size_of(self)

    @property
    def changed(self) -> Box:
        """Where it departs from its origin: everything, if it has none."""
        return self.data if self.origin is None else joined(self.origin.changed) if self.origin.changed else EMPTY


class Matte(Image):
    """One channel of coverage: how much of a pixel an operation touches, 0 to 1, outside its window 0."""

    @classmethod
    def from_image(cls, image: Image) -> Matte:
        """The matte that a picture carries: its alpha or, without one, its first channel."""
        if isinstance(image, Matte):
            return image
        name = "A" if "A" in image.channels else image.channels[0]
        return cls(
            format=image.format,
            data=image.data,
            channels=(name,),
            colorspace=image.colorspace,
            source=image.source,
            metadata=image.metadata,
        )

    def plane(self, box: Box) -> Pixels:
        """Coverage within a rectangle, rows x columns."""
        return frozen(self.region(box)[..., 0])
