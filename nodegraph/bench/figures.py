"""Figures that we promise: each a ratio measured side by side in one run, or a count."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Work = Callable[[], object]


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, what it came to, and what it must be."""

    group: str
    name: str
    value: float
    unit: str
    goal: str
    ok: bool

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def at_least(group: str, name: str, value: float, goal: float, unit: str = "x") -> Figure:
    """A figure that must reach its goal."""
    return Figure(group, name, round(value, 4), unit, f">= {goal:g}", value >= goal)


def at_most(group: str, name: str, value: float, goal: float, unit: str = "x") -> Figure:
    """A figure that must not pass its goal."""
    return Figure(group, name, round(value, 4), unit, f"<= {goal:g}", value <= goal)


def exactly(group: str, name: str, value: float, goal: float, unit: str = "") -> Figure:
    """A count that must be just this."""
    return Figure(group, name, value, unit, f"= {goal:g}", value == goal)


def shown(group: str, name: str, value: float, unit: str) -> Figure:
    """A figure without a goal, to set the others in proportion."""
    return Figure(group, name, round(value, 4), unit, "", True)


def seconds(
    works: Sequence[Work], rounds: int = 5, pick: Callable[[list[float]], float] = statistics.median
) -> list[float]:
    """The time each piece of work takes, taken in turns so that a busy moment hits all alike.

    Each is run once unmeasured (compiling, warming the file cache); the figure is the median, or what else is picked
    of the rounds, as the fastest where milliseconds count. What the one before left to be written to the disk is
    written first: a baseline that does not wait for the disk is not waited for by us.
    """
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            gc.collect()
            if hasattr(os, "sync"):
                os.sync()
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [pick(taken) for taken in times]


def ratio(baseline: Work, ours: Work, rounds: int = 5) -> float:
    """How many times faster `ours` is than the baseline."""
    slow, fast = seconds((baseline, ours), rounds)
    return slow / fast


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table, which people and the documentation both read."""
    rows = [("figure", "value", "goal", "")]
    rows += [
        (f"{row.group}: {row.name}", f"{row.value:.6g} {row.unit}".strip(), row.goal, "ok" if row.ok else "MISSED")
        for row in figures
    ]
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
