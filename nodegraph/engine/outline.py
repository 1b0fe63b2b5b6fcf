"""What a render will do, told before it does it: which nodes run when, what is kept, how files are written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodegraph.data.errors import NodegraphError
from nodegraph.data.frames import FrameRange
from nodegraph.engine.cache import Cache, default_budget
from nodegraph.engine.disk import Disk
from nodegraph.engine.plan import Plan, Planner
from nodegraph.engine.receipts import Receipts
from nodegraph.engine.run import Runner
from nodegraph.engine.step import Fed, Feed, Step, Whole
from nodegraph.graph.graph import Graph


@dataclass(frozen=True)
class Row:
    """One node of a frame: when it runs, and what becomes of its result."""

    node: str
    kind: str
    when: str
    kept: str = ""


@dataclass
class Group:
    """Frames that all run in the same way."""

    frames: FrameRange
    rows: list[Row] = field(default_factory=list)
    how: str = ""  # how the sink will write, by its own account
    fault: str = ""


@dataclass
class Outline:
    """The outline of a sink's render."""

    sink: str
    frames: FrameRange
    done: int
    groups: list[Group]

    def to_json(self) -> dict[str, Any]:
        groups = [
            {
                "frames": str(group.frames),
                "steps": [vars(row) for row in group.rows],
                "writes": group.how,
                "fault": group.fault,
            }
            for group in self.groups
        ]
        return {"sink": self.sink, "frames": str(self.frames), "done": self.done, "groups": groups}

    def __str__(self) -> str:
        there = f", {self.done} of them there already" if self.done else ""
        lines = [f"{self.sink}: {len(self.frames)} frame{'s' if len(self.frames) != 1 else ''}, {self.frames}{there}"]
        for group in self.groups:
            lines.append(f"  frame{'s' if len(group.frames) > 1 else ''} {group.frames}")
            if group.fault:
                lines.append(f"    cannot run: {group.fault}")
            wide = max((len(row.node) for row in group.rows), default=0)
            kinds = max((len(row.kind) for row in group.rows), default=0)
            for row in group.rows:
                kept = f"; {row.kept}" if row.kept else ""
                lines.append(f"    {row.node:<{wide}}  {row.kind:<{kinds}}  {row.when}{kept}")
            if group.how:
                lines.append(f"    {group.how}")
        return "\n".join(lines)


def outline(graph: Graph, sink: str, frames: tuple[int, ...], folder: Path | None = None) -> Outline:
    """Outline the render of a sink. Only the headers of files are read, and what a picture's size hangs on."""
    planner = Planner(graph, folder)
    receipts = Receipts(planner.folder, sink)
    disk = Disk.of(planner.folder)
    whole = planner.once(sink, frames)
    found: dict[Any, list[Plan]] = defaultdict(list)
    faults: dict[str, list[int]] = defaultdict(list)
    done = 0
    for frame in frames[:1] if whole else frames:
        try:
            plan = planner.plan_sink(sink, frames, frame)
        except NodegraphError as fault:
            faults[str(fault)].append(frame)
            continue
        if receipts.done(None if whole else frame, plan.feed.step.key.hex(), quick=True):
            done += len(frames) if whole else 1
        found[tuple(dict.fromkeys((step.node, step.static) for step in plan.steps))].append(plan)
    runner = Runner(planner, Cache(default_budget()), disk=disk)
    groups = []
    try:
        for plans in found.values():
            covers = frames if whole else [plan.frame for plan in plans]
            groups.append(Group(FrameRange.of(covers), _rows(planner, plans, disk, whole), _how(runner, plans[0])))
    finally:
        runner.loads.close()
    groups += [Group(FrameRange.of(frames if whole else bad), fault=text) for text, bad in faults.items()]
    return Outline(sink, FrameRange.of(frames), done, groups)


def _rows(planner: Planner, plans: list[Plan], disk: Disk, once: bool = False) -> list[Row]:
    rows: list[Row] = []
    steps: dict[str, list[Step]] = defaultdict(list)
    for step in plans[0].steps:
        steps[step.node].append(step)
    times = [_times(plan) for plan in plans]
    for name, some in steps.items():
        step = some[0]
        streams = [argument for argument in step.arguments if isinstance(argument, Whole)]
        for whole in streams:
            inner = planner.plan(whole.node, whole.frames[0], whole.output)
            span = FrameRange.of(whole.frames)
            rows += [
                Row(row.node, row.kind, row.when if row.when == STATIC else f"streams {span} into {name}", row.kept)
                for row in _rows(planner, [inner], disk)
                if row.node not in steps
            ]
        if step.static:
            when = STATIC
        elif once and step.kind.sink:
            when = "once, over all frames"
        else:
            when = _when([(plan.frame, each[name]) for plan, each in zip(plans, times, strict=True)])
        rows.append(Row(name, step.kind.name, when, _kept(step, disk)))
    return list(dict.fromkeys(rows))


STATIC = "once for the shot"
FEW = 3


def _times(plan: Plan) -> dict[str, set[int]]:
    """The frames that a plan wants of each node."""
    times: dict[str, set[int]] = defaultdict(set)
    for step in plan.steps:
        times[step.node].update([] if step.frame is None else [step.frame])
    return times


def _when(asked: list[tuple[int, set[int]]]) -> str:
    """Which frames of a node the frames of a group want: those at fixed distances, and held ones."""
    near = set.intersection(*({each - frame for each in wanted} for frame, wanted in asked))
    held = set().union(*({each for each in wanted if each - frame not in near} for frame, wanted in asked))
    parts = []
    if near == {0}:
        parts.append("each frame")
    elif near:
        parts.append("frames " + " ".join(f"{each:+d}" if each else "0" for each in sorted(near)))
    if held:
        parts.append(f"frame {FrameRange.of(held)} held" if len(held) <= FEW else "frames at times of their own")
    return " and ".join(parts)


def _kept(step: Step, disk: Disk) -> str:
    if step.kind.sink:
        return ""
    if step.kind.store:
        return "on disk already" if disk.path(step.key).is_file() else "will be kept on disk"
    if step.static:
        return "kept throughout"
    return "kept while others need it" if step.store else ""


def _how(runner: Runner, plan: Plan) -> str:
    """What the sink itself says of how it will write, if it can."""
    step = plan.feed.step
    explain = step.kind.explain
    first = next((argument for argument in step.arguments if isinstance(argument, Fed)), None)
    if explain is None or first is None:
        return ""
    try:
        picture = runner.result(Plan(plan.node, plan.frame, Feed(step.feeds[first.slot], first.pick)))
        return explain(plan.frame, step.knobs, picture)
    except NodegraphError as fault:
        return f"cannot say how it writes: {fault.message}"
