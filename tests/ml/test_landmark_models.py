"""Landmark networks from files: what is put in comes out, in the layout of the 68, and as other libraries see it."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from nodegraph.data.errors import ModelError
from nodegraph.data.faces import MIRROR, Rect
from nodegraph.ml.heat_maps import heat_points
from nodegraph.ml.landmark_layouts import names_106, of_98, of_106, of_mesh
from nodegraph.ml.landmark_models import LandmarkModel, View, mean_and_spread, shaken
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ml.probe import probe
from tests.ml import generated_detectors
from tests.ml import generated_landmarks as made
from tests.nodes.face.shapes import face_points

COUNTS = {"facemesh": 468, "478": 478, "2dfan": 68, "98": 98, "98 flat": 98, "106": 106, "3d68": 68, "68": 68}
NORM = {"106": (0.5, 128 / 255), "3d68": (0.5, 128 / 255)}
COLOUR = np.array([30, 120, 210])


def points_of(contract: str) -> np.ndarray:
    """Known points in shares of the picture, each another."""
    return np.random.default_rng(3).uniform(0.2, 0.8, (COUNTS[contract], 2))


@pytest.mark.parametrize("contract", list(made.MADE))
def test_numbers_become_points_of_the_picture(contract: str, tmp_path: Path) -> None:
    points = points_of(contract)
    model = LandmarkModel(OnnxFile(made.regressor(tmp_path / "it.onnx", contract, points)))
    assert model.kind.contract == contract.split()[0]
    told = probe(model.file.path)
    assert (told.kind, told.contract) == ("landmarks", contract.split()[0])
    assert model.size == made.MADE[contract][1][2]
    crop = np.empty((model.size, model.size, 3), np.uint8)
    crop[:] = COLOUR
    marks = model.look(crop)
    mean, wide = NORM.get(contract, (0.0, 1.0))
    fed = (COLOUR / 255 - mean) / wide
    units = {"facemesh": 1.0, "478": 1.0, "2dfan": model.size / 64, "106": model.size / 2, "3d68": model.size / 2}
    expected = points * model.size
    expected[:3, 0] += fed * units.get(contract, model.size)
    assert marks.points == pytest.approx(expected, abs=2e-2)
    assert marks.sure == pytest.approx(1.0)
    assert model.to_68(marks.points).shape == (68, 2)


@pytest.mark.parametrize("contract", ["106", "3d68"])
def test_a_network_that_norms_its_picture_itself_is_fed_with_eight_bits(contract: str, tmp_path: Path) -> None:
    points = points_of(contract)
    one, other = (
        LandmarkModel(OnnxFile(made.regressor(tmp_path / f"{normed}.onnx", contract, points, normed=normed)))
        for normed in (False, True)
    )
    crop = np.random.default_rng(2).integers(0, 256, (192, 192, 3)).astype(np.uint8)
    assert one.look(crop).points == pytest.approx(other.look(crop).points, abs=1e-3)


@pytest.mark.parametrize("contract", ["106", "3d68"])
def test_as_insightface_sees_it(contract: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zoo = pytest.importorskip("insightface.model_zoo.landmark", reason="insightface is not installed")
    path = made.regressor(tmp_path / "it.onnx", contract, points_of(contract))
    picture = np.empty((300, 400, 3), np.uint8)
    picture[:] = COLOUR

    class Known(SimpleNamespace):
        def __setitem__(self, name: str, value: object) -> None:
            setattr(self, name, value)

    face = Known(bbox=np.array([120.0, 80.0, 200.0, 190.0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = zoo.Landmark(str(path)).get(np.ascontiguousarray(picture[..., ::-1]), face)
    model = LandmarkModel(OnnxFile(path))
    view = View(160.0, 135.0, 110 * 1.5)
    crop = np.empty((192, 192, 3), np.uint8)
    crop[:] = COLOUR
    assert view.back(model.look(crop).points, 192) == pytest.approx(theirs[:, :2], abs=1e-2)


@pytest.mark.parametrize("count", [68, 98, 99])
def test_heat_maps_are_read_to_a_fraction_of_a_cell(count: int, tmp_path: Path) -> None:
    model = LandmarkModel(OnnxFile(made.heat_maps(tmp_path / "it.onnx", count, points=count == 68)))
    y, x = np.mgrid[:256, :256] + 0.5
    place = np.array([101.3, 148.9])
    crop = np.zeros((256, 256, 3), np.uint8)
    crop[..., 0] = np.rint(255 * np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / (2 * 8.0**2)))
    marks = model.look(crop)
    shifts = np.array([made.shift_of(k) for k in range(68 if count == 68 else 98)])
    assert marks.points == pytest.approx(place + 4 * shifts, abs=0.4)
    assert 0.9 < marks.sure <= 1


@pytest.mark.parametrize("wide", [0.8, 1.5, 3.0])
def test_the_top_of_a_bell_between_cells(wide: float) -> None:
    random = np.random.default_rng(4)
    true = random.uniform(8, 56, (50, 2))
    y, x = np.mgrid[:64, :64] + 0.5
    bells = np.exp(-((x - true[:, :1, None]) ** 2 + (y - true[:, 1:, None]) ** 2) / (2 * wide**2))
    points, peaks = heat_points((0.8 * bells).astype(np.float32))
    fine = np.abs(points - true).max()
    coarse = np.abs(np.floor(true) + 0.5 - true).max()
    assert fine < 0.02 < 0.4 < coarse
    assert 0.5 < peaks.min() <= peaks.max() <= 0.8
    noisy, _ = heat_points((0.8 * bells + random.normal(0, 0.01, bells.shape)).astype(np.float32))
    assert np.median(np.abs(noisy - true)) < 0.1


def test_heat_maps_with_their_top_at_the_edge_or_without_one() -> None:
    maps = np.zeros((3, 16, 16), np.float32)
    maps[0, 0, 5] = 1.0
    maps[1, 15, 15] = 1.0
    points, peaks = heat_points(maps)
    assert points[:2] == pytest.approx(np.array([(5.5, 0.5), (15.5, 15.5)]))
    assert np.isfinite(points).all()
    assert peaks.tolist() == [1, 1, 0]


def test_scores_and_flags_are_the_confidence(tmp_path: Path) -> None:
    points = points_of("98")
    half = LandmarkModel(OnnxFile(made.regressor(tmp_path / "98.onnx", "98", points, score=0.5)))
    assert half.look(np.zeros((256, 256, 3), np.uint8)).sure == pytest.approx(0.5)
    for flag, sure in ((0.0, 0.5), (40.0, 1.0), (-3.0, 1 / (1 + np.exp(3.0)))):
        path = made.regressor(tmp_path / f"{flag}.onnx", "478", points_of("478"), flag=flag)
        assert LandmarkModel(OnnxFile(path)).look(np.zeros((256, 256, 3), np.uint8)).sure == pytest.approx(sure)


# -- layouts ---------------------------------------------------------------------------------------------

# The points of insightface's 106 that its users take for the 68, as it is passed around; the two inner ends of the
# brows are a mean here.
KNOWN_106 = (
    *(1, 10, 12, 14, 16, 3, 5, 7, 0, 23, 21, 19, 32, 30, 28, 26, 17),
    *(43, 48, 49, 51, -1, -1, 103, 104, 105, 101, 72, 73, 74, 86, 78, 79, 80, 85, 84),
    *(35, 41, 42, 39, 37, 36, 89, 95, 96, 93, 91, 90),
    *(52, 64, 63, 71, 67, 68, 61, 58, 59, 53, 56, 55, 65, 66, 62, 70, 69, 57, 60, 54),
)


def test_the_106_points_are_where_insightface_has_them() -> None:
    assert len(set(names_106())) == 106
    weights = of_106()
    for row, known in zip(weights, KNOWN_106, strict=True):
        assert known < 0 or (row.argmax() == known and row[known] >= 0.6)
    assert weights[21, [46, 50]].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("layout", [of_mesh, of_98, of_106], ids=["mesh", "98", "106"])
def test_each_of_the_68_is_a_mean_of_theirs(layout: object) -> None:
    weights = layout()  # type: ignore[operator]
    assert weights.sum(axis=1) == pytest.approx(np.ones(68))
    assert (weights >= 0).all()
    assert ((weights > 0).sum(axis=1) <= 3).all()
    used = weights.max(axis=0) > 0
    assert used.sum() >= 68
    assert len({tuple(row) for row in weights.tolist()}) == 68


def test_98_points_of_a_face_that_is_symmetric_stay_so() -> None:
    """WFLW's own pairs of left and right, as its flipped training pictures use them."""
    pairs = (
        [(k, 32 - k) for k in range(17)] + [(33 + k, 46 - k) for k in range(5)] + [(38 + k, 50 - k) for k in range(4)]
    )
    pairs += [(k, k) for k in range(51, 55)] + [(55 + k, 59 - k) for k in range(3)]
    pairs += [(60, 72), (61, 71), (62, 70), (63, 69), (64, 68), (65, 75), (66, 74), (67, 73)]
    pairs += [(76 + k, 82 - k) for k in range(4)] + [(87, 83), (86, 84), (85, 85)]
    pairs += [(88 + k, 92 - k) for k in range(3)] + [(95, 93), (94, 94), (96, 97)]
    flip = np.arange(98)
    for one, other in pairs:
        flip[one], flip[other] = other, one
    weights = of_98()
    assert np.array_equal(weights[:, flip], weights[list(MIRROR)])


# -- views -----------------------------------------------------------------------------------------------


def test_a_view_there_and_back() -> None:
    view = View(310.0, 200.0, 120.0, 25.0)
    points = np.random.default_rng(1).uniform(250, 380, (9, 2))
    matrix = view.matrix(192)
    there = points @ matrix[:, :2].T + matrix[:, 2]
    assert view.back(there, 192) == pytest.approx(points, abs=1e-9)
    assert matrix[:, :2] @ (310, 200) + matrix[:, 2] == pytest.approx((96, 96))
    moved = view.moved(0.1, 0.0)  # along the face's own axis, which points to the right and down
    assert (moved.x - 310, moved.y - 200) == pytest.approx((12 * np.cos(np.radians(25)), 12 * np.sin(np.radians(25))))


@pytest.mark.parametrize("contract", ["106", "facemesh"])
def test_known_points_frame_the_face_upright(contract: str, tmp_path: Path) -> None:
    upright = points_of(contract)
    model = LandmarkModel(OnnxFile(made.regressor(tmp_path / "it.onnx", contract, upright)))
    size = 100.0
    own = upright * size
    known = model.to_68(own)
    across = known[42:48].mean(axis=0) - known[36:42].mean(axis=0)
    lean = np.degrees(np.arctan2(across[1], across[0]))
    first = model.again(own)
    turn = np.radians(70.0)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    second = model.again(own @ (2 * matrix).T + (30, 40))
    assert first.roll == pytest.approx(lean)
    assert (second.roll - lean - 70 + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)
    assert second.side == pytest.approx(2 * first.side)
    assert (second.x, second.y) == pytest.approx(2 * matrix @ (first.x, first.y) + (30, 40))


def test_the_first_view_goes_about_the_box_of_a_turned_face(tmp_path: Path) -> None:
    model = LandmarkModel(OnnxFile(made.regressor(tmp_path / "it.onnx", "106", points_of("106"))))
    box = Rect(100, 100, 180, 180)
    up = model.first(box, 0.0)
    assert up.x == pytest.approx(140)
    assert up.y < 140  # a detector's box reaches up to the hair
    assert up.side == pytest.approx(80 / 0.83 * 1.5)
    side = model.first(box, 90.0)  # its hair is on the right
    assert (side.x - 140, side.y - 140) == pytest.approx((140 - up.y, 0))
    assert side.roll == 90


def test_shaken_views_are_near_and_always_the_same() -> None:
    view = View(100.0, 100.0, 50.0, 10.0)
    views = shaken(view, 9)
    assert views[0] == view
    assert views == shaken(view, 9)
    assert len(set(views)) == 9
    assert (np.abs(np.array(views) - view).max(axis=0) < (1.1, 1.1, 1.6, 2.1)).all()
    looks = [face_points(size=100.0) + shift for shift in (-1.0, 1.0)]
    mean, spread = mean_and_spread(looks)
    assert mean == pytest.approx(face_points(size=100.0))
    assert spread == pytest.approx(np.sqrt(2) / 100, rel=0.2)


# -- files that are not what they should be --------------------------------------------------------------


def test_a_detector_is_no_landmark_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no landmark model") as fault:
        LandmarkModel(OnnxFile(generated_detectors.scrfd(tmp_path / "it.onnx")))
    assert fault.value.hint


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    path = made.regressor(tmp_path / "it.onnx", "106", np.full((106, 2), np.nan))
    with pytest.raises(ModelError, match="106 points"):
        LandmarkModel(OnnxFile(path)).look(np.zeros((192, 192, 3), np.uint8))


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_half_a_file_is_refused(part: float, tmp_path: Path) -> None:
    path = made.regressor(tmp_path / "it.onnx", "3d68", points_of("3d68"))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises(ModelError, match=r"it\.onnx") as fault:
        LandmarkModel(OnnxFile(path))
    assert fault.value.hint


def test_the_blur_does_not_move_the_top() -> None:
    bell = cv2.getGaussianKernel(31, 1.5)
    points, _ = heat_points((bell @ bell.T)[None].astype(np.float32))
    assert points == pytest.approx(np.array([[15.5, 15.5]]))
