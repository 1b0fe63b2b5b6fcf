"""What a compositor's hand does to the graph: move, copy, paste, delete, switch off; backdrops and notes.

Every function takes a graph and gives another one, so that a gesture is one step of undo: a drag is told anew
from the graph that it began with. What cannot be is refused with a GraphError.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from nodegraph.data.errors import GraphError
from nodegraph.editor.canvas.arrange import settled, standing
from nodegraph.editor.canvas.picked import Picked, carried
from nodegraph.editor.canvas.shapes import LEAST_PANEL, TITLE_BAR
from nodegraph.editor.canvas.view import Rect, around, at_corner
from nodegraph.editor.canvas.wiring import healed
from nodegraph.graph import layout, preset
from nodegraph.graph.graph import Graph, Link
from nodegraph.graph.layout import Backdrop, Note, Place, Point, backdrops, notes
from nodegraph.graph.piece import cut, joined

AROUND = 30.0  # between a new backdrop and what lies on it
ASIDE = (40.0, 40.0)  # from a thing to its duplicate
SHAKE_TIME, SHAKE_TURNS, SHAKE_LENGTH = 0.6, 3, 12.0


class Made(NamedTuple):
    """A graph with something new in it, and what that is: it is selected next."""

    graph: Graph
    picked: Picked


# -- moving ----------------------------------------------------------------------------------------------


def moved(graph: Graph, picked: Picked, by: Point, carry: bool = True) -> Graph:
    """The graph with what is picked elsewhere, by whole pixels; a backdrop takes along what lies on it."""
    by = round(by[0]), round(by[1])
    chosen = carried(graph, picked) if carry else picked
    if by == (0, 0):
        return graph
    if chosen.nodes:
        where = standing(graph)
        graph = layout.moved(
            graph, Place, {name: _plus(where[name], by) for name in graph.nodes if name in chosen.nodes}
        )
    panels, papers = backdrops(graph), notes(graph)
    graph = layout.moved(graph, Backdrop, {n: _plus(panels[n].at, by) for n in panels if n in chosen.backdrops})
    return layout.moved(graph, Note, {n: _plus(papers[n].at, by) for n in papers if n in chosen.notes})


def _plus(point: Point, by: Point) -> Point:
    return point[0] + by[0], point[1] + by[1]


def is_shake(path: Sequence[tuple[float, Point]]) -> bool:
    """True if a drag, told as seconds and places, shook: it turned round three times and more within a moment."""
    if not path:
        return False
    recent = [point for when, point in path if when >= path[-1][0] - SHAKE_TIME]
    return max(_turns([point[axis] for point in recent]) for axis in (0, 1)) >= SHAKE_TURNS


def _turns(values: Sequence[float]) -> int:
    """How often a value turned round, trembling left out."""
    turns, way, furthest = 0, 0, values[0]
    for value in values[1:]:
        run = value - furthest
        if way == 0 and abs(run) >= SHAKE_LENGTH:
            way, furthest = (1 if run > 0 else -1), value
        elif way * run > 0:
            furthest = value
        elif way and abs(run) >= SHAKE_LENGTH:
            turns, way, furthest = turns + 1, -way, value
    return turns


# -- switching off, deleting -----------------------------------------------------------------------------


def disabled(graph: Graph, names: Collection[str]) -> Graph:
    """The graph with nodes switched off, or on again if all of them are off."""
    off = not all(graph.node(name).disabled for name in names)
    fresh = {name: replace(graph.node(name), disabled=off) for name in names}
    return replace(graph, nodes={**graph.nodes, **fresh})


def deleted(graph: Graph, picked: Picked) -> Graph:
    """The graph without what is picked; wires close over a node that is gone as they did while it was disabled."""
    picked = picked.within(graph)
    for taker, port in picked.wires:
        graph = graph.disconnect(taker, port)
    graph = _without(healed(graph, picked.nodes), picked.nodes)
    for name in picked.backdrops:
        graph = layout.without_item(graph, Backdrop, name)
    for name in picked.notes:
        graph = layout.without_item(graph, Note, name)
    return graph


def _without(graph: Graph, names: Collection[str]) -> Graph:
    """The graph without nodes that nobody is wired to, one by one only where a knob of another follows theirs."""
    followed = {
        value.node
        for name, node in graph.nodes.items()
        if name not in names
        for value in node.knobs.values()
        if isinstance(value, Link)
    }
    for name in [name for name in graph.nodes if name in names and name in followed]:
        graph = graph.remove(name)
    rest = set(names) & graph.nodes.keys()
    rows = graph.ui.get("nodes")
    ui = graph.ui
    if isinstance(rows, Mapping) and rest & rows.keys():
        ui = {**ui, "nodes": {name: row for name, row in rows.items() if name not in rest}}
    return replace(graph, nodes={name: node for name, node in graph.nodes.items() if name not in rest}, ui=ui)


# -- copies ----------------------------------------------------------------------------------------------


def copied(graph: Graph, picked: Picked) -> str:
    """The text of what is picked, for the clipboard. A backdrop takes along what lies on it."""
    chosen = carried(graph, picked.within(graph))
    if not (chosen.nodes or chosen.backdrops or chosen.notes):
        raise GraphError("there is nothing to copy", "select nodes first")
    piece = cut(settled(graph), _in_order(graph, chosen.nodes))
    return preset.write(
        preset.Preset(_with_papers(piece.graph, graph, chosen), inputs=piece.inputs, outputs=piece.outputs)
    )


def pasted(graph: Graph, text: str, at: Point | None = None, source: str = "") -> Made:
    """The graph with a copied text in it, its upper left node at a place; `source` feeds its first open input."""
    found = preset.pasted(graph, text, source=source, at=at)
    return Made(found.graph, _new(graph, found.graph))


def duplicated(graph: Graph, picked: Picked, by: Point = ASIDE, keep_inputs: bool = False) -> Made:
    """The graph with what is picked in it twice; with the wires that came in from outside, if they are kept."""
    chosen = carried(graph, picked.within(graph))
    if not (chosen.nodes or chosen.backdrops or chosen.notes):
        raise GraphError("there is nothing to duplicate", "select nodes first")
    piece = cut(settled(graph), _in_order(graph, chosen.nodes))
    whole, names = joined(graph, _with_papers(piece.graph, graph, chosen))
    for places in piece.inputs.values() if keep_inputs else ():
        for place in places:
            whole = whole.connect(names[place.node], place.knob, graph.node(place.node).inputs[place.knob])
    new = _new(graph, whole)
    return Made(moved(whole, new, by, carry=False), new)


def _in_order(graph: Graph, names: Collection[str]) -> list[str]:
    return [name for name in graph.nodes if name in names]


def _with_papers(piece: Graph, graph: Graph, chosen: Picked) -> Graph:
    """A piece with the backdrops and notes that were picked too; none of the others."""
    ui: dict[str, Any] = {key: rows for key, rows in piece.ui.items() if key not in ("backdrops", "notes")}
    for key, names in (("backdrops", chosen.backdrops), ("notes", chosen.notes)):
        if names:
            ui[key] = {name: row for name, row in graph.ui[key].items() if name in names}
    return replace(piece, ui=ui)


def _new(before: Graph, after: Graph) -> Picked:
    """What a graph has that another has not."""
    return Picked(
        frozenset(after.nodes.keys() - before.nodes.keys()),
        frozenset(backdrops(after).keys() - backdrops(before).keys()),
        frozenset(notes(after).keys() - notes(before).keys()),
    )


# -- backdrops, notes, colours ---------------------------------------------------------------------------


def backed(graph: Graph, where: Collection[Rect], at: Point, label: str = "") -> Made:
    """The graph with a new backdrop behind boxes, or at a place if there are none."""
    whole = around(where)
    box = whole.grown(AROUND) if whole is not None else at_corner(at, (320.0, 200.0))
    top = box.top - TITLE_BAR if whole is not None else box.top
    name = _free("Backdrop", backdrops(graph))
    panel = Backdrop((round(box.left), round(top)), (round(box.width), round(box.bottom - top)), label)
    return Made(layout.with_item(graph, name, panel), Picked(backdrops=frozenset((name,))))


def noted(graph: Graph, at: Point, text: str) -> Made:
    """The graph with a new note."""
    name = _free("Note", notes(graph))
    return Made(
        layout.with_item(graph, name, Note((round(at[0]), round(at[1])), text)), Picked(notes=frozenset((name,)))
    )


def resized(graph: Graph, name: str, corner: str, by: Point) -> Graph:
    """The graph with a corner of a backdrop dragged: `top left`, say; the opposite one stays."""
    panels = backdrops(graph)
    if name not in panels:
        raise GraphError(f"there is no backdrop {name}", f"there are {', '.join(panels) or 'none'}")
    panel = panels[name]
    box = at_corner(panel.at, panel.size)
    left, top, right, bottom = box
    if corner.endswith("left"):
        left = min(round(left + by[0]), right - LEAST_PANEL)
    else:
        right = max(round(right + by[0]), left + LEAST_PANEL)
    if corner.startswith("top"):
        top = min(round(top + by[1]), bottom - LEAST_PANEL)
    else:
        bottom = max(round(bottom + by[1]), top + LEAST_PANEL)
    return layout.with_item(graph, name, panel._replace(at=(left, top), size=(right - left, bottom - top)))


def coloured(graph: Graph, picked: Picked, colour: str) -> Graph:
    """The graph with nodes, backdrops and notes in a colour, as #rrggbb; empty for their own."""
    where, panels, papers = standing(graph), backdrops(graph), notes(graph)
    for name in picked.nodes & where.keys():
        graph = layout.with_item(graph, name, Place(where[name], colour))
    for name in picked.backdrops & panels.keys():
        graph = layout.with_item(graph, name, panels[name]._replace(colour=colour))
    for name in picked.notes & papers.keys():
        graph = layout.with_item(graph, name, papers[name]._replace(colour=colour))
    return graph


def _free(base: str, taken: Collection[str]) -> str:
    number = 1
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"
