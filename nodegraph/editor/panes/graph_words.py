"""What is known of nodes beside the graph: their files, times, what of them is in the cache, and words on hover."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import PurePath

from nodegraph.editor.app import App
from nodegraph.editor.canvas.hit import Hit, Part
from nodegraph.editor.canvas.scene import Key, Scene, WireItem
from nodegraph.editor.canvas.shapes import spot_at
from nodegraph.editor.panes.graph_known import Known
from nodegraph.editor.state import State
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.layout import PICTURE, marked

PREFIX = re.compile(r"^( at frame -?\d+)?: ")  # of a fault; the node is seen already
LONGEST = 34  # letters of a line beside a node


class Words:
    """Lines beside nodes, and what else is drawn of them that no graph holds."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.files = True  # are the names of files shown
        self.known = Known(app, self._come)
        self._other: set[str] = set()
        self.fresh = True
        self._told: dict[str, tuple[str, ...]] = {}
        self._graph: Graph | None = None

    @property
    def cached(self) -> frozenset[str]:
        return self.known.cached

    @property
    def seconds(self) -> Mapping[str, float]:
        return self.known.seconds

    def beside(self, name: str) -> tuple[str, ...]:
        """The lines beside a node: what is wrong, its file, its time."""
        state = self.app.state
        rows = []
        fault = state.faults.get(name, "")
        if fault:
            rows.append(_short(PREFIX.sub("", fault.partition("\n")[0].removeprefix(name))))
        if self.files:
            rows += [_short(text) for text in file_names(state.graph, name)][:1]
        if name in self.seconds:
            rows.append(duration(self.seconds[name]))
        return tuple(rows)

    def texture(self, name: str) -> int:
        """The texture of a node's picture; 0 until there is one."""
        return self.known.textures.get(name, 0)

    def changed(self, graph: Graph) -> set[str]:
        """The nodes beside which something else is to be written now."""
        before, self._graph = self._graph, graph
        self.fresh = True
        names = {name for name, node in graph.nodes.items() if before is None or before.nodes.get(name) is not node}
        now = {name: self.beside(name) for name in {*names, *self._told, *self.seconds} if name in graph.nodes}
        other = {name for name, rows in now.items() if self._told.get(name, ()) != rows} | self._other
        self._other = set()
        self._told = {name: rows for name, rows in now.items() if rows}
        return other

    def card(self, name: str) -> str:
        """What is known of a node, line by line."""
        state = self.app.state
        node, kind = state.graph.node(name), state.graph.type_of(name)
        rows = [f"{name}: {node.kind}" + (", disabled" if node.disabled else "")]
        if kind is not None:
            rows.append(kind.help.partition("\n")[0])
        rows += [f"{knob} = {value}" for knob, value in list(node.knobs.items())[:3]]
        if name in self.seconds:
            rows.append(duration(self.seconds[name]) + " a frame")
        if state.faults.get(name):
            rows.append(state.faults[name])
        return "\n".join(rows)

    def turn_files(self) -> None:
        """Show the names of files, or no longer."""
        self.files = not self.files
        self.fresh = False
        self._graph = None
        self.app.change()

    def poll(self, state: State, scene: Scene, seen: Collection[str]) -> None:
        """Look for what else has come to be known of the nodes that are seen."""
        self.known.poll(state, seen, [name for name in sorted(marked(state.graph, PICTURE)) if name in scene.nodes])

    def _come(self, names: set[str]) -> None:
        """There is something new: it is drawn with the next frame."""
        self.fresh = False
        self._other |= names
        self.app.change()

    def close(self) -> None:
        """Nothing is looked for any more."""
        self.known.close()


def file_names(graph: Graph, name: str) -> list[str]:
    """The files that a node reads or writes."""
    node, kind = graph.nodes[name], graph.type_of(name)
    if kind is None:
        return []
    values = [
        value for knob, value in node.knobs.items() if isinstance(value, str) and issubclass(_type(kind, knob), File)
    ]
    return [PurePath(value).name for value in values if value]


def _type(kind: object, knob: str) -> type:
    knobs = getattr(kind, "knobs", {})
    return knobs[knob].type if knob in knobs else object


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def duration(seconds: float) -> str:
    """A time as one reads it at a glance."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.1f} ms" if seconds < 0.00995 else f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def about(state: State, scene: Scene, hit: Hit | None) -> tuple[str, bool]:
    """The words on what is under the cursor, and whether they are a complaint."""
    if hit is None:
        return "", False
    graph = state.graph
    if hit.part is Part.NODE:
        fault = state.faults.get(hit.name, "")
        node = graph.nodes.get(hit.name)
        if fault:
            return fault, True
        if node is not None and graph.type_of(hit.name) is None:
            return f"{node.kind}: this program lacks such a node; it is kept as it is", True
        return "", False
    if hit.part in (Part.INPUT, Part.OUTPUT):
        look = scene.nodes[hit.name].look
        spot = spot_at(look.ins if hit.part is Part.INPUT else look.outs, hit.port)
        if spot is None:
            return "", False
        extra = ", optional" if hit.part is Part.INPUT and spot.optional else ""
        return f"{spot.label}: {spot.type or 'unknown'}{extra}", False
    if hit.part is Part.WIRE:
        item = scene.items.get(Key("wire", hit.name, hit.port))
        if isinstance(item, WireItem):
            giver = f"{item.look.giver}.{item.look.output}" if item.look.output else item.look.giver
            return f"{giver} to {hit.name}.{hit.port}", False
    return "", False
