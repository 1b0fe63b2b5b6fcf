"""The looker: asks the session for what the viewer shows, and never lets requests queue."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from nodegraph.data.errors import Cancelled
from nodegraph.editor.app import App
from nodegraph.editor.viewer.playback import Newest
from nodegraph.engine.session import Session

PATIENCE = 0.35  # seconds that a look may go on when a newer one is wanted


class Wanted(NamedTuple):
    """A node's output at a frame, of one edition of the graph."""

    node: str
    output: str
    frame: int
    edition: int


@dataclass
class Asked:
    """What one viewer asks for, and since when."""

    newest: Newest[Wanted] = field(default_factory=Newest)
    since: float = 0.0


Prepare = Callable[[Any], Any]
Took = Callable[[str, Wanted, Any, BaseException | None], None]


class Looker:
    """One request of each viewer is worked on; of all made meanwhile only the newest comes next.

    `prepare` is done to each result on a thread (decoding, the first proxy); `took` is told on the main thread.
    """

    def __init__(self, app: App, prepare: Callable[[str, Wanted, Any], Any], took: Took) -> None:
        self.app = app
        self.prepare = prepare
        self.took = took
        self.asked: dict[str, Asked] = {}
        self.closed = False
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="viewer")

    def ask(self, viewer: str, wanted: Wanted, *, patient: bool = False) -> None:
        """Ask for something; what the same viewer has asked for is finished first, unless it takes too long."""
        asked = self.asked.setdefault(viewer, Asked())
        late = time.monotonic() - asked.since > PATIENCE
        if late and not patient and asked.newest.running not in (None, wanted):
            asked.newest.give_up()
        start = asked.newest.ask(wanted)
        if start is not None:
            self._start(viewer, asked, start)

    def forget(self, viewer: str) -> None:
        """What this viewer asked for is not wanted any more."""
        asked = self.asked.get(viewer)
        if asked is not None:
            asked.newest.give_up()

    @property
    def busy(self) -> tuple[Wanted, ...]:
        """What is being made."""
        running = (asked.newest.running for asked in self.asked.values())
        return tuple(each for each in running if each is not None)

    def making(self, viewer: str) -> Wanted | None:
        """What is being made for a viewer."""
        asked = self.asked.get(viewer)
        return asked.newest.running if asked is not None else None

    def apart(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Do something on a thread, and go on with its result on the main thread; a failure is told as it is."""
        if not self.closed:
            self._pool.submit(work).add_done_callback(lambda done: self._posted(done, then))

    def close(self) -> None:
        """No more of it."""
        self.closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _posted(self, done: Future[Any], then: Callable[[Any], None]) -> None:
        if not self.closed and not done.cancelled():
            fault = done.exception()
            self.app.post(lambda: then(done.result()) if fault is None else self.app.say(str(fault), True))

    def _start(self, viewer: str, asked: Asked, wanted: Wanted) -> None:
        asked.since = time.monotonic()
        session = self.app.session
        future = session.view(wanted.node, wanted.frame, wanted.output, viewer=viewer)
        future.add_done_callback(partial(self._made, session, viewer, wanted))

    def _made(self, session: Session, viewer: str, wanted: Wanted, future: Future[Any]) -> None:
        """On the session's thread: what is slow about the result goes on to a thread of ours."""
        if self.closed:
            return
        fault: BaseException | None = Cancelled() if future.cancelled() else future.exception()
        if fault is not None:
            self.app.post(partial(self._done, session, viewer, wanted, None, fault))
            return
        ready = self._pool.submit(self.prepare, viewer, wanted, future.result())
        ready.add_done_callback(partial(self._ready, session, viewer, wanted))

    def _ready(self, session: Session, viewer: str, wanted: Wanted, ready: Future[Any]) -> None:
        if self.closed:
            return
        fault: BaseException | None = CancelledError() if ready.cancelled() else ready.exception()
        value = None if fault is not None else ready.result()
        self.app.post(partial(self._done, session, viewer, wanted, value, fault))

    def _done(self, session: Session, viewer: str, wanted: Wanted, value: Any, fault: BaseException | None) -> None:
        asked = self.asked[viewer]
        shown, after = asked.newest.done(wanted)
        if after is not None:
            self._start(viewer, asked, after)
        if shown and session is self.app.session and not isinstance(fault, (Cancelled, CancelledError)):
            self.took(viewer, wanted, value, fault)
