"""The hand on the curve editor: what a press takes hold of, and where it goes until it lets go."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nodegraph.editor.pane import Button, Held, Point
from nodegraph.editor.panels import key_lanes
from nodegraph.editor.panels.curve_view import Ruler
from nodegraph.editor.panes import curve_drags as drags
from nodegraph.editor.panes import curve_find as find
from nodegraph.editor.panes.curve_edit import Held as HeldKeys
from nodegraph.editor.panes.curve_edit import Keys, RowId, id_of
from nodegraph.editor.step import Step

if TYPE_CHECKING:
    from nodegraph.editor.panes.curves import CurvesPane


class CurveHand:
    """One gesture after the other."""

    def __init__(self, pane: CurvesPane) -> None:
        self.pane = pane
        self.step = Step(pane.app)  # its edits are one step of undo
        self._drag: drags.Drag | None = None
        self._looks = False  # what it drags is the view or the playhead
        self._before: tuple[HeldKeys, key_lanes.Held, Ruler] = ({}, {}, pane.ruler)
        self._at: Point = (0.0, 0.0)  # where the mouse was pressed
        self._fresh: tuple[RowId, int] | None = None  # the key that this press has added

    def press(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        """A button went down; True, since all of the pane is the pane's own."""
        pane = self.pane
        self.step = Step(pane.app)
        self._before = (pane.keys.held, pane.lanes.held, pane.ruler)
        self._at, self._looks = at, False
        line = find.row(pane, at)
        if line is not None:
            self._press_list(*line, held)
            return True
        on_lanes = find.on_lanes(pane, at)
        if button is Button.RIGHT:
            (pane.lanes.take if on_lanes else self._hold_under)(at, held)
            self._only(on_lanes)
            pane.menu.open(at, bool(pane.keys.total or pane.lanes.held), lanes=on_lanes)
            return True
        if on_lanes and button is Button.LEFT and not held.alt:
            self._only(True)
            pane.lanes.press(at, held)
            self._drag = pane.lanes.drag
            return True
        if button is Button.MIDDLE or held.alt:
            self._drag = drags.of_zoom(pane, at) if held.ctrl else drags.of_view(pane, at)
            self._looks = True
            return True
        self._only(False)
        if pane.on_list(at)[1] > pane.whole.height or self._on_playhead(at):
            self._drag = drags.of_playhead(pane)
            self._looks = True
            self._drag(at, held)
            return True
        self._press_curves(at, held, double)
        return True

    def _only(self, lanes: bool) -> None:
        """What is held is keys of lanes, or of curves, never both."""
        pane = self.pane
        if lanes:
            pane.hold(pane.keys.holding({}))
        else:
            pane.lanes.hold({})

    def _on_playhead(self, at: Point) -> bool:
        """The line can be taken hold of where there is no key."""
        pane = self.pane
        x = pane.ruler.to_screen(pane.frame, 0.0)[0]
        return abs(pane.inside(at)[0] - x) <= 3 * pane.scale and find.grip(pane, at) is None

    def _press_list(self, key: RowId | None, node: str, held: Held) -> None:
        """Choose which curves are shown; Ctrl or Shift adds, a click beside shows all."""
        pane = self.pane
        picked = frozenset(id_of(row) for row in pane.keys.rows if (id_of(row) == key if key else row.node == node))
        if held.ctrl or held.shift:
            pane.chosen = pane.chosen ^ picked
        else:
            pane.chosen = frozenset() if pane.chosen == picked else picked
        shown = pane.shown()
        pane.hold(pane.keys.holding({each: value for each, value in pane.keys.held.items() if each in shown}))

    def _hold_under(self, at: Point, held: Held) -> None:
        """Hold the key under a point, if it is not held already."""
        pane = self.pane
        found = find.grip(pane, at)
        if found is None or found[1].part != "key":
            return
        key, grip = found
        if held.shift and grip.at not in pane.keys.held.get(key, ()):
            pane.hold(pane.keys.toggled(key, grip.at))
            self._fresh = (key, grip.at)
        elif not held.shift and grip.at not in pane.keys.held.get(key, ()):
            pane.hold(pane.keys.holding({key: frozenset({grip.at})}))

    def _press_curves(self, at: Point, held: Held, double: bool) -> None:
        """A key, a handle, the box about keys, a curve, or nothing."""
        pane = self.pane
        found, side, bounds = find.grip(pane, at), find.box(pane, at), pane.keys.bounds()
        if found is not None:
            key, grip = found
            self._hold_under(at, held)
            self._drag = (
                drags.of_keys(pane, at) if grip.part == "key" else drags.of_handle(pane, key, grip.at, grip.part)
            )
        elif side is not None and bounds is not None:
            self._drag = drags.of_box(pane, bounds, side, at)
        elif (double or held.ctrl) and (hit := find.curve(pane, at)) is not None:
            curve, frame = hit
            pane.app.guarded(lambda: pane.edit("insert a key", pane.keys.inserted(curve, frame, pane.frame), self.step))
            self._drag = drags.of_keys(pane, at)
        else:
            if not held.shift:
                hit = find.curve(pane, at)
                pane.hold(pane.keys.holding({}) if hit is None else pane.keys.all([hit[0]]))
                if hit is not None:
                    self._drag = drags.of_keys(pane, at)
                    return
            self._drag = drags.of_rubber(pane, at, add=held.shift)

    def drag(self, at: Point, held: Held) -> None:
        """The hand goes on; it lets go of keys when something else has changed the graph."""
        if self.step.is_over and not self._looks:
            self._drop()
        if self._drag is not None:
            self._drag(at, held)

    def take_back(self) -> None:
        """Escape: what was dragged, held and looked at is as it was before the press."""
        if self._drag is None:
            return
        pane, (held, lanes, ruler) = self.pane, self._before
        self.step.take_back()
        self._drop()
        pane.hold(Keys.of(pane.app.state.graph, pane.names(), held))
        pane.lanes.show(pane.names())
        pane.lanes.hold(key_lanes.within(pane.lanes.rows, lanes))
        if pane.ruler != ruler:
            pane.see(ruler)

    def _drop(self) -> None:
        self._drag = self.pane.rubber = None
        self.pane.lanes.drop()

    def release(self, at: Point, held: Held) -> None:
        """The button came up: where it stood still that was a click."""
        pane = self.pane
        if self._drag == pane.lanes.drag:
            pane.lanes.release(at, held)
        elif self._drag is not None and math.dist(at, self._at) <= drags.STILL:
            self._clicked(at, held)
        self._fresh = self._drag = None

    def _clicked(self, at: Point, held: Held) -> None:
        """A click on one of many held keys holds it alone; with Shift it is let go."""
        pane = self.pane
        found = find.grip(pane, at)
        if found is None or found[1].part != "key":
            return
        key, index = found[0], found[1].at
        if held.shift and (key, index) != self._fresh:
            pane.hold(pane.keys.toggled(key, index))
        elif not held.shift:
            pane.hold(pane.keys.holding({key: frozenset({index})}))
