"""The hands on the canvas: what a press begins, a move goes on with, and a release ends. One step of undo a gesture."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nodegraph.data.errors import GraphError
from nodegraph.editor.canvas import gestures, wiring
from nodegraph.editor.canvas.arrange import snapped
from nodegraph.editor.canvas.hit import Hit, Part
from nodegraph.editor.canvas.picked import Picked, nodes
from nodegraph.editor.canvas.scene import Key, WireItem, box_of
from nodegraph.editor.canvas.view import Rect, between
from nodegraph.editor.pane import Button, Held
from nodegraph.editor.panes.graph_hand import Hand
from nodegraph.editor.panes.graph_wire import Loose
from nodegraph.editor.step import Step
from nodegraph.graph.layout import Point

if TYPE_CHECKING:
    from nodegraph.editor.panes.graph import GraphPane

SNAP_REACH = 7.0  # pixels
ZOOM_DRAG = 1.006  # a pixel of an Alt+middle drag


class Pan(Hand):
    """The middle button, or Alt with the left one, moves the view."""

    edits = False

    def __init__(self, pane: GraphPane, at: Point) -> None:
        super().__init__(pane, at)
        self.view = pane.view

    def drag(self, at: Point, held: Held) -> None:
        start, view = self.start, self.pane.view
        self.pane.show(view.panned((at[0] - start[0], at[1] - start[1])))

    def cancel(self) -> None:
        self.pane.show(self.view)


class Zoom(Pan):
    """Alt with the middle button zooms about where it was pressed."""

    def drag(self, at: Point, held: Held) -> None:
        self.pane.show(self.view.zoomed(ZOOM_DRAG ** (at[0] - self.start[0]), self.start))


class Map(Hand):
    """In the small map the view follows the hand."""

    edits = False

    def __init__(self, pane: GraphPane, at: Point) -> None:
        super().__init__(pane, at)
        self.drag(at, Held())

    def drag(self, at: Point, held: Held) -> None:
        self.pane.show(self.pane.map.went_to(self.pane.view, self.pane.size, at))


class Box(Hand):
    """A box on the empty canvas selects; with Shift it adds."""

    scrolls = True

    def __init__(self, pane: GraphPane, at: Point) -> None:
        super().__init__(pane, at)
        self.was = pane.app.state.picked

    def drag(self, at: Point, held: Held) -> None:
        self.pane.overlay.box(between(self.start, at))
        inside = self.pane.painter.hits.inside(between(self.origin, self.pane.view.to_graph(at)))
        picked = self.was.joined(inside) if held.shift else inside
        if picked != self.pane.app.state.picked:
            self.pane.app.pick(picked)

    def click(self, at: Point, held: Held) -> None:
        if not held.shift:
            self.pane.app.pick(Picked())

    def cancel(self) -> None:
        self.pane.app.pick(self.was)


class Resize(Hand):
    """A corner of a backdrop."""

    scrolls = True

    def __init__(self, pane: GraphPane, at: Point, hit: Hit) -> None:
        super().__init__(pane, at)
        self.hit = hit

    def drag(self, at: Point, held: Held) -> None:
        self.step.edit("resize the backdrop", gestures.resized(self.graph, self.hit.name, self.hit.port, self.by(at)))

    def click(self, at: Point, held: Held) -> None:
        self.pane.app.pick(Picked(backdrops=frozenset((self.hit.name,))))

    def cancel(self) -> None:
        self.step.take_back()


class Move(Hand):
    """Nodes, backdrops with what lies on them, and notes; shaken, or with Ctrl, nodes come out of their wires."""

    scrolls = True

    def __init__(self, pane: GraphPane, at: Point, hit: Hit, held: Held) -> None:
        super().__init__(pane, at)
        self.hit = hit
        self.one = _one(hit)
        self.path: list[tuple[float, Point]] = [(time.monotonic(), at)]
        self.out = False
        self.ctrl = held.ctrl
        self.goal: Hit | None = None
        was = pane.app.state.picked
        self.held_before = self.one.within(self.graph) == _both(self.one, was)
        if not self.held_before:
            pane.app.pick(was.joined(self.one) if held.shift else self.one)

    def click(self, at: Point, held: Held) -> None:
        app = self.pane.app
        if held.ctrl and self.hit.part is Part.NODE:
            app.pick(nodes(*self.graph.upstream(self.hit.name)))
        elif self.held_before:
            app.pick(_without(app.state.picked, self.one) if held.shift else self.one)

    def drag(self, at: Point, held: Held) -> None:
        app = self.pane.app
        picked = app.state.picked._replace(wires=frozenset())
        if picked.empty:
            return
        self.path.append((time.monotonic(), at))
        if picked.nodes and not self.out and (self.ctrl or gestures.is_shake(self.path)):
            self.out = True
            self.graph = wiring.extracted(self.graph, picked.nodes)
        by = self.by(at)
        if not held.shift:
            by = self._snapped(picked, by)
        graph = gestures.moved(self.graph, picked, by)
        label = "extract" if self.out else "move"
        self.step.edit(label, graph)
        self._over_wire(picked, by)

    def _snapped(self, picked: Picked, by: Point) -> Point:
        """A single node is drawn to where it is in line with another."""
        pane = self.pane
        item = pane.scene.nodes.get(self.hit.name) if self.hit.part is Part.NODE else None
        origin = pane.painted(self.graph, self.hit.name) if item is not None else None
        if item is None or origin is None or len(picked.nodes) > 1 or picked.backdrops:
            return by
        box = Rect(origin[0], origin[1], origin[0] + item.look.size[0], origin[1] + item.look.size[1])
        seen = pane.painter.hits.inside(pane.view.seen(pane.size)).nodes
        others = [box_of(pane.scene.nodes[name]) for name in seen if name not in picked.nodes]
        found = snapped(box, others, by, SNAP_REACH / pane.view.share)
        pane.overlay.guides(found.x, found.y, pane.view, pane.size)
        return found.by

    def _over_wire(self, picked: Picked, by: Point) -> None:
        """Show into which wire the node would go."""
        pane, self.goal = self.pane, None
        name = self.hit.name
        free = not self.out and self.hit.part is Part.NODE and len(picked.nodes) == 1 and not picked.backdrops
        if free and not self.graph.node(name).inputs and not self.graph.consumers(name):
            place = pane.painted(self.graph, name)
            item = pane.scene.nodes.get(name)
            if place is not None and item is not None:
                left, top = place[0] + by[0], place[1] + by[1]
                box = Rect(left, top, left + item.look.size[0], top + item.look.size[1])
                self.goal = next((hit for hit in pane.painter.hits.wire_under(box) if self._goes_in(hit)), None)
        wire = pane.scene.items.get(Key("wire", self.goal.name, self.goal.port)) if self.goal else None
        pane.overlay.into(wire.place if isinstance(wire, WireItem) else None)

    def _goes_in(self, hit: Hit) -> bool:
        try:
            wiring.inserted(self.graph, self.hit.name, hit.name, hit.port)
        except GraphError:
            return False
        return True

    def drop(self, at: Point, held: Held) -> None:
        if self.goal is not None:
            app = self.pane.app
            graph = wiring.inserted(app.state.graph, self.hit.name, self.goal.name, self.goal.port)
            self.step.edit("insert", graph)
            app.say(f"{self.hit.name} is in the wire to {self.goal.name}")

    def cancel(self) -> None:
        self.step.take_back()


def _one(hit: Hit) -> Picked:
    name = frozenset((hit.name,))
    if hit.part is Part.NODE:
        return Picked(nodes=name)
    return Picked(notes=name) if hit.part is Part.NOTE else Picked(backdrops=name)


def _both(one: Picked, other: Picked) -> Picked:
    return Picked(one.nodes & other.nodes, one.backdrops & other.backdrops, one.notes & other.notes)


def _without(all: Picked, one: Picked) -> Picked:
    return Picked(all.nodes - one.nodes, all.backdrops - one.backdrops, all.notes - one.notes, all.wires)


def taken(pane: GraphPane, at: Point, button: Button, held: Held, double: bool) -> Hand | None:
    """The hand that a press begins; None where it was only a click."""
    if button is Button.MIDDLE:
        return Zoom(pane, at) if held.alt else Pan(pane, at)
    if button is not Button.LEFT:
        return None
    if held.alt:
        return Pan(pane, at)
    if pane.map.holds(at):
        return Map(pane, at)
    hit = pane.hit(at)
    if hit is None or (hit.part is Part.BACKDROP and not double):
        return Box(pane, at)
    if double and hit.part not in (Part.INPUT, Part.OUTPUT, Part.WIRE):
        pane.opened(hit)
        return None
    if hit.part is Part.CORNER:
        return Resize(pane, at, hit)
    if hit.part is Part.WIRE and held.ctrl:
        return _dot(pane, at, hit)
    if hit.part in (Part.INPUT, Part.OUTPUT, Part.WIRE):
        return Loose(pane, at, hit)
    return Move(pane, at, hit, held)


def _dot(pane: GraphPane, at: Point, hit: Hit) -> Hand:
    """Ctrl and a press on a wire bends it there; the dot goes along with the hand."""
    step = Step(pane.app)
    made = wiring.dotted(pane.app.state.graph, hit.name, hit.port, pane.view.to_graph(at))
    step.edit("dot", made.graph, nodes(made.name))
    pane.refresh()
    hand = Move(pane, at, Hit(Part.NODE, made.name), Held())
    hand.step = step
    return hand
