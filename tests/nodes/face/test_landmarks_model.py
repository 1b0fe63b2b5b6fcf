"""Landmarks with a model's file: generated ones, whose points are known, and the real FaceMesh, if it is there."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.errors import ModelError
from nodegraph.data.faces import COUNT, Face, Faces, Rect
from nodegraph.data.image import Image
from nodegraph.data.model import Card, Model
from nodegraph.data.shot import Frame, Shot
from nodegraph.engine.plan import Planner
from nodegraph.engine.session import Session
from nodegraph.graph.context import Context
from nodegraph.graph.graph import Graph
from nodegraph.graph.knob import File
from nodegraph.graph.library import Library
from nodegraph.ml.landmark_models import LandmarkModel, View
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ops.portrait import make_figure, picture_file
from nodegraph.ops.portrait_light import Light
from nodegraph.ops.portrait_plate import truth_at
from nodegraph.ops.portrait_pose import Moves
from nodes.face.detect import Detector, detect
from nodes.face.landmarks import Plate, landmarks, part_of
from nodes.image.face_plate import face_plate
from nodes.io.read import read
from tests.ml import generated_detectors
from tests.ml import generated_landmarks as made
from tests.nodes.face.shapes import face_points

SHARED = Path(__file__).parents[4] / "shared"
SHOT = Shot(first=1001, last=1024, format=Format(960, 506))
CLIP = Shot(first=1, last=241, fps=Fraction(24), format=Format(1280, 720))
CONTEXT = Context()


def model_of(path: Path) -> Model:
    return Model(path, "", Card(path.stem, "landmarks"))


def real(name: str) -> Model:
    path = SHARED / "models" / name
    if not path.is_file():
        pytest.skip(f"the model {name} is not here: put it into shared/models beside the project")
    return model_of(path)


@cache
def picture(name: str) -> Image:
    if name == "plate":
        return face_plate(Frame(1001), SHOT, CONTEXT, occluder=False).image
    path = picture_file() if name == "portrait" else SHARED / "media" / name
    if not path.is_file():
        pytest.skip(f"the clip {name} is not here: put it into shared/media beside the project")
    return read(Frame(100), CLIP, CONTEXT, file=File(str(path)))


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How far two sets of landmarks are apart, in shares of the distance between the eyes."""
    eyes = np.linalg.norm(other[36:42].mean(axis=0) - other[42:48].mean(axis=0))
    return np.asarray(np.linalg.norm(one - other, axis=1) / eyes)


@pytest.mark.parametrize("angle", [0.0, 90.0, 180.0])
def test_points_that_a_network_says_come_to_their_place_on_the_plate(angle: float, tmp_path: Path) -> None:
    """The network says where a face is in what it is shown, framed as such a network wants it: it is shown it again."""
    points = face_points(0.5, 0.5, 0.5)
    zeros = LandmarkModel(OnnxFile(made.regressor(tmp_path / "zero.onnx", "68", points)))
    wanted = zeros.again(points)
    matrix = View(wanted.x, wanted.y, wanted.side, wanted.roll).matrix(1)
    path = made.regressor(tmp_path / "it.onnx", "68", points @ matrix[:, :2].T + matrix[:, 2])
    black = Image.of(np.zeros((360, 640, 3), np.float32), colorspace="ACEScg")
    faces = Faces(Format(640, 360), (Face(Rect(260, 120, 340, 200), 0.9, angle=angle),))
    (face,) = landmarks(black, faces, SHOT, CONTEXT, model_of(path), refeed=1, identify=False)
    network = LandmarkModel(OnnxFile(path))
    view = network.first(faces.faces[0].box, angle)
    expected = view.back((points @ matrix[:, :2].T + matrix[:, 2]) * network.size, network.size)
    assert face.points is not None
    assert face.points == pytest.approx(expected, abs=1e-2)
    assert face.pose.roll == pytest.approx((angle + 180) % 360 - 180, abs=3) or abs(face.pose.roll) > 177
    assert face.confidence == pytest.approx(1.0)
    assert (face.box, face.score, face.angle) == (Rect(260, 120, 340, 200), 0.9, angle)
    assert face.descriptor is None
    (mean,) = landmarks(black, faces, SHOT, CONTEXT, model_of(path), refeed=9, identify=False)
    assert apart(mean.points, face.points).max() < 0.05
    assert 0.1 < mean.confidence < 0.9


def test_what_is_shown_is_where_it_is() -> None:
    """A pixel of the plate lands where the view says, turned and all; beyond the edges it is black."""
    pixels = np.zeros((120, 160, 3), np.float32)
    pixels[58:63, 88:93] = 1.0
    plate = Plate(Image.of(pixels, colorspace="ACEScg"), SHOT, 1.0)
    for view in (View(80, 60, 64), View(80, 60, 50, 30.0), View(20, 100, 200, -75.0)):
        part = part_of(plate, view, 128)
        assert part.shows(view)
        assert not part.shows(view.moved(0.5, 0))
        seen = part.square(view, 128).astype(float)[..., 0]
        y, x = np.mgrid[:128, :128] + 0.5
        found = np.array([(x * seen).sum(), (y * seen).sum()]) / seen.sum()
        assert view.back(found[None], 128)[0] == pytest.approx((90.5, 60.5), abs=0.25 * max(1.0, view.side / 128))
    assert part_of(plate, View(-300, 0, 50), 128).square(View(-300, 0, 50), 128).max() == 0


@pytest.mark.parametrize("name", ["plate", "portrait", "data_src.mp4", "data_dst.mp4"])
def test_facemesh_and_dlib_agree(name: str) -> None:
    """Two models that know nothing of each other, and a table from 468 points to 68 between them."""
    mesh, image = real("FaceMesh.onnx"), picture(name)
    found = detect(image, CLIP, CONTEXT, min_score=0.1)
    assert len(found) == 1
    (ours,) = landmarks(image, found, CLIP, CONTEXT, mesh)
    (dlib,) = landmarks(image, found, CLIP, CONTEXT)
    far = apart(ours.points, dlib.points)
    assert np.median(far[17:]) < 0.06
    assert far[17:].max() < 0.2
    assert np.median(far[:17]) < 0.15  # along the jaw points may slide
    for one, other, far_off in zip(ours.pose, dlib.pose, (10, 6, 4), strict=True):
        assert one == pytest.approx(other, abs=far_off)
    assert np.linalg.norm(ours.descriptor - dlib.descriptor) < 0.3
    assert ours.confidence > 0.3


@pytest.mark.parametrize("frame", [1001, 1012, 1024])
def test_facemesh_on_a_face_whose_truth_is_known(frame: int) -> None:
    mesh = real("FaceMesh.onnx")
    image = face_plate(Frame(frame), SHOT, CONTEXT, occluder=False).image
    true = truth_at(make_figure(), frame, 960, 506, Moves(), Light(occluder=False))
    (face,) = landmarks(image, detect(image, SHOT, CONTEXT), SHOT, CONTEXT, mesh, identify=False)
    far = apart(face.points, true.landmarks)
    assert np.median(far[17:]) < 0.07
    assert far[17:].max() < 0.25
    assert face.pose.yaw == pytest.approx(math.degrees(true.pose.yaw), abs=9)
    assert face.pose.roll == pytest.approx(math.degrees(true.pose.roll), abs=6)


@pytest.mark.parametrize("with_model", [False, True], ids=["dlib", "FaceMesh"])
@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_a_face_that_lies_on_its_side(quarter: int, with_model: bool) -> None:
    """The landmarks of a turned picture are those of the upright one, turned: within a tenth of the eyes' distance."""
    model = real("FaceMesh.onnx") if with_model else None
    part = picture("plate").region(Box(200, 0, 700, 500), ("R", "G", "B"))
    (upright,) = landmarks(Image.of(part, colorspace="ACEScg"), *_found(part), SHOT, CONTEXT, model)
    turned = np.ascontiguousarray(np.rot90(part, quarter))
    (face,) = landmarks(Image.of(turned, colorspace="ACEScg"), *_found(turned), SHOT, CONTEXT, model)
    expected = upright.points
    for _ in range(quarter):
        expected = np.column_stack([expected[:, 1], 500 - expected[:, 0]])
    assert face.points.shape == (COUNT, 2)
    assert apart(face.points, expected).max() < 0.1
    roll = (face.pose.roll - upright.pose.roll + 90 * quarter + 180) % 360 - 180
    assert roll == pytest.approx(0, abs=3)
    assert np.linalg.norm(face.descriptor - upright.descriptor) < 0.3


def _found(pixels: np.ndarray) -> tuple[Faces]:
    return (detect(Image.of(pixels, colorspace="ACEScg"), SHOT, CONTEXT, detector=Detector.HOG, turns=True),)


def test_where_the_box_was_matters_little() -> None:
    """Boxes of detectors jump; landmarks must not."""
    image = picture("plate")
    (face,) = detect(image, SHOT, CONTEXT)
    (x, y), half = face.box.middle, face.box.size / 2
    models: list[Model | None] = [None]
    path = SHARED / "models" / "FaceMesh.onnx"
    if path.is_file():
        models.append(model_of(path))
    for model in models:
        found = []
        for shift, larger in ((0.0, 1.0), (0.08, 1.15), (-0.08, 0.9)):
            move, wide = shift * 2 * half, half * larger
            box = Rect(x + move - wide, y - move - wide, x + move + wide, y - move + wide)
            faces = Faces(image.format, (Face(box),))
            found.append(landmarks(image, faces, SHOT, CONTEXT, model, identify=False).faces[0].points)
        assert max(np.median(apart(each, found[0])) for each in found[1:]) < 0.02


def test_models_by_wire_through_the_engine(tmp_path: Path) -> None:
    """LoadModel -> Detect and Landmarks, as a project has it; a knob of Landmarks does not make Detect look again."""
    points = face_points(0.5, 0.5, 0.5)
    graph = Graph(Library.discover(), shot=SHOT).add("FacePlate", "Plate", occluder=False)
    for name, path in (
        ("Finder", generated_detectors.scrfd(tmp_path / "finder.onnx")),
        ("Points", made.regressor(tmp_path / "points.onnx", "68", points)),
    ):
        graph = graph.add("LoadModel", name, file=File(str(path)))
    graph = graph.add("Detect", "Detect", detector="model", model_score=0.0).connect("Detect", "image", "Plate.image")
    graph = graph.connect("Detect", "model", "Finder").add("Landmarks", "Landmarks", refeed=1, identify=False)
    for port, source in (("image", "Plate.image"), ("faces", "Detect"), ("model", "Points")):
        graph = graph.connect("Landmarks", port, source)
    with Session(graph, root=tmp_path) as session:
        faces = session.view("Landmarks", 1001).result()
        found = session.view("Detect", 1001).result()
    assert isinstance(faces, Faces)
    assert len(faces) == len(found) > 0
    for face in faces:
        assert face.points is not None
        own, known = face.points[3:], points[3:]  # the first three say what colours it was fed
        shape, wanted = own - own.mean(axis=0), known - known.mean(axis=0)
        roll = math.atan2(*(shape[42] - shape[33])[::-1]) - math.atan2(*(wanted[42] - wanted[33])[::-1])
        turn = np.array([[math.cos(roll), -math.sin(roll)], [math.sin(roll), math.cos(roll)]])
        grown = np.linalg.norm(shape) / np.linalg.norm(wanted)
        assert shape / grown == pytest.approx(wanted @ turn.T, abs=0.005)
    before = Planner(graph, tmp_path).plan("Detect", 1001).feed.step.key
    assert Planner(graph.set("Landmarks", "refeed", 2), tmp_path).plan("Detect", 1001).feed.step.key == before
    other = graph.set("Finder", "file", File(str(generated_detectors.yunet(tmp_path / "other.onnx"))))
    assert Planner(other, tmp_path).plan("Detect", 1001).feed.step.key != before


def test_wrong_and_broken_files(tmp_path: Path) -> None:
    image = picture("plate")
    faces = Faces(image.format, (Face(Rect(300, 100, 500, 300)),))
    path = made.regressor(tmp_path / "it.onnx", "106", np.full((106, 2), 0.5))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ModelError, match=r"it\.onnx") as fault:
        landmarks(image, faces, SHOT, CONTEXT, model_of(path))
    assert fault.value.hint
    with pytest.raises(ModelError, match=r"none\.onnx"):
        landmarks(image, faces, SHOT, CONTEXT, model_of(tmp_path / "none.onnx"))
