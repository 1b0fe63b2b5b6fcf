"""One node at one frame, for scripts and tests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nodegraph.engine.cache import Cache, default_budget
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
        return runner.value(plan)
    finally:
        runner.loads.close()
