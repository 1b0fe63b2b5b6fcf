"""What lies over the viewer's picture, as drawings: faces, tracks, crops, guides, masks, the region, the format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from nodegraph.data.box import Format
from nodegraph.data.crop import Crops
from nodegraph.data.faces import Faces
from nodegraph.data.image import Image, Matte
from nodegraph.data.tracks import Tracks
from nodegraph.editor.panes.viewer_settings import Guides, Settings
from nodegraph.editor.viewer.framing import Framing, Pane
from nodegraph.editor.viewer.overlays import (
    ASPECTS,
    Drawing,
    Line,
    Role,
    Words,
    face,
    faces,
    guides,
    landmarks,
    mask,
    path,
    region,
    smoothed,
    window,
)
from nodegraph.graph.graph import Graph, Link

OVER = (Faces, Tracks, Crops)  # what is shown over the plate


def marks_of(
    found: Iterable[tuple[Any, Any]], frame: int, framing: Framing, pane: Pane, editing: bool = False
) -> list[Drawing]:
    """Drawings of results that are no pictures; beside each, the tracks before it smoothed them, if it did."""
    drawn: list[Drawing] = []
    for value, before in found:
        if isinstance(value, Faces):
            for each in value:
                drawn += face(each, framing, name=f"{each.score:.0%}")
        elif isinstance(value, Tracks):
            drawn += _tracks(value, before, frame, framing, pane, editing)
        elif isinstance(value, Crops):
            drawn += _crops(value, framing)
    return drawn


def _tracks(value: Tracks, before: Any, frame: int, framing: Framing, pane: Pane, editing: bool) -> list[Drawing]:
    drawn: list[Drawing] = []
    for track in value:
        drawn += path(track, frame, framing)
    if not isinstance(before, Tracks):
        return [*drawn, *faces(value.at(frame), framing, pane)]
    first = {track.name: each for track, each in before.at(frame)}
    for track, each in value.at(frame):
        drawn += face(each, framing, name=track.name, role=Role.AFTER)
        if track.name in first and not editing:
            drawn += smoothed(first[track.name], each, framing)
    return drawn


def _crops(value: Crops, framing: Framing) -> list[Drawing]:
    drawn: list[Drawing] = []
    for crop in value:
        size = float(crop.size)
        square = np.array([[0, 0], [size, 0], [size, size], [0, size]])
        back = np.linalg.inv(crop.matrix)
        corners = square @ back[:2, :2].T + back[:2, 2]
        places = framing.many_to_pane(corners)
        drawn.append(Line(places, Role.OUTLINE, closed=True))
        name = f"{crop.track} {crop.size} px" + (f" {crop.identity}" if crop.identity else "")
        top = places[np.argmin(places[:, 1])]
        drawn.append(Words(float(places[:, 0].min()), float(top[1]), name, Role.BOX))
        if crop.face.points is not None:
            drawn += landmarks(crop.face.points, framing)
    return drawn


def guides_of(settings: Settings, image: Image, framing: Framing) -> list[Drawing]:
    """Format and data window, guides, the aspect mask and the region of interest."""
    format: Format = image.format
    drawn: list[Drawing] = []
    shape = next((each for each in ASPECTS if each.name == settings.aspect), None)
    if shape is not None:
        drawn += mask(format, shape.ratio, framing)
    which = settings.guides
    if which is not Guides.NONE:
        every = which is Guides.ALL
        drawn += guides(
            format,
            framing,
            thirds=every or which is Guides.THIRDS,
            safe=every or which is Guides.SAFE,
            cross=every or which is Guides.CROSS,
        )
    if settings.annotation:
        drawn += window(format, image.data, framing)
    if settings.region is not None and settings.in_region:
        drawn += region(settings.region, framing)
    return drawn


# -- the graph: which node gives the plate under a node's faces ------------------------------------------


def shows_picture(graph: Graph, node: str, output: str = "") -> bool:
    """True if a node gives a picture; a writer's is what it would write."""
    kind = graph.type_of(node)
    if kind is None or kind.sink:
        return True
    found = kind.output(output)
    return found is not None and issubclass(found.type, Image)


def shows_over(graph: Graph, node: str, output: str = "") -> bool:
    """True if what a node gives is drawn over a plate."""
    kind = graph.type_of(node)
    found = kind.output(output) if kind is not None else None
    return found is not None and issubclass(found.type, OVER)


def plate_of(graph: Graph, node: str) -> tuple[str, str] | None:
    """The nearest picture that a node's result is about, and its output: no matte, if there is anything else."""
    todo, seen, mattes = [node], {node}, list[tuple[str, str]]()
    while todo:
        for wire in _wires(graph, todo.pop(0)).values():
            kind = graph.type_of(wire.node) if wire.node in graph.nodes else None
            out = kind.output(wire.output) if kind is not None else None
            if out is not None and issubclass(out.type, Image):
                if not issubclass(out.type, Matte):
                    return wire.node, wire.output
                mattes.append((wire.node, wire.output))
            elif wire.node not in seen and kind is not None:
                seen.add(wire.node)
                todo.append(wire.node)
    return mattes[0] if mattes else None


def before_of(graph: Graph, node: str) -> tuple[str, str] | None:
    """Where a node that changes tracks has its own from."""
    kind = graph.type_of(node)
    out = kind.output("") if kind is not None else None
    if kind is None or out is None or not issubclass(out.type, Tracks):
        return None
    for port in kind.inputs:
        wire = _wires(graph, node).get(port.name)
        if wire is not None and issubclass(port.type, Tracks) and port.time == "frame":
            return wire.node, wire.output
    return None


def same_above(old: Graph, new: Graph, node: str) -> bool:
    """True if no edit from one graph to another can have changed a node's result."""
    if old is new:
        return True
    if old.shot != new.shot or old.roots != new.roots or node not in new.nodes or node not in old.nodes:
        return False
    above = new.upstream(node)
    linked = any(isinstance(value, Link) for name in above for value in new.nodes[name].knobs.values())
    return not linked and all(old.nodes.get(name) is new.nodes[name] for name in above)


def _wires(graph: Graph, node: str) -> Mapping[str, Any]:
    return graph.nodes[node].inputs if node in graph.nodes else {}
