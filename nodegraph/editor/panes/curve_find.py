"""What lies under the cursor in the curve editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.editor.pane import Point
from nodegraph.editor.panels.curve_view import Grip, grip_at, on_curve
from nodegraph.editor.panes.curve_edit import RowId, id_of
from nodegraph.editor.panes.curve_paint import ROW, box_grips, listed

if TYPE_CHECKING:
    from nodegraph.editor.panes.curves import CurvesPane

NEAR = 7.0


def grip(pane: CurvesPane, at: Point) -> tuple[RowId, Grip] | None:
    """The key or handle under a point; what is held wins."""
    x, y = pane.inside(at)
    rows = sorted(pane.rows_shown(), key=lambda row: not pane.keys.held_of(row))
    for row in rows:
        found = grip_at(row.curve, pane.ruler, x, y, pane.keys.held_of(row), NEAR * pane.scale)
        if found is not None:
            return id_of(row), found
    return None


def curve(pane: CurvesPane, at: Point) -> tuple[RowId, float] | None:
    """The curve under a point, and the frame there."""
    x, y = pane.inside(at)
    for row in pane.rows_shown():
        frame = on_curve(row.curve, pane.ruler, x, y, NEAR * pane.scale)
        if frame is not None:
            return id_of(row), frame
    return None


def box(pane: CurvesPane, at: Point) -> tuple[int, int] | None:
    """The side of the box about held keys under a point."""
    bounds = pane.keys.bounds()
    x, y = pane.inside(at)
    reach = NEAR * pane.scale
    for gx, gy, side in box_grips(bounds, pane.ruler) if bounds else ():
        if abs(gx - x) <= reach and abs(gy - y) <= reach:
            return side
    return None


def row(pane: CurvesPane, at: Point) -> tuple[RowId | None, str] | None:
    """The line of the list under a point: a curve, or all of a node."""
    x, y = pane.on_list(at)
    if not 0 <= x < pane.room.left or on_lanes(pane, at):
        return None
    for kind, top, each in listed(pane.keys.rows, pane.scale):
        if top <= y + pane.scroll < top + ROW * pane.scale:
            return (id_of(each) if kind == "curve" else None), each.node
    return None, ""


def on_lanes(pane: CurvesPane, at: Point) -> bool:
    """True if a point is on the lanes, or on their names."""
    y, lower = pane.on_list(at)[1], pane.lower
    return lower.top <= y < lower.top + lower.height
