"""What keys and menus start in the curve editor."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from nodegraph.editor.pane import Start
from nodegraph.editor.panels.key_lanes import is_lanes
from nodegraph.editor.panels.keys import next_key, previous_key
from nodegraph.editor.panes.curve_edit import Keys, RowId, id_of
from nodegraph.editor.shell import platform_x
from nodegraph.graph.curve import Kind

if TYPE_CHECKING:
    from nodegraph.editor.panes.curves import CurvesPane

STEP = 1.4  # a zoom by key


def actions_of(pane: CurvesPane) -> Mapping[str, Start]:
    """The actions by name."""

    lanes = pane.lanes

    def kind(kind: Kind) -> Start:
        def turn() -> None:
            if lanes.held:
                lanes.with_kind(kind)
            else:
                pane.edit(f"{kind.value} keys", pane.keys.with_kind(pane.frame, kind))

        return turn

    def delete() -> None:
        if lanes.held:
            lanes.delete()
        else:
            pane.edit("delete keys", pane.keys.deleted(pane.frame))

    def every() -> None:
        if lanes.held or not pane.keys.rows:
            lanes.all()
        pane.hold(pane.keys.holding({}) if lanes.held else pane.keys.all(pane.shown()))

    return {
        **{each.value: kind(each) for each in Kind},
        "level": lambda: pane.edit("level handles", pane.keys.levelled(pane.frame)),
        "break_handles": lambda: _break(pane),
        "insert_key": lambda: _insert(pane),
        "delete": delete,
        "select_all": every,
        "copy": lambda: dpg.set_clipboard_text(lanes.copied() if lanes.held else pane.keys.copied()),
        "paste": lambda: _paste(pane),
        "fit": lambda: pane.fit(whole=False),
        "fit_all": lambda: pane.fit(whole=True),
        "zoom_in": lambda: pane.zoom(STEP),
        "zoom_out": lambda: pane.zoom(1 / STEP),
        "key_before": lambda: _jump(pane, previous_key(pane.app.state.graph, pane.names(), pane.frame)),
        "key_after": lambda: _jump(pane, next_key(pane.app.state.graph, pane.names(), pane.frame)),
    }


def _jump(pane: CurvesPane, frame: float | None) -> None:
    if frame is not None:
        pane.app.goto(round(frame))


def _aim(pane: CurvesPane) -> Collection[RowId]:
    """Where keys are pasted: the curves chosen in the list, else those with held keys, else the only one."""
    rows = {id_of(row) for row in pane.keys.rows}
    if len(rows) > 1 and not pane.chosen and not pane.keys.held:
        pane.app.say("choose in the list which curve the keys are for", True)
        return ()
    return rows & pane.chosen or pane.keys.held.keys() or rows


def _paste(pane: CurvesPane) -> None:
    text = platform_x.clipboard()
    if is_lanes(text):
        pane.lanes.paste(text)
    elif aim := _aim(pane):
        pane.edit("paste keys", pane.keys.pasted(aim, text, pane.frame))


def _insert(pane: CurvesPane) -> None:
    """A key on each shown curve at the playhead; on the lanes where keys of theirs are held, or where all are lanes."""
    if pane.lanes.held or not pane.keys.rows:
        pane.lanes.insert()
        return
    held: dict[RowId, frozenset[int]] = {}
    keys = pane.keys
    for key in pane.shown():
        keys = keys.inserted(key, pane.frame, pane.frame)
        held.update(keys.held)
        keys = Keys.of(keys.graph, pane.names())
    pane.edit("insert keys", keys.holding(held))


def _break(pane: CurvesPane) -> None:
    """The handles of held keys turn by themselves, or together again."""
    marks = {(id_of(row), row.curve.keys[index].frame) for row in pane.keys.rows for index in pane.keys.held_of(row)}
    pane.broken = pane.broken - marks if marks <= pane.broken else pane.broken | marks
    pane.app.say("handles broken" if marks & pane.broken else "handles joined")
