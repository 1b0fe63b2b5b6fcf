"""Backdrops behind the nodes, notes between them, and the grid under all.

What is written on a backdrop lies over the wires, on a plate in the colour that is there: no wire goes through letters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.scene import Item, Key, NoteItem, PanelItem
from nodegraph.editor.canvas.shapes import CORNER, LINE, TITLE_BAR
from nodegraph.editor.canvas.view import View, at_corner
from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_ink import Ink, faded, ink, mixed
from nodegraph.editor.shell import theme
from nodegraph.graph.layout import Point

LABEL, WORDS = 17.0, 14.0
LEAST_LABEL = 11.0  # pixels: a backdrop's label can be read from far away
LEAST_WORDS = 5.0
STEP, FINEST = 100.0, 40.0  # of the grid: in the graph at 100 %, and the fewest pixels
LINES = 72
FILL, BAR = 92, 150  # how much of a backdrop's colour is on its ground, and once more on its title bar
PLATE = 225  # how much a plate hides of the wires under it
GRID_INK = (255, 255, 255, 9)


def grounded(over: Ink, ground: Ink, alpha: int = FILL) -> Ink:
    """The colour that is seen where one lies thinly over another."""
    return mixed(ground, over, alpha / 255)


class Papers:
    """Backdrops or notes: few, so each is drawn anew whenever it is another. Titles are in a draw node of their own."""

    def __init__(self, parent: int) -> None:
        self.root = dpg.add_draw_node(parent=parent)
        self.titles = 0  # where backdrops have theirs
        self._drawn: dict[Key, tuple[int, ...]] = {}
        self._words: dict[Key, list[tuple[int, float, str, float]]] = {}
        self._plates: dict[Key, tuple[int, Point]] = {}
        self._panels: dict[Key, PanelItem] = {}
        self._view = View()

    def told(self, items: Mapping[Key, Item | None]) -> None:
        """Those that are new, other, elsewhere or gone."""
        for key, item in items.items():
            old = self._drawn.pop(key, ())
            for rows in (self._words, self._plates):
                rows.pop(key, None)
            if isinstance(item, PanelItem):
                self._panels[key] = item
                self._drawn[key] = self._panel(key, item, old)
            elif isinstance(item, NoteItem):
                self._drawn[key] = (self._note(key, item, old),)
            else:
                self._panels.pop(key, None)
            for each in old:
                dpg.delete_item(each)

    def ground(self, at: Point) -> Ink:
        """The colour that is seen at a place where no node is."""
        found = theme.BACKGROUND
        for item in self._panels.values():
            if at_corner(item.place, item.look.size).holds(at):
                found = grounded(ink(item.look.colour), found)
        return found

    def zoomed(self, view: View) -> None:
        """Letters for a zoom."""
        before, self._view = self._view, view
        if (view.zoom, view.unit) != (before.zoom, before.unit):
            for key in self._words:
                self._sized(key)

    def _sized(self, key: Key) -> None:
        zoom, unit = self._view.zoom, self._view.unit
        for word, size, text, room in self._words[key]:
            if key.layer == "backdrop":
                shown = max(LEAST_LABEL * unit, size * zoom)
                text = inks.cut(text, room * zoom, shown)
                dpg.configure_item(word, size=shown, text=text, show=bool(text))
                plate, (left, top) = self._plates[key]
                right = left + inks.text_width(text, shown) / zoom + 4
                near = bool(text) and size * zoom >= LEAST_LABEL * unit
                dpg.configure_item(plate, pmin=(left - 4, top), pmax=(right, top + size + 5), show=near)
            else:
                dpg.configure_item(word, size=size * zoom, show=size * zoom >= LEAST_WORDS * unit)

    def _panel(self, key: Key, item: PanelItem, old: tuple[int, ...]) -> tuple[int, ...]:
        (left, top), (width, height) = item.place, item.look.size
        own = ink(item.look.colour)
        root = int(dpg.add_draw_node(parent=self.root, before=old[0] if old else 0))
        edge = inks.ACCENT if item.look.selected else faded(mixed(own, inks.LIGHT, 0.25), 150)
        for bottom, alpha in ((top + height, FILL), (top + TITLE_BAR, BAR)):
            dpg.draw_rectangle(
                (left, top), (left + width, bottom), color=inks.CLEAR, fill=faded(own, alpha), parent=root
            )
        dpg.draw_rectangle(
            (left, top),
            (left + width, top + height),
            color=edge,
            thickness=1.6 if item.look.selected else 1.0,
            parent=root,
        )
        right, bottom = left + width - 3, top + height - 3
        for reach in (CORNER - 3, CORNER - 7):
            dpg.draw_line((right - reach, bottom), (right, bottom - reach), color=edge, parent=root)
        title = int(dpg.add_draw_node(parent=self.titles, before=old[1] if old else 0))
        corner = left + 9, top + (TITLE_BAR - LABEL) / 2 - 1
        ground = grounded(own, self.ground((left + 1, top + 1)), BAR)
        plate = dpg.draw_rectangle(corner, corner, color=inks.CLEAR, fill=faded(ground, PLATE), parent=title)
        word = dpg.draw_text(corner, "", color=mixed(own, inks.LIGHT, 0.72), size=LABEL, parent=title)
        self._words[key] = [(word, LABEL, item.look.label, width - 14)]
        self._plates[key] = plate, corner
        self._sized(key)
        return root, title

    def _note(self, key: Key, item: NoteItem, old: tuple[int, ...]) -> int:
        (left, top), (width, height) = item.place, item.look.size
        own = ink(item.look.colour)
        root = int(dpg.add_draw_node(parent=self.root, before=old[0] if old else 0))
        edge = inks.ACCENT if item.look.selected else mixed(own, inks.LIGHT, 0.18)
        dpg.draw_rectangle(
            (left + 2, top + 3), (left + width + 2, top + height + 3), color=inks.CLEAR, fill=(0, 0, 0, 60), parent=root
        )
        dpg.draw_rectangle((left, top), (left + width, top + height), color=edge, fill=own, parent=root)
        letters = inks.DARK if inks.is_light(own) else (236, 226, 190, 255)
        self._words[key] = [
            (
                dpg.draw_text((left + 8, top + 6 + index * LINE), line, color=letters, size=WORDS, parent=root),
                WORDS,
                line,
                width,
            )
            for index, line in enumerate(item.look.text.split("\n"))
        ]
        self._sized(key)
        return root


class Ground:
    """The grid: as many lines as the canvas needs, moved by one matrix.

    Each is filled, one pixel wide: what is drawn as a line is three wide, for soft edges.
    """

    def __init__(self, parent: int) -> None:
        self.root = dpg.add_draw_node(parent=parent)
        corner = (0.0, 0.0)
        self._across, self._down = (
            [
                dpg.draw_rectangle(corner, corner, color=inks.CLEAR, fill=GRID_INK, show=False, parent=self.root)
                for _ in range(LINES)
            ]
            for _ in range(2)
        )
        self._room = (0, 0, 0.0)

    def show(self, view: View, size: Point) -> None:
        """The lines of a view; from far away every fifth of them alone."""
        step = STEP
        while step * view.zoom < FINEST * view.unit:
            step *= 5
        pixels = step * view.zoom
        scale = pixels / STEP
        columns, rows = (min(LINES, math.ceil(length / pixels) + 2) for length in size)
        if (columns, rows, scale) != self._room:
            self._room = columns, rows, scale
            wide = max(1.0, round(view.unit)) / scale
            for index in range(LINES):
                at = index * STEP
                dpg.configure_item(
                    self._across[index], pmin=(at, 0), pmax=(at + wide, rows * STEP), show=index < columns
                )
                dpg.configure_item(self._down[index], pmin=(0, at), pmax=(columns * STEP, at + wide), show=index < rows)
        across, down = (round(-(place * view.zoom) % pixels - pixels) for place in (view.x, view.y))
        dpg.apply_transform(
            self.root,
            dpg.create_translation_matrix([across, down, 0.0]) * dpg.create_scale_matrix([scale, scale, 1.0]),
        )
