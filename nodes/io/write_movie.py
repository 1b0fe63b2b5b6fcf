"""WriteMovie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import numpy as np

from nodegraph.colour.config import Config, load_config
from nodegraph.colour.output import Output, output
from nodegraph.colour.written import interop_id
from nodegraph.data.box import Format
from nodegraph.data.errors import MediaError
from nodegraph.data.image import Image, Pixels, frozen
from nodegraph.data.kinds import is_movie
from nodegraph.data.shot import Clip, Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File, Knob, Space
from nodegraph.graph.node import Knobs, node
from nodegraph.media.atomic import make_room, sweep
from nodegraph.media.attributes import timecode
from nodegraph.media.burn_in import draw, fill
from nodegraph.media.movie_write import Codec, ColorTags, Sound, encode_movie
from nodegraph.media.sequence import stamp_of

# What players take a movie for: Rec.709 on a BT.1886 display.
USUAL = "g24/rec709"
# FFmpeg's words for the curve and the primaries in an interop ID (ITU-T H.273).
TRANSFERS: Mapping[str, str] = {
    "g24": "bt709",
    "itu709": "bt709",
    "srgb": "iec61966-2-1",
    "g22": "bt470m",
    "pq": "smpte2084",
    "hlg": "arib-std-b67",
    "lin": "linear",
}
PRIMARIES: Mapping[str, str] = {"rec709": "bt709", "p3d65": "smpte432", "rec2020": "bt2020"}


def _heard(frame: int, knobs: Knobs) -> str:
    del frame
    return stamp_of(knobs["audio"]) if knobs["audio"] else ""


@node(sink=True, fingerprint=_heard)
def write_movie(
    image: Clip[Image],
    shot: Shot,
    ctx: Context,
    *,
    file: Annotated[File, Knob(help="name.mov, or name.mp4 for H.264 and H.265")] = File(""),
    codec: Annotated[Codec, Knob(help="how the movie is packed")] = Codec.PRORES_HQ,
    colorspace: Annotated[Space, Knob(help="a space, or display/view; auto: Rec.709 as it is, without a view")] = (
        Space("auto")
    ),
    audio: Annotated[File, Knob(help="a sound file, or a movie with sound, that starts with the shot")] = File(""),
    burn_in: Annotated[bool, Knob(help="draw shot, version and frame into the picture")] = False,
    burn_in_text: Annotated[str, Knob(help="{shot} {version} {frame} {timecode}; | parts left, middle, right")] = (
        "{shot} v{version:03} | {timecode} | {frame:04}"
    ),
    create_folders: Annotated[bool, Knob(help="make folders that are not there")] = True,
    overwrite: Annotated[bool, Knob(help="replace a movie that is there")] = True,
) -> Path:
    """Write the shot as one movie: ProRes, DNxHR, H.264 or H.265, with sound and burn-in if wanted."""
    target = _target(file, create_folders, overwrite)
    ctx.load(("swept", target.parent), lambda: sweep(target.parent))
    if not len(image):
        raise MediaError(f"{target}: there are no frames to write", "check the frame range")
    config = load_config(shot.config)
    first = image.frames[0]
    if first < shot.first and audio:
        ctx.warn(f"{target.name} begins before the shot: its sound runs {shot.first - first} frames early")
    sound = Sound(Path(audio), max(0.0, float((first - shot.first) / shot.fps))) if audio else None
    if sound is not None and not sound.file.is_file():
        raise MediaError(f"there is no sound file {sound.file}", "check the path, or write without sound")
    if sound is not None and image.frames[-1] - first + 1 != len(image):
        ctx.warn(f"{target.name} leaves frames out: its sound runs on, and out of step with the picture")
    text = burn_in_text if burn_in else ""
    frames = iter(image)
    number, picture = next(frames)
    out = output(config, colorspace, config.space(picture.colorspace or shot.space), _fallback(config, picture, shot))
    code = timecode(picture.metadata)

    def shown() -> Iterator[Pixels]:
        yield _shown(picture, number, picture.format, out, codec, shot, text)
        for done, (frame, each) in enumerate(frames, 1):
            ctx.progress(done / len(image), f"frame {frame}")
            yield _shown(each, frame, picture.format, out, codec, shot, text)
        ctx.check_cancel()

    encode_movie(
        target,
        shown(),
        shot.fps,
        codec,
        tags=_tags(config, out, target, ctx),
        sound=sound,
        count=len(image),
        timecode=str(code) if code is not None else "",
        words=ctx.stamp.words,
    )
    return target


def _target(file: str, create: bool, overwrite: bool) -> Path:
    if not file:
        raise MediaError("WriteMovie has no file", "give a name such as review.mov")
    target = Path(file)
    if not is_movie(target):
        raise MediaError(f"{target.name} is no name of a movie", "end it in .mov, .mp4, .mkv or .mxf")
    make_room(target, create=create, overwrite=overwrite)
    return target


def _fallback(config: Config, picture: Image, shot: Shot) -> str:
    """Rec.709 as a display shows it; a picture that holds a display's values already stays as it is."""
    own = config.space(picture.colorspace or shot.space)
    return USUAL if own == config.space(shot.space) else own


def _shown(image: Image, frame: int, form: Format, out: Output, codec: Codec, shot: Shot, text: str) -> Pixels:
    """A frame as the movie holds it: display values, alpha (if any) not multiplied in."""
    if image.format != form:
        raise MediaError(
            f"frame {frame} is {image.format.width}x{image.format.height}, the first {form.width}x{form.height}",
            "put a Reformat before the WriteMovie",
        )
    if not image.channels:
        raise MediaError(f"frame {frame} has no channels", "look at what makes the picture")
    rgb = image.rgb if len(image.rgb) == 3 else image.channels[:1] * 3
    with_alpha = codec.alpha and "A" in image.channels
    pixels = image.region(form.box, (*rgb, "A") if with_alpha else rgb)
    if with_alpha:
        solid = np.where(pixels[..., 3:] > 0, pixels[..., 3:], np.float32(1))
        colour = out.step.run(frozen(pixels[..., :3] / solid))
        pixels = frozen(np.concatenate((colour, pixels[..., 3:]), axis=2))
    else:
        pixels = out.step.run(pixels)
    if not text:
        return pixels
    code = timecode(image.metadata)
    told: dict[str, str | int] = {"shot": shot.name, "version": shot.version, "frame": frame}
    told["timecode"] = str(code) if code is not None else ""
    return draw(pixels, fill(text, told))


def _tags(config: Config, out: Output, target: Path, ctx: Context) -> ColorTags:
    """What the file says of its colours: the space that the values are in."""
    curve, _, rest = interop_id(config, out.space).partition("_")
    gamut = rest.partition("_")[0]
    if curve not in TRANSFERS or gamut not in PRIMARIES:
        ctx.warn(f"{target.name}: a movie cannot say that it is in {out.space}; it is tagged as Rec.709")
        return ColorTags()
    return ColorTags(PRIMARIES[gamut], TRANSFERS[curve], "bt2020nc" if gamut == "rec2020" else "bt709")
