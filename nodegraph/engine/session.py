"""A session: a graph that is being worked on, with its undo, its viewers and its renders."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, NamedTuple, Self

from nodegraph.data.errors import Cancelled, NodegraphError
from nodegraph.engine.cache import Cache, default_budget
from nodegraph.engine.context import Loads
from nodegraph.engine.disk import Disk
from nodegraph.engine.evaluate import checked_by_default
from nodegraph.engine.events import Event, NodeProgress, Report, Warned
from nodegraph.engine.plan import Planner, in_order
from nodegraph.engine.render import render
from nodegraph.engine.run import Job, Runner
from nodegraph.engine.timing import Timings
from nodegraph.graph.graph import Graph

FRESH = 1.0  # seconds for which a look at the stamps of files holds
VIEWS = 2  # views side by side: two that are compared


class Edit(NamedTuple):
    """A step of the history: what it was, and the graph after it."""

    label: str
    graph: Graph
    merge: str = ""


class Session:
    """Everything that lives as long as a project is open. Close it at the end, or use `with`."""

    def __init__(
        self,
        graph: Graph,
        *,
        root: Path | None = None,
        memory: int | None = None,
        on_event: Callable[[Event], None] | None = None,
        kept: Path | None = None,
    ) -> None:
        self.root = (root or Path()).resolve()
        self.kept = kept  # the folder for results on disk, of work that has no project folder; none: the project's
        self.on_event = on_event
        self.cache = Cache(memory or default_budget())
        self.loads = Loads()
        self._past = [Edit("", graph)]
        self._future: list[Edit] = []
        self._ahead: list[Edit] = []  # what could be done again before the last step began
        self._lock = threading.RLock()
        self._planner: Planner | None = None
        self._looked = 0.0
        self._views: dict[str, tuple[Future[Any], Job]] = {}
        self.timings = Timings()  # of all that was looked at
        self._static: dict[str, set[bytes]] = {}
        self._pool = ThreadPoolExecutor(VIEWS, thread_name_prefix="view")

    # -- history -----------------------------------------------------------------------------------

    @property
    def graph(self) -> Graph:
        """The graph as it is now."""
        return self._past[-1].graph

    def edit(self, label: str, graph: Graph, merge: str = "") -> None:
        """Go on with a new graph. Edits in a row with the same `merge` (a drag) are one step of undo.

        A drag that comes back to the graph that it began with is none, and takes no redo away.
        """
        with self._lock:
            if graph is self.graph:
                return
            last = self._past[-1]
            if merge and merge == last.merge and not self._future:
                if graph == self._past[-2].graph:
                    self._past.pop()
                    self._future = self._ahead
                else:
                    self._past[-1] = Edit(last.label, graph, merge)
            else:
                self._past.append(Edit(label, graph, merge))
                self._ahead, self._future = self._future, []
            self._planner = None

    def undo(self) -> Graph:
        """Go back one step, if there is one."""
        with self._lock:
            if len(self._past) > 1:
                self._future.append(self._past.pop())
                self._planner = None
            return self.graph

    def redo(self) -> Graph:
        """Take back an undo, if there is one."""
        with self._lock:
            if self._future:
                self._past.append(self._future.pop())
                self._planner = None
            return self.graph

    @property
    def undo_label(self) -> str:
        """What `undo` would take back; empty if there is nothing."""
        return self._past[-1].label if len(self._past) > 1 else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would do again; empty if there is nothing."""
        return self._future[-1].label if self._future else ""

    # -- looking -----------------------------------------------------------------------------------

    def view(self, node: str, frame: int, output: str = "", *, viewer: str = "A") -> Future[Any]:
        """The result of a node at a frame, soon. A newer look by the same viewer cancels the older one."""
        job = Job()
        job.progress = lambda name, at, done, message: self._tell(NodeProgress(name, at, done, message))
        job.warn = lambda name, at, message: self._tell(Warned(name, at, message))
        with self._lock:
            older = self._views.get(viewer)
            if older is not None:
                older[1].cancel.set()
                older[0].cancel()
            future = self._pool.submit(self._look, node, frame, output, viewer, job)
            self._views[viewer] = (future, job)
        return future

    def _look(self, node: str, frame: int, output: str, viewer: str, job: Job) -> Any:
        if job.cancel.is_set():
            raise Cancelled
        planner = self._plan()
        plan = planner.plan(node, frame, output)
        static = {step.key for step in in_order(plan.feed.step, into_static=False) if step.static}
        with self._lock:
            self._static[viewer] = static
            self.cache.pin(set().union(*self._static.values()), only=True)
        return self._runner(planner).result(plan, job)

    def _plan(self) -> Planner:
        with self._lock:
            if self._planner is None:
                self._planner = Planner(self.graph, self.root)
                self._looked = monotonic()
            elif monotonic() - self._looked > FRESH:
                self._planner.refresh()
                self._looked = monotonic()
            return self._planner

    def _runner(self, planner: Planner) -> Runner:
        runner = Runner(
            planner,
            self.cache,
            loads=self.loads,
            disk=Disk(self.kept) if self.kept is not None else Disk.of(self.root),
            everything=True,
            checked=checked_by_default(),
        )
        runner.timings = self.timings
        return runner

    def cached(self, nodes: Iterable[str], frame: int) -> frozenset[str]:
        """Those of some nodes whose result at a frame is in memory; nothing is made for it."""
        nodes = list(nodes)
        if not nodes:
            return frozenset()
        planner = self._plan()
        found = set()
        for node in nodes:
            if node in planner.graph.nodes:
                with suppress(NodegraphError):  # what cannot be planned is not there
                    if planner.plan(node, frame).feed.step.key in self.cache:
                        found.add(node)
        return frozenset(found)

    def _tell(self, event: Event) -> None:
        if self.on_event is not None:
            self.on_event(event)

    # -- rendering ---------------------------------------------------------------------------------

    def render(
        self,
        sink: str,
        frames: Iterable[int] | None = None,
        on_event: Callable[[Event], None] | None = None,
        **options: Any,
    ) -> Report:
        """Render the graph as it is now; later edits do not touch it. Options are those of `engine.render`."""
        return render(self.graph, sink, frames, root=self.root, on_event=on_event or self.on_event, **options)

    def settle(self, root: Path) -> None:
        """Relative paths start from another folder from now on: the project was saved elsewhere."""
        with self._lock:
            self.root, self.kept = root.resolve(), None
            self._planner = None

    def stop(self) -> None:
        """Stop all views: who asked hears that they were cancelled."""
        with self._lock:
            for future, job in self._views.values():
                job.cancel.set()
                future.cancel()

    def close(self) -> None:
        """Stop all views and let go of everything."""
        self.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.loads.close()
        self.cache.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
