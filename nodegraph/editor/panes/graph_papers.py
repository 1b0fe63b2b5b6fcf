"""Backdrops behind the nodes, notes between them, and the grid under all."""

from __future__ import annotations

import math
from collections.abc import Mapping

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas.scene import Item, Key, NoteItem, PanelItem
from nodegraph.editor.canvas.shapes import CORNER, LINE, TITLE_BAR
from nodegraph.editor.canvas.view import View
from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_ink import faded, ink, mixed
from nodegraph.graph.layout import Point

LABEL, WORDS = 17.0, 14.0
LEAST_LABEL = 11.0  # pixels: a backdrop's label can be read from far away
LEAST_WORDS = 5.0
STEP, FINEST = 100.0, 40.0  # of the grid: in the graph at 100 %, and the fewest pixels
LINES = 72
GRID_INK = (255, 255, 255, 9)


class Papers:
    """Backdrops or notes: few, so each is drawn anew whenever it is another."""

    def __init__(self, parent: int) -> None:
        self.root = dpg.add_draw_node(parent=parent)
        self._drawn: dict[Key, int] = {}
        self._words: dict[Key, list[tuple[int, float, str, float]]] = {}
        self._view = View()

    def told(self, items: Mapping[Key, Item | None]) -> None:
        """Those that are new, other, elsewhere or gone."""
        for key, item in items.items():
            old = self._drawn.pop(key, None)
            self._words.pop(key, None)
            if isinstance(item, PanelItem):
                self._drawn[key] = self._panel(key, item, old)
            elif isinstance(item, NoteItem):
                self._drawn[key] = self._note(key, item, old)
            if old is not None:
                dpg.delete_item(old)

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
                size = max(LEAST_LABEL * unit, size * zoom)
                text = inks.cut(text, room * zoom, size)
                dpg.configure_item(word, size=size, text=text, show=bool(text))
            else:
                dpg.configure_item(word, size=size * zoom, show=size * zoom >= LEAST_WORDS * unit)

    def _panel(self, key: Key, item: PanelItem, old: int | None) -> int:
        (left, top), (width, height) = item.place, item.look.size
        own = ink(item.look.colour)
        root = int(dpg.add_draw_node(parent=self.root, before=old or 0))
        edge = inks.ACCENT if item.look.selected else faded(mixed(own, inks.LIGHT, 0.25), 150)
        dpg.draw_rectangle(
            (left, top), (left + width, top + height), color=inks.CLEAR, fill=faded(own, 92), parent=root
        )
        dpg.draw_rectangle(
            (left, top), (left + width, top + TITLE_BAR), color=inks.CLEAR, fill=faded(own, 150), parent=root
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
        colour = mixed(own, inks.LIGHT, 0.72)
        word = dpg.draw_text((left + 9, top + (TITLE_BAR - LABEL) / 2 - 1), "", color=colour, size=LABEL, parent=root)
        self._words[key] = [(word, LABEL, item.look.label, width - 14)]
        self._sized(key)
        return root

    def _note(self, key: Key, item: NoteItem, old: int | None) -> int:
        (left, top), (width, height) = item.place, item.look.size
        own = ink(item.look.colour)
        root = int(dpg.add_draw_node(parent=self.root, before=old or 0))
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
