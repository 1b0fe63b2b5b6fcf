"""The curve editor drawn: grid, curves, keys with their handles, the playhead and the list, on one draw list."""

from __future__ import annotations

import math
import zlib
from collections.abc import Collection, Sequence
from typing import NamedTuple

import dearpygui.dearpygui as dpg

from nodegraph.editor.panels.curve_list import CurveRow
from nodegraph.editor.panels.curve_view import Grip, Ruler, drawn, handles
from nodegraph.editor.panels.table import label_of
from nodegraph.editor.panes.curve_edit import Bounds, Keys, RowId, id_of, steps
from nodegraph.editor.panes.property_look import number_text
from nodegraph.editor.shell import fonts
from nodegraph.editor.shell.theme import ACCENT, BACKGROUND, BRIGHT, CLEAR, FAINT, HOVERED, LINE, PANEL, TEXT, Colour

PARTS: dict[str, Colour] = {
    "r": (232, 96, 88, 255),
    "g": (112, 196, 104, 255),
    "b": (98, 146, 240, 255),
    "a": (190, 190, 196, 255),
    "x": (232, 112, 98, 255),
    "y": (120, 196, 110, 255),
    "z": (104, 150, 240, 255),
    "w": (190, 190, 196, 255),
}
PLAIN: tuple[Colour, ...] = (
    (110, 165, 235, 255),
    (230, 180, 90, 255),
    (190, 130, 225, 255),
    (100, 200, 190, 255),
    (225, 130, 160, 255),
    (165, 195, 95, 255),
)
STRIP = 22.0  # the frames along the bottom
ROW = 21.0
KEY = 4.2
NEAR = 0.05  # pixels
CROWDED = 3.0  # pixels: keys of one curve that are nearer are drawn as one
FAR = 20_000.0


class Room(NamedTuple):
    """Where the curves are on the draw list."""

    left: float
    top: float
    width: float
    height: float

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x < self.left + self.width and self.top <= y < self.top + self.height


def colour_of(row: CurveRow) -> Colour:
    """A part of a colour has its own; any other curve one by its name, always the same."""
    letter = row.label.rpartition(".")[2] if row.part is not None else ""
    return PARTS.get(letter) or PLAIN[zlib.crc32(row.label.encode()) % len(PLAIN)]


def dim(colour: Colour, part: float) -> Colour:
    return colour[0], colour[1], colour[2], round(255 * part)


class Painter:
    """The layers of the picture, each drawn anew when what it shows has changed."""

    def __init__(self, parent: int, scale: float) -> None:
        self.scale = scale
        self.item = int(dpg.add_drawlist(10, 10, parent=parent))
        self.grid, self.curves, self.keys, self.over, self.strip, self.head, self.list, self.lanes = (
            int(dpg.add_draw_layer(parent=self.item)) for _ in range(8)
        )
        self._labels: list[tuple[float, float, int]] = []  # of the strip: from where to where, and the item

    def text(self, layer: int, at: tuple[float, float], text: str, colour: Colour, size: float = 12.0) -> int:
        item = int(dpg.draw_text(at, text, color=colour, size=size * self.scale, parent=layer))
        dpg.bind_item_font(item, fonts.SMALL)
        return item

    # -- the grid ----------------------------------------------------------------------------------------------

    def draw_grid(self, room: Room, ruler: Ruler, span: tuple[int, int]) -> None:
        """Lines at round frames and values, and what is outside the shot darker."""
        dpg.delete_item(self.grid, children_only=True)
        left, top, right, low = room.left, room.top, room.left + room.width, room.top + room.height
        dpg.draw_rectangle((left, top), (right, low), color=CLEAR, fill=(30, 30, 33, 255), parent=self.grid)
        for one, other in ((-FAR, ruler.to_screen(span[0], 0)[0]), (ruler.to_screen(span[1], 0)[0], FAR)):
            start, end = max(left, left + one), min(right, left + other)
            if end > start:
                dpg.draw_rectangle((start, top), (end, low), color=CLEAR, fill=(0, 0, 0, 50), parent=self.grid)
        by = steps(46 * self.scale / ruler.up)
        at = math.ceil(ruler.to_curve(0, room.height)[1] / by) * by
        while at <= ruler.value:
            y = top + ruler.to_screen(0, at)[1]
            zero = abs(at) < by / 2
            dpg.draw_line(
                (left, y), (right, y), color=(84, 84, 90, 255) if zero else (48, 48, 52, 255), parent=self.grid
            )
            above = y - 14 * self.scale
            place = above if above >= top else y + 2  # no word is cut at the upper edge
            self.text(self.grid, (left + 5, place), number_text(round(at, 9), 8), FAINT, 11)
            at += by
        for frame, x in self._frames(room, ruler):
            del frame
            dpg.draw_line((x, top), (x, low), color=(44, 44, 48, 255), parent=self.grid)

    def draw_strip(self, room: Room, ruler: Ruler) -> None:
        """The frames along the bottom, over the curves."""
        dpg.delete_item(self.strip, children_only=True)
        low, right = room.top + room.height, room.left + room.width
        dpg.draw_rectangle(
            (room.left, low), (right, low + STRIP * self.scale + 2), color=CLEAR, fill=PANEL, parent=self.strip
        )
        dpg.draw_line((room.left, low), (right, low), color=LINE, parent=self.strip)
        self._labels = []
        for frame, x in self._frames(room, ruler):
            dpg.draw_line((x, low), (x, low + 4), color=FAINT, parent=self.strip)
            text = str(round(frame))
            wide = len(text) * 6.2 * self.scale
            if x - wide / 2 > room.left and x + wide / 2 < right:
                item = self.text(self.strip, (x - wide / 2, low + 5 * self.scale), text, FAINT, 11)
                self._labels.append((x - wide / 2, x + wide / 2, item))

    def _frames(self, room: Room, ruler: Ruler) -> list[tuple[float, float]]:
        by = max(1.0, steps(54 * self.scale / ruler.across))
        at = math.ceil(ruler.frame / by) * by
        found = []
        while at <= ruler.frame + room.width / ruler.across:
            found.append((at, room.left + ruler.to_screen(at, 0)[0]))
            at += by
        return found

    # -- curves and keys ---------------------------------------------------------------------------------------

    def draw_curves(
        self, room: Room, ruler: Ruler, rows: Sequence[CurveRow], lit: RowId | None, held: Collection[RowId]
    ) -> None:
        """The curves that are shown; the one under the cursor and those with held keys are thicker."""
        dpg.delete_item(self.curves, children_only=True)
        for row in rows:
            points = [
                (room.left + x, min(FAR, max(-FAR, room.top + y)))
                for x, y in drawn(row.curve, ruler, 0, room.width, 0.15)
            ]
            strong = id_of(row) == lit or id_of(row) in held
            first, last = row.curve.keys[0].frame, row.curve.keys[-1].frame
            ends = [room.left + ruler.to_screen(frame, 0)[0] for frame in (first, last)]
            colour = colour_of(row)
            before = [point for point in points if point[0] <= ends[0] + 0.01]
            after = [point for point in points if point[0] >= ends[1] - 0.01]
            inner = [point for point in points if ends[0] - 0.01 <= point[0] <= ends[1] + 0.01]
            for part, quiet in ((apart(before), True), (apart(inner), False), (apart(after), True)):
                if len(part) > 1:
                    dpg.draw_polyline(
                        part,
                        color=dim(colour, 0.35) if quiet else colour,
                        thickness=(2.4 if strong else 1.6) * self.scale,
                        parent=self.curves,
                    )

    def draw_keys(
        self, room: Room, ruler: Ruler, rows: Sequence[CurveRow], keys: Keys, lit: tuple[RowId, Grip] | None
    ) -> None:
        """Keys as diamonds, those that are held filled, and the handles of held ones."""
        dpg.delete_item(self.keys, children_only=True)
        for row in rows:
            held, colour = keys.held_of(row), colour_of(row)
            last = -FAR
            for index, key in enumerate(row.curve.keys):
                x, y = ruler.to_screen(key.frame, key.value)
                seen = index in held or -20 <= y <= room.height + 20
                if not (seen and -20 <= x <= room.width + 20 and x - last >= CROWDED):
                    continue
                last = x
                at = (room.left + x, room.top + y)
                if index in held:
                    for side, end in handles(row.curve, index).items():
                        hx, hy = ruler.to_screen(*end)
                        tip = (room.left + hx, room.top + hy)
                        on = lit == (id_of(row), Grip(index, side))
                        dpg.draw_line(at, tip, color=(170, 170, 176, 190), parent=self.keys)
                        dpg.draw_circle(
                            tip,
                            (4.2 if on else 3.4) * self.scale,
                            color=BRIGHT,
                            fill=BRIGHT if on else (60, 60, 66, 255),
                            parent=self.keys,
                        )
                self._key(at, index in held, lit == (id_of(row), Grip(index, "key")), colour)

    def _key(self, at: tuple[float, float], held: bool, lit: bool, colour: Colour) -> None:
        r = (KEY + (1.0 if held else 0.0) + (0.8 if lit else 0.0)) * self.scale
        x, y = at
        dpg.draw_quad(
            (x, y - r),
            (x + r, y),
            (x, y + r),
            (x - r, y),
            color=ACCENT if held else BRIGHT if lit else (20, 20, 22, 255),
            fill=BRIGHT if held else colour,
            thickness=1.6 if held else 1.2,
            parent=self.keys,
        )

    def draw_over(
        self, room: Room, ruler: Ruler, bounds: Bounds | None, rubber: tuple[tuple[float, float], ...] | None
    ) -> None:
        """The box about held keys with its grips, and the box that is being drawn."""
        dpg.delete_item(self.over, children_only=True)
        if bounds is not None:
            corners = box_corners(bounds, ruler)
            (left, top), (right, low) = corners
            dpg.draw_rectangle(
                (room.left + left, room.top + top),
                (room.left + right, room.top + low),
                color=dim(ACCENT, 0.5),
                parent=self.over,
            )
            for x, y, _ in box_grips(bounds, ruler):
                r = 3.0 * self.scale
                at = (room.left + x, room.top + y)
                dpg.draw_rectangle(
                    (at[0] - r, at[1] - r), (at[0] + r, at[1] + r), color=ACCENT, fill=BACKGROUND, parent=self.over
                )
        if rubber is not None:
            dpg.draw_rectangle(*rubber, color=dim(BRIGHT, 0.7), fill=(255, 255, 255, 16), parent=self.over)

    def draw_head(self, room: Room, ruler: Ruler, frame: int) -> None:
        """The playhead, with its frame in the strip."""
        dpg.delete_item(self.head, children_only=True)
        x = room.left + ruler.to_screen(frame, 0)[0]
        if not room.left <= x <= room.left + room.width:
            for _, _, item in self._labels:
                dpg.configure_item(item, show=True)
            return
        low, text = room.top + room.height, str(frame)
        wide = (len(text) * 7.0 + 10) * self.scale
        start = min(max(room.left, x - wide / 2), room.left + room.width - wide)
        for left, right, item in self._labels:  # half a number beside the playhead's own reads as another
            dpg.configure_item(item, show=right < start - 2 or left > start + wide + 2)
        dpg.draw_line((x, room.top), (x, low), color=ACCENT, thickness=1.5, parent=self.head)
        dpg.draw_rectangle(
            (start, low + 2),
            (start + wide, low + (STRIP - 2) * self.scale),
            color=ACCENT,
            fill=ACCENT,
            rounding=3,
            parent=self.head,
        )
        self.text(self.head, (start + 5 * self.scale, low + 4 * self.scale), text, (24, 18, 8, 255), 13)

    # -- the list ----------------------------------------------------------------------------------------------

    def draw_list(
        self,
        width: float,
        height: float,
        rows: Sequence[CurveRow],
        chosen: Collection[RowId],
        hovered: RowId | None,
        frame: int,
        scroll: float,
    ) -> None:
        """Every curve by its node, knob and part, with its value now; those that are chosen are lit."""
        dpg.delete_item(self.list, children_only=True)
        dpg.draw_rectangle((0, 0), (width, height), color=CLEAR, fill=PANEL, parent=self.list)
        px, pen = self.scale, self.list
        for kind, at, row in listed(rows, px):
            y = at - scroll
            if y < -ROW * px or y > height:
                continue
            if kind == "node":
                self.text(pen, (8 * px, y + 4 * px), shortened(row.node, width / px - 16, 6.8), TEXT, 13)
                continue
            key, colour = id_of(row), colour_of(row)
            on = not chosen or key in chosen
            if key in chosen or key == hovered:
                ground = (66, 60, 52, 255) if key in chosen else HOVERED
                dpg.draw_rectangle(
                    (2, y), (width - 3, y + ROW * px - 1), color=CLEAR, fill=ground, rounding=3, parent=pen
                )
            dpg.draw_rectangle(
                (10 * px, y + 6 * px),
                (13 * px, y + (ROW - 6) * px),
                color=CLEAR,
                fill=colour if on else dim(colour, 0.3),
                parent=pen,
            )
            value = number_text(row.curve.at(frame), 6)
            letter = row.label.rpartition(".")[2] if row.part is not None else ""
            name = f"{label_of(row.knob)} {letter}".strip()
            room = width / px - 18 - 8 - len(value) * 6.4 - 8
            self.text(pen, (18 * px, y + 4 * px), shortened(name, room, 6.0), TEXT if on else FAINT)
            self.text(pen, (width - (len(value) * 6.4 + 8) * px, y + 4 * px), value, FAINT)
        dpg.draw_line((width - 1, 0), (width - 1, height), color=LINE, parent=pen)


def listed(rows: Sequence[CurveRow], scale: float) -> list[tuple[str, float, CurveRow]]:
    """What stands in the list from top to bottom: a line for each node, and under it its curves."""
    found: list[tuple[str, float, CurveRow]] = []
    y, node = 4.0 * scale, ""
    for row in rows:
        if row.node != node:
            y += 4.0 * scale if node else 0.0
            node = row.node
            found.append(("node", y, row))
            y += ROW * scale
        found.append(("curve", y, row))
        y += ROW * scale
    return found


def shortened(text: str, room: float, letter: float) -> str:
    """A text cut to so much room, with an ellipsis if something is left out."""
    most = max(2, int(room / letter))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def box_corners(bounds: Bounds, ruler: Ruler) -> tuple[tuple[float, float], tuple[float, float]]:
    """The box about held keys in pixels of the curves' room, a little larger than the keys."""
    left, top = ruler.to_screen(bounds.first, bounds.high)
    right, low = ruler.to_screen(bounds.last, bounds.low)
    return (left - 10, top - 10), (right + 10, low + 10)


def box_grips(bounds: Bounds, ruler: Ruler) -> list[tuple[float, float, tuple[int, int]]]:
    """Where the box can be taken hold of: x, y, and to which side it lies from the middle across and up."""
    (left, top), (right, low) = box_corners(bounds, ruler)
    middle_x, middle_y = (left + right) / 2, (top + low) / 2
    wide, tall = bounds.last > bounds.first, bounds.high > bounds.low
    found: list[tuple[float, float, tuple[int, int]]] = []
    if wide:
        found += [(left, middle_y, (-1, 0)), (right, middle_y, (1, 0))]
    if tall:
        found += [(middle_x, top, (0, 1)), (middle_x, low, (0, -1))]
    if wide and tall:
        found += [(x, y, (a, b)) for x, a in ((left, -1), (right, 1)) for y, b in ((top, 1), (low, -1))]
    return found


def apart(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """A line's points without those that lie on the one before: a piece of no length smears its neighbours."""
    found: list[tuple[float, float]] = []
    for point in points:
        if not found or math.dist(point, found[-1]) > NEAR:
            found.append(point)
    return found
