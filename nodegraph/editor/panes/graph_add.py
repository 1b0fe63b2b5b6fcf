"""New nodes: the search by a few letters, files that become readers, and going to a node by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nodegraph.data.errors import NodegraphError
from nodegraph.editor.canvas import colours, wiring
from nodegraph.editor.canvas.gestures import Made
from nodegraph.editor.canvas.picked import Picked, nodes
from nodegraph.editor.canvas.scene import Key, WireItem
from nodegraph.editor.canvas.shapes import DOT, HEIGHT
from nodegraph.editor.panels import search
from nodegraph.editor.panels.search import Dragged
from nodegraph.editor.panels.settings import put_first, remember, remembered, settings_folder, texts
from nodegraph.editor.panes.graph_hand import fresh_gesture
from nodegraph.editor.panes.graph_popup import Chooser, Row, mouse
from nodegraph.graph import preset
from nodegraph.graph.graph import Graph, Wire
from nodegraph.graph.knob import File
from nodegraph.graph.layout import Point, backdrops

if TYPE_CHECKING:
    from nodegraph.editor.panes.graph import GraphPane

REMEMBERED = 20
READER = "Read"
APART = 190.0  # between readers of files that were dropped together


class Adding:
    """The list to choose from, and what is made of a choice."""

    def __init__(self, pane: GraphPane) -> None:
        self.pane = pane
        self.chooser = Chooser(pane.app.scale)
        self.recent: tuple[str, ...] = _recent()

    def tick(self) -> None:
        """The mouse over the list."""
        if self.chooser.shown:
            self.chooser.hover(mouse())

    # -- which node --------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Tab: under the selected node, into the selected wire, or where the cursor is."""
        place = self.pane.view.to_graph(self.pane.cursor)
        self._ask(self.pane.cursor, None, lambda row: self.add(row.key, place))

    def ask_for_wire(self, at: Point, wire: Dragged, end: tuple[str, str]) -> None:
        """Nodes that a loose wire fits."""
        place = self.pane.view.to_graph(at)
        self._ask(at, wire, lambda row: self.add_to_wire(row.key, place, wire, end))

    def _ask(self, at: Point, wire: Dragged | None, done: Callable[[Row], None]) -> None:
        library = self.pane.app.state.graph.library
        hint = (
            "Add a node" if wire is None else f"A node that {'takes' if wire.forward else 'gives'} {wire.type.__name__}"
        )

        def find(text: str) -> list[Row]:
            rows = search.found(library, text, self.recent, wire)
            return [Row(row.name, row.name, row.menu, row.help, colours.of_menu(row.menu)) for row in rows]

        origin = self.pane.origin
        self.chooser.ask((at[0] + origin[0] - 20, at[1] + origin[1] - 16), hint, find, done)

    def add(self, kind: str, place: Point) -> None:
        """A node of a kind, as a key or the search makes it."""
        pane, app = self.pane, self.pane.app
        graph, picked = app.state.graph, app.state.picked
        one = next(iter(picked.nodes)) if len(picked.nodes) == 1 else ""
        wire = next(iter(picked.wires)) if len(picked.wires) == 1 and not one else None
        top = (place[0], place[1] - HEIGHT / 2)
        if wire is not None and kind != DOT:
            item = pane.scene.items.get(Key("wire", *wire))
            made = wiring.created_on(graph, kind, *wire, _middle(item) if isinstance(item, WireItem) else top)
        elif wire is not None:
            made = wiring.dotted(graph, *wire, place)
        elif one:
            made = wiring.created_after(graph, kind, one)
        else:
            made = wiring.created(graph, kind, top)
        self.made(kind, made)

    def add_to_wire(self, kind: str, place: Point, wire: Dragged, end: tuple[str, str]) -> None:
        """A node at the loose end of a wire."""
        graph = self.pane.app.state.graph
        port = search.port_for(graph.library.get(kind), wire)
        made = wiring.created(graph, kind, (place[0], place[1] - (0 if wire.forward else HEIGHT)))
        if port is not None and wire.forward:
            made = made._replace(graph=made.graph.connect(made.name, port, Wire(*end)))
        elif port is not None:
            outputs = graph.library.get(kind).outputs
            first = bool(outputs) and outputs[0].name == port
            made = made._replace(graph=made.graph.connect(*end, Wire(made.name, "" if first else port)))
        self.made(kind, made)

    def made(self, kind: str, made: wiring.Created) -> None:
        """Go on with a new node: it is selected, and its panel opens."""
        app = self.pane.app
        app.edit(f"add {made.name}", made.graph, picked=nodes(made.name))
        if made.name in app.state.graph.nodes and kind != DOT:
            app.change(panels=app.state.panels.opened(made.name))
        self.recent = put_first(self.recent, kind, REMEMBERED)
        _remember(self.recent)

    # -- going there -------------------------------------------------------------------------------------

    def find(self, panels: bool) -> None:
        """Choose a node, or a backdrop too, and go there."""
        graph = self.pane.app.state.graph

        def rows(text: str) -> list[Row]:
            words = text.lower().split()
            found = [
                Row(name, panel.label or name, "Backdrop", "", colours.PANEL)
                for name, panel in (backdrops(graph).items() if panels else ())
            ]
            for name, node in graph.nodes.items():
                kind = graph.type_of(name)
                menu = colours.of_menu(kind.menu) if kind is not None else colours.MISSING
                found.append(Row(name, name, node.kind, "" if kind is None else kind.help.partition("\n")[0], menu))
            return [row for row in found if all(word in f"{row.label} {row.right}".lower() for word in words)]

        at = (self.pane.cursor[0] + self.pane.origin[0] - 20, self.pane.cursor[1] + self.pane.origin[1] - 16)
        self.chooser.ask(at, "Go to a node" + (" or a backdrop" if panels else ""), rows, self._go)

    def _go(self, row: Row) -> None:
        picked = Picked(backdrops=frozenset((row.key,))) if row.right == "Backdrop" else nodes(row.key)
        self.pane.app.pick(picked)
        self.pane.fit(picked)

    # -- files -------------------------------------------------------------------------------------------

    def files(self, place: Point, paths: tuple[str, ...]) -> bool:
        """Readers of files, and presets; True if there was one."""
        app = self.pane.app
        merge = fresh_gesture()
        took = False
        for index, path in enumerate(paths):
            at = (place[0] + index * APART, place[1])
            try:
                made = self._file(app.state.graph, path.strip(), at)
            except NodegraphError as fault:
                app.say(str(fault), True)
                continue
            if made is not None:
                app.edit("files", made.graph, merge, made.picked)
                took = True
        return took

    def _file(self, graph: Graph, path: str, at: Point) -> Made | None:
        if path.endswith(preset.SUFFIX):
            found = preset.inserted(graph, preset.load(path, graph.library), at=at)
            return Made(found.graph, Picked(frozenset(found.graph.nodes.keys() - graph.nodes.keys())))
        kind = graph.library.types.get(READER)
        knob = next((name for name, each in kind.knobs.items() if issubclass(each.type, File)), "") if kind else ""
        if not knob or path.endswith(".ngraph.json"):
            return None
        made = wiring.created(graph, READER, at)
        return Made(made.graph.set(made.name, knob, File(path)), nodes(made.name))


def _middle(item: WireItem) -> Point:
    (left, top), (right, bottom) = item.place[0], item.place[3]
    return (left + right) / 2, (top + bottom) / 2 - HEIGHT / 2


def _recent() -> tuple[str, ...]:
    try:
        return texts(remembered(settings_folder() / "nodes.json").get("recent"))
    except NodegraphError:
        return ()


def _remember(recent: tuple[str, ...]) -> None:
    remember(settings_folder() / "nodes.json", {"recent": list(recent)})
