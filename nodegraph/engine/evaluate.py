"""One node at one frame, for scripts and tests."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Any

from nodegraph.data.image import Image
from nodegraph.engine.cache import Cache, default_budget
from nodegraph.engine.context import Loads
from nodegraph.engine.disk import Disk
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Runner
from nodegraph.graph.graph import Graph

CHECKED = "NODEGRAPH_CHECKED"


def checked_by_default() -> bool:
    """True if the environment asks for checked mode."""
    return os.environ.get(CHECKED, "") not in ("", "0")


def evaluate(graph: Graph, node: str, frame: int | None = None, output: str = "", *, root: Path | None = None) -> Any:
    """The result of a node at a frame, which is the shot's first if none is given.

    A sink is not run: its picture is what would be written.
    """
    planner = Planner(graph, root)
    plan = planner.plan(node, graph.shot.first if frame is None else frame, output)
    runner = Runner(
        planner, Cache(default_budget()), disk=Disk.of(planner.folder), everything=True, checked=checked_by_default()
    )
    try:
        value = runner.result(plan)
    except BaseException:
        runner.loads.close()
        raise
    _close_after(value, runner.loads)
    return value


def _close_after(value: Any, loads: Loads) -> None:
    """Close live things once no picture needs them: a lazy one decodes when it is looked at."""
    pictures = [each for each in (value if isinstance(value, tuple) else [value]) if isinstance(each, Image)]
    sources = {id(picture.source): picture.source for picture in pictures}
    waiting = [len(sources)]

    def gone() -> None:
        waiting[0] -= 1
        if waiting[0] <= 0:
            loads.close()

    for source in sources.values():
        weakref.finalize(source, gone)
    if not sources:
        loads.close()
