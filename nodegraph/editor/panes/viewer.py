"""The viewer: what a node gives at this frame, graded, compared, measured, with handles over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import dearpygui.dearpygui as dpg

from nodegraph.data.box import EMPTY, Box
from nodegraph.data.image import Image
from nodegraph.editor.app import App
from nodegraph.editor.pane import Button, Held, Pane, Point, Start
from nodegraph.editor.panels.bindings import Chord
from nodegraph.editor.panels.commands import Pane as Place
from nodegraph.editor.panes import viewer_bar, viewer_foot
from nodegraph.editor.panes.viewer_actions import actions_of
from nodegraph.editor.panes.viewer_colour import Colours
from nodegraph.editor.panes.viewer_foot import described, filed, probed
from nodegraph.editor.panes.viewer_hands import Hands
from nodegraph.editor.panes.viewer_looker import Looker
from nodegraph.editor.panes.viewer_paint import Paint
from nodegraph.editor.panes.viewer_picture import Composer, Picture, Stand, is_beyond, pair, wipe_of
from nodegraph.editor.panes.viewer_settings import Settings
from nodegraph.editor.panes.viewer_tools import NONE, Chosen, RotoTool, Tool, tool_at
from nodegraph.editor.panes.viewer_view import View
from nodegraph.editor.state import State
from nodegraph.editor.viewer.compare import Compare, Wipe
from nodegraph.editor.viewer.framing import Framing, fitted, fitted_format
from nodegraph.editor.viewer.framing import Pane as Room
from nodegraph.editor.viewer.layers import layers

MUCH = 4_000_000  # pixels on screen that are too many to be averaged while the hand moves


class ViewerPane(Pane):
    """The viewer's pane: it holds how the viewer stands, and has the rest drawn by its parts."""

    place = Place.VIEWER
    title = "Viewer"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.settings = Settings()
        self.framing = Framing()
        self.fitting = True  # until the artist zooms or pans, the picture is fitted
        self.view = View(self)
        self.colours = Colours(app, self)
        self.composer = Composer()
        self.hands = Hands(self)
        self.under: Point | None = None  # the cursor, in the picture's room
        self.right = 0.0  # how far right A's half of the room B's begins, while the cursor is in it
        self.box: Box | None = None  # of the probe, dragged with Ctrl
        self.chosen = NONE
        self.session = app.session
        self.stale = True  # the picture must be made anew
        self.marks = True  # what lies over it must be
        self.built = False
        self.told = ""  # what is being made, as it was last written
        self._actions = actions_of(self)

    # -- the window's side -----------------------------------------------------------------------------------

    def build(self, window: int) -> None:
        with dpg.theme() as close, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, 0, 0)
        with dpg.group(parent=window) as rows:
            self.bar = viewer_bar.Bar(rows, self, self.app.bindings.shown, self.app.scale)
            self.canvas: int = dpg.add_drawlist(100, 100)
            self.foot_canvas: int = dpg.add_drawlist(100, self.foot_height)
        dpg.bind_item_theme(rows, close)
        self.paint = Paint(self.canvas, self.app.scale)
        self.foot = viewer_foot.Foot(self.foot_canvas, self.app.scale)
        self.built = True

    @property
    def bar_height(self) -> int:
        return self.bar.height if self.built else viewer_bar.HEIGHT

    @property
    def foot_height(self) -> int:
        return round(viewer_foot.HEIGHT * self.app.scale)

    @property
    def room(self) -> Room:
        """The picture's part of the pane, in screen pixels."""
        return Room(max(16, round(self.size[0])), max(16, round(self.size[1] - self.bar_height - self.foot_height)))

    @property
    def half(self) -> Room:
        """A's part of the room: all of it, unless B is beside it."""
        room = self.room
        beside = self.settings.compare is Compare.SIDES and self.view.b is not None and self.view.two
        return Room(room.width // 2, room.height) if beside else room

    def resized(self) -> None:
        self.bar.fit(self.size[0])
        room = self.room
        dpg.configure_item(self.canvas, width=room.width, height=room.height)
        dpg.configure_item(self.foot_canvas, width=room.width, height=self.foot_height)
        dpg.configure_item(self.bar.bar, width=room.width)
        if self.fitting:
            self.fit()
        self.redraw()

    def sync(self, old: State | None, new: State) -> None:
        if old is None or old.graph.shot.config != new.graph.shot.config:
            self.colours.load(new.graph.shot.config)
        if self.session is not self.app.session:
            self.session = self.app.session
            self._begin()
        self.view.sync(old, new)
        if old is None or (old.graph, old.frame, old.picked, old.panels) != (
            new.graph,
            new.frame,
            new.picked,
            new.panels,
        ):
            self.marks = True
        self.bar.inputs(new)
        self._drawn()
        self.app.post(_nothing)  # so that frames come in which it is seen

    def _begin(self) -> None:
        """Another document: what was put on the old one's pictures is gone."""
        self.settings = replace(self.settings, region=None, in_region=False, wipe=None, layer="")
        self.box, self.chosen, self.fitting = None, NONE, True
        self.view.begin()

    def tick(self, now: float) -> bool:
        self.view.tick(now)
        self._drawn()
        return self.paint.tick()

    def close(self) -> None:
        self.view.close()

    def actions(self) -> Mapping[str, Start]:
        return {**self._actions, "cancel": self.drop_hand} if self.hands.drawing_region else self._actions

    # -- what others may look at: the timeline's bar, tests --------------------------------------------------

    def cached(self) -> list[tuple[int, int]]:
        """Stretches of frames that lie ready to be played: first and last of each."""
        return self.view.reels.cached(self.view.two)

    @property
    def missed(self) -> int:
        """Frames that were due while it played, and were never shown."""
        return self.view.reels.dropped

    def unmade(self) -> set[int]:
        """Frames that could not be made ahead of play."""
        return {each.frame for each in self.view.play.broken}

    # -- the mouse -------------------------------------------------------------------------------------------

    def pressed(self, at: Point, button: Button, held: Held, double: bool) -> bool:
        del double
        here = self._inside(at)
        return here is not None and self.hands.pressed(here, button, held)

    def dragged(self, at: Point, held: Held) -> None:
        x, y = self._local(at)
        self.under = here = x - self.right, y
        self.hands.dragged(here, held)
        self.marks = True

    def released(self, at: Point, held: Held) -> None:
        del at, held
        self.hands.released()

    def drop_hand(self) -> None:
        self.hands.drop()
        self.marks = True

    def hovered(self, at: Point, held: Held) -> None:
        del held
        self.under = self._inside(at)
        if self.under is not None and self.hands.hovered(self.under):
            self.marks = True
        self._probe()

    def left(self) -> None:
        self.under = None
        self._probe()

    def wheeled(self, at: Point, clicks: float, held: Held) -> bool:
        del held
        here = self._inside(at)
        if here is None:
            return False
        self.hands.wheeled(here, clicks)
        return True

    def key(self, chord: Chord) -> bool:
        tool = self.tool()
        if chord.key not in ("Delete", "Backspace") or not isinstance(tool, RotoTool) or not tool.open:
            return False
        self.app.edit(f"points of {tool.node} removed", tool.removed())
        self.chose_points(NONE)
        return True

    def _local(self, at: Point) -> Point:
        return at[0] - self.origin[0], at[1] - self.origin[1] - self.bar_height

    def _inside(self, at: Point) -> Point | None:
        x, y = self._local(at)
        if not (0 <= x < self.room.width and 0 <= y < self.room.height):
            return None
        self.right = float(self.half.width) if x >= self.half.width else 0.0
        return x - self.right, y

    # -- what the hands and the bar ask ----------------------------------------------------------------------

    def set(self, settings: Settings) -> None:
        """Stand otherwise."""
        if settings == self.settings:
            return
        before, self.settings = self.settings, settings
        if before.layer != settings.layer:
            self.view.relayered()
        if before.proxy != settings.proxy or before.down != settings.down:
            self.view.rekey()
        if before.paused and not settings.paused:
            self.view.refresh()
        if before.overlays != settings.overlays:
            self.view.ask_over()
        if before.compare is not settings.compare and self.fitting:
            self.fit()
        self.redraw()

    def run(self, action: str) -> None:
        """Start an action of the bar's buttons."""
        self.app.guarded(self._actions[action])

    def look_at(self, node: str) -> None:
        """Look at a node, on the input that is looked at now."""
        if node:
            self.app.look(node, self.app.state.shown)

    def compare_with(self, node: str) -> None:
        """Compare with a node; with none, show one picture."""
        state = self.app.state
        if not node:
            self.app.change(against=0)
            return
        taken = next((slot for slot, name in state.inputs.items() if name == node and slot != state.shown), 0)
        free = (slot for slot in range(1, 11) if slot not in state.inputs and slot != state.shown)
        against = state.against if state.against not in (0, state.shown) else next(free, 10)
        slot = taken or against
        self.app.change(inputs=MappingProxyType({**state.inputs, slot: node}), against=slot)
        if self.settings.compare is Compare.OFF:
            self.set(replace(self.settings, compare=Compare.WIPE))

    def view_through(self, name: str) -> None:
        self.colours.choose(name)

    def zoom_to(self, zoom: float | None) -> None:
        """At a zoom about the middle; None fits."""
        if zoom is None:
            self.fit()
            return
        room = self.half
        self.frame_to(self.framing.at_zoom(zoom, room.width / 2, room.height / 2))

    def frame_to(self, framing: Framing) -> None:
        """Have the picture lie otherwise."""
        self.fitting = False
        self._framed(framing)

    def fit(self) -> None:
        """The whole frame in the pane; of a region, the region."""
        image, room = self.image, self.half
        self.fitting = True
        if image is not None:
            within = self.settings.within
            aspect = image.format.pixel_aspect
            self._framed(fitted(within, room, aspect) if within else fitted_format(image.format, room))

    def _framed(self, framing: Framing) -> None:
        if framing != self.framing:
            self.framing = framing
            self.view.rekey()
            self.redraw()

    def probe_to(self, box: Box | None) -> None:
        """Measure a box; None follows the cursor again."""
        self.box = box if box is not None and not box.empty else None
        self.marks = True
        self._probe()

    def wipe_now(self) -> Wipe:
        return wipe_of(self.settings, self.view.a)

    def full(self) -> Box:
        image = self.image
        return image.data.join(image.format.box) if image is not None else EMPTY

    @property
    def image(self) -> Image | None:
        """The picture that is looked at."""
        return self.view.a.picture.image if self.view.a is not None else None

    def tool(self) -> Tool | None:
        """Handles of the node that is selected alone, else of the panel in front."""
        image = self.image
        return tool_at(self.app.state, self.chosen, image.format if image is not None else None, self.view.tracks_of)

    def chose(self, part: tuple[str | int, ...], add: bool) -> None:
        """A point of a shape was taken hold of: its tangents show."""
        if len(part) == 3 and part[2] == "point":
            one = frozenset({(int(part[0]), int(part[1]))})
            self.chose_points(self.chosen | one if add else one)
        elif not part:
            self.chose_points(NONE)

    def chose_points(self, chosen: Chosen) -> None:
        """These points of shapes are worked on."""
        if chosen != self.chosen:
            self.chosen, self.marks = chosen, True

    def redraw(self) -> None:
        """The picture is to be made anew before the next frame."""
        self.stale = self.marks = True

    # -- drawing ---------------------------------------------------------------------------------------------

    @property
    def looker(self) -> Looker:
        return self.view.looker

    @property
    def stand(self) -> Stand:
        """Where and how the pictures lie now."""
        draft = self.hands.panning and self.framing.seen(self.room).area > MUCH
        return Stand(self.framing, self.room, self.settings, self.colours.config, draft)

    def came(self, first: bool) -> None:
        """Another picture is here; the first one is fitted, and so is one of another format while it fits."""
        image = self.image
        if image is not None:
            self.bar.layers([each.label for each in layers(image.channels)])
            if first or (self.fitting and self.framing != fitted_format(image.format, self.half)):
                self.fit()
            else:
                self._framed(self.framing.shaped(image.format.pixel_aspect, self.half))
        self.redraw()

    def _drawn(self) -> None:
        if not self.built:
            return
        if self.stale:
            self.stale = False
            self._picture()
            self.bar.sync(self.settings, self.colours.shown, self.framing.zoom)
            self._probe()
        if self.told != self.view.told:
            self._probe()
        if self.marks:
            self.marks = False
            self.paint.marks(self)

    def _picture(self) -> None:
        stand = self.stand
        _, room = stand.coarse
        view = self.view
        if view.a is None:
            self.paint.blank()
            return
        out = self.paint.screen.buffer(room.width, room.height)
        a, b = pair(self.settings, view.a, view.b)
        used = self.composer.compose(out, a, b if view.two else None, stand)
        self.paint.picture(self.room, used)
        if self.settings.scopes:
            self.paint.scopes.draw(out[self.composer.place.slices(used.box)], self.room.width, self.room.height)
        else:
            self.paint.scopes.hide()

    def _probe(self) -> None:
        """What the line under the picture says."""
        sides = pair(self.settings, self.view.a, self.view.b)
        beyond = self.right > 0 or (
            self.view.two and is_beyond(self.wipe_now(), self.settings, self.framing, self.under)
        )
        side, found, file = sides[beyond] or sides[0], None, None
        self.told = self.view.told
        if side is None:
            self.foot.draw(self.size[0], "no picture", None, self.settings.look, self.told)
            return
        picture: Picture = side.picture
        box = self.box
        if box is None and self.under is not None:
            x, y = self.framing.pixel(*self.under)
            box = Box(x, y, x + 1, y + 1)
        if box is not None and side.whole:
            found = probed(picture.at(box), box, picture.layer.channels)
            file = filed(picture, box, self.colours.config)
        what = described(picture.image, self.settings.step)
        self.foot.draw(self.size[0], what, found, self.settings.look, self.told, file)


def _nothing() -> None:
    pass
