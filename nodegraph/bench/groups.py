"""The groups of figures, by name; each is a module with `measures()`: its rows, one function each."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence

from nodegraph.bench.exhibits import Exhibit
from nodegraph.bench.figures import Figure

GROUPS: dict[str, tuple[str, ...]] = {
    "engine": (
        "nodegraph.bench.splice",
        "nodegraph.bench.fullframe",
        "nodegraph.bench.half",
        "nodegraph.bench.memory",
        "nodegraph.bench.movies",
        "nodegraph.bench.writing",
        "nodegraph.bench.planning",
        "nodegraph.bench.recompute",
    ),
    "faces": (
        "nodegraph.bench.steadiness",
        "nodegraph.bench.mattes",
        "nodegraph.bench.swapped",
        "nodegraph.bench.pasting",
        "nodegraph.bench.face_chain",
        "nodegraph.bench.shot_chain",
        "nodegraph.bench.colour_error",
        "nodegraph.bench.colour_transfer",
    ),
    "editor": (
        "nodegraph.bench.editor_canvas",
        "nodegraph.bench.editor_viewer",
        "nodegraph.bench.editor_conduct",
    ),
}

Measure = Callable[[], Sequence[Figure | Exhibit]]


def measures(group: str, only: str = "") -> Iterator[tuple[str, Measure]]:
    """The measurements of a group in order, each with the word that its rows begin with."""
    for module in GROUPS[group]:
        for name, measure in importlib.import_module(module).MEASURES.items():
            if name.startswith(only):
                yield name, measure
