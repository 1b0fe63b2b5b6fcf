"""Burn-in: frame, shot and version drawn into a picture for review."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from nodegraph.data.errors import MediaError
from nodegraph.data.image import Pixels

SHARE = 0.028  # of the picture's height: legible on a phone, small on a cinema screen
MARGIN = 0.6  # of the letter height
WEIGHT = 500
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
