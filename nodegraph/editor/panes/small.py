"""Small pictures of files and frames, as a screen shows them; nothing here touches the window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nodegraph.colour.auto import input_space
from nodegraph.colour.config import load_config
from nodegraph.colour.convert import processor
from nodegraph.colour.eight_bit import eight_bit
from nodegraph.data.box import Box
from nodegraph.data.errors import MediaError
from nodegraph.data.faces import Rect
from nodegraph.data.image import RGB, Image
from nodegraph.data.kinds import MOVIES, is_exr, is_movie
from nodegraph.data.shot import Shot
from nodegraph.media.atomic import atomic
from nodegraph.media.open import PICTURES, Headers, open_picture
from nodegraph.media.open_lazy import FileSource, ToLight
from nodegraph.media.open_movie import open_movie
from nodegraph.media.sequence import stamp_of
from nodegraph.media.video import VideoReader

Small = NDArray[np.uint8]
AROUND = 0.35  # of a face's size: what is shown beside it
PAPER = 30  # beside a picture that is narrower or flatter than its place
SHOWN = 0.56  # of the light: a film view brings middle grey to 10 cd/m², and pictures stand beside the viewer
READABLE = PICTURES | MOVIES


def of_file(path: Path, shot: Shot, size: tuple[int, int]) -> Small:
    """A file's picture, filling a size; of a clip its middle frame."""
    if is_movie(path):
        reader = VideoReader(path)
        opened = open_movie(reader, reader.info.count // 2, stamp_of(path))
    else:
        opened = open_picture(path, Headers())
    config = load_config(shot.config)
    space = input_space(config, opened.path, opened.metadata, sample=opened.sample, override="auto").space
    step = processor(config, space, config.space(shot.space))
    straight = opened.unassociated and "A" in opened.channels
    convert = None if step.identity else lambda colour: step.run(colour, unpremult=not straight)
    source = FileSource(opened.decoder, opened.data, opened.channels, ToLight(convert, straight))
    level = SHOWN if is_exr(path) else 1.0  # others were made for a screen
    return of_image(Image(opened.format, opened.data, opened.channels, shot.space, source), shot, size, level=level)


def of_folder(place: Path, shot: Shot, size: tuple[int, int]) -> Small:
    """The first picture of a folder, or of the one file."""
    if not place.is_dir():
        return of_file(place, shot, size)
    found = next((path for path in sorted(place.iterdir()) if path.suffix.lower() in READABLE), None)
    if found is None:
        raise MediaError(f"{place} holds no pictures", "give EXR, PNG, TIFF, JPEG, DPX, or a clip")
    return of_file(found, shot, size)


def of_image(
    image: Image, shot: Shot, size: tuple[int, int], around: Rect | None = None, level: float = SHOWN
) -> Small:
    """A picture, or what lies about a face in it, filling a size."""
    width, height = image.format.width, image.format.height
    x0, y0, x1, y1 = 0.0, 0.0, float(width), float(height)
    if around is not None:
        half = around.size * (0.5 + AROUND)
        x, y = around.middle
        x0, y0, x1, y1 = x - half, y - half, x + half, y + half
    box = _filling((x0, y0, x1, y1), size[0] / size[1], inside=around is None)
    light = image.region(box, RGB) if image.rgb == RGB else np.repeat(image.region(box, image.channels[:1]), 3, axis=2)
    return eight_bit(_shrunk(np.asarray(light, np.float32), size), shot, level)


def _filling(area: tuple[float, float, float, float], aspect: float, *, inside: bool) -> Box:
    """The area at another aspect: cut where it must stay inside, grown where it may not lose anything."""
    x0, y0, x1, y1 = area
    wide, high = x1 - x0, y1 - y0
    if (wide / high > aspect) == inside:
        wide = high * aspect
    else:
        high = wide / aspect
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return Box(round(x - wide / 2), round(y - high / 2), round(x + wide / 2), round(y + high / 2))


def _shrunk(light: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    import cv2

    tame = np.nan_to_num(light, nan=0.0, posinf=64.0, neginf=0.0)
    kind = cv2.INTER_AREA if light.shape[1] > size[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(tame, size, interpolation=kind), np.float32)


def of_jpeg(path: Path, size: tuple[int, int]) -> Small:
    """A picture as it is, all of it in a size: those that come with presets."""
    import cv2

    data = np.frombuffer(path.read_bytes(), np.uint8)
    found = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if found is None:
        raise MediaError(f"{path.name} is no picture", "give a JPEG or PNG")
    height, width = found.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    left, top = (size[0] - wide) // 2, (size[1] - high) // 2
    whole = np.full((size[1], size[0], 3), PAPER, np.uint8)
    shown = cv2.resize(np.ascontiguousarray(found[..., ::-1]), (wide, high), interpolation=kind)
    whole[top : top + high, left : left + wide] = shown
    return whole


def keep(picture: Small, path: Path) -> None:
    """Write a small picture beside what it is of."""
    import cv2

    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(picture[..., ::-1]))
    if done:
        with atomic(path) as beside:
            beside.write_bytes(encoded.tobytes())
