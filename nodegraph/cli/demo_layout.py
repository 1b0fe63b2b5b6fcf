"""How the demo lies on the canvas: three backdrops side by side, and above them a rail that carries the plate."""

from __future__ import annotations

from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import Backdrop, Place, Point, placed, with_item

# Dots by name: what each is wired to, and where its middle is.
RAIL: dict[str, tuple[str, Point]] = {
    "ToFaces": ("AsideTop", (-20, 56)),
    "AsideTop": ("Plate", (-110, 56)),
    "Aside": ("AsideTop", (-110, 150)),
    "ToCuts": ("ToFaces", (170, 56)),
    "ToSwap": ("ToCuts", (390, 56)),
    "ToComp": ("ToSwap", (790, 56)),
    "ToLayersTop": ("ToComp", (920, 56)),
    "ToLayers": ("ToLayersTop", (920, 340)),
}
DOT = 8.0  # half of its size

# The middle of each node's upper edge.
NODES: dict[str, Point] = {
    "Plate": (-240, -38),
    "Detect": (0, 112),
    "Cuts": (170, 112),
    "Landmarks": (0, 172),
    "Track": (0, 232),
    "Smooth": (0, 292),
    "Align": (410, 112),
    "Hull": (410, 172),
    "SeenFace": (580, 172),
    "NotTheMicrophone": (410, 232),
    "Double": (580, 232),
    "Swap": (410, 292),
    "Finish": (410, 352),
    "Paste": (810, 172),
    "Chart": (1010, 172),
    "Comp": (810, 242),
    "Layers": (810, 372),
    "Review": (1010, 372),
    "WriteComp": (810, 432),
}
WIDTH, WIDTHS = 120, {"NotTheMicrophone": 148, "Swap": 144}  # of a node on the canvas, where not all are alike

BACKDROPS: dict[str, Backdrop] = {
    "Find": Backdrop((-150, 78), (410, 268), "Find and follow the face", "#3d4a5c"),
    "NewFace": Backdrop((310, 78), (360, 328), "Put the other face in", "#4a3f5c"),
    "Back": Backdrop((730, 138), (370, 348), "Back into the plate", "#3f5247"),
}


def railed(graph: Graph) -> Graph:
    """The graph with the dots that carry the plate to all who want it."""
    for name in RAIL:
        graph = graph.add("Dot", name)
    for name, (giver, _) in RAIL.items():
        graph = graph.connect(name, "image", giver)
    return graph


def tidy(graph: Graph) -> Graph:
    """The graph with everything in its place."""
    for name, (_, (x, y)) in RAIL.items():
        graph = with_item(graph, name, Place((x - DOT, y - DOT)))
    for name, backdrop in BACKDROPS.items():
        graph = with_item(graph, name, backdrop)
    return placed(graph, **{name: (x - WIDTHS.get(name, WIDTH) / 2, y) for name, (x, y) in NODES.items()})
