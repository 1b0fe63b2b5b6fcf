"""How the demo lies on the canvas: three backdrops side by side, and rails that carry plate, tracks and crops."""

from __future__ import annotations

from nodegraph.graph.graph import Graph
from nodegraph.graph.layout import Backdrop, Place, Point, placed, with_item

# Who has dots in its wire, and these by name: what each is wired to, and where its middle is.
RAILS: dict[str, dict[str, tuple[str, Point]]] = {
    "Plate": {
        "ToFaces": ("AsideTop", (-20, 38)),
        "AsideTop": ("Plate", (-110, 38)),
        "Aside": ("AsideTop", (-110, 150)),
        "ToCuts": ("ToFaces", (170, 38)),
        "ToSwap": ("ToCuts", (390, 38)),
        "ToComp": ("ToSwap", (790, 38)),
        "ToLayersTop": ("ToComp", (920, 38)),
        "ToLayers": ("ToLayersTop", (920, 340)),
    },
    "Smooth": {
        "Tracks": ("Smooth", (285, 336)),
        "TracksTop": ("Tracks", (285, 62)),
        "ToAlign": ("TracksTop", (430, 62)),
        "TracksOn": ("Tracks", (715, 336)),
    },
    "Finish": {
        "Crops": ("Finish", (685, 392)),
        "CropsTop": ("Crops", (685, 122)),
        "ToPaste": ("CropsTop", (830, 122)),
    },
}
DOT = 8.0  # half of its size

# The middle of each node's upper edge.
NODES: dict[str, Point] = {
    "Plate": (-240, -56),
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


def railed(graph: Graph, giver: str) -> Graph:
    """The graph with the dots that carry what a node gives to all who want it."""
    rail = RAILS[giver]
    for name in rail:
        graph = graph.add("Dot", name)
    for name, (source, _) in rail.items():
        graph = graph.connect(name, "image", source)
    return graph


def tidy(graph: Graph) -> Graph:
    """The graph with everything in its place."""
    for rail in RAILS.values():
        for name, (_, (x, y)) in rail.items():
            graph = with_item(graph, name, Place((x - DOT, y - DOT)))
    for name, backdrop in BACKDROPS.items():
        graph = with_item(graph, name, backdrop)
    return placed(graph, **{name: (x - WIDTHS.get(name, WIDTH) / 2, y) for name, (x, y) in NODES.items()})
