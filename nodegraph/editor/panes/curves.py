"""The curve editor: the curves of the nodes whose panels are open or that are selected."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.pane import Button, Held, Pane, Point, Start
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.curve_list import CurveRow
from nodegraph.editor.panels.curve_view import Grip, Ruler
from nodegraph.editor.panes import curve_find as find
from nodegraph.editor.panes import property_look as look
from nodegraph.editor.panes.curve_actions import actions_of
from nodegraph.editor.panes.curve_bar import Bar
from nodegraph.editor.panes.curve_edit import Keys, RowId, framed, id_of, span
from nodegraph.editor.panes.curve_hand import CurveHand
from nodegraph.editor.panes.curve_lanes import Lanes
from nodegraph.editor.panes.curve_menu import CurveMenu
from nodegraph.editor.panes.curve_paint import ROW, STRIP, Painter, Room, listed
from nodegraph.editor.panes.drawing import wrapped
from nodegraph.editor.panes.property_hands import Hands
from nodegraph.editor.panes.property_turn import Turning
from nodegraph.editor.shell import fonts
from nodegraph.editor.shell.theme import FAINT
from nodegraph.editor.state import State
from nodegraph.editor.step import Step
from nodegraph.graph.graph import Graph

BAR = 31.0
CLICK = 1.18  # a click of the wheel
EMPTY = ("Nothing here moves yet.", "Set a key on a knob of an open panel: the diamond beside it.")


class CurvesPane(Pane):
    """All curves over each other, drawn by us. What is held and how it is looked at belongs to the pane alone."""

    place = Place.CURVES
    title = "Curves"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.keys = Keys(app.state.graph)
        self.ruler = Ruler(app.state.first, 1.0, 8.0, 200.0)
        self.rubber: tuple[Point, Point] | None = None
        self.broken: set[tuple[RowId, float]] = set()
        self.chosen: frozenset[RowId] = frozenset()  # of the list; none: all are shown
        self.hand = CurveHand(self)
        self._lit: tuple[RowId, Grip] | None = None
        self._lit_curve: RowId | None = None
        self._lit_row: RowId | None = None
        self.scroll = 0.0
        self._fitted = False
        self._looked = False  # the artist has chosen the view
        self._names: list[str] = []
        self._dirty = True

    # -- making and showing --------------------------------------------------------------------------------------

    def build(self, window: int) -> None:
        look.build()
        self.hands = Hands(self.app, Turning(self.app))
        self.scale = look.scale()
        self.menu = CurveMenu(self.app, self._start)
        with dpg.group(parent=window) as group:
            with dpg.child_window(height=round(BAR * self.scale), border=False, no_scrollbar=True):
                self.bar = Bar(self.hands, self._start, self._typed, self.app.bindings.shown)
            self.paint = Painter(int(group), self.scale)
        self.lanes = Lanes(self, self.paint.lanes)
        with dpg.handler_registry():
            dpg.add_key_press_handler(dpg.mvKey_Escape, callback=self.menu.close)
        with dpg.theme() as theme, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, 0, 0)
            dpg.add_theme_style(dpg.mvStyleVar_FramePadding, 5 * self.scale, 3 * self.scale)
        dpg.bind_item_theme(group, theme)
        self._empty = int(dpg.draw_text((0, 0), "", color=FAINT, size=14 * self.scale, parent=self.paint.item))
        dpg.bind_item_font(self._empty, fonts.TEXT)

    @property
    def frame(self) -> int:
        return self.app.state.frame

    @property
    def whole(self) -> Room:
        """Where curves and lanes are, on the draw list."""
        wide, tall = self.size[0], self.size[1] - BAR * self.scale
        left = min(176 * self.scale, max(96 * self.scale, wide * 0.34))
        return Room(left, 0.0, max(10.0, wide - left), max(10.0, tall - STRIP * self.scale))

    @property
    def room(self) -> Room:
        """Where the curves are."""
        return self.whole._replace(height=max(1.0, self.whole.height - self.lower.height))

    @property
    def lower(self) -> Room:
        """Where the lanes are: below the curves, or instead of them."""
        whole = self.whole
        high = self.lanes.height(whole.height, curves=bool(self.keys.rows))
        return whole._replace(top=whole.height - high, height=high)

    @property
    def corner(self) -> Point:
        """Where in the window the draw list begins."""
        return self.origin[0], self.origin[1] + BAR * self.scale

    def inside(self, at: Point) -> Point:
        """A point of the window in pixels of the curves' room."""
        x, y = self.on_list(at)
        return x - self.room.left, y - self.room.top

    def on_list(self, at: Point) -> Point:
        """A point of the window on the draw list."""
        return at[0] - self.corner[0], at[1] - self.corner[1]

    def names(self) -> list[str]:
        """The nodes whose curves are here: those with open panels, then those that are selected."""
        state = self.app.state
        return list(dict.fromkeys([*state.panels.names, *sorted(state.picked.nodes)]))

    def shown(self) -> Collection[RowId]:
        """The curves that are drawn: those chosen in the list, or all."""
        rows = {id_of(row) for row in self.keys.rows}
        return rows & self.chosen or rows

    def rows_shown(self) -> list[CurveRow]:
        shown = self.shown()
        return [row for row in self.keys.rows if id_of(row) in shown]

    def sync(self, old: State | None, new: State) -> None:
        if old is None or old.graph is not new.graph or old.panels != new.panels or old.picked != new.picked:
            if self.keys.graph is not new.graph or old is None or self.names() != self._names:
                before = {id_of(row) for row in self.keys.rows}
                self.keys = Keys.of(new.graph, self.names(), self.keys.held)
                self._fitted = self._fitted and (self._looked or before == {id_of(row) for row in self.keys.rows})
            self.lanes.show(self.names())
            self._dirty = True
            if not self._fitted and (self.keys.rows or self.lanes.rows) and self.size[0] > 50:
                self.fit(whole=True)
        if old is None or old.frame != new.frame or (old.first, old.last) != (new.first, new.last):
            self._dirty = True
        self._names = self.names()
        self._draw()

    def resized(self) -> None:
        height = max(10, round(self.size[1] - BAR * self.scale))
        dpg.configure_item(self.paint.item, width=max(10, round(self.size[0])), height=height)
        if not self._fitted and (self.keys.rows or self.lanes.rows):
            self.fit(whole=True)
        self._dirty = True

    def tick(self, now: float) -> bool:
        del now
        self._draw()
        return False

    def _draw(self) -> None:
        if not self._dirty or self.size[0] < 20 or not dpg.is_item_visible(self.paint.item):
            return
        self._dirty = False
        state, room, paint, rows = self.app.state, self.room, self.paint, self.rows_shown()
        lit = self._lit_curve or (self._lit[0] if self._lit else None)
        paint.draw_grid(room, self.ruler, (state.first, state.last))
        paint.draw_curves(room, self.ruler, rows, lit, self.keys.held)
        paint.draw_keys(room, self.ruler, rows, self.keys, self._lit)
        rubber = self.rubber and (self.on_list(self.rubber[0]), self.on_list(self.rubber[1]))
        paint.draw_over(room, self.ruler, self.keys.bounds(), rubber)
        paint.draw_strip(self.whole, self.ruler)
        paint.draw_head(self.whole, self.ruler, state.frame)
        self.lanes.draw(self.lower, self.ruler, state.frame)
        tall = self.whole.height + STRIP * self.scale
        paint.draw_list(room.left, tall, self.keys.rows, self.chosen, self._lit_row, state.frame, self.scroll)
        lines = [wrapped(each, room.width - 28 * self.scale, 4, 14 * self.scale) for each in EMPTY]
        words = "" if self.keys.rows or self.lanes.rows else "\n\n".join("\n".join(each) for each in lines)
        dpg.configure_item(self._empty, text=words, pos=(room.left + 14 * self.scale, room.height * 0.4))
        self.bar.show(self.keys, [frame for frames in self.lanes.held.values() for frame in frames])

    # -- changing ------------------------------------------------------------------------------------------------

    def see(self, ruler: Ruler) -> None:
        """Look at another part of the curves; from then on other curves do not change the view."""
        self.ruler = ruler
        self._looked = True
        self._dirty = True

    def hold(self, keys: Keys) -> None:
        """Hold other keys."""
        self.keys = keys
        self._dirty = True

    def edit(self, label: str, keys: Keys, step: Step | None = None) -> None:
        """Go on with edited curves, as a step of undo or as part of a drag's."""
        self.keys = Keys.of(keys.graph, self.names(), keys.held)
        (step or self.app).edit(label, keys.graph)
        if self.app.state.graph is not keys.graph:  # a file that is open for looking only
            self.keys = Keys.of(self.app.state.graph, self.names(), self.keys.held)
        self._dirty = True

    def edit_graph(self, label: str, graph: Graph, step: Step | None = None) -> None:
        """Go on with an edited graph, as a step of undo or as part of a drag's."""
        (step or self.app).edit(label, graph)
        self._dirty = True

    def _typed(self, field: str, text: str) -> None:
        if text.strip() and field == "frame" and self.lanes.held:
            self.lanes.typed_frame(text)
            return
        if not text.strip() or not self.keys.total:
            return
        if field == "frame":
            self.edit("move keys", self.keys.typed_frame(self.frame, text))
        else:
            self.edit("set keys", self.keys.typed_value(self.frame, text))

    def fit(self, *, whole: bool) -> None:
        """Show what is held, or all."""
        rows = self.rows_shown()
        area = span(rows, {} if whole else self.keys.held)
        if not rows:
            state, (first, last) = self.app.state, self.lanes.span() or (math.inf, -math.inf)
            area = (min(first, state.first), max(last, state.last), 0.0, 1.0)
        if area is not None:
            self.see(framed(area, self.room.width, self.room.height))
            self._fitted, self._looked = True, not whole

    # -- the mouse -----------------------------------------------------------------------------------------------

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        self._dirty = True
        return self.on_list(at)[1] >= 0 and self.hand.press(at, button, held, double)

    def dragged(self, at: Point, held: Held) -> None:
        self.app.guarded(lambda: self.hand.drag(at, held))
        self._dirty = True

    def released(self, at: Point, held: Held) -> None:
        self.hand.release(at, held)
        self.rubber = None
        self._dirty = True

    def drop_hand(self) -> None:
        self.hand.take_back()
        self._dirty = True

    def hovered(self, at: Point, held: Held) -> None:
        del held
        line = find.row(self, at)
        elsewhere = line is not None or find.on_lanes(self, at)
        found = None if elsewhere else find.grip(self, at)
        hit = None if elsewhere or found else find.curve(self, at)
        lit = (found, hit[0] if hit else None, line[0] if line else None)
        if self.lanes.hover(at) or lit != (self._lit, self._lit_curve, self._lit_row):
            self._lit, self._lit_curve, self._lit_row = lit
            self._dirty = True

    def left(self) -> None:
        self._lit = self._lit_curve = self._lit_row = None
        self.lanes.hover(None)
        self._dirty = True

    def wheeled(self, at: Point, clicks: float, held: Held) -> bool:
        if find.row(self, at) is not None:
            rows = listed(self.keys.rows, self.scale)
            most = max(0.0, (rows[-1][1] if rows else 0.0) + ROW * self.scale - self.room.height)
            self.scroll = min(most, max(0.0, self.scroll - clicks * 2 * ROW * self.scale))
            self._dirty = True
            return True
        on_lanes = find.on_lanes(self, at)
        if on_lanes and self.on_list(at)[0] < self.lower.left:
            self.lanes.wheel(clicks)
            self._dirty = True
            return True
        factor = CLICK**clicks
        across, up = (1.0 if held.shift else factor), (1.0 if held.ctrl or on_lanes else factor)
        self.see(self.ruler.zoomed(*self.inside(at), across, up))
        return True

    # -- keys and menus ------------------------------------------------------------------------------------------

    def _start(self, action: str) -> None:
        self.app.guarded(self.actions()[action])

    def actions(self) -> Mapping[str, Start]:
        return actions_of(self)

    def zoom(self, factor: float) -> None:
        """Larger about the middle."""
        self.see(self.ruler.zoomed(self.room.width / 2, self.room.height / 2, factor, factor))
