"""Read."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, NamedTuple

import numpy as np

from nodegraph.colour.auto import input_space
from nodegraph.colour.config import load_config
from nodegraph.colour.convert import through
from nodegraph.data.box import Box, Format
from nodegraph.data.errors import MediaError, NodegraphError
from nodegraph.data.image import Image, Origin
from nodegraph.data.kinds import is_movie
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File, Knob, Space
from nodegraph.graph.node import Knobs, node
from nodegraph.media.open import Headers, open_picture
from nodegraph.media.open_frame import Timing, choose, first_file
from nodegraph.media.open_lazy import Opened, ToLight
from nodegraph.media.open_movie import open_movie
from nodegraph.media.sequence import Missing, Outside, outside, stamp_of
from nodegraph.media.video import VideoReader


class Alpha(Enum):
    """How colour and alpha lie in a file."""

    AUTO = "auto"
    ASSOCIATED = "premultiplied"
    UNASSOCIATED = "unassociated"


def _timing(knobs: Knobs) -> Timing:
    return Timing(knobs["frames"], knobs["frame_offset"], knobs["before"], knobs["after"], knobs["missing"])


def _of_view(file: str, view: str) -> str:
    return file.replace("%V", view or "main")


def _fingerprint(frame: int, knobs: Knobs) -> str:
    file = _of_view(knobs["file"], knobs["view"])
    if is_movie(file):
        return f"{file} {stamp_of(Path(file))}"
    try:
        path = choose(file, frame, _timing(knobs)).path
    except NodegraphError as fault:  # told when it is read; until then the fault is what the result depends on
        return fault.message
    return f"{path} {stamp_of(path)}" if path is not None else f"black, as {first_file(file)}"


@node(fingerprint=_fingerprint, revision=1)
def read(
    frame: Frame,
    shot: Shot,
    ctx: Context,
    *,
    file: Annotated[File, Knob(help="a picture, a sequence (name.####.exr) or a movie")] = File(""),
    colorspace: Annotated[Space, Knob(help="what the numbers in the file mean; auto goes by the file")] = Space("auto"),
    alpha: Annotated[Alpha, Knob(help="is colour in the file multiplied by alpha")] = Alpha.AUTO,
    layer: Annotated[str, Knob(help="only this layer; empty for all")] = "",
    part: Annotated[str, Knob(help="only this part of an EXR, by name or number")] = "",
    view: Annotated[str, Knob(help="left, right …; %V in the file name stands for it")] = "",
    frames: Annotated[str, Knob(help="the range, as 1001-1100; empty for all that are there")] = "",
    frame_offset: Annotated[int, Knob(-100000, 100000, soft=True, help="later by so many frames")] = 0,
    before: Annotated[Outside, Knob(help="before the first frame")] = Outside.HOLD,
    after: Annotated[Outside, Knob(help="after the last frame")] = Outside.HOLD,
    missing: Annotated[Missing, Knob(help="for a frame that is not there")] = Missing.ERROR,
    pixel_aspect: Annotated[
        float, Knob(0, 4, help="how wide a pixel is for its height, as 2 on 2:1 scope; 0 goes by the file")
    ] = 0.0,
) -> Image:
    """Read a picture, a sequence or a movie, as light in the shot's working space."""
    if not file:
        raise MediaError("Read has no file", "pick a picture, a sequence or a movie")
    timing = Timing(frames, frame_offset, before, after, missing)
    name = _of_view(file, view)
    if is_movie(name):
        image = _movie(Path(name), frame, timing, shot, ctx, colorspace, alpha)
    else:
        inside = Inside("" if "%V" in file else view, layer, part)  # a file of one eye seldom says which it is
        image = _picture(name, frame, timing, shot, ctx, colorspace, alpha, inside)
    return replace(image, format=image.format._replace(pixel_aspect=pixel_aspect)) if pixel_aspect else image


class Inside(NamedTuple):
    """Which of the pictures in a file."""

    view: str
    layer: str
    part: str


def _picture(
    name: str, frame: int, timing: Timing, shot: Shot, ctx: Context, colorspace: str, alpha: Alpha, inside: Inside
) -> Image:
    """A still, or a frame of a sequence."""
    headers = ctx.load("headers of EXRs", Headers)
    chosen = choose(name, frame, timing)
    if chosen.note:
        ctx.warn(chosen.note)
    first = first_file(name) or chosen.path
    if chosen.path is None:
        form = open_picture(first, headers).format if first is not None else shot.format
        return _black(form, shot, chosen.frame)
    opened = open_picture(chosen.path, headers, view=inside.view, layer=inside.layer, part=inside.part)
    if first is not None and first != chosen.path:
        usual = ctx.load(("format", first, stamp_of(first)), lambda: open_picture(first, headers).format)
        if usual != opened.format:
            ctx.warn(f"{chosen.path.name} is {_size(opened.format)}, the first frame {_size(usual)}")
    return _image(opened, chosen.frame, shot, colorspace, alpha)


def _movie(path: Path, frame: int, timing: Timing, shot: Shot, ctx: Context, colorspace: str, alpha: Alpha) -> Image:
    """A movie begins at the first frame of the shot."""
    stamp = stamp_of(path)
    reader = ctx.load(("movie", path, stamp), lambda: VideoReader(path))
    first, last = timing.ends() or (shot.first, shot.first + reader.info.count - 1)
    shown = outside(frame - timing.offset, first, last, timing.before, timing.after)
    if shown is None:
        return _black(Format(reader.info.width, reader.info.height, reader.info.pixel_aspect), shot, frame)
    note = timing.note(frame - timing.offset, first, last)
    if note:
        ctx.warn(note)
    return _image(open_movie(reader, shown - shot.first, stamp), shown, shot, colorspace, alpha)


def _size(form: Format) -> str:
    return f"{form.width}x{form.height}"


def _black(form: Format, shot: Shot, frame: int) -> Image:
    return Image.of(
        np.zeros((1, 1, 3), np.float32),
        data=Box(0, 0, 1, 1),
        format=form,
        colorspace=shot.space,
        metadata=MappingProxyType({"input/frame": frame, "input/no_origin": "the frame was missing"}),
    )


def _image(opened: Opened, frame: int, shot: Shot, colorspace: str, alpha: Alpha) -> Image:
    config = load_config(shot.config)
    chosen = input_space(config, opened.path, opened.metadata, sample=opened.sample, override=colorspace)
    unassociated = opened.unassociated if alpha is Alpha.AUTO else alpha is Alpha.UNASSOCIATED
    unassociated = unassociated and "A" in opened.channels
    convert = through(config, chosen.space, config.space(shot.space), unpremult=not unassociated)
    lost = opened.lost or ("colour in the source is not multiplied by alpha" if unassociated else "")
    metadata = {
        **opened.metadata,
        "input/filename": str(opened.path),
        "input/frame": int(frame),
        "input/space": chosen.space,
        "input/reason": chosen.reason,
        **({"input/no_origin": lost} if lost else {}),
    }
    origin = None if lost else Origin(opened.path, opened.part, opened.channels, chosen.space, opened.stamp)
    return opened.image(shot.space, ToLight(convert, unassociated), MappingProxyType(metadata), origin)
