"""The tracks of the shot, looked for away from the window: at once where they are known, else when asked to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from nodegraph.data.errors import Cancelled, NodegraphError
from nodegraph.data.tracks import Tracks
from nodegraph.editor.app import App
from nodegraph.editor.panels.casting import tracks_of
from nodegraph.engine.disk import Disk
from nodegraph.engine.plan import Planner
from nodegraph.engine.session import Session
from nodegraph.engine.step import Step, Whole
from nodegraph.graph.graph import Graph, Wire

WAIT = 0.35  # seconds without an edit until the tracks are looked at anew
VIEWER = "faces"
LONG = 200_000  # frames, two hours: of a longer shot it would take too long to find out whether its tracks are near


class ShotTracks:
    """What the graph tracks. `found` is None until it is known; `come` is called whenever something is new."""

    def __init__(self, app: App, come: Callable[[], None]) -> None:
        self.app = app
        self.found: Tracks | None = None
        self.fault = ""
        self.looking = False
        self.known = True  # False: to know them the whole shot must be searched
        self._come = come
        self._timer: threading.Timer | None = None
        self._number = 0

    def changed(self) -> None:
        """The graph is another: look soon, if that costs little."""
        self._number += 1
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(WAIT, lambda: self.app.post(self._begin))
        self._timer.daemon = True
        self._timer.start()

    def _begin(self) -> None:
        graph, number, session = self.app.state.graph, self._number, self.app.session
        wire = tracks_of(graph)
        if wire is None:
            self.found, self.fault, self.known, self.looking = None, "", True, False
            self._come()
            return

        def ask() -> None:
            near = is_near(session, graph, wire)
            self.app.post(lambda: self._asked(number, near))

        threading.Thread(target=ask, daemon=True, name="tracks").start()

    def _asked(self, number: int, near: bool) -> None:
        if number != self._number:
            return
        self.known = near
        if near:
            self.look()
        else:
            self._come()

    def look(self) -> None:
        """Find the faces of the shot now, however long that takes."""
        wire = tracks_of(self.app.state.graph)
        if wire is None:
            return
        self.looking, self.fault = True, ""
        number = self._number
        future = self.app.session.view(wire.node, self.app.state.graph.shot.first, wire.output, viewer=VIEWER)
        future.add_done_callback(lambda done: self.app.post(lambda: self._done(number, done)))
        self._come()

    def _done(self, number: int, future: Future[Any]) -> None:
        if number != self._number or future.cancelled():
            return
        self.looking = False
        try:
            value = future.result()
        except Cancelled:
            return
        except NodegraphError as fault:
            self.fault = fault.message
        else:
            self.known = True
            self.found = value if isinstance(value, Tracks) else None
        self._come()

    def close(self) -> None:
        """The window closes."""
        self._number += 1
        if self._timer is not None:
            self._timer.cancel()


def is_near(session: Session, graph: Graph, wire: Wire) -> bool:
    """True if a result lies in memory or on the disk, or comes of such by little work."""
    if len(graph.shot.frames) > LONG:
        return False
    try:
        plan = Planner(graph, session.root).plan(wire.node, graph.shot.first, wire.output)
    except NodegraphError:
        return True  # it fails at once, and says why
    return _near(plan.feed.step, session, Disk.of(session.root))


def _near(step: Step, session: Session, disk: Disk) -> bool:
    if step.key in session.cache or (step.kind.store and disk.path(step.key).exists()):
        return True
    if step.kind.costly or any(isinstance(each, Whole) for each in step.arguments):
        return False
    return all(_near(feed, session, disk) for feed in step.feeds)
