"""Read."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from nodegraph.colour.auto import input_space
from nodegraph.colour.config import load_config
from nodegraph.colour.convert import processor
from nodegraph.data.errors import MediaError
from nodegraph.data.image import Image, Origin
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File, Knob, Space
from nodegraph.graph.node import Knobs, node
from nodegraph.media.open import Headers, open_picture, stamp_of
from nodegraph.media.open_lazy import FileSource, Opened, ToLight


class Alpha(Enum):
    """How colour and alpha lie in a file."""

    AUTO = "auto"
    ASSOCIATED = "premultiplied"
    UNASSOCIATED = "unassociated"


def _fingerprint(frame: int, knobs: Knobs) -> str:
    del frame
    path = Path(knobs["file"])
    return f"{path} {stamp_of(path)}"


@node(fingerprint=_fingerprint)
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
    view: Annotated[str, Knob(help="left, right …; empty for the first")] = "",
) -> Image:
    """Read a picture, a sequence or a movie, as light in the shot's working space."""
    if not file:
        raise MediaError("Read has no file", "pick a picture, a sequence or a movie")
    headers = ctx.load("headers of EXRs", Headers)
    opened = open_picture(Path(file), headers, view=view, layer=layer, part=part)
    return _image(opened, frame, shot, colorspace, alpha)


def _image(opened: Opened, frame: int, shot: Shot, colorspace: str, alpha: Alpha) -> Image:
    config = load_config(shot.config)
    chosen = input_space(config, opened.path, opened.metadata, sample=opened.sample, override=colorspace)
    unassociated = opened.unassociated if alpha is Alpha.AUTO else alpha is Alpha.UNASSOCIATED
    unassociated = unassociated and "A" in opened.channels
    step = processor(config, chosen.space, config.space(shot.space))
    convert = None if step.identity else lambda colour: step.run(colour, unpremult=not unassociated)
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
    return Image(
        format=opened.format,
        data=opened.data,
        channels=opened.channels,
        colorspace=shot.space,
        source=FileSource(opened.decoder, opened.data, opened.channels, ToLight(convert, unassociated)),
        metadata=MappingProxyType(metadata),
        origin=origin,
    )
