"""The window's type: Roboto for words and numbers (its digits are of one width), Font Awesome for signs."""

from __future__ import annotations

from pathlib import Path

import dearpygui.dearpygui as dpg

TYPE = Path(__file__).parent / "type"
REGULAR, MEDIUM, SIGNS = "Roboto-Regular.ttf", "Roboto-Medium.ttf", "fa-solid-900.ttf"

# Tags, for dpg.bind_item_font.
TEXT, SMALL, BOLD, LARGE, ICONS, ICONS_SMALL, ICONS_LARGE = range(4_100_000_001, 4_100_000_008)

FACES: dict[int, tuple[str, int]] = {
    TEXT: (REGULAR, 15),
    SMALL: (REGULAR, 13),
    BOLD: (MEDIUM, 15),
    LARGE: (MEDIUM, 22),
    ICONS: (SIGNS, 14),
    ICONS_SMALL: (SIGNS, 11),
    ICONS_LARGE: (SIGNS, 24),
}


def scale() -> float:
    """Pixels for one, as the type was loaded."""
    return float(dpg.get_item_configuration(TEXT)["size"]) / FACES[TEXT][1] if dpg.does_item_exist(TEXT) else 1.0


def px(size: float) -> int:
    """A size as it is drawn at this scale."""
    return round(size * scale())


def build(scale: float = 1.0) -> None:
    """Load all faces, and set text in Roboto."""
    with dpg.font_registry():
        for tag, (file, size) in FACES.items():
            dpg.add_font(str(TYPE / file), round(size * scale), tag=tag)
    dpg.bind_font(TEXT)
