"""Burn-in: frame, shot and version drawn into a picture for review, and the notice that marks a preview."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from nodegraph.data.box import Box, joined
from nodegraph.data.errors import MediaError
from nodegraph.data.image import Image, Pixels, frozen
from nodegraph.media.layers import colours

SHARE = 0.028  # of the picture's height: legible on a phone, small on a cinema screen
MARGIN = 0.6  # of the letter height
WEIGHT = 500
NOTICE = 0.045  # of the height: a notice is larger
SMALLEST = 8  # pixels that a letter needs
WORD = re.compile(r"\{(\w*)(?::0(\d))?\}")


def fill(text: str, values: Mapping[str, str | int]) -> str:
    """The text with `{shot}`, `{frame}`, `{version:03}` and the like put in."""

    def put(found: re.Match[str]) -> str:
        name, digits = found.group(1), found.group(2)
        if name not in values:
            known = ", ".join(f"{{{key}}}" for key in values)
            raise MediaError(f"the burn-in asks for {{{name}}}, which is not known", f"use {known}")
        value = values[name]
        return str(value).zfill(int(digits)) if digits else str(value)

    return WORD.sub(put, text)


def draw(pixels: Pixels, text: str) -> Pixels:
    """Draw one line white on a dark outline at the foot of a picture of display values, 0 to 1.

    Columns that `|` separates stand left, in the middle and right.
    """
    import cv2

    height, width = pixels.shape[:2]
    columns = [part.strip() for part in text.split("|")]
    places = {1: ("left",), 2: ("left", "right")}.get(len(columns), ("left", "middle", "right"))
    size = max(8, round(height * SHARE))
    face = cv2.FontFace("sans")
    gap = round(size * MARGIN)
    band = min(height, size * 2 + gap)
    ink = np.zeros((band, width), np.uint8)
    foot = band - gap
    for column, place in zip(columns[:3], places, strict=False):
        (_, _, wide, _) = cv2.getTextSize((width, band), column, (0, 0), face, size, WEIGHT)
        x = {"left": gap, "middle": (width - wide) // 2, "right": width - wide - gap}[place]
        cv2.putText(ink, column, (max(0, x), foot), (255,), face, size, WEIGHT)
    if not ink.any():
        return pixels
    reach = max(1, size // 9)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    rim = cv2.GaussianBlur(cv2.dilate(ink, disc), (0, 0), max(0.5, reach / 3))
    result = pixels.copy()
    strip = result[height - band :]
    colour = strip[..., :3]
    dark = np.float32(0.85 / 255) * rim[..., None]
    white = np.float32(1 / 255) * ink[..., None]
    colour *= 1 - dark
    colour *= 1 - white
    colour += white
    return result


def notice(image: Image, text: str) -> Image:
    """Mark a picture: white words on a black band along its top, in every layer of light that it has.

    The band hides what is under it, so that no light behind can wash the words out; lines are broken, and letters
    made smaller, until they fit the width. On an anamorphic plate they are squeezed as all that it shows, so that they
    are read where it is unsqueezed.
    """
    width, height, aspect = image.format
    ink = frozen(_squeezed(_lettered(text, max(1, round(width * aspect)), height), width))[..., None]
    band = Box(0, 0, width, ink.shape[0])
    layers = colours(image.channels) or (image.rgb or image.channels[:1],)
    names = tuple(name for layer in layers for name in layer)
    if not names:
        return image
    marked = np.repeat(ink, len(names), axis=2)
    marked[..., [name == "A" or name.endswith(".A") for name in names]] = 1
    return image.widened(joined([image.data, band])).patched(band, marked, names)


def _squeezed(ink: Pixels, width: int) -> Pixels:
    import cv2

    high, wide = ink.shape
    if wide == width:
        return ink
    kind = cv2.INTER_AREA if width < wide else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, (width, high), interpolation=kind), np.float32)


def _lettered(text: str, width: int, height: int) -> Pixels:
    """The words on a band as wide as the picture, 0 to 1."""
    import cv2

    face = cv2.FontFace("sans")
    size = max(SMALLEST, round(height * NOTICE))

    def wide(line: str, size: int) -> int:
        return int(cv2.getTextSize((width, height), line, (0, 0), face, size, WEIGHT)[2])

    while True:
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and wide(longer, size) > width - size:
                lines.append(word)
            else:
                lines[-1] = longer
        fits = len(lines) * size * 1.5 <= height / 3 and all(wide(line, size) <= width - size for line in lines)
        if fits or size <= SMALLEST:
            break
        size = max(SMALLEST, round(size * 0.8))
    step = round(size * 1.5)
    ink = np.zeros((min(height, step * len(lines) + size // 2), width), np.uint8)
    for number, line in enumerate(lines, 1):
        x = max(0, (width - wide(line, size)) // 2)
        cv2.putText(ink, line, (x, round(step * number - size * 0.1)), (255,), face, size, WEIGHT)
    return ink.astype(np.float32) / np.float32(255)
