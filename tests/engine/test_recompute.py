"""One knob is turned: exactly what depends on it is computed anew. Told by brute force, on a thousand random graphs."""

from __future__ import annotations

from nodegraph.bench.oracle import trial


def test_a_thousand_random_graphs() -> None:
    trials = [trial(seed) for seed in range(1000)]
    assert [seed for seed, each in enumerate(trials) if each.wrong] == []
    assert [seed for seed, each in enumerate(trials) if each.moved] == []
    assert sum(each.recomputed for each in trials) > 1000
    assert sum(each.kept for each in trials) > 1000
