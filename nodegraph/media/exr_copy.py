"""A part of an EXR copied into another file under other names: its blocks as they stand, not a bit of them touched."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nodegraph.media.exr_attributes import Attribute, attribute, write_channels
from nodegraph.media.exr_blocks import check_blocks, spans
from nodegraph.media.exr_file import ExrFile, ExrPart
from nodegraph.media.exr_output import PartBlocks, chunks_of

# What is said of the pixels: all else, as a film's roll and lens, stands in the main part already.
KEPT = frozenset(
    {"compression", "dataWindow", "displayWindow", "lineOrder", "pixelAspectRatio", "screenWindowCenter"}
    | {"screenWindowWidth", "tiles", "type", "chromaticities", "colorInteropID", "dwaCompressionLevel"}
)


@dataclass(frozen=True)
class PartCopy:
    """A part of the source, its channels called otherwise."""

    index: int
    name: str
    channels: Mapping[str, str]  # what a channel is called in the source, and in the copy
    attributes: Mapping[str, Any] = field(default_factory=dict)


def why_not(part: ExrPart, channels: Mapping[str, str]) -> str:
    """Why a part cannot be copied under these names; empty if it can.

    Blocks hold their channels in the order of the names: that order must stay. DWA goes by the end of a name as well.
    """
    stored = sorted(channel.name for channel in part.channels)
    if set(channels) != set(stored):
        return "not all of its channels are wanted"
    renamed = [channels[name] for name in stored]
    if sorted(renamed) != renamed:
        return "its channels would stand in another order"
    if part.compression.startswith("dwa") and any(
        old.rpartition(".")[2] != new.rpartition(".")[2] for old, new in channels.items()
    ):
        return "its compression goes by the names"
    return "it holds deep pixels" if part.deep else ""


def copied(source: ExrFile, handle: int, wanted: PartCopy, number: int) -> PartBlocks:
    """The blocks of a part, ready to be written as part `number` of another file."""
    part = source.parts[wanted.index]
    check_blocks(source, handle, part)
    starts, ends = spans(source, part, np.arange(len(part.offsets), dtype=np.int64))
    skip = 4 if source.multipart else 0  # the number of the part that it was
    before = struct.pack("<i", number)
    chunks = chunks_of(handle, before, starts + skip, ends)
    return PartBlocks(_header(part, wanted), np.argsort(part.offsets, kind="stable"), chunks.__getitem__)


def _header(part: ExrPart, wanted: PartCopy) -> dict[str, Attribute]:
    header = {name: held for name, held in part.attributes.items() if name in KEPT}
    channels = tuple(channel._replace(name=wanted.channels[channel.name]) for channel in part.channels)
    header["channels"] = Attribute("chlist", write_channels(channels))
    header["name"] = attribute(wanted.name)
    return header | {name: attribute(value) for name, value in wanted.attributes.items()}
