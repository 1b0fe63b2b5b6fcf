"""What nodes that know faces are given by their tests, by signature: faces, tracks, crops, somebody, a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph.data.corrections import Corrections
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.faces import Face, Faces, Pose, Rect
from nodegraph.data.identity import Consent, Identity, Photo
from nodegraph.data.image import Image, Matte, frozen
from nodegraph.data.model import Card, Model
from nodegraph.data.shot import Clip, Frame, Moves, Shot, Window
from nodegraph.data.tracks import Cuts, Tracks
from nodegraph.graph.context import Context
from nodegraph.graph.knob import Color, File, KnobType, Space, Vec
from nodegraph.graph.library import Library
from nodegraph.graph.node import NodeType, Port, node
from tests.ml.generated_detectors import scrfd
from tests.ml.generated_landmarks import steady_face
from tests.ml.mask_networks import parsing
from tests.ml.swap_models import dfm_file
from tests.nodes.every_node import of_pictures
from tests.nodes.every_picture import FORMAT, SHOT, picture
from tests.nodes.face.shapes import face_points, tracks_of
from tests.nodes.swap.networks import restorer, upscaler


@node
def still() -> Image:
    """A picture that does not depend on the frame."""
    return picture()


@node
def still_faces() -> Faces:
    """Faces that do not depend on the frame."""
    return faces()


@node
def still_tracks() -> Tracks:
    """Tracks of a shot."""
    return tracks()


@node
def still_cuts() -> Cuts:
    """Cuts of a shot."""
    return Cuts((1003,))


@node
def still_crops() -> Crops:
    """Crops that do not depend on the frame."""
    return crops()


@node
def still_identity() -> Identity:
    """Somebody."""
    return identity()


@node
def still_model() -> Model:
    """A model that is never opened."""
    return Model(Path("none.onnx"), "", Card("none", ""))


LIBRARY = Library.discover()
WITH_STILL = LIBRARY.with_nodes(still, still_faces, still_tracks, still_cuts, still_crops, still_identity, still_model)
STILL = {
    Faces: "StillFaces",
    Tracks: "StillTracks",
    Cuts: "StillCuts",
    Crops: "StillCrops",
    Identity: "StillIdentity",
    Model: "StillModel",
}
MAKE: dict[type, Callable[[int], Any]] = {
    Faces: lambda seed: faces(seed),
    Tracks: lambda seed: tracks(),
    Cuts: lambda seed: Cuts((1003,)),
    Crops: lambda seed: crops(seed),
    Identity: lambda seed: identity(),
}
KINDS = tuple(kind for kind in LIBRARY.types.values() if not of_pictures(kind))

# Settings without which a node has nothing to do, or no file to do it with.
BASE: dict[str, dict[str, Any]] = {
    "JitterPlot": {"file": File("out/jitter.svg")},
    "ReadTracks": {"file": File("faces.json")},
    "WriteTracks": {"file": File("out/faces.json")},
}
# The model that a node is given, made to a contract it knows.
MODELS: dict[str, Callable[[Path], Path]] = {
    "Detect": scrfd,
    "Landmarks": steady_face,
    "MaskParts": parsing,
    "SuperResolution": upscaler,
    "Swap": dfm_file,
}
# Knobs of a type that nobody can turn without knowing the node.
TURNED: dict[tuple[str, str], Any] = {
    ("EditTracks", "corrections"): Corrections.from_json({"face1": {"1002": {"move": [2, 1]}}}),
    ("EditTracks", "delete"): "face1 1003",
    ("EditTracks", "keep"): "face1",
    ("EditTracks", "merge"): "face2 into face1",
    ("EditTracks", "rename"): "face1 = face1",
    ("EditTracks", "split"): "face1 at 1003 as face2",
    ("JitterPlot", "file"): File("out/more.svg"),
    ("ReadTracks", "file"): File("more.json"),
    ("ReadTracks", "cuts"): "1002",
    ("Track", "cuts"): "1002",
    ("WriteTracks", "file"): File("out/faces.nk"),
}


def turned(kind: NodeType, knob: KnobType) -> Any:
    """Another value that the knob may have."""
    value = TURNED.get((kind.name, knob.name))
    if value is not None:
        return value
    low, high = knob.knob.low, knob.knob.high
    if issubclass(knob.type, bool):
        return not knob.default
    if issubclass(knob.type, Enum):
        return next(member for member in knob.type if member is not knob.default)
    if issubclass(knob.type, (Color, Vec)):
        step = 1.0 if knob.knob.unit == "px" else 0.125
        return knob.type(part + step * (1 + k) for k, part in enumerate(knob.default))
    if issubclass(knob.type, (int, float)):
        step = 1 if issubclass(knob.type, int) else 0.25
        return (
            knob.default + step if high is None or knob.default + step <= high else max(low or 0, knob.default - step)
        )
    if issubclass(knob.type, Space):
        return Space("ACES2065-1")
    return knob.type("other")


def faces(seed: int = 1) -> Faces:
    """A face in the frame, with landmarks."""
    points = face_points(16 + seed % 3, 12, 16)
    return Faces(FORMAT, (Face(Rect.around(points), 1.0, points, 1.0, Pose(1.0, 2.0, 3.0)),))


def tracks() -> Tracks:
    """A face through the shot."""
    points = [face_points(14 + k, 12, 16) for k in range(len(SHOT.frames))]
    return replace(tracks_of(points, first=SHOT.first), format=FORMAT)


def crops(seed: int = 1) -> Crops:
    """The face of a frame cut out, somewhat turned, with a matte."""
    (face,) = faces(seed)
    rng = np.random.default_rng(seed + 200)
    pixels = rng.normal(0.4, 0.3, (40, 40, 3)).astype(np.float32)
    matte = rng.uniform(0, 1, (40, 40)).astype(np.float32)
    matrix = np.array([[1.5, 0.1, -5.0], [-0.1, 1.5, 2.0], [0, 0, 1]])
    crop = Crop("face1", face, matrix, frozen(pixels), frozen(pixels * np.float32(1.1)), frozen(matte))
    return Crops(FORMAT, "ACEScg", (crop,))


def identity() -> Identity:
    """Somebody, by one photograph."""
    points = face_points(32, 30, 40)
    pixels = np.random.default_rng(5).uniform(0.1, 0.9, (64, 64, 3)).astype(np.float32)
    face = Face(Rect.around(points), 1.0, points, 1.0, Pose(), np.full(128, 0.05))
    return Identity("somebody", (Photo("one.png", frozen(pixels), face),), "ACEScg", Consent(reason="digital double"))


def model(name: str, folder: Path) -> Model:
    """A model that the node of this name can use."""
    path = folder / f"{name}.onnx"
    if not path.is_file():
        MODELS.get(name, restorer)(path)
    return Model(path, name, Card(name, ""))


def given(port: Port, make: Callable[[int], Image], seed: int, frames: Any) -> Any:
    """What a wire brings to a port."""

    def one(number: int) -> Any:
        if port.type in MAKE:
            return MAKE[port.type](number)
        image = make(number)
        if port.type is Matte:
            plane = np.clip(image.region(image.data, ("A",)), 0, 1)
            return Matte.of(plane, channels=("A",), data=image.data, format=image.format)
        return image

    if port.time == "window":
        return Window(1001, {frame: one(seed + frame - 1001) for frame in frames})
    if port.time == "clip":
        return Clip.of({frame: one(seed + frame - 1001) for frame in SHOT.frames})
    return one(seed)


CONTEXT = Context()  # the portrait is made once


def call(
    kind: NodeType, make: Callable[[int], Image] = picture, *, optional: bool = True, folder: Path, **knobs: Any
) -> Any:
    """Call a node as the runner does, its inputs made by `make`."""
    values = {name: knob.default for name, knob in kind.knobs.items()} | BASE.get(kind.name, {}) | knobs
    values = {
        name: File(folder / value) if isinstance(value, File) and value else value for name, value in values.items()
    }
    frames = kind.frames(1001, values) if kind.frames else (1001,)
    arguments: list[Any] = []
    for number, name in enumerate(kind.order):
        handed = kind.handed_in.get(name)
        if handed is not None:
            arguments.append({Frame: Frame(1001), Shot: SHOT, Context: CONTEXT, Moves: Moves()}[handed])
            continue
        port = kind.port(name)
        assert port is not None
        if port.type is Model:
            arguments.append(model(kind.name, folder) if optional or not port.optional else None)
        elif port.many:
            arguments.append(given(port, make, number, frames))
        else:
            arguments.append(given(port, make, number, frames) if optional or not port.optional else None)
    return kind.function(*arguments, **values)
