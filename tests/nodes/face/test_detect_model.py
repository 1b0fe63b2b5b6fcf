"""Detect with a model's file: on a generated one, whose finds are known, and on the real YuNet, if it is there."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from nodegraph.data.box import Box, Format
from nodegraph.data.errors import ModelError
from nodegraph.data.faces import Face, Faces, Rect
from nodegraph.data.image import Image
from nodegraph.data.model import Card, Model
from nodegraph.data.shot import Frame, Shot
from nodegraph.graph.context import Context
from nodegraph.graph.knob import File
from nodegraph.ml.detectors import FaceDetector, framed
from nodegraph.ml.face_search import Eye, Search, fused, tiles
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ops.turned import turned, turned_back
from nodes.face.detect import Detector, detect
from nodes.image.face_plate import face_plate
from nodes.io.read import read
from tests.ml import generated_detectors as made
from tests.ml.generated_detectors import FAR

SHARED = Path(__file__).parents[4] / "shared"
SHOT = Shot(first=1001, last=1024, format=Format(960, 506))
CONTEXT = Context()
LIGHT = 40.0  # so much red that eight bits are full


def model_of(path: Path) -> Model:
    return Model(path, "", Card(path.stem, "detect"))


def yunet() -> Model:
    path = SHARED / "models" / "face_detection_yunet_2023mar.onnx"
    if not path.is_file():
        pytest.skip("YuNet is not here: put face_detection_yunet_2023mar.onnx into shared/models beside the project")
    return model_of(path)


@pytest.fixture
def generated(tmp_path: Path) -> Model:
    """A detector to which red is a face; see `tests/ml/generated_detectors.py`."""
    return model_of(made.scrfd(tmp_path / "it.onnx"))


def red(format: Format, *boxes: Box) -> Image:
    """Black, with red squares."""
    pixels = np.zeros((format.height, format.width, 3), np.float32)
    for box in boxes:
        pixels[box.slices(format.box)] = (LIGHT, -10.0, -5.0)
    return Image.of(pixels, colorspace="lin_rec709_scene", format=format)


def at(anchor: tuple[float, float], stride: float) -> Rect:
    """The box that the generated detector gives to a cell, as Detect frames it."""
    x, y = anchor
    return framed(Rect(x - FAR[0] * stride, y - FAR[1] * stride, x + FAR[2] * stride, y + FAR[3] * stride))


def nearest(faces: Faces, box: Rect) -> Face:
    return max(faces, key=lambda face: face.box.overlap(box))


def test_boxes_come_out_in_pixels_of_the_plate(generated: Model) -> None:
    format = Format(1280, 720)  # a half of it is what the network is fed
    faces = detect(
        red(format, Box(320, 192, 384, 256)), SHOT, CONTEXT, generated, detector=Detector.MODEL, min_size=0.1
    )
    wanted = at((320, 192), 64)
    face = nearest(faces, wanted)
    assert face.box == pytest.approx(wanted, abs=1.0)
    assert 0.5 < face.score < 1
    assert face.angle == 0
    assert list(faces) == sorted(faces, key=lambda each: -each.score)
    assert len(detect(red(format), SHOT, CONTEXT, generated, detector=Detector.MODEL)) == 0


@pytest.mark.parametrize("proxy", [640, 1280, 4096])
def test_what_a_proxy_cannot_show_is_found_in_tiles(proxy: int, generated: Model) -> None:
    """A face of 30 pixels on a 4K plate is 5 pixels large to the network: nothing, unless the plate is searched."""
    format = Format(4096, 2160)
    plate = red(format, Box(2000, 1200, 2032, 1232))
    none = detect(plate, SHOT, CONTEXT, generated, detector=Detector.MODEL, min_size=0.06)
    assert len(none) == 0
    found = detect(plate, SHOT, CONTEXT, generated, detector=Detector.MODEL, proxy=proxy, min_size=0.008)
    assert len(found) > 0
    for face in found:
        x, y = face.box.middle
        assert abs(x - 2016) < 40
        assert abs(y - 1216) < 40


def test_every_place_is_in_a_tile() -> None:
    data = Box(-10, 5, 1990, 1300)
    seen = np.zeros((data.height, data.width), int)
    for part in tiles(data, 500, 120):
        assert data.covers(part)
        assert part.width <= 500
        seen[part.slices(data)] += 1
    assert seen.min() == 1
    inner = [part for part in tiles(data, 500, 120) if part.width == 500]
    assert inner[1].x0 - inner[0].x0 == 380
    assert list(tiles(Box(0, 0, 30, 20), 500, 120)) == [Box(0, 0, 30, 20)]


def test_a_small_find_is_looked_at_again_on_the_plate() -> None:
    """The box of a small face on a coarse proxy comes as near to that of the whole plate as to be one with it."""
    model = yunet()
    upright = face_plate(Frame(1001), SHOT, CONTEXT, occluder=False).image
    (whole,) = detect(upright, SHOT, CONTEXT, model, detector=Detector.MODEL)
    larger = Format(3840, 2024)
    pixels = np.full((larger.height, larger.width, 3), 0.18, np.float32)
    pixels[700:1206, 1000:1960] = upright.region(upright.data, ("R", "G", "B"))
    plate = Image.of(pixels, colorspace=upright.colorspace)
    wanted = Rect(*(value + start for value, start in zip(whole.box, (1000, 700) * 2, strict=True)))
    (face,) = detect(plate, SHOT, CONTEXT, model, detector=Detector.MODEL, proxy=1280)
    assert face.box.overlap(wanted) > 0.85
    assert face.score > 0.8


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_turned_face_is_found_and_its_turn_is_told(angle: int) -> None:
    import cv2

    model = yunet()
    upright = face_plate(Frame(1013), SHOT, CONTEXT, occluder=False).image.region(Box(200, 0, 700, 500))[..., :3]
    matrix = cv2.getRotationMatrix2D((249.5, 249.5), -angle, 1.0)  # cv2 turns against the clock: here with it
    side = cv2.warpAffine(np.ascontiguousarray(upright), matrix, (500, 500))
    faces = detect(Image.of(side, colorspace="ACEScg"), SHOT, CONTEXT, model, detector=Detector.MODEL, turns=True)
    (face,) = faces
    assert face.angle == angle


def test_a_face_too_large_for_a_network_is_looked_for_at_half_its_size(generated: Model) -> None:
    """Some networks know no face that fills their picture: this one knows none above 250 pixels of what it is fed."""
    detector = FaceDetector(OnnxFile(generated.path))
    fed = []

    def look(picture: np.ndarray) -> list[Face]:
        fed.append(picture.shape[:2])
        seen = np.argwhere(picture[..., 0] > 100)
        (y0, x0), (y1, x1) = seen.min(axis=0), seen.max(axis=0) + 1
        small = (y1 - y0) * detector.scale_of(picture) < 250
        return [Face(Rect(float(x0), float(y0), float(x1), float(y1)), 0.9)] if small else []

    picture = np.zeros((360, 640, 3), np.uint8)
    picture[20:340, 100:400] = 255
    data = Box(10, 20, 650, 380)
    search = Search(data, lambda part, scale: picture, turned, turned_back, (0,), lambda: None)
    (face,) = search.faces(Eye(look, float, 10.0, detector), 1.0, 50.0)
    assert face.box == Rect(110, 40, 410, 360)
    assert fed == [(360, 640), (720, 1280)]


def test_fusion_weighs_boxes_and_keeps_the_surest() -> None:
    one, other = (Eye(lambda picture: [], lambda score, top=top: score / top, 10.0) for top in (4.0, 1.0))
    near, far = Face(Rect(0, 0, 100, 100), 2.0), Face(Rect(10, 0, 110, 100), 0.75, angle=15)
    alone = Face(Rect(300, 0, 400, 100), 3.6)
    first, second = fused([(one, [near, alone]), (other, [far])])
    assert first.box == alone.box
    assert second.box == pytest.approx((6, 0, 106, 100), abs=1e-3)  # weighed 0.5 to 0.75
    assert (second.score, second.angle) == (0.75, 15)


def test_dlib_and_a_model_together() -> None:
    model = yunet()
    image = face_plate(Frame(1001), SHOT, CONTEXT, occluder=False).image
    (dlib,) = detect(image, SHOT, CONTEXT)
    (alone,) = detect(image, SHOT, CONTEXT, model, detector=Detector.MODEL)
    (both,) = detect(image, SHOT, CONTEXT, model, detector=Detector.HOG_MODEL)
    assert dlib.box.overlap(alone.box) > 0.6
    low, high = np.minimum(dlib.box, alone.box), np.maximum(dlib.box, alone.box)
    assert (low - 1e-6 <= np.array(both.box)).all()
    assert (np.array(both.box) <= high + 1e-6).all()
    assert both.box != alone.box


def test_a_model_that_is_missing_unused_or_no_detector(generated: Model, tmp_path: Path) -> None:
    plate = red(Format(64, 64))
    with pytest.raises(ModelError, match="no model is wired") as fault:
        detect(plate, SHOT, CONTEXT, detector=Detector.MODEL)
    assert "LoadModel" in (fault.value.hint or "")
    context = Context()
    detect(plate, SHOT, context, generated)
    assert any("set detector" in warning for warning in context.warnings)
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(generated.path.read_bytes()[:500])
    with pytest.raises(ModelError, match=r"broken\.onnx"):
        detect(plate, SHOT, CONTEXT, model_of(broken), detector=Detector.ALL)


@pytest.mark.parametrize("clip", ["data_src.mp4", "data_dst.mp4"])
@pytest.mark.parametrize("detector", [Detector.HOG, Detector.MODEL])
def test_the_face_is_found_on_every_tenth_frame_of_both_clips(clip: str, detector: Detector) -> None:
    path = SHARED / "media" / clip
    if not path.is_file():
        pytest.skip(f"the clip {clip} is not here: put it into shared/media beside the project")
    model = yunet() if detector is Detector.MODEL else None
    shot = Shot(first=1, last=241, fps=Fraction(24), format=Format(1280, 720))
    for frame in range(1, 242, 10):
        image = read(Frame(frame), shot, CONTEXT, file=File(str(path)))
        assert len(detect(image, shot, CONTEXT, model, detector=detector)) == 1, frame
