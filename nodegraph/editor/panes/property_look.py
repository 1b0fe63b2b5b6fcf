"""How knobs look: the themes of fields by how a knob stands, sizes, and numbers as wide as their field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.panels.fields import exact
from nodegraph.editor.panels.keys import State
from nodegraph.editor.shell import fonts
from nodegraph.editor.shell.theme import (
    ACCENT,
    ACCENT_DIM,
    ANIMATED,
    BRIGHT,
    CLEAR,
    FAINT,
    HOVERED,
    KEYED,
    PANEL,
    RAISED,
    SUNK,
    TEXT,
    Colour,
)

LINKED: Colour = (66, 50, 92, 255)  # violet: a knob that follows another
CARD: Colour = (45, 45, 48, 255)  # the ground of a node's panel
QUIET: Colour = (166, 166, 172, 255)  # the label of a knob that nobody turned

LABEL = 112  # widths, before scaling
KEYS = 42
NUMBER = 74
SWATCH = 21
ICON = 22
GAP = 4
FEW = 6  # letters of a number that cannot be shown exactly
CELL = 5
EDGE = 8  # from the edge of a card to what is in it

GROUNDS: dict[State, tuple[Colour, Colour]] = {
    State.DEFAULT: (SUNK, TEXT),
    State.SET: (SUNK, BRIGHT),
    State.ANIMATED: (ANIMATED, BRIGHT),
    State.KEYED: (KEYED, BRIGHT),
    State.LINKED: (LINKED, TEXT),
}
FIELDS: dict[State, int] = {state: 4_300_000_001 + at for at, state in enumerate(State)}
BROKEN = 4_300_000_010
CARD_THEME = 4_300_000_011
NAME_THEME = 4_300_000_012
ROWS_THEME = 4_300_000_013
SIGN_THEME = 4_300_000_014
SIGN_ON = 4_300_000_015
SECTION_THEME = 4_300_000_016
SLIDER_THEME = 4_300_000_017
BAR_FIELD = 4_300_000_018
TIP_THEME = 4_300_000_019
LINK_THEME = 4_300_000_020
SIGN_OFF = 4_300_000_021


def scale() -> float:
    """How much larger than drawn everything is: the type's size says it."""
    return float(dpg.get_item_configuration(fonts.TEXT)["size"]) / fonts.FACES[fonts.TEXT][1]


def build() -> None:
    """Make the themes of the properties, once a window."""
    if dpg.does_item_exist(CARD_THEME):
        return
    for state, (ground, ink) in GROUNDS.items():
        _field(FIELDS[state], ground, ink)
    _field(BAR_FIELD, PANEL, BRIGHT)
    _field(BROKEN, (84, 34, 32, 255), BRIGHT)
    _theme(CARD_THEME, {"ChildBg": CARD, "Border": CLEAR}, {"WindowPadding": (0, 0), "ItemSpacing": (4, 3)})
    _theme(NAME_THEME, {"FrameBg": CLEAR, "FrameBgHovered": HOVERED, "Text": BRIGHT}, {"FramePadding": (4, 3)})
    _theme(
        ROWS_THEME,
        {"TableBorderLight": CLEAR, "TableBorderStrong": CLEAR},
        {"CellPadding": (CELL, 2), "ItemSpacing": (GAP, 3), "FramePadding": (6, 3)},
    )
    sign = {"FramePadding": (4, 4)}
    _theme(SIGN_THEME, {"Button": CLEAR, "ButtonHovered": HOVERED, "Text": FAINT}, sign)
    off = {"Button": CLEAR, "ButtonHovered": CLEAR, "ButtonActive": CLEAR, "Text": (84, 84, 90, 255)}
    _theme(SIGN_OFF, off, sign)
    _theme(SIGN_ON, {"Button": ACCENT_DIM, "ButtonHovered": ACCENT_DIM, "Text": ACCENT}, sign)
    _theme(TIP_THEME, {"PopupBg": (26, 26, 28, 250)}, {"WindowPadding": (10, 8), "ItemSpacing": (6, 5)})
    link = {"Button": LINKED, "ButtonHovered": (88, 68, 122, 255), "Text": TEXT}
    _theme(LINK_THEME, link, {"FramePadding": (6, 3), "ButtonTextAlign": (0, 0.5)})
    section = {"Header": RAISED, "HeaderHovered": HOVERED, "HeaderActive": HOVERED, "Text": TEXT}
    _theme(SECTION_THEME, section, {"FramePadding": (6, 2)})
    _theme(
        SLIDER_THEME,
        {"SliderGrab": (128, 128, 136, 255), "SliderGrabActive": ACCENT, "FrameBg": SUNK, "FrameBgActive": SUNK},
        {"GrabMinSize": (6, 0), "FramePadding": (2, 3)},
    )


def _field(tag: int, ground: Colour, ink: Colour) -> None:
    lit = tuple(min(255, part + 12) for part in ground[:3])
    _theme(
        tag,
        {"FrameBg": ground, "FrameBgHovered": (*lit, 255), "FrameBgActive": (*lit, 255), "Text": ink},
        {"FramePadding": (6, 3)},
    )


def _theme(tag: int, colours: dict[str, Any], styles: Mapping[str, tuple[float, float]]) -> None:
    times = scale()
    with dpg.theme(tag=tag), dpg.theme_component(dpg.mvAll):
        for name, colour in colours.items():
            dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), colour)
        for name, (x, y) in styles.items():
            dpg.add_theme_style(getattr(dpg, f"mvStyleVar_{name}"), x * times, y * times)


def number_text(value: float, most: int, unit: str = "") -> str:
    """A number exactly if that takes no more letters, else in a few; its unit behind it if there is room."""
    text = exact(value)
    if len(text) > most:
        text = _rounded(value, min(most, FEW))
    space = "" if unit[:1] in ("°", "%") else " "
    short = unit.split(" ")[0] if unit.startswith("%") else unit
    return f"{text}{space}{short}" if unit and len(text) + len(space + short) <= most + 1 else text


def _rounded(value: float, most: int) -> str:
    size = math.floor(math.log10(abs(value))) if value else 0
    if size >= most or size < -4:
        digits, _, power = f"{value:.{max(1, most - 6)}e}".partition("e")
        return f"{digits.rstrip('0').rstrip('.')}e{int(power)}"
    places = max(0, most - 2 - max(size, 0) - (value < 0))
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def pure(text: str, unit: str) -> str:
    """The number of a field's text without the unit."""
    bare = text.strip()
    return bare.removesuffix(unit.split(" ")[0] if unit.startswith("%") else unit).strip() if unit else bare


def seen(parts: tuple[float, ...]) -> Colour:
    """A colour of the working space about as a screen shows it, for swatches; what is brighter than white is white."""
    shown = [_encoded(part) for part in parts[:3]]
    return shown[0], shown[1], shown[2], 255


def _encoded(part: float) -> int:
    part = min(1.0, max(0.0, part))
    lit = 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
    return round(255 * lit)


def bent(part: float) -> float:
    """A part of a colour as the colour picker holds it."""
    return _encoded(part) / 255


def straight(part: float) -> float:
    """A part of a colour back from the colour picker."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
