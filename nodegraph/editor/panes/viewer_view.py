"""What the viewer looks at: which results are asked for, which have come, what is wrong, and what lies ready."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from nodegraph.data.errors import NodeError, NodegraphError
from nodegraph.data.image import Image
from nodegraph.data.tracks import Tracks
from nodegraph.editor.app import App, faults_of
from nodegraph.editor.panes.viewer_looker import Looker, Wanted
from nodegraph.editor.panes.viewer_marks import before_of, plate_of, same_above, shows_over, shows_picture
from nodegraph.editor.panes.viewer_notice import notice_of
from nodegraph.editor.panes.viewer_picture import Picture, Side, Stand, read_at
from nodegraph.editor.panes.viewer_play import AHEAD, Play, Ready
from nodegraph.editor.panes.viewer_reel import Reels
from nodegraph.editor.panes.viewer_settings import Settings
from nodegraph.editor.state import State
from nodegraph.editor.viewer.compare import Compare

HOW_TO_LOOK = "Select a node and press 1"
OR_CHOOSE = "or choose one in the bar above, behind A"
REST, FRAMES = 0.12, 3  # seconds and frames that the hand rests on kept light, until the frame's pixels are fetched


class Words(NamedTuple):
    """What is written over the picture."""

    title: str
    text: str = ""
    bad: bool = False


@dataclass(eq=False)
class Over:
    """Something that is drawn over the plate: what a node gives and, of one that smooths, what it was given."""

    value: Any = None
    before: Any = None
    wanted: Wanted | None = None
    wanted_before: Wanted | None = None


@dataclass(eq=False)
class Rest:
    """A frame of which the light is shown, as it was kept: its pixels are fetched when the hand rests on it."""

    wanted: Wanted
    when: float  # not before
    frames: int = FRAMES  # nor before so many more are drawn: on a slow machine the hand moves once in each


class Home(Protocol):
    """What it works for: the pane."""

    app: App
    settings: Settings
    marks: bool

    @property
    def stand(self) -> Stand: ...

    def came(self, first: bool) -> None: ...

    def redraw(self) -> None: ...


class View:
    """Asks for A and B and what lies over them, frame by frame."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.app = home.app
        self.looker = Looker(self.app, self._prepared, self._took)
        self.reels = Reels()
        self.edition = 0  # counts the edits that may have changed what is looked at
        self.a: Side | None = None
        self.b: Side | None = None
        self._fresh = True  # no picture of this document was shown yet
        self.at: dict[str, Wanted] = {}  # what sides show
        self.rests: dict[str, Rest] = {}
        self.over: dict[str, Over] = {}
        self.words: Words | None = Words(HOW_TO_LOOK, OR_CHOOSE)
        self.notice = ""
        self._noticed: tuple[str, int] | None = None
        self.play = Play(self)

    # -- what is looked at -----------------------------------------------------------------------------------

    @property
    def two(self) -> bool:
        """True if A is compared with B."""
        return self.home.settings.compare is not Compare.OFF and self.name("B") != ""

    def name(self, side: str) -> str:
        """The node on a side; empty if there is none."""
        state = self.app.state
        return state.inputs.get(state.shown if side == "A" else state.against, "")

    def target(self, side: str) -> tuple[str, str] | None:
        """The picture that is shown there, and its output: of a node that gives faces, the plate they are of."""
        name, graph = self.name(side), self.app.state.graph
        if not name or name not in graph.nodes:
            return None
        if shows_picture(graph, name):
            return name, ""
        return plate_of(graph, name) if shows_over(graph, name) else None

    @property
    def stand(self) -> Stand:
        """How the pictures lie in the pane."""
        return self.home.stand

    @property
    def told(self) -> str:
        """What is being made, for the line under the picture."""
        making = [f"{each.node} {each.frame}" for each in self.looker.busy]
        return f"making {', '.join(dict.fromkeys(making))} …" if making and not self.app.state.playing else ""

    def tracks_of(self, name: str) -> Tracks | None:
        """The tracks that a node gives, if they are here."""
        found = self.over.get(name)
        return found.value if found is not None and isinstance(found.value, Tracks) else None

    # -- following the state ---------------------------------------------------------------------------------

    def sync(self, old: State | None, new: State) -> None:
        """Ask for what another state wants seen."""
        if old is None or self._changed(old, new):
            self.edition += 1
            self.rekey()
        moved = old is None or (old.inputs, old.shown, old.against) != (new.inputs, new.shown, new.against)
        if moved:
            self.rekey()
        if old is not None and old.playing != new.playing:
            self.play.changed(new)
        if new.playing:
            self.play.follow(old, new)
            if self.a is not None and self.target("A") is None:
                self._nothing("A")
        elif not self.home.settings.paused:
            self.ask()
        if not new.playing:
            self.ask_over()
        self._notice()

    def begin(self) -> None:
        """Another document: nothing of the old one is shown."""
        for viewer in list(self.looker.asked):
            self.looker.forget(viewer)
        self.edition += 1
        self.a = self.b = None
        self._fresh = True
        self.at.clear()
        self.rests.clear()
        self.over.clear()
        self.reels.clear()
        self.play.end()
        self.words = Words(HOW_TO_LOOK, OR_CHOOSE)

    def flipbook(self) -> None:
        """Have all frames made, then play them."""
        if self.target("A") is None:
            self.app.say("nothing to play: select a node and press 1", True)
            return
        self.play.fill_up()

    def _changed(self, old: State, new: State) -> bool:
        if old.graph is new.graph:
            return False
        names = [self.name("A"), self.name("B"), *self.over]
        return not all(same_above(old.graph, new.graph, name) for name in names if name)

    def rekey(self) -> None:
        """What frames are made of now: node, edition, and how the picture lies in the pane."""
        for side in ("A", "B"):
            self.reels.keyed(side, self.play.key(side, self.home.stand))
        for rest in self.rests.values():  # what was kept is of no use any more
            rest.when, rest.frames = 0.0, 0

    def relayered(self) -> None:
        """Another layer is to be seen: of the same results."""
        for side in (self.a, self.b):
            if side is not None and side.whole:
                side.picture = Picture.of(side.picture.image, self.home.settings.layer)
                side.made = side.lay = None
        self.rekey()

    def refresh(self) -> None:
        """Make this frame anew; files on disk are looked at again."""
        self.edition += 1
        self.rekey()
        self.ask()
        self.ask_over()

    def ask(self) -> None:
        """Ask for A and B at this frame, unless they are shown already."""
        self._side("A")
        if self.two:
            self._side("B")

    def _side(self, side: str) -> None:
        target = self.target(side)
        if target is None:
            self._nothing(side)
            return
        wanted = Wanted(*target, self.app.state.frame, self.edition)
        if self.at.get(side) == wanted:
            self.rests.pop(side, None)
            self.looker.forget(side)
            return
        shot = self.reels.get(side, wanted.frame)
        if shot is None:
            self.rests.pop(side, None)
            self.looker.ask(side, wanted)
        elif self.looker.making(side) != wanted and (side not in self.rests or self.rests[side].wanted != wanted):
            self.looker.forget(side)
            self.at.pop(side, None)
            self.rests[side] = Rest(wanted, time.monotonic() + REST)
            self.app.wake_in(REST, f"viewer {side}")
            self.show(side, self.play.light(shot))

    def tick(self, now: float) -> None:
        """Ask for all of a frame that the hand rests on: while it goes over kept ones, nothing is decoded."""
        for side, rest in list(self.rests.items()):
            rest.frames -= 1
            if rest.frames < 0 and now >= rest.when:
                del self.rests[side]
                self.looker.ask(side, rest.wanted)

    def _nothing(self, side: str) -> None:
        self.looker.forget(side)
        self.rests.pop(side, None)
        self.at.pop(side, None)
        if side == "B":
            self.b = None
            return
        name = self.name("A")
        self.a = None
        if not name:
            self.words = Words(HOW_TO_LOOK, OR_CHOOSE)
        elif shows_over(self.app.state.graph, name):
            self.words = Words(f"{name} has no plate to be drawn over", "Wire a picture to what it is made of", True)
        else:
            self.words = Words(
                f"{name} gives no picture", "Look at a node that gives a picture, faces, tracks or crops"
            )
        self.home.redraw()

    def ask_over(self) -> None:
        """Ask for what is drawn over the picture: the node itself, and open panels of nodes that it comes from."""
        if self.app.state.playing:
            return
        graph, frame, name = self.app.state.graph, self.app.state.frame, self.name("A")
        names = self._wanted_over(name) if name in graph.nodes else []
        for gone in [each for each in self.over if each not in names]:
            del self.over[gone]
            self.home.marks = True
        for each in names:
            wanted = Wanted(each, "", frame, self.edition)
            over = self.over.setdefault(each, Over())
            source = before_of(graph, each)
            before = Wanted(*source, frame, self.edition) if source is not None else None
            # One after the other: they may look at the whole shot, and scrubbing must not wait for them.
            if over.wanted != wanted:
                self.looker.ask(f"over {each}", wanted, patient=True)
                return
            if before is not None and over.wanted_before != before:
                self.looker.ask(f"before {each}", before, patient=True)
                return

    def _wanted_over(self, name: str) -> list[str]:
        graph, state = self.app.state.graph, self.app.state
        names = [name] if shows_over(graph, name) else []
        if self.home.settings.overlays:
            above = set(graph.upstream(name))
            names += [each for each in state.panels.names[:3] if each in above and shows_over(graph, each)]
        return list(dict.fromkeys(names))

    # -- results ---------------------------------------------------------------------------------------------

    def _prepared(self, viewer: str, wanted: Wanted, value: Any) -> Ready:
        """On a thread: decode what is seen, and make its proxy."""
        del wanted
        if not isinstance(value, Image) or viewer.startswith(("over", "before")):
            return Ready(value)
        stand = self.home.stand
        picture = Picture.of(value, stand.settings.layer)
        return Ready(value, picture, stand, read_at(picture, stand))

    def _took(self, viewer: str, wanted: Wanted, ready: Ready | None, fault: BaseException | None) -> None:
        if fault is not None or ready is None:
            self._failed(viewer, wanted, fault)
            return
        self._sound(wanted.node)
        if viewer.startswith(("over ", "before ")):
            self._took_over(viewer, wanted, ready.value)
            return
        if ready.picture is None or ready.stand is None or ready.proxy is None:
            if viewer in ("A", "B"):
                self._say_empty(viewer, wanted)
            return
        sides = [side for side in ("A", "B") if self.target(side) == (wanted.node, wanted.output)]
        for side in sides:
            self.play.keep(side, wanted, ready)
        if viewer in ("A", "B"):
            whole = Side(ready.picture)
            self._took_proxy(whole, ready)
            self.at[viewer] = wanted
            self.show(viewer, whole)
        else:
            self.play.came(sides, wanted)

    def _took_proxy(self, side: Side, ready: Ready) -> None:
        if ready.stand is not None and ready.proxy is not None:
            side.take(*ready.stand.coarse, ready.stand.within, ready.proxy)

    def show(self, side: str, shown: Side) -> None:
        first = side == "A" and self._fresh
        if side == "A":
            self.a, self.words, self._fresh = shown, None, False
        else:
            self.b = shown
        self.home.came(first)

    def _took_over(self, viewer: str, wanted: Wanted, value: Any) -> None:
        kind, _, name = viewer.partition(" ")
        over = self.over.get(name)
        if over is None:
            return
        if kind == "over":
            over.value, over.wanted = value, wanted
        else:
            over.before, over.wanted_before = value, wanted
        if self.words is not None and self.words.bad and self.a is not None:
            self.words = None
        self.home.marks = True
        self.ask_over()

    def _say_empty(self, viewer: str, wanted: Wanted) -> None:
        if viewer == "A":
            self.a, self.words = None, Words(f"{wanted.node} gives no picture", "Look at another of its outputs", True)
        self.home.redraw()

    def _failed(self, viewer: str, wanted: Wanted, fault: BaseException | None) -> None:
        message = fault.message if isinstance(fault, NodegraphError) else f"{type(fault).__name__}: {fault}"
        hint = fault.hint if isinstance(fault, NodegraphError) else ""
        node = fault.node if isinstance(fault, NodeError) else wanted.node
        self.app.change(faults=faults_of({**self.app.state.faults, node: message}))
        if viewer in AHEAD:
            self.play.failed(wanted)
            return
        if viewer == "B":
            self.b = None
            self.at["B"] = wanted
            self.app.say(message, True)
        else:
            if viewer == "A":
                self.a = None
                self.at["A"] = wanted
            elif (over := self.over.get(viewer.partition(" ")[2])) is not None:
                if viewer.startswith("over"):
                    over.wanted, over.value = wanted, None
                else:
                    over.wanted_before, over.before = wanted, None
            self.words = Words(message, hint, True)
        self.home.redraw()

    def _sound(self, node: str) -> None:
        """A node gave its result: neither it nor those above it are at fault any more."""
        state = self.app.state
        if state.faults and node in state.graph.nodes:
            above = set(state.graph.upstream(node))
            left = {
                name: text for name, text in state.faults.items() if name not in above and name in state.graph.nodes
            }
            if len(left) != len(state.faults):
                self.app.change(faults=faults_of(left))

    # -- the rest --------------------------------------------------------------------------------------------

    def _notice(self) -> None:
        name, graph = self.name("A"), self.app.state.graph
        if self._noticed != (name, self.edition):
            self._noticed = (name, self.edition)
            folder = self.app.session.root
            self.looker.apart(lambda: notice_of(graph, name, folder), self._told_notice)

    def _told_notice(self, notice: str) -> None:
        self.notice = notice
        self.home.marks = True

    def close(self) -> None:
        """The window closes."""
        self.looker.close()
