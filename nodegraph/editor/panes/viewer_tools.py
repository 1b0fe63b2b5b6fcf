"""The handles of one node in the viewer: a Transform's, a Crop's, a Roto's shapes, the landmarks of EditTracks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from nodegraph.data.box import Format
from nodegraph.data.corrections import Corrections, Key
from nodegraph.data.tracks import Tracks
from nodegraph.editor.panels.keys import with_value
from nodegraph.editor.state import State
from nodegraph.editor.viewer.framing import Framing
from nodegraph.editor.viewer.handles import (
    Handle,
    Move,
    Part,
    Place,
    box_drawing,
    box_handles,
    dragged_box,
    dragged_roto,
    dragged_transform,
    roto_drawing,
    roto_handles,
    transform_drawing,
    transform_handles,
)
from nodegraph.editor.viewer.overlays import Drawing
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import Vec
from nodegraph.graph.shapes import Point, Shape, Shapes

Chosen = frozenset[tuple[int, int]]
NONE: Chosen = frozenset()


class Tool(Protocol):
    """What can be dragged of a node."""

    @property
    def node(self) -> str: ...

    @property
    def label(self) -> str:
        """Of the step of undo."""
        ...

    def handles(self, framing: Framing) -> list[Handle]: ...

    def drawing(self, framing: Framing) -> list[Drawing]: ...

    def dragged(self, part: Part, place: Place, broken: bool) -> Graph: ...


@dataclass(frozen=True)
class TransformTool:
    """Shift, turn, scale and skew by hand."""

    graph: Graph
    node: str
    frame: int
    auto_key: bool
    format: Format
    label: str = "move in the viewer"

    @property
    def move(self) -> Move:
        return Move.of({knob: self.graph.value(self.node, knob, self.frame) for knob in Move._fields})

    def handles(self, framing: Framing) -> list[Handle]:
        return transform_handles(self.move, self.format, framing)

    def drawing(self, framing: Framing) -> list[Drawing]:
        return transform_drawing(self.move, self.format, framing)

    def dragged(self, part: Part, place: Place, broken: bool) -> Graph:
        del broken
        return _set(self, dragged_transform(self.move, self.format, part, place))


@dataclass(frozen=True)
class CropTool:
    """The sides and corners of a Crop."""

    graph: Graph
    node: str
    frame: int
    auto_key: bool
    format: Format
    label: str = "crop in the viewer"

    @property
    def box(self) -> tuple[float, ...]:
        box = tuple(float(side) for side in self.graph.value(self.node, "box", self.frame))
        empty = box[2] <= box[0] or box[3] <= box[1]  # a fresh Crop keeps everything
        return tuple(float(side) for side in self.format.box) if empty else box

    def handles(self, framing: Framing) -> list[Handle]:
        return box_handles(self.box, framing)

    def drawing(self, framing: Framing) -> list[Drawing]:
        return box_drawing(self.box, framing)

    def dragged(self, part: Part, place: Place, broken: bool) -> Graph:
        del broken
        return _set(self, {"box": dragged_box(self.box, part, place)})


@dataclass(frozen=True)
class RotoTool:
    """The points of shapes, and tangents and feather of those that are chosen."""

    graph: Graph
    node: str
    frame: int
    auto_key: bool
    format: Format
    chosen: Chosen = NONE
    label: str = "shape in the viewer"

    @property
    def shapes(self) -> Shapes:
        shapes: Shapes = self.graph.setting(self.node, "shapes")
        return shapes

    @property
    def open(self) -> Chosen:
        """Chosen points that are there."""
        counts = [len(shape.points) for shape in self.shapes.shapes]
        return frozenset((k, n) for k, n in self.chosen if k < len(counts) and n < counts[k])

    def handles(self, framing: Framing) -> list[Handle]:
        return roto_handles(self.shapes, self.frame, framing, self.open)

    def drawing(self, framing: Framing) -> list[Drawing]:
        return roto_drawing(self.shapes, self.frame, framing, self.open)

    def dragged(self, part: Part, place: Place, broken: bool) -> Graph:
        shapes = dragged_roto(self.shapes, self.frame, part, place, auto_key=self.auto_key, broken=broken)
        return self._with(shapes)

    def added(self, place: Place) -> tuple[Graph, Chosen]:
        """With a point more after the chosen one, or the first of another shape; and that point chosen."""
        point = Point(round(place[0], 3), round(place[1], 3))
        shapes = self.shapes.shapes
        if not self.open:
            return self._with(Shapes((*shapes, Shape((point,))))), frozenset({(len(shapes), 0)})
        k, n = max(self.open)
        points = shapes[k].points
        grown = replace(shapes[k], points=(*points[: n + 1], point, *points[n + 1 :]))
        return self._with(Shapes((*shapes[:k], grown, *shapes[k + 1 :]))), frozenset({(k, n + 1)})

    def removed(self) -> Graph:
        """Without the chosen points; a shape goes with its last one."""
        left = []
        for k, shape in enumerate(self.shapes.shapes):
            points = tuple(point for n, point in enumerate(shape.points) if (k, n) not in self.open)
            if points:
                left.append(replace(shape, points=points))
        return self._with(Shapes(tuple(left)))

    def _with(self, shapes: Shapes) -> Graph:
        return self.graph.set(self.node, "shapes", shapes)


@dataclass(frozen=True)
class TracksTool:
    """The landmarks of tracked faces; one that is dragged becomes part of a key on this frame."""

    graph: Graph
    node: str
    frame: int
    tracks: Tracks
    label: str = "landmark by hand"

    def handles(self, framing: Framing) -> list[Handle]:
        found: list[Handle] = []
        for number, (_, face) in enumerate(self.tracks.at(self.frame)):
            if face.points is not None:
                places = framing.many_to_pane(face.points)
                found += [Handle((number, k, "landmark"), float(x), float(y)) for k, (x, y) in enumerate(places)]
                x, y = framing.to_pane(*face.box.middle)
                found.append(Handle((number, -1, "face"), x, y))
        return found

    def drawing(self, framing: Framing) -> list[Drawing]:
        del framing
        return []  # the faces themselves are drawn already

    def dragged(self, part: Part, place: Place, broken: bool) -> Graph:
        """With a landmark, or the whole face, at a place; it counts from where the tracks say it is now."""
        del broken
        track, face = list(self.tracks.at(self.frame))[int(part[0])]
        corrections: Corrections = self.graph.setting(self.node, "corrections")
        key = corrections.of(track.name).get(self.frame, Key())
        k = int(part[1])
        if k < 0 or face.points is None:
            middle = face.box.middle
            by = (place[0] - middle[0], place[1] - middle[1])
            key = _moved(key, by)
        elif key.points:
            points = list(key.points)
            points[k] = (float(place[0]), float(place[1]))
            key = key._replace(points=tuple(points))
        else:
            old = {number: (x, y) for number, x, y in key.offsets}
            x, y = old.get(k, (0.0, 0.0))
            there = face.points[k]
            old[k] = (x + float(place[0] - there[0]), y + float(place[1] - there[1]))
            key = key._replace(offsets=tuple((number, *old[number]) for number in sorted(old)))
        return self.graph.set(self.node, "corrections", corrections.with_key(track.name, self.frame, key))


def _moved(key: Key, by: tuple[float, float]) -> Key:
    if key.points:
        return key._replace(points=tuple((x + by[0], y + by[1]) for x, y in key.points))
    return key._replace(move=(key.move[0] + by[0], key.move[1] + by[1]))


def _set(tool: TransformTool | CropTool, knobs: Mapping[str, Any]) -> Graph:
    graph = tool.graph
    for knob, value in knobs.items():
        rounded = Vec(round(part, 4) for part in value) if isinstance(value, Vec) else value
        graph = with_value(graph, tool.node, knob, rounded, tool.frame, auto_key=tool.auto_key)
    return graph


def tool_at(state: State, chosen: Chosen, format: Format | None, tracks: Callable[[str], Tracks | None]) -> Tool | None:
    """The tool of the node that is selected alone, else of the panel in front."""
    picked = state.picked.nodes
    for name in [*(picked if len(picked) == 1 else ()), *state.panels.names[:1]]:
        if name in state.graph.nodes:
            found = tool_of(
                state.graph,
                name,
                state.frame,
                auto_key=state.auto_key,
                format=format,
                chosen=chosen,
                tracks=tracks(name),
            )
            if found is not None:
                return found
    return None


def tool_of(
    graph: Graph,
    node: str,
    frame: int,
    *,
    auto_key: bool = False,
    format: Format | None = None,
    chosen: Chosen = NONE,
    tracks: Tracks | None = None,
) -> Tool | None:
    """The tool of a node, if it has one."""
    kind = graph.type_of(node)
    form = format or graph.shot.format
    if kind is None:
        return None
    if kind.name == "Transform":
        return TransformTool(graph, node, frame, auto_key, form)
    if kind.name == "Crop":
        return CropTool(graph, node, frame, auto_key, form)
    if any(issubclass(knob.type, Shapes) for knob in kind.knobs.values()) and "shapes" in kind.knobs:
        return RotoTool(graph, node, frame, auto_key, form, chosen)
    if tracks is not None and "corrections" in kind.knobs:
        return TracksTool(graph, node, frame, tracks)
    return None
