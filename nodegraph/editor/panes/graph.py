"""The node graph: a canvas that a compositor's hands are at home on."""

from __future__ import annotations

from collections.abc import Mapping

import dearpygui.dearpygui as dpg

from nodegraph.editor.app import App
from nodegraph.editor.canvas.arrange import standing
from nodegraph.editor.canvas.hit import Hit, Part
from nodegraph.editor.canvas.picked import Picked, nodes
from nodegraph.editor.canvas.scene import Key, Scene, box_of, diff, scene_of
from nodegraph.editor.canvas.shapes import Marks
from nodegraph.editor.canvas.view import View, fitted
from nodegraph.editor.pane import Button, Held, Pane, Point, Start
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panels.search import Dragged
from nodegraph.editor.panes import graph_ink as inks
from nodegraph.editor.panes.graph_actions import Actions
from nodegraph.editor.panes.graph_add import Adding
from nodegraph.editor.panes.graph_hand import Hand
from nodegraph.editor.panes.graph_hands import taken
from nodegraph.editor.panes.graph_menu import Menu
from nodegraph.editor.panes.graph_minimap import SmallMap
from nodegraph.editor.panes.graph_names import Names
from nodegraph.editor.panes.graph_overlay import Overlay
from nodegraph.editor.panes.graph_paint import Painter
from nodegraph.editor.panes.graph_popup import Popup
from nodegraph.editor.panes.graph_swatches import Swatches
from nodegraph.editor.panes.graph_words import Words, about
from nodegraph.editor.state import State
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import HIDDEN, PICTURE, marked

HUD = 13.0  # letters in the corner
LONGEST = 0.05  # seconds that a frame counts for at most, when the canvas scrolls


class GraphPane(Pane):
    """Shows the graph, and turns what hands and keys do over it into edits."""

    place = Place.GRAPH
    title = "Node graph"
    turns_in_hand = True

    drawlist: int
    painter: Painter
    overlay: Overlay
    map: SmallMap
    names: Names
    adding: Adding
    swatches: Swatches
    menu: Menu
    deeds: Actions

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.view = View(zoom=app.scale, unit=app.scale)
        self.scene = Scene(Graph(app.state.graph.library), {}, {})
        self.cursor: Point = (0.0, 0.0)  # in pixels of the canvas
        self.hand: Hand | None = None
        self.words = Words(app)
        self.places: dict[int, View] = {}  # that are kept, by number
        self._popups: tuple[Popup, ...] = ()
        self._fit_wanted = True  # until a hand has looked elsewhere, all of the graph is shown
        self._map_stale = True
        self._hud: tuple[int, ...] = ()
        self._ticked = 0.0

    def build(self, window: int) -> None:
        self.drawlist = dpg.add_drawlist(10, 10, parent=window)
        self.painter = Painter(self.drawlist, self.words.beside, self.words.texture, self.app.scale)
        self.map = SmallMap(self.drawlist, self.app.scale)
        self.overlay = Overlay(self.drawlist, self.painter.glow, self.app.scale)
        unit = self.app.scale
        pill = dpg.draw_rectangle(
            (5 * unit, 5 * unit),
            (6 * unit, 27 * unit),
            color=inks.CLEAR,
            fill=inks.faded(inks.BACKGROUND, 232),
            rounding=4 * unit,
            parent=self.drawlist,
        )
        lines = [
            dpg.draw_text((12 * unit, y * unit), "", size=HUD * unit, color=inks.FAINT, parent=self.drawlist)
            for y in (9, 29)
        ]
        self._hud = (pill, *lines)
        self.names = Names(self)
        self.adding = Adding(self)
        self.swatches = Swatches(unit)
        self.menu = Menu(self)
        self.deeds = Actions(self)
        self._popups = (self.names.field, self.adding.chooser, self.swatches)

    # -- drawing -----------------------------------------------------------------------------------------

    def sync(self, old: State | None, new: State) -> None:
        if old is not None and old.document.path != new.document.path and not old.graph.nodes.keys() & new.graph.nodes:
            self._fit_wanted = True
            self.places.clear()
        same = old is not None and (
            old.graph is new.graph
            and old.picked == new.picked
            and old.faults is new.faults
            and old.inputs is new.inputs
            and self.words.fresh
        )
        if not same:
            self._redraw(new)

    def _redraw(self, state: State) -> None:
        hidden = marked(state.graph, HIDDEN)
        scene = scene_of(state.graph, self._marks(state), state.picked, self.scene)
        changes = diff(self.scene, scene)
        whole = self._fit_wanted and len(changes.added) == len(scene.items) > 0
        self.scene = scene
        other = self.words.changed(state.graph)
        if hidden != self.painter.hidden:
            self.painter.hidden = hidden
            self.painter.redraw(set())
        self.painter.apply(changes, scene)
        if other:
            self.painter.redraw(other)
        self._map_stale = self._map_stale or not changes.empty
        if whole:
            self._show_whole()
        self._tell()

    def _marks(self, state: State) -> dict[str, Marks]:
        viewers: dict[str, tuple[int, ...]] = {}
        for slot, name in sorted(state.inputs.items()):
            viewers[name] = (*viewers.get(name, ()), slot)
        pictured = marked(state.graph, PICTURE)
        names = {*state.faults, *viewers, *self.words.cached, *self.words.seconds, *pictured}
        return {
            name: Marks(
                error=state.faults.get(name, ""),
                cached=name in self.words.cached,
                seconds=self.words.seconds.get(name),
                picture=name in pictured,
                viewers=viewers.get(name, ()),
            )
            for name in names
            if name in state.graph.nodes
        }

    def _tell(self) -> None:
        """What is in the upper left corner."""
        graph = self.app.state.graph
        wires = sum(len(node.inputs) for node in graph.nodes.values())
        text = f"{_count(len(graph.nodes), 'node')}, {_count(wires, 'wire')}, {self.view.share * 100:.0f} %"
        hint = "" if graph.nodes else "Tab adds a node. Files can be dropped or pasted here."
        dpg.configure_item(self._hud[0], pmax=((20 + inks.text_width(text, HUD)) * self.app.scale, 27 * self.app.scale))
        for drawn, line in zip(self._hud[1:], (text, hint), strict=True):
            dpg.configure_item(drawn, text=line)

    def refresh(self) -> None:
        """Draw an edit at once, where a gesture goes on with what it made."""
        self._redraw(self.app.state)

    def resized(self) -> None:
        dpg.configure_item(self.drawlist, width=round(self.size[0]), height=round(self.size[1]))
        self._map_stale = True
        if self._fit_wanted:
            self._show_whole()
        else:
            self._show(self.view)

    def show(self, view: View) -> None:
        """Look at another part of the graph."""
        self._fit_wanted = False
        self._show(view)

    def _show_whole(self) -> None:
        """All of the graph, for as long as no hand has chosen otherwise."""
        self._show(
            fitted(
                [box_of(item) for key, item in self.scene.items.items() if key.layer != "wire"],
                self.size,
                unit=self.view.unit,
            )
        )

    def _show(self, view: View) -> None:
        zoomed = view.zoom != self.view.zoom
        self.view = view
        self.painter.look(view, self.size)
        self.map.look(view, self.size)
        if zoomed:
            self._tell()

    def fit(self, picked: Picked | None = None) -> None:
        """Show all, or what is picked."""
        keys = set()
        if picked is not None and not picked.empty:
            keys |= {Key(layer, name) for name in picked.nodes for layer in ("node", "dot")}
            keys |= {Key("backdrop", name) for name in picked.backdrops} | {Key("note", name) for name in picked.notes}
            keys |= {Key("node", name) for name, _ in picked.wires}
        rows = [item for key, item in self.scene.items.items() if key in keys or (not keys and key.layer != "wire")]
        self.show(fitted([box_of(item) for item in rows], self.size, unit=self.view.unit))

    def tick(self, now: float) -> bool:
        seconds, self._ticked = min(now - self._ticked, LONGEST), now
        hand = self.at_work()
        scrolling = hand is not None and hand.scroll(seconds)
        if self.hand is None and self._map_stale:
            self._map_stale = False
            self.map.draw(self.scene, self.view, self.size)
        self.adding.tick()
        if self.hand is None:
            self.words.poll(self.app.state, self.scene, self.painter.seen)
        return self.map.tick() or scrolling

    # -- the mouse ---------------------------------------------------------------------------------------

    def local(self, at: Point) -> Point:
        """A pixel of the window, in the canvas."""
        return at[0] - self.origin[0], at[1] - self.origin[1]

    def hit(self, pixel: Point) -> Hit | None:
        """What is under a pixel of the canvas."""
        return self.painter.hits.at(self.view.to_graph(pixel), self.view)

    def painted(self, graph: Graph, name: str) -> Point | None:
        """Where a node stood in a graph."""
        row = graph.ui.get("nodes", {}).get(name)
        at = row.get("at") if isinstance(row, Mapping) else None
        return (at[0], at[1]) if isinstance(at, list) and len(at) == 2 else standing(graph).get(name)

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        if self.swatches.holds(at) or self.adding.chooser.holds(at):
            return False
        self._fit_wanted = False
        self.names.field.take()
        for popup in (self.adding.chooser, self.swatches):
            if popup.shown:
                popup.close()
                return True
        self.cursor = self.local(at)
        self.overlay.words(self.cursor, "", self.size)
        self.hand = None
        if button is Button.RIGHT:
            self._right(at)
            return True
        self.app.guarded(lambda: self._take(self.local(at), button, held, double))
        return True

    def _right(self, at: Point) -> None:
        """The menu on what is selected, or on the node under the cursor."""
        hit = self.hit(self.cursor)
        if hit is not None and hit.part is Part.NODE and hit.name not in self.app.state.picked.nodes:
            self.app.pick(nodes(hit.name))
        self.menu.show(at)

    def _take(self, at: Point, button: Button, held: Held, double: bool) -> None:
        self.hand = taken(self, at, button, held, double)

    def dragged(self, at: Point, held: Held) -> None:
        self.cursor = self.local(at)
        hand = self.at_work()
        if hand is not None:
            self.app.guarded(lambda: hand.move(self.local(at), held))

    def released(self, at: Point, held: Held) -> None:
        self.cursor = self.local(at)
        hand, self.hand = self.at_work(), None
        self.overlay.clear()
        if hand is not None:
            self.app.guarded(lambda: hand.release(self.local(at), held))

    def drop_hand(self) -> None:
        hand, self.hand = self.at_work(), None
        self.overlay.clear()
        if hand is not None:
            hand.cancel()

    def at_work(self) -> Hand | None:
        """The hand, unless a key has changed the graph under it: then it lets go, and what it did stays."""
        if self.hand is not None and self.hand.is_overtaken:
            self.hand = None
            self.overlay.clear()
        return self.hand

    def hovered(self, at: Point, held: Held) -> None:
        self.cursor = self.local(at)
        if any(popup.shown for popup in self._popups):
            return
        hit = None if self.map.holds(self.cursor) else self.hit(self.cursor)
        self.painter.light(Key("wire", hit.name, hit.port) if hit is not None and hit.part is Part.WIRE else None)
        text, complaint = about(self.app.state, self.scene, hit)
        self.overlay.words(self.cursor, text, self.size, complaint)

    def left(self) -> None:
        self.painter.light(None)
        self.overlay.words(self.cursor, "", self.size)

    def wheeled(self, at: Point, clicks: float, held: Held) -> bool:
        self.names.field.take()
        hand, self.cursor = self.at_work(), self.local(at)
        self.show(self.view.wheeled(clicks, self.cursor))
        if hand is not None:
            hand.follow()
        return True

    def opened(self, hit: Hit) -> None:
        """A double click: a node's panel, a backdrop's label, a note's words."""
        if hit.part is Part.NODE:
            if hit.name not in self.app.state.picked.nodes:  # the first press may have been on what is gone now
                self.app.pick(nodes(hit.name))
            self.app.change(panels=self.app.state.panels.opened(hit.name))
        elif hit.part is Part.NOTE:
            self.names.note(hit.name)
        else:
            self.names.backdrop(hit.name)

    def tell_of(self, name: str) -> None:
        """A card with what is known of a node, until the mouse moves."""
        item = self.scene.nodes[name]
        left, top = self.view.to_screen((item.place[0], item.place[1] + item.look.size[1]))
        self.overlay.words((left - 16 * self.view.unit, top - 8 * self.view.unit), self.words.card(name), self.size)

    def search(self, at: Point, wire: Dragged, end: tuple[str, str]) -> None:
        """A wire was let go over the empty canvas: which node is to take it?"""
        self.adding.ask_for_wire(at, wire, end)

    # -- keys --------------------------------------------------------------------------------------------

    def actions(self) -> Mapping[str, Start]:
        if any(popup.shown or popup.just_closed for popup in self._popups):
            return dict.fromkeys((*self.deeds.table, "cancel"), self._nothing)
        return self.deeds.table

    def _nothing(self) -> None:
        """A key that a popup has taken starts nothing."""

    def dropped(self, at: Point, paths: tuple[str, ...]) -> bool:
        return self.adding.files(self.view.to_graph(self.local(at)), paths)

    def close(self) -> None:
        self.words.close()


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"
