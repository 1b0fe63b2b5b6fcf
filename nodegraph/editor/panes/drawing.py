"""Text and shapes on draw lists: how wide a text is, what of it fits, and the few signs that panes draw themselves."""

from __future__ import annotations

from collections.abc import Sequence

import dearpygui.dearpygui as dpg

from nodegraph.editor.shell import fonts

Colour = Sequence[int]
Point = tuple[float, float]
SMALL, PLAIN, LARGE = 12.0, 14.0, 16.0  # pixels
GUESS = 0.52  # of its height: how wide a letter is, until there is a font to ask
MORE = "…"


def text_width(text: str, size: float = PLAIN) -> float:
    """How wide a text is drawn at a size."""
    found = dpg.get_text_size(text) if dpg.is_dearpygui_running() else None
    if not found or not found[1]:
        return len(text) * size * GUESS
    return float(found[0]) * size / float(found[1])


def fitted(text: str, width: float, size: float = PLAIN) -> str:
    """As much of a text as fits, with three dots where it is cut."""
    if width <= 0:
        return ""
    if text_width(text, size) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle].rstrip() + MORE, size) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + MORE if low else ""


def wrapped(text: str, width: float, lines: int, size: float = PLAIN) -> list[str]:
    """A text in lines that fit, the last one cut if there is more."""
    rows: list[str] = []
    words = text.split()
    while words and len(rows) < lines:
        row = words.pop(0)
        while words and text_width(f"{row} {words[0]}", size) <= width:
            row += " " + words.pop(0)
        rows.append(row)
    if rows:
        rows[-1] = fitted(" ".join([rows[-1], *words]) if words else rows[-1], width, size)
    return rows


def paper(parent: int | str) -> int:
    """A part of a draw list on which one is as many pixels as the screen has it; the rest of this module draws there.

    The library makes places larger, but neither type nor lines nor corners: these are drawn larger here.
    """
    node = int(dpg.add_draw_node(parent=parent))
    scale = fonts.scale()
    dpg.apply_transform(node, dpg.create_scale_matrix([scale, scale, 1.0]))
    return node


def write(parent: int | str, at: Point, text: str, colour: Colour, size: float = PLAIN) -> int:
    """A line of text, its upper left corner at a place."""
    place, high = (round(at[0]), round(at[1])), size * fonts.scale()
    return int(dpg.draw_text(place, text, color=list(colour), size=high, parent=parent))


def write_right(parent: int | str, at: Point, text: str, colour: Colour, size: float = PLAIN) -> int:
    """A line of text that ends at a place."""
    return write(parent, (at[0] - text_width(text, size), at[1]), text, colour, size)


def write_centred(parent: int | str, at: Point, text: str, colour: Colour, size: float = PLAIN) -> int:
    """A line of text about a place."""
    return write(parent, (at[0] - text_width(text, size) / 2, at[1]), text, colour, size)


def box(
    parent: int | str, corner: Point, size: Point, fill: Colour, line: Colour | None = None, rounding: float = 3.0
) -> int:
    """A filled rectangle, with an outline if it has a colour for it."""
    end, edge = (corner[0] + size[0], corner[1] + size[1]), list(line or fill)
    scale = fonts.scale()
    return int(
        dpg.draw_rectangle(
            corner, end, fill=list(fill), color=edge, rounding=rounding * scale, thickness=scale, parent=parent
        )
    )


def diamond(parent: int | str, at: Point, half: float, fill: Colour) -> int:
    """A key."""
    x, y = at
    return int(
        dpg.draw_quad(
            (x, y - half), (x + half, y), (x, y + half), (x - half, y), fill=list(fill), color=list(fill), parent=parent
        )
    )


def badge(parent: int | str, corner: Point, text: str, colour: Colour, size: float = SMALL) -> float:
    """A word in a tinted pill; returns how wide it is."""
    width = text_width(text, size) + 12
    tint = [*colour[:3], 40]
    box(parent, corner, (width, size + 6), tint, tint, (size + 6) / 2)
    write(parent, (corner[0] + 6, corner[1] + 2), text, colour, size)
    return width


def inside(at: Point, item: int | str) -> bool:
    """True if a place in the window lies on an item that is on the screen."""
    if not dpg.does_item_exist(item) or not dpg.get_item_state(item).get("visible", True):  # child windows do not say
        return False
    left, top = dpg.get_item_rect_min(item)
    right, bottom = dpg.get_item_rect_max(item)
    return bool(left <= at[0] < right and top <= at[1] < bottom)


def local(at: Point, item: int | str) -> Point:
    """A place in the window, as seen from an item's upper left corner, on its paper."""
    left, top = dpg.get_item_rect_min(item)
    scale = fonts.scale()
    return (at[0] - left) / scale, (at[1] - top) / scale


def sheet(parent: int | str, width: float, height: float) -> tuple[int, int]:
    """A draw list that can be put anywhere, and what to move for it: by itself it knows no place."""
    holder, scale = int(dpg.add_group(parent=parent, pos=(0, 0))), fonts.scale()
    return int(dpg.add_drawlist(int(width * scale), int(height * scale), parent=holder)), holder
