"""What the hand drags in the curve editor: keys, handles, the box about keys, the view, the playhead."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nodegraph.editor.pane import Held, Point
from nodegraph.editor.panels.curve_list import with_curve
from nodegraph.editor.panels.curves import with_handle
from nodegraph.editor.panes.curve_edit import Bounds, Keys, RowId

if TYPE_CHECKING:
    from nodegraph.editor.panes.curves import CurvesPane

Drag = Callable[[Point, Held], None]
STILL = 3.0  # pixels that a hand trembles in a click
ZOOM = 1.01  # a pixel


def of_keys(pane: CurvesPane, start: Point) -> Drag:
    """The held keys go along; with Shift only across or only up."""
    begun, ruler, step = pane.keys, pane.ruler, pane.hand.step
    moving = False

    def drag(at: Point, held: Held) -> None:
        nonlocal moving
        x, y = at[0] - start[0], at[1] - start[1]
        moving = moving or abs(x) > STILL or abs(y) > STILL
        if not moving:
            return
        if held.shift:
            x, y = (x, 0.0) if abs(x) >= abs(y) else (0.0, y)
        pane.edit("move keys", begun.moved(pane.frame, float(round(x / ruler.across)), -y / ruler.up), step)

    return drag


def of_handle(pane: CurvesPane, key: RowId, index: int, side: str) -> Drag:
    """A handle of a key; its other one turns along, unless broken or with Ctrl or Alt."""
    begun, step = pane.keys, pane.hand.step
    row = begun.row(key)

    def drag(at: Point, held: Held) -> None:
        if row is None:
            return
        broken = held.ctrl or held.alt or (key, row.curve.keys[index].frame) in pane.broken
        to = pane.ruler.to_curve(*pane.inside(at))
        curve = with_handle(row.curve, index, side == "after", to, broken=broken)
        graph = with_curve(begun.graph, row, curve, pane.frame)
        pane.edit("pull a handle", Keys.of(graph, pane.names(), begun.held), step)

    return drag


def of_box(pane: CurvesPane, bounds: Bounds, side: tuple[int, int], start: Point) -> Drag:
    """The box about held keys: they scale from its other side, with Ctrl from its middle."""
    begun, ruler, step = pane.keys, pane.ruler, pane.hand.step

    def drag(at: Point, held: Held) -> None:
        about, factors = [0.0, 0.0], [1.0, 1.0]
        for axis, (low, high) in enumerate(((bounds.first, bounds.last), (bounds.low, bounds.high))):
            anchor = (low + high) / 2 if held.ctrl else low if side[axis] > 0 else high
            edge = high if side[axis] > 0 else low
            about[axis] = anchor
            if side[axis] and edge != anchor:
                moved = (at[axis] - start[axis]) / (ruler.across if axis == 0 else -ruler.up)
                factors[axis] = (edge + moved - anchor) / (edge - anchor)
        if factors[0] == 0:
            return
        pane.edit("scale keys", begun.scaled(pane.frame, (about[0], about[1]), factors[0], factors[1]), step)

    return drag


def of_view(pane: CurvesPane, start: Point) -> Drag:
    """The view goes along."""
    ruler = pane.ruler

    def drag(at: Point, held: Held) -> None:
        del held
        pane.see(ruler.panned(at[0] - start[0], at[1] - start[1]))

    return drag


def of_zoom(pane: CurvesPane, start: Point) -> Drag:
    """The view grows about where the drag began: to the right in frames, up in values."""
    ruler, at_first = pane.ruler, pane.inside(start)

    def drag(at: Point, held: Held) -> None:
        del held
        pane.see(ruler.zoomed(*at_first, ZOOM ** (at[0] - start[0]), ZOOM ** (start[1] - at[1])))

    return drag


def of_playhead(pane: CurvesPane) -> Drag:
    """The playhead goes to the frame under the hand, within the shot."""

    def drag(at: Point, held: Held) -> None:
        del held
        frame = round(pane.ruler.to_curve(*pane.inside(at))[0])
        shot = pane.app.state.graph.shot
        frame = min(max(frame, shot.first), shot.last)
        if frame != pane.frame:
            pane.app.goto(frame)

    return drag


def of_rubber(pane: CurvesPane, start: Point, *, add: bool) -> Drag:
    """A box is drawn, and the keys in it are held."""
    begun = pane.keys

    def drag(at: Point, held: Held) -> None:
        del held
        pane.rubber = (start, at)
        pane.hold(begun.boxed(pane.shown(), pane.ruler, pane.inside(start), pane.inside(at), add=add))

    return drag
