"""Putting a face of 512 pixels back into a 4K frame: our Paste, and what insightface does after its own network."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from nodegraph.bench import plain
from nodegraph.bench.exhibits import Exhibit
from nodegraph.bench.figures import Figure, at_least, seconds, shown
from nodegraph.bench.graphs import graph_of
from nodegraph.data.box import Box, Format
from nodegraph.data.crop import Crop, Crops, Matrix, moved
from nodegraph.data.faces import Face, Points, Rect
from nodegraph.data.image import RGB, Image, Pixels, frozen
from nodegraph.data.shot import Shot
from nodegraph.engine.cache import Cache
from nodegraph.engine.plan import Planner
from nodegraph.engine.run import Runner
from nodegraph.ops.portrait import make_figure
from nodegraph.ops.templates import Template, five_points

GROUP = "faces"
WIDTH, HEIGHT, SIZE = 4096, 2160, 512
FASTER = 80.0
TURN = 12.0  # degrees that the face is tilted by
MIDDLE = (2210.3, 980.7)
GAIN = 0.8  # of the swapped face against the plate: something to see


def placed() -> Matrix:
    """Plate to crop: the face lies tilted in the frame, as large as its crop."""
    angle = np.radians(TURN)
    linear = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = np.array([SIZE / 2, SIZE / 2]) - linear @ np.array(MIDDLE)
    return matrix


def crops(light: Pixels) -> Crops:
    """One face of a plate, made darker, in a soft ellipse."""
    import cv2

    matrix = placed()
    to_plate = np.linalg.inv(matrix)[:2]
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    plate = frozen(np.asarray(cv2.warpAffine(light, to_plate, (SIZE, SIZE), flags=flags), np.float32))
    y, x = (np.mgrid[0:SIZE, 0:SIZE] + 0.5).astype(np.float32) / SIZE - np.float32(0.5)
    far = np.hypot(x / 0.36, y / 0.46)
    matte = frozen(np.clip((1.0 - far) * 8.0, 0.0, 1.0).astype(np.float32))
    points: Points = moved(make_figure().landmarks, np.linalg.inv(matrix))
    face = Face(Rect.around(points), points=points)
    crop = Crop("face1", face, matrix, plate, frozen(plate * np.float32(GAIN)), matte)
    return Crops(Format(WIDTH, HEIGHT), "ACEScg", (crop,))


def five_in_plate(template: Template) -> Points:
    """Where the five points of a face lie that fills the crop as a template wants it."""
    points: Points = moved(five_points(template) * SIZE, np.linalg.inv(placed()))
    return points


def make_model(path: Path) -> None:
    """A network of insightface's contract: a picture and a face's numbers in, a somewhat darker picture out."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    number = TensorProto.FLOAT
    table = np.eye(SIZE, dtype=np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["source"], ["one"], axes=[1], keepdims=0),
            helper.make_node("Mul", ["one", "nothing"], ["none"]),
            helper.make_node("Mul", ["target", "gain"], ["darker"]),
            helper.make_node("Add", ["darker", "none"], ["output"]),
        ],
        "paste",
        [
            helper.make_tensor_value_info("target", number, [1, 3, SIZE, SIZE]),
            helper.make_tensor_value_info("source", number, [1, 512]),
        ],
        [helper.make_tensor_value_info("output", number, [1, 3, SIZE, SIZE])],
        [
            numpy_helper.from_array(np.array(0.0, np.float32), "nothing"),
            numpy_helper.from_array(np.array(GAIN, np.float32), "gain"),
            numpy_helper.from_array(table, "emap"),  # insightface takes the last for its table
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))


def insightface_paste(path: Path, frame: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """insightface's class on a frame: with its paste-back, and its network and crop alone."""
    import onnxruntime
    from insightface.model_zoo.inswapper import INSwapper

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    with contextlib.redirect_stdout(io.StringIO()):
        swapper = INSwapper(model_file=str(path), session=session)
    target = SimpleNamespace(kps=five_in_plate(Template.ARCFACE_128).astype(np.float32))
    source = SimpleNamespace(normed_embedding=np.full(512, 512**-0.5, np.float32))
    return (
        partial(swapper.get, frame, target, source, paste_back=True),
        partial(swapper.get, frame, target, source, paste_back=False),
    )


def measure() -> list[Figure | Exhibit]:
    """Both on one frame, the fastest of each; of insightface only what comes after crop and network counts."""
    light = frozen(plain.plate(WIDTH, HEIGHT).astype(np.float32))
    frame = np.ascontiguousarray((np.clip(light, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)[..., ::-1])
    image = Image.of(light, colorspace="ACEScg")
    face = crops(light)
    box = face.crops[0].box().meet(Box(0, 0, WIDTH, HEIGHT))
    graph = graph_of(Shot(name="bench", format=image.format), plate=image, face=face).add("Paste", "Paste")
    graph = graph.connect("Paste", "image", "plate").connect("Paste", "crops", "face")

    def ours() -> Pixels:
        planner = Planner(graph)
        done: Image = Runner(planner, Cache(1 << 30)).result(planner.plan("Paste", 1001))
        return done.region(box, RGB)

    [mine] = seconds((ours,), 40, min)
    told = [shown(GROUP, "paste: ours, float, the box of the face", mine * 1000, "ms")]
    if find_spec("insightface") is None:
        print("insightface is not installed: what it takes is left out", file=sys.stderr)
        return [*told]
    with tempfile.TemporaryDirectory(prefix="nodegraph-bench-") as name:
        model = Path(name) / "model.onnx"
        make_model(model)
        whole, without = insightface_paste(model, frame)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # insightface asks scikit-image in a way that will go
            all_of_it, network = seconds((whole, without), 7, min)
    theirs = all_of_it - network
    return [
        at_least(GROUP, f"paste: a face of {SIZE} into 4K, against insightface's own", theirs / mine, FASTER),
        *told,
        shown(GROUP, "paste: insightface's, 8 bits, without its network and crop", theirs * 1000, "ms"),
    ]


MEASURES = {"paste": measure}
