"""Random graphs of numbers, and an oracle that works them out by brute force, knowing nothing of plans and caches."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any, NamedTuple

from nodegraph.data.shot import Clip, Frame, Shot, Window
from nodegraph.engine.cache import Cache
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Runner
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph
from nodegraph.graph.library import Library
from nodegraph.graph.node import node

FIRST, LAST = 1, 4


class Value(float):
    """A number that knows its history: which node made it, with which knob, of which values."""

    history: tuple[Any, ...]


RUNS: list[tuple[Any, ...]] = []  # the history of each value that a node computed


def made(value: float, *history: Any) -> Value:
    result = Value(value)
    result.history = history
    RUNS.append(history)
    return result


@node
def number(frame: Frame, *, knob: int = 1) -> Value:
    """Depends on the frame."""
    return made(frame * knob, "Number", int(frame), knob)


@node
def fixed(*, knob: int = 1) -> Value:
    """Does not."""
    return made(knob, "Fixed", knob)


@node
def both(a: Value, b: Value | None = None, *, knob: int = 1) -> Value:
    """Two inputs, one of them optional."""
    return made(a + knob * (0.5 if b is None else b), "Both", knob, a.history, None if b is None else b.history)


@node(identity=lambda frame, knobs: "a" if knobs["knob"] == 1 else None)
def times(a: Value, *, knob: int = 1) -> Value:
    """Nothing to do where the knob is 1."""
    return made(a * knob, "Times", knob, a.history)


@node(frames=lambda frame, knobs: range(frame - knobs["knob"], frame + knobs["knob"] + 1))
def near(a: Window[Value], *, knob: int = 1) -> Value:
    """Frames near this one."""
    return made(sum(a[frame] for frame in a), "Near", knob, a.frame, *(a[frame].history for frame in a))


@node(identity=lambda frame, knobs: ("a", frame + knobs["knob"]))
def later(a: Value, *, knob: int = 1) -> Value:
    """Another frame."""
    raise AssertionError


@node(identity=lambda frame, knobs: ("a", knobs["knob"]))
def held(a: Value, *, knob: int = 1) -> Value:
    """One frame for all."""
    raise AssertionError


@node
def whole(a: Clip[Value], *, knob: int = 1) -> Value:
    """The whole shot."""
    values = [value for _, value in a]
    return made(knob * sum(values), "Whole", knob, *(value.history for value in values))


LIBRARY = Library.of(number, fixed, both, times, near, later, held, whole)


KINDS = ("Number", "Fixed", "Both", "Both", "Both", "Times", "Times", "Near", "Later", "Held", "Whole")


class Oracle:
    """Works everything out by plain recursion: each value, and the whole history that led to it."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.needed: set[tuple[Any, ...]] = set()

    def values(self, root: str) -> list[float]:
        """The root's result at each frame."""
        return [self.at(root, frame)[0] for frame in range(FIRST, LAST + 1)]

    def at(self, name: str, frame: int) -> tuple[float, tuple[Any, ...]]:
        value, history = self._at(name, frame)
        self.needed.add(history)
        return value, history

    def _at(self, name: str, frame: int) -> tuple[float, tuple[Any, ...]]:
        one = self.graph.nodes[name]
        wires = {port: wire.node for port, wire in one.inputs.items()}
        if one.disabled:
            return self.at(wires["a"], frame)
        setting = one.knobs.get("knob", 1)
        knob = round(setting.at(frame)) if isinstance(setting, Curve) else setting
        match one.kind:
            case "Number":
                return frame * knob, ("Number", frame, knob)
            case "Fixed":
                return knob, ("Fixed", knob)
            case "Later":
                return self.at(wires["a"], frame + knob)
            case "Held":
                return self.at(wires["a"], knob)
            case "Near":
                parts = [self.at(wires["a"], each) for each in range(frame - knob, frame + knob + 1)]
                return sum(part[0] for part in parts), ("Near", knob, frame, *(part[1] for part in parts))
            case "Whole":
                parts = [self.at(wires["a"], each) for each in range(FIRST, LAST + 1)]
                return knob * sum(part[0] for part in parts), ("Whole", knob, *(part[1] for part in parts))
        value, history = self.at(wires["a"], frame)
        if one.kind == "Times":
            return (value, history) if knob == 1 else (value * knob, ("Times", knob, history))
        other = self.at(wires["b"], frame) if "b" in wires else (0.5, None)
        return value + knob * other[0], ("Both", knob, history, other[1])


def run_all(graph: Graph, cache: Cache, root: str) -> tuple[list[tuple[Any, ...]], list[float]]:
    """What was computed, and the results, over the whole shot."""
    RUNS.clear()
    runner = Runner(Planner(graph), cache, everything=True, checked=False)
    values = [runner.result(runner.planner.plan(root, frame)) for frame in range(FIRST, LAST + 1)]
    return RUNS.copy(), values


def random_graph(rng: random.Random) -> Graph:
    """A graph of four to eleven nodes, some disabled, some animated."""
    graph = Graph(LIBRARY, shot=Shot(first=FIRST, last=LAST)).add("Number", "n0").add("Fixed", "n1", knob=2)
    for index in range(2, rng.randint(4, 11)):
        name = f"n{index}"
        kind = rng.choice(KINDS)
        graph = graph.add(kind, name, knob=random_knob(rng, kind))
        if kind not in ("Number", "Fixed"):
            graph = graph.connect(name, "a", f"n{rng.randrange(index)}")
            if kind == "Both" and rng.random() < 0.8:
                graph = graph.connect(name, "b", f"n{rng.randrange(index)}")
            graph = graph.disable(name, rng.random() < 0.1)
    return graph


def random_knob(rng: random.Random, kind: str) -> Any:
    """A value or, where one is allowed, a curve."""
    if kind not in ("Near", "Held") and rng.random() < 0.2:
        return Curve.of([(FIRST, rng.randint(0, 3)), (LAST, rng.randint(0, 3))])
    return rng.randint(0, 3)


class Trial(NamedTuple):
    """One random graph: how many results were wrong, computed for nothing, or missing; and how many there were."""

    wrong: int
    recomputed: int
    kept: int
    moved: int  # computed after nothing but a renaming and a move


def trial(seed: int) -> Trial:
    """Run a random graph, turn a knob, run it again, rename and move a node, run it once more."""
    rng = random.Random(seed)
    graph = random_graph(rng)
    root = list(graph.nodes)[-1]
    cache, before = Cache(1 << 40), Oracle(graph)
    expected = before.values(root)
    computed, values = run_all(graph, cache, root)
    wrong = _faults(computed, before.needed) + (values != expected)

    name = rng.choice(list(graph.nodes))
    changed = graph.set(name, "knob", random_knob(rng, graph.nodes[name].kind))
    after = Oracle(changed)
    expected = after.values(root)
    computed, values = run_all(changed, cache, root)
    wrong += _faults(computed, after.needed - before.needed) + (values != expected)
    recomputed, kept = len(computed), len(after.needed & before.needed)

    other = changed.rename(name, "renamed")
    other = replace(other, ui={"nodes": {"renamed": {"at": [rng.random(), 5], "colour": "#f00"}}, "notes": ["x"]})
    computed, values = run_all(other, cache, "renamed" if name == root else root)
    return Trial(wrong + (values != expected), recomputed, kept, len(computed))


def _faults(computed: list[tuple[Any, ...]], needed: set[tuple[Any, ...]]) -> int:
    """Results that were computed twice or for nothing, or were not computed."""
    return len(computed) - len(set(computed)) + len(set(computed) ^ needed)
