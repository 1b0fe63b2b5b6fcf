"""Face detectors from ONNX files: told by what they take and put out, fed and decoded each in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodegraph.data.errors import ModelError
from nodegraph.data.faces import Rect
from nodegraph.ml import detector_decode, detector_heads
from nodegraph.ml.detector_decode import Arrays, Size
from nodegraph.ml.dlib_models import Eight
from nodegraph.ml.onnx_file import OnnxFile, Tensor
from nodegraph.ml.sights import Sights

Tensors = Mapping[str, Tensor]
SIDE = 640  # what networks that take any size are fed, in pixels: the size they were trained and measured at
SMALLEST, LARGEST = 32, 4096  # sides that are believed
LARGER = 2.0  # a small picture is enlarged no more than so much: there is nothing to be seen in it
OVERLAP = 0.4  # insightface's and RetinaFace's; YuNet's 0.3 and YOLO's 0.5 part no real faces


@dataclass(frozen=True)
class Fed:
    """How a kind of detector is fed and read: light as (8 bits - mean) / range, channels as R, G, B or the reverse."""

    contract: str
    decode: Callable[[Arrays, Size], Sights]
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    range: float = 1.0
    reverse: bool = False
    smallest: float = 10.0  # the smallest face it finds, in pixels of what it is fed


CAFFE = (104.0, 117.0, 123.0)  # the mean of ImageNet, blue first
FED: Mapping[str, Fed] = {
    # opencv_zoo, models/face_detection_yunet: 0..255, blue first
    "yunet": Fed("yunet", detector_decode.yunet, reverse=True),
    # insightface, model_zoo/scrfd.py and retinaface.py
    "scrfd": Fed("scrfd", detector_decode.distances, (127.5,) * 3, 128.0),
    # biubug6/Pytorch_Retinaface, detect.py and layers/functions/prior_box.py
    "retinaface": Fed("retinaface", detector_decode.anchors, CAFFE, reverse=True, smallest=16.0),
    # ultralytics: 0..1, red first
    "yolo": Fed("yolo", detector_decode.yolo, range=255.0),
    # deepcam-cn/yolov5-face as DeepFaceLive feeds it, and derronqi/yolov8-face: 0..1, red first
    "yolo5_heads": Fed("yolo5_heads", detector_heads.yolo5, range=255.0),
    "yolo8_heads": Fed("yolo8_heads", detector_heads.yolo8, range=255.0),
    # sfzhang15/SFD and its ports: blue first, less ImageNet's mean
    "s3fd": Fed("s3fd", detector_decode.s3fd, CAFFE, reverse=True, smallest=12.0),
}


def detector_contract(inputs: Tensors, outputs: Tensors) -> str:
    """Which kind of detector it is, by names and shapes; empty if none."""
    pictures = [tensor for tensor in inputs.values() if tensor.fits(None, 3, None, None)]
    if len(inputs) != 1 or len(pictures) != 1:
        return ""
    wide = [tensor.shape[-1] if tensor.shape else None for tensor in outputs.values()]
    count = {width: wide.count(width) for width in (1, 2, 4, 10)}
    rows = all(len(tensor.shape) in (2, 3) for tensor in outputs.values())
    named = {f"{part}_{stride}" for part in ("cls", "obj", "bbox", "kps") for stride in (8, 16, 32)}
    if named <= set(outputs) or (rows and len(wide) == 12 and count == {1: 6, 2: 0, 4: 3, 10: 3}):
        return "yunet"
    if rows and len(wide) in (6, 9, 10, 15):
        told = {1: len(wide) // 3, 2: 0, 4: len(wide) // 3, 10: len(wide) // 3}
        if len(wide) in (6, 10):
            told = {1: len(wide) // 2, 2: 0, 4: len(wide) // 2, 10: 0}
        if count == told:
            return "scrfd"
    if rows and sorted(map(str, wide)) in (["1", "10", "4"], ["1", "4"]):
        return "scrfd"
    if rows and sorted(map(str, wide)) in (["10", "2", "4"], ["2", "4"]):
        return "retinaface"
    if len(outputs) == 12 and _maps(outputs):
        return "s3fd"
    if len(outputs) == 3 and all(len(tensor.shape) == 4 for tensor in outputs.values()):
        planes = {tensor.shape[1] for tensor in outputs.values()}
        return "yolo5_heads" if planes == {48} else "yolo8_heads" if planes == {80} else ""
    if len(outputs) == 1 and rows:
        (table,) = outputs.values()
        if len(table.shape) == 3 and set(table.shape[1:]) & set(detector_decode.YOLO_ROWS):
            return "yolo"
    return ""


def _maps(outputs: Tensors) -> bool:
    """True if they are six pairs of maps, two planes and four planes in turn."""
    shapes = [tensor.shape for tensor in outputs.values()]
    return all(
        len(shape) == 4 and (shape[1] == planes or shape[3] == planes)
        for shape, planes in zip(shapes, (2, 4) * 6, strict=True)
    )


class FaceDetector:
    """A detector's network with the way it is fed and read. Make it once, by `ctx.load`."""

    def __init__(self, file: OnnxFile) -> None:
        contract = detector_contract(file.inputs, file.outputs)
        if not contract:
            raise ModelError(
                f"{file.path.name} is no face detector that is known here",
                "wire a YuNet, SCRFD, RetinaFace, YOLO-face or S3FD file: nodegraph models list",
            )
        self.file = file
        self.fed = FED[contract]
        (self._input,) = file.inputs.values()
        high, wide = self._input.shape[2:]
        self.size: Size = (wide or SIDE, high or SIDE)
        if max(self.size) > LARGEST or min(self.size) < SMALLEST:
            raise ModelError(
                f"{file.path.name} wants pictures of {self.size[0]} x {self.size[1]}, which no detector does",
                "the file does not keep to its contract; try another copy",
            )

    def scale_of(self, picture: Eight) -> float:
        """How much of its size a picture keeps when the network is fed with it."""
        high, wide = picture.shape[:2]
        return float(min(LARGER, self.size[0] / max(1, wide), self.size[1] / max(1, high)))

    def look(self, picture: Eight, least: float) -> Sights:
        """Faces in a picture that are as sure as that: boxes as the detector frames them, in the picture's pixels."""
        fed, scale = self.letterboxed(picture)
        with np.errstate(all="ignore"):  # numbers that are none are dropped right after
            seen = self.fed.decode(self.file.run({self._input.name: fed}), self.size)
        return seen.at_least(least).once(OVERLAP).placed(scale)

    def letterboxed(self, picture: Eight) -> tuple[NDArray[np.float32], float]:
        """What the network is fed: the picture at its size from the upper left corner on, black where it ends."""
        import cv2

        scale = self.scale_of(picture)
        high, wide = picture.shape[:2]
        size = (max(1, round(wide * scale)), max(1, round(high * scale)))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        sized = picture if size == (wide, high) else cv2.resize(picture, size, interpolation=method)
        canvas = np.zeros((self.size[1], self.size[0], 3), np.uint8)
        canvas[: size[1], : size[0]] = sized
        if self.fed.reverse:
            canvas = canvas[..., ::-1]
        if self._input.type is np.uint8:  # InsightFace's newer files take off the mean themselves
            return np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], np.float32), scale
        light = (canvas.astype(np.float32) - np.array(self.fed.mean, np.float32)) / np.float32(self.fed.range)
        return np.ascontiguousarray(light.transpose(2, 0, 1)[None]), scale


# Networks learn boxes from WIDER FACE: from the hair to the chin, higher than wide. dlib's are squares about brows to
# chin. Measured with YuNet against dlib on 15 pictures of three people: a side of 0.83 heights (deviation 0.05) about
# the middle, at 0.55 of the height (0.02).
SIDE_OF_HEIGHT = 0.83
MIDDLE_OF_HEIGHT = 0.55


def framed(box: Rect) -> Rect:
    """A network's box as dlib would frame the same face, so that one box means the same whoever found it."""
    x, y = (box.x0 + box.x1) / 2, box.y0 + MIDDLE_OF_HEIGHT * box.height
    half = SIDE_OF_HEIGHT * max(box.height, box.width) / 2
    return Rect(x - half, y - half, x + half, y + half)


def unframed(box: Rect) -> Rect:
    """The box that a network would frame the face with that lies in dlib's."""
    (x, y), high = box.middle, box.size / SIDE_OF_HEIGHT
    top = y - MIDDLE_OF_HEIGHT * high
    return Rect(x - 0.39 * high, top, x + 0.39 * high, top + high)
