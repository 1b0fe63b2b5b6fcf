"""Performances whose truth is known, followed by the real nodes: what the figures on steadiness are read off."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nodegraph.bench.graphs import shot_graph
from nodegraph.data.box import Format
from nodegraph.data.faces import Face, Points, Rect, five_of
from nodegraph.data.shot import Shot
from nodegraph.data.tracks import Track, Tracks
from nodegraph.engine.session import Session
from nodegraph.graph.curve import Curve
from nodegraph.graph.graph import Graph, Parts
from nodegraph.graph.library import Library
from nodegraph.ops.head_pose import head_pose
from nodegraph.ops.portrait import SIDE, make_figure, picture_file
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import truth_at
from nodegraph.ops.portrait_pose import Moves
from nodegraph.ops.templates import Template, five_points

WIDTH, HEIGHT, FRAMES, FIRST = 960, 540, 48, 1001
FORMAT = Format(WIDTH, HEIGHT)
CROP = 512  # the crop that jitter is told in
MOVES = Moves(start=FIRST)

Stack = NDArray[np.float64]  # frames x points x 2


@dataclass(frozen=True, eq=False)
class Performance:
    """One face over a shot: where it truly is, as it was found, and after Smooth."""

    name: str
    truth: Stack
    head: Stack  # the same if lids and jaw kept still: what a crop is to follow
    found: Tracks
    smooth: Tracks
    lids: NDArray[np.float64]  # how far they are truly shut, 0 to 1
    mouth: NDArray[np.float64]  # how far it is truly open, 0 to 1

    @property
    def before(self) -> Stack:
        """The landmarks as they were found."""
        return stacked(self.found)

    @property
    def after(self) -> Stack:
        """The landmarks after Smooth."""
        return stacked(self.smooth)

    def crop_error(self, points: Stack) -> Stack:
        """Where the head truly lies in the crops that are fitted by these landmarks, less where it should lie.

        Frames x 5 x 2, in pixels of the crop.
        """
        result = []
        for found, head in zip(points, self.head, strict=True):
            five = five_of(head)
            there, ideal = fitted(five_of(found)), fitted(five)
            result.append((five @ there[:, :2].T + there[:, 2]) - (five @ ideal[:, :2].T + ideal[:, 2]))
        return np.stack(result)


def fitted(five: Points, size: int = CROP, template: Template = Template.WHOLE_FACE) -> NDArray[np.float64]:
    """The turn, size and shift, 2 x 3, that take five points to a template's, by least squares."""
    goal = five_points(template) * size
    start, end = five.mean(axis=0), goal.mean(axis=0)
    a, b = (five - start) @ [1, 1j], (goal - end) @ [1, 1j]
    turn = (a.conj() @ b) / (a.conj() @ a)
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.column_stack([linear, end - linear @ start])


def follow(graph: Graph, plate: str) -> Graph:
    """Detect, Landmarks, Track and Smooth after a plate, all as they come."""
    graph = graph.add("Detect", "Detect").connect("Detect", "image", plate)
    graph = graph.add("Landmarks", "Landmarks", identify=False)
    graph = graph.connect("Landmarks", "image", plate).connect("Landmarks", "faces", "Detect")
    graph = graph.add("Track", "Track").connect("Track", "faces", "Landmarks")
    return graph.add("Smooth", "Smooth").connect("Smooth", "tracks", "Track")


def followed(graph: Graph) -> tuple[Tracks, Tracks]:
    """The tracks of a shot before and after Smooth."""
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name, Session(graph, root=Path(name)) as session:
        before, after = (session.view(each, graph.shot.first).result() for each in ("Track", "Smooth"))
    return before, after


def stacked(tracks: Tracks) -> Stack:
    """The landmarks of the longest track, frame by frame."""
    faces = tracks.tracks[0].faces
    return np.stack([face.points for _, face in sorted(faces.items()) if face.points is not None])


@cache
def face_plate() -> Performance:
    """The face plate as rendered, with its grain and its light, found by the real detector."""
    graph = shot_graph(WIDTH, HEIGHT, FRAMES).add("FacePlate", "Plate", start=FIRST, occluder=False)
    found, smooth = followed(follow(graph, "Plate.image"))
    true, head, lids, mouth = _truth()
    return Performance("face plate", true, head, found, smooth, lids, mouth)


@cache
def noisy_truth(seed: int = 5) -> Performance:
    """The face plate's true landmarks, shaken as a detector shakes them: each point, and all of them together."""
    true, head, lids, mouth = _truth()
    random = np.random.default_rng(seed)
    size = float(np.mean([Rect.around(points).size for points in true]))
    middle = true.mean(axis=1, keepdims=True)
    turn, grow = random.normal(0, 0.006, (FRAMES, 1, 1)), random.normal(1, 0.006, (FRAMES, 1, 1))
    around = true - middle
    shaken = grow * around + turn * (around[..., ::-1] * [-1.0, 1.0]) + middle
    shaken += random.normal(0, 0.004 * size, (FRAMES, 1, 2)) + random.normal(0, 0.004 * size, true.shape)
    found = tracks_of(shaken)
    return Performance("truth with noise", true, head, found, smoothed_by_node(found), lids, mouth)


@cache
def moved_portrait() -> Performance:
    """The portrait, a still, under a motion that is known: shift, turn and size. Its truth is its mean landmarks."""
    graph = Graph(Library.discover(), shot=Shot(name="bench", first=1, last=FRAMES, format=Format(SIDE, SIDE)))
    frames = np.arange(1, FRAMES + 1)
    right, up = 30 * np.sin(frames / 9), 18 * np.cos(frames / 6)
    turn, size = 6 * np.sin(frames / 8), 1.0 + 0.08 * np.cos(frames / 10)
    along = [
        Curve.of([(int(f), float(v)) for f, v in zip(frames, each, strict=True)]) for each in (right, up, turn, size)
    ]
    graph = graph.add("Read", "Portrait", file=str(picture_file()))
    graph = graph.add("Transform", "Move", center=(SIDE / 2, SIDE / 2), rotate=along[2])
    graph = graph.set("Move", "translate", Parts(along[:2])).set("Move", "scale", Parts(along[3:] * 2))
    found, smooth = followed(follow(graph.connect("Move", "image", "Portrait"), "Move"))
    before = stacked(found)
    c, s = (size * f(np.radians(turn)) for f in (np.cos, np.sin))
    linear = np.stack([np.stack([c, s], -1), np.stack([-s, c], -1)], -2)  # turns against the clock, y down
    shift = np.stack([right, up], -1)
    still = np.stack([(p - SIDE / 2 - o) @ np.linalg.inv(m).T for p, o, m in zip(before, shift, linear, strict=True)])
    mean = still.mean(axis=0)
    true = np.stack([mean @ m.T + SIDE / 2 + o for o, m in zip(shift, linear, strict=True)])
    nothing = np.zeros(FRAMES)
    return Performance("portrait in motion", true, true, found, smooth, nothing, nothing)


def tracks_of(points: Stack, first: int = FIRST, form: Format = FORMAT) -> Tracks:
    """One track with these landmarks."""
    faces = {first + k: Face(Rect.around(each), 1.0, each, 1.0, head_pose(each, form)) for k, each in enumerate(points)}
    return Tracks(form, (Track("face1", MappingProxyType(faces)),))


def smoothed_by_node(tracks: Tracks) -> Tracks:
    """Tracks after the node Smooth as it comes."""
    kind = Library.discover().types["Smooth"]
    knobs = {name: knob.default for name, knob in kind.knobs.items()}
    smooth: Tracks = kind.function(tracks, **knobs)
    return smooth


def _truth() -> tuple[Stack, Stack, NDArray[np.float64], NDArray[np.float64]]:
    """Landmarks, landmarks of the head with lids and jaw kept still, lids and mouth."""
    figure, light = make_figure(), Light(occluder=False)
    still = replace(MOVES, mouth=0.0, blink=False)
    rows, heads = (
        [truth_at(figure, FIRST + k, WIDTH, HEIGHT, moves, light) for k in range(FRAMES)] for moves in (MOVES, still)
    )
    return (
        np.stack([row.landmarks for row in rows]),
        np.stack([row.landmarks for row in heads]),
        np.array([row.pose.lids for row in rows]),
        np.array([row.pose.mouth for row in rows]),
    )


def eyes_and_mouth(points: Stack) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far lids and lips are apart on each frame."""
    faces = [Face(Rect.around(each), points=each) for each in points]
    return np.array([face.eyes for face in faces]), np.array([face.mouth for face in faces])
