"""What the canvas costs with a thousand nodes on it: against an empty one, in the same run."""

from __future__ import annotations

from time import perf_counter

from nodegraph.bench import screen
from nodegraph.bench.figures import Figure, at_most, shown
from nodegraph.graph.document import Document
from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import placed
from nodegraph.graph.library import Library

GROUP = "editor"
NODES = 1000
ACROSS = 40
STEP = (170.0, 110.0)
FRAMES = 100  # a second, no place seen twice: in a quarter of one the same canvas took 0.9 to 1.6 times an empty one


def large_graph() -> Graph:
    """A thousand nodes and fifteen hundred wires: rows of blurs, every other row merges two of the row above."""
    graph = Graph(Library.discover())
    where: dict[str, tuple[float, float]] = {}
    for k in range(NODES):
        row, column = divmod(k, ACROSS)
        kind = "Merge" if row % 2 else "Blur"
        name = f"{kind}{k}"
        graph = graph.add(kind, name)
        where[name] = (column * STEP[0], row * STEP[1])
        if row == 0:
            continue
        above = [(row - 1) * ACROSS + column, (row - 1) * ACROSS + (column + 1) % ACROSS]
        givers = [f"{'Merge' if (row - 1) % 2 else 'Blur'}{each}" for each in above]
        if kind == "Merge":
            graph = graph.connect(name, "b", givers[0]).connect(name, "a", givers[1])
        else:
            graph = graph.connect(name, "image", givers[0])
    return placed(graph, **where)


def measure() -> list[Figure]:
    """A frame of panning at 1:1, with all on the screen, and a step of zoom."""
    from nodegraph.editor.canvas.view import View
    from nodegraph.editor.panes.graph import GraphPane

    with screen.screen():
        with screen.bare(screen.empty_canvas()) as turn:
            empty = screen.milliseconds(lambda _: turn(), FRAMES)
        with screen.editor(Document(large_graph())) as window:
            pane = next(each for each in window.app.panes if isinstance(each, GraphPane))
            calls: list[float] = []

            def looked(view: View) -> None:
                start = perf_counter()
                pane.show(view)
                calls.append(perf_counter() - start)
                window.turn(may_sleep=False)

            middle = View(ACROSS * STEP[0] / 2, 12 * STEP[1], 1.0)
            pan = screen.milliseconds(lambda k: looked(middle.panned((7.0 * (k % 11), 5.0 * (k % 13)))), FRAMES)
            python = sorted(calls)[len(calls) // 2] * 1000
            zoom = screen.milliseconds(lambda k: looked(middle.zoomed(1.0 + 0.02 * (k % 12), (300.0, 200.0))), FRAMES)
            pane.fit()
            all_of_it = pane.view
            screen.settle(lambda: window.turn(may_sleep=False), 4)
            whole = screen.milliseconds(lambda k: looked(all_of_it.panned((float(k % 5), 0.0))), FRAMES)
            looked(middle)
            places = [(11.0 * k % pane.size[0], 17.0 * k % pane.size[1]) for k in range(400)]
            hit = screen.milliseconds(lambda _: [pane.hit(place) for place in places]) / len(places)
    return [
        at_most(GROUP, "canvas: a pan frame at 1:1, against an empty canvas", pan / empty, 1.5),
        at_most(GROUP, "canvas: all 1,000 nodes on the screen, against an empty canvas", whole / empty, 4.0),
        at_most(GROUP, "canvas: a step of zoom, against a pan frame", zoom / pan, 2.0),
        at_most(GROUP, "canvas: of a pan frame, Python", python, 4.0, "ms"),
        at_most(GROUP, "canvas: what is under the cursor", hit, 1.0, "ms"),
        shown(GROUP, "canvas: an empty one of Dear PyGui's own, a frame", empty, "ms"),
    ]


MEASURES = {"canvas": measure}
