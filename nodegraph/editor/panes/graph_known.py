"""What the engine knows of nodes: which results are in memory, how long each takes, and small pictures of some.

A thread looks a moment after something has changed, so that a drag or a scrub is never held up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from nodegraph.data.errors import NodegraphError
from nodegraph.data.image import Image
from nodegraph.editor.app import App
from nodegraph.editor.canvas.shapes import EDGE, NARROWEST, PICTURE
from nodegraph.editor.panes import small
from nodegraph.editor.panes.pictures import Pictures
from nodegraph.editor.state import State

REST = 0.3  # seconds without a change before it is looked
MOST = 300  # nodes that are looked at: those on the screen
SIZE = (round(2 * (NARROWEST - 2 * EDGE)), round(2 * (PICTURE - 4)))  # of pictures, in pixels


class Known:
    """Looks by itself, and says so by `come` when there is something new."""

    def __init__(self, app: App, come: Callable[[set[str]], None]) -> None:
        self.app = app
        self.cached: frozenset[str] = frozenset()
        self.seconds: Mapping[str, float] = {}
        self.textures: dict[str, int] = {}  # nodes that have a picture by now
        self.pictures = Pictures(app, lambda: None)
        self._come = come
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="known of nodes")
        self._looked: tuple[object, ...] = ()
        self._looking = self._again = False
        self._changed = 0.0
        self._shown: dict[str, tuple[object, ...]] = {}  # what each picture is of
        self._waiting: list[str] = []
        self._making = ""

    def poll(self, state: State, names: Collection[str], pictured: Collection[str]) -> None:
        """Look, if something has changed since the last time; before each frame."""
        session = self.app.session
        now: tuple[object, ...] = (
            session,
            state.graph.nodes,
            state.frame,
            len(session.cache),
            frozenset(names),
            frozenset(pictured),
        )
        if now == self._looked:
            return
        self._looked, self._changed = now, time.monotonic()
        if self._looking:
            self._again = True
            return
        self._looking = True
        chosen, frame = list(names)[:MOST], state.frame
        self._waiting = [name for name in pictured if self._shown.get(name) != (state.graph.nodes, frame)]

        def look() -> None:
            while (rest := self._changed + REST - time.monotonic()) > 0:
                if self._closing.wait(rest):
                    return
            found = session.cached(chosen, frame)
            table = session.timings.table()
            seconds = {name: spent.seconds / max(1, spent.calls) for name, spent in table.items()}
            self.app.post(lambda: self._take(found, seconds))

        self._pool.submit(look)

    def _take(self, cached: frozenset[str], seconds: Mapping[str, float]) -> None:
        self._looking = False
        if self._again:  # something has changed since it was asked
            self._again, self._looked = False, ()
            self.app.change()
        old, times = self.cached, self.seconds
        self.cached, self.seconds = cached, seconds
        other = {name for name in {*times, *seconds} if times.get(name) != seconds.get(name)}
        if cached != old or other:
            self._come(other)
        self._next_picture()

    def _next_picture(self) -> None:
        if self._making or not self._waiting or self._closing.is_set():
            return
        state = self.app.state
        name = self._waiting.pop(0)
        if name not in state.graph.nodes:
            self._next_picture()
            return
        self._making = name
        of, shot = (state.graph.nodes, state.frame), state.graph.shot

        def made(done: Future[Any]) -> None:
            picture = None
            if not done.cancelled() and done.exception() is None and isinstance(image := done.result(), Image):
                try:
                    picture = small.of_image(image, shot, SIZE)
                except NodegraphError:  # a node without a picture is still a node
                    picture = None
            self.app.post(lambda: self._made(name, of, picture))

        self.app.session.view(name, state.frame, viewer="graph, small").add_done_callback(made)

    def _made(self, name: str, of: tuple[object, ...], picture: small.Small | None) -> None:
        self._making = ""
        self._shown[name] = of
        if picture is not None and not self._closing.is_set():
            self.pictures.put((name, id(of[0]), of[1]), picture)
            texture = self.pictures.there.get((name, id(of[0]), of[1]))
            if texture is not None:
                self.textures[name] = texture
                self._come({name})
                self.pictures.keep_only(
                    {key for key, each in self.pictures.there.items() if each in self.textures.values()}
                )
        self._next_picture()

    def close(self) -> None:
        """Look no more."""
        self._closing.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.pictures.close()
