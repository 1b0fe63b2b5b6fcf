"""The line under the picture: its size, the pixel under the cursor in float, the mean of a box."""

from __future__ import annotations

from nodegraph.colour.config import Config
from nodegraph.data.box import Box
from nodegraph.data.image import Image
from nodegraph.editor.panes.drawing import text_width
from nodegraph.editor.panes.viewer_painter import Pen
from nodegraph.editor.panes.viewer_picture import Picture
from nodegraph.editor.shell import theme
from nodegraph.editor.viewer.grade import Look
from nodegraph.editor.viewer.probe import Sample, in_file, sample, written
from nodegraph.editor.viewer.scopes import REC709

HEIGHT = 24
SIZE = 13.0
CELL = 78.0  # a value's room, so that nothing jumps about
MOST = 1 << 18  # pixels that are taken back to their file's space while the cursor moves
SPACE = "input/space"  # what readers write of the file's
INKS: dict[str, theme.Colour] = {
    "R": (236, 110, 104, 255),
    "G": (112, 205, 122, 255),
    "B": (110, 156, 240, 255),
    "A": theme.TEXT,
}


def probed(image: Image, box: Box, channels: tuple[str, ...]) -> Sample:
    """The values to show of a pixel or a box."""
    return sample(image, box, channels[:4])


def filed(picture: Picture, box: Box, config: Config | None) -> tuple[str, Sample] | None:
    """A pixel or box in the space of the file it was read from, and that space; None if there is none or it is shown.

    Of what was read and not changed since, these are the file's own values.
    """
    image = picture.image
    space = image.origin.space if image.origin is not None else str(image.metadata.get(SPACE, ""))
    if config is None or space in ("", image.colorspace) or picture.layer.channels[:3] != image.rgb or box.area > MOST:
        return None
    found = in_file(picture.at(box), box, config, space)
    return (space, found) if found is not None else None


def luminance(found: Sample) -> float | None:
    """The luminance of a sample of colours."""
    values = found.mean[:3]
    return sum(w * v for w, v in zip(REC709, values, strict=True)) if len(values) == 3 else None


def described(image: Image, step: int) -> str:
    """A picture's size, and how much of it is drawn."""
    size = f"{image.format.width}×{image.format.height}"
    aspect = f" @{image.format.pixel_aspect:g}" if image.format.pixel_aspect != 1.0 else ""
    return f"{size}{aspect}   {image.colorspace or 'data'}" + (f"   proxy 1:{step}" if step > 1 else "")


class Foot:
    """Draws the line."""

    def __init__(self, parent: int | str, scale: float = 1.0) -> None:
        self.pen = Pen(parent)
        self.scale = scale
        self.type = SIZE * scale
        self.top = (HEIGHT - SIZE) / 2 * scale - 1

    def draw(
        self,
        width: float,
        what: str,
        found: Sample | None,
        look: Look,
        told: str = "",
        file: tuple[str, Sample] | None = None,
    ) -> None:
        """Draw it anew; what has not changed costs nothing."""
        pen = self.pen
        pen.begin()
        top, by = self.top, self.scale
        x = 8.0 * by
        pen.words(x, top, what, theme.FAINT, self.type)
        x = max(220.0 * by, x + text_width(what, self.type) + 24 * by)
        if found is not None:
            x = self._where(x, top, found)
            for name, value in list(found.values.items())[:4]:
                x = self._value(x, top, name.rpartition(".")[2], value)
            light = luminance(found)
            if light is not None:
                x = self._value(x, top, "Y", light)
                self._swatch(x, found, look)
                x += 50 * by
            if found.broken:
                pen.words(x, top, f"{found.broken} NaN or Inf", theme.BAD, self.type)
            elif file is not None:
                self._filed(x, width - text_width(told, self.type) - 20 * by, *file)
        if told:
            pen.words(width - text_width(told, self.type) - 10 * by, top, told, theme.FAINT, self.type)
        pen.end()

    def _where(self, x: float, top: float, found: Sample) -> float:
        box, by = found.box, self.scale
        if box.area == 1:
            self.pen.words(x, top, "x", theme.FAINT, self.type)
            self.pen.words(x + 12 * by, top, str(box.x0), theme.TEXT, self.type)
            self.pen.words(x + 58 * by, top, "y", theme.FAINT, self.type)
            self.pen.words(x + 70 * by, top, str(box.y0), theme.TEXT, self.type)
            return x + 122 * by
        text = f"mean of {box.width}×{box.height} at {box.x0}, {box.y0}"
        self.pen.words(x, top, text, theme.TEXT, self.type)
        return x + text_width(text, self.type) + 22 * by

    def _value(self, x: float, top: float, name: str, value: float) -> float:
        ink = INKS.get(name.upper(), theme.TEXT)
        self.pen.words(x, top, name.lower() if name != "Y" else "Y", (*ink[:3], 170), self.type)
        self.pen.words(x + 13 * self.scale, top, written(value), ink, self.type)
        return x + CELL * self.scale

    def _filed(self, x: float, end: float, space: str, found: Sample) -> None:
        """The colour in the file, where there is room for it."""
        name = f"file space {space}"
        wide = text_width(name, self.type) + 14 * self.scale
        if x + wide + 3 * CELL * self.scale > end:
            return
        self.pen.words(x, self.top, name, theme.FAINT, self.type)
        x += wide
        for channel, value in found.values.items():
            x = self._value(x, self.top, channel.rpartition(".")[2], value)

    def _swatch(self, x: float, found: Sample, look: Look) -> None:
        gain = 2.0**look.exposure
        code = [round(255 * _srgb(value * gain)) for value in found.mean[:3]]
        self.pen.fill(
            (x, 5 * self.scale),
            (x + 34 * self.scale, (HEIGHT - 5) * self.scale),
            (code[0], code[1], code[2], 255),
            3.0 * self.scale,
        )


def _srgb(light: float) -> float:
    if not light > 0:
        return 0.0
    return min(1.0, light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)
