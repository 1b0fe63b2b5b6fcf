"""Write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from nodegraph.colour.config import Config, load_config
from nodegraph.colour.convert import processor
from nodegraph.colour.output import output
from nodegraph.colour.written import exr_tags
from nodegraph.data.errors import ColorspaceError, MediaError
from nodegraph.data.image import RGB, RGBA, Image, frozen
from nodegraph.data.kinds import is_exr
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File, Knob, Space
from nodegraph.graph.node import Knobs, node
from nodegraph.media.atomic import make_room, sweep
from nodegraph.media.attributes import STRUCTURE, to_write
from nodegraph.media.exr_file import ExrFile
from nodegraph.media.layers import Layout, fold, in_layer
from nodegraph.media.layers_depth import NEEDS_NEW_READER, Depth, must_keep
from nodegraph.media.layers_plan import SourcePart, Wanted, WritePlan, plan_exr
from nodegraph.media.layers_write import Doubts, FileValues, encode_picture, splice_picture
from nodegraph.media.open import Headers
from nodegraph.media.open_exr_picture import names_of, source_part
from nodegraph.media.sequence import FileSequence, stamp_of
from nodegraph.media.stills import DPX, JPEG, PNG, TIFF, write_still


class Compression(Enum):
    """How an EXR is packed."""

    SOURCE = "same as source"
    NONE = "NONE"
    RLE = "RLE"
    ZIPS = "ZIPS"
    ZIP = "ZIP"
    PIZ = "PIZ"
    PXR24 = "PXR24"
    B44 = "B44"
    B44A = "B44A"
    DWAA = "DWAA"
    DWAB = "DWAB"
    HTJ2K32 = "HTJ2K32"
    HTJ2K256 = "HTJ2K256"
    LJ2K = "LJ2K"
    ZSTD = "ZSTD"

    @property
    def stored(self) -> str:
        return str(self.value) if self is Compression.SOURCE else str(self.value).lower()


class Bits(Enum):
    """The bits of a channel; auto: as in the source, else half in an EXR and 16 elsewhere (8 in a JPEG)."""

    AUTO = "auto"
    EIGHT = "8"
    TEN = "10"
    SIXTEEN = "16"
    HALF = "half"
    FLOAT = "float"


class Preset(Enum):
    """A delivery that settles all the rest."""

    NONE = "none"
    ACES = "ACES container"


class Metadata(Enum):
    """What of the picture's metadata goes into the file."""

    ALL = "all"
    STANDARD = "timecode and rate"
    NONE = "none"


POLICY = {Metadata.ALL: "all", Metadata.STANDARD: "standard", Metadata.NONE: "none"}
# Which bits each kind of file has, its usual ones first.
STILL_BITS: Mapping[frozenset[str], Mapping[str, int]] = {
    PNG: {"16": 16, "8": 8},
    TIFF: {"16": 16, "8": 8, "float": 32},
    JPEG: {"8": 8},
    DPX: {"10": 10},
}
# What a display file's numbers are, and those of a DPX: film log, as it is read.
DISPLAY_FILES = ("srgb/rec709", "cineon/rec709")
VIEW = re.compile(r"%V")


def _explain(frame: int, knobs: Knobs, image: Image) -> str:
    """How Write will write, for `nodegraph plan`."""
    target = _target(frame, knobs["file"], knobs["view"])
    if not is_exr(target):
        kind = target.suffix[1:].upper()
        depth = _still_bits(target, knobs["bits"])
        return f"{target.name}: encodes whole, as {depth}-bit {kind}: only an EXR is spliced"
    image = _chosen(image, knobs["channels"])
    plan, _, source = _planned(image, knobs, target, load_config(), Headers())
    packed = plan.compression.upper()
    if plan.splice and source is not None:
        share = sum(box.area for box in image.origin.changed) / max(1, source.data.area) if image.origin else 0
        touched = f"about {share:.0%} of the picture was changed" if share else "nothing was changed"
        added = len(plan.parts) - 1 - len(set(source.others.values()))
        more = f"; {added} part{'s' if added > 1 else ''} added" if added > 0 else ""
        return f"{target.name}: splices the source's {packed} blocks, {touched}{more}"
    return f"{target.name}: encodes whole, as {packed}: {'; '.join(plan.reasons)}"


def _delivers(knobs: Knobs) -> bool:
    return knobs["preset"] is not Preset.NONE


@node(sink=True, explain=_explain, delivers=_delivers)
def write(
    image: Image,
    frame: Frame,
    shot: Shot,
    ctx: Context,
    *,
    file: Annotated[File, Knob(help="name.####.exr; the ending says the kind: exr, png, tif, jpg, dpx")] = File(""),
    channels: Annotated[str, Knob(help="only these layers or channels, as rgba depth; empty for all")] = "",
    colorspace: Annotated[Space, Knob(help="auto: as in the source, else the working space; sRGB in display files")] = (
        Space("auto")
    ),
    compression: Annotated[Compression, Knob(help="of an EXR")] = Compression.SOURCE,
    dwa_level: Annotated[float, Knob(0, 500, soft=True, help="45 is usual; more is smaller and worse")] = 45.0,
    bits: Annotated[Bits, Knob(help="half or float in an EXR, 8 or 16 elsewhere")] = Bits.AUTO,
    layer_bits: Annotated[str, Knob(help="for single layers: depth=float, diffuse=half")] = "",
    tile: Annotated[int, Knob(0, 4096, unit="px", help="0: as in the source, else scanlines")] = 0,
    quality: Annotated[int, Knob(1, 100, help="of a JPEG")] = 95,
    layout: Annotated[Layout, Knob(help="how layers lie in an EXR")] = Layout.AUTO,
    view: Annotated[str, Knob(help="the name of this view; %V in the file name stands for it")] = "",
    preset: Annotated[Preset, Knob(help="SMPTE ST 2065-4: AP0, half, uncompressed")] = Preset.NONE,
    metadata: Annotated[Metadata, Knob(help="what goes along into the file")] = Metadata.ALL,
    create_folders: Annotated[bool, Knob(help="make folders that are not there")] = True,
    overwrite: Annotated[bool, Knob(help="replace files that are there")] = True,
) -> Path:
    """Write a picture; where only a part of an EXR was changed, the rest of it is copied bit for bit."""
    knobs = {
        "channels": channels,
        "colorspace": colorspace,
        "compression": compression,
        "bits": bits,
        "layer_bits": layer_bits,
        "tile": tile,
        "layout": layout,
        "view": view,
        "preset": preset,
    }
    target = _target(frame, file, view)
    make_room(target, create=create_folders, overwrite=overwrite)
    ctx.load(("swept", target.parent), lambda: sweep(target.parent))
    image = _chosen(image, channels)
    if not image.channels:
        raise MediaError(f"nothing to write to {target}", "the picture has no channels: look at what makes it")
    config = load_config(shot.config)
    if not is_exr(target):
        _write_display(image, target, shot, config, ctx, colorspace, bits, quality)
        return target
    headers = ctx.load("headers of EXRs", Headers)
    plan, exr, source = _planned(image, knobs, target, config, headers, _usual_space(image, shot, config))
    _warn(ctx, target, plan)
    working = config.space(image.colorspace or shot.space)
    step = processor(config, working, plan.space)
    values = FileValues(image, None if step.identity else step.run)
    attributes = _attributes(image, frame, shot, config, plan, POLICY[metadata], preset) | ctx.stamp.metadata
    doubts = Doubts()
    if plan.splice and exr is not None and source is not None:
        there = exr.parts[image.origin.part if image.origin else 0].attributes
        gone = {name: None for name in there if name not in attributes and name not in STRUCTURE}
        splice_picture(
            image,
            plan,
            target,
            exr,
            source,
            values,
            attributes={**gone, **attributes},
            level=dwa_level,
            doubts=doubts,
        )
    else:
        encode_picture(image, plan, target, values, attributes=attributes, level=dwa_level, doubts=doubts, view=view)
    told = doubts.told(target, plan.compression)
    if told:
        ctx.warn(told)
    return target


def _target(frame: int, file: str, view: str) -> Path:
    if not file:
        raise MediaError("Write has no file", "give a name such as comp.####.exr")
    return FileSequence.of_pattern(VIEW.sub(view or "main", file)).path(frame)


def _write_display(
    image: Image, target: Path, shot: Shot, config: Config, ctx: Context, colorspace: str, bits: Bits, quality: int
) -> None:
    """A picture for a screen: encoded, cut to its format, alpha not associated, clipped to what the file holds."""
    depth = _still_bits(target, bits)
    names = image.main if image.rgb == RGB else image.channels[:1]
    if target.suffix.lower() in JPEG | DPX:
        names = names[:3]
    left = [name for name in image.channels if name not in names and name not in RGBA]
    if left:
        ctx.warn(f"{target.suffix[1:].upper()} holds no layers: {', '.join(left)} is not written")
    pixels = image.region(image.format.box, names)
    doubts = Doubts()
    doubts.count(pixels, [Depth.FLOAT] * len(names))
    if len(names) > 2:
        working = config.space(image.colorspace or shot.space)
        shown = working != config.space(shot.space)  # a display's values already
        fallback = working if shown or depth == 32 else DISPLAY_FILES[target.suffix.lower() in DPX]
        step = output(config, colorspace, working, fallback).step
        if len(names) == 4:
            solid = np.where(pixels[..., 3:] > 0, pixels[..., 3:], np.float32(1))
            colour = step.run(frozen(pixels[..., :3] / solid))
            pixels = frozen(np.concatenate((colour, np.clip(pixels[..., 3:], 0, 1)), axis=2))
        else:
            pixels = step.run(pixels)
    write_still(target, pixels, depth, quality, words=ctx.stamp.words, pixel_aspect=image.format.pixel_aspect)
    told = doubts.told(target, "")
    if told:
        ctx.warn(told)


def _still_bits(target: Path, bits: Bits) -> int:
    suffix = target.suffix.lower()
    for kinds, allowed in STILL_BITS.items():
        if suffix in kinds:
            known = {"auto": next(iter(allowed.values())), **allowed}
            if bits.value not in known:
                raise MediaError(
                    f"{suffix[1:].upper()} has no {bits.value} bits",
                    f"choose {', '.join(allowed)}, or leave it at auto",
                )
            return known[bits.value]
    raise MediaError(
        f"{target.name}: nothing here writes {suffix or 'a file without an ending'}",
        "end it in .exr, .png, .tif, .jpg or .dpx; movies are WriteMovie's",
    )


def _chosen(image: Image, channels: str) -> Image:
    """The picture with the layers and channels that are to be written."""
    if not channels.strip():
        return image
    wanted: list[str] = []
    for word in channels.replace(",", " ").split():
        found = (word,) if word in image.channels else in_layer(image.channels, word)
        if not found:
            raise MediaError(f"the picture has no layer or channel {word}", f"it has {', '.join(image.channels)}")
        wanted += [name for name in found if name not in wanted]
    return image.with_channels([name for name in image.channels if name in wanted])


def _planned(
    image: Image, knobs: Knobs, target: Path, config: Config, headers: Headers, whole: str = ""
) -> tuple[WritePlan, ExrFile | None, SourcePart | None]:
    exr, source, lost = _source(image, headers)
    space = "" if knobs["colorspace"] in ("", "auto") else config.space(knobs["colorspace"])
    bits = knobs["bits"]
    if bits in (Bits.EIGHT, Bits.TEN, Bits.SIXTEEN):
        raise MediaError(f"an EXR has no {bits.value} bits", "choose half or float")
    wanted = Wanted(
        compression=knobs["compression"].stored,
        depth=None if bits is Bits.AUTO else Depth(bits.value),
        layer_bits=knobs["layer_bits"],
        tile=knobs["tile"],
        space=space,
        whole=whole,
        layout=knobs["layout"],
        view=knobs["view"],
        aces=knobs["preset"] is Preset.ACES,
    )
    plan = plan_exr(image, wanted, target, source, lost)
    try:
        plan = replace(plan, space=config.space(plan.space or config.working))
    except ColorspaceError:
        if wanted.space:
            raise
    return plan, exr, source


def _usual_space(image: Image, shot: Shot, config: Config) -> str:
    """The space of a picture that is encoded whole: that of the EXR it was read from, as if it were spliced.

    So the frames of a sequence agree, whether something was changed in all of a frame or in a part. A picture
    that was brought to another space on purpose stays in that.
    """
    working = config.space(image.colorspace or shot.space)
    read_as = str(image.metadata.get("input/space", "")) if "input/compression" in image.metadata else ""
    return read_as if read_as and working == config.space(shot.space) else working


def _source(image: Image, headers: Headers) -> tuple[ExrFile | None, SourcePart | None, str]:
    """The file that can be spliced, or why there is none."""
    origin = image.origin
    if origin is None:
        return None, None, str(image.metadata.get("input/no_origin", "")) or "every pixel may have changed"
    if stamp_of(origin.file) != origin.stamp:
        return None, None, f"{origin.file.name} changed since it was read"
    file = headers.reader(origin.file).file
    names = names_of(file)
    places = fold(names, names[origin.part].view)
    return file, source_part(file, origin.part, origin.channels, places), ""


@cache
def _our_version() -> str:
    return version("nodegraph")


def _attributes(
    image: Image, frame: int, shot: Shot, config: Config, plan: WritePlan, policy: str, preset: Preset
) -> dict[str, Any]:
    found = to_write(image.metadata, policy)
    if policy != "none":
        found.setdefault("framesPerSecond", shot.fps)
    found |= exr_tags(config, plan.space, aces=preset is Preset.ACES)
    found["nodegraph/version"] = _our_version()
    found["nodegraph/frame"] = int(frame)
    found["nodegraph/shot"] = shot.name
    return found


def _warn(ctx: Context, target: Path, plan: WritePlan) -> None:
    reader = NEEDS_NEW_READER.get(plan.compression)
    if reader:
        ctx.warn(f"{plan.compression.upper()}: programs built on versions before {reader} cannot read {target.name}")
    spoilt = [name for part in plan.parts for name in must_keep(part.channels, plan.depths, plan.packed(part))]
    if spoilt and not plan.splice:
        packed = plan.compression.upper()
        ctx.warn(f"{packed} loses exactness of {', '.join(spoilt)}: choose ZIP or PIZ for mattes and measures")
