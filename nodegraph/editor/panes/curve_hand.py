"""The hand on the curve editor: what a press takes hold of, and where it goes until it lets go."""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING

from nodegraph.editor.pane import Button, Held, Point
from nodegraph.editor.panes import curve_drags as drags
from nodegraph.editor.panes import curve_find as find
from nodegraph.editor.panes.curve_edit import RowId, id_of

if TYPE_CHECKING:
    from nodegraph.editor.panes.curves import CurvesPane

GESTURES = count(1)


class CurveHand:
    """One gesture after the other."""

    def __init__(self, pane: CurvesPane) -> None:
        self.pane = pane
        self.gesture = ""  # by what its edits are one step of undo
        self._drag: drags.Drag | None = None
        self._at: Point = (0.0, 0.0)  # where the mouse was pressed
        self._fresh: tuple[RowId, int] | None = None  # the key that this press has added

    def press(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        """A button went down; True, since all of the pane is the pane's own."""
        pane = self.pane
        self.gesture = f"curves {next(GESTURES)}"
        self._at = at
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
            return True
        self._only(False)
        if pane.on_list(at)[1] > pane.whole.height or self._on_playhead(at):
            self._drag = drags.of_playhead(pane)
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
            pane.app.guarded(lambda: pane.edit("insert a key", pane.keys.inserted(curve, frame, pane.frame)))
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
        """The hand goes on."""
        if self._drag is not None:
            self._drag(at, held)

    def release(self, at: Point, held: Held) -> None:
        """The button came up: where it stood still that was a click."""
        pane = self.pane
        if self._drag == pane.lanes.drag:
            pane.lanes.release(at, held)
        elif self._drag is not None and math.dist(at, self._at) <= drags.STILL:
            self._clicked(at, held)
        self._fresh = None
        self._drag, self.gesture = None, ""

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
