"""Detectors from files: what is put in comes out, on generated files, on real ones, and as other libraries see it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from nodegraph.data.errors import ModelError
from nodegraph.data.faces import Rect
from nodegraph.ml import detector_decode
from nodegraph.ml.detectors import FaceDetector, framed, unframed
from nodegraph.ml.dlib_models import DlibModels
from nodegraph.ml.onnx_file import OnnxFile
from nodegraph.ml.probe import probe
from nodegraph.ml.sights import Sights, overlaps
from nodegraph.ops.portrait import picture_file
from tests.ml import generated_detectors as made
from tests.ml.generated_detectors import FAR, FIVE
from tests.ml.saving import saved

MODELS = Path(__file__).parents[3] / "shared" / "models"
CLIPS = Path(__file__).parents[3] / "shared" / "media"


def real(name: str) -> Path:
    path = MODELS / name
    if not path.is_file():
        pytest.skip(f"the model {name} is not here: put it into shared/models beside the project")
    return path


def red_cell(size: tuple[int, int], stride: int, column: int, row: int) -> np.ndarray:
    """A black picture with one red cell."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[row * stride : (row + 1) * stride, column * stride : (column + 1) * stride, 0] = 255
    return picture


def nearest(sights: Sights, box: np.ndarray) -> tuple[np.ndarray, float, np.ndarray | None]:
    """The box nearest to what is wanted: cells of finer strides that lie in the red one are red, too."""
    k = int(np.argmin(np.abs(sights.boxes - box).max(axis=1)))
    return sights.boxes[k], float(sights.scores[k]), None if sights.points is None else sights.points[k]


@pytest.mark.parametrize("stride", [8, 16, 32])
@pytest.mark.parametrize("variant", ["nine", "six", "batch", "any size", "wide", "joined", "bytes"])
def test_scrfd(variant: str, stride: int, tmp_path: Path) -> None:
    sizes: dict[str, Any] = {"wide": (640, 384), "any size": (None, None), "joined": (320, 320), "bytes": (320, 320)}
    size = sizes.get(variant, (640, 640))
    if variant == "joined":
        path = made.scrfd_joined(tmp_path / "it.onnx", size)
    elif variant == "bytes":
        path = made.scrfd_of_bytes(tmp_path / "it.onnx")
    else:
        path = made.scrfd(tmp_path / "it.onnx", size, points=variant != "six", batch=variant == "batch")
    detector = FaceDetector(OnnxFile(path))
    assert detector.fed.contract == "scrfd"
    wide, high = detector.size
    assert (wide, high) == (640 if size[0] is None else size[0], 640 if size[1] is None else size[1])
    anchor = np.array([5.0, 3.0]) * stride
    wanted = np.r_[anchor - FAR[:2] * stride, anchor + FAR[2:] * stride]
    box, score, five = nearest(detector.look(red_cell((wide, high), stride, 5, 3), 0.5), wanted)
    assert box == pytest.approx(wanted, abs=1e-3)
    assert score == pytest.approx(0.2 + 0.7 * (255 - 127.5) / 128, abs=1e-4)
    if variant == "six":
        assert five is None
    else:
        assert five == pytest.approx(anchor + FIVE * stride, abs=1e-3)


@pytest.mark.parametrize("points", [True, False])
def test_scrfd_of_five_strides(points: bool, tmp_path: Path) -> None:
    detector = FaceDetector(OnnxFile(made.scrfd(tmp_path / "it.onnx", points=points, strides=5)))
    anchor = np.array([3.0, 2.0]) * 128
    wanted = np.r_[anchor - FAR[:2] * 128, anchor + FAR[2:] * 128]
    box, _, five = nearest(detector.look(red_cell((640, 640), 128, 3, 2), 0.5), wanted)
    assert box == pytest.approx(wanted, abs=1e-3)
    assert (five is not None) == points


@pytest.mark.parametrize("points", [True, False])
def test_scrfd_as_insightface_sees_it(points: bool, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zoo = pytest.importorskip("insightface.model_zoo.scrfd", reason="insightface is not installed")
    path = made.scrfd(tmp_path / "it.onnx", points=points)
    picture = red_cell((640, 640), 32, 5, 3)
    picture[400:480, 240:300, 0] = 200
    ours = FaceDetector(OnnxFile(path)).look(picture, 0.5)
    theirs = zoo.SCRFD(str(path))
    theirs.prepare(-1, input_size=(640, 640), det_thresh=0.5, nms_thresh=0.4)
    found, five = theirs.detect(np.ascontiguousarray(picture[..., ::-1]), input_size=(640, 640))
    assert len(ours.scores) == len(found) > 3
    for row, points5 in zip(found, five if five is not None else [None] * len(found), strict=True):
        k = int(np.argmin(np.abs(ours.boxes - row[:4]).sum(axis=1)))
        assert ours.boxes[k] == pytest.approx(row[:4], abs=1e-2)
        assert ours.scores[k] == pytest.approx(row[4], abs=1e-5)
        assert (points5 is None) == (ours.points is None)
        if points5 is not None and ours.points is not None:
            assert ours.points[k] == pytest.approx(points5, abs=1e-2)


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_yunet(stride: int, tmp_path: Path) -> None:
    detector = FaceDetector(OnnxFile(made.yunet(tmp_path / "it.onnx", (320, 256))))
    assert detector.fed.contract == "yunet"
    cell = np.array([4.0, 2.0])
    middle = (cell + np.array([0.25, 0.5])) * stride
    half = np.array([1.5, 2.0]) * stride
    wanted = np.r_[middle - half, middle + half]
    box, score, five = nearest(detector.look(red_cell((320, 256), stride, 4, 2), 0.5), wanted)
    assert box == pytest.approx(wanted, abs=1e-3)
    assert score == pytest.approx(0.9, abs=1e-4)
    assert five == pytest.approx((cell + FIVE) * stride, abs=1e-3)


@pytest.mark.parametrize("softmax", [True, False])
@pytest.mark.parametrize("stride", [8, 16, 32])
def test_retinaface_with_anchors(stride: int, softmax: bool, tmp_path: Path) -> None:
    detector = FaceDetector(OnnxFile(made.retinaface(tmp_path / "it.onnx", softmax=softmax)))
    assert detector.fed.contract == "retinaface"
    side = {8: 16, 16: 64, 32: 256}[stride]  # of the smaller of the two anchors
    middle = np.array([4.5, 2.5]) * stride
    centre = middle + np.array([0.5, -0.25]) * 0.1 * side
    half = side * np.exp(np.array([1.0, 2.0]) * 0.2) / 2
    wanted = np.r_[centre - half, centre + half]
    box, score, five = nearest(detector.look(red_cell((320, 320), stride, 4, 2), 0.5), wanted)
    assert box == pytest.approx(wanted, abs=1e-3)
    red = 255 - 123.0
    told = np.array([4 - 0.05 * red, -4 + 0.05 * red])
    assert score == pytest.approx(np.exp(told[1]) / np.exp(told).sum(), abs=1e-4)
    assert five == pytest.approx(middle + FIVE * 4 * 0.1 * side, abs=1e-3)


@pytest.mark.parametrize("last", [True, False], ids=["channels last", "channels first"])
@pytest.mark.parametrize("k", range(6))
def test_s3fd(k: int, last: bool, tmp_path: Path) -> None:
    stride = 4 << k
    detector = FaceDetector(OnnxFile(made.s3fd(tmp_path / "it.onnx", channels_last=last)))
    assert detector.fed.contract == "s3fd"
    sights = detector_decode.s3fd(
        detector.file.run({"in": detector.letterboxed(red_cell((256, 256), stride, 1, 1))[0]}), (256, 256)
    ).at_least(0.5)
    side = 4.0 * stride
    middle = 1.5 * stride + np.array([0.5, -0.25]) * 0.1 * side
    half = side * np.exp(np.array([1.0, 2.0]) * 0.2) / 2
    wanted = np.r_[middle - half, middle + half]
    assert np.abs(sights.boxes - wanted).max(axis=1).min() < 1e-3


@pytest.mark.parametrize("rows_last", [True, False])
@pytest.mark.parametrize("wide", [5, 16, 20])
def test_yolo(wide: int, rows_last: bool, tmp_path: Path) -> None:
    detector = FaceDetector(OnnxFile(made.yolo(tmp_path / "it.onnx", wide, rows_last=rows_last)))
    assert detector.fed.contract == "yolo"
    middle = np.array([7.5, 9.5]) * 32
    wanted = np.r_[middle - 48, middle + 48]
    box, score, five = nearest(detector.look(red_cell((640, 640), 32, 7, 9), 0.5), wanted)
    assert box == pytest.approx(wanted, abs=1e-2)
    assert score == pytest.approx(0.9, abs=1e-4)
    assert five is None if wide == 5 else five == pytest.approx(middle + FIVE * 32, abs=1e-2)


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_yolo_without_its_last_step(stride: int, tmp_path: Path) -> None:
    cell, anchors = np.array([3.0, 2.0]), {8: (8, 10), 16: (43, 55), 32: (231, 300)}
    picture = red_cell((320, 320), stride, 3, 2)
    five = FaceDetector(OnnxFile(made.yolo_heads(tmp_path / "5.onnx", 5)))
    assert probe(five.file.path).contract == five.fed.contract == "yolo5_heads"
    middle, half = (cell + 0.5) * stride, np.array(anchors[stride]) / 2
    wanted = np.r_[middle - half, middle + half]
    box, score, points = nearest(five.look(picture, 0.5), wanted)
    assert box == pytest.approx(wanted, abs=1e-3)
    assert score == pytest.approx(1.0)
    assert points == pytest.approx(cell * stride + FIVE * 2 * half, abs=1e-2)

    eight = FaceDetector(OnnxFile(made.yolo_heads(tmp_path / "8.onnx", 8)))
    assert probe(eight.file.path).contract == eight.fed.contract == "yolo8_heads"
    wanted = np.r_[cell + 0.5 - (1, 2), cell + 0.5 + (3, 4)] * stride
    box, score, points = nearest(eight.look(picture, 0.5), wanted)
    assert box == pytest.approx(wanted, abs=1e-3)
    assert points == pytest.approx((cell + 0.5 + FIVE) * stride, abs=1e-2)


def test_a_larger_picture_is_letterboxed_and_boxes_come_back_to_its_pixels(tmp_path: Path) -> None:
    detector = FaceDetector(OnnxFile(made.scrfd(tmp_path / "it.onnx")))
    picture = red_cell((1920, 1080), 96, 5, 3)  # a third: stride 32
    anchor = np.array([5.0, 3.0]) * 96
    wanted = np.r_[anchor - FAR[:2] * 96, anchor + FAR[2:] * 96]
    box, _, five = nearest(detector.look(picture, 0.5), wanted)
    assert box == pytest.approx(wanted, abs=1e-2)
    assert five == pytest.approx(anchor + FIVE * 96, abs=1e-2)
    small, scale = detector.letterboxed(np.full((20, 10, 3), 255, np.uint8))
    assert scale == 2.0
    assert small.shape == (1, 3, 640, 640)
    assert (small[0, 0, :40, :20] > 0.9).all()
    assert (small[0, 0, 40:] < 0).all()


def test_each_face_once_and_nothing_broken() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [30, 0, 40, 10], [5, 5, 5, 9], [0, 0, np.nan, 9.0]])
    sights = Sights(boxes, np.array([0.6, 0.9, 0.7, 0.99, 0.99])).at_least(0.5)
    assert len(sights.scores) == 3
    assert sights.once().scores.tolist() == [0.9, 0.7]
    assert sights.once(0.9).scores.tolist() == [0.9, 0.7, 0.6]
    assert overlaps(boxes[0], boxes[:3]) == pytest.approx([1.0, 90 / 110, 0.0])
    assert Sights.none().once().boxes.shape == (0, 4)


def test_a_box_of_a_network_and_one_of_dlib_mean_the_same() -> None:
    box = Rect(100, 50, 178, 150)
    assert framed(box) == pytest.approx((97.5, 63.5, 180.5, 146.5), abs=1e-6)
    assert unframed(framed(box)) == pytest.approx(box, abs=1e-6)


# -- files that are not what they should be --------------------------------------------------------------


def constants(path: Path, outputs: dict[str, list[int]], fill: float = 0.0, size: int = 64) -> Path:
    """A network that puts out zeros of these shapes, or another number."""
    nodes, values = [], []
    for name, shape in outputs.items():
        tensor = helper.make_tensor(name, TensorProto.FLOAT, shape, np.full(shape, fill, np.float32).ravel())
        nodes.append(helper.make_node("Constant", [], [name], value=tensor))
        values.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, (1, 3, size, size))
    graph = helper.make_graph(nodes, "zeros", [picture], values)
    return saved(path, graph)


@pytest.mark.parametrize(
    "make",
    [made.scrfd, made.scrfd_joined, made.yunet, made.retinaface, made.s3fd, made.yolo],
    ids=["scrfd", "scrfd joined", "yunet", "retinaface", "s3fd", "yolo"],
)
def test_the_list_of_models_calls_it_what_it_is(
    make: Callable[[Path], Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    told = probe(make(tmp_path / "it.onnx"))
    assert (told.kind, told.contract) == ("detect", request.node.callspec.id.split()[0])


def test_other_models_are_no_detectors(tmp_path: Path) -> None:
    for k, outputs in enumerate(({"output": [1, 3, 64, 64]}, {"fc1": [1, 512]}, {"a": [1, 7, 100]})):
        with pytest.raises(ModelError, match="no face detector") as fault:
            FaceDetector(OnnxFile(constants(tmp_path / f"{k}.onnx", outputs)))
        assert fault.value.hint


@pytest.mark.parametrize(
    "outputs",
    [
        {f"{k}": [7, (1, 4, 10)[k // 3]] for k in range(9)},
        {f"{n}_{s}": [1, 5, w] for n, w in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)) for s in (8, 16, 32)},
        {"loc": [1, 9, 4], "conf": [1, 9, 2]},
        {"s": [11, 1], "b": [11, 4], "p": [11, 10]},
        {f"{k}": [1, 2 + 2 * (k % 2), 3, 3] for k in range(12)},
    ],
    ids=["scrfd", "yunet", "retinaface", "joined", "s3fd"],
)
def test_a_file_that_breaks_its_contract_says_so(outputs: dict[str, list[int]], tmp_path: Path) -> None:
    detector = FaceDetector(OnnxFile(constants(tmp_path / "it.onnx", outputs)))
    with pytest.raises(ModelError, match="does not put out") as fault:
        detector.look(np.zeros((64, 64, 3), np.uint8), 0.5)
    assert "contract" in (fault.value.hint or "")


def test_a_picture_that_would_fill_the_memory_is_not_made(tmp_path: Path) -> None:
    path = made.scrfd(tmp_path / "it.onnx")
    model = onnx.load(str(path))
    for side in model.graph.input[0].type.tensor_type.shape.dim[2:]:
        side.dim_value = 1 << 20
    onnx.save(model, path)
    with pytest.raises(ModelError, match="1048576"):
        FaceDetector(OnnxFile(path))


@pytest.mark.parametrize("fill", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_no_faces(fill: float, tmp_path: Path) -> None:
    detector = FaceDetector(OnnxFile(constants(tmp_path / "it.onnx", {"output0": [1, 20, 84]}, fill)))
    assert len(detector.look(np.zeros((64, 64, 3), np.uint8), 0.5).scores) == 0


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(4000))


def _outside(path: Path) -> None:
    model = onnx.load(str(path))
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    onnx.save(model, path)


def _foreign(path: Path) -> None:
    model = onnx.load(str(path))
    model.graph.node[0].domain = "somebody.else"
    onnx.save(model, path)


@pytest.mark.parametrize("harm", [_half, _noise, _outside, _foreign], ids=["half", "noise", "outside", "foreign"])
def test_broken_and_hostile_files_are_refused(harm: Callable[[Path], None], tmp_path: Path) -> None:
    path = made.scrfd(tmp_path / "it.onnx")
    harm(path)
    with pytest.raises(ModelError) as fault:
        FaceDetector(OnnxFile(path))
    assert "it.onnx" in str(fault.value)
    assert fault.value.hint


# -- a real file -----------------------------------------------------------------------------------------


def portrait() -> np.ndarray:
    import cv2

    stored = cv2.imread(str(picture_file()), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(stored[..., ::-1])


def frame_of(clip: str, number: int) -> np.ndarray:
    import cv2

    path = CLIPS / clip
    if not path.is_file():
        pytest.skip(f"the clip {clip} is not here: put it into shared/media beside the project")
    video = cv2.VideoCapture(str(path))
    video.set(cv2.CAP_PROP_POS_FRAMES, number)
    good, picture = video.read()
    video.release()
    assert good
    return np.ascontiguousarray(picture[..., ::-1])


PICTURES = {
    "portrait": portrait,
    "source": lambda: frame_of("data_src.mp4", 100),
    "target": lambda: frame_of("data_dst.mp4", 100),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=list(PICTURES))
def test_the_real_yunet_agrees_with_dlib_and_with_opencv(picture: Callable[[], np.ndarray]) -> None:
    import cv2

    path = real("face_detection_yunet_2023mar.onnx")
    seen = picture()
    detector = FaceDetector(OnnxFile(path))
    sights = detector.look(seen, 0.5)
    assert len(sights.scores) == 1
    assert sights.scores[0] > 0.85
    # dlib's box, whose size comes in steps of a sixth: the middle within 12 % of its size, the size within 25 %.
    dlib = max(DlibModels().hog(seen, 1, 0.0), key=lambda face: face.score).box
    ours = framed(Rect(*sights.boxes[0]))
    assert ours.middle == pytest.approx(dlib.middle, abs=0.12 * dlib.size)
    assert ours.size == pytest.approx(dlib.size, rel=0.25)
    assert ours.overlap(dlib) > 0.6
    points = DlibModels().landmarks(seen, dlib)
    five = np.stack([points[36:42].mean(0), points[42:48].mean(0), points[30], points[48], points[54]])
    assert sights.points is not None
    assert np.abs(sights.points[0] - five).max() < 0.1 * dlib.size

    # OpenCV's own decoding of the same file, on the same letterboxed picture.
    canvas = detector.letterboxed(seen)[0][0].transpose(1, 2, 0).astype(np.uint8)
    theirs = cv2.FaceDetectorYN.create(str(path), "", (640, 640), 0.5, 0.3, 5000)
    _, rows = theirs.detect(np.ascontiguousarray(canvas))
    scale = detector.scale_of(seen)
    (row,) = rows
    box = sights.boxes[0] * scale
    assert np.r_[box[:2], box[2:] - box[:2]] == pytest.approx(row[:4], abs=1e-3)
    assert sights.points[0].ravel() * scale == pytest.approx(row[4:14], abs=1e-3)
    assert sights.scores[0] == pytest.approx(row[14], abs=1e-5)
