"""Playing in the viewer: frames are made ahead of play, kept as light in the pane, and shown when they are due."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import numpy as np

from nodegraph.data.box import EMPTY
from nodegraph.data.image import ArraySource
from nodegraph.editor.app import App
from nodegraph.editor.panes.viewer_looker import Looker, Wanted
from nodegraph.editor.panes.viewer_picture import Picture, Side, Stand
from nodegraph.editor.panes.viewer_reel import AT_ONCE, Reels, Shot
from nodegraph.editor.state import State
from nodegraph.editor.viewer.proxy import Proxy

AHEAD = tuple(f"ahead {k}" for k in range(1, AT_ONCE + 1))
NOTHING = np.zeros((0, 0, 1), np.float32)


class Ready(NamedTuple):
    """A result as a thread has prepared it."""

    value: Any
    picture: Picture | None = None
    stand: Stand | None = None
    proxy: Proxy | None = None


class Looked(Protocol):
    """What it plays for: the view."""

    app: App
    looker: Looker
    reels: Reels
    edition: int
    at: dict[str, Wanted]

    @property
    def rests(self) -> dict[str, Any]: ...

    @property
    def two(self) -> bool: ...

    @property
    def stand(self) -> Stand: ...

    def target(self, side: str) -> tuple[str, str] | None: ...

    def show(self, side: str, shown: Side) -> None: ...


class Play:
    """Keeps frames, has more of them made, and shows them."""

    def __init__(self, view: Looked) -> None:
        self.view = view
        self.filling = False  # frames are being made, to be played when all are there
        self.broken: set[Wanted] = set()  # frames that cannot be made
        self._due: int | None = None  # asked for by play, and not shown yet
        self._edition = -1  # of the graph that it was asked of

    def key(self, side: str, stand: Stand) -> Hashable:
        """Of what frames of a side are made: node, edition, and how the picture lies in the pane."""
        return (self.view.target(side), self.view.edition, *stand.coarse, stand.within, stand.settings.layer)

    def keep(self, side: str, wanted: Wanted, ready: Ready) -> None:
        """Keep a frame's light; its own pixels go."""
        view = self.view
        if wanted.edition != view.edition or ready.stand is None or ready.proxy is None or ready.picture is None:
            return
        image, state = ready.picture.image, view.app.state
        empty = ArraySource(NOTHING, EMPTY, image.channels)
        shot = Shot(ready.proxy, replace(ready.picture, image=replace(image, source=empty, origin=None), ready=None))
        span = (state.first, state.last)
        key = self.key(side, ready.stand)
        view.reels.put(side, key, wanted.frame, shot, state.frame, span, state.playing or 1)

    def light(self, shot: Shot) -> Side:
        """A kept frame as it is shown."""
        stand = self.view.stand
        side = Side(shot.picture, whole=False)
        side.take(*stand.coarse, stand.within, shot.proxy)
        return side

    def end(self) -> None:
        """Nothing more is made ahead."""
        self._due, self.filling = None, False
        self.broken.clear()
        for viewer in AHEAD:
            self.view.looker.forget(viewer)

    def fill_up(self) -> None:
        """Have all frames made, then play."""
        self.filling = True
        self._fill()

    def changed(self, new: State) -> None:
        """Play has begun or ended."""
        self.end()
        if new.playing:
            self.view.reels.dropped = 0
            for viewer in ("A", "B"):
                self.view.looker.forget(viewer)
        self.view.rests.clear()
        self.view.at.clear()  # what is shown while it plays is no more than light

    def follow(self, old: State | None, new: State) -> None:
        """Play has come to a frame, or the frame has become another one: an edit in a shot of one frame is seen too."""
        moved = old is None or old.frame != new.frame or not old.playing
        if moved and self._due is not None:
            self.view.reels.dropped += 1
        if moved or self._edition != self.view.edition:
            self._due, self._edition = new.frame, self.view.edition
            self._show_due(new.frame)
        self._fill()

    def came(self, sides: list[str], wanted: Wanted) -> None:
        """A frame was made ahead: show it if it is due, or if nothing else keeps the picture moving."""
        if not self.view.app.state.playing and not self.filling:
            return
        if wanted.frame == self._due:
            self._show_due(wanted.frame)
        elif self._due is not None:
            for side in sides:
                shot = self.view.reels.get(side, wanted.frame)
                if shot is not None:
                    self.view.show(side, self.light(shot))
        self._fill()

    def failed(self, wanted: Wanted) -> None:
        """A frame cannot be made: the others are."""
        self.broken.add(wanted)
        if self.view.app.state.playing or self.filling:
            self._fill()

    def _show_due(self, frame: int) -> None:
        view = self.view
        a, b = view.reels.get("A", frame), view.reels.get("B", frame) if view.two else None
        if a is None or (view.two and b is None):
            return
        self._due = None
        view.show("A", self.light(a))
        if b is not None:
            view.show("B", self.light(b))

    def _fill(self) -> None:
        """Have the frames made that play will ask for, in the order in which it will."""
        view = self.view
        making = {each for viewer in AHEAD if (each := view.looker.making(viewer)) is not None}
        for viewer in AHEAD:
            if view.looker.making(viewer) is None:
                wanted = self._next(making)
                if wanted is not None:
                    making.add(wanted)
                    view.looker.ask(viewer, wanted)
        if self.filling and not making:
            self.filling = False
            view.app.change(playing=1)

    def _next(self, making: set[Wanted]) -> Wanted | None:
        view, state = self.view, self.view.app.state
        for side in ("A", "B") if view.two else ("A",):
            target = view.target(side)
            if target is None:
                continue
            out = making | self.broken
            without = frozenset(each.frame for each in out if each == Wanted(*target, each.frame, view.edition))
            span = (state.first, state.last)
            frame = view.reels.next(side, state.frame, span, state.playing or 1, without)
            if frame is not None:
                return Wanted(*target, frame, view.edition)
        return None
