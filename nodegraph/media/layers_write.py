"""A planned picture on its way into an EXR: spliced into what it came from, or encoded whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.box import Box
from nodegraph.data.image import Image, Pixels, pick
from nodegraph.data.threads import split_rows
from nodegraph.media.exr_copy import PartCopy, why_not
from nodegraph.media.exr_file import ExrFile
from nodegraph.media.exr_write import PartToWrite, write_exr
from nodegraph.media.half import all_finite, to_half
from nodegraph.media.layers import FilePart, colours
from nodegraph.media.layers_depth import Depth
from nodegraph.media.layers_plan import SourcePart, WritePlan, patches, unite
from nodegraph.media.layers_windows import window_of
from nodegraph.media.open_lazy import Convert
from nodegraph.media.splice import Change, splice

MOST_HALF = 65504.0
EXACT_FLOAT = 1 << 24  # pixels are floats: larger whole numbers have no room in them
TOGETHER = {("R", "G", "B"): "RGB", ("R", "G", "B", "A"): "RGBA"}


@dataclass
class Doubts:
    """Values that no picture should have, counted as they are written."""

    nan: int = 0
    infinite: int = 0
    beyond_half: int = 0
    beyond_float: int = 0

    def count(self, pixels: Pixels, depths: Sequence[Depth]) -> None:
        """Look at the channels of a box, each to be written in its own bits."""
        if pixels.size == 0:
            return
        half = Depth.HALF in depths
        whole = [k for k, depth in enumerate(depths) if depth is Depth.UINT]
        if whole:
            self.beyond_float += int((pixels[..., whole] >= EXACT_FLOAT).sum())
        ends: list[float] = []

        def look(first: int, end: int) -> None:
            ends.extend((-float(pixels[first:end].min()), float(pixels[first:end].max())))  # a NaN comes through both

        split_rows(look, pixels.shape[0], pixels.nbytes)
        if np.max(ends) <= (MOST_HALF if half else np.finfo(np.float32).max):
            return
        self.nan += int(np.isnan(pixels).sum())
        self.infinite += int(np.isinf(pixels).sum())
        if half:
            narrow = pixels[..., [k for k, depth in enumerate(depths) if depth is Depth.HALF]]
            self.beyond_half += int((np.isfinite(narrow) & (np.abs(narrow) > MOST_HALF)).sum())

    def told(self, path: Path, compression: str) -> str:
        """What to warn the artist of; empty if there is nothing."""
        found = [
            f"{number} {word}"
            for number, word in (
                (self.nan, "NaN"),
                (self.infinite, "infinite"),
                (self.beyond_half, "too large for half (they become infinite)"),
                (self.beyond_float, f"whole numbers from {EXACT_FLOAT} on (they are rounded)"),
            )
            if number
        ]
        if not found:
            return ""
        after = "; DWA turns NaN and infinite into 0" if compression.startswith("dwa") else ""
        return f"{path.name}: values written that no picture should have: {', '.join(found)}{after}"


class FileValues:
    """What a picture's channels are in the file: working light converted to the file's space."""

    def __init__(self, image: Image, to_file: Convert | None) -> None:
        self.image = image
        self.to_file = to_file
        self.layers = colours(image.channels)

    def whole_colours(self, channels: Sequence[str]) -> tuple[str, ...]:
        """These channels and, where colours are converted, all of a colour that one of them belongs to."""
        names = set(channels)
        if self.to_file is not None:
            for layer in self.layers:
                if names & set(layer[:3]):
                    names |= set(layer[:3])
        return tuple(name for name in self.image.channels if name in names)

    def of(self, box: Box, channels: Sequence[str]) -> Pixels:
        """Values of a box as they go into the file."""
        touched = [layer for layer in self.layers if set(layer[:3]) & set(channels)]
        if self.to_file is None or not touched:
            return self.image.region(box, channels)
        if len(touched) == 1 and set(channels) <= set(touched[0]):
            return pick(self.to_file(self.image.region(box, touched[0])), touched[0], channels)
        result = np.array(self.image.region(box, channels))
        for layer in touched:
            values = self.to_file(self.image.region(box, layer))
            for k, name in enumerate(layer[:3]):
                if name in channels:
                    result[..., list(channels).index(name)] = values[..., k]
        return result


def splice_picture(
    image: Image,
    plan: WritePlan,
    target: Path,
    file: ExrFile,
    source: SourcePart,
    values: FileValues,
    *,
    attributes: Mapping[str, Any],
    level: float,
    doubts: Doubts,
) -> None:
    """Copy the source's blocks; encode those that were touched, and layers that were added."""
    origin = image.origin
    assert origin is not None
    part = file.parts[origin.part]
    touched: dict[Box, set[str]] = {}
    for box, names in patches(image) or [(box, tuple(source.names)) for box in origin.changed]:
        touched.setdefault(box, set()).update(name for name in names if name in source.names)
    changes = []
    for box, found in touched.items():
        wanted = values.whole_colours(tuple(found))
        if wanted:
            pixels = values.of(box, wanted)
            doubts.count(pixels, [plan.depths[name] for name in wanted])
            planes = {source.names[name]: pixels[..., k] for k, name in enumerate(wanted)}
            order = tuple(source.names[name] for name in wanted)
            changes.append(Change(box.move(part.display.x0, part.display.y0), planes, order, pixels))
    known = {*source.names, *source.others}
    added = [each for each in plan.parts[1:] if not set(each.channels) & known]
    more: list[PartToWrite | PartCopy] = []
    for each in unite(tuple(added)):
        lent = plan.copies.get(tuple(each.channels), {})
        renamed = {source.names[old]: each.channels[name] for name, old in lent.items()}
        same = all(plan.depths[name] is source.depths[old] for name, old in lent.items())
        if lent and same and not why_not(part, renamed):
            more.append(PartCopy(origin.part, each.name, renamed))
        else:
            fresh = part_to_write(image, each, plan, values, attributes={}, level=level, doubts=doubts)
            x, y = part.display.x0, part.display.y0  # a picture begins at 0, 0, whatever its file says
            more.append(replace(fresh, data=fresh.data.move(x, y), display=part.display))
    splice(file, origin.part, target, changes, attributes=attributes, more=more, level=level if changes else None)


def encode_picture(
    image: Image,
    plan: WritePlan,
    target: Path,
    values: FileValues,
    *,
    attributes: Mapping[str, Any],
    level: float,
    doubts: Doubts,
    view: str = "",
) -> None:
    """Encode every channel."""
    write_exr(
        target,
        [
            part_to_write(
                image,
                each,
                plan,
                values,
                attributes=attributes if not k else {},
                level=level,
                doubts=doubts,
                view=view,
            )
            for k, each in enumerate(unite(plan.parts))
        ],
    )


def part_to_write(
    image: Image,
    part: FilePart,
    plan: WritePlan,
    values: FileValues,
    *,
    attributes: Mapping[str, Any],
    level: float,
    doubts: Doubts,
    view: str = "",
) -> PartToWrite:
    """One part with all its pixels."""
    names = tuple(part.channels)
    data = window_of(image, names) if plan.lone.issuperset(names) else image.data
    data = Box(0, 0, 1, 1) if data.empty else data
    pixels = values.of(data, names)
    planes = _planes(pixels, part, plan.depths)
    if not all(plane.dtype == np.float16 and all_finite(plane) for plane in planes.values()):
        doubts.count(pixels, [plan.depths[name] for name in names])
    return PartToWrite(
        data=data,
        display=image.format.box,
        planes=planes,
        compression=plan.packed(part),
        name=part.name,
        view=view,
        tile=plan.tile[0],
        level=level,
        pixel_aspect=image.format.pixel_aspect,
        attributes=attributes,
    )


def _planes(pixels: Pixels, part: FilePart, depths: Mapping[str, Depth]) -> dict[str, NDArray[Any]]:
    names = tuple(part.channels)
    kinds = {depths[name] for name in names}
    together = TOGETHER.get(tuple(part.channels.values()))
    if together and len(kinds) == 1:
        return {together: _as(pixels, kinds.pop())}
    if kinds == {Depth.HALF}:
        pixels = np.asarray(to_half(pixels))
    return {stored: _as(pixels[..., k], depths[name]) for k, (name, stored) in enumerate(part.channels.items())}


def _as(values: NDArray[Any], depth: Depth) -> NDArray[Any]:
    if depth is Depth.HALF:
        return to_half(values)
    if depth is Depth.UINT:
        whole: NDArray[np.uint32] = np.rint(np.clip(values, 0, 2**32 - 256)).astype(np.uint32)
        return whole
    return np.ascontiguousarray(values, np.float32)
