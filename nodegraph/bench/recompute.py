"""One knob is turned: exactly what depends on it is computed anew, told by brute force on random graphs."""

from __future__ import annotations

from nodegraph.bench.figures import Figure, exactly, shown
from nodegraph.bench.oracle import trial

GROUP = "engine"
GRAPHS = 1000


def measure() -> list[Figure]:
    trials = [trial(seed) for seed in range(GRAPHS)]
    return [
        exactly(
            GROUP,
            f"recompute: results on {GRAPHS:,} random graphs that the oracle contradicts",
            sum(each.wrong for each in trials),
            0,
        ),
        exactly(
            GROUP,
            "recompute: results computed anew after renaming, moving and recolouring",
            sum(each.moved for each in trials),
            0,
        ),
        shown(GROUP, "recompute: results computed anew after a knob was turned", sum(t.recomputed for t in trials), ""),
        shown(GROUP, "recompute: results kept", sum(each.kept for each in trials), ""),
    ]


MEASURES = {"recompute": measure}
