"""Names typed in place: of nodes and backdrops, and the words of notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nodegraph.editor.canvas.gestures import deleted
from nodegraph.editor.canvas.picked import Picked, nodes
from nodegraph.editor.canvas.scene import Key, box_of
from nodegraph.editor.canvas.shapes import TITLE_BAR
from nodegraph.editor.canvas.view import Rect
from nodegraph.editor.panes.graph_popup import Field
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import backdrops, notes, with_item

if TYPE_CHECKING:
    from nodegraph.editor.panes.graph import GraphPane


class Names:
    """The field, and what is done with what is typed into it."""

    def __init__(self, pane: GraphPane) -> None:
        self.pane = pane
        self.field = Field(pane.app.scale)

    def node(self, name: str) -> None:
        """Type another name for a node."""
        box = self._box(Key("node", name)) or self._box(Key("dot", name))
        if box is not None:
            place = (box.left, box.centre[1] - self.field.high / 2)
            self.field.ask(place, box.width, name, lambda text: self._guarded(lambda: self.rename(name, text.strip())))

    def rename(self, name: str, new: str) -> None:
        """Call a node otherwise; its panel and the viewer go along."""
        app = self.pane.app
        if not new or new == name:
            return
        app.edit(f"rename {name}", app.state.graph.rename(name, new), picked=nodes(new))

    def backdrop(self, name: str, *, merge: str = "") -> None:
        """Type a backdrop's label."""
        box, panel = self._box(Key("backdrop", name)), backdrops(self.pane.app.state.graph).get(name)
        if box is None or panel is None:
            return
        height = TITLE_BAR * self.pane.view.zoom
        place = (box.left, box.top + height / 2 - self.field.high / 2)
        self.field.ask(
            place,
            min(box.width, 420.0 * self.field.unit),
            panel.label,
            lambda text: self._label(name, text.strip(), merge),
        )

    def _label(self, name: str, text: str, merge: str) -> None:
        graph = self.pane.app.state.graph
        panel = backdrops(graph).get(name)
        if panel is not None and panel.label != text:
            self._edit("name the backdrop", with_item(graph, name, panel._replace(label=text)), merge)

    def note(self, name: str, *, merge: str = "", without: Graph | None = None) -> None:
        """Type a note's words; one without any is taken away. `without` is the graph before a new one."""
        box, note = self._box(Key("note", name)), notes(self.pane.app.state.graph).get(name)
        unit = self.field.unit
        if box is not None and note is not None:
            self.field.ask(
                (box.left, box.top),
                max(220.0 * unit, box.width + 24 * unit),
                note.text,
                lambda text: self._write(name, text.strip(), merge, without),
                several=True,
                height=box.height + 40 * unit,
            )

    def _write(self, name: str, text: str, merge: str, without: Graph | None) -> None:
        graph = self.pane.app.state.graph
        note = notes(graph).get(name)
        if note is None or note.text == text:
            return
        if not text:
            self._edit("delete the note", without or deleted(graph, Picked(notes=frozenset((name,)))), merge)
            return
        self._edit("write the note", with_item(graph, name, note._replace(text=text)), merge)

    def _edit(self, label: str, graph: Graph, merge: str = "") -> None:
        self._guarded(lambda: self.pane.app.edit(label, graph, merge))

    def _guarded(self, work: Callable[[], None]) -> None:
        self.pane.app.guarded(work)

    def _box(self, key: Key) -> Rect | None:
        """Where an item is in the window."""
        pane = self.pane
        item = pane.scene.items.get(key)
        if item is None:
            return None
        box = box_of(item)
        left, top = pane.view.to_screen((box.left, box.top))
        right, bottom = pane.view.to_screen((box.right, box.bottom))
        return Rect(left, top, right, bottom).moved(pane.origin)
