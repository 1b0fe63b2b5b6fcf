"""Restore, with networks generated to each contract: how a face is shown to them, and what comes back of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from nodegraph.colour.network_light import curve
from nodegraph.data.box import Format
from nodegraph.data.crop import Crop, Crops
from nodegraph.data.errors import ModelError
from nodegraph.data.faces import Face, Rect, five_of
from nodegraph.data.image import frozen
from nodegraph.data.model import Card, Model
from nodegraph.data.shot import Shot
from nodegraph.graph.context import Context
from nodes.swap.restore import restore
from tests.nodes.face.shapes import face_points
from tests.nodes.swap import networks

LIN = "lin_rec709_scene"
SHOT = Shot(space=LIN, format=Format(640, 360))
# Eyes, nose and corners of the mouth in the framings, in sizes of the frame, as their publishers state them.
FFHQ = np.array(
    [
        (0.37691676, 0.46864664),
        (0.62285697, 0.46912813),
        (0.50123859, 0.61331904),
        (0.39308822, 0.72541100),
        (0.61150205, 0.72490465),
    ]
)
ARCFACE_128 = np.array(
    [
        (0.36167656, 0.40387734),
        (0.63696719, 0.40235469),
        (0.50019687, 0.56044219),
        (0.38710391, 0.72160547),
        (0.61507734, 0.72034453),
    ]
)


def model(path: Path, **card: Any) -> Model:
    return Model(path, str(path), Card(path.stem, **{"kind": "", **card}))


def crop_of(pixels: np.ndarray, points: np.ndarray | None = None, scale: float = 1.0) -> Crops:
    """A crop of such light; its landmarks lie in it as given, or about as in FFHQ."""
    size = len(pixels)
    if points is None:
        points = face_points(size * 0.5, size * 0.56, size * 0.6)
    matrix = np.diag([scale, scale, 1.0])
    face = Face(Rect.around(points / scale), 1.0, points / scale, 1.0)
    light = frozen(pixels.astype(np.float32))
    return Crops(SHOT.format, LIN, (Crop("face1", face, matrix, light, light),))


def run(crops: Crops, path: Path, kind: str = "", **knobs: Any) -> Crop:
    settings = {"blend": 1.0, "keep_grain": 0.0, "grow": False, **knobs}
    (done,) = restore(crops, model(path, kind=kind), SHOT, Context(), **settings)
    return done


def plain(size: int = 256, level: float = 0.3) -> np.ndarray:
    """Soft light, some of it far above white and some below black."""
    y, x = np.mgrid[:size, :size] / size
    pixels = np.stack([level + 0.2 * np.sin(5 * x + k) * np.cos(4 * y) for k in range(3)], axis=-1)
    half = size // 2
    pixels[half - 6 : half + 6, half - 6 : half + 6] = 16.0
    pixels[half + 20 : half + 30, half : half + 10] = -0.05
    return pixels.astype(np.float32)


def inner(array: np.ndarray) -> np.ndarray:
    """Well inside the frame of the network."""
    size = len(array)
    return array[size // 4 : -size // 4, size // 4 : -size // 4]


CONTRACTS: dict[str, tuple[Callable[[Path], Path], float]] = {
    "gfpgan": (lambda path: networks.restorer(path, 512, add=0.1), 0.05),
    "gpen 256": (lambda path: networks.restorer(path, 256, add=0.1), 0.05),
    "gpen 512": (lambda path: networks.restorer(path, 512, add=0.1, names=("in.1", "2380")), 0.05),
    "gpen 1024": (lambda path: networks.restorer(path, 1024, add=0.1), 0.05),
    "gpen 2048": (lambda path: networks.restorer(path, 2048, add=0.1), 0.05),
    "codeformer": (lambda path: networks.codeformer(path), 0.15),
    "codeformer x w y": (lambda path: networks.codeformer(path, names=("x", "w", "y")), 0.15),
    "restoreformer": (lambda path: networks.restoreformer(path, add=0.1), 0.05),
    "restoreformer, another number": (lambda path: networks.restoreformer(path, add=0.1, first=False), 0.05),
    "vqfr": (lambda path: networks.vqfr(path), 0.15),
}


@pytest.mark.parametrize("name", CONTRACTS)
def test_what_a_network_adds_is_added_to_all_light(name: str, tmp_path: Path) -> None:
    """On the curve, by the same amount everywhere: at a highlight of 16 and below black, too.

    The networks with a fidelity add that, 0.3 here; 1 in their units is half of white.
    """
    build, added = CONTRACTS[name]
    before = plain()
    after = run(crop_of(before), build(tmp_path / "any name"), fidelity=0.3).pixels
    change = curve(after) - curve(before)
    assert np.allclose(inner(change), added, atol=2e-5)
    assert inner(after).max() > 16
    half = run(crop_of(before), build(tmp_path / "any name"), fidelity=0.3, blend=0.5).pixels
    assert np.allclose(inner(curve(half) - curve(before)), added / 2, atol=2e-5)


def test_what_a_network_leaves_alone_comes_back_to_the_bit(tmp_path: Path) -> None:
    before = np.random.default_rng(1).normal(0.3, 0.4, (200, 200, 3)).astype(np.float32)
    before[100, 100] = 60000.0
    crops = crop_of(before)
    done = run(crops, networks.restorer(tmp_path / "a.onnx"), keep_grain=1.0)
    assert np.array_equal(done.pixels, before)
    assert done.plate is crops.crops[0].plate


def test_a_network_sees_red_first_between_minus_one_and_one(tmp_path: Path) -> None:
    paint = np.zeros((3, 1, 1))
    paint[0] = 0.2
    before = plain()
    after = run(crop_of(before), networks.painter(tmp_path / "a.onnx", paint)).pixels
    assert np.allclose(inner(curve(after) - curve(before)), (0.1, 0, 0), atol=2e-5)


@pytest.mark.parametrize(("size", "template"), [(512, FFHQ), (256, ARCFACE_128), (1024, FFHQ)])
@pytest.mark.parametrize("roll", [0.0, 0.5])
def test_the_face_lies_as_the_network_was_trained(size: int, template: np.ndarray, roll: float, tmp_path: Path) -> None:
    """Spots that the network paints where eyes and mouth should be are found where OpenCV's fit says."""
    y, x = np.mgrid[:size, :size] + 0.5
    paint = np.zeros((3, size, size))
    wanted = template * size
    for plane, (px, py) in enumerate(wanted[[0, 1, 4]]):
        paint[plane] = 0.4 * np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * (size / 64) ** 2))
    points = face_points(150, 170, 150, roll=roll)
    before = np.full((320, 320, 3), 0.2, np.float32)
    after = run(crop_of(before, points), networks.painter(tmp_path / "a.onnx", paint, size)).pixels
    change = curve(after) - curve(before)
    fit, _ = cv2.estimateAffinePartial2D(five_of(points), wanted, method=cv2.RANSAC, ransacReprojThreshold=100)
    back = cv2.invertAffineTransform(fit)
    for plane, point in enumerate(wanted[[0, 1, 4]]):
        weights = np.clip(change[..., plane], 0, None)
        rows, columns = np.mgrid[:320, :320] + 0.5
        found = np.array([(weights * columns).sum(), (weights * rows).sum()]) / weights.sum()
        assert np.linalg.norm(found - back @ [*point, 1]) < 0.3


def test_nothing_changes_beyond_what_the_network_saw(tmp_path: Path) -> None:
    """Of a crop with much around the face, the part outside the frame stays as it is; inside there is no edge."""
    points = face_points(300, 300, 120)
    before = np.full((600, 600, 3), 0.2, np.float32)
    after = run(crop_of(before, points), networks.restorer(tmp_path / "a.onnx", add=0.4)).pixels
    change = curve(after)[..., 0] - curve(before)[..., 0]
    assert change[300, 300] == pytest.approx(0.2, abs=1e-4)
    assert np.array_equal(after[:20], before[:20])
    assert np.array_equal(after[:, -20:], before[:, -20:])
    steps = max(np.abs(np.diff(change, axis=0)).max(), np.abs(np.diff(change, axis=1)).max())
    assert steps < 0.03  # the whole step is 0.2


def pattern(side: int, period: float) -> np.ndarray:
    """Stripes along the rows, one of red alone."""
    return 0.4 * np.sin(2 * np.pi * (np.arange(side) + 0.5) / period)[None, None]


@pytest.mark.parametrize("grow", [1, 2])
def test_the_gain_of_a_large_model_is_kept(grow: int, tmp_path: Path) -> None:
    """Detail of a model of 1024 (or of 512 that gives 1024) is there in full: a small crop grows to hold it."""
    size = 1024 // grow
    path = networks.painter(tmp_path / "a.onnx", pattern(1024 if grow == 1 else size, 12.0 / grow), size, grow=grow)
    crops = crop_of(np.full((128, 128, 3), 0.2, np.float32), scale=0.5)
    (before,) = crops
    after = run(crops, path, "restore", grow=True)
    assert 900 < after.size <= 2048
    factor = after.size / before.size
    assert np.allclose(after.matrix, np.diag([factor, factor, 1]) @ before.matrix)
    assert after.box(0) == before.box(0)
    assert np.allclose(after.points, before.points * factor)
    assert np.allclose(after.plate, 0.2, atol=1e-6)
    stripes = (curve(after.pixels) - curve(after.plate))[after.size // 2, after.size // 4 : -after.size // 4, 0]
    assert stripes.std() == pytest.approx(0.2 / np.sqrt(2), rel=0.1)
    assert np.abs(stripes.mean()) < 0.01
    small = run(crops, path, "restore", grow=False)
    assert small.size == before.size
    assert (curve(small.pixels) - curve(small.plate))[32:-32, 32:-32].std() < 0.03  # 0.14 where it has room


def test_a_crop_that_is_large_enough_does_not_grow(tmp_path: Path) -> None:
    path = networks.restorer(tmp_path / "a.onnx", 256, add=0.1)
    assert run(crop_of(plain(512)), path, grow=True).size == 512
    assert run(crop_of(plain(64)), networks.restorer(tmp_path / "b.onnx", 2048, add=0.1), grow=True).size == 2048


def test_a_matte_grows_along(tmp_path: Path) -> None:
    (crop,) = crop_of(plain(64))
    matte = np.zeros((64, 64), np.float32)
    matte[16:48, 16:48] = 1
    crops = Crops(SHOT.format, LIN, (crop.with_matte(matte),))
    after = run(crops, networks.restorer(tmp_path / "a.onnx", add=0.1), grow=True)
    assert after.matte is not None
    assert after.matte.shape == after.pixels.shape[:2]
    assert after.matte.min() >= 0
    assert after.matte.max() <= 1
    assert after.matte.mean() == pytest.approx(matte.mean(), rel=0.02)


@pytest.mark.parametrize("side", [None, 64])
def test_an_upscaler_sharpens_a_crop(side: int | None, tmp_path: Path) -> None:
    """The crop grows by the model's factor, and shows what the model makes; with a highlight of 16."""
    rng = np.random.default_rng(3)
    before = rng.uniform(0.1, 0.9, (100, 100, 3)).astype(np.float32)
    before[40:60, 40:60] = 16.0
    crops = crop_of(before)
    (crop,) = crops
    path = networks.upscaler(tmp_path / "a.onnx", 4, side=side)
    after = run(crops, path, grow=True)
    assert after.size == 400
    assert after.box(0) == crop.box(0)
    expected = before.repeat(4, axis=0).repeat(4, axis=1)
    assert np.allclose(after.pixels[:120], expected[:120], atol=1e-4)
    assert np.allclose(after.pixels[180:220, 180:220], 16, rtol=1e-3)
    same = run(crops, path, grow=False)
    assert same.size == 100
    assert np.corrcoef(same.pixels[:30].ravel(), before[:30].ravel())[0, 1] > 0.95


def test_an_upscaler_does_not_grow_a_crop_beyond_the_largest(tmp_path: Path) -> None:
    after = run(crop_of(plain(600)), networks.upscaler(tmp_path / "a.onnx", 4), grow=True)
    assert after.size == 2048
    assert after.pixels.shape == after.plate.shape == (2048, 2048, 3)


def fine(pixels: np.ndarray) -> np.ndarray:
    """What is finer than about two pixels, on the curve."""
    shown = curve(pixels.astype(np.float32))
    return inner(shown - cv2.GaussianBlur(shown, (0, 0), 1.0))


def test_the_grain_that_a_model_removes_is_put_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    grain = cv2.GaussianBlur(rng.standard_normal((400, 400, 3)), (0, 0), 0.8)  # of some size, as that of film
    before = (0.3 + 0.05 * grain).astype(np.float32)
    points = face_points(200, 225, 250)
    path = networks.smoother(tmp_path / "a.onnx")
    bare, kept = (run(crop_of(before, points), path, keep_grain=keep).pixels for keep in (0.0, 1.0))
    assert fine(bare).std() < 0.3 * fine(before).std()
    assert fine(kept).std() == pytest.approx(fine(before).std(), rel=0.1)
    assert np.corrcoef(fine(kept).ravel(), fine(before).ravel())[0, 1] > 0.95


def test_grain_that_is_still_there_is_not_doubled(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    before = (0.3 + 0.03 * rng.standard_normal((256, 256, 3))).astype(np.float32)
    path = networks.restorer(tmp_path / "a.onnx", add=0.2)
    bare, kept = (run(crop_of(before), path, keep_grain=keep).pixels for keep in (0.0, 1.0))
    assert np.abs(inner(curve(bare) - curve(kept))).max() < 1e-4


def test_a_face_without_landmarks_is_left_alone_and_told(tmp_path: Path) -> None:
    (crop,) = crop_of(plain(64))
    path = networks.restorer(tmp_path / "a.onnx", add=0.1)
    for points in (None, np.full((68, 2), 30.0)):
        bare = Crop("face1", Face(crop.face.box, points=points), crop.matrix, crop.plate, crop.pixels)
        context = Context()
        (after,) = restore(Crops(SHOT.format, LIN, (bare,)), model(path), SHOT, context)
        assert after is bare
        assert context.misses == ["a face without landmarks"]


def test_no_face_is_no_fault(tmp_path: Path) -> None:
    path = networks.restorer(tmp_path / "a.onnx")
    assert len(restore(Crops(SHOT.format, LIN), model(path), SHOT, Context())) == 0


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda path: networks.masker(path), "no restorer of faces: it is for mask"),
        (lambda path: networks.broken_restorer(path, "numbers"), "numbers that are none"),
        (lambda path: networks.broken_restorer(path, "small"), "gave back 1x3x256x256"),
        (lambda path: networks.outside(path), "other files"),
        (lambda path: networks.foreign(path), "operators of studio.custom"),
        (lambda path: path, "cannot be read"),
        (lambda path: _cut(networks.restorer(path)), "no ONNX model, or only a part"),
    ],
)
def test_a_wrong_or_broken_file_is_refused_in_words(build: Callable[[Path], Path], words: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=words) as told:
        run(crop_of(plain(64)), build(tmp_path / "bad.onnx"))
    assert "bad.onnx" in told.value.message
    assert told.value.hint


def _cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-40])
    return path
