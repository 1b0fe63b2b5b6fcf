"""Detectors made here, to the contracts of the published ones: a red square in the picture is a face to them.

They are generated with `onnx.helper` and hold no trained weights. Each cell's score is how red the cell is; boxes and
points are the same for every cell, and known. So a red cell somewhere in a picture must come back as one known box.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.ml.saving import saved

# In strides, from the anchor: left, top, right, bottom, and five points.
FAR = np.array([1.5, 2.0, 1.25, 2.5])
FIVE = np.array([(-0.5, -0.5), (0.5, -0.5), (0.0, 0.25), (-0.5, 1.0), (0.5, 1.25)])


class Net:
    """A network in the making."""

    def __init__(self, size: tuple[int | None, int | None], name: str = "input.1") -> None:
        self.name = name
        self.size = size
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def constant(self, values: np.ndarray, kind: type = np.float32) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def add(self, kind: str, *inputs: str, to: str = "", **settings: object) -> str:
        name = to or f"n{len(self.nodes)}"
        settings = {key.rstrip("_"): value for key, value in settings.items()}
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **settings))
        return name

    def out(self, name: str, shape: Sequence[int | str | None]) -> None:
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def head(self, stride: int, bias: np.ndarray, red: np.ndarray | None = None, channel: int = 0) -> str:
        """One convolution over cells: `red` times how much of the channel is in the cell, plus `bias`."""
        weights = np.zeros((len(bias), 3, stride, stride), np.float32)
        if red is not None:
            weights[:, channel] = np.asarray(red)[:, None, None] / stride**2
        return self.add(
            "Conv",
            self.name,
            self.constant(weights),
            self.constant(bias),
            kernel_shape=[stride, stride],
            strides=[stride, stride],
        )

    def rows(self, source: str, wide: int, to: str = "", batch: bool = False) -> str:
        """Maps as rows, cell by cell."""
        turned = self.add("Transpose", source, perm=[0, 2, 3, 1])
        return self.add("Reshape", turned, self.constant([1, -1, wide] if batch else [-1, wide], np.int64), to=to)

    def save(self, path: Path, kind: int = TensorProto.FLOAT) -> Path:
        shape = (1, 3, self.size[1] or "height", self.size[0] or "width")
        graph = helper.make_graph(
            self.nodes,
            "generated",
            [helper.make_tensor_value_info(self.name, kind, shape)],
            self.outputs,
            self.constants,
        )
        return saved(path, graph)


def scrfd(
    path: Path,
    size: tuple[int | None, int | None] = (640, 640),
    points: bool = True,
    strides: int = 3,
    batch: bool = False,
) -> Path:
    """As insightface exports SCRFD and RetinaFace: 9, 6, 15 or 10 outputs; fed with (8 bits - 127.5) / 128, RGB."""
    net = Net(size)
    each = 2 if strides == 3 else 1
    fives = [FIVE.ravel()] if points else []
    for part, values in enumerate((np.zeros(1), FAR, *fives)):
        for k in range(strides):
            stride = 8 << k
            many = np.tile(values, each)
            if part == 0:  # red is 1 after the norm and black -1: 0.9 and below 0; the second anchor is less sure
                head = net.head(stride, np.full(each, 0.2), np.array([0.7, 0.65])[:each])
            else:
                many[len(values) :] *= 1.2  # the second anchor's box is larger
                head = net.head(stride, many)
            name = f"{448 + 3 * k + part}"
            net.out(net.rows(head, len(values), name, batch), [1, None, len(values)] if batch else [None, len(values)])
    return net.save(path)


def scrfd_of_bytes(path: Path) -> Path:
    """InsightFace's newer files: fed with eight bits, the mean is taken off within."""
    net = Net((320, 320), "image")
    net.add("Cast", "image", to="float", to_=TensorProto.FLOAT)
    net.add("Sub", "float", net.constant(np.array(127.5)), to="less")
    net.add("Div", "less", net.constant(np.array(128.0)), to="norm")
    net.name = "norm"
    for part, values in (("score", np.zeros(1)), ("bbox", FAR), ("kps", FIVE.ravel())):
        for stride in (8, 16, 32):
            red = np.full(2, 0.7) if part == "score" else None
            head = net.head(stride, np.full(2, 0.2) if part == "score" else np.tile(values, 2), red)
            net.out(net.rows(head, len(values), f"{part}_{stride}"), [None, len(values)])
    net.name = "image"
    return net.save(path, TensorProto.UINT8)


def scrfd_joined(path: Path, size: tuple[int, int] = (320, 320)) -> Path:
    """Three outputs: scores, boxes and points of all strides in one array each."""
    net = Net(size)
    for name, values in (("scores", np.zeros(1)), ("boxes", FAR), ("points", FIVE.ravel())):
        red = np.full(2, 0.7) if name == "scores" else None
        bias = np.full(2, 0.2) if name == "scores" else np.tile(values, 2)
        parts = [net.rows(net.head(8 << k, bias, red), len(values)) for k in range(3)]
        net.out(net.add("Concat", *parts, axis=0, to=name), [None, len(values)])
    return net.save(path)


def yunet(path: Path, size: tuple[int, int] = (320, 320)) -> Path:
    """Twelve outputs; fed with 0..255, blue first. Objectness is 0.81 everywhere, so 0.9 is the score of red."""
    net = Net(size, "input")
    box = np.array([0.25, 0.5, np.log(3.0), np.log(4.0)])
    for name, bias, red in (
        ("cls", np.zeros(1), np.array([1 / 255])),
        ("obj", np.array([0.81]), None),
        ("bbox", box, None),
        ("kps", FIVE.ravel(), None),
    ):
        for stride in (8, 16, 32):
            head = net.head(stride, bias, red, channel=2)
            cells = size[0] * size[1] // stride**2
            net.out(net.rows(head, len(bias), f"{name}_{stride}", True), [1, cells, len(bias)])
    return net.save(path)


def retinaface(path: Path, size: tuple[int, int] = (320, 320), softmax: bool = True) -> Path:
    """Anchors as SSD has them, two a cell; fed with 0..255 less the mean of ImageNet, blue first."""
    net = Net(size, "input0")
    box, five = np.array([0.5, -0.25, 1.0, 2.0]), FIVE.ravel() * 4
    scores = (np.array([4.0, -4.0]), np.array([-0.05, 0.05]))
    for name, bias, red in (("loc", box, None), ("conf", *scores), ("landms", five, None)):
        parts = []
        for stride in (8, 16, 32):
            many = np.tile(bias, 2)
            if name == "conf":
                many[2:] += (8, -8)  # the larger anchor sees nothing
            head = net.head(stride, many, None if red is None else np.tile(red, 2), channel=2)
            parts.append(net.rows(head, len(bias), "", True))
        joined = net.add("Concat", *parts, axis=1, to="" if name == "conf" and softmax else name)
        if name == "conf" and softmax:
            net.add("Softmax", joined, axis=2, to=name)
        net.out(name, [1, None, len(bias)])
    return net.save(path)


def s3fd(path: Path, size: tuple[int, int] = (256, 256), channels_last: bool = False) -> Path:
    """Six pairs of maps at strides 4 to 128; fed with 0..255 less the mean of ImageNet, blue first."""
    net = Net(size, "in")
    for k in range(6):
        stride = 4 << k
        told = net.add("Softmax", net.head(stride, np.array([6.0, -6.0]), np.array([-0.06, 0.06]), 2), axis=1)
        moved = net.head(stride, np.array([0.5, -0.25, 1.0, 2.0]))
        cells = (size[1] // stride, size[0] // stride)
        for part, source, planes in (("cls", told, 2), ("reg", moved, 4)):
            perm = [0, 2, 3, 1] if channels_last else [0, 1, 2, 3]
            net.add("Transpose", source, perm=perm, to=f"{part}{k}")
            net.out(f"{part}{k}", [1, *cells, planes] if channels_last else [1, planes, *cells])
    return net.save(path)


def yolo(path: Path, wide: int = 20, size: tuple[int, int] = (640, 640), rows_last: bool = True) -> Path:
    """YOLOv8-face: 1 x 20 x 8400, or 5 without points; fed with 0..1, red first. YOLOv5's has 16 columns."""
    net = Net(size, "images")
    places, parts = [], []
    for stride in (8, 16, 32):
        y, x = np.mgrid[: size[1] // stride, : size[0] // stride]
        middle = (np.stack([x, y], -1).reshape(-1, 2) + 0.5) * stride
        box = np.hstack([middle, np.full((len(middle), 2), 3.0 * stride)])
        five = middle[:, None] + FIVE * stride
        seen = np.concatenate([five, np.full((len(middle), 5, 1), 0.7)], axis=2)
        extra = seen if wide == 20 else five if wide == 16 else np.zeros((len(middle), 0, 1))
        ends = [np.ones((len(middle), 1))] if wide == 16 else []
        places.append(np.hstack([box, np.zeros((len(middle), 1)), extra.reshape(len(middle), -1), *ends]))
        parts.append(net.rows(net.head(stride, np.zeros(1), np.array([0.9])), 1, "", True))
    score = net.add("Concat", *parts, axis=1)
    only = np.zeros((1, 1, wide), np.float32)
    only[..., 4] = 1
    table = net.add("Add", net.add("Mul", score, net.constant(only)), net.constant(np.concatenate(places)[None]))
    count = len(np.concatenate(places))
    net.add("Transpose", table, perm=[0, 2, 1] if rows_last else [0, 1, 2], to="output0")
    net.out("output0", [1, wide, count] if rows_last else [1, count, wide])
    return net.save(path)


def yolo_heads(path: Path, version: int = 5, size: tuple[int, int] = (320, 320)) -> Path:
    """YOLO-face without its last step: three maps of 48 planes (v5) or 80 (v8); fed with 0..1, red first.

    v5: the second anchor of a red cell sees a face about the cell's middle, of the anchor's own size. v8: distances of
    1, 2, 3 and 4 strides to left, top, right and bottom.
    """
    net = Net(size, "images")
    for stride in (8, 16, 32):
        if version == 5:
            bias, red = np.zeros((3, 16)), np.zeros((3, 16))
            bias[:, 4], bias[:, 15] = -20.0, 20.0
            bias[:, 5:15] = FIVE.ravel()
            red[1, 4] = 40.0
        else:
            bias, red = np.zeros(80), np.zeros(80)
            for side in range(4):
                bias[16 * side + side + 1] = 60.0
            bias[64], red[64] = -20.0, 40.0
            bias[65:] = np.column_stack([FIVE / 2 + 0.25, np.ones(5)]).ravel()
        name = f"output{stride}"
        net.add("Identity", net.head(stride, bias.ravel(), red.ravel()), to=name)
        net.out(name, [1, 48 if version == 5 else 80, size[1] // stride, size[0] // stride])
    return net.save(path)
