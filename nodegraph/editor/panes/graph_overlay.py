"""What lies over the canvas while a hand is at work: boxes, loose wires, ports that light up, words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas import colours
from nodegraph.editor.canvas.hit import spot_place
from nodegraph.editor.canvas.scene import NodeItem
from nodegraph.editor.canvas.shapes import Bend, Spot
from nodegraph.editor.canvas.view import Rect, View
from nodegraph.editor.canvas.wiring import Ends
from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_ink import faded, ink
from nodegraph.graph.layout import Point

WORDS = 13.0
LINE = 17.0
WIDE = 52  # letters in a line
ASIDE = (16.0, 18.0)  # from the cursor
VEIL = 150  # how dark what cannot be wired becomes
NOWHERE = (-10.0, -10.0)
Lights = list[tuple[NodeItem, Spot]]


class Overlay:
    """Over the drawlist of the canvas; `glow` is a draw node that has its matrix."""

    def __init__(self, drawlist: int, glow: int, unit: float = 1.0) -> None:
        self._unit = unit
        self.root = dpg.add_draw_node(parent=drawlist)
        self._glow = glow
        self._veils = dpg.add_draw_node(parent=glow)
        self._rings = dpg.add_draw_node(parent=glow)
        self._wire = dpg.draw_bezier_cubic(
            NOWHERE, NOWHERE, NOWHERE, NOWHERE, show=False, parent=glow, thickness=2.5 * unit
        )
        self._frame = dpg.draw_rectangle(
            NOWHERE, NOWHERE, show=False, parent=glow, color=inks.ACCENT, thickness=2 * unit
        )
        self._lines = [
            dpg.draw_line(NOWHERE, NOWHERE, color=faded(inks.ACCENT, 120), show=False, parent=self.root)
            for _ in range(2)
        ]
        self._box = dpg.draw_rectangle(
            NOWHERE, NOWHERE, color=faded(inks.ACCENT, 220), fill=faded(inks.ACCENT, 26), show=False, parent=self.root
        )
        self._end = dpg.draw_circle(NOWHERE, 5.0 * unit, show=False, parent=self.root)
        self._card = dpg.add_draw_node(parent=self.root, show=False)
        self._ground = dpg.draw_rectangle(NOWHERE, NOWHERE, rounding=4 * unit, parent=self._card)
        self._texts = [dpg.draw_text(NOWHERE, "", size=WORDS * unit, parent=self._card) for _ in range(8)]
        self._said: tuple[str, bool] = ("", False)

    def clear(self) -> None:
        """The hand is done."""
        for item in (self._wire, self._frame, self._box, self._end, self._card, *self._lines):
            dpg.configure_item(item, show=False)
        dpg.delete_item(self._veils, children_only=True)
        dpg.delete_item(self._rings, children_only=True)
        self._said = ("", False)

    # -- selecting, moving -------------------------------------------------------------------------------

    def box(self, box: Rect) -> None:
        """The box of a box select, in pixels."""
        dpg.configure_item(self._box, pmin=(box.left, box.top), pmax=(box.right, box.bottom), show=True)

    def guides(self, x: float | None, y: float | None, view: View, size: Point) -> None:
        """The lines that a drag has snapped to."""
        across, down = view.to_screen((x or 0.0, y or 0.0))
        dpg.configure_item(self._lines[0], p1=(across, 0), p2=(across, size[1]), show=x is not None)
        dpg.configure_item(self._lines[1], p1=(0, down), p2=(size[0], down), show=y is not None)

    # -- wiring ------------------------------------------------------------------------------------------

    def loose(self, curve: Bend, type: str, refused: bool, end: Point) -> None:
        """The wire in the hand; `end` is its loose end in pixels."""
        colour = inks.BAD if refused else ink(colours.of_type(type))
        dpg.configure_item(
            self._wire, **dict(zip(("p1", "p2", "p3", "p4"), curve, strict=True)), color=colour, show=True
        )
        dpg.configure_item(self._end, center=end, color=inks.DARK, fill=colour, show=True)

    def into(self, curve: Bend | None, type: str = "") -> None:
        """The wire that a node would go into if it was let go here."""
        if curve is None:
            dpg.configure_item(self._wire, show=False)
            return
        colour = inks.ACCENT if type != "no" else inks.BAD
        dpg.configure_item(
            self._wire, **dict(zip(("p1", "p2", "p3", "p4"), curve, strict=True)), color=colour, show=True
        )

    def lights(self, nodes: Mapping[str, NodeItem], lit: Ends, *, inputs: bool, view: View) -> None:
        """Ring the ports that may be wired, and veil the nodes that have none."""
        self.dark()
        for name, item in nodes.items():
            spots = [spot for spot in (item.look.ins if inputs else item.look.outs) if (name, spot.port) in lit]
            if not spots:
                (left, top), (width, height) = item.place, item.look.size
                dpg.draw_rectangle(
                    (left - 1, top - 1),
                    (left + width + 1, top + height + 1),
                    color=inks.CLEAR,
                    fill=faded(inks.BACKGROUND, VEIL),
                    parent=self._veils,
                )
            for spot in spots:
                colour = ink(colours.of_type(spot.type))
                at = spot_place(item, spot)
                radius = max(4.0 * view.unit, 7.5 * view.zoom)
                dpg.draw_circle(at, radius, color=faded(colour, 110), thickness=3 * view.unit, parent=self._rings)
                dpg.draw_circle(
                    at, max(2.5 * view.unit, 4.5 * view.zoom), color=inks.LIGHT, fill=colour, parent=self._rings
                )

    def dark(self) -> None:
        """No port is lit."""
        dpg.delete_item(self._veils, children_only=True)
        dpg.delete_item(self._rings, children_only=True)

    def frame(self, box: Rect | None) -> None:
        """A frame around the node that a wire would go to."""
        if box is None:
            dpg.configure_item(self._frame, show=False)
            return
        dpg.configure_item(
            self._frame, pmin=(box.left - 2, box.top - 2), pmax=(box.right + 2, box.bottom + 2), show=True
        )

    # -- words -------------------------------------------------------------------------------------------

    def words(self, at: Point, text: str, size: Point, complaint: bool = False) -> None:
        """Words beside the cursor, kept within a canvas of a size; none to take them away."""
        if not text:
            if self._said[0]:
                dpg.configure_item(self._card, show=False)
            self._said = ("", False)
            return
        lines = list(_wrapped(text))[: len(self._texts)]
        if self._said != (text, complaint):
            self._said = (text, complaint)
            colour = inks.BAD if complaint else inks.LINE
            dpg.configure_item(self._ground, color=colour, fill=faded(inks.RAISED, 244))
            for index, drawn in enumerate(self._texts):
                line = lines[index] if index < len(lines) else ""
                colour = inks.TEXT if index == 0 or complaint else inks.FAINT
                dpg.configure_item(drawn, text=line, color=colour, show=bool(line))
        unit = self._unit
        wide = max(inks.text_width(line, WORDS * unit) for line in lines) + 18 * unit
        high = (len(lines) * LINE + 11) * unit
        left = min(at[0] + ASIDE[0] * unit, size[0] - wide - 4 * unit)
        top = at[1] + ASIDE[1] * unit
        if top + high > size[1] - 4 * unit:
            top = at[1] - high - 10 * unit
        dpg.configure_item(self._ground, pmin=(left, top), pmax=(left + wide, top + high))
        for index in range(len(lines)):
            dpg.configure_item(self._texts[index], pos=(left + 9 * unit, top + (5 + index * LINE) * unit))
        dpg.configure_item(self._card, show=True)


def _wrapped(text: str) -> Iterable[str]:
    for line in text.split("\n"):
        yield from textwrap.wrap(line, WIDE) or [""]
