"""A wire in the hand: ports that take it light up, others say why they do not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nodegraph.editor.canvas import wiring
from nodegraph.editor.canvas.hit import Hit, Part, spot_place
from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.canvas.scene import NodeItem, box_of
from nodegraph.editor.canvas.shapes import bend, spot_at
from nodegraph.editor.pane import Held
from nodegraph.editor.panels.search import Dragged
from nodegraph.editor.panes.graph_hand import Hand
from nodegraph.graph.graph import Wire
from nodegraph.graph.layout import Point

if TYPE_CHECKING:
    from nodegraph.editor.panes.graph import GraphPane

End = tuple[str, str]  # node and port
FAR = 40.0  # pixels from where it was pressed: the wire is let go, whatever lies there


class Loose(Hand):
    """A wire of which one end is in the hand.

    `forward` means that it comes out of a node and looks for an input. A wire that was pulled off its input
    goes back to nowhere if it is let go over the empty canvas; a new one asks there for a node that fits.
    """

    scrolls = True

    def __init__(self, pane: GraphPane, at: Point, hit: Hit) -> None:
        super().__init__(pane, at)
        self.hit = hit
        self.pulled: End | None = None
        self.forward = True
        inputs = self.graph.node(hit.name).inputs
        if hit.part is Part.OUTPUT:
            self.wire = Wire(hit.name, hit.port)
        elif hit.port in inputs:
            self.wire = inputs[hit.port]
            self.pulled = (hit.name, hit.port)
            self.forward = hit.part is Part.INPUT or hit.along >= 0.5
        else:
            self.wire = Wire("")
            self.forward = False
        self.goal: End | None = None
        self.reason = ""
        self.lit = False
        if self.forward:
            self.legal = wiring.targets(self.graph, self.wire).lit
        else:
            self.legal = wiring.sources(self.graph, hit.name, hit.port).lit
        self.fixed, self.type = self._anchor()

    def _anchor(self) -> tuple[tuple[NodeItem, Point], str]:
        """The end that stays, and what the wire carries."""
        name = self.wire.node if self.forward else self.hit.name
        item = self.pane.scene.nodes[name]
        spot = spot_at(item.look.outs, self.wire.output) if self.forward else spot_at(item.look.ins, self.hit.port)
        place = spot_place(item, spot) if spot is not None else box_of(item).centre
        return (item, place), spot.type if spot is not None else ""

    # -- the hand ----------------------------------------------------------------------------------------

    def drag(self, at: Point, held: Held) -> None:
        pane = self.pane
        if not self.lit:
            self.lit = True
            seen = pane.painter.hits.inside(pane.view.seen(pane.size)).nodes
            shown = {name: pane.scene.nodes[name] for name in seen if name != self.fixed[0].look.title}
            pane.overlay.lights(shown, self.legal, inputs=self.forward, view=pane.view)
        self._aim(at)
        pane.app.guarded(lambda: self._show(at))

    def scrolled(self) -> None:
        self.lit = False

    def _aim(self, at: Point) -> None:
        """Which port the hand is over, and why it would not do."""
        self.goal, self.reason = None, ""
        hit = self.pane.hit(at)
        if hit is None or hit.part not in (Part.INPUT, Part.OUTPUT, Part.NODE):
            return
        if hit.name == self.fixed[0].look.title and hit.part is not (Part.INPUT if self.forward else Part.OUTPUT):
            return
        wanted = Part.INPUT if self.forward else Part.OUTPUT
        end = (hit.name, hit.port) if hit.part is wanted else self._free(hit.name)
        if end is None:
            kind = self.graph.nodes[hit.name].kind
            side = "inputs" if self.forward else "outputs"
            self.reason = f"{hit.name} has no {side}: a {kind} " + ("only gives" if self.forward else "only writes")
            return
        if end in self.legal or end == self.pulled:
            self.goal = end
            return
        self.reason = (
            wiring.why_not(self.graph, *end, self.wire)
            if self.forward
            else wiring.why_not(self.graph, self.hit.name, self.hit.port, Wire(*end))
        )

    def _free(self, name: str) -> End | None:
        """The port of a node that the wire takes if it is let go over the middle of it."""
        look = self.pane.scene.nodes[name].look
        spots = look.ins if self.forward else look.outs
        legal = [spot for spot in spots if (name, spot.port) in self.legal]
        best = next(iter([spot for spot in legal if not spot.wired] or legal or list(spots)), None)
        return (name, best.port) if best is not None else None

    def _show(self, at: Point) -> None:
        pane = self.pane
        end = pane.view.to_graph(at)
        item = pane.scene.nodes[self.goal[0]] if self.goal else None
        if item is not None and self.goal is not None:
            spot = spot_at(item.look.ins if self.forward else item.look.outs, self.goal[1])
            end = spot_place(item, spot) if spot is not None else end
            label = spot.label if spot is not None else self.goal[1]
            pane.overlay.words(at, f"{self.goal[0]}  {label}", pane.size)
        else:
            pane.overlay.words(at, self.reason, pane.size, complaint=True)
        pane.overlay.frame(box_of(item) if item is not None else None)
        anchor, place = self.fixed
        to_dot = item is not None and item.look.dot
        ends = (place, end) if self.forward else (end, place)
        dots = (anchor.look.dot, to_dot) if self.forward else (to_dot, anchor.look.dot)
        pane.overlay.loose(bend(*ends, *dots), self.type, bool(self.reason), pane.view.to_screen(end))

    def drop(self, at: Point, held: Held) -> None:
        self._aim(at)
        app = self.pane.app
        if self.reason:
            app.say(self.reason, True)
        elif self.goal is not None:
            self._join(self.goal)
        elif self.pane.hit(at) is None or math.dist(at, self.start) > FAR * self.pane.view.unit:
            self._let_go(at)

    def _join(self, goal: End) -> None:
        if not self.forward:
            graph = self.graph.connect(self.hit.name, self.hit.port, Wire(*goal))
        elif self.pulled is None:
            graph = self.graph.connect(*goal, self.wire)
        elif goal == self.pulled:
            return
        else:
            graph = wiring.moved_end(self.graph, *self.pulled, goal)
        self.step.edit("wire", graph)

    def _let_go(self, at: Point) -> None:
        """Over the empty canvas."""
        if self.pulled is not None:
            self.step.edit("unwire", self.graph.disconnect(*self.pulled))
            return
        kind = self.graph.type_of(self.hit.name)
        if kind is None:
            return
        if self.forward:
            out = kind.output(self.wire.output)
            loose = Dragged(out.type) if out is not None else None
        else:
            port = kind.port(self.hit.port)
            loose = Dragged(port.type, False) if port is not None else None
        if loose is not None:
            self.pane.search(at, loose, (self.hit.name, self.hit.port))

    def click(self, at: Point, held: Held) -> None:
        app = self.pane.app
        if self.hit.part is Part.WIRE:
            one = Picked(wires=frozenset(((self.hit.name, self.hit.port),)))
            app.pick(app.state.picked.joined(one) if held.shift else one)
        else:
            one = Picked(nodes=frozenset((self.hit.name,)))
            app.pick(app.state.picked.joined(one) if held.shift else one)
