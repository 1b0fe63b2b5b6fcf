"""Colours and letters as the canvas draws them."""

from __future__ import annotations

from functools import lru_cache

import dearpygui.dearpygui as dpg

from nodegraph.editor.shell import theme

Ink = tuple[int, int, int, int]

CLEAR: Ink = (0, 0, 0, 0)
MANY = 32
WIDEST_LETTER = 0.6  # of the letter's height, where the font cannot be asked yet


@lru_cache(maxsize=512)
def ink(colour: str, alpha: int = 255) -> Ink:
    """A colour of the graph, #rrggbb."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16), alpha


def faded(colour: Ink, alpha: int) -> Ink:
    """The same, seen through."""
    return colour[0], colour[1], colour[2], alpha


def mixed(one: Ink, other: Ink, share: float) -> Ink:
    """One colour with a share of another."""
    r, g, b = (round(a + (b - a) * share) for a, b in zip(one[:3], other[:3], strict=True))
    return r, g, b, one[3]


def is_light(colour: Ink) -> bool:
    """True if dark letters read better on it."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] > 150


BACKGROUND = mixed(theme.BACKGROUND, theme.PANEL, 0.35)
PANEL = theme.PANEL
RAISED = theme.RAISED
LINE = theme.LINE
TEXT = theme.TEXT
FAINT = theme.FAINT
ACCENT = theme.ACCENT
ACCENT_DIM = theme.ACCENT_DIM
GOOD = theme.GOOD
BAD = theme.BAD
DARK: Ink = (18, 18, 20, 255)
LIGHT: Ink = (255, 255, 255, 255)


@lru_cache(maxsize=1024)
def _letter(letter: str) -> float:
    """How wide a letter is, its height being 1; 0 if the font cannot be asked yet."""
    size = dpg.get_text_size(letter * MANY)  # widths are rounded up to whole pixels
    return size[0] / size[1] / MANY if size and size[1] else 0.0


def text_width(text: str, size: float) -> float:
    """How wide a line is in letters of a size."""
    widths = [_letter(letter) for letter in text]
    if not all(widths):
        _letter.cache_clear()
        return len(text) * WIDEST_LETTER * size
    return sum(widths) * size


@lru_cache(maxsize=4096)
def _cut(text: str, width: int, size: int) -> str:
    for length in range(len(text) - 1, 0, -1):
        short = text[:length].rstrip() + "…"
        if text_width(short, size) <= width:
            return short
    return ""


def cut(text: str, width: float, size: float) -> str:
    """A line, or its beginning where it is too long for its room."""
    return text if text_width(text, size) <= width else _cut(text, int(width), int(size))
