"""What keys and menus start over the canvas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import dearpygui.dearpygui as dpg

from nodegraph.data.errors import GraphError
from nodegraph.editor.canvas import gestures, wiring
from nodegraph.editor.canvas.arrange import Edge, aligned, arranged, to_grid
from nodegraph.editor.canvas.gestures import Made
from nodegraph.editor.canvas.picked import Picked, carried
from nodegraph.editor.pane import Start
from nodegraph.editor.panels.commands import PLACES
from nodegraph.editor.panes import graph_edits as edits
from nodegraph.editor.panes.graph_hand import fresh_gesture
from nodegraph.editor.shell import platform_x
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import backdrops, notes
from nodegraph.graph.preset import SUFFIX

if TYPE_CHECKING:
    from nodegraph.editor.panes.graph import GraphPane

FILE = "file://"
ZOOM = 1.25  # of the zoom keys
CREATE = ("Read", "Write", "Blur", "Grade", "Merge", "Transform", "Roto", "Dot")


class Actions:
    """By their names in the list of commands."""

    def __init__(self, pane: GraphPane) -> None:
        self.pane = pane
        self.table: Mapping[str, Start] = {
            "copy": self.copy,
            "cut": self.cut,
            "paste": self.paste,
            "paste_branch": lambda: self.paste(branch=True),
            "paste_values": self.paste_values,
            "duplicate": lambda: self._made("duplicate", gestures.duplicated(self.graph, self._picked())),
            "branch": lambda: self._made("branch", gestures.duplicated(self.graph, self._picked(), keep_inputs=True)),
            "delete": self.delete,
            "select_all": self.select_all,
            "select_connected": lambda: self._pick(edits.connected(self.graph, self._nodes())),
            "rename": self.rename,
            "find": lambda: self.pane.adding.find(panels=False),
            "jump": lambda: self.pane.adding.find(panels=True),
            "search": pane.adding.ask,
            "disable": self._on_nodes("disable", gestures.disabled),
            "open_panel": self.open_panel,
            "connect": self._on_nodes("connect", edits.chained),
            "connect_back": self._on_nodes("connect", lambda graph, names: edits.chained(graph, names, up=True)),
            "splay": self._on_nodes("wire into one", edits.splayed),
            "swap_inputs": self._on_nodes("swap inputs", lambda graph, names: wiring.swapped(graph, min(names))),
            "disconnect": self._on_nodes("remove inputs", wiring.unwired),
            "extract": self._on_nodes("extract", wiring.extracted),
            "info": self.info,
            "colour": self.colour,
            "hide_input": self._on_nodes("hide wires", edits.hidden),
            "thumbnail": self._on_nodes("pictures on nodes", edits.pictured),
            "file_name": pane.words.turn_files,
            "reader_up": self._on_nodes("version up", lambda graph, names: edits.version(graph, names, 1)),
            "reader_down": self._on_nodes("version down", lambda graph, names: edits.version(graph, names, -1)),
            "reader_latest": self.latest,
            "backdrop": self.backdrop,
            "note": self.note,
            "autoplace": self.autoplace,
            "snap": lambda: self._snap(self._nodes()),
            "snap_all": lambda: self._snap(frozenset(self.graph.nodes)),
            "align_row": lambda: self._align(Edge.MIDDLE),
            "align_column": lambda: self._align(Edge.CENTRE),
            "minimap": self.minimap,
            "fit": lambda: self.pane.fit(self.picked),
            "zoom_in": lambda: self._zoom(ZOOM),
            "zoom_out": lambda: self._zoom(1 / ZOOM),
            "actual_size": lambda: self._zoom(1 / self.pane.view.share),
            **{f"keep_place_{slot}": self._keep(slot) for slot in PLACES},
            **{f"go_to_place_{slot}": self._go_to(slot) for slot in PLACES},
            **{f"create.{kind}": self._create(kind) for kind in CREATE},
            **{f"view_a_{slot}": self._look(slot) for slot in range(1, 11)},
            **{f"view_b_{slot}": self._compare(slot) for slot in range(1, 11)},
        }

    # -- what is at hand ---------------------------------------------------------------------------------

    @property
    def graph(self) -> Graph:
        return self.pane.app.state.graph

    @property
    def picked(self) -> Picked:
        return self.pane.app.state.picked

    def _picked(self) -> Picked:
        if self.picked.empty:
            raise GraphError("nothing is selected", "click at a node first")
        return self.picked

    def _nodes(self) -> frozenset[str]:
        """The selected nodes, else the one under the cursor."""
        if self.picked.nodes:
            return self.picked.nodes
        hit = self.pane.hit(self.pane.cursor)
        if hit is not None and hit.part.value == "node":
            return frozenset((hit.name,))
        raise GraphError("no node is selected", "click at one first")

    def _pick(self, names: frozenset[str]) -> None:
        self.pane.app.pick(Picked(names))

    def _edit(self, label: str, graph: Graph, merge: str = "") -> None:
        self.pane.app.edit(label, graph, merge)

    def _made(self, label: str, made: Made) -> None:
        self.pane.app.edit(label, made.graph, picked=made.picked)

    def _on_nodes(self, label: str, edit: Callable[[Graph, frozenset[str]], Graph]) -> Start:
        return lambda: self._edit(label, edit(self.graph, self._nodes()))

    # -- copies ------------------------------------------------------------------------------------------

    def copy(self) -> None:
        """As text, so that it can be sent in a message."""
        dpg.set_clipboard_text(gestures.copied(self.graph, self._picked()))
        self._tell("copied")

    def cut(self) -> None:
        """Copied, and gone: with a backdrop what lies on it, too."""
        self.copy()
        self._tell("cut")
        self._edit("cut", gestures.deleted(self.graph, carried(self.graph, self.picked)))

    def _tell(self, done: str) -> None:
        """What was copied or cut."""
        count = len(carried(self.graph, self.picked).nodes)
        what = f"{count} node{'s' * (count != 1)}" if count else "what is selected"
        self.pane.app.say(f"{done} {what} as text")

    def paste(self, branch: bool = False) -> None:
        """Nodes from a text, under the selected node or where the cursor is; or the files of pasted paths."""
        pane = self.pane
        text = platform_x.clipboard()
        place = pane.view.to_graph(pane.cursor)
        paths = _paths(text)
        if paths and all(Path(path).is_absolute() or path.endswith(SUFFIX) for path in paths):
            if not pane.adding.files(place, paths):
                raise GraphError("nothing in these paths can be read", "paste pictures, movies or presets")
            return
        if not text.strip():
            raise GraphError("the clipboard is empty", "copy nodes first")
        source = next(iter(self.picked.nodes)) if len(self.picked.nodes) == 1 else ""
        if source:
            box = next(iter(pane.scene.boxes([source]).values()))
            place = (box.right + 60, box.bottom + 50) if branch else (box.left, box.bottom + 50)
        made = gestures.pasted(self.graph, text, place, source)
        graph = edits.fed(made.graph, made.picked.nodes, source) if source else made.graph
        self._made("paste", made._replace(graph=graph))

    def paste_values(self) -> None:
        """Of the knobs of what was copied, into the selected nodes of the same kinds."""
        text = platform_x.clipboard()
        if not text.strip():
            raise GraphError("the clipboard is empty", "copy a node first")
        self._edit("paste values", edits.with_values(self.graph, self._nodes(), text))

    def delete(self) -> None:
        """Wires close over what is gone."""
        self._edit("delete", gestures.deleted(self.graph, self._picked()))

    # -- selecting ---------------------------------------------------------------------------------------

    def select_all(self) -> None:
        """Nodes, backdrops and notes."""
        graph = self.graph
        self.pane.app.pick(Picked(frozenset(graph.nodes), frozenset(backdrops(graph)), frozenset(notes(graph))))

    def rename(self) -> None:
        """The one that is selected."""
        picked, names = self.picked, self.pane.names
        if len(picked.nodes) == 1:
            names.node(next(iter(picked.nodes)))
        elif len(picked.backdrops) == 1:
            names.backdrop(next(iter(picked.backdrops)))
        elif len(picked.notes) == 1:
            names.note(next(iter(picked.notes)))
        elif picked.nodes:
            raise GraphError("several nodes are selected", "select the one that is to be called otherwise")
        else:
            names.node(next(iter(self._nodes())))

    def open_panel(self) -> None:
        """Of all that are selected."""
        panels = self.pane.app.state.panels
        for name in sorted(self._nodes()):
            panels = panels.opened(name)
        self.pane.app.change(panels=panels)

    def info(self) -> None:
        """What is known of a node."""
        self.pane.tell_of(min(self._nodes()))

    # -- looks -------------------------------------------------------------------------------------------

    def colour(self) -> None:
        """Choose one for what is selected."""
        picked = self._picked()
        at = (self.pane.cursor[0] + self.pane.origin[0], self.pane.cursor[1] + self.pane.origin[1])
        self.pane.swatches.ask(at, lambda colour: self._coloured(picked, colour))

    def _coloured(self, picked: Picked, colour: str) -> None:
        graph = self.graph
        self._edit("colour", gestures.coloured(graph, picked.within(graph), colour))

    def backdrop(self) -> None:
        """Behind what is selected, and its name is asked for; all of it is one step."""
        pane = self.pane
        boxes = pane.scene.boxes(self.picked.nodes)
        merge = fresh_gesture()
        made = gestures.backed(self.graph, boxes.values(), pane.view.to_graph(pane.cursor))
        pane.app.edit("backdrop", made.graph, merge, made.picked)
        pane.refresh()
        for name in made.picked.backdrops:
            pane.names.backdrop(name, merge=merge)

    def note(self) -> None:
        """Where the cursor is, and its words are asked for; all of it is one step."""
        pane, merge, before = self.pane, fresh_gesture(), self.graph
        made = gestures.noted(before, pane.view.to_graph(pane.cursor), "note")
        pane.app.edit("note", made.graph, merge, made.picked)
        pane.refresh()
        for name in made.picked.notes:
            pane.names.note(name, merge=merge, without=before)

    def minimap(self) -> None:
        """Shown, or not."""
        self.pane.map.wanted = not self.pane.map.wanted
        self.pane.map.draw(self.pane.scene, self.pane.view, self.pane.size)

    # -- places ------------------------------------------------------------------------------------------

    def autoplace(self) -> None:
        """The selected nodes, by their wires: what was laid out by hand is not lost by one key."""
        names = self.picked.nodes
        if not names:
            raise GraphError("no node is selected", "select those that are to be placed; Ctrl+A selects all")
        sizes = {name: item.look.size for name, item in self.pane.scene.nodes.items()}
        self._edit("place by themselves", arranged(self.graph, names, sizes))

    def _snap(self, names: frozenset[str]) -> None:
        self._edit("snap", to_grid(self.graph, self.pane.scene.boxes(names)))

    def _align(self, edge: Edge) -> None:
        self._edit("align", aligned(self.graph, self.pane.scene.boxes(self._nodes()), edge))

    def _zoom(self, factor: float) -> None:
        pane = self.pane
        inside = 0 <= pane.cursor[0] < pane.size[0] and 0 <= pane.cursor[1] < pane.size[1]
        pane.show(pane.view.zoomed(factor, pane.cursor if inside else (pane.size[0] / 2, pane.size[1] / 2)))

    def _keep(self, slot: int) -> Start:
        def keep() -> None:
            self.pane.places[slot] = self.pane.view
            key = self.pane.app.bindings.shown(f"go_to_place_{slot}")
            self.pane.app.say(
                f"this place in the graph is kept as {slot}" + (f": {key} comes back to it" if key else "")
            )

        return keep

    def _go_to(self, slot: int) -> Start:
        def go() -> None:
            if slot not in self.pane.places:
                raise GraphError(f"no place is kept as {slot}", "the menu View, Places keeps the one that is seen")
            self.pane.show(self.pane.places[slot])

        return go

    def _create(self, kind: str) -> Start:
        return lambda: self.pane.adding.add(kind, self.pane.view.to_graph(self.pane.cursor))

    # -- the viewer, and files ---------------------------------------------------------------------------

    def _look(self, slot: int) -> Start:
        return lambda: self._wire_viewer(slot, main=True)

    def _compare(self, slot: int) -> Start:
        return lambda: self._wire_viewer(slot, main=False)

    def _wire_viewer(self, slot: int, main: bool) -> None:
        """The selected node goes on an input of the viewer; with none selected that input is shown."""
        app = self.pane.app
        inputs, shown = app.state.inputs, app.state.shown
        if len(self.picked.nodes) == 1:
            app.look(next(iter(self.picked.nodes)), slot)
        elif slot in inputs:
            app.change(shown=slot)
        else:
            raise GraphError(f"nothing is on input {slot} of the viewer", "select one node, and press the number again")
        if not main:
            app.change(shown=shown, against=slot)
            app.say(f"B is {app.state.inputs[slot]}: W over the viewer wipes, D shows the difference")

    def latest(self) -> None:
        """The highest version of the files that there is."""
        folder = self.pane.app.state.document.folder
        self._edit("latest version", edits.latest(self.graph, self._nodes(), folder))


def _paths(text: str) -> tuple[str, ...]:
    """The lines of a text; file managers give paths as addresses, in which a space is %20."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(_path(line.removeprefix(FILE)) if line.startswith(FILE) else line for line in lines if line)


def _path(address: str) -> str:
    path = unquote(address)
    return path if path.isprintable() else address  # of a sequence, by hand: %04d
