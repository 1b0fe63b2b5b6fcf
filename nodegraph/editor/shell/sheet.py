"""A window over the window, in which something is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.shell import fonts, theme

EDGE = 4  # pixels that a sheet keeps from the edge of the window
TALL = 2000  # pixels: taller than any that grows with what is in it


@contextmanager
def card(width: int, height: int = 0, **how: Any) -> Iterator[int]:
    """A window without a frame, which no hand moves. Without a height it grows with what is in it."""
    size: dict[str, Any] = {"width": width, "height": height}
    if not height:
        size = {"autosize": True, "min_size": (width, 10), "max_size": (width, TALL)}
    bare = dict.fromkeys(("no_title_bar", "no_resize", "no_move", "no_saved_settings"), True)
    with dpg.window(**bare, **size, **how) as window:
        dpg.bind_item_theme(window, theme.SHEET)
        yield int(window)


@contextmanager
def sheet(title: str, width: int, height: int = 0, *, top: int | None = None, **how: Any) -> Iterator[int]:
    """A modal card with a title, in the middle; never larger than the window."""
    across, down = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
    width, height = min(width, across - 2 * EDGE), min(height, down - 2 * EDGE)
    place = max(0, (across - width) // 2), max(0, (down - height) // 2 if height else down // 4) if top is None else top
    with card(width, height, modal=True, pos=place, **how) as window:
        dpg.bind_item_font(dpg.add_text(title, color=theme.BRIGHT), fonts.BOLD)
        yield window
