"""The lanes under the curves: keys of shapes and of corrected tracks, which only move in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError
from nodegraph.editor.pane import Held, Point
from nodegraph.editor.panels import key_lanes
from nodegraph.editor.panels.curve_view import Ruler
from nodegraph.editor.panels.fields import number
from nodegraph.editor.panels.key_lanes import Lane, LaneId
from nodegraph.editor.panes.curve_drags import STILL
from nodegraph.editor.panes.curve_paint import KEY, Room, dim, shortened
from nodegraph.editor.shell import fonts
from nodegraph.editor.shell.theme import ACCENT, BRIGHT, CLEAR, FAINT, HOVERED, KEYED, LINE, PANEL, TEXT
from nodegraph.editor.step import Step
from nodegraph.graph.curve import Kind
from nodegraph.graph.graph import Graph

if TYPE_CHECKING:
    from nodegraph.editor.panes.curves import CurvesPane

HIGH = 21.0
HEAD = 19.0  # the name of a node over its lanes
NEAR = 7.0
SHARE = 0.5  # of the pane at most, where there are curves too
Lit = tuple[LaneId, float | None]
Drag = Callable[[Point, Held], None]


class Lanes:
    """The lanes of the open nodes: drawn, held, and dragged."""

    def __init__(self, pane: CurvesPane, layer: int) -> None:
        self.pane = pane
        self.px = pane.scale
        self.layer = layer
        self.rows: tuple[Lane, ...] = ()
        self.held: key_lanes.Held = MappingProxyType({})
        self.scroll = 0.0
        self._lit: Lit | None = None
        self._rubber: tuple[Point, Point] | None = None
        self._drag: Drag | None = None
        self._moved = False

    # -- what there is ---------------------------------------------------------------------------------------

    def show(self, names: Sequence[str]) -> None:
        """The lanes of these nodes; of what was held, what there still is."""
        graph = self.pane.app.state.graph
        self.rows = tuple(key_lanes.lanes_of(graph, [name for name in names if name in graph.nodes]))
        self.hold(key_lanes.within(self.rows, self.held))

    def hold(self, held: key_lanes.Held) -> None:
        """Hold other keys."""
        self.held = {key: frames for key, frames in held.items() if frames}

    @property
    def tall(self) -> float:
        """How high all lanes are."""
        return self._listed()[-1][0] + HIGH * self.px + 3 * self.px if self.rows else 0.0

    def height(self, room: float, *, curves: bool) -> float:
        """How much of a pane's height they take."""
        return min(self.tall, room * SHARE) if curves else room if self.rows else 0.0

    def span(self) -> tuple[float, float] | None:
        """The first and last frame of all keys."""
        frames = [frame for lane in self.rows for frame in lane.frames]
        return (min(frames), max(frames)) if frames else None

    def _listed(self) -> list[tuple[float, Lane]]:
        """Where each lane begins, from the top of all."""
        found, y, node = [], 0.0, ""
        for lane in self.rows:
            if lane.node != node:
                node = lane.node
                y += HEAD * self.px
            found.append((y, lane))
            y += HIGH * self.px
        return found

    def place(self, lane: Lane, frame: float) -> Point:
        """Where in the window a key is."""
        area, pane = self.pane.lower, self.pane
        y = next(top for top, each in self._listed() if each.id == lane.id) - self.scroll + HIGH * self.px / 2
        x = pane.ruler.to_screen(frame, 0.0)[0]
        corner = pane.corner
        return corner[0] + area.left + x, corner[1] + area.top + y

    # -- drawing ---------------------------------------------------------------------------------------------

    def draw(self, area: Room, ruler: Ruler, frame: int) -> None:
        """All of them, with the names at the left."""
        pen = self.layer
        dpg.delete_item(pen, children_only=True)
        if not self.rows:
            return
        right, low = area.left + area.width, area.top + area.height
        dpg.draw_rectangle((0, area.top), (right, low), color=CLEAR, fill=(34, 34, 37, 255), parent=pen)
        dpg.draw_rectangle((0, area.top), (area.left, low), color=CLEAR, fill=PANEL, parent=pen)
        x = area.left + ruler.to_screen(frame, 0.0)[0]
        if area.left <= x <= right:
            dpg.draw_line((x, area.top), (x, low), color=ACCENT, thickness=1.5, parent=pen)
        before = ""
        for top, lane in self._listed():
            y = area.top + top - self.scroll
            if lane.node != before and area.top <= y - HEAD * self.px and y <= low:
                self._text((8 * self.px, y - (HEAD - 2) * self.px), lane.node, area.left - 16 * self.px, bold=True)
            before = lane.node
            if y >= area.top and y + HIGH * self.px <= low + 1:
                self._draw_lane(lane, y, area, ruler, frame)
        dpg.draw_line((area.left - 1, area.top), (area.left - 1, low), color=LINE, parent=pen)
        dpg.draw_line((0, area.top), (right, area.top), color=LINE, parent=pen)
        if self._rubber is not None:
            one, other = (
                (min(right, max(area.left, x)), min(low, max(area.top, y)))
                for x, y in (self.pane.on_list(at) for at in self._rubber)
            )
            dpg.draw_rectangle(one, other, color=dim(BRIGHT, 0.7), fill=(255, 255, 255, 16), parent=pen)

    def _draw_lane(self, lane: Lane, y: float, area: Room, ruler: Ruler, frame: int) -> None:
        pen, px = self.layer, self.px
        middle, right = y + HIGH * px / 2, area.left + area.width
        held = self.held.get(lane.id, frozenset())
        if self._lit is not None and self._lit[0] == lane.id:
            dpg.draw_rectangle(
                (2, y), (area.left - 3, y + HIGH * px - 1), color=CLEAR, fill=HOVERED, rounding=3, parent=pen
            )
        dpg.draw_rectangle(
            (area.left, y + 2), (right, y + HIGH * px - 2), color=CLEAR, fill=(255, 255, 255, 9), parent=pen
        )
        told = "key" if frame in lane.frames else f"{len(lane.frames)}" if lane.frames else "no keys"
        colour = BRIGHT if frame in lane.frames else FAINT
        wide = (len(told) * 6.4 + 8) * px
        self._text((18 * px, y + 4 * px), lane.label, area.left - wide - 22 * px)
        item = dpg.draw_text((area.left - wide, y + 4 * px), told, color=colour, size=12 * px, parent=pen)
        dpg.bind_item_font(item, fonts.SMALL)
        for each in lane.frames:
            x = area.left + ruler.to_screen(each, 0.0)[0]
            if area.left - 4 <= x <= right + 4:
                lit = self._lit == (lane.id, each)
                r = (KEY + (1.0 if each in held else 0.0) + (0.8 if lit else 0.0)) * px
                dpg.draw_quad(
                    (x, middle - r),
                    (x + r, middle),
                    (x, middle + r),
                    (x - r, middle),
                    color=ACCENT if each in held else BRIGHT if lit else (20, 20, 22, 255),
                    fill=BRIGHT if each in held else KEYED,
                    thickness=1.6 if each in held else 1.2,
                    parent=pen,
                )

    def _text(self, at: Point, text: str, room: float, *, bold: bool = False) -> None:
        size = 13 if bold else 12
        words = shortened(text, room / self.px, 6.8 if bold else 6.0)
        item = dpg.draw_text(at, words, color=TEXT, size=size * self.px, parent=self.layer)
        dpg.bind_item_font(item, fonts.SMALL)

    # -- the mouse -------------------------------------------------------------------------------------------

    def under(self, at: Point) -> Lit | None:
        """The lane under a place in the window, and its key there."""
        area = self.pane.lower
        x, y = self.pane.on_list(at)
        if not (area.top <= y < area.top + area.height and x >= 0):
            return None
        for top, lane in self._listed():
            if top <= y - area.top + self.scroll < top + HIGH * self.px:
                near = [(abs(area.left + self.pane.ruler.to_screen(frame, 0.0)[0] - x), frame) for frame in lane.frames]
                best = min(near, default=(NEAR * self.px + 1, 0.0))
                return lane.id, best[1] if x >= area.left and best[0] <= NEAR * self.px else None
        return None

    def hover(self, at: Point | None) -> bool:
        """Light what is under the cursor; True if that is another than before."""
        lit = self.under(at) if at is not None else None
        changed, self._lit = lit != self._lit, lit
        return changed

    def wheel(self, clicks: float) -> None:
        """More lanes than there is room for."""
        most = max(0.0, self.tall - self.pane.lower.height)
        self.scroll = min(most, max(0.0, self.scroll - clicks * HIGH * self.px))

    def take(self, at: Point, held: Held) -> None:
        """Hold the key under a place if it is not held already; with Shift besides the others."""
        key, frame = self.under(at) or (("", "", ""), None)
        if frame is not None and frame not in self.held.get(key, ()):
            rest: key_lanes.Held = self.held if held.shift else {}
            self.hold({**rest, key: rest.get(key, frozenset[float]()) | {frame}})

    def press(self, at: Point, held: Held) -> None:
        """Begin to drag keys or a box; a name holds all keys of its lane."""
        found = self.under(at)
        self._moved = False
        if self.pane.on_list(at)[0] < self.pane.lower.left:
            lane = next((each for each in self.rows if found and each.id == found[0]), None)
            more = self.held if held.shift or held.ctrl else {}
            self.hold({**more, lane.id: frozenset(lane.frames)} if lane else {})
            self._drag = None
        elif found is not None and found[1] is not None:
            self.take(at, held)
            self._drag = self._of_keys(at)
        else:
            self._drag = self._of_rubber(at, held.shift)
            if not held.shift:
                self.hold({})

    def drag(self, at: Point, held: Held) -> None:
        """The hand goes on."""
        if self._drag is not None:
            self._drag(at, held)

    def release(self, at: Point, held: Held) -> None:
        """A click on one of many keys holds it alone."""
        key, frame = self.under(at) or (("", "", ""), None)
        if self._drag is not None and not self._moved and frame is not None and not held.shift:
            self.hold({key: frozenset({frame})})
        self.drop()

    def drop(self) -> None:
        """Nothing is dragged any more."""
        self._drag, self._rubber = None, None

    def _of_keys(self, start: Point) -> Drag:
        """The held keys go along in whole frames; with Ctrl they leave copies behind."""
        pane = self.pane
        graph, begun, step = pane.app.state.graph, self.held, pane.hand.step

        def drag(at: Point, held: Held) -> None:
            self._moved = self._moved or abs(at[0] - start[0]) > STILL
            if self._moved:
                by = float(round((at[0] - start[0]) / pane.ruler.across))
                after, now = key_lanes.moved(graph, begun, by, keep=held.ctrl)
                self._edit("copy keys" if held.ctrl else "move keys", after, now, step)

        return drag

    def _of_rubber(self, start: Point, add: bool) -> Drag:
        begun: key_lanes.Held = self.held if add else {}

        def drag(at: Point, held: Held) -> None:
            del held
            self._moved, self._rubber = True, (start, at)
            area, ruler = self.pane.lower, self.pane.ruler
            one, other = self.pane.on_list(start), self.pane.on_list(at)
            left, right = sorted((one[0] - area.left, other[0] - area.left))
            top, low = sorted((one[1] - area.top + self.scroll, other[1] - area.top + self.scroll))
            found = dict(begun)
            for y, lane in self._listed():
                if top <= y + HIGH * self.px / 2 <= low:
                    there = (each for each in lane.frames if left <= ruler.to_screen(each, 0.0)[0] <= right)
                    found[lane.id] = found.get(lane.id, frozenset[float]()) | frozenset(there)
            self.hold(found)

        return drag

    # -- edits -----------------------------------------------------------------------------------------------

    def _edit(self, label: str, graph: Graph, held: key_lanes.Held, step: Step | None = None) -> None:
        self.pane.edit_graph(label, graph, step)
        self.show(self.pane.names())
        self.hold(key_lanes.within(self.rows, held))

    def delete(self) -> None:
        """Take the held keys out."""
        graph = key_lanes.deleted(self.pane.app.state.graph, self.held, self.pane.frame)
        self._edit("delete keys", graph, {})

    def with_kind(self, kind: Kind) -> None:
        """Leave the held keys in another way."""
        graph = key_lanes.with_kind(self.pane.app.state.graph, self.held, kind)
        self._edit(f"{kind.value} keys", graph, self.held)

    def insert(self) -> None:
        """A key at the playhead on the lanes with held keys, else on all shapes."""
        lanes = [lane for lane in self.rows if lane.id in self.held]
        lanes = lanes or [lane for lane in self.rows if lane.knob == "shapes"]
        frame = float(self.pane.frame)
        graph = key_lanes.keyed(self.pane.app.state.graph, lanes, frame)
        self._edit("insert keys", graph, {lane.id: frozenset({frame}) for lane in lanes})

    def typed_frame(self, text: str) -> None:
        """The held keys at the frame that was typed; several can only be moved along."""
        ways = {number(text, frame) - frame for frames in self.held.values() for frame in frames}
        if len(ways) > 1:
            raise GraphError("two keys cannot be at one frame", "type +5 or -=5 to move them along")
        graph, held = key_lanes.moved(self.pane.app.state.graph, self.held, float(round(ways.pop())))
        self._edit("move keys", graph, held)

    def copied(self) -> str:
        """The held keys as text."""
        return key_lanes.copied(self.pane.app.state.graph, self.held)

    def paste(self, text: str) -> None:
        """Keys from a text at the playhead, into the lanes with held keys or of the same name."""
        aim = [lane for lane in self.rows if lane.id in self.held]
        graph, held = key_lanes.pasted(self.pane.app.state.graph, self.rows, aim, text, float(self.pane.frame))
        self._edit("paste keys", graph, held)

    def all(self) -> None:
        """Hold every key."""
        self.hold({lane.id: frozenset(lane.frames) for lane in self.rows})
