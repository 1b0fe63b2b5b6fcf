"""One node, dot or wire on the screen. It is made when it is first seen, and then only moved.

The matrix of the canvas enlarges places, but no letters, radii and corners: those are told again at another zoom.
"""

from __future__ import annotations

import math
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.canvas import colours
from nodegraph.editor.canvas.scene import NodeItem, WireItem
from nodegraph.editor.canvas.shapes import DOT_RADIUS, HEIGHT, NodeLook, Spot
from nodegraph.editor.canvas.view import Detail, Rect
from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_ink import Ink, faded, ink, mixed

TITLE, SMALL, TINY = 15.0, 11.0, 10.0
PORT = 4.5
ROUND = 4.0  # corners of a node
SQUARE = 1.2  # up to this zoom the line around a node covers the corners of a square ground
CORNERS = 8  # of a port, as many as can be told apart at that size
PLATE = 215  # how much is hidden of a wire that goes through letters
SHADE, LIT = (0, 0, 0), (255, 255, 255, 34)
SHADOWS = ((0.0, 2.0, 2.0, 70), (2.0, 3.5, 1.5, 34))  # from, to below a node, how much shorter at its ends, how dark
BADGE = 6.5
TAG = 16.0
MOST_ROWS = 3  # of names of ports, one over the other
OFF = 0.62  # how much of its colour a disabled node loses
WIRE = {Detail.PORTS: 1.0, Detail.FULL: 2.0}


class NodeDrawing:
    """A node or a dot; `side` is what is written beside it."""

    def __init__(
        self, parent: int, item: NodeItem, side: tuple[str, ...] = (), texture: int = 0, unit: float = 1.0
    ) -> None:
        self.root = dpg.add_draw_node(parent=parent)
        self._unit = unit
        self.fine = 0
        self._scaled: list[tuple[int, str, float]] = []
        self._fine_scaled: list[tuple[int, str, float]] = []
        self._ports: list[int] = []
        self._grounds: tuple[
            int, ...
        ] = ()  # of a node: what is filled, the light on its upper edge, the line around it
        self._size = item.look.size
        self.beside: Rect | None = None  # where something is written beside it
        self._plate = 0
        self._plated: Ink | None = None
        self._line = 1.0  # how thick the one around it is
        self._at = (0.0, 0)  # zoom and detail that it is drawn for
        if item.look.dot:
            self._dot(item.look)
        else:
            self._node(item.look, side, texture)
        self.place(item)

    def place(self, item: NodeItem) -> None:
        """Stand elsewhere."""
        dpg.apply_transform(self.root, dpg.create_translation_matrix([item.place[0], item.place[1], 0.0]))

    def zoomed(self, zoom: float, detail: Detail) -> None:
        """Letters and round things for a zoom."""
        if self._at == (zoom, detail):
            return
        self._at = (zoom, detail)
        for drawn, field, size in self._scaled:
            dpg.configure_item(drawn, **{field: size * zoom})
        small = zoom <= SQUARE
        for port in self._ports:
            dpg.configure_item(port, segments=CORNERS if small else 0)
        if self._grounds:
            self._filled(zoom, small)
        if self.fine:
            full = detail is Detail.FULL
            dpg.configure_item(self.fine, show=full)
            for drawn, field, size in self._fine_scaled if full else ():
                dpg.configure_item(drawn, **{field: size * zoom})

    def _filled(self, zoom: float, small: bool) -> None:
        """A ground with square corners costs half of one with round ones: it lies within the line around the node."""
        (width, height), pixel = self._size, 1 / zoom
        ground, light, line = self._grounds
        thin = self._thick(1.0)
        inset = (thin / 2 + 0.25) * pixel if small else 0.0
        dpg.configure_item(
            ground,
            pmin=(inset, inset),
            pmax=(width - inset, height - inset),
            rounding=0.0 if small else ROUND * zoom,
        )
        dpg.configure_item(light, pmin=(6.0, thin * pixel), pmax=(width - 6.0, 2 * thin * pixel))
        inset = (1 - self._line % 2) * pixel / 2  # the library draws a line of one pixel sharp; one of two lies between
        dpg.configure_item(line, pmin=(inset, inset), pmax=(width - inset, height - inset))

    def _thick(self, thickness: float) -> float:
        """Whole pixels: only those are drawn as a textured line, with a third of the triangles."""
        return max(1.0, float(round(thickness * self._unit)))

    def remove(self) -> None:
        dpg.delete_item(self.root)

    # -- what it looks like ------------------------------------------------------------------------------

    def _dot(self, look: NodeLook) -> None:
        middle = (DOT_RADIUS, DOT_RADIUS)
        colour = ink(colours.of_type(look.ins[0].type)) if look.ins else ink(look.colour)
        fill = mixed(colour, inks.BACKGROUND, 0.25 if not look.disabled else OFF)
        if look.selected:
            ring = dpg.draw_circle(middle, 1.0, color=inks.ACCENT, thickness=2.0 * self._unit, parent=self.root)
            self._scaled.append((ring, "radius", DOT_RADIUS + 1.5))
        body = dpg.draw_circle(middle, 1.0, color=inks.DARK, fill=fill, parent=self.root)
        self._scaled.append((body, "radius", DOT_RADIUS - 1.5))
        self._tags(look, 2 * DOT_RADIUS)

    def _node(self, look: NodeLook, side: tuple[str, ...], texture: int) -> None:
        width, height = look.size
        own = ink(look.colour)
        fill = mixed(own, inks.BACKGROUND, OFF) if look.disabled else own
        letters = inks.DARK if inks.is_light(fill) else inks.TEXT
        if look.disabled:
            letters = mixed(letters, fill, 0.45)
        edge, thickness = (inks.DARK, 1.0)
        if look.marks.error:
            edge, thickness = inks.BAD, 2.0
        if look.selected:
            fill = mixed(fill, inks.LIGHT, 0.12)
            edge, thickness = inks.ACCENT, 3.0
        self.fine = dpg.add_draw_node(parent=self.root)
        self._shadow(width, height)
        whole = (0.0, 0.0), (width, height)
        ground = dpg.draw_rectangle(*whole, color=inks.CLEAR, fill=fill, parent=self.root)
        light = dpg.draw_rectangle(*whole, color=inks.CLEAR, fill=LIT, parent=self.root)
        self._line = self._thick(thickness)
        line = dpg.draw_rectangle(*whole, color=edge, rounding=ROUND, thickness=self._line, parent=self.root)
        self._scaled.append((line, "rounding", ROUND))
        self._grounds = ground, light, line
        right = width - 9.0
        if look.marks.error:
            right = self._error(right)
        elif look.marks.cached:
            badge = dpg.draw_circle((right, HEIGHT / 2), 1.0, color=inks.CLEAR, fill=inks.GOOD, parent=self.root)
            self._scaled.append((badge, "radius", 2.6))
            right -= 8.0
        title = inks.cut(look.title, right - 9.0, TITLE)
        left = max(9.0, min((width - inks.text_width(title, TITLE)) / 2, right - inks.text_width(title, TITLE)))
        drawn = dpg.draw_text((left, (HEIGHT - TITLE) / 2 - 1), title, color=letters, size=TITLE, parent=self.root)
        self._scaled.append((drawn, "size", TITLE))
        if look.picture is not None:
            self._picture(look, texture)
        if look.disabled:
            self._cross(width, height)
        self._draw_ports(look, fill)
        self._labels(look)
        self._tags(look, HEIGHT)
        self._side(side, width, bool(look.marks.error))

    def _shadow(self, width: float, height: float) -> None:
        """Below it, square: a round one under the node would cost the node's own area again."""
        for top, bottom, shorter, alpha in SHADOWS:
            dpg.draw_rectangle(
                (shorter, height + top),
                (width - shorter, height + bottom),
                color=inks.CLEAR,
                fill=(*SHADE, alpha),
                parent=self.fine,
            )

    def _error(self, right: float) -> float:
        middle = right - 2.0
        badge = dpg.draw_circle((middle, HEIGHT / 2), 1.0, color=inks.DARK, fill=inks.BAD, parent=self.root)
        self._scaled.append((badge, "radius", BADGE))
        mark = dpg.draw_text((middle - 1.8, HEIGHT / 2 - 6.5), "!", color=inks.LIGHT, size=12, parent=self.root)
        self._scaled.append((mark, "size", 12.0))
        return middle - BADGE - 4.0

    def _picture(self, look: NodeLook, texture: int) -> None:
        room = look.picture
        if room is None:
            return
        dpg.draw_rectangle(
            (room.left, room.top), (room.right, room.bottom), color=inks.CLEAR, fill=(14, 14, 15, 255), parent=self.root
        )
        if texture:
            dpg.draw_image(texture, (room.left, room.top), (room.right, room.bottom), parent=self.root)

    def _cross(self, width: float, height: float) -> None:
        colour = faded(mixed(inks.BAD, inks.TEXT, 0.15), 190)
        for start, end in (((3, 3), (width - 3, height - 3)), ((3, height - 3), (width - 3, 3))):
            dpg.draw_line(start, end, color=colour, thickness=1.5 * self._unit, parent=self.root)

    def _draw_ports(self, look: NodeLook, body: Ink) -> None:
        for spots, is_input in ((look.ins, True), (look.outs, False)):
            for spot in spots:
                colour = ink(colours.of_type(spot.type))
                hollow = is_input and not spot.wired
                fill = mixed(body, inks.DARK, 0.55) if hollow else colour
                edge = (mixed(colour, inks.DARK, 0.35) if spot.optional else colour) if hollow else inks.DARK
                drawn = dpg.draw_circle(spot.at, 1.0, color=edge, fill=fill, thickness=self._unit, parent=self.root)
                self._scaled.append((drawn, "radius", PORT if not (hollow and spot.optional) else PORT - 0.8))
                self._ports.append(drawn)

    def _labels(self, look: NodeLook) -> None:
        """The names of ports, where there is a choice; those too long for their room only while it is selected."""
        for spots, y, up in ((look.ins, -15.0, True), (look.outs, look.size[1] + 5.0, False)):
            if len(spots) < 2:
                continue
            step = spots[1].at[0] - spots[0].at[0]
            longest = max(inks.text_width(spot.label, TINY) for spot in spots) + 9.0
            rows = min(MOST_ROWS, math.ceil(longest / step))
            if rows > 1 and not look.selected:
                continue
            for index, spot in enumerate(spots):
                row = (rows - 1 - index % rows) if up else index % rows
                self._label(spot, y - row * TINY * 1.15 if up else y + row * TINY * 1.15, rows * step - 9.0)

    def _label(self, spot: Spot, y: float, room: float) -> None:
        text = inks.cut(spot.label, room, TINY)
        drawn = dpg.draw_text(
            (spot.at[0] + 6, y), text, color=mixed(inks.FAINT, inks.TEXT, 0.3), size=TINY, parent=self.fine
        )
        self._fine_scaled.append((drawn, "size", TINY))

    def _tags(self, look: NodeLook, height: float) -> None:
        """The viewer inputs that look at it, at its left."""
        for index, slot in enumerate(look.marks.viewers):
            right = -6.0 - index * (TAG + 3)
            top = (height - TAG) / 2
            colour = mixed(inks.RAISED, inks.TEXT, 0.12)
            tag = dpg.draw_rectangle(
                (right - TAG, top), (right, top + TAG), color=inks.ACCENT, fill=colour, rounding=3, parent=self.root
            )
            digit = dpg.draw_text(
                (right - TAG / 2 - 3.4, top + 1.5), str(slot % 10), color=inks.ACCENT, size=12, parent=self.root
            )
            self._scaled += [(tag, "rounding", 3.0), (digit, "size", 12.0)]

    def _side(self, side: tuple[str, ...], width: float, wrong: bool) -> None:
        if not side:
            return
        right = width + 11 + max(inks.text_width(line, SMALL) for line in side)
        corners = (width + 7, 1.0), (right, 2.0 + len(side) * 13)
        self._plate = dpg.draw_rectangle(*corners, color=inks.CLEAR, show=False, parent=self.fine)
        self.beside = Rect(*corners[0], *corners[1])
        for index, line in enumerate(side):
            colour = inks.BAD if wrong and index == 0 else inks.FAINT
            drawn = dpg.draw_text((width + 9, 2.0 + index * 13), line, color=colour, size=SMALL, parent=self.fine)
            self._fine_scaled.append((drawn, "size", SMALL))

    def ground(self, colour: Ink | None) -> None:
        """Hide the wires under what is written beside it, in the colour of its ground; None where there are none."""
        if self._plate and colour != self._plated:
            self._plated = colour
            dpg.configure_item(self._plate, fill=faded(colour or inks.CLEAR, PLATE), show=colour is not None)


class WireDrawing:
    """A wire as a curve."""

    def __init__(self, parent: int, item: WireItem, unit: float = 1.0) -> None:
        self._unit = unit
        self.root = dpg.draw_bezier_cubic(*item.place, parent=parent, **self._style(item, Detail.FULL, False))
        self._detail = Detail.FULL

    def place(self, item: WireItem) -> None:
        """Run elsewhere."""
        dpg.configure_item(self.root, **dict(zip(("p1", "p2", "p3", "p4"), item.place, strict=True)))

    def zoomed(self, item: WireItem, detail: Detail, lit: bool = False, again: bool = False) -> None:
        """As thick as the zoom wants it, or as a hand that is over it."""
        if detail is self._detail and not again:
            return
        self._detail = detail
        dpg.configure_item(self.root, **self._style(item, detail, lit))

    def remove(self) -> None:
        dpg.delete_item(self.root)

    def _style(self, item: WireItem, detail: Detail, lit: bool) -> dict[str, Any]:
        """Whole pixels: only those are drawn as a textured line, with a third of the triangles."""
        colour = ink(colours.of_type(item.look.type))
        thickness = WIRE.get(detail, 1.0) + (1.0 if item.look.selected or lit else 0.0)
        if item.look.selected:
            shown = inks.ACCENT
        else:
            shown = mixed(colour, inks.LIGHT, 0.45) if lit else mixed(colour, inks.BACKGROUND, 0.22)
        return {"color": shown, "thickness": float(round(thickness * self._unit))}
