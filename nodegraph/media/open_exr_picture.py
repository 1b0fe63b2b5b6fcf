"""An EXR as a picture: its parts folded into one set of channels, read block by block."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from nodegraph.data.box import Box, Format, joined
from nodegraph.data.errors import MediaError
from nodegraph.data.image import Channels, Pixels
from nodegraph.media.attributes import INPUT, carried
from nodegraph.media.exr_file import ExrFile, ExrPart
from nodegraph.media.exr_read import ExrReader
from nodegraph.media.layers import PartNames, Place, fold, in_layer, layers_of, ordered, views_of
from nodegraph.media.layers_depth import Depth
from nodegraph.media.layers_plan import SourcePart
from nodegraph.media.open_lazy import Opened


class ExrDecoder:
    """Takes channels out of the parts they lie in, with the display window's corner at 0, 0."""

    recalls = True

    def __init__(self, reader: ExrReader, places: Mapping[str, Place], corner: tuple[int, int]) -> None:
        self.reader = reader
        self.places = places
        self.corner = corner

    def cover(self, box: Box, channels: Channels) -> Box:
        x, y = self.corner
        there = box.move(x, y)
        numbers = {self.places[name].part for name in channels}
        return joined([self.reader.part(number).cover(there) for number in numbers]).move(-x, -y).join(box)

    def decode(self, box: Box, channels: Channels) -> Pixels:
        there = box.move(*self.corner)
        numbers = list(dict.fromkeys(self.places[name].part for name in channels))
        if len(numbers) == 1:
            return self.reader.read(numbers[0], there, [self.places[name].channel for name in channels])
        result = np.empty((box.height, box.width, len(channels)), np.float32)
        for number in numbers:
            own = [k for k, name in enumerate(channels) if self.places[name].part == number]
            result[..., own] = self.reader.read(number, there, [self.places[channels[k]].channel for k in own])
        return result


def names_of(file: ExrFile) -> list[PartNames]:
    """What folds the parts of a file: deep parts count, but show no channels."""
    return [
        PartNames(
            part.name,
            () if part.deep else tuple(channel.name for channel in part.channels),
            part.view,
            tuple(part.attributes["multiView"].value) if "multiView" in part.attributes else (),
        )
        for part in file.parts
    ]


def open_exr_picture(reader: ExrReader, *, view: str = "", layer: str = "", part: str = "") -> Opened:
    """The picture in an EXR, of one view; of one layer or one part only, if named."""
    file = reader.file
    names = names_of(file)
    if view and view not in views_of(names):
        known = ", ".join(views_of(names)) or "no views"
        raise MediaError(f"{file.path} has no view {view}", f"it has {known}")
    places = fold(names, view)
    if part:
        number = _part_number(file, part)
        places = fold(names, names[number].view or view)
        places = {name: place for name, place in places.items() if place.part == number}
    if layer:
        chosen = in_layer(tuple(places), layer)
        if not chosen:
            known = ", ".join(name or "rgba" for name in layers_of(places))
            raise MediaError(f"{file.path} has no layer {layer}", f"it has {known}")
        places = {name: places[name] for name in chosen}
    if not places:
        raise MediaError(f"{file.path} holds deep pixels", "flatten it first; deep pictures are not read")
    channels = ordered(places)
    main = file.parts[places[channels[0]].part]
    x, y = main.display.x0, main.display.y0
    used = [file.parts[number] for number in {place.part for place in places.values()}]
    whole = {(place.part, place.channel) for place in places.values()}
    kept = all((each.index, channel.name) in whole for each in file.parts for channel in each.channels)
    return Opened(
        path=file.path,
        stamp=file.stamp,
        format=Format(main.display.width, main.display.height, main.pixel_aspect),
        data=joined(each.data for each in used).move(-x, -y),
        channels=channels,
        decoder=ExrDecoder(reader, places, (x, y)),
        metadata=MappingProxyType(_metadata(file, main, places)),
        sample=next(each.type for each in main.channels),
        part=main.index,
        lost=_why_no_origin(file, main, kept),
    )


def _part_number(file: ExrFile, part: str) -> int:
    for number, each in enumerate(file.parts):
        if part in (each.name, str(number)):
            return number
    known = ", ".join(each.name or str(k) for k, each in enumerate(file.parts))
    raise MediaError(f"{file.path} has no part {part}", f"it has {known}")


def _metadata(file: ExrFile, main: ExrPart, places: Mapping[str, Place]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in reversed([main, *(other for other in file.parts if other is not main)]):
        found.update(carried(each.attributes))
    if len(file.parts) > 1:
        found[INPUT + "part"] = main.name or str(main.index)
    found[INPUT + "compression"] = main.compression
    found[INPUT + "bits"] = main.channels[0].type
    types = [{channel.name: channel.type for channel in part.channels} for part in file.parts]
    bits = {name: types[place.part][place.channel] for name, place in places.items()}
    if set(bits.values()) != {main.channels[0].type}:
        found[INPUT + "depths"] = json.dumps(bits)
    return found


def _why_no_origin(file: ExrFile, main: ExrPart, kept: bool) -> str:
    """Why blocks of this file can never be copied; empty if they can."""
    if not kept:
        return "only a part of the source file was read"
    if any(each.deep for each in file.parts):
        return "the source holds deep pixels"
    if main.subsampled:
        return "the source stores colour at half size"
    if any(each.levels for each in file.parts):
        return "the source holds smaller versions of the picture (mip maps)"
    return "" if file.complete else "the source file is not complete"


def source_part(file: ExrFile, index: int, channels: Sequence[str], places: Mapping[str, Place]) -> SourcePart:
    """What a plan needs to know of the part a picture comes from."""
    part = file.parts[index]
    types = {channel.name: Depth(channel.type) for channel in part.channels}
    names = {name: places[name].channel for name in channels if places[name].part == index}
    return SourcePart(
        names=names,
        depths={name: types[stored] for name, stored in names.items()},
        others={name: place.part for name, place in places.items() if place.part != index},
        compression=part.compression,
        tile=part.tile or (0, 0),
        data=part.data.move(-part.display.x0, -part.display.y0),
        format=Format(part.display.width, part.display.height, part.pixel_aspect),
    )
