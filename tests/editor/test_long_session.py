"""A long session of edits from all panes, in no order: undo all is the start, redo all the end, byte for byte.

The deeds are those that keys, menus, fields, sliders and handles start; the window with all its panes draws them.
"""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nodegraph.data.errors import NodegraphError
from nodegraph.editor.canvas import gestures, wiring
from nodegraph.editor.canvas.picked import Picked
from nodegraph.editor.panels import casting
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.graph.curve import Kind
from nodegraph.graph.document import write
from nodegraph.graph.graph import Graph, Link, Wire
from nodegraph.graph.layout import backdrops, notes
from tests.editor.driver import Driver, asked, opened

if TYPE_CHECKING:
    from nodegraph.editor.app import App

PROJECT = Path("projects/double_on_astronaut.ngraph.json")
DEEDS = 600
# Over the canvas, the curves and the properties: all that edits. What asks for a text is answered below.
CANVAS = (
    "copy cut paste paste_branch duplicate branch delete select_all select_connected disable open_panel connect splay "
    "swap_inputs disconnect extract hide_input thumbnail file_name reader_up reader_down reader_latest autoplace snap "
    "snap_all align_row align_column create.Read create.Write create.Blur create.Grade create.Merge create.Transform "
    "create.Roto create.Dot view_a_2 view_b_3 fit"
)
CURVES = "select_all copy paste delete constant linear smooth bezier level break_handles insert_key fit_all"
PANELS = "set_key remove_key remove_animation auto_key reset_knob copy paste modified_only pin close_panels"
VIEWER = "alpha wipe overlays forward back first last mark_in mark_out key_before key_after"


@pytest.fixture
def driver(tmp_path: Path) -> Iterator[Driver]:
    project = tmp_path / PROJECT.name
    shutil.copy(PROJECT, project)  # its autosaves lie beside it
    with opened(project, tmp_path / "settings") as driver:
        yield driver


class Session:
    """Hands that do anything, one deed after the other."""

    def __init__(self, driver: Driver, seed: int) -> None:
        from nodegraph.editor.panes.curves import CurvesPane
        from nodegraph.editor.panes.graph import GraphPane
        from nodegraph.editor.panes.presets import PresetsPane
        from nodegraph.editor.panes.properties import PropertiesPane

        self.driver, self.app, self.chance = driver, driver.app, random.Random(seed)
        self.canvas, self.turning = driver.pane(GraphPane), driver.pane(PropertiesPane).turning
        self.presets, self.curves = driver.pane(PresetsPane), driver.pane(CurvesPane)
        self.did: Counter[str] = Counter()
        self.refused = 0
        self.gesture = 0

    @property
    def graph(self) -> Graph:
        return self.app.state.graph

    def node(self, *kinds: str) -> str:
        names = [name for name, node in self.graph.nodes.items() if not kinds or node.kind in kinds]
        return self.chance.choice(names) if names else ""

    def number(self) -> tuple[str, str]:
        """A knob that is a number, a colour or a position."""
        node = self.node()
        kind = self.graph.type_of(node)
        knobs = [knob.name for knob in kind.knobs.values() if knob.is_number] if kind is not None else []
        return (node, self.chance.choice(knobs)) if knobs else ("", "")

    # -- deeds -------------------------------------------------------------------------------------------

    def picks(self) -> None:
        names = list(self.graph.nodes)
        some = frozenset(self.chance.sample(names, min(len(names), self.chance.choice((1, 1, 1, 2, 4)))))
        panels = frozenset(list(backdrops(self.graph))[:1]) if self.chance.random() < 0.1 else frozenset()
        words = frozenset(list(notes(self.graph))[:1]) if self.chance.random() < 0.1 else frozenset()
        self.app.pick(Picked(some, panels, words))

    def starts(self, actions: str, place: Place) -> None:
        self.app.start(self.chance.choice(actions.split()), place)

    def types(self) -> None:
        node, knob = self.number()
        text = self.chance.choice(("+0.25", "*2", "-=3", "1.5", "7", "1/3", "nothing", "0.5, 0.25, 1"))
        if node:
            self.turning.typed(node, knob, text, self.chance.choice((None, 0)) if self._parts(node, knob) else None)

    def _parts(self, node: str, knob: str) -> bool:
        return self.graph.knob_type(node, knob).parts > 1

    def slides(self) -> None:
        node, knob = self.number()
        if node and not self._parts(node, knob):
            self.turning.begin()
            for _ in range(3):
                self.turning.slid(node, knob, self.chance.random())
            self.turning.end()

    def pulls(self) -> None:
        node, knob = self.number()
        if node:
            start = self.turning.value(node, knob)
            self.turning.begin()
            for pixels in (3, 8, 21):
                self.turning.pulled(node, knob, start, pixels, ctrl=False, shift=False)
            self.turning.end()

    def keys(self) -> None:
        node, knob = self.number()
        deed = self.chance.choice((self.turning.turn_key, self.turning.set_key, self.turning.remove_animation))
        if node:
            self.app.goto(self.graph.shot.first + self.chance.randrange(10))
            deed(node, knob)

    def curve(self) -> None:
        """Keys in the curve editor: held, moved, of another kind."""
        from nodegraph.editor.panes.curve_edit import Keys

        keys = Keys.of(self.graph, list(self.graph.nodes))
        if keys.rows:
            keys = keys.all([(row.node, row.knob, row.part) for row in keys.rows])
            frame = self.app.state.frame
            moved = self.chance.choice(
                (
                    lambda: keys.moved(frame, 1, 0.125),
                    lambda: keys.with_kind(frame, self.chance.choice(list(Kind))),
                    lambda: keys.deleted(frame),
                )
            )()
            self.app.edit("curves", moved.graph)

    def resets(self) -> None:
        node, knob = self.number()
        if node:
            self.turning.reset(node, knob)

    def links(self) -> None:
        (node, knob), (other, source) = self.number(), self.number()
        if node and other:
            self.turning.link(node, knob, Link(other, source))

    def breaks(self) -> None:
        for name, node in self.graph.nodes.items():
            for knob, value in node.knobs.items():
                if isinstance(value, Link):
                    self.turning.break_link(name, knob)
                    return

    def knob_paste(self) -> None:
        (node, knob), (other, source) = self.number(), self.number()
        if node and other:
            self.turning.paste(node, knob, self.turning.copied(other, source))

    def renames(self) -> None:
        node = self.node()
        if node:
            self.turning.rename(node, f"Called{self.chance.randrange(1000)}")

    def wires(self) -> None:
        """A wire from an output to a port that is lit."""
        node = self.node()
        if node:
            lit = sorted(wiring.targets(self.graph, Wire(node)).lit)
            if lit:
                self.app.edit("wire", self.graph.connect(*self.chance.choice(lit), Wire(node)))

    def drops(self) -> None:
        wires = list(self.graph.wires())
        node = self.node()
        if wires and node:
            taker, port, _ = self.chance.choice(wires)
            self.app.edit("insert", wiring.inserted(self.graph, node, taker, port))

    def drags(self) -> None:
        """Nodes carried over the canvas: many edits, one step."""
        self.gesture += 1
        names = [name for name in self.app.state.picked.nodes if name in self.graph.nodes] or [self.node()]
        if names[0]:
            picked, graph = Picked(frozenset(names)), self.graph
            for step in (5, 20, 60):
                moved = gestures.moved(graph, picked, (float(step), -step / 2))
                self.app.edit("move", moved, f"long drag {self.gesture}")

    def papers(self) -> None:
        at = (self.chance.uniform(-500, 500), self.chance.uniform(-500, 500))
        if self.chance.random() < 0.5:
            made = gestures.noted(self.graph, at, "words")
        else:
            made = gestures.backed(self.graph, self.canvas.scene.boxes(self.app.state.picked.nodes).values(), at)
        self.app.edit("paper", made.graph, picked=made.picked)

    def coloured(self) -> None:
        if not self.app.state.picked.empty:
            picked = self.app.state.picked.within(self.graph)
            self.app.edit(
                "colour", gestures.coloured(self.graph, picked, self.chance.choice(("#883322", "", "#224466")))
            )

    def preset(self) -> None:
        if len(self.graph.nodes) < 60:
            self.presets.cards.pick(self.chance.choice(self.presets.rows).path)
            self.presets.insert()

    def shapes(self) -> None:
        """A shape point by point in the viewer, and one of its points pulled with keys coming by themselves."""
        from nodegraph.editor.panes.viewer_tools import RotoTool

        if not self.node("Roto"):
            self.app.start("create.Roto", Place.GRAPH)
        node = self.node("Roto")
        if node:
            chosen: frozenset[tuple[int, int]] = frozenset()
            for _ in range(3):
                place = (self.chance.uniform(0, 1000), self.chance.uniform(0, 600))
                tool = RotoTool(self.graph, node, self.app.state.frame, True, self.graph.shot.format, chosen)
                graph, chosen = tool.added(place)
                self.app.edit(f"point of {node}", graph)
            tool = RotoTool(self.graph, node, self.app.state.frame, True, self.graph.shot.format, chosen)
            self.gesture += 1
            for x in (10.0, 30.0):
                graph = tool.dragged((*next(iter(chosen)), "point"), (x, x), False)
                self.app.edit(f"shape: {node}", graph, f"viewer {self.gesture}")

    def transforms(self) -> None:
        from nodegraph.editor.panes.viewer_tools import TransformTool

        node = self.node("Transform")
        if node:
            tool = TransformTool(
                self.graph, node, self.app.state.frame, self.app.state.auto_key, self.graph.shot.format
            )
            handle = self.chance.choice(tool.handles(self.driver.pane(_viewer()).framing))
            place = (self.chance.uniform(0, 1000), self.chance.uniform(0, 600))
            self.app.edit(f"move: {node}", tool.dragged(handle.part, place, False))

    def tracks(self) -> None:
        """Who plays whom, and tracks put together, cut, called otherwise and taken out."""
        known, frame = ["face1", "face2"], self.app.state.frame
        someone = self.chance.choice([*casting.identities(self.graph), ""])
        edits: tuple[Callable[[], Graph], ...] = (
            lambda: casting.cast(self.graph, "face1", someone, known),
            lambda: casting.merged(self.graph, known, known),
            lambda: casting.split(self.graph, "face1", frame, known),
            lambda: casting.renamed(self.graph, "face2", f"lead{self.chance.randrange(100)}", known),
            lambda: casting.deleted(self.graph, ["face2"]),
        )
        self.app.edit("tracks", self.chance.choice(edits)())

    def settings(self) -> None:
        """The sheet of the project's settings, filled in and kept."""
        import dearpygui.dearpygui as dpg

        self.app.start("project_settings")
        sheet = asked(self.driver)
        name, value = self.chance.choice(
            (("last", str(self.graph.shot.first + self.chance.randrange(4, 90))), ("fps", "25"), ("name", "sh020"))
        )
        dpg.set_value(sheet.fields[name], value)
        sheet.take()

    def takes_back(self) -> None:
        for _ in range(self.chance.randrange(1, 6)):
            self.app.undo()
        for _ in range(self.chance.randrange(5)):
            self.app.redo()

    def go(self) -> None:
        """One deed, and what the window does after it."""
        deeds: tuple[tuple[int, Callable[[], Any]], ...] = (
            (6, self.picks),
            (10, lambda: self.starts(CANVAS, Place.GRAPH)),
            (3, lambda: self.starts(CURVES, Place.CURVES)),
            (3, lambda: self.starts(PANELS, Place.PROPERTIES)),
            (2, lambda: self.starts(VIEWER, Place.VIEWER)),
            *((2, deed) for deed in (self.types, self.slides, self.pulls, self.keys, self.curve, self.wires)),
            *((1, deed) for deed in (self.resets, self.links, self.breaks, self.knob_paste, self.renames, self.drops)),
            *((1, deed) for deed in (self.drags, self.papers, self.coloured, self.preset, self.transforms)),
            *((2, deed) for deed in (self.shapes, self.tracks, self.settings, self.takes_back)),
        )
        (deed,) = self.chance.choices([deed for _, deed in deeds], [weight for weight, _ in deeds])
        before = self.graph
        try:
            deed()
        except NodegraphError:
            self.refused += 1  # the window tells it: App.guarded
        self.did[getattr(deed, "__name__", "action")] += self.graph is not before


def _viewer() -> Any:
    from nodegraph.editor.panes.viewer import ViewerPane

    return ViewerPane


def back_and_forth(app: App) -> tuple[str, str, int]:
    """The document after all was taken back, and after all was done again; and how many steps that were."""
    count = 0
    while app.session.undo_label:
        app.undo()
        count += 1
    first = write(app.state.document)
    while app.session.redo_label:
        app.redo()
    return first, write(app.state.document), count


@pytest.mark.parametrize("seed", [4, 11])
def test_undo_all_is_the_start_and_redo_all_the_end(driver: Driver, seed: int) -> None:
    app, session = driver.app, Session(driver, seed)
    first = write(app.state.document)
    for number in range(DEEDS):
        session.go()
        app.turn(time.monotonic())
        assert not driver.window.guard.faults
        if number % 40 == 39:
            driver.turn()
    while app.session.redo_label:  # the last deeds may have taken something back
        app.redo()
    driver.turn(2)
    last = write(app.state.document)
    assert last != first
    undone, redone, count = back_and_forth(app)
    assert undone == first
    assert redone == last
    driver.turn(2)
    assert count > 150
    assert {"types", "slides", "keys", "wires", "shapes", "tracks", "settings", "preset"} <= set(+session.did)
